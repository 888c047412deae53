"""Figures of an evaluation as svg text: reliability, intervals side by side, the learning curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, isnan, sqrt
from typing import Any

import pandas as pd

from textmine.coding.comparison import ALL_CODES
from textmine.coding.evaluation import Evaluation
from textmine.svg import COLOURS, FAINT, GRID, INK, draw_line, draw_text, frame_svg, shorten

#: Corners of the marks of the first, second, third and fourth series; the first is a circle.
_SHAPES: tuple[tuple[tuple[float, float], ...], ...] = (
    (),
    ((-3.7, -3.7), (3.7, -3.7), (3.7, 3.7), (-3.7, 3.7)),
    ((0, -5.2), (5.2, 0), (0, 5.2), (-5.2, 0)),
    ((0, -4.8), (4.8, 3.8), (-4.8, 3.8)),
)
#: Bins with fewer texts are drawn hollow.
FEW = 5


@dataclass(frozen=True)
class Series:
    """One mark a row: its name in the key, and value, low and high for each row (NaN: no mark)."""

    name: str
    values: Sequence[tuple[float, float, float]]


def draw_calibration(evaluation: Evaluation, table: pd.DataFrame) -> str:
    """The reliability plot of an evaluation, with each code's calibration error; empty without probabilities.

    ``table`` is that of ``measure_reliability``, of the same evaluation.
    """
    if not len(table):
        return ""
    notes = {
        row["code"]: f"{row['n_human']} coded · error {row['calibration_error']:.3f} "
        f"(chance {row['calibration_error_by_chance']:.3f})"
        for row in evaluation.per_code.to_dict("records")
    }
    mean = evaluation.drawn["mean_calibration_error"][0]
    return draw_reliability(table, notes | {ALL_CODES: f"mean error of the codes {mean:.3f}"})


def draw_reliability(table: pd.DataFrame, notes: Mapping[str, str] | None = None) -> str:
    """The reliability plot: a panel a code, share of texts that people coded so against probability.

    ``table`` is that of ``measure_reliability``; ``notes`` says a line more about a code. Points on the
    diagonal mean that the probabilities can be taken at their word; bars are 95% intervals.
    """
    codes = list(dict.fromkeys(table["code"]))
    across, side, gap, top = min(4, len(codes)), 170, 46, 64
    rows = ceil(len(codes) / max(across, 1))
    width, height = across * (side + gap) + 30, top + rows * (side + gap + 26) + 26
    body = [
        draw_text(18, 24, "Reliability: are the probabilities right?", size=15, weight="bold"),
        draw_text(
            18,
            44,
            "On the dashed line they are; above it the code is more frequent than told. Bars: 95%.",
            size=11,
            fill=FAINT,
        ),
    ]
    for number, code in enumerate(codes):
        x = 40 + (number % across) * (side + gap)
        y = top + 30 + (number // across) * (side + gap + 26)
        body.append(draw_text(x, y - 19, shorten(code, 27), size=11.5, weight="bold", title=code))
        body.append(draw_text(x, y - 6, (notes or {}).get(code, ""), size=9.5, fill=FAINT))
        body += _panel(x, y, side, table[table["code"] == code])
    body.append(
        draw_text(18, height - 10, "Across: probability that the coder gives.", size=10.5, fill=FAINT)
    )
    body.append(
        draw_text(
            width - 16,
            height - 10,
            f"Up: share to which people gave the code. Hollow: fewer than {FEW} texts.",
            size=10.5,
            fill=FAINT,
            anchor="end",
        )
    )
    return frame_svg(width, height, "Reliability of the probabilities, code by code", body)


def draw_intervals(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    low: float = 0.0,
    high: float = 1.0,
    percent: bool = False,
    note: str = "",
) -> str:
    """Figures with their intervals: a row a label, a mark a series, an axis from ``low`` to ``high``.

    An interval that is not known (NaN) leaves its mark alone. ``percent`` writes the axis in percent, and
    ``note`` is a line under the title.
    """
    left, plot, row = 232, 420, 15 * len(series) + 13
    key, lines = _key([one.name for one in series], 64.0 if note else 46.0, left + plot + 30)
    top = (92 if note else 74) + 18 * (lines - 1)
    width, height = left + plot + 40, top + row * len(labels) + 34

    def across(value: float) -> float:
        return left + plot * (min(max(value, low), high) - low) / (high - low)

    body = [draw_text(16, 24, title, size=15, weight="bold"), *key]
    if note:
        body.append(draw_text(16, 44, note, size=11, fill=FAINT))
    for step in range(6):
        value = low + (high - low) * step / 5
        x, shown = across(value), f"{value:.1%}" if percent else f"{value:.1f}"
        body.append(draw_line(x, top - 8, x, height - 26, GRID))
        body.append(draw_text(x, height - 10, shown, size=10, fill=FAINT, anchor="middle"))
    if low < 0 < high:
        body.append(draw_line(across(0.0), top - 8, across(0.0), height - 26, INK))
    for r, label in enumerate(labels):
        y = top + row * r
        middle = y + 7.5 * (len(series) - 1) + 6
        shown = shorten(label, 34)
        body.append(draw_text(left - 12, middle + 4, shown, size=11, anchor="end", title=label))
        for k, one in enumerate(series):
            body += _whisker(across, one.values[r], y + 6 + 15 * k, k)
    return frame_svg(width, height, title, body)


def _key(names: Sequence[str], y: float, right: float) -> tuple[list[str], int]:
    """The key of a figure, in as many lines as it takes."""
    body, at, lines = [], 16.0, 1
    for k, name in enumerate(names):
        wide = 34 + 6.2 * len(name)
        if at > 16 and at + wide > right:
            at, y, lines = 16.0, y + 18, lines + 1
        body.append(_mark(at + 5, y, k))
        body.append(draw_text(at + 14, y + 4, name, size=11))
        at += wide
    return body, lines


def _colour(place: int) -> str:
    return COLOURS[place] if place < len(COLOURS) else f"hsl({place * 137 % 360}, 55%, 42%)"


def draw_learning_curve(table: pd.DataFrame) -> str:
    """The learning curve: measures against the texts learned from, with 95% bands.

    ``table`` is that of ``trace_learning_curve``; sizes too small to learn from are left out.
    """
    names = {"micro_f1": "micro F1", "macro_f1": "macro F1", "macro_average_precision": "average precision"}
    known = table.dropna(subset=["value"])
    width, height, left, top, plot_w, plot_h = 640, 380, 52, 62, 430, 262
    body = [draw_text(16, 24, "Learning curve: what more coded texts bring", size=15, weight="bold")]
    body.append(draw_text(16, 44, "Cross-validated by respondent; bands: 95%.", size=11, fill=FAINT))
    if known.empty:
        return frame_svg(width, height, "Learning curve", body)
    most = float(known["texts"].max())
    low = max(0.0, (int(float(known["low"].min()) * 10)) / 10)
    high = min(1.0, ceil(float(known["high"].max()) * 10) / 10)
    span = max(high - low, 0.1)

    def place(texts: float, value: float) -> tuple[float, float]:
        return left + plot_w * texts / most, top + plot_h * (1 - (value - low) / span)

    for step in range(round(span * 10) + 1):
        y = place(0, low + step / 10)[1]
        body.append(draw_line(left, y, left + plot_w, y, GRID))
        body.append(draw_text(left - 8, y + 4, f"{low + step / 10:.1f}", size=10, fill=FAINT, anchor="end"))
    for texts in sorted(set(known["texts"])):
        x = place(texts, low)[0]
        body.append(draw_line(x, top + plot_h, x, top + plot_h + 5, FAINT))
        body.append(draw_text(x, top + plot_h + 18, f"{texts:.0f}", size=10, fill=FAINT, anchor="middle"))
    middle = left + plot_w / 2
    body.append(
        draw_text(middle, top + plot_h + 38, "texts learned from", size=11, fill=FAINT, anchor="middle")
    )
    ends: list[tuple[float, str, str]] = []
    for k, (measure, name) in enumerate(names.items()):
        rows = known[known["measure"] == measure].sort_values("texts").to_dict("records")
        if rows:
            body += _band(place, rows, COLOURS[k])
            ends.append((place(most, rows[-1]["value"])[1], f"{name} {rows[-1]['value']:.2f}", COLOURS[k]))
    below = -100.0
    for y, words, colour in sorted(ends):
        below = max(y + 4, below + 15)
        body.append(draw_text(left + plot_w + 10, below, words, size=11, fill=colour, weight="bold"))
    return frame_svg(width, height, "Learning curve", body)


def _panel(x: float, y: float, side: float, rows: pd.DataFrame) -> list[str]:
    parts = [f"<rect x='{x}' y='{y}' width='{side}' height='{side}' fill='#fbfcfd' stroke='{GRID}'/>"]
    for tick in (0.0, 0.5, 1.0):
        at_x, at_y = x + side * tick, y + side * (1 - tick)
        if tick == 0.5:
            parts += [draw_line(at_x, y, at_x, y + side, GRID), draw_line(x, at_y, x + side, at_y, GRID)]
        name = f"{tick:g}"
        parts.append(draw_text(at_x, y + side + 13, name, size=9, fill=FAINT, anchor="middle"))
        parts.append(draw_text(x - 5, at_y + 3, name, size=9, fill=FAINT, anchor="end"))
    parts.append(
        f"<line x1='{x}' y1='{y + side}' x2='{x + side}' y2='{y}' stroke='{FAINT}' stroke-dasharray='4 3'/>"
    )
    most = float(rows["n"].max()) if len(rows) else 1.0
    for row in rows.to_dict("records"):
        at_x = x + side * row["mean_probability"]
        at_y, low, high = (y + side * (1 - row[name]) for name in ("share", "share_low", "share_high"))
        parts.append(draw_line(at_x, low, at_x, high, COLOURS[0], 1.2))
        radius = 2.4 + 3.6 * sqrt(row["n"] / most)
        fill = COLOURS[0] if row["n"] >= FEW else "#ffffff"
        words = escape(f"{row['n']} texts, told {row['mean_probability']:.2f}, found {row['share']:.2f}")
        parts.append(
            f"<circle cx='{at_x:.1f}' cy='{at_y:.1f}' r='{radius:.1f}' fill='{fill}' "
            f"stroke='{COLOURS[0]}'><title>{words}</title></circle>"
        )
    return parts


def _mark(x: float, y: float, place: int, hover: str = "") -> str:
    """The mark of a series: told apart by its shape as well as by its colour."""
    fill = f"fill='{_colour(place)}'"
    corners = _SHAPES[place % len(_SHAPES)]
    if not corners:
        return f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' {fill}>{hover}</circle>"
    return f"<polygon points='{_points([(x + a, y + b) for a, b in corners])}' {fill}>{hover}</polygon>"


def _whisker(across: Any, value: tuple[float, float, float], y: float, place: int) -> list[str]:
    middle, low, high = value
    colour = _colour(place)
    if isnan(middle):
        return [draw_text(across(0.0) + 4, y + 4, "too few to tell", size=9, fill=FAINT)]
    known = not (isnan(low) or isnan(high))
    hover = f"<title>{middle:.3f}{f' ({low:.3f} to {high:.3f})' if known else ''}</title>"
    bar = [draw_line(across(low), y, across(high), y, colour, 1.6)] if known else []
    return [*bar, _mark(across(middle), y, place, hover)]


def _band(place: Any, rows: Sequence[Mapping[Any, Any]], colour: str) -> list[str]:
    upper = [place(row["texts"], row["high"]) for row in rows]
    lower = [place(row["texts"], row["low"]) for row in reversed(rows)]
    line = [place(row["texts"], row["value"]) for row in rows]
    return [
        f"<polygon points='{_points(upper + lower)}' fill='{colour}' opacity='0.13'/>",
        f"<polyline points='{_points(line)}' fill='none' stroke='{colour}' stroke-width='2'/>",
        *(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3.5' fill='{colour}'/>" for x, y in line),
    ]


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
