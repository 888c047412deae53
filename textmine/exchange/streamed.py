"""Tables written a part at a time: csv, tsv, jsonl and parquet, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pandas as pd

from textmine.errors import InputError
from textmine.files import atomic_path

KINDS = (".csv", ".tsv", ".parquet", ".jsonl")


#: Takes the parts of a table in order, all with the same columns.
PartWriter = Callable[[pd.DataFrame], None]


def check_kind(path: Path) -> None:
    """Raise ``InputError`` for a file whose ending names no kind of table that is written in parts.

    >>> check_kind(Path("clean.csv"))
    """
    if path.suffix.lower() not in KINDS:
        raise InputError(f"{path.name} is of no kind that is written here. End it in {', '.join(KINDS)}.")


@contextmanager
def open_parts(path: Path) -> Iterator[PartWriter]:
    """A function that writes the next part of a table; the file takes its name when all went well.

    In csv a true flag is 1 and a false one 0. Raises ``InputError`` as ``check_kind``.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with open_parts(Path(folder, "a.csv")) as write:
    ...         write(pd.DataFrame({"id": ["1"], "empty": [True]}))
    ...     Path(folder, "a.csv").read_text(encoding="utf-8")
    'id,empty\\n1,1\\n'
    """
    check_kind(path)
    kind = path.suffix.lower()
    with atomic_path(path) as temporary:
        if kind == ".parquet":
            with _parquet_writer(temporary) as write:
                yield write
        else:
            with temporary.open("w", encoding="utf-8", newline="") as handle:
                yield _json_writer(handle) if kind == ".jsonl" else _csv_writer(handle, kind)


def _csv_writer(handle: IO[str], kind: str) -> PartWriter:
    delimiter = "\t" if kind == ".tsv" else ","
    begun = False

    def write(part: pd.DataFrame) -> None:
        nonlocal begun
        columns = [
            part[name].astype("int8").tolist() if part[name].dtype == bool else part[name].tolist()
            for name in part.columns
        ]
        rows = list(zip(*columns, strict=True))
        handle.write(_as_csv(rows if begun else [tuple(part.columns), *rows], delimiter))
        begun = True

    return write


def _as_csv(rows: Sequence[Sequence[Any]], delimiter: str) -> str:
    """Rows as csv with lines ended by LF, in which a cell with any line end in it stands in quotes."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows(rows)
    text = buffer.getvalue()
    if text.count("\r") == len(rows):  # no cell holds one
        return text.replace("\r\n", "\n")
    lines = []
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(row)
        lines.append(buffer.getvalue()[:-2] + "\n")
    return "".join(lines)


def _json_writer(handle: IO[str]) -> PartWriter:
    def write(part: pd.DataFrame) -> None:
        names = list(part.columns)
        columns = [part[name].tolist() for name in names]
        for cells in zip(*columns, strict=True):
            handle.write(json.dumps(dict(zip(names, cells, strict=True)), ensure_ascii=False) + "\n")

    return write


@contextmanager
def _parquet_writer(path: Path) -> Iterator[PartWriter]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer: Any = None

    def write(part: pd.DataFrame) -> None:
        nonlocal writer
        table = pa.Table.from_pandas(part, preserve_index=False).replace_schema_metadata(None)
        if writer is None:
            writer = pq.ParquetWriter(path, table.schema)
        writer.write_table(table.cast(writer.schema))

    try:
        yield write
    finally:
        if writer is not None:
            writer.close()
