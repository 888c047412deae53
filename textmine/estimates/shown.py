"""Estimates as they show themselves in a notebook: the columns that matter, the interval as a bar."""

from __future__ import annotations

from typing import Any

import pandas as pd

from textmine.display import clip, escape, show_card, show_value

#: Columns that are shown where a table has them, with what stands above them.
_SHOWN = {
    "code": "code",
    "question": "question",
    "by": "by",
    "group": "group",
    "than": "than",
    "measure": "measure",
    "estimate": "share",
    "difference": "difference",
    "gap": "gap",
    "low": "low",
    "high": "high",
    "naive": "naive",
    "n_read": "read",
    "n_coded": "coded",
    "differs": "differs",
    "validity": "what to know",
}
_SHARES = {"estimate", "low", "high", "naive", "difference", "gap"}
_MOST, _LONGEST = 60, 160
_WIDTH = 120


class EstimateTable(pd.DataFrame):
    """A table of estimates; a DataFrame in every way but that it shows itself with less and with bars.

    What is cut out of it or worked out from it is a plain DataFrame.

    >>> table = EstimateTable({"code": ["<b>"], "estimate": [0.2], "low": [0.1], "high": [0.3]})
    >>> "<b>" in table._repr_html_(), type(table[["code"]]).__name__
    (False, 'DataFrame')
    """

    def _repr_html_(self) -> str:
        return show_estimates(self)


def show_estimates(table: pd.DataFrame, *, title: str = "Estimates", most: int = _MOST) -> str:
    """The html of a table of estimates: shares with their 95% intervals, as figures and as bars.

    >>> "20.0%" in show_estimates(pd.DataFrame({"code": ["money"], "estimate": [0.2]}))
    True
    """
    names = [name for name in _SHOWN if name in table.columns and _says_something(table[name])]
    drawn = {"estimate", "low", "high"} <= set(names) and "gap" not in names
    heads = [f'<th scope="col"{_side(name)}>{_SHOWN[name]}</th>' for name in names]
    bar = names.index("high") + 1 if drawn else 0  # behind the figures that it draws
    heads[bar:bar] = ['<th scope="col">0 to 100%</th>'] if drawn else []
    rows = []
    for row in table.head(most).to_dict("records"):
        cells = [
            f"<td{_side(name)}>{escape(clip(show_value(row[name], name in _SHARES), _LONGEST))}</td>"
            for name in names
        ]
        cells[bar:bar] = [f"<td>{_draw_bar(row['estimate'], row['low'], row['high'])}</td>"] if drawn else []
        rows.append(f"<tr>{''.join(cells)}</tr>")
    notes = []
    if len(table) > most:
        notes.append(f"and {len(table) - most:,} more rows")
    notes.append(f"All {table.shape[1]} columns: print(table) or table.columns.")
    body = f"<table><thead><tr>{''.join(heads)}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return show_card(title, [body], about=f"{len(table):,} rows", notes=notes)


def _draw_bar(estimate: Any, low: Any, high: Any) -> str:
    """An interval as a line with a dot, as svg; nothing where it is not known. Its figures stand beside."""
    known = all(isinstance(v, (int, float)) and v == v and 0 <= v <= 1 for v in (estimate, low, high))
    if not known:
        return ""
    x, first, last = (round(4 + value * (_WIDTH - 8), 1) for value in (estimate, low, high))
    return (
        f'<svg width="{_WIDTH}" height="14" aria-hidden="true"><line x1="4" x2="{_WIDTH - 4}" y1="7" y2="7" '
        'stroke="rgba(128,128,128,.4)"/>'
        f'<line x1="{first}" x2="{last}" y1="7" y2="7" stroke="currentColor" stroke-width="3"/>'
        f'<circle cx="{x}" cy="7" r="4" fill="currentColor"/></svg>'
    )


def _says_something(column: pd.Series) -> bool:
    return bool((column.notna() & (column.astype(str) != "")).any())


def _side(name: str) -> str:
    if name == "validity":
        return ' class="wide"'
    return ' class="n"' if name in _SHARES or name.startswith("n_") else ""
