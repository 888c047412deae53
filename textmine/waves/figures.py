"""Figures of waves as svg: changes of the codes, the coder, words, and the trend with its breaks."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from textmine.coding.figures import Series, draw_intervals
from textmine.svg import COLOURS, FAINT, GRID, INK, draw_line, draw_text, frame_svg, shorten
from textmine.waves.trend import WaveTrend

#: Rows of a figure, at most.
MOST_ROWS = 60
#: A break, and a change that was found.
_BREAK, _FOUND = "#9aa3ad", COLOURS[1]
Mark = tuple[float, float, float]


def draw_changes(table: pd.DataFrame, old: str, new: str) -> str:
    """Each code's change in points with its 95% interval, and beside it what would have been found.

    ``table`` is that of ``compare_codes``. The grey bar reaches as far as a change had to go to be found
    in four waves of five; a mark in colour was found. A code that may not be compared has no mark.
    """
    rows = table.head(MOST_ROWS).to_dict("records")
    known = [abs(row[k]) for row in rows for k in ("low", "high", "detectable") if row[k] == row[k]]
    reach = max([*known, 0.02])
    left, plot, step, top = 330, 460, 22, 84
    height = top + step * len(rows) + 46

    def across(value: float) -> float:
        return float(left + plot * (min(max(value, -reach), reach) + reach) / (2 * reach))

    body = [
        draw_text(20, 28, f"What changed from {old} to {new}", 16, weight="bold"),
        draw_text(20, 48, "Corrected change in points, 95% interval. Orange: found.", 11, FAINT),
        draw_text(
            20,
            64,
            "Grey bar: a change that stays within it is found in fewer than four waves of five.",
            11,
            FAINT,
        ),
    ]
    for tick in (-1.0, -0.5, 0.0, 0.5, 1.0):
        x = across(tick * reach)
        body.append(draw_line(x, top - 8, x, height - 34, INK if tick == 0 else GRID))
        body.append(draw_text(x, height - 16, f"{100 * tick * reach:+.1f}", 10, FAINT, anchor="middle"))
    for place, row in enumerate(rows):
        y = top + step * place + 8
        name = _label(row)
        body.append(draw_text(left - 10, y + 4, shorten(name, 48), 11, anchor="end", title=name))
        if row["change"] != row["change"]:
            body.append(draw_text(across(0) + 8, y + 4, "not compared", 10, FAINT))
            continue
        far = across(row["detectable"]) - across(-row["detectable"])
        body.append(
            f"<rect x='{across(-row['detectable']):.1f}' y='{y - 7}' width='{far:.1f}' height='14' "
            f"fill='{GRID}' opacity='0.55'/>"
        )
        colour = _FOUND if row["changed"] == "yes" else COLOURS[0]
        words = f"{100 * row['change']:+.1f} points ({100 * row['low']:+.1f} to {100 * row['high']:+.1f})"
        body += _whisker(across, (row["change"], row["low"], row["high"]), y, colour, words)
    return frame_svg(left + plot + 40, height, f"What changed from {old} to {new}", body)


def draw_coder(table: pd.DataFrame, old: str, new: str) -> str:
    """Precision and recall of each code in both waves, with 95% intervals; ``table`` of ``compare_coder``."""
    rows = [row for row in table.head(MOST_ROWS).to_dict("records") if row["n_old"] and row["n_new"]]

    def marks(side: str) -> list[Mark]:
        return [(row[side], row[f"{side}_low"], row[f"{side}_high"]) for row in rows]

    names = [f"{row['measure']} of {row['code']}" for row in rows]
    series = [Series(old, marks("old")), Series(new, marks("new"))]
    return draw_intervals("Did the coder get worse?", names, series)


def draw_terms(table: pd.DataFrame, old: str, new: str, *, most: int = 30) -> str:
    """The words whose use changed most, as shares of respondents; ``table`` is that of ``compare_terms``."""
    rows = table.head(most).to_dict("records")
    reach = max([max(row["old"], row["new"]) for row in rows] + [0.01])
    left, plot, step, top = 160, 420, 18, 84
    height = top + step * len(rows) + 40

    def across(value: float) -> float:
        return float(left + plot * value / reach)

    body = [
        draw_text(20, 28, f"Words: {old} and {new}", 16, weight="bold"),
        draw_text(20, 48, f"Share of respondents who say the word. Hollow: {old}, filled: {new}.", 11, FAINT),
        draw_text(20, 64, "Orange: the change was found, all words looked at taken into account.", 11, FAINT),
    ]
    for tick in range(5):
        x = across(reach * tick / 4)
        body.append(draw_line(x, top - 8, x, height - 28, GRID))
        body.append(draw_text(x, height - 12, f"{100 * reach * tick / 4:.1f}%", 10, FAINT, anchor="middle"))
    for place, row in enumerate(rows):
        y = top + step * place + 6
        colour = _FOUND if row["changed"] == "yes" else COLOURS[0]
        body.append(draw_text(left - 10, y + 4, shorten(row["word"], 22), 11, anchor="end"))
        body.append(draw_line(across(row["old"]), y, across(row["new"]), y, colour, 1.6))
        for share, fill in ((row["old"], "#ffffff"), (row["new"], colour)):
            body.append(
                f"<circle cx='{across(share):.1f}' cy='{y}' r='4' fill='{fill}' stroke='{colour}'>"
                f"<title>{100 * share:.1f}%</title></circle>"
            )
    return frame_svg(left + plot + 40, height, f"Words: {old} and {new}", body)


def draw_trend(trend: WaveTrend) -> str:
    """A panel a code: its corrected share in each wave with its interval; dashed lines are breaks.

    Points are joined within an uncut stretch alone. A wave that nobody read shows its naive count, hollow.
    """
    table = trend.table[trend.table["by"] == ""]
    keys = list(dict.fromkeys(zip(table["code"], table["question"], strict=True)))[:MOST_ROWS]
    waves = list(dict.fromkeys(table["wave"]))
    times = {row["wave"]: float(row["time"]) for row in table.to_dict("records")}
    across, side, tall, gap, top = 3, 260, 120, 70, 84
    rows = -(-len(keys) // across)
    body = [
        draw_text(20, 28, "Each code over the waves", 16, weight="bold"),
        draw_text(
            20, 48, "Corrected share, 95% interval; hollow: naive count, nobody read the wave.", 11, FAINT
        ),
        draw_text(
            20,
            64,
            "Dashed: the series is cut here, and figures on both sides are of different things.",
            11,
            FAINT,
        ),
    ]
    span = max(times.values()) - min(times.values())
    cut = {
        (row["code"], row["after"], row["before"])
        for row in trend.breaks.to_dict("records")
        if row["breaks"] == "yes"
    }
    for number, (code, question) in enumerate(keys):
        x0, y0 = 56 + (number % across) * (side + gap), top + 24 + (number // across) * (tall + gap)
        part = table[(table["code"] == code) & (table["question"] == question)].to_dict("records")
        reach = max([row[k] for row in part for k in ("high", "naive") if row[k] == row[k]] + [0.01])

        def place(row: dict[Any, Any], value: float, at: tuple[int, int], most: float) -> tuple[float, float]:
            share = (times[row["wave"]] - min(times.values())) / span
            return at[0] + 12 + (side - 24) * share, at[1] + tall * (1 - value / most)

        title = f"{code}, {question}" if question else code
        body.append(draw_text(x0, y0 - 10, shorten(title, 40), 11.5, weight="bold", title=title))
        for tick in (0.0, 0.5, 1.0):
            y = y0 + tall * (1 - tick)
            body.append(draw_line(x0, y, x0 + side, y, GRID))
            body.append(draw_text(x0 - 6, y + 3, f"{100 * reach * tick:.0f}%", 9, FAINT, anchor="end"))
        before: dict[Any, Any] | None = None
        for row in part:
            read = row["estimate"] == row["estimate"]
            share = row["estimate"] if read else row["naive"]
            x, y = place(row, share, (x0, y0), reach)
            if before is not None:
                was = before["estimate"] if before["estimate"] == before["estimate"] else before["naive"]
                px, py = place(before, was, (x0, y0), reach)
                if before["segment"] == row["segment"] and read == (before["estimate"] == before["estimate"]):
                    body.append(draw_line(px, py, x, y, COLOURS[0], 1.4))
                if (code, row["wave"], before["wave"]) in cut:
                    middle = (px + x) / 2
                    body.append(draw_line(middle, y0, middle, y0 + tall, _BREAK, 1.4, dash=True))
            if read:
                top_y, low_y = (place(row, row[k], (x0, y0), reach)[1] for k in ("high", "low"))
                body.append(draw_line(x, top_y, x, low_y, COLOURS[0], 1.4))
            fill = COLOURS[0] if read else "#ffffff"
            body.append(
                f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' fill='{fill}' stroke='{COLOURS[0]}'>"
                f"<title>{escape(str(row['wave']))}: {100 * share:.1f}%</title></circle>"
            )
            body.append(
                draw_text(x, y0 + tall + 15, shorten(str(row["wave"]), 12), 9, FAINT, anchor="middle")
            )
            before = row
    width = 56 + min(across, max(len(keys), 1)) * (side + gap)
    said = f"Each code over {len(waves)} waves"
    return frame_svg(width, top + 24 + rows * (tall + gap), said, body)


def _label(row: dict[Any, Any]) -> str:
    return ", ".join(str(row[key]) for key in ("code", "question", "group") if row[key])


def _whisker(across: Any, mark: Mark, y: float, colour: str, words: str) -> list[str]:
    middle, low, high = mark
    return [
        draw_line(across(low), y, across(high), y, colour, 1.8),
        f"<circle cx='{across(middle):.1f}' cy='{y:.1f}' r='4.2' fill='{colour}'>"
        f"<title>{escape(words)}</title></circle>",
    ]
