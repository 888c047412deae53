"""Who reads what: a sample drawn by chance and shared out; double coding, a first day, silent re-reads."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from textmine.annotations.tasks import Task
from textmine.errors import InputError

#: The sample that ``plan_tasks`` draws.
SAMPLE = "people"
#: A silent re-read comes at least this many units after the first reading, where the plan is long enough.
LEAST_GAP = 50


def shuffle_units(units: Sequence[str], seed: int, salt: str = "") -> list[str]:
    """The units in an order that depends on nothing but their ids and the seed.

    A unit's place among the others never changes when units are added, so that a sample drawn from the front
    can grow: the first 200 are the first 100 and 100 more.

    >>> shuffle_units(["u1", "u2", "u3"], 0) == shuffle_units(["u3", "u1", "u2"], 0)
    True
    """

    def number(unit: str) -> str:
        return hashlib.sha256(f"{seed}\x1f{salt}\x1f{unit}".encode("utf-8", "surrogatepass")).hexdigest()

    return sorted(units, key=number)


def plan_tasks(
    units: Sequence[str],
    annotators: Sequence[str],
    *,
    sample: int | float | None = None,
    overlap: float = 0.1,
    calibration: int = 0,
    rereads: float = 0.0,
    review: Sequence[str] = (),
    seed: int = 0,
) -> list[Task]:
    """The tasks of a project, in each annotator's order of reading; the same for the same seed.

    ``sample`` units (a share if below 1; None is all) are drawn from all ``units`` by simple random sampling
    and read by people, each with the same known probability: role 'random' where all are read, else 'audit'.
    The first ``calibration`` of them are read by everybody, before all else; of the others a share
    ``overlap`` is read by two. ``review`` units (a model's review pile) are shared out as well, with role
    'review' and no probability, but for those that the sample has drawn. Sample and pile are mixed, so that
    nobody can tell them apart. A share ``rereads`` of everybody's units comes back later, unannounced. Raises
    ``InputError`` where there is nobody to read, or a number is out of range. ``annotators`` are their names.

    >>> plan = plan_tasks(["a", "b", "c", "d"], ["ann", "ben"], sample=2, overlap=1.0)
    >>> sorted((task.annotator, task.role, task.probability) for task in plan)
    [('ann', 'audit', 0.5), ('ann', 'audit', 0.5), ('ben', 'audit', 0.5), ('ben', 'audit', 0.5)]
    """
    people = list(dict.fromkeys(annotators))
    every = list(dict.fromkeys(units))
    drawn = _draw(every, sample, seed)
    _check(every, people, drawn, overlap, calibration, rereads, review)
    chance = len(drawn) / len(every) if every else None
    role = "random" if len(drawn) == len(every) else "audit"
    first, rest = drawn[:calibration], drawn[calibration:]
    pile = [unit for unit in dict.fromkeys(review) if unit not in set(drawn)]
    mixed = shuffle_units([*rest, *pile], seed, "order")
    readers = _share_out(mixed, people, overlap, seed)
    in_sample = set(rest)
    plan = []
    for name in people:
        mine = [
            Task(annotator=name, unit_id=unit, purpose="calibration", role="calibration") for unit in first
        ]
        mine += [
            Task(annotator=name, unit_id=unit, role=role if unit in in_sample else "review")
            for unit in mixed
            if name in readers[unit]
        ]
        plan += _number([_with_chance(task, chance) for task in mine], rereads, seed)
    return plan


def grow_sample(plan: Sequence[Task], held: Sequence[Task]) -> list[Task]:
    """The tasks of ``plan`` on units that its sample draws and that of the tasks ``held`` had not drawn.

    Empty where the sample is no larger, or does not hold the units drawn before, as with another seed.

    >>> small, large = (plan_tasks(["a", "b", "c", "d"], ["ann"], sample=n) for n in (1, 3))
    >>> len(grow_sample(large, small)), grow_sample(small, large)
    (2, [])
    """
    drawn = {task.unit_id for task in held if task.sample == SAMPLE}
    wanted = {task.unit_id for task in plan if task.sample == SAMPLE}
    if not drawn < wanted:
        return []
    return [task for task in plan if task.unit_id in wanted - drawn]


def _draw(units: list[str], sample: int | float | None, seed: int) -> list[str]:
    wanted = len(units) if sample is None else round(sample * len(units)) if 0 < sample < 1 else int(sample)
    return shuffle_units(units, seed)[:wanted] if wanted > 0 else []


def _check(
    units: Sequence[str],
    people: Sequence[str],
    drawn: Sequence[str],
    overlap: float,
    calibration: int,
    rereads: float,
    review: Sequence[str],
) -> None:
    if not people:
        raise InputError("Nobody to read. Name at least one annotator.")
    for name, share in (("overlap", overlap), ("rereads", rereads)):
        if not 0 <= share <= 1:
            raise InputError(f"The share {name} is between 0 and 1, not {share}.")
    if not 0 <= calibration <= len(drawn):
        raise InputError(f"A calibration set of {calibration} does not fit a sample of {len(drawn)} units.")
    strangers = len(set(review) - set(units))
    if strangers:
        raise InputError(f"{strangers} unit(s) of the review pile are not among the units. Check the ids.")


def _share_out(units: Sequence[str], people: Sequence[str], overlap: float, seed: int) -> dict[str, set[str]]:
    """The readers of each unit: one, in turn; two for the overlap, so that all pairs of people meet."""
    double = (
        set(shuffle_units(units, seed, "overlap")[: round(overlap * len(units))])
        if len(people) > 1
        else set()
    )
    readers: dict[str, set[str]] = {}
    load: dict[str, int] = dict.fromkeys(people, 0)
    met: dict[frozenset[str], int] = defaultdict(int)
    place = {name: number for number, name in enumerate(people)}
    for unit in [*(u for u in units if u in double), *(u for u in units if u not in double)]:
        one = min(people, key=lambda name: (load[name], place[name]))
        chosen = {one}
        if unit in double:
            others = [name for name in people if name != one]
            chosen.add(min(others, key=lambda name: (met[frozenset((one, name))], load[name], place[name])))
            met[frozenset(chosen)] += 1
        for name in chosen:
            load[name] += 1
        readers[unit] = chosen
    return readers


def _with_chance(task: Task, chance: float | None) -> Task:
    if task.role == "review":
        return task
    return Task(**{**vars(task), "probability": chance, "sample": SAMPLE})


def _number(tasks: list[Task], rereads: float, seed: int) -> list[Task]:
    """Tasks with their places, and re-reads put in between, each well behind its first reading."""
    gap = min(LEAST_GAP, len(tasks) // 2)
    able = [task.unit_id for task in tasks[: max(len(tasks) - gap, 0)]]
    again = set(shuffle_units(able, seed, "rereads")[: round(rereads * len(tasks))])
    numbered = []
    for number, task in enumerate(tasks):
        numbered.append(Task(**{**vars(task), "round": 0, "position": 2 * number}))
        if task.unit_id in again:
            numbered.append(
                Task(
                    annotator=task.annotator,
                    unit_id=task.unit_id,
                    purpose="reread",
                    role="reread",
                    round=1,
                    position=2 * (number + gap) + 1,
                )
            )
    return sorted(numbered, key=lambda task: task.position or 0)
