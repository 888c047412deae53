"""A table as read: every cell a string, with the rows that could not be read beside it."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import takewhile
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from textmine.errors import InputError
from textmine.errors import list_names as list_names
from textmine.reading.layout import Layout, find_summary

_CHUNK = 5_000
_MOST_SUMMARIES = 6
_MOST_COLUMNS = 20_000  # Excel has 16,384
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


#: The columns of a table of rejected rows, in order.
REJECTED_COLUMNS = [part.name for part in fields(RejectedRow)]


@dataclass(frozen=True, eq=False)
class Table:
    """What a file holds, verbatim: ``frame`` has all columns in order and a str in every cell ('' if empty).

    ``source`` is the file's name without its folder, ``sha256`` that of its bytes and ``encoding`` how they
    were read ('' for xlsx and parquet). ``rows`` and ``lines`` say for each row of ``frame`` which data row
    and which line of the file it is; without them the rows are taken to be whole, their lines unknown.
    ``layout`` says how the table lay in its file: the export's program, the sheet, what each column asked.
    ``rejected`` are the rows that could not be read, each with the reason.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from textmine.reading import read_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "wave3.csv")
    ...     _ = path.write_text("id,comment\\n1,We train together\\n", encoding="utf-8")
    ...     table = read_table(path)
    >>> table.source, table.frame.to_dict("records")
    ('wave3.csv', [{'id': '1', 'comment': 'We train together'}])
    """

    frame: pd.DataFrame
    rejected: list[RejectedRow]
    source: str
    sha256: str
    encoding: str
    rows: npt.NDArray[np.int64] | None = field(default=None, repr=False)
    lines: npt.NDArray[np.int64] | None = field(default=None, repr=False)
    layout: Layout = field(default_factory=Layout, repr=False)

    def place(self, position: int) -> tuple[int, int]:
        """The data row (from 1) and the line of the file (0 where unknown) of a row of ``frame``.

        ``position`` counts the rows of ``frame`` from 0.
        """
        row = position + 1 if self.rows is None else int(self.rows[position])
        return row, 0 if self.lines is None else int(self.lines[position])

    def name_place(self, position: int) -> str:
        """Where a row of ``frame`` stands, for a message: 'row 3 (line 5)'.

        ``position`` counts the rows of ``frame`` from 0.
        """
        row, line = self.place(position)
        return f"row {row} (line {line})" if line else f"row {row}"


class RowGatherer:
    """Takes rows one by one and packs them column by column, so that few Python objects live at a time."""

    def __init__(self, names: Sequence[str], source: str, layout: Layout | None = None) -> None:
        self.layout = layout or Layout()
        self.names = [_LONE_SURROGATE.sub("\ufffd", name) for name in names]
        check_names(self.names, source)
        self.source = source
        self.rejected: list[RejectedRow] = []
        self._count = 0
        self._rows = array("q")
        self._lines = array("q")
        self._waiting: list[Sequence[str]] = []
        self._batches: list[Any] = []
        self._gaps: set[int] = set()  # rows that stand below a blank one

    def add(self, cells: Sequence[str], line: int) -> None:
        """Keep one whole row, as many cells as there are names."""
        self._count += 1
        self._rows.append(self._count)
        self._lines.append(line)
        self._waiting.append(cells)
        if len(self._waiting) == _CHUNK:
            self._pack()

    def skip_blank(self) -> None:
        """Pass over a wholly blank row."""
        self._gaps.add(self._count + 1)

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
        whole = self._set_summaries_aside(frame)
        return Table(
            frame.iloc[:whole], self.rejected, self.source, sha256, encoding, rows[:whole], lines[:whole],
            self.layout,
        )  # fmt: skip

    def _set_summaries_aside(self, frame: pd.DataFrame) -> int:
        """How many rows are left when totals and remarks at the end are taken off and named."""
        last, after, found = len(frame), 0, []
        ends = frame.iloc[-_MOST_SUMMARIES:].to_numpy()[::-1] != ""
        alone = sum(1 for _ in takewhile(lambda filled: filled[0] and filled.sum() == 1, ends))
        while last > 1 and after < _MOST_SUMMARIES:
            at, after = last - 1, after + 1
            row = self._rows[at]
            gap = any(number in self._gaps for number in range(row, row - max(after, alone), -1))
            reason = find_summary(frame.iloc[at].tolist(), gap, partial(_cells_above, frame, at))
            if reason is None:
                break
            found.append(RejectedRow(self.source, row, self._lines[at], "", reason))
            last = at
        self.rejected += reversed(found)
        return last

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


def _cells_above(frame: pd.DataFrame, end: int, column: int) -> list[str]:
    return list(frame.iloc[:end, column].tolist())


def string_array(cells: Sequence[str]) -> Any:
    """An Arrow array of strings; halves of surrogate pairs, which no file can hold, become U+FFFD."""
    try:
        return pa.array(cells, pa.large_string())
    except UnicodeEncodeError:
        return pa.array([_LONE_SURROGATE.sub("\ufffd", cell) for cell in cells], pa.large_string())


def check_names(names: Sequence[str], source: str) -> None:
    """Raise ``InputError`` when two columns share a name, or there are more than any spreadsheet holds."""
    if len(names) > _MOST_COLUMNS:
        raise InputError(
            f"{source} has {len(names)} columns; {_MOST_COLUMNS} at most are read. Split it, or check its "
            "delimiter and line ends."
        )
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        named = ", ".join(repr(name) if name else "(no name)" for name in twice)
        raise InputError(
            f"Column names of {source} stand more than once: {named}. Give each column a name of its own, "
            "or make a table of documents with textmine read."
        )
