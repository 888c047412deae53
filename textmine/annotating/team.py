"""The owner's page of people: who works on the project, as what, and the links that let them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textmine.annotating.access import Refused, Visitor
from textmine.annotating.inbox import take_text
from textmine.annotations import Task
from textmine.annotations.people import PEOPLE_ROLES

if TYPE_CHECKING:
    from textmine.annotating.desk import Desk

#: What somebody new is given to read.
READS = {
    "nothing": "nothing yet, or what the queue gives",
    "unassigned": "the units that nobody is to read",
    "all": "all units",
}
#: What the owner may do with somebody.
DEEDS = ("add", "role", "link", "revoke")


def list_team(desk: Desk) -> dict[str, Any]:
    """Everybody, those whose access has ended last; how much they were given, and how much is still to do."""
    people = []
    for person in desk.store.annotators():
        given, still = desk.store.count_tasks(person.name, without=("adjudicate", "drawn"))
        told = {"name": person.name, "role": person.role, "active": person.active}
        people.append({**told, "given": given, "open": still})
    people.sort(key=lambda told: not told["active"])
    return {"people": people, "roles": list(PEOPLE_ROLES), "reads": READS}


def change_team(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> dict[str, Any]:
    """Add somebody, change a role, give a fresh link or end an access; gives the token of a new link.

    The token is told this once, since only its hash is kept. Nobody changes their own: an owner who did could
    leave the project without one. Somebody whose access has ended comes back by a role, with a fresh link.
    Raises ``Refused``, and ``InputError`` for names that cannot be or are not there.
    """
    deed, name = take_text(given, "do", longest=20), take_text(given, "name", longest=64)
    if deed not in DEEDS:
        raise Refused(422, f"do: wanted one of {', '.join(DEEDS)}.")
    if name == visitor.name:
        raise Refused(422, "Nobody changes their own access here. Use: textmine annotate --new-link NAME.")
    if deed == "add":
        return {"token": _add(desk, given, name)}
    held = next((person for person in desk.store.annotators() if person.name == name), None)
    if held is None:
        raise Refused(404, "There is nobody of that name.")
    if deed == "revoke":
        desk.store.revoke(name)
        return {"token": ""}
    if deed == "link":
        if not held.active:
            raise Refused(422, "This person's access has ended. Give them a role first.")
        return {"token": desk.store.new_token(name)}
    desk.store.set_role(name, take_text(given, "role", longest=20))
    return {"token": "" if held.active else desk.store.new_token(name)}


def _add(desk: Desk, given: dict[str, Any], name: str) -> str:
    reads = take_text(given, "reads", longest=20) or "nothing"
    if reads not in READS:
        raise Refused(422, f"reads: wanted one of {', '.join(READS)}.")
    token = desk.store.add_annotator(name, take_text(given, "role", longest=20))
    units = {"nothing": [], "all": desk.project.units}.get(reads)
    units = desk.store.unassigned(desk.project.units) if units is None else units
    if units:
        desk.store.assign([Task(annotator=name, unit_id=unit) for unit in units])
    return token
