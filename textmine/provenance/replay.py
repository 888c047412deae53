"""Replaying a provenance record: what holds after each event, and who decided it on what ground."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import BANDS, REVIEW_SHARE
from textmine.provenance.blocks import DECISIONS, SCORE, matrix_of
from textmine.provenance.events import RecordEvent

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Gives the rows of an event's block, a pyarrow table.
Fetch = Callable[[RecordEvent], Any]
_UNIT_COLUMNS = ("resp_id", "question_id", "wave", "unit_start", "unit_end")


@dataclass
class State:
    """What holds after some events, (units, codes) each.

    ``values`` are 1, 0 or NaN, ``scores`` the model's, ``owner`` the number of the event that decided,
    ``people`` where that is a person. ``run`` is the event of the run, ``facts`` hold its thresholds and
    bands as later events changed them, ``decided`` the rows of people's decisions by event.
    """

    run: RecordEvent
    units: list[str]
    codes: list[str]
    values: Floats
    scores: Floats | None
    about: dict[str, list[Any]]
    texts: npt.NDArray[np.object_]
    facts: dict[str, Any]
    owner: Ints
    people: npt.NDArray[np.bool_]
    place: dict[str, int] = field(default_factory=dict)

    @property
    def matrix(self) -> pd.DataFrame:
        """The values: units x codes as whole numbers, missing where not coded."""
        frame = pd.DataFrame(self.values, index=pd.Index(self.units, name="unit_id"), columns=self.codes)
        return frame.astype("Int8")

    def bands(self) -> npt.NDArray[np.int64]:
        """The band of each model's decision as its place in ``BANDS``, -1 where not coded or a person's."""
        if self.scores is None:
            found = np.where(self.values == 1, BANDS.index("accept"), BANDS.index("reject"))
        else:
            cuts, accept, review = (
                self.facts["thresholds"],
                self.facts["accept_from"],
                self.facts["review_from"],
            )
            at = np.array([cuts.get(code, np.nan) for code in self.codes])
            floor = np.array([review.get(code, REVIEW_SHARE * cuts.get(code, np.nan)) for code in self.codes])
            sure = np.array([accept.get(code, np.inf) for code in self.codes])
            with np.errstate(invalid="ignore"):
                applies = self.scores >= at
                found = (applies | (self.scores >= floor)).astype(np.int64) + (
                    applies & (self.scores >= sure)
                )
        return np.where(np.isnan(self.values) | self.people, -1, found)


def walk_states(
    events: Sequence[RecordEvent], fetch: Fetch
) -> Iterator[tuple[RecordEvent, State, np.ndarray]]:
    """After each event that decides anything: the event, the state, and which (units, codes) it touched.

    The state is changed in place by the next step. A later run replaces an earlier one; people's decisions
    stand over it where the text is still the same.
    """
    state: State | None = None
    earlier: list[RecordEvent] = []
    logs = {e.facts.get("run"): e.facts.get("redaction_log_id") for e in events if e.kind == "redaction"}
    for event in events:
        if event.kind == "run":
            state = _begin(event, fetch(event))
            state.facts["redaction_log_id"] = logs.get(event.seq) or state.facts.get("redaction_log_id")
            yield event, state, np.ones(state.values.shape, bool)
            for past in earlier:
                _decide(state, past, fetch(past))
        elif event.kind == "decisions":
            earlier.append(event)
            if state is not None:
                yield event, state, _decide(state, event, fetch(event))
        elif event.kind in ("thresholds", "certificate") and state is not None:
            yield event, state, _set_again(state, event)


def replay_events(events: Sequence[RecordEvent], fetch: Fetch) -> State | None:
    """The state after all events; None where nothing was ever coded."""
    runs = [event.seq for event in events if event.kind == "run"]
    if not runs:
        return None
    wanted = [event for event in events if event.kind == "decisions" or event.seq >= runs[-1]]
    state = None
    for _, state, _ in walk_states(wanted, fetch):  # noqa: B007
        pass
    return state


def list_rows(event: RecordEvent, state: State, touched: np.ndarray, fetch: Fetch) -> pd.DataFrame:
    """The decisions of an event, a row each unit and code; ``touched`` says which."""
    rows, columns = np.nonzero(touched)
    units = [state.units[row] for row in rows.tolist()]
    frame = pd.DataFrame({"unit_id": units, "code_id": [state.codes[c] for c in columns.tolist()]})
    for name in _UNIT_COLUMNS:
        cells = state.about.get(name)
        frame[name] = None if cells is None else [cells[row] for row in rows.tolist()]
    frame["value"] = pd.array(state.values[rows, columns], dtype="Float64").astype("Int8")
    frame["text_sha256"] = [digest.hex() for digest in state.texts[rows].tolist()]
    facts = state.facts
    by_person = event.kind == "decisions"
    if by_person:
        said = fetch(event).to_pandas().drop_duplicates(["unit_id", "code_id"], keep="last")
        taken = [c for c in DECISIONS if c not in ("value", "text_sha256")]
        frame = frame.merge(said[taken], on=["unit_id", "code_id"], how="left")
    else:
        frame["source"], frame["coder_id"] = facts.get("source"), facts.get("coder_id")
        frame["calibrated_prob"] = None if state.scores is None else state.scores[rows, columns]
        cuts = facts.get("thresholds") or {}
        frame["threshold"] = [cuts.get(state.codes[c]) for c in columns.tolist()]
        names = np.array([*BANDS, None], dtype=object)
        frame["band"] = names[state.bands()[rows, columns]]
        frame["certificate_id"] = facts.get("certificate_id") or None
        model = facts.get("model") or {}
        frame["model_id"], frame["model_sha256"] = model.get("id"), model.get("sha256")
    book = event.facts.get("codebook") or facts.get("codebook") or {}
    for name in ("id", "version", "sha256"):
        frame[f"codebook_{name}"] = book.get(name)
    frame["redaction_log_id"] = facts.get("redaction_log_id") or None
    frame["coded_at"], frame["software_version"] = event.at, event.software_version
    return frame


def _begin(event: RecordEvent, table: Any) -> State:
    values = matrix_of(table)
    scores = matrix_of(table, SCORE) if any(n.startswith(SCORE) for n in table.column_names) else None
    units = [str(unit) for unit in values.index]
    facts = {"accept_from": {}, "review_from": {}, "thresholds": {}, **event.facts}
    return State(
        run=event,
        units=units,
        codes=[str(code) for code in values.columns],
        values=values.to_numpy(dtype=np.float64, copy=True),
        scores=None if scores is None else scores.to_numpy(dtype=np.float64),
        about={name: table[name].to_pylist() for name in _UNIT_COLUMNS if name in table.column_names},
        texts=np.array([*table["text_sha256"].to_pylist(), None], dtype=object)[:-1],
        facts=facts,
        owner=np.full(values.shape, event.seq, dtype=np.int64),
        people=np.zeros(values.shape, bool),
        place={unit: row for row, unit in enumerate(units)},
    )


def _decide(state: State, event: RecordEvent, table: Any) -> np.ndarray:
    """Take in people's decisions on texts that are still the same; which units and codes they touched."""
    touched = np.zeros(state.values.shape, bool)
    column = {code: number for number, code in enumerate(state.codes)}
    names = ("unit_id", "code_id", "value", "text_sha256")
    for unit, code, value, digest in zip(*(table[name].to_pylist() for name in names), strict=True):
        row, at = state.place.get(unit), column.get(code)
        if row is None or at is None or (digest is not None and digest != state.texts[row]):
            continue
        state.values[row, at] = np.nan if value is None else float(value)
        state.owner[row, at], state.people[row, at], touched[row, at] = event.seq, True, True
    return touched


def _set_again(state: State, event: RecordEvent) -> np.ndarray:
    """Cut the model's decisions at other thresholds, or put them into other bands; which ones changed."""
    values, bands = state.values.copy(), state.bands()
    for name in ("thresholds", "accept_from", "review_from"):
        if event.kind == "certificate" and name != "thresholds":
            state.facts[name] = dict(event.facts.get(name) or {})
        else:
            state.facts[name] = {**state.facts[name], **(event.facts.get(name) or {})}
    if event.kind == "certificate":
        state.facts["certificate_id"] = event.facts.get("certificate_id")
    elif state.scores is not None:
        cuts = state.facts["thresholds"]
        tested = state.facts["accept_from"].items()
        state.facts["accept_from"] = {code: at for code, at in tested if cuts[code] <= at}
        for number, code in enumerate(state.codes):
            known = ~np.isnan(state.scores[:, number]) & ~state.people[:, number]
            cut = state.scores[:, number] >= state.facts["thresholds"][code]
            state.values[known, number] = cut[known].astype(float)
    with np.errstate(invalid="ignore"):
        same = (state.values == values) | (np.isnan(state.values) & np.isnan(values))
    changed = ~(same & (state.bands() == bands))
    state.owner[changed] = event.seq
    return np.asarray(changed)
