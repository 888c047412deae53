"""Sheets written row by row in memory that does not grow: a frozen header, filters, widths, wrapped texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from textmine.exchange.excel_text import GIVEN, PLAIN, REVIEW, make_cell
from textmine.files import atomic_path

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

#: What xlsx takes for a character's number.
_ESCAPE = re.compile("(_x[0-9A-Fa-f]{4}_)")
#: The same whenever it is written, so that equal tables give equal bytes.
_MADE = datetime(2000, 1, 1)
_HEADER = {"bold": True, "bg_color": "#DCE6F1", "text_wrap": True, "valign": "top", "border": 1}
#: Widths of columns, in characters: at least, of texts, of other wrapped words, of what is not wrapped.
_NARROW, _WIDE, _WORDY, _LONGEST_WORD = 9, 70, 36, 24
#: Points of a line and of the tallest row that Excel has.
_LINE, _TALLEST = 15, 409
#: Rows whose cells set a column's width, and cut cells that are named one by one.
_SAMPLE, _MOST_NAMED = 200, 100


class Sheets:
    """The sheets of a workbook; ``notes`` says what cells could not hold."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.notes: list[str] = []
        self._header = book.add_format(_HEADER)
        top = {"valign": "top"}
        self._formats = {
            "text": book.add_format({**top, "text_wrap": True}),
            "plain": book.add_format(top),
            "share": book.add_format({**top, "num_format": "0.0%", "text_wrap": True}),
        }
        self._looks = {
            GIVEN: book.add_format({"bold": True}),
            REVIEW: book.add_format({"bold": True, "font_color": "#1F5FA8"}),
        }
        self._alone = {
            look: book.add_format({**top, "text_wrap": True, "bold": True, **colour})
            for look, colour in ((GIVEN, {}), (REVIEW, {"font_color": "#1F5FA8"}))
        }

    def add(
        self,
        name: str,
        frame: pd.DataFrame,
        *,
        wrapped: Sequence[str] = (),
        frozen: int = 0,
        percents: Sequence[str] = (),
    ) -> Worksheet:
        """A sheet of a table: its header and the first ``frozen`` columns stay in sight, each column filters.

        A cell that is a pair holds a text and the stretches to be marked in it, as ``make_cell`` takes them.
        No cell is a formula or a link. ``wrapped`` columns are wide, ``percents`` are shown as such.
        """
        page = self.book.add_worksheet(name)
        columns = [str(column) for column in frame.columns]
        widths: dict[int, float] = {}
        for place, column in enumerate(columns):
            look = "share" if column in percents else "text" if column in wrapped else "plain"
            width = _find_width(column, frame.iloc[:_SAMPLE, place].tolist(), column in wrapped)
            page.set_column(place, place, width, self._formats[look])
            if column in wrapped:
                widths[place] = width
        page.freeze_panes(1, frozen)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        if columns:
            page.autofilter(0, 0, max(len(frame), 1), len(columns) - 1)
            page.ignore_errors({"number_stored_as_text": f"A1:XFD{len(frame) + 1}"})
        cut: list[str] = []
        replaced = 0
        for place, column in enumerate(columns):
            page.write_string(0, place, make_cell(column).text or " ", self._header)
        cells = [_as_cells(frame.iloc[:, place]) for place in range(len(columns))]
        for row, values in enumerate(zip(*cells, strict=True), start=1):
            lines = max((_count_lines(values[place], width) for place, width in widths.items()), default=1)
            if lines > 1:
                page.set_row(row, min(lines * _LINE, _TALLEST))
            for place, value in enumerate(values):
                if isinstance(value, (str, tuple)):
                    lost, odd = self._write_text(page, row, place, value)
                    replaced += odd
                    if lost:
                        cut.append(f"row {row + 1}, column {columns[place]} ({lost} characters)")
                elif value is not None:
                    page.write_number(row, place, value)
        self._note(name, cut, replaced)
        return page

    def _write_text(self, page: Worksheet, row: int, place: int, value: Any) -> tuple[int | None, int]:
        """Write a text in runs; gives its length where it was cut, and how many characters were replaced."""
        cell = make_cell(value) if isinstance(value, str) else make_cell(*value)
        if len(cell.runs) > 1:
            parts: list[Any] = []
            for run, look in cell.runs:
                run = _ESCAPE.sub(r"_x005F\1", run)  # which XlsxWriter does in plain cells only
                parts += [run] if look == PLAIN else [self._looks[look], run]
            page.write_rich_string(row, place, *parts, self._formats["text"])
        elif cell.runs:
            run, look = cell.runs[0]
            page.write_string(row, place, run, *([] if look == PLAIN else [self._alone[look]]))
        return cell.length, cell.replaced

    def _note(self, name: str, cut: Sequence[str], replaced: int) -> None:
        if cut:
            more = f" and {len(cut) - _MOST_NAMED} more" if len(cut) > _MOST_NAMED else ""
            self.notes.append(
                f"Sheet {name}: {len(cut)} text(s) over 32,767 UTF-16 units, the most that a cell of Excel "
                f"holds, were cut: {'; '.join(cut[:_MOST_NAMED])}{more}. They are whole in csv and parquet."
            )
        if replaced:
            self.notes.append(
                f"Sheet {name}: {replaced} character(s) that xlsx cannot hold stand there as U+FFFD."
            )


@contextmanager
def open_sheets(path: Path) -> Iterator[Sheets]:
    """A workbook to add sheets to; the file takes its name when all went well.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, open_sheets(Path(folder, "a.xlsx")) as sheets:
    ...     _ = sheets.add("codes", pd.DataFrame({"code": ["=money"]}), frozen=1)
    """
    from xlsxwriter import Workbook

    options = {"constant_memory": True, "strings_to_numbers": False, "strings_to_urls": False}
    with atomic_path(path) as temporary:
        book = Workbook(str(temporary), options)
        book.set_properties({"created": _MADE})
        yield Sheets(book)
        book.close()


def _as_cells(column: pd.Series) -> list[Any]:
    """A column's cells as plain values; None where missing."""
    return list(column.astype(object).where(column.notna(), None).tolist())


def _find_width(name: str, cells: Sequence[Any], is_wrapped: bool) -> float:
    """A column's width in characters: that of its longest cell or name, in bounds."""
    if is_wrapped and any(isinstance(cell, tuple) for cell in cells):
        return _WIDE
    longest = max((len(str(cell)) for cell in cells), default=0)
    most = _WORDY if is_wrapped else _LONGEST_WORD
    return float(min(max(longest, min(len(name), _LONGEST_WORD), _NARROW) + 2, most))


def _count_lines(cell: Any, width: float) -> int:
    """About how many lines a cell takes in a column of this width."""
    text = cell[0] if isinstance(cell, tuple) else cell
    if not isinstance(text, str):
        return 1
    if len(text) < width and "\n" not in text and "\r" not in text:
        return 1
    return sum(1 + int(len(line) / width) for line in text.splitlines() or [""])
