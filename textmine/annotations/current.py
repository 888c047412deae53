"""The state of the coding now: the decisions in force as a coded dataset, one reader's or the settled one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from textmine.annotations.events import Event
from textmine.annotations.standing import find_current, find_live
from textmine.coded import SPAN_COLUMNS, CodedDataset
from textmine.errors import InputError

if TYPE_CHECKING:
    from textmine.annotations.store import AnnotationStore

#: Who coded what all readers agree on, and what was settled.
AGREED, SETTLED = "readers", "adjudicated"


def make_coded(
    store: AnnotationStore, annotator: str | None = None, *, adjudicated: bool = False
) -> CodedDataset:
    """A coded dataset of the units that were read, in the corpus's order where it is known.

    With ``annotator`` that person's decisions; without, 1 or 0 where all readers of a unit agree on the code
    and missing where they differ. ``adjudicated`` lets the adjudicator's word stand instead, where there is
    one. A code that came into the codebook later is missing for units read before, not 0.
    Raises ``InputError`` for an annotator who has decided nothing, and for adjudication
    in a reflexive project.
    """
    if adjudicated and store.approach == "reflexive":
        raise InputError(
            "A reflexive project has no adjudicated coding. Take codings(), one for each reader."
        )
    events = store.events()
    current = find_current(events)
    if annotator is not None:
        current = [event for event in current if event.annotator == annotator]
        if not current:
            known = ", ".join(list_readers(store)) or "nobody"
            raise InputError(f"No decisions by {annotator!r}. Decided so far: {known}.")
    rulers = find_live(events, ["adjudication"]) if adjudicated and annotator is None else []
    last_word = {event.unit_id: event for event in rulers}
    units = order_units(store, [*current, *rulers])
    values = settle_cells(store.codebook.ids, units, current, last_word)
    spans = _list_spans(values, events, current, last_word)
    texts = facts = None
    if store.corpus is not None:
        facts = store.corpus.facts.reindex(values.index)
        by_id = dict(zip(store.corpus.ids, store.corpus.texts, strict=True))
        texts = pd.Series([by_id.get(unit, "") for unit in units], index=values.index, dtype=object)
    coder = annotator or (SETTLED if adjudicated else AGREED)
    return CodedDataset(values, store.codebook, coder, spans=spans, texts=texts, attributes=facts)


def list_readers(store: AnnotationStore) -> list[str]:
    """Everybody with a decision in force, by name."""
    return sorted({event.annotator for event in find_current(store.events(kinds=["decision", "undo"]))})


def order_units(store: AnnotationStore, events: Iterable[Event]) -> list[str]:
    """The events' units once each: in the corpus's order, or by first reading where there is no corpus."""
    units = list(dict.fromkeys(event.unit_id for event in sorted(events, key=lambda e: e.seq)))
    if store.corpus is None:
        return units
    place = {unit: number for number, unit in enumerate(store.corpus.ids)}
    return sorted(units, key=lambda unit: place.get(unit, len(place)))


def settle_cells(
    codes: Sequence[str], units: Sequence[str], current: Iterable[Event], last_word: Mapping[str, Event]
) -> pd.DataFrame:
    """Units x codes: the last word where there is one, else the common value of all readers, else missing."""
    row = {unit: number for number, unit in enumerate(units)}
    column = {code: number for number, code in enumerate(codes)}
    ones, zeros = np.zeros((len(units), len(codes))), np.zeros((len(units), len(codes)))
    for event in current:
        for code, value in event.codes.items():
            if code in column:
                (ones if value else zeros)[row[event.unit_id], column[code]] += 1
    values = np.where((ones > 0) == (zeros > 0), np.nan, (ones > 0).astype(float))
    for unit, event in last_word.items():
        for code, value in event.codes.items():
            if code in column:
                values[row[unit], column[code]] = value
    return pd.DataFrame(values, index=pd.Index(list(units), name="unit_id"), columns=list(codes))


def spans_of(decision: Event, evidence: Iterable[Event]) -> list[dict[str, Any]]:
    """The stretches that show a decision's codes: its own and those attached to them by themselves."""
    applied = decision.applied
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for span in [*decision.payload.get("spans", ()), *(event.payload for event in evidence)]:
        if span["code"] in applied:
            found[tuple(span[key] for key in ("code", "start", "end", "quote"))] = dict(span)
    return sorted(found.values(), key=lambda span: (applied.index(span["code"]), span["start"], span["end"]))


def _list_spans(
    values: pd.DataFrame,
    events: Sequence[Event],
    current: Sequence[Event],
    last_word: Mapping[str, Event],
) -> pd.DataFrame:
    """Evidence of the codes that apply; an adjudicator's own stands instead of the readers'."""
    attached = _attached_evidence(events)
    given = {
        (str(values.index[i]), str(values.columns[j]))
        for i, j in np.argwhere(values.to_numpy() == 1).tolist()
    }
    rows, settled = [], set[tuple[str, str]]()
    for event in [*last_word.values(), *current]:
        spans = spans_of(event, attached.get((event.unit_id, event.annotator), ()))
        stances = event.payload.get("stances", {})
        shown = {span["code"] for span in spans}
        bare = [{"code": c, "start": -1, "end": -1, "quote": ""} for c in stances if c not in shown]
        for span in [*spans, *bare]:
            key = (event.unit_id, span["code"])
            if key not in given or (event.kind == "decision" and key in settled):
                continue
            stance = stances.get(span["code"], "")
            rows.append({"unit_id": event.unit_id, **span, "coder": event.annotator, "stance": stance})
        if event.kind == "adjudication":
            settled |= {(event.unit_id, code) for code in shown | set(stances)}
    place = {unit: number for number, unit in enumerate(values.index)}
    rows.sort(key=lambda row: place[row["unit_id"]])
    return pd.DataFrame(rows, columns=list(SPAN_COLUMNS))


def _attached_evidence(events: Sequence[Event]) -> dict[tuple[str, str], list[Event]]:
    """Stretches attached one by one, by unit and annotator; those of silent re-reads left out."""
    silent = {
        (e.unit_id, e.annotator, e.round) for e in events if e.kind == "decision" and e.role == "reread"
    }
    attached: dict[tuple[str, str], list[Event]] = {}
    for event in find_live(events, ["evidence"]):
        if (event.unit_id, event.annotator, event.round) not in silent:
            attached.setdefault((event.unit_id, event.annotator), []).append(event)
    return attached
