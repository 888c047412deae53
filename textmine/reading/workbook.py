"""Workbooks (xlsx, ods): which sheet holds the survey, and its cells as a person would have typed them."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from textmine.errors import InputError
from textmine.reading.archives import open_archive
from textmine.reading.formats import as_text
from textmine.reading.layout import HEAD, Header, find_header
from textmine.reading.opendocument import read_ods_sheets
from textmine.reading.table import RowGatherer, Table, list_names

_MOST_CELLS = 100_000_000  # cells up to the last filled one of each row; beyond is no survey
_MANY_CELLS = 20_000_000  # beyond, one in twenty at least must be filled
_MOST_ROWS = 1_048_576  # Excel's own bound
_MOST_MERGED = 2_000_000
_MOST_STYLES = 24 * 2**20  # bytes; the 65,490 formats that Excel allows are some ten million
_LOOK = 2_000  # rows of each sheet that are looked at to choose one
_ESCAPED_CONTROL = re.compile("_x(?:000([9AaDd])|005[Ff])_")
_ASIDE = re.compile(
    r"notes?|read ?me|code ?book|dictionary|summary|lookups?|lists?|pivot.*|charts?|about|guidance|contents|"
    r"cover|instructions?|metadata|key|definitions?",
    re.IGNORECASE,
)
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


@dataclass(frozen=True)
class Sheet:
    """A sheet's name, its rows (trailing blank cells cut off), whether it is hidden and its merged cells.

    ``merged`` holds the first row, first column, last row and last column of each, from 0.
    """

    name: str
    rows: list[list[str]]
    hidden: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()


def read_workbook(
    data: bytes,
    source: str,
    sha256: str,
    *,
    kind: str = "xlsx",
    sheet: str | None = None,
    survey: bool = False,
) -> Table:
    """The table on one sheet of an .xlsx or .ods workbook, with the stored results of its formulas.

    The sheet is the one named, else the one that most looks like a survey: most rows with words in several
    columns, hidden sheets and those called notes, codebook or summary last. Merged cells below the header
    give their value to every row they span. ``survey`` is explained by ``find_header``; with it, two sheets
    that hold the same columns are an error that asks for ``sheet``.
    Raises ``InputError`` for a file that is damaged, unsafe to unpack or holds no table.
    """
    if not data.startswith(b"PK"):
        what = "another kind of file" if data else "empty"
        raise InputError(
            f"{source} cannot be read as an .{kind} workbook: it is {what}. "
            "Save it again from a spreadsheet, or save it as csv."
        )
    with open_archive(data, source) as archive:
        sheets = _read_sheets(data, archive, source, kind)
    filled = [candidate for candidate in sheets if any(candidate.rows)]
    if not filled:
        raise InputError(f"{source} is empty: no sheet of it has cells. Put the table on its first sheet.")
    chosen = _choose_sheet(sheets, filled, source, sheet, survey)
    header = find_header(chosen.rows[:HEAD], survey=survey)
    if header is None:
        raise InputError(f"{source} is empty: sheet {chosen.name!r} has no cells. Choose one with --sheet.")
    rows = _gather(chosen, header, source, survey)
    others = [other.name for other in filled if other is not chosen]
    return _describe(rows.table(sha256, ""), chosen.name, others, named=sheet is not None)


def _read_sheets(data: bytes, archive: zipfile.ZipFile, source: str, kind: str) -> list[Sheet]:
    try:
        if kind == "ods":
            return [Sheet(name, rows, hidden) for name, rows, hidden in read_ods_sheets(archive, source)]
        with redirect_stdout(io.StringIO()):  # openpyxl prints of styles that are not there
            return list(_read_xlsx(data, archive, source))
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{source} cannot be read as an .{kind} workbook ({type(error).__name__}). It may be damaged or "
            "named wrongly: save it again, or save it as csv."
        ) from error


def _read_xlsx(data: bytes, archive: zipfile.ZipFile, source: str) -> Iterator[Sheet]:
    import openpyxl

    styles = [part.file_size for part in archive.infolist() if part.filename.endswith("styles.xml")]
    if max(styles, default=0) > _MOST_STYLES:
        raise InputError(
            f"{source} has more than {_MOST_STYLES // 2**20} MiB of cell styles, far more than a spreadsheet "
            "can show. Copy the values into a new workbook, or save the table as csv."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and menus that are of no matter here
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        count = filled = 0
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows: list[list[str]] = []
            for cells in sheet.iter_rows(values_only=True):
                count += len(cells) + 1
                filled += len(cells) - cells.count(None)
                if count > _MOST_CELLS or (count > _MANY_CELLS and filled < count / 20):
                    raise InputError(
                        f"{source} spans more than {count // 1_000_000} million cells, most of them blank. "
                        "Save the table alone, as csv."
                    )
                if len(rows) >= _MOST_ROWS:
                    raise InputError(
                        f"{source} names rows below row {_MOST_ROWS:,}, where a workbook ends. "
                        "It may be damaged: save it again, or save it as csv."
                    )
                rows.append(_without_end([_workbook_text(cell) for cell in cells]))
            merged = _find_merged(archive, getattr(sheet, "_worksheet_path", ""))
            yield Sheet(sheet.title, rows, sheet.sheet_state != "visible", merged)
        book.close()


def _find_merged(archive: zipfile.ZipFile, path: str) -> tuple[tuple[int, int, int, int], ...]:
    """The merged cells of a sheet, which stand at the end of its part."""
    try:
        part = archive.open(path.lstrip("/"))
    except KeyError:
        return ()
    found: list[tuple[int, int, int, int]] = []
    tail = b""
    with part:
        while piece := part.read(2**20):
            piece, tail = tail + piece, b""
            if b"<mergeCell " not in piece:
                tail = piece[-64:]
                continue
            end = piece.rfind(b"<mergeCell ")
            for c1, r1, c2, r2 in _MERGED.findall(piece[:end]) if end else ():
                found.append((int(r1) - 1, _column(c1), int(r2) - 1, _column(c2)))
            tail = piece[end:]
    for c1, r1, c2, r2 in _MERGED.findall(tail):
        found.append((int(r1) - 1, _column(c1), int(r2) - 1, _column(c2)))
    return tuple(found)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _choose_sheet(
    sheets: list[Sheet], filled: list[Sheet], source: str, named: str | None, survey: bool
) -> Sheet:
    if named is not None:
        for sheet in sheets:
            if sheet.name.strip().casefold() == named.strip().casefold():
                return sheet
        names = list_names([sheet.name for sheet in sheets])
        raise InputError(f"No sheet {named!r} in {source}. Sheets: {names}. Choose one with --sheet.")
    seen = [sheet for sheet in filled if not sheet.hidden] or filled
    ranked = sorted(seen, key=_score_sheet, reverse=True)  # stable: the first of equals stays first
    best = ranked[0]
    alike = [s.name for s in ranked if _same_form(s, best) and _score_sheet(s) > 0] if survey else []
    if len(alike) > 1:
        raise InputError(
            f"{len(alike)} sheets of {source} hold the same columns: {list_names(alike)}. "
            "Choose one with --sheet, and read each in turn."
        )
    return best


def _score_sheet(sheet: Sheet) -> float:
    """How many rows have words in them and stand in a table of several columns."""
    rows = [[cell for cell in cells if cell] for cells in sheet.rows[:_LOOK]]
    wide = sum(len(cells) > 1 for cells in rows)
    worded = sum(len(cells) > 1 and any(cell.count(" ") > 1 for cell in cells) for cells in rows)
    alone = sum(len(cells) == 1 for cells in rows)
    score = worded + 0.1 * wide + 0.01 * alone
    return score * 0.01 if _ASIDE.fullmatch(sheet.name.strip()) else score


def _same_form(one: Sheet, other: Sheet) -> bool:
    if one is other:
        return True
    heads = [find_header(sheet.rows[:HEAD], survey=True) for sheet in (one, other)]
    names = [header.names if header else [] for header in heads]
    return len(names[0]) > 1 and names[0] == names[1] and min(len(one.rows), len(other.rows)) > 1


def _gather(sheet: Sheet, header: Header, source: str, survey: bool) -> RowGatherer:
    names, layout = header.names, header.layout
    if not survey:
        names = _without_end(names)
    if survey and (most := max(map(len, sheet.rows))) > len(names):
        extra = [f"column_{number + 1}" for number in range(len(names), most)]
        names = [*names, *(f"{name}_" if name in names else name for name in extra)]
        layout = replace(layout, unnamed=(*layout.unnamed, *names[-len(extra) :]))
    rows, width = RowGatherer(names, source, layout), len(names)
    down = _cells_down(sheet, header.rows, source)
    for number, cells in islice(enumerate(sheet.rows), header.rows, None):
        for column in down.get(number, ()):
            cells = [*cells, *[""] * (column[0] + 1 - len(cells))]
            cells[column[0]] = column[1]
        if len(cells) > width:
            rows.reject(f"a value stands right of the last headed column ({width} columns)", number + 1)
        elif cells:
            rows.add(cells + [""] * (width - len(cells)), number + 1)
        else:
            rows.skip_blank()
    return rows


def _cells_down(sheet: Sheet, start: int, source: str) -> dict[int, list[tuple[int, str]]]:
    """For rows below the first of a merged cell: the column and value that they share with it."""
    found: dict[int, list[tuple[int, str]]] = {}
    count = 0
    for first, column, last, _ in sheet.merged:
        value = sheet.rows[first][column : column + 1] if start <= first < len(sheet.rows) else []
        for row in range(first + 1, min(last + 1, len(sheet.rows))) if value and value[0] else ():
            count += 1
            if count > _MOST_MERGED:
                raise InputError(
                    f"{source}, sheet {sheet.name!r}: its merged cells span more than {_MOST_MERGED} cells. "
                    "Unmerge them, or save the table as csv."
                )
            if sheet.rows[row]:
                found.setdefault(row, []).append((column, value[0]))
    return found


def _describe(table: Table, sheet: str, others: list[str], *, named: bool) -> Table:
    notes = list(table.layout.notes)
    if others:
        why = "as asked" if named else "it has most rows with words"
        notes.append(f"Sheet {sheet!r} was read ({why}); not read: {list_names(others)}.")
    return replace(table, layout=replace(table.layout, sheet=sheet, notes=tuple(notes)))


def _workbook_text(value: Any) -> str:
    text = as_text(value)
    if "_x00" in text:  # a tab or a line end that XML would change, or the _ before what only looks like one
        text = _ESCAPED_CONTROL.sub(lambda found: chr(int(found[1], 16)) if found[1] else "_", text)
    return text


def _without_end(cells: list[str]) -> list[str]:
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return cells[:width]
