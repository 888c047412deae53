"""Coding sheets: a row a text and a column a code, for people who code in Excel; out, and back in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED

from textmine.codebook import RESERVED, Codebook
from textmine.errors import InputError
from textmine.exchange.excel_text import make_safe_cells
from textmine.exchange.labels import Matcher, Reading
from textmine.exchange.workbook import (
    LONGEST_CELL,
    MOST_ROWS,
    TimelessZip,
    bare_cell,
    fix_time,
    guard_formula,
)
from textmine.files import atomic_path, atomic_text, write_rows

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: What says that a code applies, and that it does not; anything else in a code's cell is an error.
APPLIES = ("x", "1", "1.0", "yes", "y", "true", "wahr", "\u2713", "\u2714", "\u2611")
DOES_NOT = ("0", "0.0", "no", "n", "false", "falsch", "-", "'-")
#: What stands where a text was read before its code was in the codebook: not coded, which is no 0.
NOT_CODED = "?"
#: The columns before the codes; and that for a text which was read and holds none of them.
BEFORE, NONE = ("unit_id", "question", "text"), RESERVED
_SHEET, _HELP = "coding", "how to code"
_WIDTHS = {"unit_id": 14, "question": 28, "text": 80}
_STEPS = (
    "One row is one text. Read it, then put an x into the column of every code that applies.",
    "If none applies, put an x into the last column, none: it says that you have read the text.",
    "A row without any x counts as not read yet.",
    "A ? says that you read the text before there was such a code: put an x, or empty the cell if not.",
    "Change nothing but the cells of the codes. Sort and filter as you like.",
    "Save as xlsx (or csv, UTF-8) and send the file back.",
)


def sheet_rows(readings: Iterable[Reading], codebook: Codebook) -> list[list[str]]:
    """The header and a row a text: an x for each code that applies, or for ``none`` where none does.

    A code that the reading does not speak of, since it came into the codebook later, has a question mark.

    >>> rows = sheet_rows([Reading("u1", "Fun", codes={"joy": 0})], Codebook.from_labels(["joy"]))
    >>> rows
    [['unit_id', 'question', 'text', 'joy', 'none'], ['u1', '', 'Fun', '', 'x']]
    """
    clash = [code for code in codebook.ids if code in (*BEFORE, NONE)]
    if clash:
        raise InputError(f"A code named {clash[0]!r} cannot stand in a coding sheet. Rename the code.")
    rows = [[*BEFORE, *codebook.ids, NONE]]
    seen: set[str] = set()
    for reading in readings:
        if reading.unit_id in seen:
            raise InputError("A coding sheet is one person's. Name the annotator.")
        seen.add(reading.unit_id)
        said = set(reading.applied)
        left = set() if reading.codes is None else set(codebook.ids) - set(reading.codes)
        marks = ["x" if code in said else NOT_CODED if code in left else "" for code in codebook.ids]
        nothing = "x" if reading.codes is not None and not said else ""
        rows.append([reading.unit_id, reading.question, reading.text, *marks, nothing])
    return rows


def write_csv_sheet(readings: Iterable[Reading], codebook: Codebook, path: Path) -> Path:
    """A coding sheet as csv: UTF-8 with a mark at its head, by which Excel knows it, and no formulas."""
    rows = sheet_rows(readings, codebook)
    with atomic_text(path) as handle:
        handle.write("\ufeff")
        write_rows([[guard_formula(cell) for cell in row] for row in rows], handle)
    return path


def write_xlsx_sheet(readings: Iterable[Reading], codebook: Codebook, path: Path) -> Path:
    """A coding sheet as xlsx: the texts locked, a drop-down in every code's cell, and a sheet that explains.

    The same readings give the same bytes. Texts longer than a cell are cut; on the way back units are known
    by their ids. Raises ``InputError`` for more texts than a sheet holds.
    """
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    rows = sheet_rows(readings, codebook)
    if len(rows) - 1 > MOST_ROWS:
        raise InputError(f"{len(rows) - 1} texts do not fit into xlsx ({MOST_ROWS} at most). Ask for csv.")
    book = Workbook()
    fix_time(book)
    _fill_coding(book.active, rows, codebook)
    _fill_help(book.create_sheet(_HELP), codebook)
    with atomic_path(path) as temporary, TimelessZip(temporary, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return path


def read_sheet(path: Path, matcher: Matcher, *, annotator: str) -> tuple[list[Reading], list[str]]:
    """The readings of a coding sheet that came back, and notes; a blank row is a text not read.

    An x, 1, yes or tick says that a code applies, 0 or no that it does not, a question mark that it was not
    looked for; ``none`` says that the text was read and holds nothing. Columns may have been moved, and
    others added; rows are known by ``unit_id``, or by their words where a spreadsheet has changed an id.
    Raises ``InputError`` that lists, by row and column, marks it cannot read, rows with codes and ``none``,
    and columns that are missing.
    """
    from textmine.reading import read_table

    table = read_table(path)
    frame = table.frame
    names = {bare_cell(str(name)).strip(): str(name) for name in frame.columns}
    columns = _find_columns(names, matcher)
    readings, problems, changed = [], [], 0
    for number, row in enumerate(frame.to_dict("records")):
        where = table.name_place(number)
        stated = str(row.get(names.get("unit_id", ""), ""))
        ids = [stated, bare_cell(stated)]
        text = str(row.get(names.get("text", ""), ""))
        try:
            unit = matcher.find_unit(ids, bare_cell(text), where)
        except InputError as error:
            problems.append(str(error))
            continue
        changed += bool(text) and not _same_words(text, matcher.texts[unit])
        reading = Reading(unit, matcher.texts[unit], annotator=annotator, where=where)
        codes = _read_marks(row, columns, matcher, where, problems)
        readings.append(reading if codes is None else _decided(reading, codes))
    if problems:
        more = f" And {len(problems) - 5} more." if len(problems) > 5 else ""
        raise InputError(f"{path.name}: {' '.join(problems[:5])}{more}")
    notes = []
    if changed:
        notes.append(f"{changed} text(s) in the sheet are not as they went out; rows were known by unit_id.")
    if table.rejected:
        notes.append(f"{len(table.rejected)} row(s) could not be read.")
    return readings, notes


def _find_columns(names: dict[str, str], matcher: Matcher) -> dict[str, str]:
    """The column of each code and of 'none'."""
    found: dict[str, str] = {}
    for plain, name in names.items():
        if plain in BEFORE:
            continue
        if plain.casefold() == NONE:
            found[NONE] = name
            continue
        try:
            code = matcher.find_code(plain, "header")
        except InputError:
            continue  # a column of the reader's own
        if code in found:
            raise InputError(f"Two columns of the code {code!r} in the sheet. Take one out.")
        found[code] = name
    missing = [code for code in (*matcher.codebook.ids, NONE) if code not in found]
    if missing or "unit_id" not in names:
        lacking = ", ".join([*([] if "unit_id" in names else ["unit_id"]), *missing])
        raise InputError(f"No column {lacking} in the sheet. Send out a new sheet, or put the header back.")
    return found


def _read_marks(
    row: dict[Any, Any], columns: dict[str, str], matcher: Matcher, where: str, problems: list[str]
) -> dict[str, int] | None:
    """1 and 0 for every code of a row but those with a question mark; None for one that was not read."""
    marks: dict[str, int] = {}
    left = set()
    for code, name in columns.items():
        mark = str(row[name]).strip().casefold()
        if mark in APPLIES:
            marks[code] = 1
        elif mark in DOES_NOT:
            marks[code] = 0
        elif mark == NOT_CODED and code != NONE:
            left.add(code)
        elif mark:
            problems.append(f"{where}, column {code}: neither x nor empty.")
    if not marks:
        return None
    nothing = marks.pop(NONE, 0)
    applied = [code for code, value in marks.items() if value]
    if nothing and applied:
        problems.append(f"{where}: codes and none are both marked.")
    if not nothing and not marks:
        return None
    return {code: value for code, value in matcher.decide(applied).items() if code not in left}


def _decided(reading: Reading, codes: dict[str, int]) -> Reading:
    return replace(reading, codes=codes)


def _same_words(cell: str, text: str) -> bool:
    def plain(words: str) -> str:
        return " ".join(words.split())

    return plain(bare_cell(cell))[: LONGEST_CELL // 2] == plain(text)[: LONGEST_CELL // 2] or "\ufffd" in cell


def _fill_coding(page: Worksheet, rows: Sequence[Sequence[str]], codebook: Codebook) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill, Protection
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    page.title = _SHEET
    for row in rows:
        page.append(make_safe_cells(row))
    head = PatternFill("solid", fgColor="DDE6F0")
    for cell in page[1]:
        cell.font, cell.fill = Font(bold=True), head
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    first, last = len(BEFORE) + 1, len(rows[0])
    for line in page.iter_rows(min_row=2):
        for cell in line:
            is_mark = cell.column >= first
            cell.number_format = "@"
            cell.alignment = Alignment(
                wrap_text=not is_mark, vertical="top", horizontal="center" if is_mark else None
            )
            if is_mark:
                cell.protection = Protection(locked=False)
    for number, name in enumerate(rows[0], 1):
        page.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(name, max(10, len(name) + 2))
    if len(rows) > 1:
        asked = any(NOT_CODED in row[first - 1 :] for row in rows)
        marks = f'"x,{NOT_CODED}"' if asked else '"x"'
        choice = DataValidation(type="list", formula1=marks, allow_blank=True, showErrorMessage=True)
        choice.errorTitle, choice.error = "Coding sheet", "Put an x, or leave the cell empty."
        choice.add(f"{get_column_letter(first)}2:{get_column_letter(last)}{len(rows)}")
        page.add_data_validation(choice)
    page.freeze_panes = f"{get_column_letter(first)}2"
    page.auto_filter.ref = f"A1:{get_column_letter(last)}{len(rows)}"
    protection = page.protection  # no password: it keeps fingers off, not people out
    protection.sheet = True
    protection.sort = protection.autoFilter = protection.formatColumns = False


def _fill_help(page: Worksheet, codebook: Codebook) -> None:
    from openpyxl.styles import Alignment, Font

    page.append(["How to code"])
    for number, step in enumerate(_STEPS, 1):
        page.append([f"{number}. {step}"])
    page.append([])
    page.append(["code", "name", "definition", "include", "exclude"])
    for cell in (page["A1"], *page[page.max_row]):
        cell.font = Font(bold=True)
    for code in codebook.codes:
        parts = [code.id, code.name, code.definition, "; ".join(code.include), "; ".join(code.exclude)]
        page.append(make_safe_cells(parts))
        for cell in page[page.max_row]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDE", (24, 28, 60, 40, 40), strict=True):
        page.column_dimensions[letter].width = width
