"""Figures of corrected shares as svg: each code with its interval, by group, differences, fairness."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, isnan
from typing import Any

import pandas as pd

from textmine.coding.figures import Series, draw_intervals
from textmine.errors import InputError

_NAN = float("nan")
#: So many groups can be told apart in one figure.
MOST_GROUPS = 12
#: Steps that the end of an axis may fall on.
_ENDS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 1.0)


def draw_shares(table: pd.DataFrame, title: str = "How common each code is") -> str:
    """The corrected share of each code with its 95% interval, the naive count and hand reading beside it.

    ``table`` is that of ``estimate_prevalence``; rows of groups are left out (``draw_groups``). The commonest
    stand first. Raises ``InputError`` for a table without rows of all units. ``title`` stands above the
    figure.

    >>> row = {"code": "money", "name": "Money", "question": "", "by": "", "group": "", "estimate": 0.2,
    ...        "low": 0.15, "high": 0.26, "naive": 0.3, "hand": 0.21, "hand_low": 0.1, "hand_high": 0.32}
    >>> draw_shares(pd.DataFrame([row | {"base_in_words": "answers"}]))[:4]
    '<svg'
    """
    rows = _pick(table, "")
    rows = sorted(rows, key=lambda row: (row["question"], isnan(row["estimate"]), -row["estimate"]))
    series = [
        Series("corrected, 95%", [(row["estimate"], row["low"], row["high"]) for row in rows]),
        Series("naive count", [(row["naive"], _NAN, _NAN) for row in rows]),
        Series("by hand alone", [(row["hand"], row["hand_low"], row["hand_high"]) for row in rows]),
    ]
    return draw_intervals(
        title, [_name(row) for row in rows], series, high=_find_end(series), percent=True, note=_base(rows)
    )


def draw_groups(table: pd.DataFrame, by: str, title: str | None = None) -> str:
    """The corrected share of each code in each group of the column ``by``, with 95% intervals.

    ``table`` is that of ``estimate_prevalence`` with ``by``. Raises ``InputError`` for a column that is not
    in it, or one of more than ``MOST_GROUPS`` groups. ``title`` stands above the figure (made from ``by`` if
    None).

    >>> row = {"code": "money", "name": "Money", "question": "", "by": "phase", "estimate": 0.2, "low": 0.15,
    ...        "high": 0.26, "base_in_words": "answers"}
    >>> draw_groups(pd.DataFrame([row | {"group": "primary"}, row | {"group": "special"}]), "phase")[:4]
    '<svg'
    """
    rows = _pick(table, by)
    groups = _list_groups(rows, by)
    keys = list(dict.fromkeys((row["question"], row["code"]) for row in rows))
    cells = {(row["question"], row["code"], row["group"]): row for row in rows}
    names = {(row["question"], row["code"]): _name(row) for row in rows}
    series = [
        Series(group, [_mark(cells.get((*key, group)), "estimate") for key in keys]) for group in groups
    ]
    return draw_intervals(
        title or f"How common each code is, by {by}",
        [names[key] for key in keys],
        series,
        high=_find_end(series),
        percent=True,
        note=_base(rows),
    )


def draw_differences(table: pd.DataFrame, by: str, title: str | None = None) -> str:
    """The corrected difference of each pair of groups in each code with its 95% interval, and a line at none.

    ``table`` is that of ``estimate_differences``; pairs that differ after correction carry a star. Of more
    than twelve pairs those are drawn that differ most, and the figure says so. Raises ``InputError`` for a
    column that is not in the table. ``by`` is the column of groups, ``title`` stands above the figure (made
    from ``by`` if None).

    >>> row = {"code": "money", "question": "", "by": "phase", "group": "primary", "than": "special",
    ...        "difference": 0.1, "low": 0.02, "high": 0.18, "differs": "yes", "base_in_words": "answers"}
    >>> "money *" in draw_differences(pd.DataFrame([row]), "phase")
    True
    """
    rows = _pick(table, by)
    pairs = list(dict.fromkeys((row["group"], row["than"]) for row in rows))
    left_out = ""
    if len(pairs) > MOST_GROUPS:
        left_out = f" {MOST_GROUPS} of {len(pairs)} pairs are drawn, those that differ most; see the table."
        pairs = _pick_pairs(rows, pairs)
    keys = list(dict.fromkeys((row["question"], row["code"]) for row in rows))
    cells = {(row["question"], row["code"], row["group"], row["than"]): row for row in rows}
    starred = {(row["question"], row["code"]) for row in rows if row["differs"] == "yes"}
    labels = [
        ", ".join(part for part in reversed(key) if part) + (" *" if key in starred else "") for key in keys
    ]
    series = [
        Series(f"{one} less {other}", [_mark(cells.get((*key, one, other)), "difference") for key in keys])
        for one, other in pairs
    ]
    end = _find_end(series)
    note = "* differs after correction for the number of looks; bars: 95% of each by itself." + left_out
    return draw_intervals(
        title or f"Corrected differences by {by}", labels, series, low=-end, high=end, percent=True, note=note
    )


def _pick_pairs(rows: Sequence[dict[Any, Any]], pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """The twelve pairs that differ in the most codes, and by the most where that is alike; in their order."""
    weight = dict.fromkeys(pairs, (0, 0.0))
    for row in rows:
        found, most = weight[row["group"], row["than"]]
        size = 0.0 if isnan(row["difference"]) else abs(float(row["difference"]))
        weight[row["group"], row["than"]] = (found + (row["differs"] == "yes"), max(most, size))
    kept = set(sorted(pairs, key=lambda pair: weight[pair], reverse=True)[:MOST_GROUPS])
    return [pair for pair in pairs if pair in kept]


def draw_fairness(figures: pd.DataFrame, by: str, measure: str = "recall", title: str | None = None) -> str:
    """Precision or recall of the coder in each group, code by code, with 95% intervals.

    ``figures`` is that table of ``measure_fairness``. Raises ``InputError`` for a column that is not in it.
    ``measure`` is 'recall' or 'precision', ``title`` stands above the figure (made from ``by`` if None).

    >>> row = {"code": "money", "by": "phase", "group": "primary", "measure": "recall", "estimate": 0.8,
    ...        "low": 0.7, "high": 0.87}
    >>> draw_fairness(pd.DataFrame([row]), "phase")[:4]
    '<svg'
    """
    rows = [row for row in _pick(figures, by) if row["measure"] == measure]
    groups = _list_groups(rows, by)
    codes = list(dict.fromkeys(row["code"] for row in rows))
    cells = {(row["code"], row["group"]): row for row in rows}
    series = [
        Series(group, [_mark(cells.get((code, group)), "estimate") for code in codes]) for group in groups
    ]
    said = {
        "recall": "Of what people found, how much the coder found too",
        "precision": "Of what the coder gave,",
    }
    note = said[measure] + (
        "; bars: 95%." if measure == "recall" else " how much people found too; bars: 95%."
    )
    return draw_intervals(
        title or f"{measure.capitalize()} of the coder, by {by}", codes, series, percent=True, note=note
    )


def _pick(table: pd.DataFrame, by: str) -> list[dict[Any, Any]]:
    rows: list[dict[Any, Any]] = table[table["by"] == by].to_dict("records")
    if not rows:
        known = ", ".join(sorted({str(name) for name in table["by"] if name})) or "none"
        raise InputError(f"No rows by {by!r} in the table. Columns of groups: {known}.")
    return rows


def _list_groups(rows: Sequence[dict[Any, Any]], by: str) -> list[str]:
    groups = list(dict.fromkeys(str(row["group"]) for row in rows))
    if len(groups) > MOST_GROUPS:
        raise InputError(
            f"{len(groups)} groups of {by}; a figure shows {MOST_GROUPS}. Put the values into bands first."
        )
    return groups


def _mark(row: dict[Any, Any] | None, name: str) -> tuple[float, float, float]:
    return (_NAN, _NAN, _NAN) if row is None else (float(row[name]), float(row["low"]), float(row["high"]))


def _name(row: dict[Any, Any]) -> str:
    name = str(row["name"] or row["code"])
    return f"{name} ({row['question']})" if row["question"] else name


def _base(rows: Sequence[dict[Any, Any]]) -> str:
    words = list(dict.fromkeys(str(row["base_in_words"]) for row in rows))
    said = f"Share of {words[0]}" if len(words) == 1 else "Share of what each row says"
    return said if len(said) <= 115 else f"{said[:114]}…"


def _find_end(series: Sequence[Series]) -> float:
    """The end of the axis: the first round number past all marks and intervals."""
    ends = [abs(v) for one in series for mark in one.values for v in mark if not isnan(v)]
    most = max(ends, default=1.0)
    return next((end for end in _ENDS if end >= most), float(ceil(most)))
