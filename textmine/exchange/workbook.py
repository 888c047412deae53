"""One table as an xlsx workbook whose bytes hang on the table alone, and in which no cell is a formula."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from textmine.errors import InputError
from textmine.files import atomic_path

if TYPE_CHECKING:
    from openpyxl import Workbook

#: What a sheet holds at most, below its header, and what a cell does.
MOST_ROWS = 1_048_575
LONGEST_CELL = 32_767

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FIXED_TIME = datetime(2000, 1, 1)


def guard_formula(cell: Any) -> Any:
    """A cell that a spreadsheet would take for a formula, with an apostrophe before it.

    >>> guard_formula("=1+1"), guard_formula("fine")
    ("'=1+1", 'fine')
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def write_workbook(
    header: Sequence[str], columns: Sequence[Sequence[Any]], path: Path, *, sheet: str
) -> None:
    """Write columns of cells under their header; equal tables give equal bytes.

    Line ends become LF, as in all XML, characters that xlsx cannot hold U+FFFD, and longer cells are cut at
    32,767 characters. Raises ``InputError`` for more rows than a sheet holds.
    """
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    n_rows = len(columns[0]) if columns else 0
    if n_rows > MOST_ROWS:
        raise InputError(f"{n_rows} rows do not fit into xlsx ({MOST_ROWS} at most). Ask for csv or parquet.")
    book = Workbook(write_only=True)
    fix_time(book)
    page = book.create_sheet(sheet)
    page.append(make_safe_cells(header))
    for row in zip(*columns, strict=True):
        page.append(make_safe_cells(row))
    with atomic_path(path) as temporary, TimelessZip(temporary, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()


def fix_time(book: Workbook) -> None:
    """Give a workbook a time of making that never changes."""
    book.properties.created = book.properties.modified = _FIXED_TIME


def make_safe_cells(cells: Iterable[Any]) -> list[Any]:
    """Cells that xlsx can hold and no spreadsheet takes for formulas, cut at 32,767 characters."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    safe = (ILLEGAL_CHARACTERS_RE.sub("\ufffd", cell) if isinstance(cell, str) else cell for cell in cells)
    return [
        _end_lines(guard_formula(cell))[:LONGEST_CELL] if isinstance(cell, str) else cell for cell in safe
    ]


def _end_lines(cell: str) -> str:
    """A cell with the line ends of XML, whichever of its libraries openpyxl writes with."""
    return cell.replace("\r\n", "\n").replace("\r", "\n")


class TimelessZip(ZipFile):
    """A zip archive that keeps no time of writing."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        """Put bytes or text into the archive."""
        with self.open(self._entry(zinfo_or_arcname), "w") as target:
            target.write(data.encode("utf-8") if isinstance(data, str) else data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Put a file into the archive."""
        with Path(filename).open("rb") as source, self.open(self._entry(arcname), "w") as target:
            shutil.copyfileobj(source, target)

    def _entry(self, name: str) -> ZipInfo:
        entry = ZipInfo(name)
        entry.compress_type = ZIP_DEFLATED
        return entry
