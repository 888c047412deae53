"""The append-only record of a coded folder: every decision, by whom or what, replayed to the matrix."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine import __version__
from textmine.errors import InputError
from textmine.provenance.blocks import (
    DECISIONS,
    RunPart,
    purge_block,
    read_block,
    write_decisions,
    write_run,
)
from textmine.provenance.events import (
    FIRST,
    Block,
    RecordEvent,
    append_event,
    check_time,
    find_live,
    read_events,
    utc_now,
)
from textmine.provenance.listing import order_columns
from textmine.provenance.replay import State, list_rows, replay_events, walk_states

#: The folder of the record within a coded folder.
FOLDER = "record"
#: Units listed at once; bounds memory, changes nothing else.
_ROWS = 20_000
SOURCES = ("human", "model", "rule", "import")


@dataclass(frozen=True)
class Standing:
    """What a record holds: events by kind, its latest hash, decisions by people, certificates gone stale."""

    events: dict[str, int]
    sha256: str
    units: int
    codes: int
    by_people: int
    stale: tuple[str, ...] = ()


class ProvenanceRecord:
    """The record in a coded folder: ``record/events.jsonl``, a line an event, and blocks of decisions.

    What a run, a person, a new threshold, a certificate decided is appended and never changed; current is
    what no later event replaced, and people's decisions stand over a model's while the text is the same. Each
    line names the hash of the line before and of its block, so a change made by other means is seen; that
    lines were taken off the end is seen where an earlier ``sha256`` was noted (``check``). Of texts only
    hashes are kept. ``coded_folder`` is what ``textmine code`` wrote.

    >>> import tempfile, numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     record = ProvenanceRecord(folder)
    ...     values, scores = np.array([[0.0], [np.nan]]), np.array([[0.4], [np.nan]])
    ...     part = RunPart(["u1", "u2"], ["We train", ""], values, scores)
    ...     facts = {"source": "model", "coder_id": "m", "thresholds": {"training": 0.5}}
    ...     _ = record.add_run(["training"], [part], facts=facts)
    ...     _ = record.add_thresholds({"training": 0.3})
    ...     record.replay()["training"].tolist(), record.replay(until=1)["training"].tolist()
    ([1, <NA>], [0, <NA>])
    """

    def __init__(self, coded_folder: Path | str) -> None:
        self.coded_folder = Path(coded_folder)
        self.folder = self.coded_folder / FOLDER

    # --- reading ------------------------------------------------------------------------------------------

    def events(self, *, until: int | None = None) -> list[RecordEvent]:
        """The events up to one of them. Raises ``InputError`` where the chain is broken.

        ``until`` is the last event's number in the record, itself included; None is all.
        """
        found = read_events(self.folder)
        if until is not None and not 1 <= until <= len(found):
            raise InputError(f"No event {until} in {self.folder}: it holds {len(found)}.")
        return found[:until]

    def replay(self, *, until: int | None = None) -> pd.DataFrame:
        """The matrix units x codes after all events, or after event ``until``: 1, 0, missing.

        Raises ``InputError`` where the record is missing or was tampered with.
        """
        return self.state(until=until).matrix

    def state(self, *, until: int | None = None) -> State:
        """What holds after all events: the matrix, scores, thresholds, and the event that decided each.

        ``until`` is the number of the last event that counts. Raises ``InputError`` for a folder without
        a record of a run.
        """
        events = self.events(until=until)
        state = replay_events(events, self._fetcher())
        if state is None:
            raise InputError(
                f"{self.coded_folder} holds no record of a run. Give a folder that textmine code wrote."
            )
        return state

    def list_decisions(
        self, *, units: Collection[str] | None = None, code: str | None = None, current: bool = False
    ) -> Iterator[pd.DataFrame]:
        """The decisions, tables with ``RECORD_COLUMNS`` in the order of events; ``current``: those in force.

        ``units`` and ``code`` keep those of some texts and one code.
        ``supersedes`` is the number of the event whose decision it replaced. ``score`` equals
        ``calibrated_prob``, for textmine's scores are calibrated.
        """
        events, fetch = self.events(), self._fetcher()
        if not events:
            return
        final, before = self.state(), dict[tuple[str, str], int]()
        for event, state, touched in walk_states(events, fetch):
            wanted = _select(state, touched, units, code)
            if current:
                wanted &= _in_force(event, state, final)
            for first in range(0, len(state.units), _ROWS):
                part = np.zeros_like(wanted)
                part[first : first + _ROWS] = wanted[first : first + _ROWS]
                if part.any():
                    frame = list_rows(event, state, part, fetch)
                    pairs = list(zip(frame["unit_id"].tolist(), frame["code_id"].tolist(), strict=True))
                    frame["event"], frame["score"] = event.seq, frame.get("calibrated_prob")
                    frame["supersedes"] = pd.array([before.get(pair) for pair in pairs], dtype="Int64")
                    frame["current"] = _in_force(event, state, final)[part]
                    yield order_columns(frame)
                    if len(events) > 1:
                        before.update(dict.fromkeys(pairs, event.seq))

    def check(self, *, noted: str | None = None) -> Standing:
        """Whether the record is whole: every line, every block; raises ``InputError`` where it is not.

        ``noted`` is a ``sha256`` that the record had earlier, kept elsewhere: it must be among its lines.
        """
        events = self.events()
        if noted is not None and noted not in {event.sha256 for event in events}:
            raise InputError(
                f"The record in {self.folder} never had the hash noted, or lines behind it are gone. Put "
                "back a copy that has it."
            )
        state = self.state()
        counts: dict[str, int] = {}
        for event in events:
            counts[event.kind] = counts.get(event.kind, 0) + 1
        return Standing(
            counts,
            events[-1].sha256,
            len(state.units),
            len(state.codes),
            int(state.people.sum()),
            tuple(_find_stale(events)),
        )

    # --- writing ------------------------------------------------------------------------------------------

    def add_run(
        self,
        codes: Sequence[str],
        parts: Iterable[RunPart],
        *,
        facts: Mapping[str, Any],
        at: str | None = None,
    ) -> RecordEvent:
        """Record a run of a coder, given in parts; an earlier run is replaced, people's decisions stay.

        ``facts`` say what all its decisions share: ``source`` (model or rule), ``coder_id``, ``model``,
        ``codebook``, ``thresholds``, and of a certificate ``certificate_id, accept_from, review_from``.
        ``at`` is the time, now if not said. ``codes`` are the ids that the run decided on.
        """
        events = self.events()
        runs = [e.seq for e in find_live(events) if e.kind in ("run", "thresholds", "certificate")]
        block = write_run(self.folder, codes, parts)
        return self._append("run", events, facts=facts, block=block, supersedes=runs, at=at)

    def add_decisions(
        self, decisions: pd.DataFrame, *, facts: Mapping[str, Any] | None = None, at: str | None = None
    ) -> RecordEvent:
        """Record people's decisions: ``unit_id, code_id, value`` and any other of the columns ``DECISIONS``.

        ``facts`` are of all of them, ``at`` is the time, now if not said. The text that each was made on is
        taken to be that of the latest run. Raises ``InputError`` for
        units and codes that it does not have and for values other than 1, 0 and missing.
        """
        state = self.state()
        frame = decisions.reindex(columns=[*DECISIONS]).astype(object)
        unknown = sorted(set(frame["unit_id"].astype(str)) - set(state.place))
        codes = sorted(set(frame["code_id"].astype(str)) - set(state.codes))
        if unknown or codes:
            raise InputError(
                f"{len(unknown)} unit(s) and {len(codes)} code(s) of the decisions are not in "
                f"{self.coded_folder} {codes[:5]}. Give decisions on what was coded there."
            )
        if not set(frame["value"].dropna()) <= {0, 1}:
            raise InputError("The value of a decision is 1, 0 or missing.")
        if not len(frame):
            raise InputError("No decision to record. Check the file.")
        if not set(frame["source"].dropna()) <= set(SOURCES):
            raise InputError(f"The source of a decision is one of {', '.join(SOURCES)}.")
        frame["text_sha256"] = [state.texts[state.place[str(unit)]] for unit in frame["unit_id"].tolist()]
        frame["source"] = frame["source"].where(frame["source"].notna(), "human")
        frame = frame.where(frame.notna(), None)
        block = write_decisions(self.folder, frame)
        return self._append("decisions", self.events(), facts=facts or {}, block=block, at=at)

    def add_thresholds(
        self, thresholds: Mapping[str, float], *, reason: str = "", at: str | None = None
    ) -> RecordEvent:
        """Record other thresholds; the model's decisions follow from its scores, people's stay.

        ``reason`` says why, ``at`` when, now if not said. Raises ``InputError`` for a code that was not coded
        and for a run without scores.
        """
        state = self.state()
        unknown = [code for code in thresholds if code not in state.codes]
        if unknown or state.scores is None:
            raise InputError(
                f"No scores of code(s) {', '.join(unknown or thresholds)} in {self.coded_folder}. Codes: "
                f"{', '.join(state.codes)}."
            )
        wrong = [code for code, cut in thresholds.items() if not 0 <= cut <= 1]
        if wrong:
            raise InputError(f"A threshold is from 0 to 1; check {', '.join(wrong)}.")
        facts = {"thresholds": {code: float(cut) for code, cut in thresholds.items()}, "reason": reason}
        return self._append("thresholds", self.events(), facts=facts, at=at)

    def add_certificate(self, facts: Mapping[str, Any], *, at: str | None = None) -> RecordEvent:
        """Record a certificate: ``certificate_id, accept_from, review_from`` and the hashes it was made for.

        ``model_sha256`` and ``codebook_sha256`` tell later whether it is stale. ``at`` is the time, now if
        not said. All of these are ``facts``.
        """
        self.state()
        return self._append("certificate", self.events(), facts=facts, at=at)

    def add_redaction(self, log_id: str, *, at: str | None = None) -> RecordEvent:
        """Record which log of a redaction the texts of the latest run went through: the log's sha256.

        Decisions of that run then name it as ``redaction_log_id``. ``at`` is the time, now if not said.
        ``log_id`` is that sha256.
        """
        facts = {"run": self.state().run.seq, "redaction_log_id": log_id}
        return self._append("redaction", self.events(), facts=facts, at=at)

    def purge(self, units: Collection[str], *, tombstone: str, at: str | None = None) -> int:
        """Take units out of every block and append the withdrawal; gives how many rows went.

        The lines stay as they were (they name no unit): the withdrawal says which block each became.
        ``tombstone`` is the mark that stands for the person, ``at`` the time, now if not said.
        """
        events = self.events()
        moved: dict[str, dict[str, Any]] = {}
        rows, current = 0, _blocks_now(events)
        for first, block in current.items():
            fresh, gone = purge_block(self.folder, block, units)
            if gone:
                moved[first] = vars(fresh)
                rows += gone
        if moved:
            facts = {"tombstone": tombstone, "blocks": moved, "rows": rows}
            self._append("withdrawal", events, facts=facts, at=at)
        self.sweep()
        return rows

    def list_units(self) -> set[str]:
        """The ids of all units that any block holds a decision on."""
        units: set[str] = set()
        for block in _blocks_now(self.events()).values():
            units.update(read_block(self.folder, block)["unit_id"].to_pylist())
        return units

    def count(self, units: Collection[str]) -> int:
        """How many rows of the blocks are of these units: what ``purge`` would take out."""
        held = (read_block(self.folder, b)["unit_id"] for b in _blocks_now(self.events()).values())
        return sum(unit in units for column in held for unit in column.to_pylist())

    def sweep(self) -> None:
        """Take away blocks that no event names any more, such as those from before a withdrawal."""
        named = {block.file for block in _blocks_now(self.events()).values()}
        for path in self.folder.glob("*.parquet"):
            if path.name not in named:
                path.unlink()

    # --- inside -------------------------------------------------------------------------------------------

    def _append(
        self,
        kind: str,
        events: Sequence[RecordEvent],
        *,
        facts: Mapping[str, Any],
        block: Block | None = None,
        supersedes: Iterable[int] = (),
        at: str | None = None,
    ) -> RecordEvent:
        event = RecordEvent(
            seq=len(events) + 1,
            at=utc_now() if at is None else check_time(at),
            kind=kind,
            facts=facts,
            block=block,
            supersedes=tuple(supersedes),
            software_version=__version__,
            previous=events[-1].sha256 if events else FIRST,
        )
        append_event(self.folder, event)
        return event

    def _fetcher(self) -> Any:
        """Gives the rows of an event's block as it is now, after withdrawals."""
        now = _blocks_now(read_events(self.folder))

        def fetch(event: RecordEvent) -> Any:
            assert event.block is not None
            return read_block(self.folder, now[event.block.sha256])

        return fetch


def _select(
    state: State, touched: npt.NDArray[np.bool_], units: Collection[str] | None, code: str | None
) -> npt.NDArray[np.bool_]:
    """Which of the units and codes that an event touched are asked for."""
    wanted = touched.copy()
    if units is not None:
        wanted &= np.array([unit in units for unit in state.units], dtype=bool)[:, None]
    if code is not None:
        wanted &= np.array([name == code for name in state.codes], dtype=bool)[None, :]
    return wanted


def _in_force(event: RecordEvent, state: State, final: State) -> npt.NDArray[np.bool_]:
    """For which units and codes the event's decision is the one that holds in the end."""
    rows = [final.place.get(unit, -1) for unit in state.units]
    columns = [final.codes.index(code) if code in final.codes else -1 for code in state.codes]
    owner = np.pad(final.owner, ((0, 1), (0, 1)), constant_values=0)  # the last is 'not there any more'
    return np.asarray(owner[np.ix_(rows, columns)] == event.seq)


def _blocks_now(events: Sequence[RecordEvent]) -> dict[str, Block]:
    """Each block by the hash it had at first, as it is after the withdrawals."""
    now = {event.block.sha256: event.block for event in events if event.block is not None}
    for event in events:
        if event.kind == "withdrawal":
            now |= {first: Block(**moved) for first, moved in dict(event.facts["blocks"]).items()}
    return now


def _find_stale(events: Sequence[RecordEvent]) -> Iterator[str]:
    """The certificates recorded that the latest run's model or codebook no longer fits."""
    runs = [event for event in events if event.kind == "run"]
    facts = runs[-1].facts
    for event in events:
        name = event.facts.get("certificate_id")
        if not name:
            continue
        made = event.facts if event.kind == "certificate" else _names_of(event.facts)
        for what in ("codebook", "model"):
            met = dict(facts.get(what) or {}).get("sha256")
            if made.get(f"{what}_sha256") not in (None, met):
                yield f"certificate {str(name)[:12]} (event {event.seq}): made for another {what}"


def _names_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{what}_sha256": dict(facts.get(what) or {}).get("sha256") for what in ("codebook", "model")}
