"""Tasks: which annotator is to read which unit, in what order, and how the unit was drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from textmine.annotations.events import ROLES, check_name
from textmine.annotations.schema import TASKS
from textmine.errors import InputError

#: Why a unit is to be read. Nobody is shown that a reading is a re-read. ``drawn`` asks for no reading: it
#: keeps that a unit which this annotator reads for another reason was drawn into a sample as well.
PURPOSES = ("code", "calibration", "reread", "ruling", "adjudicate", "drawn")
#: Purposes that ask for a reading of what the annotator has read before.
AGAIN = ("reread", "ruling", "adjudicate", "drawn")

_CHUNK = 500
#: Asked before every decision, so it is put together once.
_SET = (
    TASKS.update()
    .where(TASKS.c.project == sa.bindparam("of"))
    .where(
        sa.tuple_(TASKS.c.annotator, TASKS.c.unit_id, TASKS.c.round).in_(sa.bindparam("keys", expanding=True))
    )
    .values(closed=sa.bindparam("now_closed"))
)
_OF_UNITS = sa.select(TASKS).where(
    TASKS.c.project == sa.bindparam("of"), TASKS.c.unit_id.in_(sa.bindparam("units", expanding=True))
)
_OPEN = (
    sa.select(TASKS)
    .where(TASKS.c.project == sa.bindparam("of"), TASKS.c.annotator == sa.bindparam("reader"))
    .where(TASKS.c.closed.is_(False))
    .order_by(TASKS.c.position)
    .limit(sa.bindparam("most"))
)
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Task:
    """One reading that one annotator is to do.

    ``round`` counts the annotator's readings of the unit from 0, ``position`` is its place in their order
    (both are given by ``AnnotationStore.assign`` unless set). ``role`` and ``probability`` say how the unit
    was drawn and how likely that was; draws with the same ``sample`` name are one sample that grows (a
    stratum stands after a slash: 'audit/3'). ``reason`` is the id of the ruling that asks for a re-read.
    ``annotator`` is a name, ``unit_id`` the unit's id; ``purpose`` says what it is for ('code',
    'calibration', 'reread', 'ruling', 'adjudicate' or 'drawn'); ``closed`` is a task that is done.

    >>> Task(annotator="ann", unit_id="u1", role="audit", probability=0.1, sample="audit").purpose
    'code'
    """

    annotator: str
    unit_id: str
    purpose: str = "code"
    role: str = "convenience"
    probability: float | None = None
    sample: str = ""
    reason: str = ""
    round: int | None = None
    position: int | None = None
    closed: bool = False


def check_task(task: Task) -> None:
    """Raise ``InputError`` for a task that cannot be stored."""
    check_name(task.annotator)
    if not task.unit_id:
        raise InputError("A task needs the id of its unit.")
    if task.purpose not in PURPOSES:
        raise InputError(f"No purpose {task.purpose!r}. Choose one of {', '.join(PURPOSES)}.")
    if task.role not in ROLES:
        raise InputError(f"No sampling role {task.role!r}. Choose one of {', '.join(ROLES)}.")
    if task.probability is not None and not 0 < task.probability <= 1:
        raise InputError(f"An inclusion probability is above 0 and at most 1, not {task.probability}.")
    if task.probability is not None and task.role == "active":
        raise InputError("A unit picked for being useful (active) has no inclusion probability.")


def add_tasks(
    connection: Connection,
    project: str,
    tasks: Sequence[Task],
    *,
    done: set[tuple[str, str, int]],
    first: bool = False,
) -> int:
    """Store tasks and give back how many; one that the annotator holds already is not stored again.

    ``done`` are the readings (annotator, unit, round) done already: a task for one of these is closed at
    once. With ``first`` the tasks come before all others, in their order.
    """
    held = _rounds_held(connection, project, tasks)
    read = {(annotator, unit) for annotator, unit, _ in done}
    places = _ends(connection, project)
    step = -1 if first else 1
    rows = []
    for task in reversed(tasks) if first else tasks:
        check_task(task)
        key = (task.annotator, task.unit_id)
        rounds = held.setdefault(key, {})
        if task.round in rounds if task.round is not None else _is_held(rounds, task):
            continue
        number = _next_round(rounds, task, key in read) if task.round is None else task.round
        low, high = places.get(task.annotator, (0, -1))
        place = task.position if task.position is not None else (low if first else high) + step
        places[task.annotator] = (min(low, place), max(high, place))
        closed = task.purpose == "drawn" or (*key, number) in done
        rounds[number] = ("closed " if closed else "open ") + task.purpose + task.reason
        rows.append({"project": project, **vars(task), "round": number, "position": place, "closed": closed})
    for part in in_chunks(rows):
        connection.execute(TASKS.insert(), part)
    return len(rows)


def fetch_tasks(connection: Connection, project: str, units: Iterable[str]) -> list[Task]:
    """All tasks of these units, by annotator, unit and round."""
    found: list[Task] = []
    for part in in_chunks(sorted(set(units))):
        found += [task_from_row(row) for row in connection.execute(_OF_UNITS, {"of": project, "units": part})]
    return sorted(found, key=lambda task: (task.annotator, task.unit_id, task.round or 0))


def fetch_open(connection: Connection, project: str, annotator: str, limit: int) -> list[Task]:
    """The annotator's first open tasks, in the order of reading."""
    wanted = {"of": project, "reader": annotator, "most": limit}
    return [task_from_row(row) for row in connection.execute(_OPEN, wanted)]


def fetch_plan(connection: Connection, project: str, annotator: str | None = None) -> list[Task]:
    """All tasks of the project or of one annotator, by annotator and position."""
    query = sa.select(TASKS).where(TASKS.c.project == project)
    query = query if annotator is None else query.where(TASKS.c.annotator == annotator)
    rows = connection.execute(query.order_by(TASKS.c.annotator, TASKS.c.position, TASKS.c.round))
    return [task_from_row(row) for row in rows]


def fetch_counts(
    connection: Connection, project: str, annotator: str, without: Sequence[str]
) -> tuple[int, int]:
    """How many tasks the annotator has and how many of them are open, some purposes left out."""
    still = sa.func.sum(sa.case((TASKS.c.closed.is_(False), 1), else_=0))
    query = sa.select(sa.func.count(), still).where(*_but(project, annotator, without))
    total, left = connection.execute(query).one()
    return int(total), int(left or 0)


def fetch_units(connection: Connection, project: str, annotator: str, without: Sequence[str]) -> list[str]:
    """The units of the annotator's tasks in the order of reading, each once; some purposes left out."""
    query = sa.select(TASKS.c.unit_id).where(*_but(project, annotator, without))
    return list(dict.fromkeys(connection.execute(query.order_by(TASKS.c.position)).scalars()))


def fetch_given(connection: Connection, project: str) -> set[str]:
    """The units that somebody is to read, or was."""
    query = sa.select(TASKS.c.unit_id).where(TASKS.c.project == project).distinct()
    return set(connection.execute(query).scalars())


def set_closed(connection: Connection, project: str, tasks: Sequence[Task]) -> None:
    """Write whether these tasks are closed."""
    for closed in (True, False):
        keys = sorted({(t.annotator, t.unit_id, t.round or 0) for t in tasks if t.closed is closed})
        for part in in_chunks(keys):
            connection.execute(_SET, {"of": project, "keys": part, "now_closed": closed})


def drop_open(connection: Connection, project: str, reason: str) -> None:
    """Take open tasks out of the plan that were asked for by a ruling which no longer stands."""
    asked = (TASKS.c.project == project, TASKS.c.reason == reason, TASKS.c.closed.is_(False))
    connection.execute(TASKS.delete().where(*asked))


def task_from_row(row: Any) -> Task:
    """The task of a row of the table."""
    values = dict(row._mapping)
    del values["project"]
    return Task(**values)


def in_chunks(items: Sequence[Item]) -> Iterator[list[Item]]:
    """The items in lists short enough for one statement."""
    for start in range(0, len(items), _CHUNK):
        yield list(items[start : start + _CHUNK])


def _but(project: str, annotator: str, without: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    mine = [TASKS.c.project == project, TASKS.c.annotator == annotator]
    return [*mine, TASKS.c.purpose.not_in(list(without))]


def _rounds_held(
    connection: Connection, project: str, tasks: Sequence[Task]
) -> dict[tuple[str, str], dict[int, str]]:
    held: dict[tuple[str, str], dict[int, str]] = {}
    for task in fetch_tasks(connection, project, (task.unit_id for task in tasks)):
        state = ("closed " if task.closed else "open ") + task.purpose + task.reason
        held.setdefault((task.annotator, task.unit_id), {})[task.round or 0] = state
    return held


def _is_held(rounds: dict[int, str], task: Task) -> bool:
    """Whether the annotator has such a task: a first reading, a re-read still open, one for that ruling."""
    if task.purpose not in AGAIN:
        return bool(rounds)
    states = ("open ", "closed ") if task.reason else ("open ",)
    return any(state + task.purpose + task.reason in rounds.values() for state in states)


def _next_round(rounds: dict[int, str], task: Task, is_read: bool) -> int:
    """The number of a new reading: 0 is kept for the first, also where that was done without a task."""
    if rounds:
        return max(rounds) + 1
    return 1 if is_read and task.purpose in AGAIN else 0


def _ends(connection: Connection, project: str) -> dict[str, tuple[int, int]]:
    query = (
        sa.select(TASKS.c.annotator, sa.func.min(TASKS.c.position), sa.func.max(TASKS.c.position))
        .where(TASKS.c.project == project)
        .group_by(TASKS.c.annotator)
    )
    return {name: (low, high) for name, low, high in connection.execute(query)}
