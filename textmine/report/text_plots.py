"""Figures of texts: one with what carries each code marked in it, and topics beside the codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from textmine.errors import InputError
from textmine.report.plots import Plot
from textmine.svg import COLOURS, FAINT, INK, draw_text, frame_svg
from textmine.topics.crosswalk import Crosswalk
from textmine.topics.figures import draw_crosswalk

#: Characters of a line, lines that are shown, codes that can be told apart.
_COLUMNS, _MOST_LINES, _MOST_CODES = 84, 40, 8
#: Of a line: the width of a character at this size of letters (the font has one width), the height.
_LETTERS, _CHARACTER, _LINE = 13.0, 7.83, 27
_LEFT, _UNPRINTABLE = 20, re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MONO = "font-family='ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace'"


def plot_evidence(
    text: str,
    stretches: pd.DataFrame,
    *,
    names: Mapping[str, str] | None = None,
    name: str = "evidence",
    title: str = "What carries each code",
) -> Plot:
    """A text with what carries each code marked: coloured, underlined, and told by the code's number.

    ``stretches`` has ``code, start, end`` (code points of the text, exclusive end), such as
    ``coded.spans`` of one unit; rows with a start of -1 are left out. ``names`` gives names of codes. Of a
    long text the first 40 lines are shown. ``name`` is that of the figure's file, ``title`` stands above it.
    It prints a respondent's words: see docs/release.md before it goes out. Raises ``InputError`` for a
    stretch that is not in the text, and for more than eight codes.

    >>> marks = pd.DataFrame({"code": ["money"], "start": [3], "end": [8]})
    >>> plot_evidence("It saves money", marks, names={"money": "Money"}).alt
    'What carries each code: Money by 1 stretch.'
    """
    known = stretches[stretches["start"].astype(int) >= 0]
    places = (known[column].astype(int) for column in ("start", "end"))
    rows = list(zip(known["code"].astype(str), *places, strict=True))
    if wrong := [row for row in rows if not row[1] < row[2] <= len(text)]:
        raise InputError(
            f"{len(wrong)} stretch(es) are not in the text of {len(text)} characters. Give code points, and "
            "an end after the start."
        )
    codes = list(dict.fromkeys(code for code, *_ in rows))
    if len(codes) > _MOST_CODES:
        raise InputError(f"{len(codes)} codes; a figure tells {_MOST_CODES} apart. Leave some out.")
    called = {code: (names or {}).get(code) or code for code in codes}
    body = [draw_text(_LEFT, 26, title, 15, weight="bold")]
    top = 46
    for number, code in enumerate(codes, 1):
        body.append(_draw_underline(_LEFT, _LEFT + 26, top + 2, number))
        body.append(draw_text(_LEFT + 34, top + 4, f"{number} {called[code]}", 12))
        top += 19
    lines = _break_lines(text)
    for place, (first, last) in enumerate(lines[:_MOST_LINES]):
        y = top + 18 + _LINE * place
        for code, start, end in rows:
            low, high = max(start, first), min(end, last)
            if low < high:
                number = codes.index(code) + 1
                x1, x2 = (_LEFT + _CHARACTER * _measure(text[first:at]) for at in (low, high))
                body.append(_draw_ground(x1, x2, y, number))
                body.append(_draw_underline(x1, x2, y + 4 + 2.5 * ((number - 1) % 3), number))
                if end <= last:
                    body.append(draw_text(x2 + 1, y + 11, str(number), 8, _colour(number), weight="bold"))
        body.append(_draw_line_of_text(text[first:last], y))
    if len(lines) > _MOST_LINES:
        y = top + 18 + _LINE * _MOST_LINES
        body.append(draw_text(_LEFT, y, f"… and {len(lines) - _MOST_LINES} more lines", 12, FAINT))
    height = top + 30 + _LINE * min(len(lines), _MOST_LINES + 1)
    counts = [f"{called[code]} by {sum(one == code for one, *_ in rows)}" for code in codes]
    said = ", ".join(f"{count} stretch{'' if count.endswith(' 1') else 'es'}" for count in counts)
    width = 2 * _LEFT + _CHARACTER * (_COLUMNS + 1)
    return Plot(name, title, f"{title}: {said or 'nothing'}.", frame_svg(width, height, title, body))


def plot_crosswalk(
    crosswalk: Crosswalk,
    names: Sequence[str],
    *,
    name: str = "crosswalk",
    title: str = "Topics beside the codebook",
) -> Plot:
    """Topics x codes, a cell the darker the more often the code stands in the topic than in all texts.

    ``crosswalk`` is that of ``make_crosswalk``, ``names`` the name of each topic; ``name`` is that of the
    figure's file, ``title`` begins the words that stand for it. Raises ``InputError`` where a topic has no
    name.

    >>> from textmine.codebook import Codebook
    >>> from textmine.coded import CodedDataset
    >>> from textmine.topics.crosswalk import make_crosswalk
    >>> given = pd.DataFrame({"delay": [1.0, 1, 0, 0]}, index=list("abcd"))
    >>> people = CodedDataset(given, Codebook.from_labels(["delay"]), coder="p")
    >>> plot_crosswalk(make_crosswalk([0, 0, 1, 1], people), ["late trains", "tea"]).alt
    'Topics beside the codebook: 2 topics, 1 code. Most above all texts: delay in late trains (2.0 times).'
    """
    table = crosswalk.table
    topics = int(table.loc[table["topic"] >= 0, "topic"].max()) + 1 if (table["topic"] >= 0).any() else 0
    if topics > len(names):
        raise InputError(f"{topics} topics and {len(names)} names. Give each topic its name.")
    codes, named = table["code"].nunique(), list(names)
    alt = f"{title}: {topics} topics, {codes} code{'' if codes == 1 else 's'}."
    known = table[(table["topic"] >= 0) & table["lift"].notna()].sort_values("lift", kind="stable")
    if len(known):
        most = known.iloc[-1]
        topic, lift = named[int(most["topic"])], most["lift"]
        alt += f" Most above all texts: {most['code']} in {topic} ({lift:.1f} times)."
    return Plot(name, title, alt, draw_crosswalk(crosswalk, names))


def _break_lines(text: str) -> list[tuple[int, int]]:
    """First and last place of each line: as many words as fit, and a new line where the text has one."""
    lines: list[tuple[int, int]] = []
    for part in re.finditer(r"[^\n]*\n?", text):
        first = at = part.start()
        for word in re.finditer(r"\S+\s*|\s+", part.group()):
            end = part.start() + word.end()
            if _measure(text[first:end].rstrip()) > _COLUMNS and at > first:
                lines.append((first, at))
                first = at
            while _measure(text[first:end].rstrip()) > _COLUMNS:  # a word longer than a line
                cut = first + _COLUMNS // 2
                lines.append((first, cut))
                first = cut
            at = end
        if part.group():
            lines.append((first, part.end()))
    return lines


def _measure(words: str) -> int:
    """How many columns words take: two for wide characters, none for marks that sit on others."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in words
    )


def _draw_line_of_text(words: str, y: float) -> str:
    """A line, each word put where it belongs, so that a character that a font lacks shifts nothing else."""
    parts = []
    for word in re.finditer(r"\S+", _UNPRINTABLE.sub(" ", words)):
        x = _LEFT + _CHARACTER * _measure(words[: word.start()])
        parts.append(f"<tspan x='{x:.1f}'>{escape(word.group())}</tspan>")
    return f"<text y='{y:.1f}' font-size='{_LETTERS}' fill='{INK}' {_MONO}>{''.join(parts)}</text>"


def _draw_ground(x1: float, x2: float, y: float, number: int) -> str:
    return (
        f"<rect x='{x1:.1f}' y='{y - 12:.1f}' width='{x2 - x1:.1f}' height='16' fill='{_colour(number)}' "
        "fill-opacity='0.13'/>"
    )


def _draw_underline(x1: float, x2: float, y: float, number: int) -> str:
    dashes = " stroke-dasharray='5 3'" if number > len(COLOURS) else ""
    return (
        f"<line x1='{x1:.1f}' y1='{y:.1f}' x2='{x2:.1f}' y2='{y:.1f}' stroke='{_colour(number)}' "
        f"stroke-width='2'{dashes}/>"
    )


def _colour(number: int) -> str:
    return COLOURS[(number - 1) % len(COLOURS)]
