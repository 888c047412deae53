"""Figures of topics as svg, html and png: a map, their words, groups and waves, the crosswalk, the choice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from textmine.errors import InputError
from textmine.svg import COLOURS, FAINT, GRID, INK, draw_line, draw_text, frame_svg, shorten
from textmine.topics.crosswalk import Crosswalk
from textmine.topics.model import Texts, TopicModel
from textmine.topics.prevalence import NONE
from textmine.topics.stability import REPORTABLE

#: Comments on the map, at most, and topics in a figure.
MOST_DOTS = 3000
MOST_ROWS = 60
#: So many groups can be told apart in one figure.
MOST_GROUPS = 12
#: Panels of topics over waves, at most.
MOST_PANELS = 24


def draw_map(model: TopicModel, X: Texts) -> str:
    """The comments as dots on the two widest axes of the space, topics' names at their middles.

    Near on the map is not always near in the space. A dot tells its topic and nothing of the comment.
    """
    from textmine.coding.calibrated import as_corpus

    corpus = as_corpus(X)
    step = max(1, -(-len(corpus) // MOST_DOTS))
    chosen = corpus.select(np.arange(0, len(corpus), step))
    likeness, topics = model.transform(chosen), model.predict(chosen)
    kept = np.flatnonzero(topics != NONE)
    flat = likeness[kept] - likeness[kept].mean(axis=0) if len(kept) else likeness[kept]
    axes = np.linalg.eigh(flat.T @ flat)[1][:, ::-1][:, :2]
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])] < 0, -1, 1)
    spots = flat @ axes if axes.shape[1] == 2 else np.column_stack([flat @ axes, np.zeros(len(flat))])
    low, high = (spots.min(axis=0), spots.max(axis=0)) if len(spots) else (np.zeros(2), np.ones(2))
    at = (spots - low) / np.maximum(high - low, 1e-9) * (820, 560) + (40, 70)
    names = model.table_["name"].tolist()
    body = [draw_text(20, 28, "Map of the comments", 16, weight="bold")]
    body.append(draw_text(20, 48, f"{len(kept)} comments with a topic; near is like, roughly.", 11, FAINT))
    for (x, y), topic in zip(at, topics[kept].tolist(), strict=True):
        body.append(
            f"<circle cx='{x:.1f}' cy='{y:.1f}' r='2.4' fill='{_hue(topic)}' opacity='0.55'>"
            f"<title>{escape(names[topic])}</title></circle>"
        )
    for topic in sorted(set(topics[kept].tolist()), key=lambda t: -int((topics == t).sum()))[:15]:
        x, y = np.median(at[topics[kept] == topic], axis=0)
        body.append(draw_text(x, y, names[topic], 10.5, INK, anchor="middle", weight="bold"))
    return frame_svg(900, 660, "Map of the comments", body)


def draw_words(model: TopicModel, stability: Sequence[float] | None = None) -> str:
    """A line a topic: its name, size, stability and words; one not fit to report is grey."""
    table = model.table_.head(MOST_ROWS)
    most = max(int(table["size"].max()), 1)
    body = [draw_text(20, 28, "Topics and their words", 16, weight="bold")]
    note = f"Grey: came back less well than {REPORTABLE} over resamples; do not report."
    body.append(draw_text(20, 48, note if stability is not None else "Bars: comments.", 11, FAINT))
    for row, topic in enumerate(table.to_dict("records")):
        y = 78 + 24 * row
        score = float("nan") if stability is None else stability[topic["topic"]]
        good = isnan(score) or score >= REPORTABLE
        colour = COLOURS[0] if good else "#b9c1ca"
        body.append(draw_text(20, y, str(topic["topic"]), 11, FAINT))
        body.append(draw_text(46, y, shorten(topic["name"], 38), 11.5, INK if good else FAINT, weight="bold"))
        width = 90 * topic["size"] / most
        body.append(
            f"<rect x='300' y='{y - 10}' width='{width:.1f}' height='11' fill='{colour}' opacity='0.8'/>"
        )
        shown = f"{topic['size']}" + ("" if isnan(score) else f"  ({score:.2f})")
        body.append(draw_text(306 + width, y, shown, 10, FAINT))
        body.append(draw_text(480, y, shorten(", ".join(topic["words"]), 80), 11, INK if good else FAINT))
    return frame_svg(1040, 90 + 24 * len(table), "Topics and their words", body)


def draw_prevalence(table: pd.DataFrame, names: Sequence[str], title: str = "Topics by group") -> str:
    """How common each topic is in each group or wave: dots with 95% intervals.

    ``table`` is that of ``measure_prevalence``. Raises ``InputError`` for more than ``MOST_GROUPS`` groups.
    """
    groups = list(dict.fromkeys(table["by"]))
    if len(groups) > MOST_GROUPS:
        raise InputError(
            f"{len(groups)} groups; a figure shows {MOST_GROUPS}. Put the values into bands first."
        )
    topics = list(dict.fromkeys(table["topic"]))[:MOST_ROWS]
    most = max(float(table["high"].max()), 1e-6)
    step = 12 * len(groups) + 12
    body = [draw_text(20, 28, title, 16, weight="bold")]
    at, down = 20.0, 0
    for k, group in enumerate(groups):
        name = shorten(str(group), 42)
        if at > 20 and at + 24 + 6.4 * len(name) > 880:  # the names go on in a line of their own
            at, down = 20.0, down + 18
        body.append(f"<circle cx='{at + 5}' cy='{46 + down}' r='4' fill='{_hue(k)}'/>")
        body.append(draw_text(at + 14, 50 + down, name, 11))
        at += 34 + 6.4 * len(name)
    top, foot = 62 + down, 70 + down + step * len(topics)
    for tick in range(6):
        x = 300 + 520 * tick / 5
        body.append(f"<line x1='{x}' y1='{top}' x2='{x}' y2='{foot}' stroke='{GRID}'/>")
        body.append(draw_text(x, foot + 14, f"{most * tick / 5:.1%}", 10, FAINT, anchor="middle"))
    cells = {(r["by"], r["topic"]): r for r in table.to_dict("records")}
    for row, topic in enumerate(topics):
        y = top + 14 + step * row
        body.append(draw_text(288, y + 6 * len(groups), shorten(names[topic], 42), 11, anchor="end"))
        for k, group in enumerate(groups):
            found = cells[(group, topic)]
            low, high, share = (300 + 520 * found[n] / most for n in ("low", "high", "share"))
            body.append(
                f"<line x1='{low:.1f}' y1='{y + 12 * k}' x2='{high:.1f}' y2='{y + 12 * k}' "
                f"stroke='{_hue(k)}'/>"
                f"<circle cx='{share:.1f}' cy='{y + 12 * k}' r='3.4' fill='{_hue(k)}'>"
                f"<title>{found['share']:.1%} of {found['n']}</title></circle>"
            )
    return frame_svg(880, foot + 30, title, body)


def draw_waves(
    table: pd.DataFrame,
    names: Sequence[str],
    *,
    waves: Sequence[str] | None = None,
    title: str = "Topics over waves",
) -> str:
    """How common each topic is from wave to wave: a small panel a topic, with 95% intervals.

    ``table`` is that of ``measure_prevalence`` with the wave as group (or ``FollowedWave.prevalence``),
    ``names`` (topics,) the topics' names, ``waves`` the waves from first to last (sorted, unless given). All
    panels have one scale, 0 at the foot. The topics that stand in most comments come first, and no more than
    24 are shown. Gives svg, which ``write_figure`` saves as html and png.

    Raises ``InputError`` for a wave that the table does not have.

    >>> from textmine.topics.prevalence import measure_prevalence
    >>> shares = measure_prevalence([0, 0, 1, 0], ["2023", "2023", "2024", "2024"], 2)
    >>> draw_waves(shares, ["cover", "sport"]).count("<polyline")
    2
    """
    known = list(dict.fromkeys(str(by) for by in table["by"]))
    order = sorted(known, key=_in_order) if waves is None else [str(wave) for wave in waves]
    if missing := [wave for wave in order if wave not in known]:
        raise InputError(f"No wave {', '.join(missing)} in the table. Waves: {', '.join(known)}.")
    cells = {(str(r["by"]), int(r["topic"])): r for r in table.to_dict("records")}
    counts = table[table["by"].astype(str).isin(order)].groupby("topic", sort=True)["count"].sum()
    topics = [int(t) for t in counts.sort_values(ascending=False, kind="stable").index[:MOST_PANELS]]
    most = max([float(cells[(wave, t)]["high"]) for wave in order for t in topics] + [1e-6])
    wide, tall, columns = 210, 130, 4
    body = [draw_text(20, 28, title, 16, weight="bold")]
    note = f"Share of the comments of each wave, 95% intervals; the upper line of each panel is {most:.1%}."
    body.append(draw_text(20, 48, note, 11, FAINT))
    for place, topic in enumerate(topics):
        left, top = 24 + wide * (place % columns), 74 + tall * (place // columns)
        body += _draw_panel(left, top, names[topic], [(w, cells[(w, topic)]) for w in order], most)
    rows = -(-len(topics) // columns)
    width = 40 + wide * min(columns, max(len(topics), 3))
    return frame_svg(width, 84 + tall * rows, title, body)


def _draw_panel(
    left: float, top: float, name: str, shares: Sequence[tuple[str, dict[Any, Any]]], most: float
) -> list[str]:
    """One topic's shares from wave to wave; the first and the last wave are named under them."""
    width, height = 178, 72
    foot = top + 16 + height
    across = [left + 10 + (width - 20) * k / max(len(shares) - 1, 1) for k in range(len(shares))]
    up = [foot - height * found["share"] / most for _, found in shares]
    body = [draw_text(left, top + 8, shorten(name, 28), 11, weight="bold", title=name)]
    body += [draw_line(left, y, left + width, y, GRID) for y in (top + 16, foot)]
    spots = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, up, strict=True))
    body.append(f"<polyline points='{spots}' fill='none' stroke='{COLOURS[0]}' stroke-width='1.5'/>")
    for x, y, (wave, found) in zip(across, up, shares, strict=True):
        low, high = (foot - height * found[side] / most for side in ("low", "high"))
        told = f"{wave}: {found['share']:.1%} of {found['n']} ({found['low']:.1%} to {found['high']:.1%})"
        body.append(draw_line(x, low, x, high, COLOURS[0]))
        body.append(
            f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='{COLOURS[0]}'>"
            f"<title>{escape(told)}</title></circle>"
        )
    ends = [(left, shares[0][0], "start")]
    if len(shares) > 1:
        ends.append((left + width, shares[-1][0], "end"))
    body += [draw_text(x, foot + 14, shorten(w, 14), 10, FAINT, anchor=side, title=w) for x, w, side in ends]
    return body


def _in_order(wave: str) -> list[tuple[int, str]]:
    """A key that sorts 'wave 10' after 'wave 2', and 'old' before 'new'."""
    if wave in ("old", "new"):
        return [(-2 if wave == "old" else -1, "")]
    parts = re.split(r"(\d+)", wave)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts if part]


def draw_crosswalk(crosswalk: Crosswalk, names: Sequence[str]) -> str:
    """Topics x codes as a heat map of lift; a cell tells its count and interval."""
    table = crosswalk.table
    codes, topics = list(dict.fromkeys(table["code"])), list(dict.fromkeys(table["topic"]))[: MOST_ROWS + 1]
    body = [draw_text(20, 28, "Topics beside the codebook", 16, weight="bold")]
    body.append(
        draw_text(
            20, 48, "Lift: how many times as common the code is in the topic as in all texts.", 11, FAINT
        )
    )
    top, left, side = 190, 300, 30
    for k, code in enumerate(codes):
        x = left + side * k + 19
        body.append(
            f"<text x='{x}' y='{top - 8}' font-size='11' fill='{INK}' "
            f"transform='rotate(-50 {x} {top - 8})'>{escape(shorten(code, 26))}</text>"
        )
    cells = {(r["topic"], r["code"]): r for r in table.to_dict("records")}
    for row, topic in enumerate(topics):
        y = top + 20 * row
        name = "no topic" if topic == NONE else names[topic]
        body.append(draw_text(left - 8, y + 14, shorten(name, 42), 11, anchor="end"))
        for k, code in enumerate(codes):
            found = cells[(topic, code)]
            lift = 0.0 if isnan(found["lift"]) else found["lift"]
            depth = min(lift / 4, 1.0)
            body.append(
                f"<rect x='{left + side * k}' y='{y}' width='{side - 2}' height='18' fill='{COLOURS[0]}' "
                f"fill-opacity='{0.04 + 0.96 * depth:.2f}'><title>{escape(code)}: {found['count']} texts, "
                f"lift {lift:.1f} ({found['lift_low']:.1f} to {found['lift_high']:.1f})</title></rect>"
            )
    width = max(left + side * len(codes) + 120, 560)
    return frame_svg(width, top + 20 * len(topics) + 20, "Topics beside the codebook", body)


def draw_choice(table: pd.DataFrame) -> str:
    """Stability against the number of topics, the best marked; ``table`` is that of ``choose_topics``."""
    body = [draw_text(20, 28, "How many topics?", 16, weight="bold")]
    body.append(draw_text(20, 48, "Mean stability over resamples; filled: the one to take.", 11, FAINT))
    sizes = table["n_topics"].to_numpy(dtype=float)
    reach = max(float(sizes.max() - sizes.min()), 1.0)
    for tick in range(6):
        y = 330 - 250 * tick / 5
        body.append(f"<line x1='60' y1='{y}' x2='600' y2='{y}' stroke='{GRID}'/>")
        body.append(draw_text(50, y + 4, f"{tick / 5:.1f}", 10, FAINT, anchor="end"))
    spots = []
    for row in table.to_dict("records"):
        x, y = 80 + 500 * (row["n_topics"] - sizes.min()) / reach, 330 - 250 * row["stability"]
        spots.append(f"{x:.1f},{y:.1f}")
        fill = COLOURS[0] if row["best"] else "#ffffff"
        body.append(
            f"<circle cx='{x:.1f}' cy='{y:.1f}' r='6' fill='{fill}' stroke='{COLOURS[0]}'>"
            f"<title>{row['fit_to_report']} of {row['topics']} fit to report</title></circle>"
        )
        body.append(draw_text(x, 350, str(row["n_topics"]), 10, FAINT, anchor="middle"))
    body.insert(2, f"<polyline points='{' '.join(spots)}' fill='none' stroke='{COLOURS[0]}'/>")
    return frame_svg(640, 370, "How many topics?", body)


def _hue(number: int) -> str:
    return f"hsl({number * 137 % 360}, {55 + number % 3 * 12}%, {38 + number % 2 * 10}%)"
