"""A table as read: every cell a string, with the rows that could not be read beside it."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from textmine.errors import InputError

_CHUNK = 5_000
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class RejectedRow:
    """A row that was set aside, and why.

    ``row`` counts data rows from 1 (rejected ones too, wholly blank ones not), ``line`` is the line of the
    file where it starts (0 where a file has no lines), ``id`` is '' where it could not be told.
    """

    file: str
    row: int
    line: int
    id: str
    reason: str


@dataclass(frozen=True, eq=False)
class Table:
    """What a file holds, verbatim: ``frame`` has all columns in order and a str in every cell ('' if empty).

    ``source`` is the file's name without its folder, ``sha256`` that of its bytes and ``encoding`` how they
    were read ('' for xlsx and parquet). ``rows`` and ``lines`` say for each row of ``frame`` which data row
    and which line of the file it is; without them the rows are taken to be whole, their lines unknown.
    """

    frame: pd.DataFrame
    rejected: list[RejectedRow]
    source: str
    sha256: str
    encoding: str
    rows: npt.NDArray[np.int64] | None = field(default=None, repr=False)
    lines: npt.NDArray[np.int64] | None = field(default=None, repr=False)

    def place(self, position: int) -> tuple[int, int]:
        """The data row (from 1) and the line of the file (0 where unknown) of a row of ``frame``."""
        row = position + 1 if self.rows is None else int(self.rows[position])
        return row, 0 if self.lines is None else int(self.lines[position])

    def name_place(self, position: int) -> str:
        """Where a row of ``frame`` stands, for a message: 'row 3 (line 5)'."""
        row, line = self.place(position)
        return f"row {row} (line {line})" if line else f"row {row}"


class RowGatherer:
    """Takes rows one by one and packs them column by column, so that few Python objects live at a time."""

    def __init__(self, names: Sequence[str], source: str) -> None:
        self.names = [_LONE_SURROGATE.sub("\ufffd", name) for name in names]
        check_names(self.names, source)
        self.source = source
        self.rejected: list[RejectedRow] = []
        self._count = 0
        self._rows = array("q")
        self._lines = array("q")
        self._waiting: list[Sequence[str]] = []
        self._batches: list[Any] = []

    def add(self, cells: Sequence[str], line: int) -> None:
        """Keep one whole row, as many cells as there are names."""
        self._count += 1
        self._rows.append(self._count)
        self._lines.append(line)
        self._waiting.append(cells)
        if len(self._waiting) == _CHUNK:
            self._pack()

    def reject(self, reason: str, line: int) -> None:
        """Set one row aside."""
        self._count += 1
        self.rejected.append(RejectedRow(self.source, self._count, line, "", reason))

    def table(self, sha256: str, encoding: str) -> Table:
        """All rows as a table; raises ``InputError`` when there is none."""
        if not self._rows:
            raise InputError(self._why_empty())
        self._pack()
        frame = pa.Table.from_batches(self._batches).combine_chunks().to_pandas()
        rows, lines = (np.array(numbers, dtype=np.int64) for numbers in (self._rows, self._lines))
        return Table(frame, self.rejected, self.source, sha256, encoding, rows, lines)

    def _pack(self) -> None:
        if self._waiting:
            columns = [string_array(cells) for cells in zip(*self._waiting, strict=True)]
            self._batches.append(pa.RecordBatch.from_arrays(columns, names=self.names))
            self._waiting = []

    def _why_empty(self) -> str:
        if not self.rejected:
            return f"{self.source} is empty: it has a header but no rows. Give a file with at least one row."
        first = self.rejected[0]
        return (
            f"No row of {self.source} could be read ({len(self.rejected)} tried); line {first.line}: "
            f"{first.reason}. Save the file again as a table with one header row."
        )


def string_array(cells: Sequence[str]) -> Any:
    """An Arrow array of strings; halves of surrogate pairs, which no file can hold, become U+FFFD."""
    try:
        return pa.array(cells, pa.large_string())
    except UnicodeEncodeError:
        return pa.array([_LONE_SURROGATE.sub("\ufffd", cell) for cell in cells], pa.large_string())


def check_names(names: Sequence[str], source: str) -> None:
    """Raise ``InputError`` when two columns share a name."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        named = ", ".join(repr(name) if name else "(no name)" for name in twice)
        raise InputError(
            f"Column names of {source} stand more than once: {named}. Give each column a name of its own."
        )


def list_names(names: Sequence[str], most: int = 30) -> str:
    """Names for a message, the long ones and the long list cut short.

    >>> list_names(["id", "q12", "q13"], most=2)
    'id, q12 and 1 more'
    """
    shown = ", ".join(name if len(name) <= 40 else f"{name[:37]}..." for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
