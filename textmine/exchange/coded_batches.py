"""The tables of a coded folder read a part at a time, so that memory does not grow with the rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from textmine.errors import InputError
from textmine.exchange.scored_wave import SUMMARY
from textmine.exchange.workbook import bare_cell
from textmine.files import refuse_damaged
from textmine.reading import read_table

if TYPE_CHECKING:
    import pyarrow as pa

#: Bytes of csv that are read at once, and at most for a row; rows of parquet that are read at once.
_BLOCK = 1 << 20
_LARGEST = 64 << 20
_ROWS = 32_768
_FORMS = (".csv", ".parquet", ".xlsx")
_REMEDY = "Code the wave anew, or copy the folder anew."


@dataclass(frozen=True)
class StoredTable:
    """A table in a file: its columns, and its rows a part at a time."""

    path: Path
    names: tuple[str, ...]

    def read_parts(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The rows in order as arrow tables of these columns (None: all), at least one; csv gives text.

        Raises ``InputError`` where the file is damaged.
        """
        import pyarrow as pa

        wanted = list(self.names if columns is None else columns)
        try:
            yield from (
                _read_csv(self.path, wanted) if self.path.suffix == ".csv" else _read_other(self.path, wanted)
            )
        except (pa.ArrowException, OSError):
            raise InputError(f"{self.path} cannot be read. Code the wave anew: textmine code.") from None

    def count_rows(self) -> int:
        """How many rows the table has; reads it once."""
        return sum(part.num_rows for part in self.read_parts(self.names[:1]))


def open_stored(folder: Path, name: str) -> StoredTable:
    """The table ``name`` (``coded_wide``, ``coded_long``, ``coded_spans``) of a coded folder.

    Of several forms csv is taken before parquet and xlsx. Raises ``InputError`` where there is none.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "coded_wide.csv").write_text("id,money\\n1,0\\n2,\\n", encoding="utf-8")
    ...     stored = open_stored(Path(folder), "coded_wide")
    ...     stored.names, [part.column("money").to_pylist() for part in stored.read_parts()]
    (('id', 'money'), [['0', '']])
    """
    import pyarrow.parquet as pq

    path = next((found for form in _FORMS if (found := folder / f"{name}{form}").is_file()), None)
    if path is None:
        raise InputError(f"{folder} holds no {name} table. Give a folder that textmine code wrote.")
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as handle:
            return StoredTable(path, tuple(next(csv.reader(handle), ())))
    if path.suffix == ".parquet":
        with refuse_damaged(path, _REMEDY):
            return StoredTable(path, tuple(pq.read_schema(path).names))
    return StoredTable(path, tuple(bare_cell(str(name)) for name in read_table(path).frame.columns))


def read_code_names(folder: Path) -> dict[str, str]:
    """The names of a coded folder's codes by their ids, from its summary.

    Raises ``InputError`` where there is none to read.
    """
    names: dict[str, str] = {}
    try:
        with (folder / SUMMARY).open(encoding="utf-8", newline="") as handle:
            names = {row["code"]: row["name"] for row in csv.DictReader(handle)}
    except (OSError, KeyError):
        pass
    if not names:
        raise InputError(f"{SUMMARY} in {folder} names no codes. Code the wave anew: textmine code.")
    return names


def _read_csv(path: Path, columns: list[str]) -> Iterator[pa.Table]:
    import pyarrow as pa
    import pyarrow.csv as pc

    with path.open(encoding="utf-8", newline="") as handle:
        names = next(csv.reader(handle), [])
        if next(handle, None) is None:  # a header and no rows
            yield pa.table({name: pa.array([], pa.large_string()) for name in columns})
            return
    options = {
        "parse_options": pc.ParseOptions(newlines_in_values=True),
        "convert_options": pc.ConvertOptions(
            column_types={name: pa.large_string() for name in names},
            include_columns=columns,
            strings_can_be_null=False,
        ),
    }
    given = 0
    for block in (_BLOCK, _LARGEST):
        read = pc.ReadOptions(block_size=block, use_threads=False)
        seen = 0
        try:
            for batch in pc.open_csv(path, read_options=read, **options):
                fresh = batch.slice(max(given - seen, 0))
                seen += batch.num_rows
                given = max(given, seen)
                if fresh.num_rows:
                    yield pa.Table.from_batches([fresh])
            return
        except pa.ArrowInvalid as error:  # a row does not fit into a block
            if "block" not in str(error):
                raise
    raise InputError(
        f"A row of {path} is longer than {_LARGEST >> 20} MiB. Take the longest texts out of the wave."
    )


def _read_other(path: Path, columns: list[str]) -> Iterator[pa.Table]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.suffix == ".xlsx":
        frame = read_table(path).frame
        frame.columns = pd.Index([bare_cell(str(name)) for name in frame.columns])
        cells = [pa.array([bare_cell(cell) for cell in frame[name].tolist()]) for name in columns]
        yield pa.Table.from_arrays(cells, names=columns)
        return
    with refuse_damaged(path, _REMEDY), pq.ParquetFile(path) as stored:
        if not stored.metadata.num_rows:
            yield stored.read(columns=columns).replace_schema_metadata(None)
        for batch in stored.iter_batches(batch_size=_ROWS, columns=columns):
            batch.validate(full=True)
            yield pa.Table.from_batches([batch]).replace_schema_metadata(None)
