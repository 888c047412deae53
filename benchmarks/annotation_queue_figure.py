"""The figure of ``annotation_queue.py``: macro F1 against units read, a line a strategy."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd

COLOURS = {"random": "#6b7280", "rare": "#b45309", "mix20": "#1d4ed8", "rare+cold": "#047857"}
WIDTH, HEIGHT, LEFT, TOP, PLOT_W, PLOT_H = 760, 420, 56, 64, 430, 290


def draw_curves(mean: pd.DataFrame, names: Mapping[str, str], data: str) -> str:
    """An SVG of the mean macro F1 of each strategy; a band of one standard deviation over the seeds."""
    top = round(float(mean["macro_f1"].max()) + 0.05, 1)
    few, many = int(mean["seeds"].min()), int(mean["seeds"].max())
    seeds = f"{many}" if few == many else f"{few} to {many}"
    parts = [
        _text(16, 26, f"Simulated annotation, {data} labels: macro F1 on held-out respondents", 15),
        _text(16, 46, f"Mean of {seeds} seeds; bands: one standard deviation over the seeds.", 11),
    ]

    def place(read: float, value: float) -> tuple[float, float]:
        return LEFT + PLOT_W * read / 1000, TOP + PLOT_H * (1 - value / top)

    for step in range(round(top * 10) + 1):
        y = place(0, step / 10)[1]
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + PLOT_W}" y2="{y:.1f}" stroke="#e5e7eb"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{step / 10:.1f}", 10, "end"))
    for read in range(200, 1001, 200):
        parts.append(_text(place(read, 0)[0], TOP + PLOT_H + 18, str(read), 10, "middle"))
    parts.append(_text(LEFT + PLOT_W / 2, TOP + PLOT_H + 38, "units read", 11, "middle"))
    ends = []
    for strategy, own in mean.groupby("strategy"):
        colour = COLOURS.get(strategy, "#111827")
        line = [place(r, v) for r, v in zip(own["read"], own["macro_f1"], strict=True)]
        spread = own["spread"].fillna(0)
        upper = [place(r, v + s) for r, v, s in zip(own["read"], own["macro_f1"], spread, strict=True)]
        lower = [place(r, v - s) for r, v, s in zip(own["read"], own["macro_f1"], spread, strict=True)]
        parts.append(
            f'<polygon points="{_points([*upper, *lower[::-1]])}" fill="{colour}" fill-opacity="0.12"/>'
        )
        parts.append(f'<polyline points="{_points(line)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        ends.append((line[-1][1], f"{names[strategy]} {own['macro_f1'].iloc[-1]:.3f}", colour))
    target = mean[(mean["strategy"] == "random") & (mean["read"] == 1000)]["macro_f1"]
    if len(target):
        y = place(0, float(target.iloc[0]))[1]
        dashes = 'stroke="#6b7280" stroke-dasharray="4 4"'
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + PLOT_W}" y2="{y:.1f}" {dashes}/>')
    below = -100.0
    for y, words, colour in sorted(ends):
        below = max(y + 4, below + 16)
        parts.append(_text(LEFT + PLOT_W + 10, below, words, 11, colour=colour))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif"><title>Simulated annotation, {escape(data)}</title>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _points(places: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _text(x: float, y: float, words: str, size: int, anchor: str = "start", colour: str = "#111827") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {where} fill="{colour}">{escape(words)}</text>'
