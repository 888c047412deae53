"""Parquet, SPSS and json lines, with every value turned into the string a person would have typed."""

from __future__ import annotations

import datetime as dt
import io
import json
import math
from typing import Any

import pyarrow as pa

from textmine.errors import InputError
from textmine.reading.encodings import decode_bytes
from textmine.reading.table import RowGatherer, Table, check_names, string_array

_DEEPEST = 8
_MOST_KEYS = 20_000
_MANY_CELLS = 20_000_000  # beyond, one in twenty at least must be filled


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


def read_parquet(data: bytes, source: str, sha256: str) -> Table:
    """The table of a parquet file; nulls become ''."""
    import pyarrow.parquet as pq

    try:
        columns = pq.read_table(io.BytesIO(data))
        columns.validate(full=True)  # damage within texts is else met much later
        check_names(columns.column_names, source)
        arrays = [strings_of(column) for column in columns.columns]
        frame = pa.table(arrays, names=columns.column_names).to_pandas()
    except InputError:
        raise
    except Exception as error:
        raise unreadable(source, "a parquet file", error) from error
    if not len(frame):
        raise InputError(f"{source} is empty: it has columns but no rows. Give a file with at least one row.")
    return Table(frame, [], source, sha256, "")


def read_jsonl(data: bytes, source: str, sha256: str, *, encoding: str | None, flat: bool = False) -> Table:
    """One JSON object a line; the columns are all keys in the order in which they are first met.

    ``flat`` makes columns of the keys of objects inside: ``answers.q1``.
    A line that holds something other than an object is rejected; one that is no JSON is an ``InputError``.
    """
    text, encoding = decode_bytes(data, source, encoding)
    records: list[tuple[int, Any]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            record = parse_line(line, source, number)
            records.append((number, _flatten(record) if flat and isinstance(record, dict) else record))
    names = dict.fromkeys(key for _, record in records if isinstance(record, dict) for key in record)
    if not names:
        raise InputError(f"{source} is empty: it holds no JSON object with a key. Give one object a line.")
    filled = sum(len(record) for _, record in records if isinstance(record, dict))
    refuse_sparse(len(names), len(names) * len(records), filled, source)
    rows = RowGatherer(list(names), source)
    for number, record in records:
        if isinstance(record, dict):
            rows.add([as_text(record.get(name)) for name in names], number)
        else:
            rows.reject("the line holds JSON, but not an object", number)
    return rows.table(sha256, encoding)


def strings_of(column: Any) -> Any:
    """An Arrow column as strings, "" where a value is missing."""
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind):
        return pc.fill_null(column.cast(pa.large_string()), "")
    return string_array([as_text(value) for value in column.to_pylist()])


def refuse_sparse(names: int, cells: int, filled: int, source: str) -> None:
    """Raise ``InputError`` where the keys differ so much from object to object that they are no columns."""
    if names > _MOST_KEYS or (cells > _MANY_CELLS and filled < cells / 20):
        raise InputError(
            f"{source} has {names} different keys, most of them in few objects, so it is no table. "
            "Give each object the same keys."
        )


def _flatten(record: dict[str, Any], front: str = "", depth: int = 0) -> dict[str, Any]:
    """The same record with the keys of the objects inside it as ``outer.inner``, eight levels deep."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict) and value and depth < _DEEPEST:
            inside = _flatten(value, f"{front}{key}.", depth + 1)
            flat |= {name: held for name, held in inside.items() if name not in record}
        else:
            flat[front + key] = value
    return flat


def parse_line(line: str, source: str, number: int) -> Any:
    """What a line of JSON holds; raises ``InputError``, which names the line and none of its words."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise InputError(f"{source}, line {number}: not valid JSON. Give one object a line.") from None


def unreadable(source: str, kind: str, error: Exception) -> InputError:
    """The error that a file of some kind cannot be read, to be raised from its cause."""
    return InputError(
        f"{source} cannot be read as {kind} ({type(error).__name__}). It may be damaged or named wrongly: "
        "save it again, or save it as csv."
    )
