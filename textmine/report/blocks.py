"""What a report is put together from: tables of plain cells, sections, and how a cell is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

#: What stands in a cell that a disclosure rule hides, and in one that is not known.
HIDDEN, UNKNOWN = "*", "–"
#: Kinds of columns: words, whole numbers, shares of 1 (shown in per cent), decimals, ids of figures.
KINDS = ("text", "count", "share", "number", "id")
Columns = Mapping[str, tuple[str, str]]


def make_table(
    name: str,
    title: str,
    columns: Columns,
    rows: Iterable[Mapping[str, Any]],
    *,
    note: str = "",
) -> dict[str, Any]:
    """A table as plain values: ``columns`` gives by key the heading and the kind (one of ``KINDS``).

    Columns in which no row has anything are left out.

    >>> table = make_table("t", "T", {"n": ("texts", "count"), "x": ("x", "text")}, [{"n": 3, "x": ""}])
    >>> [column["id"] for column in table["columns"]], table["rows"]
    (['n'], [{'n': 3}])
    """
    held = [{key: _plain(row.get(key)) for key in columns} for row in rows]
    kept = {key: said for key, said in columns.items() if any(row[key] not in ("", None) for row in held)}
    return {
        "name": name,
        "title": title,
        "columns": [{"id": key, "title": title, "kind": kind} for key, (title, kind) in kept.items()],
        "rows": [{key: row[key] for key in kept} for row in held],
        "note": note,
    }


def make_section(
    name: str,
    title: str,
    *,
    lead: Sequence[str] = (),
    tables: Sequence[Mapping[str, Any]] = (),
    figures: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """A section: what it says first, its figures (names), its tables, and what a reader should know."""
    return {
        "name": name,
        "title": title,
        "lead": [line for line in lead if line],
        "figures": list(figures),
        "tables": list(tables),
        "notes": [line for line in notes if line],
    }


def show_cell(value: Any, kind: str) -> str:
    """A cell as it is printed.

    >>> [show_cell(0.1234, "share"), show_cell(1500, "count"), show_cell(None, "share")]
    ['12.3%', '1,500', '–']
    """
    if value is None or value == "":
        return UNKNOWN if kind in ("share", "number", "count") else ""
    if isinstance(value, str):
        return value
    if kind == "share":
        return f"{100 * value:.1f}%"
    if kind == "count":
        return f"{value:,.0f}"
    if kind == "number":
        return f"{value:.2f}"
    return str(value)


def write_csv(table: Mapping[str, Any]) -> str:
    """A table as csv, with every figure as it was worked out and not as it is printed.

    Cells that a spreadsheet would take for a formula begin with an apostrophe.
    """
    handle = io.StringIO()
    out = csv.writer(handle, lineterminator="\n")
    keys = [column["id"] for column in table["columns"]]
    out.writerow(keys)
    for row in table["rows"]:
        out.writerow([_safe(row.get(key)) for key in keys])
    return handle.getvalue()


def _safe(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and value[:1] in "=+-@\t\r" and value != "-":
        return f"'{value}"
    return value


def _plain(value: Any) -> Any:
    """A figure as plain Python, rounded where it is no whole number; None where it is not known."""
    if value is None or isinstance(value, str | bool):
        return value
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if value != value:
        return None
    return round(value, 6) if isinstance(value, float) else value
