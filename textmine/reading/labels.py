"""Labels that people gave: wide or long files, joined to one table of units x codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from textmine.codebook import RESERVED
from textmine.errors import InputError
from textmine.reading.table import Table, list_names

_IDS = ("comment_id", "unit_id", "id", "doc_id")
_TURN = ("transcript", "turn")
_QUOTE_COLUMNS = ("unit_id", "code", "quote", "coder", "stance")
#: In a long file, the codes that a unit was not read for, with ';' between: missing, not 0.
NOT_CODED = "not_coded"
_VALUES = {"1": 1.0, "1.0": 1.0, "true": 1.0, "0": 0.0, "0.0": 0.0, "false": 0.0, "": np.nan}

# Columns beside the codes that may well hold nothing but 0 and 1, and are codes only if named as such.
_NOT_CODES = {
    *(*_IDS, *_TURN, "weight", "wave", "row", "coder", NOT_CODED),
    *("probability", "inclusion_probability", "coding_prob", "role", "sampling_role"),
}


@dataclass(frozen=True, eq=False)
class Labels:
    """Who was coded with what: ``frame`` has a row a unit (its id), a column a code and 1.0, 0.0 or NaN.

    NaN is 'not coded'. ``quotes`` has the columns unit_id, code, quote, coder and stance, a row for each
    code given with a quote or a stance; '' where a file lacks one of them.

    >>> frame = pd.DataFrame({"money": [1.0, 0.0]}, index=["u1", "u2"])
    >>> none = pd.DataFrame(columns=["unit_id", "code", "quote", "coder", "stance"])
    >>> Labels(frame, none).frame["money"].tolist()
    [1.0, 0.0]
    """

    frame: pd.DataFrame
    quotes: pd.DataFrame


@dataclass(frozen=True, eq=False)
class _LongFile:
    units: list[str]  # a row each
    codes: list[str]
    quotes: pd.DataFrame
    gaps: list[tuple[str, str]]  # units and codes that they were not read for


def join_labels(tables: Sequence[Table], *, id: str, codes: Sequence[str] | None = None) -> Labels:
    """The labels of tables already read; see ``read_labels``."""
    known = None if codes is None else list(dict.fromkeys(codes))
    parts = [_read_part(table, id, known) for table in tables]
    if not parts:
        raise InputError("No file of labels was given. Name at least one with --labels.")
    longs = [part for part in parts if isinstance(part, _LongFile)]
    met = _first_seen(code for part in longs for code in part.codes if code != RESERVED)
    met = _first_seen([*met, *(code for part in longs for _, code in part.gaps)])
    long_codes = met if known is None else known
    frames = [_pivot(part, long_codes) if isinstance(part, _LongFile) else part for part in parts]
    frame = _merge(frames, [table.source for table in tables])
    order = _first_seen(column for part in frames for column in part.columns) if known is None else known
    quotes = [part.quotes for part in longs] or [pd.DataFrame(columns=list(_QUOTE_COLUMNS), dtype=str)]
    said = pd.concat(quotes, ignore_index=True).drop_duplicates(ignore_index=True)
    return Labels(frame.reindex(columns=order), said)


def _read_part(table: Table, id: str, known: list[str] | None) -> _LongFile | pd.DataFrame:
    if table.rejected:
        first = table.rejected[0]
        raise InputError(
            f"{table.source}, row {first.row} (line {first.line}): {first.reason}; {len(table.rejected)} "
            "such row(s). Mend the labels first, for none may be lost."
        )
    units = find_unit_ids(table, id)
    if "code" in table.frame.columns:
        return _read_long(table, units, known)
    return _read_wide(table, units, id, known)


def find_unit_ids(table: Table, id: str) -> list[str]:
    """The unit id of each row: of the column ``id``, else of one usually called so, else transcript:turn.

    Raises ``InputError`` where there is no such column and where a row has none.
    """
    frame = table.frame
    column = next((name for name in (id, *_IDS) if name in frame.columns), None)
    if column is not None:
        units: list[str] = frame[column].tolist()
    elif set(_TURN) <= set(frame.columns):
        column = "turn"
        turns = zip(frame["transcript"].tolist(), frame["turn"].tolist(), strict=True)
        units = [f"{transcript}:{turn}" if transcript and turn else "" for transcript, turn in turns]
    else:
        raise InputError(
            f"No column {id!r} in {table.source}. Columns: {list_names([str(c) for c in frame.columns])}. "
            "Choose one with --id."
        )
    for position, unit in enumerate(units):
        if not unit.strip():
            place = table.name_place(position)
            raise InputError(f"{table.source}, {place}, column {column!r}: no id. Fill it in.")
    return units


def _read_long(table: Table, units: list[str], known: list[str] | None) -> _LongFile:
    frame = table.frame
    codes = [code.strip() for code in frame["code"].tolist()]
    codes = [RESERVED if code.casefold() == RESERVED else code for code in codes]
    codes = _only_given(codes, table)
    for position, code in enumerate(codes):
        if not code:
            raise InputError(
                f"{table.source}, {table.name_place(position)}, column 'code': no code. "
                f"Write {RESERVED!r} for a unit that was read and found to hold nothing."
            )
    _check_known([code for code in _first_seen(codes) if code != RESERVED], known, table)
    blank = [""] * len(units)
    columns = {name: frame[name].tolist() if name in frame.columns else blank for name in _QUOTE_COLUMNS[2:]}
    quotes = pd.DataFrame({"unit_id": units, "code": codes, **columns}, dtype=str)
    said = (quotes["code"] != RESERVED) & ((quotes["quote"] != "") | (quotes["stance"] != ""))
    left_out = frame[NOT_CODED].tolist() if NOT_CODED in frame.columns else blank
    gaps = [
        (unit, code.strip())
        for unit, named in zip(units, left_out, strict=True)
        for code in named.split(";")
        if code.strip()
    ]
    return _LongFile(units, codes, quotes[said], gaps)


def _only_given(codes: list[str], table: Table) -> list[str]:
    """The codes of a ``coded_long.csv``, in which a row that is only up for review gives none."""
    if not {"applies", "band"} <= set(table.frame.columns):
        return codes
    applies = table.frame["applies"].tolist()
    return [RESERVED if value.strip() == "0" else code for code, value in zip(codes, applies, strict=True)]


def _read_wide(table: Table, units: list[str], id: str, known: list[str] | None) -> pd.DataFrame:
    columns: dict[str, list[float]] = {}
    for name in map(str, table.frame.columns):
        wanted = known is not None and name in known
        aside = name == id or name.casefold() in _NOT_CODES or name.endswith(("__score", "__band"))
        if wanted or not aside:
            values = _read_values(table, name, wanted)
            if values is not None:
                columns[name] = values
    if not columns:
        raise InputError(
            f"{table.source} has no labels: neither a column 'code' (long) nor columns of 0 and 1 (wide)."
            + ("" if known is None else f" Known codes: {list_names(known)}.")
        )
    _check_known(list(columns), known, table)
    return pd.DataFrame(columns, index=pd.Index(units, name="unit_id"))


def _read_values(table: Table, name: str, wanted: bool) -> list[float] | None:
    """The values of a column; None if it is not one of labels and need not be."""
    cells = table.frame[name].tolist()
    meaning = {cell: _VALUES.get(cell.strip().casefold()) for cell in set(cells)}
    values = [meaning[cell] for cell in cells]
    good = [value for value in values if value is not None]
    if len(good) < len(values) and wanted:
        place = table.name_place(values.index(None))
        raise InputError(
            f"{table.source}, {place}, column {name!r}: a label is 1, 0 or empty for 'not coded'; "
            f"{len(values) - len(good)} cell(s) are not."
        )
    if len(good) < len(values) or not (wanted or any(cell.strip() for cell in meaning)):
        return None
    return good


def _check_known(found: list[str], known: list[str] | None, table: Table) -> None:
    unknown = [] if known is None else [code for code in found if code not in known]
    if unknown:
        raise InputError(
            f"{table.source} has {len(unknown)} code(s) that the codebook lacks: {list_names(unknown, 10)}. "
            f"Known codes: {list_names(known or [])}. Add them to the codebook or mend the labels."
        )


def _pivot(part: _LongFile, codes: list[str]) -> pd.DataFrame:
    """Every unit of a long file x every code: 1 if any row gives it, else 0, NaN where it was not coded."""
    units = _first_seen(part.units)
    row = {unit: number for number, unit in enumerate(units)}
    column = {code: number for number, code in enumerate(codes)}
    values = np.zeros((len(units), len(codes)))
    for unit, code in part.gaps:
        if code in column:
            values[row[unit], column[code]] = np.nan
    for unit, code in zip(part.units, part.codes, strict=True):
        if code != RESERVED:
            values[row[unit], column[code]] = 1.0
    return pd.DataFrame(values, index=pd.Index(units, name="unit_id"), columns=codes)


def _merge(frames: list[pd.DataFrame], sources: list[str]) -> pd.DataFrame:
    """One row a unit; raises ``InputError`` if a unit and code has both 1 and 0."""
    stacked = pd.concat(frames)
    if stacked.index.is_unique:
        return stacked
    grouped = stacked.groupby(level=0, sort=False)
    high, low = grouped.max(), grouped.min()
    differ = (high > low).to_numpy()
    if differ.any():
        raise InputError(
            f"{int(differ.any(axis=1).sum())} unit(s) are coded differently in "
            f"{' and '.join(_first_seen(sources))} ({int(differ.sum())} pairs of unit and code). "
            "Adjudicate first: give one file with the agreed codes."
        )
    return high


def _first_seen(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
