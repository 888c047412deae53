"""Blocks of a provenance record, parquet: of a run a column a code, of people's decisions a row each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.errors import InputError
from textmine.files import atomic_path, sha256_of_file
from textmine.provenance.events import Block

if TYPE_CHECKING:
    import pyarrow as pa

Floats = npt.NDArray[np.float64]

VALUE, SCORE = "value:", "score:"
#: Columns of a block of people's decisions.
DECISIONS = (
    "unit_id",
    "code_id",
    "value",
    "source",
    "coder_id",
    "sampling_role",
    "coding_prob",
    "adjudicated_by",
    "adjudication_reason",
    "text_sha256",
)
_ABOUT = {"resp_id": "groups", "question_id": "questions", "wave": "waves"}
_HEX = 16


@dataclass(frozen=True)
class RunPart:
    """Units that a coder coded, some or all of a run: ids, texts, and values (units, codes) of 1, 0, NaN.

    ``scores`` are of the same shape, or None where the coder gives none. ``groups`` are respondents,
    ``questions`` what was asked, ``waves`` the wave of each unit; empty where not known.

    >>> RunPart(["u1", "u2"], ["We pool money.", ""], np.array([[1.0], [np.nan]])).values.shape
    (2, 1)
    """

    units: Sequence[str]
    texts: Sequence[str]
    values: Floats
    scores: Floats | None = None
    groups: Sequence[str] = field(default=())
    questions: Sequence[str] = field(default=())
    waves: Sequence[str] = field(default=())


def write_run(folder: Path, codes: Sequence[str], parts: Iterable[RunPart]) -> Block:
    """Write the block of a run, a part at a time, under a name made of its hash. No text is kept."""
    return _write(folder, (_tabulate(part, codes) for part in parts))


def write_decisions(folder: Path, decisions: pd.DataFrame) -> Block:
    """Write a block of people's decisions; ``decisions`` has the columns ``DECISIONS``."""
    import pyarrow as pa

    return _write(folder, [pa.Table.from_pandas(decisions[[*DECISIONS]], schema=_decision_schema())])


def read_block(folder: Path, block: Block) -> pa.Table:
    """The rows of a block. Raises ``InputError`` where it is gone or not the file that was written."""
    import pyarrow.parquet as pq

    path = folder / block.file
    if not path.is_file():
        raise InputError(f"{block.file} of the record in {folder} is missing. Put it back.")
    if sha256_of_file(path) != block.sha256:
        raise InputError(
            f"{block.file} of the record in {folder} is not the file that was written. Put back a copy "
            "that is."
        )
    return pq.read_table(path)


def purge_block(folder: Path, block: Block, units: Collection[str]) -> tuple[Block, int]:
    """The block without the rows of some units, and how many those were; the old file stays.

    Where it holds none of them the block comes back as it was.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    table = read_block(folder, block)
    gone = pc.is_in(table["unit_id"], value_set=pa.array(sorted(units), pa.string()))
    count = int(pc.sum(gone).as_py() or 0)
    if not count:
        return block, 0
    return _write(folder, [table.filter(pc.invert(gone))]), count


def hash_text(text: str) -> bytes:
    """The sha256 of a text's UTF-8, by which the record knows that a text is still the same."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def codes_of(table: pa.Table) -> list[str]:
    """The codes of a run's block, in order."""
    return [name.removeprefix(VALUE) for name in table.column_names if name.startswith(VALUE)]


def matrix_of(table: pa.Table, prefix: str = VALUE) -> pd.DataFrame:
    """The values of a run's block, or by their prefix its scores: units x codes, NaN where missing."""
    names = [name for name in table.column_names if name.startswith(prefix)]
    columns = {name.removeprefix(prefix): _as_floats(table[name]) for name in names}
    return pd.DataFrame(columns, index=pd.Index(table["unit_id"].to_pylist(), name="unit_id"))


def _as_floats(column: pa.ChunkedArray) -> Floats:
    import pyarrow as pa

    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def _tabulate(part: RunPart, codes: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    columns: dict[str, Any] = {"unit_id": pa.array(list(part.units), pa.string())}
    for name, attribute in _ABOUT.items():
        cells = getattr(part, attribute)
        if len(cells):
            columns[name] = pa.array(list(cells), pa.string())
    lengths = [len(text) for text in part.texts]
    columns["unit_start"] = pa.array(np.zeros(len(lengths), np.int32))
    columns["unit_end"] = pa.array(lengths, pa.int32())
    columns["text_sha256"] = pa.array([hash_text(text) for text in part.texts], pa.binary(32))
    for place, code in enumerate(codes):
        values = part.values[:, place]
        missing = np.isnan(values)
        columns[f"{VALUE}{code}"] = pa.array(np.where(missing, 0, values).astype(np.int8), mask=missing)
    if part.scores is not None:
        for place, code in enumerate(codes):
            scores = np.ascontiguousarray(part.scores[:, place])
            columns[f"{SCORE}{code}"] = pa.array(scores, mask=np.isnan(scores))
    return pa.table(columns)


def _decision_schema() -> pa.Schema:
    import pyarrow as pa

    kinds = {"value": pa.int8(), "coding_prob": pa.float64(), "text_sha256": pa.binary(32)}
    return pa.schema([(name, kinds.get(name, pa.string())) for name in DECISIONS])


def _write(folder: Path, tables: Iterable[pa.Table]) -> Block:
    """Write tables of one form as one file, whole or not at all, named by what it holds."""
    rows = 0
    with _unnamed(folder) as temporary:
        import pyarrow.parquet as pq

        writer = None
        try:
            for table in tables:
                if writer is None:
                    writer = pq.ParquetWriter(temporary, table.schema, compression="zstd")
                writer.write_table(table)
                rows += table.num_rows
        finally:
            if writer is not None:
                writer.close()
        if writer is None:
            raise InputError("A run without units. Code a wave with texts in it.")
        digest = sha256_of_file(temporary)
        name = f"{digest[:_HEX]}.parquet"
        if not (folder / name).is_file() or sha256_of_file(folder / name) != digest:
            with atomic_path(folder / name) as target:
                temporary.replace(target)
    return Block(name, digest, rows)


@contextmanager
def _unnamed(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ".textmine-block.parquet"
    path.touch(mode=0o600)  # for its owner's eyes until it takes its name
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
