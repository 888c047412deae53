"""Workbooks, parquet and json lines, with every value turned into the string a person would have typed."""

from __future__ import annotations

import datetime as dt
import io
import json
import math
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from textmine.errors import InputError
from textmine.reading.delimited import decode_bytes
from textmine.reading.table import RowGatherer, Table, check_names, string_array

_ESCAPED_CONTROL = re.compile("_x000([9AaDd])_")


def as_text(value: Any) -> str:
    """A value as a cell: '' for nothing, whole numbers without '.0', dates in ISO form.

    >>> [as_text(v) for v in (None, 3.0, 2.5, True, dt.datetime(2025, 3, 1))]
    ['', '3', '2.5', 'true', '2025-03-01']
    """
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        whole = math.isfinite(value) and value.is_integer() and abs(value) < 2**53
        return str(int(value)) if whole else repr(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time() and value.tzinfo is None:
        return value.date().isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    return str(value)


def read_workbook(data: bytes, source: str, sha256: str) -> Table:
    """The first sheet of an .xlsx workbook; its first row that is not blank is the header."""
    values = _sheet_rows(data, source)
    header = next(((line, cells) for line, cells in values if any(cells)), None)
    if header is None:
        raise InputError(f"{source} is empty: its first sheet has no cells. Put the table on that sheet.")
    names = _without_end(header[1])
    rows, width = RowGatherer(names, source), len(names)
    for line, cells in values:
        cells = _without_end(cells)
        if len(cells) > width:
            rows.reject(f"a value stands right of the last headed column ({width} columns)", line)
        elif cells:
            rows.add(cells + [""] * (width - len(cells)), line)
    return rows.table(sha256, "")


def read_parquet(data: bytes, source: str, sha256: str) -> Table:
    """The table of a parquet file; nulls become ''."""
    import pyarrow.parquet as pq

    try:
        columns = pq.read_table(io.BytesIO(data))
        check_names(columns.column_names, source)
        arrays = [_strings_of(column) for column in columns.columns]
        frame = pa.table(arrays, names=columns.column_names).to_pandas()
    except InputError:
        raise
    except Exception as error:
        raise _unreadable(source, "a parquet file", error) from error
    if not len(frame):
        raise InputError(f"{source} is empty: it has columns but no rows. Give a file with at least one row.")
    return Table(frame, [], source, sha256, "")


def read_jsonl(data: bytes, source: str, sha256: str, *, encoding: str | None) -> Table:
    """One JSON object a line; the columns are all keys in the order in which they are first met.

    A line that holds something other than an object is rejected; one that is no JSON is an ``InputError``.
    """
    text, encoding = decode_bytes(data, source, encoding)
    records: list[tuple[int, Any]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            records.append((number, _parse_line(line, source, number)))
    names = dict.fromkeys(key for _, record in records if isinstance(record, dict) for key in record)
    if not names:
        raise InputError(f"{source} is empty: it holds no JSON object with a key. Give one object a line.")
    rows = RowGatherer(list(names), source)
    for number, record in records:
        if isinstance(record, dict):
            rows.add([as_text(record.get(name)) for name in names], number)
        else:
            rows.reject("the line holds JSON, but not an object", number)
    return rows.table(sha256, encoding)


def _sheet_rows(data: bytes, source: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row of the first sheet."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and menus that are of no matter here
            workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()
            found = [[_workbook_text(cell) for cell in cells] for cells in sheet.iter_rows(values_only=True)]
            workbook.close()
    except Exception as error:
        raise _unreadable(source, "an .xlsx workbook", error) from error
    return enumerate(found, start=1)


def _workbook_text(value: Any) -> str:
    text = as_text(value)
    if "_x000" in text:  # how a workbook writes a tab or a line end that XML would change
        text = _ESCAPED_CONTROL.sub(lambda found: chr(int(found[1], 16)), text)
    return text


def _without_end(cells: list[str]) -> list[str]:
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return cells[:width]


def _strings_of(column: Any) -> Any:
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind):
        return pc.fill_null(column.cast(pa.large_string()), "")
    return string_array([as_text(value) for value in column.to_pylist()])


def _parse_line(line: str, source: str, number: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise InputError(f"{source}, line {number}: not valid JSON. Give one object a line.") from None


def _unreadable(source: str, kind: str, error: Exception) -> InputError:
    return InputError(
        f"{source} cannot be read as {kind} ({type(error).__name__}). It may be damaged or named wrongly: "
        "save it again, or save it as csv."
    )
