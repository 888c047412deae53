"""How events get into the store: checked, completed from the plan, numbered, all or none of a request."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from textmine.annotations.events import (
    CODINGS,
    Event,
    check_event,
    check_payload,
    dump_json,
    utc_now,
)
from textmine.annotations.schema import ANNOTATORS, EVENTS
from textmine.annotations.standing import find_current, find_live, find_rounds_done, find_standing
from textmine.annotations.tasks import AGAIN, Task, add_tasks, drop_open, fetch_tasks, in_chunks, set_closed
from textmine.codebook import Codebook
from textmine.errors import InputError

#: What each kind of event that not everybody may write asks for.
_NEEDS = {"adjudication": ("adjudicator", "owner"), "ruling": ("owner",)}


@dataclass(eq=False)
class Request:
    """Events to store together: afterwards ``stored`` holds them, or ``error`` says why not.

    ``called`` is set when it is done, or when the thread that waits is to write for all (``leads``).
    """

    events: Sequence[Event]
    stored: list[Event] = field(default_factory=list)
    error: InputError | None = None
    leads: bool = False
    called: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Rules:
    """What a project's events are checked against; ``texts`` is None where the texts are not at hand."""

    project: str
    codebook: Codebook
    texts: Mapping[str, str] | None = None
    has_gold: bool = True


def write_requests(connection: Connection, rules: Rules, requests: Sequence[Request]) -> None:
    """Store the events of all requests in one transaction; one request's error does not touch the others."""
    batch = _Batch(connection, rules, [event for request in requests for event in request.events])
    for request in requests:
        before = batch.mark()
        try:
            request.stored = [batch.take(event) for event in request.events]
        except InputError as error:
            batch.reset(before)
            request.error = error
    batch.write()


def fetch_events(connection: Connection, where: Sequence[sa.ColumnElement[bool]]) -> list[Event]:
    """The events that meet all conditions, in order of storing."""
    query = sa.select(EVENTS).where(*where).order_by(EVENTS.c.seq)
    return [event_of(row) for row in connection.execute(query)]


def event_of(row: Row[Any]) -> Event:
    """The event of a row of the table."""
    values = dict(row._mapping)
    del values["project"]
    return Event(**{**values, "payload": json.loads(values["payload"])})


def insert_events(connection: Connection, project: str, events: Sequence[Event]) -> None:
    """Write events as they are."""
    columns = [c.name for c in EVENTS.columns if c.name not in ("project", "payload")]
    rows = [
        {
            "project": project,
            "payload": dump_json(event.payload),
            **{name: getattr(event, name) for name in columns},
            "round": event.round or 0,
        }
        for event in events
    ]
    for part in in_chunks(rows):
        connection.execute(_ADD, part)


def is_same(one: Event, other: Event) -> bool:
    """Whether a repeated event says what the stored one says; what the store fills in does not count."""
    if (one.kind, one.unit_id, one.annotator) != (other.kind, other.unit_id, other.annotator):
        return one.kind == other.kind == "undo" and one.supersedes == other.supersedes
    if one.kind in CODINGS:
        return all(one.payload[key] == other.payload[key] for key in ("stances", "spans")) and (
            set(one.applied) == set(other.applied)
        )
    uncounted = [{k: v for k, v in e.payload.items() if k != "touched"} for e in (one, other)]
    return uncounted[0] == uncounted[1]


# Put together once: for one decision, making the statements anew takes as long as running them.
_HERE = EVENTS.c.project == sa.bindparam("of")
_AMONG: sa.BindParameter[Any] = sa.bindparam("among", expanding=True)
_NAMED: sa.BindParameter[Any] = sa.bindparam("named", expanding=True)
# Two queries in one: with an 'or' SQLite would read all events of the project.
_TOUCHED = sa.union_all(
    sa.select(EVENTS).where(_HERE, EVENTS.c.unit_id.in_(_AMONG)),
    sa.select(EVENTS).where(_HERE, EVENTS.c.id.in_(_NAMED)),
)
# 'Returning' has many rows go in one statement, whatever the driver.
_ADD = EVENTS.insert().returning(EVENTS.c.seq)
# The last number and the people in one way there and back; a row without a name where there is nobody.
_LAST_NUMBER = sa.select(sa.func.max(EVENTS.c.seq).label("last")).where(_HERE).subquery()
_HEAD = sa.select(_LAST_NUMBER.c.last, ANNOTATORS.c.name, ANNOTATORS.c.role).select_from(
    _LAST_NUMBER.outerjoin(ANNOTATORS, ANNOTATORS.c.project == sa.bindparam("of"))
)


class _Batch:
    """The part of the store that a batch touches, read once, and what is to be written."""

    def __init__(self, connection: Connection, rules: Rules, events: Sequence[Event]) -> None:
        self.connection, self.rules = connection, rules
        head = connection.execute(_HEAD, {"of": rules.project}).all()
        self.seq = int(head[0].last or 0)
        self.roles: dict[str, str] = {row.name: row.role for row in head if row.name is not None}
        ids = {event.id for event in events} | {e.supersedes for e in events if e.supersedes}
        units = {event.unit_id for event in events}
        self.known: dict[str, Event] = {}
        self.past: dict[str, list[Event]] = {unit: [] for unit in units}
        self._fetch(units, ids)
        others = {event.unit_id for event in self.known.values()} - units
        self.known = {name: event for name, event in self.known.items() if event.unit_id in units}
        self.past |= {unit: [] for unit in others}
        self._fetch(others, set())
        units |= others
        self.tasks: dict[tuple[str, str], list[Task]] = {}
        for task in fetch_tasks(connection, rules.project, units):
            self.tasks.setdefault((task.annotator, task.unit_id), []).append(task)
        self.new: list[Event] = []

    def _fetch(self, units: set[str], ids: set[str]) -> None:
        """Read all events of these units, and those of these ids."""
        found: dict[str, Event] = {}
        parts = in_chunks(sorted(units)), in_chunks(sorted(ids))
        for among, named in zip_longest(*parts, fillvalue=list[str]()):
            wanted = {"of": self.rules.project, "among": among, "named": named}
            found |= {row.id: event_of(row) for row in self.connection.execute(_TOUCHED, wanted)}
        self.known |= found
        for event in sorted(found.values(), key=lambda event: event.seq):
            if event.unit_id in units:
                self.past[event.unit_id].append(event)

    def mark(self) -> int:
        return len(self.new)

    def reset(self, mark: int) -> None:
        for event in self.new[mark:]:
            del self.known[event.id]
            self.past[event.unit_id].remove(event)
        self.seq -= len(self.new) - mark
        del self.new[mark:]

    def take(self, event: Event) -> Event:
        """The event as it will be stored; the one stored before, if it was sent before."""
        check_event(event)
        target = self._find_target(event)
        if target is not None and event.kind == "undo":
            event = replace(event, unit_id=target.unit_id)
        texts = self.rules.texts
        if texts is not None and event.unit_id and event.unit_id not in texts:
            raise InputError("The project has no unit of that id. Check the id.")
        text = None if texts is None else texts.get(event.unit_id)
        full = replace(event, payload=check_payload(event, self.rules.codebook, text))
        before = self.known.get(event.id)
        if before is not None:
            if not is_same(full, before):
                raise InputError("Another event has this id. Give each event an id of its own.")
            return before
        self._check_person(full)
        full = self._complete(full, target)
        self.seq += 1
        stored = replace(full, seq=self.seq, at=utc_now(), codebook=self.rules.codebook.sha256)
        self.new.append(stored)
        self.known[stored.id] = stored
        self.past.setdefault(stored.unit_id, []).append(stored)
        return stored

    def write(self) -> None:
        if not self.new:
            return
        insert_events(self.connection, self.rules.project, self.new)
        touched = {(event.annotator, event.unit_id) for event in self.new}
        done = {key for unit in {u for _, u in touched} for key in find_rounds_done(self.past[unit])}
        changed = [
            replace(task, closed=not task.closed)
            for key in touched
            for task in self.tasks.get(key, [])
            if task.purpose != "drawn" and ((*key, task.round or 0) in done) != task.closed
        ]
        set_closed(self.connection, self.rules.project, changed)
        for event in self.new:
            if event.kind == "undo" and self.known[event.supersedes or ""].kind == "ruling":
                drop_open(self.connection, self.rules.project, event.supersedes or "")

    def _find_target(self, event: Event) -> Event | None:
        if event.supersedes is None:
            return None
        target = self.known.get(event.supersedes)
        if target is None:
            raise InputError("The event to be replaced or taken back is not in the store.")
        if event.id in self.known:
            return target
        if target.annotator != event.annotator and event.kind != "adjudication":
            raise InputError("Only one's own events can be replaced or taken back.")
        if event.kind != "undo" and (target.kind, target.unit_id) != (event.kind, event.unit_id):
            raise InputError("An event replaces one of the same kind on the same unit.")
        if find_standing(self.past[target.unit_id])[target.id] != "live":
            raise InputError("That event was replaced or taken back before.")
        if event.kind == "undo" and target.kind == "undo":
            taken = self.known[target.supersedes or ""]
            if taken.kind == "ruling":
                raise InputError("A ruling that was taken back stays so. Give it anew.")
        return target

    def _check_person(self, event: Event) -> None:
        if event.kind == "adjudication" and not self.rules.has_gold:
            raise InputError("A reflexive project has no adjudicated coding. Readings stand side by side.")
        if not self.roles:
            return
        role = self.roles.get(event.annotator)
        if role is None or role == "revoked":
            raise InputError(f"{event.annotator!r} is not among this project's annotators.")
        needed = _NEEDS.get(event.kind, (role,))
        if role not in needed:
            raise InputError(f"A {event.kind} needs the role {' or '.join(needed)}; this person is {role}.")
        if role == "annotator" and not self._tasks_of(event):
            raise InputError("This unit is not among those given to this annotator.")

    def _complete(self, event: Event, target: Event | None) -> Event:
        if event.kind == "decision":
            return self._complete_decision(event, target)
        past = self.past[event.unit_id]
        if event.kind == "adjudication" and event.supersedes is None:
            earlier = find_live(past, ["adjudication"])
            event = replace(event, supersedes=earlier[-1].id if earlier else None)
        number = event.round
        if number is None and event.kind in ("skip", "adjudication"):
            wanted = [
                t for t in self._open_tasks(event) if (t.purpose == "adjudicate") == (event.kind != "skip")
            ]
            number = wanted[0].round if wanted else None
        return replace(event, round=number or 0, role="", probability=None)

    def _complete_decision(self, event: Event, target: Event | None) -> Event:
        mine = [e for e in self.past[event.unit_id] if e.annotator == event.annotator]
        decided = find_live(mine, ["decision"])
        current = next(iter(find_current(mine)), None)
        task = self._pick_task(event, current if target is None else target)
        if task is None:
            if target is None and event.role == "reread":
                return replace(
                    event, round=1 + max((e.round or 0 for e in decided), default=0), probability=None
                )
            corrected = target or current
            if corrected is not None:
                return _as_correction(event, corrected, corrected.round or 0)
            return replace(event, round=event.round or 0, role=event.role or "convenience")
        number = task.round or 0
        if task.purpose in ("ruling", "adjudicate") and current is not None:
            return _as_correction(event, current, number)
        same = [e for e in decided if e.round == number]
        if task.purpose == "reread":
            if current is None:
                raise InputError("A re-read of a unit that this annotator has not read.")
            return replace(
                event, supersedes=same[-1].id if same else None, round=number, role="reread", probability=None
            )
        before = same[-1].id if same else current.id if current is not None else None
        return replace(event, supersedes=before, round=number, role=task.role, probability=task.probability)

    def _pick_task(self, event: Event, corrected: Event | None) -> Task | None:
        """The task that a decision is for: the one it names, else a first reading still to be done."""
        tasks = self._tasks_of(event)
        if event.round is not None:
            named = next((task for task in tasks if task.round == event.round), None)
            if named is None and tasks:
                raise InputError("There is no such reading of this unit in this annotator's plan.")
            return named
        if corrected is not None:
            return None
        first = [task for task in tasks if task.purpose not in AGAIN]
        return first[0] if first else None

    def _tasks_of(self, event: Event) -> list[Task]:
        return self.tasks.get((event.annotator, event.unit_id), [])

    def _open_tasks(self, event: Event) -> list[Task]:
        done = find_rounds_done(self.past[event.unit_id])
        return [t for t in self._tasks_of(event) if (t.annotator, t.unit_id, t.round or 0) not in done]


def _as_correction(event: Event, earlier: Event, number: int) -> Event:
    """A decision that replaces an earlier one stands for the same draw of the unit."""
    return replace(
        event, supersedes=earlier.id, round=number, role=earlier.role, probability=earlier.probability
    )


def check_sequence(events: Iterable[Event]) -> list[Event]:
    """Events from files in the order of storing; raises ``InputError`` where two share a number or an id."""
    ordered = sorted(events, key=lambda event: event.seq)
    for name, what in (("id", "id"), ("seq", "number")):
        values = [getattr(event, name) for event in ordered]
        twice = len(values) - len(set(values))
        if twice:
            raise InputError(f"{twice} event(s) share the {what} of another. Import the files as exported.")
    return ordered


def absorb_history(
    connection: Connection, rules: Rules, events: Sequence[Event], tasks: Sequence[Task]
) -> tuple[int, int, int]:
    """Take in events and tasks from elsewhere; gives how many events and tasks were new, how many known.

    In a project without events they keep their numbers (those without a number come after); else new ones
    are numbered on, in their order. Raises ``InputError`` where an id stands for two different events.
    """
    project = EVENTS.c.project == rules.project
    there = fetch_events(connection, [project])
    held = {event.id: event for event in there}
    ordered = [*check_sequence(e for e in events if e.seq), *(e for e in events if not e.seq)]
    fresh = []
    for event in ordered:
        same = held.get(event.id)
        if same is None:
            held[event.id] = event
            fresh.append(event)
        elif replace(same, seq=0, round=same.round or 0) != replace(event, seq=0, round=event.round or 0):
            raise InputError("An event in the files differs from the stored one of the same id.")
    last = max((event.seq for event in there), default=0)
    numbered = []
    for event in fresh:
        last = event.seq if event.seq and not there else last + 1
        numbered.append(replace(event, seq=last))
    insert_events(connection, rules.project, numbered)
    done = find_rounds_done([*there, *numbered])
    added = add_tasks(connection, rules.project, tasks, done=done)
    units = {event.unit_id for event in numbered}
    plan = fetch_tasks(connection, rules.project, units)
    set_closed(
        connection,
        rules.project,
        [
            replace(task, closed=closed)
            for task in plan
            if task.purpose != "drawn"
            and (closed := (task.annotator, task.unit_id, task.round or 0) in done) != task.closed
        ],
    )
    return len(fresh), added, len(events) - len(fresh)
