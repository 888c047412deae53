"""Tables of what the store holds: decisions, labels with how units were drawn, disagreements, progress."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from textmine.annotations.current import make_coded
from textmine.annotations.events import Event
from textmine.annotations.standing import find_current, find_live
from textmine.annotations.tasks import Task
from textmine.errors import InputError

if TYPE_CHECKING:
    from textmine.annotations.store import AnnotationStore

log = logging.getLogger(__name__)

_FACTS = ("unit_id", "annotator", "round", "role", "probability", "at", "seq", "seconds", "suggestions_shown")
#: Sampling roles of units that were drawn by chance.
DRAWN = ("random", "audit", "calibration")


def list_decisions(store: AnnotationStore) -> pd.DataFrame:
    """The decision in force of each annotator and unit, a row each, in the order of storing.

    After the facts (unit, annotator, round, sampling role, inclusion probability, time, number, seconds,
    whether suggestions were shown, the codebook's hash, the event's id) comes a column a code: 1, 0, missing.
    """
    rows = []
    for event in find_current(store.events()):
        facts = {name: getattr(event, name) for name in _FACTS}
        rows.append({**facts, "codebook": event.codebook, "event_id": event.id, **event.codes})
    frame = pd.DataFrame(rows, columns=[*_FACTS, "codebook", "event_id", *store.codebook.ids])
    return frame.astype(dict.fromkeys(store.codebook.ids, "Int8"))


def list_labels(store: AnnotationStore, *, sample: bool | str = False) -> pd.DataFrame:
    """The settled labels, a row a unit: ``unit_id``, the codes, ``sampling_role``, ``inclusion_probability``.

    A code is 1, 0 or missing (not settled). The probability is missing for units that nobody drew by chance,
    such as those of active learning. ``sample`` keeps only units with a known probability: of the one sample
    that there is, or of the one named. Tasks with the same sample name are draws of one sample that grew, so
    all its units take the probability that it has reached. Units drawn but not yet read make the
    probabilities too high: they, and those not settled on every code, are counted in a logged warning and in
    ``attrs`` (``unread``, ``unsettled``); one that is settled on no code is left out.
    Raises ``InputError`` where several samples are to choose from, or none has the name.
    """
    coded = make_coded(store, adjudicated=store.approach != "reflexive")
    events = store.events()
    drawn = _find_draws(store.list_tasks(), find_current(events))
    wanted = _choose_sample(_name_samples(drawn), sample)
    rows = {unit: _pick_draw(draws, wanted) for unit, draws in drawn.items()}
    frame = coded.wide()
    frame["sampling_role"] = [rows.get(unit, ("convenience", None))[0] for unit in frame.index]
    chances = [rows.get(unit, ("", None))[1] for unit in frame.index]
    frame["inclusion_probability"] = pd.array(chances, dtype="Float64")
    if wanted is not None:
        units = {unit for unit, (_, chance) in rows.items() if chance is not None}
        held = set(store.codebook.ids)
        told = [*find_current(events), *find_live(events, ["adjudication"])]
        decided = units & {event.unit_id for event in told if not held.isdisjoint(event.codes)}
        drawn_rows = frame[frame.index.isin(units)]
        unread = len(units) - len(decided)
        unsettled = int(drawn_rows.loc[drawn_rows.index.isin(decided), coded.codes].isna().any(axis=1).sum())
        frame = drawn_rows[drawn_rows[coded.codes].notna().any(axis=1)]
        if unread or unsettled:
            log.warning(
                "Of %d units drawn %d are not read, %d not settled throughout; estimates hold once they are.",
                len(units),
                unread,
                unsettled,
            )
        frame.attrs |= {"unread": unread, "unsettled": unsettled}
    return frame.reset_index()


def list_samples(store: AnnotationStore) -> list[str]:
    """The names of the samples whose units were drawn with known probabilities."""
    return _name_samples(_find_draws(store.list_tasks(), find_current(store.events())))


def list_disagreements(store: AnnotationStore) -> pd.DataFrame:
    """Each unit and code on which readers differ: a column an annotator (1, 0, missing), then the outcome.

    ``settled`` is the adjudicator's 1 or 0, missing while nobody has settled it; ``reason`` says why.
    """
    events = store.events()
    by_unit: dict[str, list[Event]] = defaultdict(list)
    for event in find_current(events):
        by_unit[event.unit_id].append(event)
    last_word = {event.unit_id: event for event in find_live(events, ["adjudication"])}
    readers = sorted({event.annotator for decisions in by_unit.values() for event in decisions})
    rows: list[dict[str, Any]] = []
    for unit, decisions in by_unit.items():
        for code in store.codebook.ids:
            values = {e.annotator: e.codes[code] for e in decisions if code in e.codes}
            if len(set(values.values())) > 1:
                word = last_word.get(unit)
                settled = None if word is None else word.codes.get(code)
                reason = "" if word is None else word.payload["reason"]
                rows.append({"unit_id": unit, "code": code, **values, "settled": settled, "reason": reason})
    frame = pd.DataFrame(rows, columns=["unit_id", "code", *readers, "settled", "reason"])
    return frame.astype(dict.fromkeys([*readers, "settled"], "Int8"))


def measure_progress(store: AnnotationStore) -> pd.DataFrame:
    """How far each annotator is, a row each, and how fast: for planning.

    ``read`` counts units with a decision in force, ``skipped`` those passed over, ``open`` tasks to do,
    ``questions`` those without an answer. ``per_hour`` is decisions an hour by the seconds that the page
    measured, with and without evidence; missing where no time is known.
    """
    events, tasks = store.events(), [task for task in store.list_tasks() if task.purpose != "drawn"]
    current = find_current(events)
    answered = {event.payload["question"] for event in find_live(events, ["ruling"])}
    waiting = [event for event in find_live(events, ["question"]) if event.id not in answered]
    evidence = {(event.unit_id, event.annotator) for event in find_live(events, ["evidence"])}
    skips = {(event.unit_id, event.annotator) for event in find_live(events, ["skip"])}
    flags = find_live(events, ["flag", "act_on"])
    names = {person.name for person in store.annotators()} | {task.annotator for task in tasks}
    names |= {event.annotator for event in current}
    rows = []
    for name in sorted(names):
        mine = [event for event in current if event.annotator == name]
        shown = [bool(e.payload["spans"]) or (e.unit_id, name) in evidence for e in mine]
        read = {event.unit_id for event in mine}
        rows.append(
            {
                "annotator": name,
                "assigned": sum(task.annotator == name for task in tasks),
                "open": sum(task.annotator == name and not task.closed for task in tasks),
                "read": len(read),
                "skipped": sum(who == name and unit not in read for unit, who in skips),
                "questions": sum(event.annotator == name for event in waiting),
                "flags": sum(event.annotator == name for event in flags),
                "seconds": sum(event.seconds or 0.0 for event in mine),
                "per_hour": _pace(mine),
                "per_hour_with_evidence": _pace([e for e, has in zip(mine, shown, strict=True) if has]),
                "per_hour_without_evidence": _pace(
                    [e for e, has in zip(mine, shown, strict=True) if not has]
                ),
            }
        )
    return pd.DataFrame(rows)


def _pace(decisions: Sequence[Event]) -> float:
    timed = [event.seconds for event in decisions if event.seconds]
    return round(3600 * len(timed) / sum(timed), 1) if timed else float("nan")


Draw = tuple[str, float | None]  # sampling role, inclusion probability


def _find_draws(tasks: Iterable[Task], current: Iterable[Event]) -> dict[str, dict[str, Draw]]:
    """For each unit the samples that it was drawn into: by the plan, or by what its decisions say."""
    planned = [t for t in tasks if t.purpose in ("code", "calibration", "drawn")]
    reached: dict[str, float] = {}
    for task in planned:
        if task.probability is not None:
            reached[task.sample] = max(reached.get(task.sample, 0.0), task.probability)
    draws: dict[str, dict[str, Draw]] = defaultdict(dict)
    for task in planned:
        chance = None if task.probability is None else reached[task.sample]
        name = task.sample.split("/")[0] if chance is not None else f"\0{task.role}"
        draws[task.unit_id].setdefault(name, (task.role, chance))
    for event in current:
        if event.unit_id not in draws:
            name = "" if event.probability is not None else f"\0{event.role}"
            draws[event.unit_id] = {name: (event.role, event.probability)}
    return draws


def _name_samples(drawn: dict[str, dict[str, Draw]]) -> list[str]:
    return sorted({name for draws in drawn.values() for name in draws if draws[name][1] is not None})


def _choose_sample(names: Sequence[str], sample: bool | str) -> str | None:
    if sample is False:
        return None
    if isinstance(sample, str) and sample in names:
        return sample
    shown = ", ".join(repr(name) for name in names) or "none"
    if sample is not True or len(names) != 1:
        raise InputError(
            f"No one sample to take. Samples with known probabilities: {shown}. Name one of them."
        )
    return names[0]


def _pick_draw(draws: dict[str, Draw], wanted: str | None) -> Draw:
    if wanted is not None:
        return draws.get(wanted, ("", None))
    known = [draw for draw in draws.values() if draw[1] is not None]
    return (known or list(draws.values()))[0]
