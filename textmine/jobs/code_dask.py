"""``textmine code --engine dask``: parquet in and out at any path, coded by the workers of a Dask cluster."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import CodedDataset
from textmine.coding.batch import CodingCounts
from textmine.coding.certificate import put_in_bands
from textmine.errors import InputError
from textmine.exchange.arrow_csv import render_csv
from textmine.exchange.coded_folder import WideOptions, refuse_clash
from textmine.exchange.tables import make_arrow
from textmine.jobs.certify import read_fresh_certificate
from textmine.jobs.code_facts import RunFacts, describe_model, list_versions, note_coding, note_promise
from textmine.jobs.code_stream import pick_for_coding
from textmine.jobs.labelled import ColumnNames
from textmine.jobs.own_ids import IdRegister
from textmine.reading import Columns, RejectedRow
from textmine.reading.table import REJECTED_COLUMNS, Table
from textmine.scale.code_frame import CodingPlan, bare_dataset, load_once, with_certificate
from textmine.scale.dask_engine import (
    TABLES,
    PartitionJob,
    Piece,
    SentModel,
    connect,
    gather_hashes,
    list_pieces,
    make_address,
    open_partitions,
    pack_model,
    read_piece,
    require_dask,
    run_partitions,
)
from textmine.scale.join_parts import JoinPlan, add_summaries, schema_of, show_wide
from textmine.scale.processes import count_processors

#: Inputs of these kinds are no parquet, whatever they hold.
_OTHER_KINDS = {".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".xlsx", ".sav", ".txt", ".docx", ".vtt", ".srt"}
#: Rows by which columns are found out.
LOOK = 16_384
_Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ClusterReport:
    """As ``RunReport``, with paths as fsspec has them."""

    code_counts: dict[str, int]
    counts: CodingCounts
    rejected: list[RejectedRow]
    folder: str
    paths: list[str]
    notes: list[str]
    seconds: float


@dataclass(frozen=True)
class _Input:
    """An input: its name, its row groups and its columns."""

    name: str
    pieces: list[Piece]
    names: list[str]

    @property
    def rows(self) -> int:
        return sum(piece.rows for piece in self.pieces)


def code_on_dask(
    inputs: Sequence[str],
    model: str,
    out: str,
    *,
    scheduler: str | None = None,
    processes: int | None = None,
    columns: ColumnNames,
    options: WideOptions | None = None,
    with_interviewer: bool = False,
    evidence: str = "clause",
    certificate: Path | None = None,
    progress: _Progress | None = None,
) -> ClusterReport:
    """Code parquet files, or folders of them, on a Dask cluster and write the tables as folders of parquet.

    ``inputs`` and ``out`` are paths that fsspec knows (``s3://bucket/wave``). ``scheduler`` is the address of
    a cluster; without one ``processes`` of this machine do the work. Rows, ids set aside, scores and evidence
    are those of ``code_wave``. The tables ``coded_wide``, ``coded_long``, ``coded_spans`` and ``scores`` are
    folders with a file for each row group of the input, in order; ``provenance.json`` is written last. Raises
    ``InputError`` where Dask is not installed, nobody answers, or an input is not parquet.
    """
    started = time.monotonic()
    require_dask()
    out = make_address(out)
    for path in inputs:
        _refuse_other_kinds(path)
    coder = load_once(model)
    options = replace(options or WideOptions(), formats=("parquet",))
    plan = CodingPlan(model, Columns("", ""), options, coder.sha256_, evidence, with_interviewer)
    promised = None
    if certificate is not None:
        promised = read_fresh_certificate(certificate, model=coder.sha256_, codebook=coder.codebook_.sha256)
        plan = with_certificate(plan, put_in_bands(bare_dataset(coder, plan), promised))
    opened = _open_inputs(inputs)
    pieces = [piece for one in opened for piece in one.pieces]
    refuse_clash(coder.codes_, opened[0].names, options)
    sample = read_piece(pieces[0]).head(LOOK)
    plan = replace(plan, columns=pick_for_coding(Table(sample, [], opened[0].name, "", ""), columns))
    look = _Look.of(plan, sample)
    with connect(scheduler, processes or count_processors()) as client:
        aside = _find_own_ids(gather_hashes(client, pieces, plan.columns.id), opened[0].name)
        _clear_earlier(out)
        job = PartitionJob(plan, out, look.schemas, aside)
        told = _run(client, pieces, opened[0].names, pack_model(model, coder.sha256_), job, progress)
    facts = [part for one in told for part in one["facts"]]
    rejected = _list_rejected(opened, told)
    counts = sum((CodingCounts(**part["counts"]) for part in facts), CodingCounts(0, 0, 0, 0, 0, 0))
    summary = add_summaries(look.join, facts)
    about = RunFacts(
        describe_model(coder),
        list_versions(coder.tier) | {"dask": version("dask")},
        [],
        "",
        plan.columns,
        counts,
        len(rejected),
        sum(part["to_review"] for part in facts),
        promised,
    )
    said = about.describe(look.coded) | {
        "inputs": [{"file": one.name, "partitions": len(one.pieces), "rows": one.rows} for one in opened],
        "engine": "dask",
        "seconds": round(time.monotonic() - started, 3),
    }
    del said["corpus_fingerprint"]  # it is one hash over all rows in order, which no cluster makes
    written = _write_small(out, summary, rejected, coder.codebook_.dumps(), said)
    notes = note_coding(coder, {q for one in told for q in one["questions"]}, counts, plan.columns)
    if promised is not None:
        notes += note_promise(promised, promised.wave.fingerprint)
    given = dict(zip(summary["code"].tolist(), summary["count"].tolist(), strict=True))
    paths = [*(f"{out}/{table}.parquet" for table in TABLES), *written]
    paths = [path.removeprefix("file://") for path in paths]
    return ClusterReport(given, counts, rejected, out, paths, notes, time.monotonic() - started)


@dataclass(frozen=True)
class _Look:
    """How the tables of a plan look, by a row of the input."""

    join: JoinPlan
    coded: CodedDataset
    schemas: Mapping[str, Any]

    @classmethod
    def of(cls, plan: CodingPlan, sample: pd.DataFrame) -> _Look:
        columns = replace(plan.columns, group=None)  # respondents are not counted over partitions
        first = sample.iloc[:1].reset_index(drop=True)
        join = JoinPlan(replace(plan, columns=columns), Path(), (), first, ())
        coded, wide = show_wide(join)
        return cls(join, coded, {name: schema_of(name, coded, wide) for name in TABLES})


def _refuse_other_kinds(path: str) -> None:
    kind = PurePosixPath(path).suffix.lower()
    if path == "-" or kind in _OTHER_KINDS:
        raise InputError(
            f"--engine dask reads parquet, and {_last_name(path)} is not. Convert it, for one with "
            "pandas.read_csv(..., dtype=str, keep_default_na=False).to_parquet(...), or leave --engine out."
        )


def _last_name(path: str) -> str:
    return PurePosixPath(path.rstrip("/")).name or path


def _open_inputs(inputs: Sequence[str]) -> list[_Input]:
    """The inputs, all of one form."""
    opened = [_Input(_last_name(path), *list_pieces(path)) for path in inputs]
    for one in opened[1:]:
        if one.names != opened[0].names:
            raise InputError(
                f"{one.name} has other columns than {opened[0].name}. Code files of different form apart."
            )
    return opened


def _find_own_ids(hashed: Sequence[pd.DataFrame], source: str) -> dict[int, npt.NDArray[np.intp]]:
    """By partition, the places of rows that have no id of their own."""
    seen, aside = IdRegister(), {}
    for number, part in enumerate(hashed):
        own = ~part["blank"].to_numpy()
        own[own] = seen.add_hashes(part["hash"].to_numpy()[own])
        if not own.all():
            aside[number] = np.flatnonzero(~own)
    if not len(seen):
        raise InputError(f"No row of {source} has an id. Name the id column with --id.")
    return aside


def _clear_earlier(out: str) -> None:
    """Take away what an earlier run wrote, so that no file of it stands among this run's."""
    import fsspec

    files, root = fsspec.core.url_to_fs(out)
    try:
        files.makedirs(root, exist_ok=True)
        for name in ("provenance.json", *(f"{table}.parquet" for table in TABLES)):
            if files.exists(f"{root}/{name}"):
                files.rm(f"{root}/{name}", recursive=True)
        for table in TABLES:
            files.makedirs(f"{root}/{table}.parquet", exist_ok=True)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError(f"Cannot write to {out} ({why}). Choose another with --out.") from None


def _run(
    client: Any,
    pieces: Sequence[Piece],
    columns: Sequence[str],
    model: SentModel,
    job: PartitionJob,
    progress: _Progress | None,
) -> list[dict[str, Any]]:
    """What is told of every partition, in order."""
    told, done, total = [], 0, sum(piece.rows for piece in pieces)
    for one in run_partitions(client, open_partitions(pieces, columns), model, job):
        told.append(one)
        done += pieces[one["number"]].rows
        if progress is not None:
            progress(done, total)
    return sorted(told, key=lambda one: int(one["number"]))


def _list_rejected(opened: Sequence[_Input], told: Sequence[Mapping[str, Any]]) -> list[RejectedRow]:
    """The rows set aside, named as ``code_wave`` names them."""
    rejected, number = [], 0
    for one in opened:
        before = 0
        for piece in one.pieces:
            for place, unit in told[number]["aside"]:
                reason = "the id stands already in an earlier row" if unit.strip() else "no id"
                rejected.append(RejectedRow(one.name, before + place + 1, 0, unit, reason))
            before, number = before + piece.rows, number + 1
    return rejected


def _write_small(
    out: str, summary: pd.DataFrame, rejected: Sequence[RejectedRow], codebook: str, said: Mapping[str, Any]
) -> list[str]:
    """Write what is small, ``provenance.json`` last; gives the paths."""
    import fsspec

    aside = pd.DataFrame([asdict(row) for row in rejected], columns=REJECTED_COLUMNS)
    files = {
        "summary.csv": bytes(render_csv(make_arrow(summary), header=True)),
        "rejected.csv": bytes(render_csv(make_arrow(aside), header=True)),
        "codebook.yaml": codebook.encode(),
        "provenance.json": (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode(),
    }
    for name, data in files.items():
        with fsspec.open(f"{out}/{name}", "wb") as handle:
            handle.write(data)
    return [f"{out}/{name}" for name in files]
