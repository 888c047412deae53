"""The Dask engine: parquet read, coded and written a partition at a time, each by whatever worker has it.

A thin adapter: Dask says who works on which partition, ``code_part`` codes it as everywhere else.
"""

from __future__ import annotations

import json
import logging
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.cleaning.signatures import hash_texts
from textmine.coding.coded_texts import RecentTexts
from textmine.errors import InputError, TextmineError
from textmine.locations import find_model
from textmine.reading.formats import strings_of
from textmine.reading.table import check_names
from textmine.reading.turns import find_interviewer
from textmine.scale.code_frame import (
    ONE_AT_A_TIME,
    CodedPart,
    CodingPlan,
    code_part,
    load_once,
    tabulate_long,
    tabulate_scores,
    tabulate_spans,
    tabulate_wide,
)
from textmine.scale.code_parts import tell_facts

if TYPE_CHECKING:
    import pyarrow as pa

#: The tables that are written, each a folder of parquet files, one per partition.
TABLES = ("coded_wide", "coded_long", "coded_spans", "scores")
#: Rows of a partition that are coded at once.
ROWS = 16_384
#: Seconds in which a scheduler must answer.
PATIENCE = 20
_DIGITS = re.compile(r"(\d+)")
_INSTALL = "--engine dask needs Dask: pip install 'textmine[dask]'."

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class SentModel:
    """A model on its way to workers that do not have its folder: the bytes of its files by name."""

    name: str
    sha256: str
    files: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True)
class PartitionJob:
    """What a worker needs to know besides rows and model: the plan, where to write, and how tables look.

    ``aside`` holds, by partition, the places of rows whose id is missing or stands in an earlier row.
    """

    plan: CodingPlan
    out: str
    schemas: Mapping[str, pa.Schema] = field(repr=False)
    aside: Mapping[int, npt.NDArray[np.intp]] = field(repr=False)


def require_dask() -> None:
    """Raise ``InputError`` where Dask is not installed."""
    try:
        for name in ("dask.dataframe", "distributed", "fsspec"):
            import_module(name)
    except ImportError:
        raise InputError(_INSTALL) from None


@contextmanager
def connect(scheduler: str | None, workers: int) -> Iterator[Any]:
    """A client of the scheduler at an address, or of ``workers`` processes of this machine if None.

    Raises ``InputError`` where nobody answers.
    """
    from distributed import Client, LocalCluster

    if scheduler is None:
        with (
            LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.ERROR
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"No Dask scheduler answers at {scheduler} ({type(error).__name__}). Give the address that "
            "`dask scheduler` printed, such as tcp://host:8786."
        ) from None
    with client:
        yield client


@dataclass(frozen=True)
class Piece:
    """A row group of a parquet file, which makes a partition: the file's address, its number and its rows."""

    path: str
    group: int
    rows: int


def list_pieces(path: str) -> tuple[list[Piece], list[str]]:
    """The row groups of a parquet file or a folder of them, in order, and the names of their columns.

    ``path`` is any that fsspec knows. Raises ``InputError`` where there is nothing to read, or a file has
    other columns than the first.
    """
    import fsspec
    import pyarrow.parquet as pq

    pieces: list[Piece] = []
    names: list[str] = []
    try:
        store, root = fsspec.core.url_to_fs(path)
        for file in _list_files(store, root):
            with store.open(file) as handle, pq.ParquetFile(handle) as stored:
                found = list(stored.schema_arrow.names)
                sizes = [stored.metadata.row_group(n).num_rows for n in range(stored.num_row_groups)]
            check_names(found, PurePosixPath(file).name)
            if names and found != names:
                raise InputError(
                    f"{PurePosixPath(file).name} in {path} has other columns than the first file there. Code "
                    "files of different form apart."
                )
            names = found
            address = store.unstrip_protocol(file)
            pieces += [Piece(address, number, rows) for number, rows in enumerate(sizes)]
    except TextmineError:
        raise
    except Exception as error:  # a missing or damaged file, or a store that is out of reach, fail in any way
        raise InputError(
            f"{path} cannot be read as parquet ({type(error).__name__}). Check the path, and that what its "
            "kind of store needs is installed, such as s3fs."
        ) from None
    if not pieces:
        raise InputError(f"{path} holds no parquet with rows in it. Give a parquet file or a folder of them.")
    return pieces, names


def make_address(path: str) -> str:
    """A path as every machine that reaches it takes it, whatever folder it stands in."""
    import fsspec

    try:
        store, root = fsspec.core.url_to_fs(path)
    except (ImportError, ValueError) as error:
        raise InputError(
            f"{path} cannot be reached ({error}). Check the address, and that what it needs is installed."
        ) from None
    return str(store.unstrip_protocol(root)).rstrip("/")


def _list_files(store: Any, root: str) -> list[str]:
    """The parquet files at a path, 'part.2' before 'part.10'; a folder's own notes are left out."""
    if not store.isdir(root):
        return [root]
    names = [name for name in store.find(root) if PurePosixPath(name).suffix in (".parquet", ".pq")]
    shown = [name for name in names if not PurePosixPath(name).name.startswith(("_", "."))]
    return sorted(
        shown,
        key=lambda name: [(len(bit), bit) if bit.isdigit() else (0, bit) for bit in _DIGITS.split(name)],
    )


def read_piece(piece: Piece, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The rows of a row group as strings, read as the local engine reads parquet."""
    import fsspec
    import pyarrow as pa
    import pyarrow.parquet as pq

    with fsspec.open(piece.path, "rb") as handle, pq.ParquetFile(handle) as stored:
        table = stored.read_row_group(piece.group, columns=None if columns is None else list(columns))
    cells = [strings_of(column) for column in table.columns]
    frame: pd.DataFrame = pa.table(cells, names=table.column_names).to_pandas()
    return frame


def open_partitions(pieces: Sequence[Piece], columns: Sequence[str]) -> Any:
    """Row groups as a dask dataframe of these columns, each a partition."""
    import dask.dataframe as dd

    meta = pd.DataFrame({name: pd.Series([], dtype="str") for name in columns})
    return dd.from_map(read_piece, list(pieces), columns=list(columns), meta=meta, enforce_metadata=False)


def hash_ids(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """A hash of the id of each row of a partition, and whether it is blank."""
    units = frame[column].tolist()
    return pd.DataFrame({"hash": hash_texts(units), "blank": [not unit.strip() for unit in units]})


def pack_model(model: str, sha256: str) -> SentModel:
    """The files of a model that its ``config.json`` names, to be sent."""
    folder = find_model(model)
    names = json.loads((folder / "config.json").read_text(encoding="utf-8"))["files"]
    files = {name: (folder / name).read_bytes() for name in ("config.json", *names)}
    return SentModel(folder.resolve().name, sha256, files)


_unpacked: dict[str, tuple[tempfile.TemporaryDirectory[str], str]] = {}


def unpack_model(model: SentModel) -> str:
    """The folder of a model that was sent, written once in a process and gone with it."""
    if model.sha256 not in _unpacked:
        kept = tempfile.TemporaryDirectory(prefix="textmine-model-")
        folder = Path(kept.name, model.name)
        for name, data in model.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        _unpacked[model.sha256] = kept, str(folder)
    return _unpacked[model.sha256][1]


@lru_cache(maxsize=2)
def _recent(sha256: str, n_codes: int) -> RecentTexts:
    """The texts that this process coded last with a plan: what it finds does not hang on them."""
    return RecentTexts(n_codes)


def code_partition(
    frame: pd.DataFrame, model: SentModel, job: PartitionJob, partition_info: Any = None
) -> pd.DataFrame:
    """Code a partition and write its file of each table; gives one row with what is told of it, as JSON.

    Done again, it writes the same files: a worker that ends on the way leaves nothing but work.
    """
    if partition_info is None:  # how dask asks for the looks of what comes back
        return pd.DataFrame({"facts": pd.Series([], dtype=object)})
    number = int(partition_info["number"])
    rows = frame.reset_index(drop=True)
    keep = np.ones(len(rows), bool)
    keep[job.aside.get(number, np.zeros(0, np.intp))] = False
    units = rows[job.plan.columns.id].tolist()
    left = [[place, units[place]] for place in np.flatnonzero(~keep).tolist()]
    own = rows[keep].reset_index(drop=True)
    with ONE_AT_A_TIME:
        facts = _code_and_write(own, unpack_model(model), job, number)
    question = job.plan.columns.question
    asked = [] if question is None else sorted(set(own[question].tolist()))
    told = {"number": number, "aside": left, "questions": asked, "facts": facts}
    return pd.DataFrame({"facts": [json.dumps(told, ensure_ascii=False)]})


def _code_and_write(
    rows: pd.DataFrame, folder: str, job: PartitionJob, number: int
) -> list[Mapping[str, Any]]:
    """Code rows so many at a time, and write what the tables have of them."""
    from contextlib import ExitStack

    import fsspec
    import pyarrow.parquet as pq

    coder, facts = load_once(folder), []
    plan = replace(job.plan, model=folder)
    with ExitStack() as opened:
        writers = {}
        for name in TABLES:
            path = f"{job.out}/{name}.parquet/part-{number:06d}.parquet"
            sink = opened.enter_context(fsspec.open(path, "wb"))
            writers[name] = opened.enter_context(pq.ParquetWriter(sink, job.schemas[name]))
        for first in range(0, len(rows), ROWS):
            some = rows.iloc[first : first + ROWS].reset_index(drop=True)
            left_out = np.zeros(len(some), bool) if plan.with_interviewer else find_interviewer(some)
            recent = _recent(plan.sha256, len(coder.codes_))
            part = code_part(some, coder, plan, leave_out=left_out, recent=recent)
            for name, table in _tabulate(part, plan).items():
                schema = job.schemas[name]
                writers[name].write_table(table.select(schema.names).cast(schema))
            facts.append(tell_facts(part))
    return facts


def _tabulate(part: CodedPart, plan: CodingPlan) -> dict[str, Any]:
    return {
        "coded_wide": tabulate_wide(part, plan.options),
        "coded_long": tabulate_long(part),
        "coded_spans": tabulate_spans(part),
        "scores": tabulate_scores(part),
    }


def run_partitions(client: Any, frame: Any, model: SentModel, job: PartitionJob) -> Iterator[dict[str, Any]]:
    """Code the partitions of a dask dataframe; gives what is told of each, as it gets done.

    The model goes with the work as one value, which each worker fetches once. Raises ``InputError`` where a
    worker lacks textmine, or workers end on the same partition again and again.
    """
    from dask.delayed import delayed
    from distributed import KilledWorker, as_completed

    sent = delayed(model, name=f"model-{model.sha256[:16]}", traverse=False)
    coded = frame.map_partitions(
        code_partition, sent, delayed(job, traverse=False), meta={"facts": object}, enforce_metadata=False
    )
    try:
        for future in as_completed(client.compute(coded.to_delayed())):
            yield json.loads(future.result()["facts"].iloc[0])
    except KilledWorker:
        raise InputError(
            "Workers ended on the same partition again and again, maybe for want of memory. Give them more, "
            "or write the input in smaller row groups."
        ) from None
    except ModuleNotFoundError as error:
        raise InputError(
            f"A worker lacks {error.name}. Install the same textmine, with textmine[dask], on every worker."
        ) from None
    except TextmineError:
        raise
    except Exception as error:  # what a store or a damaged file does on a worker
        raise InputError(
            f"A worker could not read, code or write a partition ({type(error).__name__}). Check that every "
            "worker reaches the input and --out."
        ) from None


def gather_hashes(client: Any, pieces: Sequence[Piece], column: str) -> list[pd.DataFrame]:
    """The ``hash_ids`` of every row group: 9 bytes a row, all that is ever held in one place."""
    meta = pd.DataFrame({"hash": np.zeros(0, np.uint64), "blank": np.zeros(0, bool)})
    ids = open_partitions(pieces, [column])
    return list(client.gather(client.compute(ids.map_partitions(hash_ids, column, meta=meta).to_delayed())))
