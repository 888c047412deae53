"""``textmine clean``: texts repaired and flagged, chunk by chunk, in several processes, in order."""

from __future__ import annotations

import gc
import platform
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd

from textmine import __version__
from textmine.cleaning import DuplicateFinder, clean_text, flag_each, repair_text
from textmine.cleaning.audit import AUDIT_COLUMNS, CleaningCounts, audit_rows, write_alerts
from textmine.cleaning.duplicates import TextKeys, tell_keys
from textmine.cleaning.steps import DEFAULT_STEPS, check_steps, looks_damaged
from textmine.errors import InputError
from textmine.exchange.streamed import PartWriter, check_kind, open_parts
from textmine.files import atomic_text, make_folder, write_json, write_rows
from textmine.jobs.labelled import ColumnNames
from textmine.jobs.own_ids import IdRegister, set_aside
from textmine.reading import Columns, RejectedRow, pick_columns
from textmine.reading.chunks import ROWS, TableChunks, read_chunks
from textmine.reading.table import REJECTED_COLUMNS, Table

#: The columns that are added to the input's, in order. Possible disclosures of harm are not among them.
ADDED = (
    "clean_text",
    "empty",
    "non_response",
    "refers_elsewhere",
    "duplicate_of",
    "near_duplicate_of",
    "language",
    "gibberish",
    "wants_contact",
)
_HARM = "possible_harm"
_AHEAD = 3  # chunks that wait for each process


@dataclass(frozen=True)
class CleanPaths:
    """Where results go; ``audit``, ``report`` and ``alerts`` are written only if asked for."""

    out: Path
    audit: Path | None = None
    report: Path | None = None
    alerts: Path | None = None

    @property
    def rejected(self) -> Path:
        """The table of rows that were set aside, beside the result."""
        return self.out.with_name(f"{self.out.stem}.rejected.csv")

    def named(self) -> list[Path]:
        """All files that will be written."""
        return [path for path in (self.out, self.rejected, self.audit, self.report, self.alerts) if path]


@dataclass(frozen=True)
class CleanReport:
    """What was cleaned: the counts, how many rows were set aside or may tell of harm, and where it all is."""

    counts: CleaningCounts
    rejected: int
    disclosures: int
    new_alerts: int
    paths: list[Path]
    notes: list[str]
    seconds: float


@dataclass(frozen=True)
class _Part:
    """What a process gives back for the texts of a chunk; of the texts only those it changed, by place."""

    changed: dict[int, str]
    flags: pd.DataFrame
    keys: TextKeys
    counts: CleaningCounts
    audit: list[tuple[str, str, int, int, str, str]]


def clean_file(
    source: Path,
    paths: CleanPaths,
    *,
    columns: ColumnNames,
    steps: Sequence[str] = DEFAULT_STEPS,
    owner: str = "",
    processes: int = 1,
    progress: Callable[[int], None] | None = None,
) -> CleanReport:
    """Clean and flag the texts of a file and write it with the columns of ``ADDED``.

    Rows keep their order and are the same whatever the number of ``processes``. Possible disclosures of harm
    go to ``paths.alerts`` alone. Raises ``InputError`` where the input is not what was wanted or two files
    share a name; nothing is left half written.
    """
    started = time.monotonic()
    _check(source, paths, steps)
    whole = read_chunks(source)
    counts, rejected, disclosures = CleaningCounts(), 0, list[str]()
    repeats, ids = DuplicateFinder(), IdRegister()
    with ExitStack() as stack:
        write = stack.enter_context(open_parts(paths.out))
        write_aside = _open_rows(stack, paths.rejected, REJECTED_COLUMNS)
        write_audit = _open_rows(stack, paths.audit, AUDIT_COLUMNS) if paths.audit else None
        tables = _usable(whole, columns, ids)
        for table, named, aside, part in _work(tables, steps, write_audit is not None, processes):
            rejected += len(aside)
            write_aside([list(asdict(row).values()) for row in aside])
            units = table.frame[named.id].tolist()
            clean = table.frame[named.text].tolist()
            for position, text in part.changed.items():
                clean[position] = text
            same, near = repeats.find_keys(units, part.keys)
            flags = part.flags.assign(clean_text=clean, duplicate_of=same, near_duplicate_of=near)
            disclosures += [unit for unit, harm in zip(units, flags[_HARM], strict=True) if harm]
            _count(counts, part, flags)
            _write_part(write, table.frame, flags)
            if write_audit:
                write_audit(part.audit)
            if progress:
                progress(counts.texts)
        if not counts.texts:
            raise InputError(f"No row of {whole.source} has an id. Name the id column with --id.")
    new = write_alerts(disclosures, paths.alerts, owner=owner) if paths.alerts else 0
    seconds = time.monotonic() - started
    if paths.report:
        write_json(_describe(whole, counts, rejected, steps, seconds), paths.report)
    notes = _notes(len(disclosures), new, paths, owner)
    return CleanReport(counts, rejected, len(disclosures), new, paths.named(), notes, seconds)


def _check(source: Path, paths: CleanPaths, steps: Sequence[str]) -> None:
    try:
        check_steps(steps)
    except ValueError as error:
        raise InputError(str(error)) from None
    check_kind(paths.out)
    named = [path.resolve() for path in paths.named()]
    if len(set(named)) < len(named) or source.resolve() in named:
        raise InputError("Two of the files named are the same. Give the input and each result its own name.")
    for path in paths.named():
        make_folder(path.parent)


def _open_rows(
    stack: ExitStack, path: Path, header: Sequence[str]
) -> Callable[[Sequence[Sequence[Any]]], None]:
    handle = stack.enter_context(atomic_text(path))
    write_rows([header], handle)
    return lambda rows: write_rows(rows, handle)


_Chunk = tuple[Table, Columns, list[RejectedRow]]


def _usable(whole: TableChunks, columns: ColumnNames, ids: IdRegister) -> Iterator[_Chunk]:
    """Each chunk's rows that have an id of their own, the columns, and the rows set aside."""
    named: Columns | None = None
    for table in whole.chunks:
        if named is None:
            named = pick_columns(table, **asdict(columns))
            _refuse_clash(table)
        own, aside = set_aside(table, named.id, ids)
        yield own, named, aside


def _refuse_clash(table: Table) -> None:
    clash = [name for name in table.frame.columns if name in {*ADDED, _HARM}]
    if clash:
        raise InputError(
            f"{table.source} has a column {clash[0]!r} already, as the result would have. Rename it first."
        )


def _questions(table: Table, named: Columns) -> list[str] | None:
    return table.frame[named.question].tolist() if named.question is not None else None


def _work(
    tables: Iterator[_Chunk], steps: Sequence[str], audit: bool, processes: int
) -> Iterator[tuple[Table, Columns, list[RejectedRow], _Part]]:
    """Each chunk with what was made of it, in order; by processes of their own where there is enough."""
    first = next(tables, None)
    if first is None:
        return
    if processes < 2 or len(first[0].frame) < ROWS:
        for table, named, aside in _again(first, tables):
            yield table, named, aside, _clean_chunk(*_task(table, named, steps, audit))
        return
    waiting: deque[tuple[_Chunk, Future[_Part]]] = deque()
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_collect_seldom) as pool:
        for chunk in _again(first, tables):
            waiting.append((chunk, pool.submit(_clean_chunk, *_task(chunk[0], chunk[1], steps, audit))))
            if len(waiting) > processes * _AHEAD:
                done, future = waiting.popleft()
                yield *done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield *done, future.result()


def _collect_seldom() -> None:
    """Let the garbage collector rest, as the command line does: a chunk is many small objects, all in use."""
    gc.set_threshold(100_000, 50, 100)


def _again(first: _Chunk, rest: Iterator[_Chunk]) -> Iterator[_Chunk]:
    yield first
    yield from rest


def _task(table: Table, named: Columns, steps: Sequence[str], audit: bool) -> tuple[Any, ...]:
    texts = table.frame[named.text].tolist()
    units = table.frame[named.id].tolist() if audit else None
    return texts, _questions(table, named), units, tuple(steps)


def _clean_chunk(
    texts: list[str], questions: list[str] | None, units: list[str] | None, steps: tuple[str, ...]
) -> _Part:
    """Clean and flag the texts of a chunk; ``units`` are their ids if an audit is asked for."""
    counts, clean, audit = CleaningCounts(texts=len(texts)), list(texts), []
    changed: dict[int, str] = {}
    quick = steps == DEFAULT_STEPS
    for position, text in enumerate(texts):
        if quick and not looks_damaged(text) and repair_text(text) is text:  # most: nothing to do or note
            continue
        cleaned = clean_text(text, steps=steps)
        counts.note(cleaned)
        if cleaned.text != text:
            clean[position] = changed[position] = cleaned.text
        if units is not None:
            audit += audit_rows(units[position], cleaned)
    return _Part(changed, flag_each(clean, questions), tell_keys(clean, questions), counts, audit)


def _count(counts: CleaningCounts, part: _Part, flags: pd.DataFrame) -> None:
    counts.add(part.counts)
    for name in (*ADDED, _HARM):
        if name in flags and flags[name].dtype == bool:
            counts.flags[name] += int(flags[name].sum())
        elif name.endswith("duplicate_of"):
            counts.flags[name] += int((flags[name] != "").sum())
    counts.languages.update(flags["language"].tolist())


def _write_part(write: PartWriter, frame: pd.DataFrame, flags: pd.DataFrame) -> None:
    added = flags[[name for name in ADDED if name in flags]]
    write(pd.concat([frame, added.set_index(frame.index)], axis=1))


def _describe(
    whole: TableChunks, counts: CleaningCounts, rejected: int, steps: Sequence[str], seconds: float
) -> dict[str, Any]:
    return {
        "input": {"file": whole.source, "sha256": whole.sha256, "encoding": whole.encoding},
        "rows": {"read": counts.texts + rejected, "cleaned": counts.texts, "rejected": rejected},
        "steps": list(steps),
        **counts.to_dict(),
        "software": {"textmine": __version__, "python": platform.python_version()},
        "seconds": round(seconds, 3),
    }


def _notes(disclosures: int, new: int, paths: CleanPaths, owner: str) -> list[str]:
    if not disclosures:
        return []
    found = f"{disclosures} text(s) may tell of harm or risk to somebody and should be read now."
    if paths.alerts is None:
        return [f"{found} Their ids are in no table; --alerts FILE.csv gives the list to the study's owner."]
    who = "" if owner else " It names no owner yet: fill the column in, or use --owner."
    return [f"{found} {new} new in the list of alerts, which only this account can read.{who}"]
