"""``textmine code`` for waves too big to hold: a part at a time, by several processes."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textmine.coding.batch import CodingCounts
from textmine.coding.calibrated import CalibratedCoder
from textmine.coding.certificate import put_in_bands
from textmine.corpus import add_to_fingerprint
from textmine.errors import InputError
from textmine.exchange.coded_folder import WideOptions, clear_earlier, refuse_clash
from textmine.exchange.datapackage import describe_tables
from textmine.exchange.tables import write_frame
from textmine.files import clear_unfinished, refuse_damaged, write_json
from textmine.jobs.certify import read_fresh_certificate
from textmine.jobs.code import RunReport, code_files
from textmine.jobs.code_facts import RunFacts, describe_model, list_versions, note_coding, note_promise
from textmine.jobs.labelled import ColumnNames
from textmine.jobs.own_ids import IdRegister, set_aside
from textmine.jobs.read import is_speech
from textmine.jobs.record import record_run
from textmine.reading import Columns, RejectedRow, pick_columns
from textmine.reading.chunks import TableChunks, read_chunks
from textmine.reading.table import REJECTED_COLUMNS, Table
from textmine.reading.turns import find_interviewer, holds_turns
from textmine.scale.code_frame import CodingPlan, bare_dataset, load_once, with_certificate
from textmine.scale.code_parts import PartTask, do_part, make_task, set_up_coding
from textmine.scale.folder_lock import LOCK, hold_folder
from textmine.scale.join_parts import (
    JoinPlan,
    add_summaries,
    current_join,
    join_table,
    list_run_parts,
    name_tables,
    set_up_joining,
    show_wide,
)
from textmine.scale.parts import PartStore
from textmine.scale.processes import count_processors, share_work

#: Inputs of more bytes than this together are coded a part at a time.
WHOLE = 4 * 2**20
#: Rows of a part.
ROWS = 16_384
_FORMS = {"csv", "parquet"}
_RECORD = "record"
_KINDS = {".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".parquet", ".pq"}


@dataclass
class _Reader:
    """Reads the inputs as parts with ids of their own, and keeps what is told of all rows."""

    inputs: list[Path]
    named: ColumnNames
    with_interviewer: bool
    check: Callable[[pd.DataFrame], None]
    columns: Columns | None = None
    names: list[str] = field(default_factory=list)
    sample: pd.DataFrame | None = None
    files: list[dict[str, str]] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    questions: set[str] = field(default_factory=set)
    digest: Any = field(default_factory=hashlib.sha256)
    rows: int = 0
    _opened: dict[Path, tuple[Table, TableChunks]] = field(default_factory=dict)

    def read(self) -> Iterator[PartTask]:
        """The parts, in order."""
        ids, number = IdRegister(), 0
        for path in self.inputs:
            first, chunks = self._opened.pop(path) if path in self._opened else self._open(path)
            self.files.append({"file": chunks.source, "sha256": chunks.sha256})
            for table in chain([first], chunks.chunks):
                named = self._take_in(table)
                own, aside = set_aside(table, named.id, ids)
                self.rejected += aside
                self.rows += len(table.frame)
                if len(own.frame):
                    yield self._make_task(number, own.frame, named)
                    number += 1
        if not number:
            raise InputError(f"No row of {self.inputs[0].name} has an id. Name the id column with --id.")

    def look_over(self) -> Columns:
        """The columns that are taken, after a look into every file: a broken one is named now."""
        for path in self.inputs:
            opened = self._open(path)
            columns = self._take_in(opened[0])
            if len(self.inputs) == 1:  # a file that is read whole is read once
                self._opened[path] = opened
        return columns

    def _open(self, path: Path) -> tuple[Table, TableChunks]:
        chunks = read_chunks(path, rows=ROWS)
        return next(iter(chunks.chunks)), chunks

    def _take_in(self, table: Table) -> Columns:
        if self.columns is None:
            self.check(table.frame)
            self.columns = pick_for_coding(table, self.named)
            self.names = list(map(str, table.frame.columns))
            self.sample = table.frame.iloc[:1].reset_index(drop=True)
        elif list(map(str, table.frame.columns)) != self.names:
            raise InputError(
                f"{table.source} has other columns than {self.inputs[0].name}. Code files of different form "
                "apart."
            )
        return self.columns

    def _make_task(self, number: int, frame: pd.DataFrame, named: Columns) -> PartTask:
        ids, texts = frame[named.id].tolist(), frame[named.text].tolist()
        asked = [""] * len(ids) if named.question is None else frame[named.question].tolist()
        self.questions.update(asked)
        add_to_fingerprint(self.digest, ids, asked, texts)
        left_out = np.zeros(len(ids), bool) if self.with_interviewer else find_interviewer(frame)
        return make_task(number, frame, left_out)


def code_wave(
    inputs: Sequence[Path],
    model: str,
    out: Path,
    *,
    columns: ColumnNames,
    options: WideOptions | None = None,
    with_interviewer: bool = False,
    evidence: str = "clause",
    certificate: Path | None = None,
    seconds_per_unit: float | None = None,
    processes: int | None = None,
    resume: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> RunReport:
    """Code the texts of files of one form and write the coded folder, in flat memory where they are large.

    Tables (csv, tsv, jsonl, parquet) of more than ``WHOLE`` bytes together are coded a part at a time by
    ``processes`` (as many as there are processors, if None); all else as by ``code_files``. The tables are
    the same to the byte whatever the number of processes. What is done is kept in ``out`` until all is: with
    ``resume`` a run that was cut off is taken up, or begun where nothing was done yet. The other arguments
    are those of ``code_files``, and so are the errors raised. Raises ``InputError`` as well where another
    run writes to ``out``.
    """
    options = options or WideOptions()
    paths = [Path(path) for path in inputs]
    if not _is_large(paths, options):
        return code_files(
            paths,
            model,
            out,
            columns=columns,
            options=options,
            with_interviewer=with_interviewer,
            evidence=evidence,
            certificate=certificate,
            seconds_per_unit=seconds_per_unit,
            progress=progress,
        )
    started = time.monotonic()
    coder = load_once(model)
    plan = CodingPlan(model, Columns("", ""), options, coder.sha256_, evidence, with_interviewer)
    promised = None
    if certificate is not None:
        promised = read_fresh_certificate(certificate, model=coder.sha256_, codebook=coder.codebook_.sha256)
        plan = with_certificate(plan, put_in_bands(bare_dataset(coder, plan), promised))
    reader = _Reader(
        paths,
        columns,
        with_interviewer,
        check=lambda frame: refuse_clash(coder.codes_, map(str, frame.columns), options),
    )
    plan = replace(plan, columns=reader.look_over())
    with hold_folder(out):
        store = PartStore(out, plan.sha256, resume=resume)
        workers = _choose_processes(processes, coder)
        with _keep_what_is_done(out):
            _code_parts(reader, store, plan, workers=workers, progress=progress)
            facts = [store.done[number].facts for number in sorted(store.done)]
            counts = sum((CodingCounts(**part["counts"]) for part in facts), CodingCounts(0, 0, 0, 0, 0, 0))
            assert reader.sample is not None
            join = JoinPlan(
                plan,
                out,
                tuple(sorted(store.done)),
                reader.sample,
                tuple(np.sum([part["score_sums"] for part in facts], axis=0).tolist()),
                seconds_per_unit,
            )
            about = RunFacts(
                describe_model(coder),
                list_versions(coder.tier),
                reader.files,
                reader.digest.hexdigest(),
                plan.columns,
                counts,
                len(reader.rejected),
                sum(part["to_review"] for part in facts),
                promised,
            )
            summary = add_summaries(join, facts)
            written = _write_folder(join, about, summary, reader.rejected, workers=workers, started=started)
        store.remove()
    notes = note_coding(coder, reader.questions, counts, plan.columns)
    if promised is not None:
        notes += note_promise(promised, about.fingerprint)
    given = dict(zip(summary["code"].tolist(), summary["count"].tolist(), strict=True))
    seconds = time.monotonic() - started
    return RunReport(given, counts, reader.rejected, out, written, notes, seconds)


def _is_large(paths: Sequence[Path], options: WideOptions) -> bool:
    if not set(options.formats) <= _FORMS or any(str(path) == "-" for path in paths):
        return False
    if not all(path.is_file() and path.suffix.lower() in _KINDS for path in paths):
        return False
    return sum(path.stat().st_size for path in paths) > WHOLE and not any(map(is_speech, paths))


def _choose_processes(processes: int | None, coder: CalibratedCoder) -> int:
    """One for a coder that uses all processors by itself; else those asked for, or one per processor."""
    if coder.tier != "fast":
        return 1
    return processes if processes is not None else count_processors()


def pick_for_coding(table: Table, columns: ColumnNames) -> Columns:
    """The columns to code by; in a table of turns the question is what the interviewer asked last."""
    named = pick_columns(table, **asdict(columns))
    if named.question is None and holds_turns(table.frame) and "question" in table.frame.columns:
        return Columns(**{**asdict(named), "question": "question"})
    return named


@contextmanager
def _keep_what_is_done(out: Path) -> Iterator[None]:
    """Say of an error on the way that what was done before it is kept."""
    kept = f"What is done is kept in {out}: put it right and run the same command with --resume."
    try:
        yield
    except InputError as error:
        raise InputError(f"{error} {kept}") from error
    except OSError as error:
        raise InputError(f"{error.strerror or type(error).__name__} while coding. {kept}") from error


def _code_parts(
    reader: _Reader,
    store: PartStore,
    plan: CodingPlan,
    *,
    workers: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Code all parts that are not done yet."""
    total, rows = sum(map(_guess_rows, reader.inputs)), 0

    def wanted() -> Iterator[PartTask]:
        nonlocal rows
        for task in reader.read():
            entry = store.find(task.number, task.rows_sha256)
            if entry is None:
                yield task
            else:
                rows += entry.facts["counts"]["read"]

    work = share_work(
        wanted(), do_part, processes=workers, set_up=set_up_coding, given=(plan, store.folder.parent)
    )
    for _, entry in work:
        store.note(entry)
        rows += entry.facts["counts"]["read"]
        if progress is not None:
            progress(rows, max(total, rows))


def _guess_rows(path: Path) -> int:
    """How many rows a file has, about: a line break in a cell counts as well."""
    if path.suffix.lower() in {".parquet", ".pq"}:
        import pyarrow.parquet as pq

        with refuse_damaged(path, "Give a parquet file that is whole."):
            return int(pq.read_metadata(path).num_rows)
    with path.open("rb") as handle:
        return sum(block.count(b"\n") for block in iter(lambda: handle.read(1 << 20), b""))


def _write_folder(
    join: JoinPlan,
    about: RunFacts,
    summary: pd.DataFrame,
    rejected: Sequence[RejectedRow],
    *,
    workers: int,
    started: float,
) -> list[Path]:
    """Write all tables of the folder, ``provenance.json`` last; gives the paths."""
    out, safe = join.folder, join.plan.options.excel_safe
    coded, wide = show_wide(join)
    clear_earlier(out)
    tables = name_tables(join.plan)
    work = partial(_write_one, about=about)
    done = share_work([_RECORD, *tables], work, processes=workers, set_up=set_up_joining, given=(join,))
    provenance = about.describe(coded) | {"record": next(said for _, said in list(done) if said)}
    write_frame(summary, out / "summary.csv", excel_safe=safe)
    aside = pd.DataFrame([asdict(row) for row in rejected], columns=REJECTED_COLUMNS)
    write_frame(aside, out / "rejected.csv", excel_safe=safe)
    coded.codebook.save(out / "codebook.yaml")
    provenance["seconds"] = round(time.monotonic() - started, 3)
    described = describe_tables(coded, wide.iloc[:0], provenance, join.plan.options.formats)
    if lacking := [name for name in tables if not (out / name).is_file()]:
        raise InputError(f"{', '.join(lacking)} went from {out} while it was written to.")
    clear_unfinished(out, keep=LOCK)  # of processes that were killed on the way
    write_json(described, out / "datapackage.json")
    write_json(provenance, out / "provenance.json")
    more = ("summary.csv", "rejected.csv", "codebook.yaml", "datapackage.json", "provenance.json")
    return [out / name for name in (*tables, *more)]


def _write_one(name: str, *, about: RunFacts) -> dict[str, Any]:
    """Write one of the tables, or the provenance record, of which it gives what is to be said."""
    join = current_join()
    if name != _RECORD:
        join_table(name)
        return {}
    coded, _ = show_wide(join)
    facts = {
        "coder_id": coded.coder,
        **about.describe_shared(coded),
        "thresholds": dict(coded.thresholds),
        "certificate_id": None if about.promised is None else about.promised.sha256,
        "accept_from": dict(coded.accept_from),
        "review_from": dict(coded.review_from),
    }
    return record_run(list(map(str, coded.codes)), list_run_parts(join), join.folder, facts=facts)
