"""What a page sends is made into events: checked for whose unit it is, then stored, once each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textmine.annotating.access import Refused, Visitor
from textmine.annotations import Event

if TYPE_CHECKING:
    from textmine.annotating.desk import Desk

#: What a page may send, and which keys besides id, kind and unit_id each kind may have.
ACCEPTED = {
    "decision": ("codes", "stances", "spans", "seconds", "suggestions_shown", "reading"),
    "skip": ("text", "reading"),
    "memo": ("text",),
    "flag": ("text",),
    "act_on": ("text",),
    "question": ("text", "code"),
    "adjudication": ("codes", "stances", "spans", "reason"),
    "undo": ("supersedes",),
}

_LONGEST_NOTE = 20_000
_LONGEST_TIME = 3600.0  # an hour on one unit is a lunch break, not reading


def store_sent(desk: Desk, visitor: Visitor, given: Any) -> dict[str, Any]:
    """Store one event that a page sent, and say what the page may then show as saved.

    Raises ``Refused`` for a unit that is not this person's or an event that is no event, ``InputError`` for
    one that breaks a rule of the project. The same event sent again is stored once and answered alike.
    """
    event = read_sent(desk, visitor, given)
    stored = desk.store.record(event)
    return {"id": stored.id, "at": stored.at, "seq": stored.seq, "unit_id": stored.unit_id}


def read_sent(desk: Desk, visitor: Visitor, given: Any) -> Event:
    """The event that a page sent. Raises ``Refused``."""
    kind = given.get("kind") if isinstance(given, dict) else None
    if not isinstance(kind, str) or kind not in ACCEPTED:
        raise Refused(422, "No event, or of a kind that a page cannot send.")
    strangers = set(given) - {"id", "kind", "unit_id", *ACCEPTED[kind]}
    if strangers:
        raise Refused(422, f"{len(strangers)} key(s) too many for a {kind}.")
    name = take_text(given, "id", longest=64)
    if not name:
        raise Refused(422, "An event needs an id of its own.")
    if kind == "undo":
        taken = take_text(given, "supersedes", longest=400)
        return Event(id=name, kind=kind, unit_id="", annotator=visitor.name, supersedes=taken)
    unit = desk.check_unit(visitor, given.get("unit_id"))
    if kind == "adjudication":
        visitor.require(visitor.settles, "Differences are settled by an adjudicator or the owner.")
    seal = take_text(given, "reading", longest=64)
    shown = given.get("suggestions_shown") is True or desk.was_shown(visitor, unit)
    return Event(
        id=name,
        kind=kind,
        unit_id=unit,
        annotator=visitor.name,
        payload=_take_payload(kind, given),
        seconds=_take_seconds(given),
        suggestions_shown=shown if kind == "decision" else False,
        round=desk.find_round(visitor, unit, seal),
    )


def take_text(given: Mapping[str, Any], key: str, *, longest: int = _LONGEST_NOTE) -> str:
    """A text out of what was sent, '' where there is none. Raises ``Refused`` for anything else.

    >>> take_text({"text": "odd"}, "text")
    'odd'
    """
    value = given.get(key) or ""
    if not isinstance(value, str) or len(value) > longest:
        raise Refused(422, f"{key}: wanted text of at most {longest} characters.")
    return value


def take_number(given: Mapping[str, Any], key: str, *, least: int, most: int, default: int) -> int:
    """A whole number out of what was sent, kept between two bounds. Raises ``Refused`` for anything else."""
    value = given.get(key, default)
    if type(value) is not int:
        raise Refused(422, f"{key}: wanted a whole number.")
    return max(least, min(most, value))


def take_list(given: Mapping[str, Any], key: str, *, longest: int) -> list[str]:
    """A list of texts out of what was sent. Raises ``Refused`` for anything else."""
    value = given.get(key) or []
    if not isinstance(value, list) or len(value) > longest or not all(isinstance(v, str) for v in value):
        raise Refused(422, f"{key}: wanted a list of at most {longest} texts.")
    return value


def _take_payload(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    if kind not in ("decision", "adjudication"):
        note = {"text": take_text(given, "text")}
        return note | ({"code": take_text(given, "code", longest=400)} if kind == "question" else {})
    stances, spans = given.get("stances") or {}, given.get("spans") or []
    if not isinstance(stances, dict) or not isinstance(spans, list) or len(spans) > 500:
        raise Refused(422, "stances and spans: wanted a mapping, and a list of at most 500.")
    if not all(isinstance(span, dict) for span in spans):
        raise Refused(422, "spans: wanted code, start and end of each.")
    if not isinstance(given.get("codes"), list):  # none sent is not the same as none found
        raise Refused(422, "codes: wanted a list; an empty one says that the unit holds none.")
    codes = take_list(given, "codes", longest=5000)
    coding: dict[str, Any] = {"codes": codes, "stances": stances, "spans": spans}
    return coding | ({"reason": take_text(given, "reason")} if kind == "adjudication" else {})


def _take_seconds(given: Mapping[str, Any]) -> float | None:
    value = given.get("seconds")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    seconds = float(min(max(value, 0), _LONGEST_TIME))  # a whole number may lie beyond any float
    return None if math.isnan(seconds) else round(seconds, 1)
