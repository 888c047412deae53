"""What is asked to be read: a code or the cell of a table, attributes, codes beside it, stances."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from textmine.disclosure.groups import NOT_STATED
from textmine.errors import InputError

#: Bands that may be asked for beside 'given', which is every unit that carries the code.
BANDS = ("given", "accept", "review", "reject")
#: Columns that a row of a table may say its units by, besides ``code`` and ``by`` with ``group``.
_ROW_COLUMNS = ("question", "wave", "topic", "case")
#: What tables of shares and of releases call the group of those whose column is blank.
_SILENT = ("(not given)", NOT_STATED)
_SHOWN = 12


@dataclass(frozen=True)
class Wish:
    """Which passages are wanted.

    ``code`` None is any text; ``where`` gives by attribute the values wanted; ``also`` and ``without`` are
    codes that the units carry and do not carry; ``stances`` those of the code; ``band`` one of ``BANDS``;
    ``below`` takes in the codes under the code; ``containing`` is a word or part of one.
    """

    code: str | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    band: str = "given"
    below: bool = False
    containing: str = ""

    def tell(self) -> str:
        """What was asked for, in words."""
        said = [f"{name} {' or '.join(values) or '(blank)'}" for name, values in self.where.items()]
        said += [f"also {code}" for code in self.also] + [f"without {code}" for code in self.without]
        if self.stances:
            said.append("stance " + " or ".join(stance or "(not told)" for stance in self.stances))
        if self.band != "given":
            said.append(f"band {self.band}")
        if self.below:
            said.append("with the codes below it")
        if self.containing:
            said.append("with the word asked for")
        return "; ".join(said)


def make_wish(
    code: Any,
    *,
    where: Mapping[str, Any] | None,
    also: str | Collection[str],
    without: str | Collection[str],
    stance: str | Collection[str] | None,
    band: str,
    below: bool,
    containing: str,
    codes: Sequence[str],
    attributes: pd.DataFrame,
) -> Wish:
    """What is wanted, from a code, the row of a table or the labels of a cell; see ``CodedDataset.read``.

    Raises ``InputError`` for a code, an attribute, a stance or a band that there is none of.
    """
    wish = Wish(
        where={name: _as_strings(values) for name, values in (where or {}).items()},
        also=_as_strings(also),
        without=_as_strings(without),
        stances=() if stance is None else _as_strings(stance),
        band=band,
        below=below,
        containing=containing,
    )
    if isinstance(code, (pd.Series, Mapping)):
        wish = _add_row(wish, dict(code), attributes)
    elif isinstance(code, tuple):
        for label in code:
            wish = _add_label(wish, label, codes, attributes)
    elif code is not None:
        wish = replace(wish, code=str(code))
    _check(wish, codes, attributes)
    return wish


def _add_row(wish: Wish, row: dict[Any, Any], attributes: pd.DataFrame) -> Wish:
    """The units behind a row of a table of shares, differences, a crosswalk or pairs of codes."""
    if "code" in row:
        wish = replace(wish, code=str(row["code"]))
    elif "code_a" in row and "code_b" in row:
        wish = replace(wish, code=str(row["code_a"]), also=(*wish.also, str(row["code_b"])))
    else:
        raise InputError("The row names no code. Give a row of a table with a column code, or the code.")
    where = dict(wish.where)
    by = _text(row.get("by"))
    if by:
        where[by] = (_find_value(_text(row.get("group")), by, attributes),)
    for name in _ROW_COLUMNS:
        if name in row and name in attributes.columns and _text(row[name]) and name not in where:
            where[name] = (_text(row[name]),)
    return replace(wish, where=where)


def _find_value(group: str, by: str, attributes: pd.DataFrame) -> str:
    """The value that a group is of: blank for those of whom nothing is stated, unless these words are one."""
    if group not in _SILENT or by not in attributes.columns:
        return group
    return group if (as_text(attributes[by]) == group).any() else ""


def _add_label(wish: Wish, label: Any, codes: Sequence[str], attributes: pd.DataFrame) -> Wish:
    """One label of a cell: a code, or a value of the one attribute that has it."""
    text = _text(label)
    if text in codes:
        return replace(wish, code=text) if wish.code is None else replace(wish, also=(*wish.also, text))
    having = [str(name) for name in attributes.columns if (as_text(attributes[name]) == text).any()]
    if len(having) != 1:
        what = "no attribute has it" if not having else f"several have it: {', '.join(having)}"
        raise InputError(
            f"A label of the cell is no code, and of the attributes {what}. Give the code, and the attribute "
            "with where=."
        )
    return replace(wish, where={**wish.where, having[0]: (text,)})


def _check(wish: Wish, codes: Sequence[str], attributes: pd.DataFrame) -> None:
    named = [*([wish.code] if wish.code is not None else []), *wish.also, *wish.without]
    if unknown := [code for code in named if code not in codes]:
        raise InputError(f"No code {', '.join(unknown)}. Codes: {', '.join(codes)}.")
    if unknown := [name for name in wish.where if name not in attributes.columns]:
        known = (
            ", ".join([str(name) for name in attributes.columns][:_SHOWN]) or "none; add_attributes adds some"
        )
        raise InputError(f"No attribute {', '.join(unknown)}. Attributes: {known}.")
    if wish.band not in BANDS:
        raise InputError(f"No band {wish.band!r}. Bands: {', '.join(BANDS)}.")
    if wish.code is None and (wish.stances or wish.band != "given" or wish.below):
        raise InputError("A stance, a band and the codes below are of a code. Name the code.")


def as_text(column: pd.Series) -> pd.Series:
    """A column's values as they are compared: strings, '' where missing, whole numbers without a point.

    >>> as_text(pd.Series([3.0, None])).tolist()
    ['3', '']
    """
    return pd.Series([_text(value) for value in column.tolist()], index=column.index, dtype=object)


def _text(value: Any) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _as_strings(values: Any) -> tuple[str, ...]:
    if isinstance(values, str) or not isinstance(values, Collection):
        return (_text(values),)
    return tuple(_text(value) for value in values)
