"""What workbooks share: the limits of xlsx, the guard against formulas, bytes that hang on content alone."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from openpyxl import Workbook

#: What a sheet holds at most, below its header, and what a cell does.
MOST_ROWS = 1_048_575
LONGEST_CELL = 32_767

#: What a spreadsheet takes for the beginning of a formula, or may drop before one.
FORMULA_STARTS = "=+@\t\r-"
_FORMULA = tuple(FORMULA_STARTS)
_FIXED_TIME = datetime(2000, 1, 1)


def guard_formula(cell: Any) -> Any:
    """A cell that a spreadsheet would take for a formula, with an apostrophe before it.

    >>> guard_formula("=1+1"), guard_formula("fine")
    ("'=1+1", 'fine')
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def bare_cell(cell: str) -> str:
    """A cell without the apostrophe that ``guard_formula`` put before it.

    >>> bare_cell("'=1+1"), bare_cell("'quoted'")
    ('=1+1', "'quoted'")
    """
    return cell[1:] if cell.startswith("'") and guard_formula(cell[1:]) == cell else cell


def fix_time(book: Workbook) -> None:
    """Give a workbook a time of making that never changes."""
    book.properties.created = book.properties.modified = _FIXED_TIME


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
