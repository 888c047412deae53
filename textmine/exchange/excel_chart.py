"""The chart of shares in a workbook's summary: what the coder counted and, where known, corrected shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_CORRECTED, _COUNTED, _LINE = "#1F5FA8", "#A6B4C4", "#333333"
_HEIGHT_ABOVE, _HEIGHT_A_BAR = 120, 20


#: Columns that the chart's intervals are drawn from.
BELOW, ABOVE = "chart_below", "chart_above"


def add_gaps(summary: pd.DataFrame) -> pd.DataFrame:
    """The summary with how far each interval reaches below and above its corrected share, if any is known."""
    ends = [
        [_known(cell) for cell in summary[f"corrected_{end}"].tolist()] for end in ("share", "low", "high")
    ]
    if all(value is None for value in ends[0]):
        return summary
    rows = list(zip(*ends, strict=True))
    below = [_gap(value, low) for value, low, _ in rows]
    return summary.assign(**{BELOW: below, ABOVE: [_gap(high, value) for value, _, high in rows]})


def add_share_chart(book: Workbook, page: Worksheet, summary: pd.DataFrame) -> None:
    """Put a bar chart of each code's share below the table of ``summary`` (``add_gaps``) on its page.

    Corrected shares have their 95% intervals; naive ones stand beside them, or alone where no share was
    corrected, and are called what they are.
    """
    rows = len(summary)
    if not rows:
        return
    chart = book.add_chart({"type": "bar"})
    some = BELOW in summary.columns
    if some:
        bars = {
            "type": "custom",
            "plus_values": _refer(summary, ABOVE),
            "plus_data": summary[ABOVE].tolist(),
            "minus_values": _refer(summary, BELOW),
            "minus_data": summary[BELOW].tolist(),
            "line": {"color": _LINE, "width": 1.25},
        }
        name = "Corrected for the coder's errors, with 95% interval"
        chart.add_series(_series(summary, "corrected_share", name, _CORRECTED, y_error_bars=bars))
    chart.add_series(_series(summary, "naive_share", "As the coder counted, not corrected", _COUNTED))
    chart.set_title({"name": "Share of texts with each code", "overlay": False, "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
    lines = {"visible": True, "line": {"color": "#DDDDDD"}}
    chart.set_x_axis({"num_format": "0%", "min": 0, "major_gridlines": lines})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 900, "height": _HEIGHT_ABOVE + _HEIGHT_A_BAR * rows * (2 if some else 1)})
    page.insert_chart(rows + 2, 0, chart, {"description": "Bar chart of the share of texts with each code"})


def _refer(summary: pd.DataFrame, column: str) -> str:
    """The cells of a column of the summary, as a formula names them."""
    from xlsxwriter.utility import xl_col_to_name

    letters = xl_col_to_name(list(summary.columns).index(column))
    return f"=summary!${letters}$2:${letters}${len(summary) + 1}"


def _series(summary: pd.DataFrame, column: str, name: str, colour: str, **more: Any) -> dict[str, Any]:
    values = summary[column].tolist()
    return {
        "name": name,
        "categories": _refer(summary, "name"),
        "values": _refer(summary, column),
        "categories_data": [str(cell) for cell in summary["name"].tolist()],
        "values_data": ["" if _known(cell) is None else _known(cell) for cell in values],
        "fill": {"color": colour},
        "gap": 60,
        **more,
    }


def _known(cell: Any) -> float | None:
    return float(cell) if isinstance(cell, (int, float)) and cell == cell else None


def _gap(more: float | None, less: float | None) -> float:
    return 0.0 if more is None or less is None else round(max(more - less, 0.0), 6)
