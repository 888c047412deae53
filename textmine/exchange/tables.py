"""Arrow tables written part by part as csv, jsonl or parquet, whole or not at all."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from textmine.exchange.arrow_csv import render_csv
from textmine.files import atomic_path
from textmine.reading.table import string_array

if TYPE_CHECKING:
    import pyarrow as pa

#: Kinds of tables, and how many rows are written at once.
TABLE_KINDS = (".csv", ".parquet", ".jsonl")
PART = 65_536

#: Takes the parts of a table in order.
TableWriter = Callable[["pa.Table"], Any]


@contextmanager
def open_table(path: Path, schema: pa.Schema, *, excel_safe: bool = False) -> Iterator[TableWriter]:
    """A function that writes the next part of a table; the file takes its name when all went well.

    All parts have this schema. The ending of ``path``, one of ``TABLE_KINDS``, names the form.
    ``excel_safe`` guards csv, as ``render_csv`` does. A table without parts has its header all the same.

    >>> import pyarrow as pa, tempfile
    >>> part = pa.table({"id": ["1"], "money": pa.array([None], pa.int8())})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with open_table(Path(folder, "a.jsonl"), part.schema) as write:
    ...         _ = write(part)
    ...     Path(folder, "a.jsonl").read_text(encoding="utf-8")
    '{"id": "1", "money": null}\\n'
    """
    import pyarrow.parquet as pq

    with atomic_path(path) as temporary:
        if path.suffix.lower() == ".parquet":
            with pq.ParquetWriter(temporary, schema) as writer, _gather(writer, schema) as write:
                yield write
            return
        with temporary.open("wb") as handle:
            if path.suffix.lower() == ".jsonl":
                yield lambda part: handle.write(_render_json(part))
            else:
                handle.write(render_csv(schema.empty_table(), header=True, excel_safe=excel_safe))
                yield lambda part: handle.write(render_csv(part, excel_safe=excel_safe))


@contextmanager
def _gather(writer: Any, schema: pa.Schema) -> Iterator[TableWriter]:
    """A function that puts parts together to row groups of ``PART`` rows or more, and writes them."""
    import pyarrow as pa

    waiting: list[pa.Table] = []

    def write(part: pa.Table, *, least: int = PART) -> None:
        waiting.append(part.cast(schema))
        if sum(kept.num_rows for kept in waiting) >= least:
            writer.write_table(pa.concat_tables(waiting).combine_chunks())
            waiting.clear()

    yield write
    write(schema.empty_table(), least=1)


def write_parts(parts: Iterable[pa.Table], path: Path, *, excel_safe: bool = False) -> int:
    """Write the parts of a table, at least one, as ``open_table`` does, and count their rows."""
    parts = iter(parts)
    first = next(parts)
    rows = 0
    with open_table(path, _for_pandas(first), excel_safe=excel_safe) as write:
        for part in chain([first], parts):
            write(part)
            rows += part.num_rows
    return rows


def write_frame(frame: pd.DataFrame, path: Path, *, excel_safe: bool = False) -> None:
    """Write a frame as csv, as ``open_table`` does: a missing cell is empty, whole numbers have no point."""
    with atomic_path(path) as temporary, temporary.open("wb") as handle:
        handle.write(render_csv(make_arrow(frame.iloc[:0]), header=True, excel_safe=excel_safe))
        for first in range(0, len(frame), PART):
            handle.write(render_csv(make_arrow(frame.iloc[first : first + PART]), excel_safe=excel_safe))


def make_arrow(frame: pd.DataFrame) -> pa.Table:
    """A frame as an arrow table: numbers as they are, all else as text; halves of surrogate pairs U+FFFD."""
    import pyarrow as pa

    columns = [_as_arrow(frame.iloc[:, place]) for place in range(frame.shape[1])]
    return pa.Table.from_arrays(columns, names=[str(name) for name in frame.columns])


def _as_arrow(column: pd.Series) -> Any:
    import pyarrow as pa

    if pd.api.types.is_numeric_dtype(column.dtype):
        return pa.array(column, from_pandas=True)
    try:
        return pa.array(column, pa.large_string(), from_pandas=True)
    except (pa.ArrowException, UnicodeEncodeError):
        missing = column.isna().tolist()
        pairs = zip(column.tolist(), missing, strict=True)
        return string_array(["" if absent else str(cell) for cell, absent in pairs])


def _render_json(part: pa.Table) -> bytes:
    """A line an object; what is missing is null."""
    rows = (json.dumps(_plain(row), ensure_ascii=False) + "\n" for row in part.to_pylist())
    return "".join(rows).encode("utf-8")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(cell, float) and math.isnan(cell) else cell for name, cell in row.items()
    }


def _for_pandas(part: pa.Table) -> pa.Schema:
    """The schema of a part, from which pandas reads whole numbers as such where some are missing."""
    import pyarrow as pa

    frame = part.slice(0, 0).to_pandas(types_mapper={pa.int8(): pd.Int8Dtype()}.get)
    return part.schema.with_metadata(pa.Schema.from_pandas(frame, preserve_index=False).metadata)
