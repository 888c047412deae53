"""The sheets of an .ods workbook, streamed, with repeated cells bounded."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from textmine.errors import InputError

_MOST_CELLS = 20_000_000
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_ASIDE = {f"{_OFFICE}annotation", f"{_TEXT}note", f"{_TABLE}table"}
_MIDNIGHT = re.compile(r"T00:00:00(\.0+)?$")
_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")


def read_ods_sheets(archive: zipfile.ZipFile, source: str) -> Iterator[tuple[str, list[list[str]], bool]]:
    """Name, rows and whether it is hidden of each sheet; trailing blank cells and rows are cut off.

    The archive is one that ``open_archive`` gave, so it declares no entities. Raises ``InputError`` where
    repeats would fill memory, and ``KeyError`` or ``ParseError`` for a file that is no such workbook.
    """
    styles = _hidden_styles(archive)
    left = [_MOST_CELLS]
    with archive.open("content.xml") as handle:
        name, hidden, depth = "", False, 0
        rows: list[list[str]] = []
        blank = 0
        for event, node in ElementTree.iterparse(handle, events=("start", "end")):
            if node.tag == f"{_TABLE}table":
                depth += 1 if event == "start" else -1
                if event == "start" and depth == 1:
                    name = node.get(f"{_TABLE}name", "")
                    hidden = node.get(f"{_TABLE}style-name", "") in styles
                    rows, blank = [], 0
                elif event == "end" and depth == 0:
                    yield name, rows, hidden
                    node.clear()
            elif event == "end" and node.tag == f"{_TABLE}table-row" and depth == 1:
                repeat = _repeat(node, "number-rows-repeated")
                cells = _read_row(node, left, source)
                node.clear()
                if not cells:
                    blank += repeat
                    continue
                left[0] -= (min(blank, 2**20) + repeat) * (len(cells) + 1)
                _refuse_too_many(left, source)
                rows += [[] for _ in range(min(blank, 2**20))]
                rows += [list(cells) for _ in range(repeat)]
                blank = 0


def _read_row(row: Any, left: list[int], source: str) -> list[str]:
    cells: list[str] = []
    blank = 0
    for cell in row:
        if cell.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            continue
        repeat = _repeat(cell, "number-columns-repeated")
        value = _read_cell(cell)
        if not value:
            blank += repeat
            continue
        if blank + repeat > 20_000:  # a spreadsheet has 16,384 columns
            left[0] = 0
        _refuse_too_many(left, source)
        cells += [""] * blank + [value] * repeat
        blank = 0
    return cells


def _read_cell(cell: Any) -> str:
    """The value as typed; covered cells are blank."""
    kind = cell.get(f"{_OFFICE}value-type", "")
    if kind in {"float", "percentage", "currency"}:
        number = str(cell.get(f"{_OFFICE}value", ""))
        try:
            value = float(number)
        except ValueError:
            return number
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if kind == "date":
        return _MIDNIGHT.sub("", str(cell.get(f"{_OFFICE}date-value", "")))
    if kind == "time":
        given = str(cell.get(f"{_OFFICE}time-value", ""))
        found = _DURATION.fullmatch(given)
        return f"{int(found[1]):02}:{int(found[2]):02}:{int(found[3]):02}" if found else given
    if kind == "boolean":
        return str(cell.get(f"{_OFFICE}boolean-value", ""))
    lines = [_text_of(part) for part in cell if part.tag == f"{_TEXT}p"]
    return "\n".join(lines)


def _text_of(node: Any) -> str:
    parts = [node.text or ""]
    for child in node:
        if child.tag == f"{_TEXT}s":
            parts.append(" " * min(1000, _repeat(child, "c", space=_TEXT)))
        elif child.tag == f"{_TEXT}tab":
            parts.append("\t")
        elif child.tag == f"{_TEXT}line-break":
            parts.append("\n")
        elif child.tag not in _ASIDE:
            parts.append(_text_of(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _hidden_styles(archive: zipfile.ZipFile) -> set[str]:
    """Names of the table styles that are not shown."""
    with archive.open("content.xml") as handle:
        start = handle.read(2**20).decode("utf-8", "replace")
    hidden = set()
    for found in re.finditer(r"<style:style\b([^>]*)>(.*?)</style:style>", start, re.DOTALL):
        if 'table:display="false"' in found[2] and (name := re.search(r'style:name="([^"]*)"', found[1])):
            hidden.add(name[1])
    return hidden


def _repeat(node: Any, name: str, *, space: str = _TABLE) -> int:
    try:
        return max(1, int(node.get(f"{space}{name}", "1")))
    except ValueError:
        return 1


def _refuse_too_many(left: list[int], source: str) -> None:
    if left[0] <= 0:
        raise InputError(
            f"{source} repeats cells until it spans more than {_MOST_CELLS // 1_000_000} million. "
            "Save the table alone, as csv."
        )
