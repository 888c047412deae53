"""Columns of a table as typed variables, and a respondent's rows as the values of a case."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from textmine.exchange.refi.facts import Value, Variable, VariableValue
from textmine.exchange.refi.names import make_guid

_INTEGER = re.compile(r"[+-]?(?:0|[1-9]\d{0,17})")
_FLOAT = re.compile(r"[+-]?(?:0|[1-9]\d{0,17})(?:\.\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?")


def make_variables(columns: Mapping[str, Sequence[str]]) -> tuple[Variable, ...]:
    """A variable for each column, of the narrowest type that all of its cells have.

    >>> made = make_variables({"age": ["41", ""], "wave": ["w1", "2"]})
    >>> [variable.type for variable in made]
    ['Integer', 'Text']
    """
    return tuple(
        Variable(make_guid("variable", name), name, find_type(cells)) for name, cells in columns.items()
    )


def find_type(cells: Sequence[str]) -> str:
    """The type of all cells of a column, blanks apart: Boolean, Integer, Float, Date, DateTime or Text.

    >>> find_type(["true", "false"]), find_type(["2026-01-31"]), find_type(["007"])
    ('Boolean', 'Date', 'Text')
    """
    filled = {cell.strip() for cell in cells} - {""}
    if not filled:
        return "Text"
    if {cell.lower() for cell in filled} <= {"true", "false"}:
        return "Boolean"
    forms = {"Integer": _INTEGER, "Float": _FLOAT, "Date": _DATE, "DateTime": _TIME}
    for kind, form in forms.items():
        if all(form.fullmatch(cell) and not isinstance(read_cell(cell, kind), str) for cell in filled):
            return kind
    return "Text"


def read_cell(cell: str, kind: str) -> VariableValue:
    """What a cell says as a value of that type; the cell itself where it is none.

    >>> read_cell("2.50", "Float")
    Decimal('2.50')
    """
    plain = cell.strip()
    try:
        if kind == "Boolean":
            return plain.lower() == "true"
        if kind == "Integer":
            return int(plain)
        if kind == "Float":
            return Decimal(plain)
        if kind == "Date":
            return date.fromisoformat(plain)
        if kind == "DateTime":
            return datetime.fromisoformat(plain)
    except (ValueError, ArithmeticError):
        return cell
    return cell


def make_values(
    variables: Sequence[Variable],
    columns: Mapping[str, Sequence[str]],
    rows: Sequence[int],
    lost: Counter[tuple[str, str]],
) -> tuple[Value, ...]:
    """The values of a case whose rows these are: the first that is filled; others that differ are counted."""
    found = []
    for variable in variables:
        cells = [cell for row in rows if (cell := columns[variable.name][row]).strip()]
        if not cells:
            continue
        if any(cell != cells[0] for cell in cells[1:]):
            lost["values that differ between the texts of one respondent", "the first was taken"] += 1
        found.append(Value(variable.guid, read_cell(cells[0], variable.type)))
    return tuple(found)
