"""Lines that were broken where the page ended: wraps in mid-sentence, cut words, bullets by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from textmine.cleaning.tracked import Edits, finish
from textmine.offsets import OffsetMap

#: A line shorter than this was not broken for want of room.
NARROWEST = 40

_BULLETS = "•·▪▫◦‣●○■□➢➤►✓✔\uf0b7\uf0a7\uf0d8"
_BULLET_LINE = re.compile(rf"(?m)^[ \t]*(?:[{_BULLETS}]|[-*–—o]|\(?(?:\d{{1,2}}|[a-z])[.)])[ \t]*$")
_TRUE_BULLET = re.compile(rf"[{_BULLETS}]")
_ITEM = re.compile(rf"(?:[{_BULLETS}]|[-*–—>]\s|\(?(?:\d{{1,3}}|[A-Za-z])[.)]\s|\d{{1,2}} [-–] |#|\|)")
_LABEL = re.compile(r"[A-Z][\w .'’-]{0,30}:(?:\s|$)")
_FINAL = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_CUT = re.compile(r"([^\W\d_]{2,})-$")
_REST = re.compile(r"([^\W\d_]{2,})")
_FIRST_WORD = re.compile(r"\S+")

# Beginnings that keep their hyphen: 'well-being', 'co-operation', 'self-esteem'.
_KEEP_WORDS = """
well self non co pre post ex cross multi inter semi half full part high low long short year key one
two three four five six mid all anti pro under over hard ill decision evidence school trust
community child parent teacher time cost face to day end up term off on
"""
_KEEP_HYPHEN = frozenset(_KEEP_WORDS.split())


def join_bullets(text: str) -> tuple[str, OffsetMap]:
    r"""The text with each bullet that stands on a line by itself joined to the line it belongs to.

    A hyphen, an asterisk, an 'o' or a number counts as a bullet where two or more stand so.

    >>> join_bullets("•\nJoint training\n•\nShared cover")[0]
    '• Joint training\n• Shared cover'
    """
    lone = [found for found in _BULLET_LINE.finditer(text)]
    if not lone:
        return finish(text, [])
    edits: Edits = []
    for found in lone:
        if len(lone) == 1 and not _TRUE_BULLET.search(found[0]):
            continue
        mark = found[0].rstrip()
        gap = re.compile(r"[ \t]*\n(?:[ \t]*\n)?[ \t]*").match(text, found.start() + len(mark))
        if gap is None or gap.end() == len(text) or text[gap.end()] == "\n":
            continue
        if _BULLET_LINE.match(text, gap.end()):  # another bullet by itself: this one is empty
            continue
        edits.append((gap.start(), gap.end(), " "))
    return finish(text, edits)


def join_hard_wraps(text: str) -> tuple[str, OffsetMap]:
    r"""The text with lines joined that were broken in mid-sentence for want of room.

    A line is joined to the next where the next one's first word had no room on it (the widest line of the
    paragraph tells how much there was), every line but the last was as full, and some sentence runs on in
    small letters; of two lines one has to lean on the other with an 'of', an 'and' or a cut word. Lists,
    labels and blank lines are left as they are. A word cut with a hyphen is put together; 'well-being' and
    words that the text has with a hyphen keep it.

    >>> join_hard_wraps("We share a lead for special needs with the\nother schools, and the cost is low.")[0]
    'We share a lead for special needs with the other schools, and the cost is low.'
    """
    if "\n" not in text:
        return finish(text, [])
    edits: Edits = []
    for block in _blocks(text):
        if len(block) > 1:
            edits += _joins(text, block)
    return finish(text, edits)


# Words that no answer ends with, and words that none begins with.
_ON_WORDS = """
a an the this these my our your their his her its of to in on at for with from by about into and or but so as
than that which who whose when where while if because is are was were be been being has have had do does
did not very more we they i you he she it can could will would should may might must
"""
_LEANS_ON = frozenset(_ON_WORDS.split())
_BACK_WORDS = """
and or but so of to in on at for with from by about into than that which who whose when where while because is
are was were be been has have had does did the a an as our their its
"""
_LEANS_BACK = frozenset(_BACK_WORDS.split())


@dataclass(frozen=True)
class _Line:
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def _blocks(text: str) -> Iterator[list[_Line]]:
    """Runs of lines that may be one paragraph: cut at blank lines and before items and labels."""
    block: list[_Line] = []
    start = 0
    for line in text.split("\n"):
        if not line.strip() or _ITEM.match(line) or _LABEL.match(line):
            if block:
                yield block
            block = []
        if line.strip():
            block.append(_Line(start, line))
        start += len(line) + 1
    if block:
        yield block


def _joins(text: str, block: Sequence[_Line]) -> Iterator[tuple[int, int, str]]:
    width = max(len(line.text.rstrip()) for line in block)
    if width < NARROWEST:
        return
    for part in _paragraphs(block, width):
        breaks = _pairs(part)
        if not all(_had_no_room(line.text, after.text, width) for line, after in breaks):
            continue  # a list, or verse: some line ends though there was room
        runs_on = [_runs_on(line.text, after.text) for line, after in breaks]
        wrapped = len(part) > 2 and any(runs_on)
        for (line, after), on in zip(breaks, runs_on, strict=True):
            if wrapped or (on and _leans(line.text, after.text)):
                yield _join(text, line, after)


def _join(text: str, line: _Line, after: _Line) -> tuple[int, int, str]:
    start = line.start + len(line.text.rstrip())
    stop = after.start + len(after.text) - len(after.text.lstrip())
    cut, rest = _CUT.search(line.text.rstrip()), _REST.match(after.text.lstrip())
    if cut is None or rest is None or not rest[1].islower():
        return start, stop, " "
    keep = _keeps_hyphen(cut[1], rest[1], text)
    return (start, stop, "") if keep else (start - 1, stop, "")


def _paragraphs(block: Sequence[_Line], width: int) -> Iterator[list[_Line]]:
    """A block cut behind each line that ends a sentence and left room for the next word."""
    part: list[_Line] = []
    for line, after in [*_pairs(block), (block[-1], None)]:
        part.append(line)
        ends = after is None or (_FINAL.search(line.text) and not _had_no_room(line.text, after.text, width))
        if ends:
            yield part
            part = []


def _pairs(block: Sequence[_Line]) -> list[tuple[_Line, _Line]]:
    return list(pairwise(block))


def _had_no_room(line: str, after: str, width: int) -> bool:
    word = _FIRST_WORD.search(after)
    return word is not None and len(line.rstrip()) + 1 + len(word[0]) > width


def _runs_on(line: str, after: str) -> bool:
    after = after.lstrip()
    return not _FINAL.search(line.rstrip()) and after[:1].islower()


def _leans(line: str, after: str) -> bool:
    """Whether one of two lines needs the other: a cut word, or a small word that ends or begins no answer."""
    last, first = line.split()[-1], after.split()[0]
    cut = _CUT.search(line.rstrip())
    return cut is not None or last.casefold() in _LEANS_ON or first.rstrip(",").casefold() in _LEANS_BACK


def _keeps_hyphen(first: str, rest: str, text: str) -> bool:
    if f"{first}-{rest}" in text:
        return True
    if f"{first}{rest}" in text:
        return False
    return first.casefold() in _KEEP_HYPHEN
