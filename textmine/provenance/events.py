"""The events of a provenance record: a line each, chained by hash, appended and never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textmine.errors import InputError
from textmine.files import atomic_text, sha256_of
from textmine.forms import check_form

#: What an event can be.
KINDS = ("run", "decisions", "thresholds", "certificate", "redaction", "withdrawal")
#: Stands before the first event.
FIRST = "0" * 64
EVENTS = "events.jsonl"
_KEYS = {"seq", "at", "kind", "block", "facts", "supersedes", "software_version", "previous", "sha256"}


@dataclass(frozen=True)
class Block:
    """A parquet file of decisions beside the events: its name, the sha256 of its bytes, its rows."""

    file: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class RecordEvent:
    """One event: a ``run`` of a coder, ``decisions`` of people, other ``thresholds``, a ``certificate``, a
    ``withdrawal``.

    ``seq`` counts from 1, ``at`` is the time in UTC. ``block`` holds the decisions of a run or of people,
    ``facts`` what they share. ``supersedes`` names earlier events that this one replaces. ``previous`` is
    the ``sha256`` of the event before: no line can be changed, taken out or put in between unseen.
    """

    seq: int
    at: str
    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    block: Block | None = None
    supersedes: tuple[int, ...] = ()
    software_version: str = ""
    previous: str = FIRST

    @property
    def sha256(self) -> str:
        """The sha256 of all that the event says, the hash of the event before included."""
        return sha256_of(self._content())

    def to_row(self) -> dict[str, Any]:
        """The event as it is written, its own hash last."""
        return {**self._content(), "sha256": self.sha256}

    def _content(self) -> dict[str, Any]:
        block = None if self.block is None else vars(self.block)
        return {
            "seq": self.seq,
            "at": self.at,
            "kind": self.kind,
            "block": block,
            "facts": dict(self.facts),
            "supersedes": list(self.supersedes),
            "software_version": self.software_version,
            "previous": self.previous,
        }


def utc_now() -> str:
    """The time in UTC to the second, as ISO 8601 with a Z."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def check_time(at: str) -> str:
    """A time as it is written in the record; a date alone is its midnight in UTC.

    Raises ``InputError`` for what is neither.

    >>> check_time("2026-03-01")
    '2026-03-01T00:00:00Z'
    """
    try:
        time = datetime.fromisoformat(at)
    except ValueError:
        raise InputError("A time is written as 2026-03-01 or 2026-03-01T12:00:00Z.") from None
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


def read_events(folder: Path) -> list[RecordEvent]:
    """The events of a record, in order; none where there is no record.

    Raises ``InputError`` that names the line where one was changed, taken out or put in.
    """
    path = folder / EVENTS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{EVENTS} in {folder} cannot be read. Put back a copy that can.") from None
    events: list[RecordEvent] = []
    for number, line in enumerate(lines, 1):
        previous = events[-1].sha256 if events else FIRST
        event, stated = _read_line(line, folder, number)
        if event.sha256 != stated or event.previous != previous or event.seq != number:
            raise _tampered(folder, number, "it is not as it was written, or one before it is gone")
        events.append(event)
    return events


def append_event(folder: Path, event: RecordEvent) -> None:
    """Write an event behind those of the record; the file changes whole or not at all."""
    path = folder / EVENTS
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    with atomic_text(path) as handle:
        handle.write(before)
        handle.write(json.dumps(event.to_row(), ensure_ascii=False) + "\n")


def find_live(events: Sequence[RecordEvent]) -> list[RecordEvent]:
    """The events that no later one replaces, in order."""
    gone = {number for event in events for number in event.supersedes}
    return [event for event in events if event.seq not in gone]


def _read_line(line: str, folder: Path, number: int) -> tuple[RecordEvent, str]:
    try:
        row = json.loads(line)
        check_form(row.pop("format", None), "provenance record", str(folder))
        if set(row) != _KEYS or row["kind"] not in KINDS:
            raise ValueError
        stated = str(row.pop("sha256"))
        block = None if row["block"] is None else Block(**row["block"])
        supersedes = tuple(int(seq) for seq in row["supersedes"])
        return RecordEvent(**{**row, "block": block, "supersedes": supersedes}), stated
    except InputError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _tampered(folder, number, "it is no event of this form") from None


def _tampered(folder: Path, number: int, why: str) -> InputError:
    return InputError(
        f"{EVENTS} in {folder}, line {number}: {why}. The record was changed by other means than "
        "textmine: put back a copy that was not."
    )
