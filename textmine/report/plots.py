"""The figures of a report: one function a figure, each gives a ``Plot`` back, and all have one look."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.coding.figures import Series, draw_intervals, draw_learning_curve, draw_reliability
from textmine.errors import InputError
from textmine.estimates.figures import MOST_GROUPS
from textmine.report.blocks import HIDDEN
from textmine.svg import (
    COLOURS,
    FAINT,
    INK,
    draw_text,
    frame_svg,
    mark_controls,
    render_png,
    shorten,
    write_figure,
)

_NAN = float("nan")
#: Steps that the end of an axis may fall on.
_ENDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
#: Themes named in the words that stand for a figure.
_NAMED = 3


@dataclass(frozen=True)
class Plot:
    """A figure: its ``name``, its ``title``, ``alt`` (words for those who do not see it), and its ``svg``.

    >>> plot = Plot("p", "Themes", "Two themes.", "<svg role='img' aria-label='x'></svg>")
    >>> plot.svg
    "<svg role='img' aria-label='Two themes.'></svg>"
    """

    name: str
    title: str
    alt: str
    svg: str

    def __post_init__(self) -> None:
        label = f"aria-label='{escape(self.alt, quote=True)}'"
        said = re.sub(r"aria-label='[^']*'", label.replace("\\", r"\\"), self.svg, count=1)
        object.__setattr__(self, "svg", mark_controls(said))

    def _repr_html_(self) -> str:
        return self.svg

    def save(self, stem: str | Path) -> list[Path]:
        """Write the figure as ``stem.html`` and ``stem.png``; gives both paths."""
        return write_figure(self.svg, Path(stem))

    def png(self) -> bytes:
        """The figure as a picture, twice its size."""
        return render_png(self.svg)


def plot_shares(
    table: pd.DataFrame, *, name: str = "themes", title: str = "How common each theme is"
) -> Plot:
    """The corrected share of each theme with its 95% interval, and the counted share beside it.

    ``table`` has ``name, estimate, low, high, naive`` (shares of 1), such as that of ``estimate_prevalence``
    with a column ``name``; a share that is not known has no mark. ``name`` is that of the figure's file,
    ``title`` stands above it.

    >>> row = {"name": "Money", "estimate": 0.2, "low": 0.15, "high": 0.26, "naive": 0.3}
    >>> plot_shares(pd.DataFrame([row])).alt
    'How common each theme is: Money 20%. The figures stand in the table below.'
    """
    rows = table.to_dict("records")
    series = [
        Series("corrected, 95%", [_mark(row, "estimate", "low", "high") for row in rows]),
        Series("counted by the coder", [_mark(row, "naive") for row in rows]),
    ]
    svg = draw_intervals(title, _list_names(rows), series, high=_find_end(series), percent=True)
    return Plot(name, title, _say(title, rows, "estimate"), svg)


def plot_naive(table: pd.DataFrame, *, name: str = "themes", title: str = "How common each theme is") -> Plot:
    """The counted share of each theme, where none is corrected; ``table`` has ``name, naive`` (shares of 1).

    ``name`` is that of the figure's file, ``title`` stands above it.

    >>> plot_naive(pd.DataFrame([{"name": "Money", "naive": 0.3}])).alt
    'How common each theme is: Money 30%. The figures stand in the table below.'
    """
    rows = table.to_dict("records")
    series = [Series("counted by the coder, not corrected", [_mark(row, "naive") for row in rows])]
    svg = draw_intervals(title, _list_names(rows), series, high=_find_end(series), percent=True)
    return Plot(name, title, _say(title, rows, "naive"), svg)


def plot_groups(
    table: pd.DataFrame,
    *,
    name: str = "groups",
    title: str = "How common each theme is, by group",
    corrected: bool = True,
) -> Plot:
    """Each theme in each group, 95% intervals where corrected.

    ``table`` has ``name, group`` and ``estimate, low, high`` (``corrected``) or ``naive``, shares of 1;
    ``title`` stands above the figure, ``name`` is that of its file. Raises ``InputError`` for more groups
    than a figure can show.

    >>> table = pd.DataFrame({"name": "Money", "group": ["North", "South"], "naive": [0.2, 0.3]})
    >>> plot_groups(table, corrected=False).alt
    'How common each theme is, by group: 1 themes in 2 groups. The figures stand in the table below.'
    """
    rows = table.to_dict("records")
    groups = list(dict.fromkeys(str(row["group"]) for row in rows))
    if len(groups) > MOST_GROUPS:
        raise InputError(f"{len(groups)} groups; a figure shows {MOST_GROUPS}. Put the values into bands.")
    themes = list(dict.fromkeys(str(row["name"]) for row in rows))
    cells = {(str(row["name"]), str(row["group"])): row for row in rows}
    columns = ("estimate", "low", "high") if corrected else ("naive",)
    series = [
        Series(group, [_mark(cells.get((theme, group), {}), *columns) for theme in themes])
        for group in groups
    ]
    note = "Corrected shares, 95% intervals." if corrected else "Counted by the coder, not corrected."
    svg = draw_intervals(title, themes, series, high=_find_end(series), percent=True, note=note)
    alt = f"{title}: {len(themes)} themes in {len(groups)} groups. The figures stand in the table below."
    return Plot(name, title, alt, svg)


def plot_waves(
    table: pd.DataFrame,
    *,
    name: str = "waves",
    title: str = "How common each theme is over the waves",
    corrected: bool = True,
) -> Plot:
    """A panel a theme: its share in each wave (``group``), with its interval where corrected.

    ``table``, ``corrected``, ``name`` and ``title`` are as in ``plot_groups``. Waves stand in the order of
    their names; one wave is drawn as a group.

    >>> table = pd.DataFrame({"name": "Money", "group": ["2024", "2025"], "naive": [0.2, 0.3]})
    >>> table = table.assign(estimate=[0.2, 0.25], low=[0.1, 0.2], high=[0.3, 0.3])
    >>> plot_waves(table).alt
    'How common each theme is over the waves: 1 themes in 2 waves. The figures stand in the table.'
    """
    from textmine.waves.figures import draw_trend
    from textmine.waves.trend import WaveTrend

    waves = sorted(str(group) for group in table["group"].unique())
    if len(waves) < 2:
        return plot_groups(table, name=name, title=title, corrected=corrected)
    at = {wave: float(number) for number, wave in enumerate(waves)}
    known = table[table["naive"].notna() | table["estimate"].notna()]
    drawn = known.assign(
        code=known["name"], by="", wave=known["group"].astype(str), time=known["group"].map(at), segment=1
    ).sort_values("time", kind="stable")
    drawn = drawn.assign(question="")
    if drawn["wave"].nunique() < 2:
        return plot_groups(table, name=name, title=title, corrected=corrected)
    empty = pd.DataFrame(columns=["code", "after", "before", "breaks"])
    svg = draw_trend(WaveTrend(drawn, empty, empty))
    alt = f"{title}: {drawn['code'].nunique()} themes in {len(waves)} waves. The figures stand in the table."
    return Plot(name, title, alt, svg)


def plot_counts(
    rows: Sequence[Mapping[str, Any]],
    of: int,
    *,
    name: str = "interviews",
    title: str = "Themes by interview",
) -> Plot:
    """In how many cases of ``of`` each theme was said: a row of dots, never a percentage.

    ``rows`` have ``name`` and ``cases`` (a count); ``name`` is that of the figure's file, ``title`` stands
    above it.

    >>> plot_counts([{"name": "Money", "cases": 2}], of=5).alt
    'Themes by interview: Money in 2 of 5. All stand in the table.'
    """
    left, step, top = 250, 26, 66
    gap = min(22.0, 460 / max(of, 1))
    width, height = left + max(gap * of, 120) + 90, top + step * len(rows) + 20
    body = [draw_text(16, 24, title, 15, weight="bold")]
    body.append(
        draw_text(16, 44, f"A dot is an interview of {of}; filled: the theme was said in it.", 11, FAINT)
    )
    for place, row in enumerate(rows):
        y = top + step * place + 8
        body.append(draw_text(left - 12, y + 4, shorten(str(row["name"]), 36), 11, anchor="end"))
        for k in range(of):
            fill = COLOURS[0] if k < int(row["cases"]) else "none"
            body.append(
                f"<circle cx='{left + gap * k + 6:.1f}' cy='{y:.1f}' r='{min(5.0, gap / 2.4):.1f}' "
                f"fill='{fill}' stroke='{COLOURS[0]}'/>"
            )
        body.append(draw_text(left + gap * of + 12, y + 4, f"{row['cases']} of {of}", 11, FAINT))
    said = ", ".join(f"{row['name']} in {row['cases']} of {of}" for row in rows[:_NAMED])
    return Plot(
        name, title, f"{title}: {said}. All stand in the table.", frame_svg(width, height, title, body)
    )


def plot_pairs(pairs: pd.DataFrame, base: int, *, name: str = "together") -> Plot:
    """How many respondents of ``base`` gave two themes together: a square of cells, the darker the more.

    ``pairs`` is square with the themes' names, each theme's own count in the diagonal; ``*`` is hidden.
    ``name`` is that of the figure's file.

    >>> pairs = pd.DataFrame([[9, 4], [4, 7]], index=["Money", "Time"], columns=["Money", "Time"])
    >>> plot_pairs(pairs, 20).alt
    'Themes that stand together: 2 themes, respondents of 20. The figures stand in the table below.'
    """
    title = "Themes that stand together"
    themes = [str(theme) for theme in pairs.columns]
    left, top, side = 230, 176, 38
    cells: Any = pairs.to_numpy(dtype=object)
    most = max(
        [int(cells[i, j]) for i in range(len(themes)) for j in range(i) if cells[i, j] != HIDDEN],
        default=1,
    )
    body = [draw_text(16, 24, title, 15, weight="bold")]
    body.append(draw_text(16, 44, f"Respondents of {base:,} with both; * is hidden.", 11, FAINT))
    for k, theme in enumerate(themes):
        x, y = left + side * k + 22, top - 8
        body.append(
            f"<text x='{x}' y='{y}' font-size='11' fill='{INK}' transform='rotate(-50 {x} {y})'>"
            f"{escape(shorten(theme, 26))}</text>"
        )
    for i, theme in enumerate(themes):
        y = top + side * i
        body.append(draw_text(left - 10, y + 23, shorten(theme, 32), 11, anchor="end"))
        for j in range(i):
            cell = cells[i, j]
            depth = 0.0 if cell == HIDDEN else min(int(cell) / max(most, 1), 1.0)
            x = left + side * j
            ink = "#ffffff" if depth > 0.55 else INK
            body.append(
                f"<rect x='{x}' y='{y}' width='{side - 2}' height='{side - 2}' fill='{COLOURS[0]}' "
                f"fill-opacity='{0.06 + 0.94 * depth:.2f}'/>"
                + draw_text(x + side / 2 - 1, y + 22, str(cell), 11, ink, anchor="middle")
            )
    size = left + side * len(themes) + 90
    svg = frame_svg(size, top + side * len(themes) + 10, title, body)
    alt = f"{title}: {len(themes)} themes, respondents of {base:,}. The figures stand in the table below."
    return Plot(name, title, alt, svg)


def plot_agreement(table: pd.DataFrame, *, name: str = "agreement") -> Plot:
    """Agreement of the coder with people beside that of people with each other, code by code.

    ``table`` has ``name`` (or ``code``), ``machine_human`` and ``human_human``: Krippendorff's alpha, such as
    that of ``compare_with_people``. ``name`` is that of the figure's file.

    >>> plot_agreement(pd.DataFrame([{"code": "money", "machine_human": 0.7, "human_human": 0.8}])).alt
    'The coder beside people: agreement (alpha): 1 themes. The figures stand in the table below.'
    """
    title = "The coder beside people: agreement (alpha)"
    rows = table.to_dict("records")
    series = [
        Series("coder with people", [_mark(row, "machine_human") for row in rows]),
        Series("people with each other", [_mark(row, "human_human") for row in rows]),
    ]
    names = _list_names(rows)
    lowest = min((mark[0] for one in series for mark in one.values if mark[0] == mark[0]), default=0.0)
    svg = draw_intervals(title, names, series, low=min(0.0, lowest))
    return Plot(name, title, f"{title}: {len(rows)} themes. The figures stand in the table below.", svg)


def plot_quality(table: pd.DataFrame, *, name: str = "coder") -> Plot:
    """Precision and recall of the coder, code by code, with 95% intervals where they are known.

    ``table`` has ``name, precision, recall`` and each with ``_low`` and ``_high``, such as ``per_code`` of
    ``evaluate_coder``. ``name`` is that of the figure's file.

    >>> row = {"code": "money", "precision": 0.8, "recall": 0.7}
    >>> plot_quality(pd.DataFrame([row])).alt
    'How good the coder is: 1 themes. The figures stand in the table below.'
    """
    title = "How good the coder is"
    rows = table.to_dict("records")
    series = [
        Series(measure, [_mark(row, measure, f"{measure}_low", f"{measure}_high") for row in rows])
        for measure in ("precision", "recall")
    ]
    note = "Precision: right of what it gave. Recall: found of what is there. Bars: 95%."
    svg = draw_intervals(title, _list_names(rows), series, note=note)
    return Plot(name, title, f"{title}: {len(rows)} themes. The figures stand in the table below.", svg)


def plot_reliability(table: pd.DataFrame, *, name: str = "reliability") -> Plot:
    """Whether the coder's probabilities are right: a panel a code.

    ``table`` is ``reliability`` of ``evaluate_coder``: a row a code and bin with ``mean_probability``,
    ``share, share_low, share_high`` (of 1) and ``n`` texts. ``name`` is that of the figure's file.

    >>> row = {"code": "money", "mean_probability": 0.7, "share": 0.6, "share_low": 0.4, "share_high": 0.8}
    >>> plot_reliability(pd.DataFrame([{**row, "n": 40}])).title
    'Reliability of the probabilities'
    """
    title = "Reliability of the probabilities"
    alt = f"{title}: {table['code'].nunique()} panels. On the diagonal they can be taken at their word."
    return Plot(name, title, alt, draw_reliability(table))


def plot_learning_curve(table: pd.DataFrame, *, name: str = "learning-curve") -> Plot:
    """What more coded texts bring; ``table`` is that of ``trace_learning_curve``.

    ``name`` is that of the figure's file.

    >>> row = {"measure": "micro_f1", "texts": 100.0, "value": 0.6, "low": 0.5, "high": 0.7}
    >>> plot_learning_curve(pd.DataFrame([row, {**row, "texts": 200.0, "value": 0.7}])).title
    'Learning curve'
    """
    title = "Learning curve"
    return Plot(name, title, f"{title}: measures against texts learned from.", draw_learning_curve(table))


def _mark(row: Mapping[Any, Any], *names: str) -> tuple[float, float, float]:
    found = [float(row[name]) if row.get(name) is not None else _NAN for name in names]
    middle, low, high = [*found, _NAN, _NAN][:3]
    return middle, low, high


def _list_names(rows: Sequence[Mapping[Any, Any]]) -> list[str]:
    return [str(row.get("name") or row.get("code")) for row in rows]


def _say(title: str, rows: Sequence[Mapping[Any, Any]], column: str) -> str:
    known = [row for row in rows if row[column] == row[column]][:_NAMED]
    said = ", ".join(f"{row['name']} {100 * row[column]:.0f}%" for row in known)
    return f"{title}{f': {said}' if said else ''}. The figures stand in the table below."


def _find_end(series: Sequence[Series]) -> float:
    most = max((v for one in series for mark in one.values for v in mark if v == v), default=1.0)
    return next((end for end in _ENDS if end >= most), 1.0)
