"""Drift: how one annotator's reading changes, seen on the calibration set and on silent re-reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from textmine.agreement import measure_alpha, number_sets
from textmine.annotations.events import Event
from textmine.annotations.standing import find_current, find_live, find_standing
from textmine.errors import InputError

if TYPE_CHECKING:
    from textmine.annotations.store import AnnotationStore

#: Columns of the table of drift.
COLUMNS = ["measure", "block", "first", "last", "units", "same", "alpha", "shift"]


@dataclass(frozen=True)
class _Pair:
    """One unit as this annotator read it, beside what it is held against; codes both speak of."""

    at: str
    mine: dict[str, int]
    other: dict[str, int]


def measure_drift(store: AnnotationStore, annotator: str, *, block: int = 20) -> pd.DataFrame:
    """How an annotator's decisions hold over time, in blocks of ``block`` units by the order of reading.

    Measure 'calibration' holds readings of the calibration set, first ones and re-reads, against what was
    settled for it or, failing that, what most other readers said; 'reread' holds silent re-reads against
    the same person's decision before. ``same`` is the share of units with exactly the same codes, ``alpha``
    Krippendorff's with the MASI distance, ``shift`` how many codes a unit the annotator gives more (or fewer)
    than the other. A code that was ruled on between the two readings is left out of that pair: a change
    there is obedience, not drift. Raises ``InputError`` in a reflexive project, which measures no agreement.
    """
    if store.approach == "reflexive":
        raise InputError("A reflexive project measures no agreement, a person's with themselves included.")
    if block < 1:
        raise InputError("A block holds at least one unit.")
    events = store.events()
    pairs = {
        "calibration": _against_others(store, events, annotator),
        "reread": _against_self(events, annotator),
    }
    rows: list[dict[str, Any]] = []
    for measure, found in pairs.items():
        for start in range(0, len(found), block):
            part = found[start : start + block]
            dates = {"first": part[0].at, "last": part[-1].at}
            rows.append({"measure": measure, "block": start // block + 1, **dates, **_compare(part)})
    return pd.DataFrame(rows, columns=COLUMNS)


def _against_self(events: Sequence[Event], annotator: str) -> list[_Pair]:
    standing = find_standing(events)
    mine = [
        e for e in events if e.annotator == annotator and e.kind == "decision" and standing[e.id] != "undone"
    ]
    pairs = []
    for again in mine:
        if again.role != "reread" or standing[again.id] != "live":
            continue
        before = [e for e in mine if e.unit_id == again.unit_id and e.role != "reread" and e.seq < again.seq]
        if before:
            pairs.append(_pair(again, before[-1].codes, _ruled_between(events, before[-1].seq, again.seq)))
    return pairs


def _against_others(store: AnnotationStore, events: Sequence[Event], annotator: str) -> list[_Pair]:
    tasks = store.list_tasks(annotator)
    units = {task.unit_id for task in tasks if task.purpose == "calibration"}
    readings = [e for e in find_live(events, ["decision"]) if e.annotator == annotator]
    units |= {event.unit_id for event in readings if event.role == "calibration"}
    settled = {event.unit_id: event.codes for event in find_live(events, ["adjudication"])}
    others: dict[str, list[Event]] = defaultdict(list)
    for event in find_current(events):
        if event.annotator != annotator:
            others[event.unit_id].append(event)
    pairs = []
    for event in readings:
        if event.unit_id in units:
            standard = settled.get(event.unit_id) or _most(others[event.unit_id])
            if standard:
                pairs.append(_pair(event, standard, set()))
    return pairs


def _most(decisions: Sequence[Event]) -> dict[str, int]:
    """Per code what more than half of the readers say; codes without a majority are left out."""
    votes: dict[str, list[int]] = defaultdict(list)
    for event in decisions:
        for code, value in event.codes.items():
            votes[code].append(value)
    shares = {code: sum(values) / len(values) for code, values in votes.items()}
    return {code: int(share > 0.5) for code, share in shares.items() if share != 0.5}


def _pair(event: Event, other: Mapping[str, int], without: set[str]) -> _Pair:
    shared = [code for code in event.codes if code in other and code not in without]
    return _Pair(event.at, {c: event.codes[c] for c in shared}, {c: other[c] for c in shared})


def _ruled_between(events: Sequence[Event], after: int, before: int) -> set[str]:
    return {
        event.payload["code"] for event in events if event.kind == "ruling" and after < event.seq < before
    }


def _compare(pairs: Sequence[_Pair]) -> dict[str, float]:
    codes = list(dict.fromkeys(code for pair in pairs for code in pair.mine))
    mine = np.array([[pair.mine.get(code, 0) for code in codes] for pair in pairs], dtype=float)
    other = np.array([[pair.other.get(code, 0) for code in codes] for pair in pairs], dtype=float)
    numbers, distance = number_sets([mine, other])
    return {
        "units": len(pairs),
        "same": float((mine == other).all(axis=1).mean()),
        "alpha": measure_alpha(numbers, distance=distance),
        "shift": float((mine.sum(axis=1) - other.sum(axis=1)).mean()),
    }
