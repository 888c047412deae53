"""Footnotes in text that came from pages: the note, its number below, and its mark in the sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from textmine.reading.furniture import GONE

__all__ = ["GONE", "Footnote", "take_footnotes"]

_REACH = 70  # lines above a note in which its mark may stand: a page and a little
_LONGEST = 12  # lines of one note
_LONE = re.compile(r"\s*(\d{1,3})\s*$")
_BULLET = re.compile(r"\s*[•▪●○◦‣\u2043■□·]\s*$")
_ENDED = re.compile(r"[.?!][\"'”’)\]]{0,3}\s*$")
_COUNTED = (
    r"(?<!figure)(?<!table)(?<!appendix)(?<!appendixes)(?<!chapter)(?<!section)(?<!year)(?<!years)(?<!stage)"
    r"(?<!page)(?<!phase)(?<!part)(?<!level)(?<!type)(?<!step)(?<!box)(?<!wave)(?<!p\.)(?<!no\.)(?<!and)(?<!or)"
    r"(?<!of)(?<!to)(?<!in)(?<!the)(?<!by)(?<!for)(?<!with)(?<!over)(?<!from)(?<!at)(?<!are)(?<!,)(?<!£)(?<!:)"
)


@dataclass(frozen=True)
class Footnote:
    """A footnote: its words, where they stand, and ``anchor``, where its mark stands (code points)."""

    text: str
    start: int
    end: int
    anchor: int


@dataclass
class _Row:
    text: str
    start: int
    gone: bool = False

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def take_footnotes(text: str) -> tuple[str, list[Footnote]]:
    """The text with ``GONE`` for each character of its footnotes and their marks, and the footnotes.

    A footnote is known by its number, which counts on from the one before and stands alone or before its
    words, and by its mark in a sentence above; both must be there. So a page number is none, nor is a list.

    >>> marked, notes = take_footnotes("Heads of schools 1 met.\\n\\nSee the glossary.\\n1\\n")
    >>> notes[0].text, marked.replace(GONE, "").strip()
    ('See the glossary.', 'Heads of schools met.')
    """
    rows: list[_Row] = []
    start = 0
    for line in re.split("[\n\f]", text):
        rows.append(_Row(line, start))
        start += len(line) + 1
    chars = list(text)
    notes: list[Footnote] = []
    expected, behind, place = 1, 0, 0
    while place < len(rows):
        row = rows[place]
        found = _LONE.match(row.text) or re.match(r"\s?(\d{1,3})\s+(?=[A-Z‘“\"(])", row.text)
        if row.gone or found is None or int(found[1]) != expected:
            place += 1
            continue
        group = _number_group(rows, place, expected)
        blocks = _find_blocks(rows, place, len(group))
        marks = _find_marks(rows, blocks, expected, behind) if blocks else []
        if not blocks or len(marks) != len(blocks):
            place += 1
            continue
        for block, mark in zip(blocks, marks, strict=True):
            words = "\n".join(re.sub(r"^\s*\d{1,3}\s+(?=[A-Z‘“\"(])", "", rows[n].text) for n in block)
            first, last = rows[block[0]], rows[block[-1]]
            notes.append(Footnote(words.strip(), first.start, last.start + len(last.text), mark[0]))
            for position in range(*mark):
                chars[position] = GONE
            behind = mark[1]
        for number in {*group, *(n for block in blocks for n in block)}:
            rows[number].gone = True
            for position in range(rows[number].start, rows[number].start + max(1, len(rows[number].text))):
                if position < len(chars) and chars[position] not in "\n\f":
                    chars[position] = GONE
        expected += len(blocks)
        place = max(place, *group, *(n for block in blocks for n in block)) + 1
    return "".join(chars), notes


def _number_group(rows: list[_Row], place: int, expected: int) -> list[int]:
    """The places of the numbers that stand one below the other here, counting on."""
    group = [place]
    if not _LONE.match(rows[place].text):
        return group
    while group[-1] + 1 < len(rows):
        following = _LONE.match(rows[group[-1] + 1].text)
        if following is None or int(following[1]) != expected + len(group):
            break
        group.append(group[-1] + 1)
    return group


def _find_blocks(rows: list[_Row], place: int, count: int) -> list[list[int]]:
    """The lines of the notes whose numbers begin at ``place``: before these, on their line, or behind."""
    if not _LONE.match(rows[place].text):
        return [_run(rows, place, 1)] if place == 0 or rows[place - 1].blank or rows[place - 1].gone else []
    above = _run(rows, place - 1, -1) if place else []
    if above:
        return _split(rows, above, count)
    below = place + count
    while below < len(rows) and rows[below].blank and below < place + count + 2:
        below += 1
    found = _run(rows, below, 1) if count == 1 and below < len(rows) else []
    return [found] if found else []


def _run(rows: list[_Row], place: int, step: int) -> list[int]:
    """The lines from here to the next blank one or the top of a page; none if that is far."""
    run: list[int] = []
    while 0 <= place < len(rows) and not rows[place].blank and not rows[place].gone:
        text = rows[place].text
        if _BULLET.match(text) or _LONE.match(text) or (step > 0 and run and text.startswith(" ")):
            break
        run.append(place)
        if len(run) > _LONGEST:
            return []
        place += step
    return run if step > 0 else run[::-1]


def _split(rows: list[_Row], run: list[int], count: int) -> list[list[int]]:
    """A run of lines as so many notes: each new one begins after a line that ends a sentence."""
    blocks = [[run[0]]]
    for number in run[1:]:
        new = _ENDED.search(rows[number - 1].text) and rows[number].text.strip()[:1].isupper()
        if new and len(blocks) < count:
            blocks.append([number])
        else:
            blocks[-1].append(number)
    return blocks if len(blocks) == count else []


def _find_marks(
    rows: list[_Row], blocks: list[list[int]], expected: int, behind: int
) -> list[tuple[int, int]]:
    """Where the mark of each note stands in the text above them, with the space before it."""
    first = blocks[0][0]
    marks: list[tuple[int, int]] = []
    for number in range(expected, expected + len(blocks)):
        pattern = re.compile(
            rf"(?<=[^\W\d_]|[\d).,;’”\"'])(?P<mark>{_COUNTED} ?(?<![\d£]){number})(?=[.,;:)]?(?:\s|$))",
            re.IGNORECASE,
        )
        best: tuple[int, int] | None = None
        for row in rows[max(0, first - _REACH) : first]:
            if row.gone or _LONE.match(row.text):
                continue
            for found in pattern.finditer(row.text):
                span = row.start + found.start("mark"), row.start + found.end("mark")
                if span[0] >= behind and (best is None or _weight(found) >= 1):
                    best = span
        if best is None:
            return []
        marks.append(best)
        behind = best[1]
    return marks


def _weight(found: re.Match[str]) -> int:
    """How much a number looks like a mark: at a line's end or before a stop more than between words."""
    return (
        1
        if re.match(r"[.,;:)]?\s*$|[.,;:]", found.string[found.end() :]) or not found["mark"].startswith(" ")
        else 0
    )
