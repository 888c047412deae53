"""Whole paragraphs from hard-wrapped text: bullets joined, headings known, footnotes kept apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from textmine.reading.footnotes import GONE, take_footnotes
from textmine.reading.furniture import PageLine, drop_furniture
from textmine.reading.wraps import LineJoiner

_BULLET = re.compile(r"\s*[•▪●○◦‣\u2043■□·*–-]\s*$")
_BULLETED = re.compile(r"\s*(?:[•▪●○◦‣\u2043■□·]|[*–-](?=\s))\s*(?=\S)")
_LISTED = re.compile(r"\s*(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,5})[.)]|\d{1,2}(?:\.\d{1,2}){1,3}\.?)\s+\S")
_NUMBERED_HEADING = re.compile(r"\s*(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[A-Z]\.)\s+[A-Z]")
_PART = re.compile(
    r"\s*(?:appendix|annex|chapter|section|part|executive summary|introduction|references)\b", re.IGNORECASE
)
_ENDED = re.compile(r"[.?!:][\"'”’)\]]{0,3}$")
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|al|cf|vs|pp?|dr|mrs?|ms|prof|st|no|vol|ch|fig|eds?|etc|approx|incl)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"\((?:adapted |taken |source:? |quoted )?[^()]{2,60}\d[^()]{0,30}\)\.?$", re.IGNORECASE)
_OPEN_END = re.compile(r"\b(?:the|an?|of|in|on|at|to|for|and|or|with|by|from|as|that|which|is|are|was|were)$")
_SENTENCE = re.compile(r"[.?!][\"'”’)\]]{0,3}$")
_RUN = 5  # headings in a row; more are the lines of a table or a list


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: ``text`` without hard wraps, ``section`` the headings above it ('A > B'; '' for none).

    ``start`` and ``end`` are where it stands in the raw text, in code points. ``kind`` is text, item (of a
    list or table), heading or footnote.
    """

    text: str
    section: str
    start: int
    end: int
    kind: str = "text"


@dataclass
class _Block:
    lines: list[PageLine]
    kind: str


def find_paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs of a report or paper as a conversion to text left it, in reading order.

    Hard wraps are joined, also over the break of a page; page numbers and running heads are left out; bullets
    on a line of their own take up what follows; footnotes stand behind the paragraph they interrupt, as kind
    footnote, their marks gone from the sentence. Headings are lines set apart, short and without a full stop.

    >>> text = "Aims\\n\\nSchools share staff and they\\nshare costs with others.\\n\\n•\\n\\nOne bursar\\n"
    >>> [(part.kind, part.section, part.text) for part in find_paragraphs(text)]
    [('heading', 'Aims', 'Aims'), ('text', 'Aims', 'Schools share staff and they share costs with others.'), \
('item', 'Aims', 'One bursar')]
    """
    marked, footnotes = take_footnotes(text)
    lines = _see_pages(drop_furniture(marked)[0])
    joiner = LineJoiner(line.text for line in lines)
    blocks = _settle_runs(_divide(lines))
    found: list[Paragraph] = []
    items: set[str] = set()
    path: list[str] = []
    for number, block in enumerate(blocks):
        words = _BULLETED.sub("", joiner.join(line.text for line in block.lines), count=1)
        if not words:
            continue
        start, last = block.lines[0], block.lines[-1]
        if block.kind == "heading":
            kinds = [block.kind for block in blocks[max(0, number - 1) : number + 2]]
            around = (kinds[0] if number else "", kinds[-1] if number + 1 < len(blocks) else "")
            path = _step(path, words, around, items)
        elif block.kind == "item":
            items.add(_plain(words))
        found.append(Paragraph(words, " > ".join(path), start.start, last.start + len(last.text), block.kind))
    for note in footnotes:
        place = sum(part.start < note.anchor for part in found)
        section = found[place - 1].section if place else ""
        found.insert(
            place, Paragraph(joiner.join(note.text.split("\n")), section, note.start, note.end, "footnote")
        )
    return found


def _see_pages(lines: Sequence[PageLine]) -> list[PageLine]:
    """The lines without marks of footnotes; where few begin with one space, these are tops of pages."""
    tops = [line.text.startswith(" ") and not line.text.startswith("  ") for line in lines]
    few = 0 < sum(tops) < 0.1 * len(lines)
    return [
        replace(line, text=line.text.replace(GONE, "").rstrip(), paged=line.paged or (few and top))
        for line, top in zip(lines, tops, strict=True)
    ]


def _divide(lines: Sequence[PageLine]) -> list[_Block]:
    """Blocks of lines: a paragraph, an item or a heading each."""
    sizes = sorted(len(line.text.strip()) for line in lines) or [0]
    widest = sizes[int(0.97 * (len(sizes) - 1))]
    widths = _local_widths(lines, widest)
    blocks: list[_Block] = []
    bullets = 0
    for number, line in enumerate(lines):
        if _BULLET.match(line.text):
            bullets += 1
            continue
        before = lines[number - 1] if number else None
        own = _BULLETED.match(line.text) is not None
        if (
            before is not None
            and blocks
            and not own
            and not _breaks(blocks[-1], before, line, widths[number - 1], widest)
        ):
            blocks[-1].lines.append(line)
            continue
        after = lines[number + 1] if number + 1 < len(lines) else None
        if own or bullets or (_LISTED.match(line.text) and not _is_heading(line, after, widest)):
            kind, bullets = "item", max(0, bullets - (not own))
        else:
            kind = "heading" if _is_heading(line, after, widest) else "text"
        blocks.append(_Block([line], kind))
    return blocks


def _local_widths(lines: Sequence[PageLine], widest: int) -> list[int]:
    """For each line the width of the run it stands in, as indented parts are narrower than the page."""
    widths = [0] * len(lines)
    first = 0
    for number in range(1, len(lines) + 1):
        if number == len(lines) or lines[number].starts:
            width = max((len(line.text.strip()) for line in lines[first:number]), default=0)
            widths[first:number] = [width if number - first > 3 else max(width, widest - 8)] * (
                number - first
            )
            first = number
    return widths


def _breaks(block: _Block, before: PageLine, line: PageLine, width: int, widest: int) -> bool:
    """Whether a new block begins at ``line``."""
    last, text = before.text.strip(), line.text.strip()
    if _BULLET.match(last) or (
        _LISTED.match(text) and (_ENDED.search(last) or block.kind == "item" or line.starts)
    ):
        return True
    if block.kind == "heading":
        fits = text[:1].islower() and len(block.lines) < 3 and not line.starts and len(text) < 0.8 * widest
        return not (fits and not _SENTENCE.search(text))
    if _SOURCE.fullmatch(text) and not line.starts:
        return False
    lower = text[:1].islower() or text[:1] in ",;)"
    unfinished = not _has_ended(last)
    if line.paged or line.starts:
        cut = line.paged and unfinished and block.kind == "text" and len(last) > 0.7 * widest
        return not (cut or (lower and not _SENTENCE.search(last)))
    if lower:
        return False
    if last.startswith("(") and _SOURCE.search(last):
        return True
    fits = len(last) + 1 + len(text.split(maxsplit=1)[0]) <= width - 1
    if block.kind == "item":
        return fits and (not unfinished or last.endswith(";"))
    return fits and (not unfinished or _short(block, widest) or (text.isupper() and len(text) < 0.6 * widest))


def _has_ended(last: str) -> bool:
    """Whether a line ends a sentence rather than with an abbreviation."""
    return _ENDED.search(last) is not None and not _ABBREVIATED.search(last)


def _short(block: _Block, widest: int) -> bool:
    """Whether a block is a lone short line without an end, as the rows of tables are."""
    text = block.lines[0].text.strip()
    if _ABBREVIATED.search(text) or _OPEN_END.search(text):
        return False
    return len(block.lines) == 1 and len(text) < 0.62 * widest


def _is_heading(line: PageLine, after: PageLine | None, widest: int) -> bool:
    text = line.text.strip()
    if (
        after is None
        or len(text) > 0.9 * widest
        or len(text.split()) > 14
        or not any(char.isalpha() for char in text)
    ):
        return False
    if re.search(r"[.,;:]$", text) or not (text[0].isupper() or _NUMBERED_HEADING.match(text)) or "•" in text:
        return False
    if _OPEN_END.search(text):
        return False
    follows = after.text.strip()
    if follows[:1].islower() and not (
        len(text) + 1 + len(follows.split()[0]) <= 0.85 * widest and len(follows) < 0.7 * widest
    ):
        return False
    return after.starts or len(text) + 1 + len(follows.split(maxsplit=1)[0]) <= 0.93 * widest


def _settle_runs(blocks: list[_Block]) -> list[_Block]:
    """Blocks in which a long run of headings counts as the rows it is; parts and capitals stay headings."""
    settled: list[_Block] = []
    first = 0
    for number in range(len(blocks) + 1):
        if number < len(blocks) and blocks[number].kind == "heading":
            continue
        run = blocks[first:number]
        for block in run:
            text = block.lines[0].text.strip()
            stays = len(run) <= _RUN or _PART.match(text) or text.upper() == text
            settled.append(block if stays else replace(block, kind="item"))
        if number < len(blocks):
            settled.append(blocks[number])
        first = number + 1
    return settled


def _step(path: list[str], heading: str, around: tuple[str, str], items: set[str]) -> list[str]:
    """The headings above what follows; ``around`` holds the kinds of block before and behind the heading.

    A heading right below another is its child. One with a child, one that a list announced before
    ('Structure of the review: ...') and one that opens a part (Appendix 2) stand at the top; numbers tell
    their own level; any other is a sibling of the one before.
    """
    if numbered := re.match(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s", heading):
        return [*path[: numbered[1].count(".")], heading]
    if _PART.match(heading):
        return [heading]
    if around[0] == "heading" and len(path) < 3:
        return [*path, heading]
    announced = len(heading) > 8 and any(item.startswith(_plain(heading)) for item in items)
    return [heading] if announced or around[1] == "heading" else [*path[:-1], heading]


def _plain(words: str) -> str:
    return re.sub(r"[^a-z0-9 ]", "", words.casefold()).strip()
