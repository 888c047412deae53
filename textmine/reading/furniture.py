"""Page furniture in text that came from pages: running headers, footers, page numbers, line numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

#: Stands in a text for each character that was taken out of it, so that all others keep their place.
GONE = "\x01"

_PAGED = re.compile(
    r"(?:page|p\.?|pg\.?)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?"  # Page 3 of 6
    r"|[-–—]+\s*\d{1,4}\s*[-–—]+|\d{1,4}\s*(?:of|/)\s*\d{1,4}|\[\s*\d{1,4}\s*\]|\|\s*\d{1,4}\s*\|?",
    re.IGNORECASE,
)
_HOLDS_PAGE = re.compile(r"\bpage\s+(\d{1,4})(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_SPREAD = re.compile(r"^\S+(?: \S+){0,9} {4,}\S+(?: \S+){0,9}$")
_TOLD = re.compile(r"\d|transcri|interview|draft|confiden|project|study", re.IGNORECASE)
_LONE = re.compile(r"\d{1,4}")
_ROMAN = re.compile(r"[ivxl]{1,6}")
_CENTRED = 15  # blanks before a lone number that is no list item
_NEAR = 3  # lines above or below the break of a page that may be furniture
_NUMBERED = re.compile(r"\s{0,8}(\d{1,5})(?:\s{1,12}(\S.*))?\s*$")


@dataclass(frozen=True)
class PageLine:
    """A line that is left: ``starts`` after a blank line, ``paged`` as the first after the break of a page.

    ``start`` is where the line begins in the text it came from, in code points.
    """

    text: str
    start: int
    starts: bool
    paged: bool = False


@dataclass
class _Line:
    text: str
    start: int
    page: int
    gone: bool = False

    @property
    def bare(self) -> str:
        return self.text.strip()


def drop_furniture(text: str, *, keep: Callable[[str], bool] | None = None) -> tuple[list[PageLine], int]:
    """The lines of ``text`` without blank lines and page furniture, and how many lines were furniture.

    Pages end at form feeds or, where there are none, at their numbers. Furniture is a page number ('Page 3 of
    6', '- 4 -', a lone number that counts on) and, beside the breaks, lines that come again page after page
    (a number in them may change). ``keep`` says of a line that comes again whether it may well be speech; it
    then goes only when nearly every page has it and it has a number or a word such as 'draft' in it.

    >>> lines, count = drop_furniture("one\\n\\nPage 1 of 2\\n\\ftwo\\n\\nPage 2 of 2\\n")
    >>> [line.text for line in lines], lines[1].paged, count
    (['one', 'two'], True, 2)
    """
    lines = _split(text)
    _drop_line_numbers(lines)
    breaks = _drop_page_numbers(lines)
    _drop_running_lines(lines, breaks, keep or (lambda line: False))
    kept: list[PageLine] = []
    blank, broken = True, False
    for number, line in enumerate(lines):
        broken = broken or number in breaks or line.gone
        if line.gone or not line.bare:
            blank = blank or not line.gone
            continue
        kept.append(PageLine(line.text.rstrip(), line.start, (blank and not broken) or not kept, broken))
        blank = broken = False
    return kept, sum(line.gone for line in lines)


def _split(text: str) -> list[_Line]:
    lines: list[_Line] = []
    start = 0
    for page, sheet in enumerate(text.split("\f")):
        for row in sheet.split("\n"):
            lines.append(_Line(row, start, page, gone=GONE in row and not row.strip(f" {GONE}")))
            start += len(row) + 1
    return lines


def _drop_line_numbers(lines: Sequence[_Line]) -> None:
    """Take off the numbers that count every line, as some typists have them printed at the edge."""
    full = [line for line in lines if line.bare]
    found = [_NUMBERED.match(line.text) for line in full]
    numbers = [int(match[1]) for match in found if match]
    steps = sum(after - before == 1 for before, after in pairwise(numbers))
    if len(full) < 8 or len(numbers) < 0.8 * len(full) or steps < 0.8 * (len(numbers) - 1):
        return
    for line, match in zip(full, found, strict=True):
        if match:
            line.start += match.start(2) if match[2] else len(line.text)
            line.text = match[2] or ""


def _drop_page_numbers(lines: Sequence[_Line]) -> set[int]:
    """Mark page numbers as gone; the numbers of lines before which a page breaks."""
    feeds = {number for number in range(1, len(lines)) if lines[number].page != lines[number - 1].page}
    numbered = [number for number, line in enumerate(lines) if _PAGED.fullmatch(line.bare)]
    at_edge = [number for number in numbered if _is_apart(lines, number, feeds)]
    if len(at_edge) > 1 or (at_edge and feeds):
        for number in at_edge:
            lines[number].gone = True
    _drop_counted_heads(lines)
    lone = [number for number, line in enumerate(lines) if _LONE.fullmatch(line.bare)]
    counted = _longest_count(lines, [number for number in lone if _is_apart(lines, number, feeds)])
    if len(counted) > 1:  # then those with text right above and below count on as well
        counted = max(counted, _longest_count(lines, lone), key=len)
    if len(counted) > 1 or (counted and feeds and _beside(counted[0], feeds, lines)):
        for number in counted:
            lines[number].gone = True
    for number in lone:
        if _is_centred(lines, number):
            lines[number].gone = True
    if feeds:
        for number, line in enumerate(lines):
            if _ROMAN.fullmatch(line.bare) and _beside(number, feeds, lines):
                line.gone = True
        return feeds
    return {number + 1 for number, line in enumerate(lines) if line.gone}


def _drop_counted_heads(lines: Sequence[_Line]) -> None:
    """Mark heads and footers that hold their page's number: 'Interview 7    Page 3', the next 'Page 4'."""
    groups: dict[str, list[tuple[int, int]]] = {}
    for place, line in enumerate(lines):
        found = _HOLDS_PAGE.search(line.bare) if len(line.bare) < 160 else None
        if found and not line.gone:
            form = _form(line.bare[: found.start()] + "#" + line.bare[found.end() :])
            groups.setdefault(form, []).append((place, int(found[1])))
    for group in groups.values():
        if len(group) > 1 and all(after[1] > before[1] for before, after in pairwise(group)):
            for place, _ in group:
                lines[place].gone = True


def _is_apart(lines: Sequence[_Line], number: int, feeds: set[int]) -> bool:
    """Whether a line has a blank line or the break of a page beside it."""
    above = number == 0 or number in feeds or not lines[number - 1].bare
    below = number + 1 >= len(lines) or number + 1 in feeds or not lines[number + 1].bare
    return above or below


def _is_centred(lines: Sequence[_Line], number: int) -> bool:
    """Whether a line stands by itself in the middle or at the right of the page."""
    around = [lines[place].bare for place in (number - 1, number + 1) if 0 <= place < len(lines)]
    text = lines[number].text
    return len(text) - len(text.lstrip()) >= _CENTRED and not any(around)


def _beside(number: int, feeds: set[int], lines: Sequence[_Line]) -> bool:
    """Whether only blank lines stand between a line and the break of a page, or the end."""
    for step in (1, -1):
        place = number
        while 0 <= place < len(lines) and (place == number or not lines[place].bare or lines[place].gone):
            if (place if step < 0 else place + 1) in feeds:
                return True
            place += step
        if place >= len(lines):
            return True
    return False


def _longest_count(lines: Sequence[_Line], places: Sequence[int]) -> list[int]:
    """The longest run of places whose numbers count upward as page numbers do."""
    best: list[list[int]] = []
    for place in places[:3000]:
        value = int(lines[place].bare)
        longest: list[int] = []
        for run in reversed(best[-60:]):
            last = run[-1]
            pages = max(3, (place - last) // 12 + 2)
            if 0 < value - int(lines[last].bare) <= pages and place - last > 5 and len(run) > len(longest):
                longest = run
        best.append([*longest, place])
    return max(best, key=len, default=[])


def _drop_running_lines(lines: Sequence[_Line], breaks: set[int], keep: Callable[[str], bool]) -> None:
    """Mark headers and footers: lines beside the breaks of pages that come again."""
    if not breaks:
        return
    places = _merge_breaks(lines, breaks)
    sides = (
        [_outward(lines, place - 1, -1) for place in places] + [_outward(lines, len(lines) - 1, -1)],
        [_outward(lines, place, 1) for place in places] + [_outward(lines, 0, 1)],
    )
    for seats in sides:
        seen = {number for seat in seats for number in seat}
        counts = Counter(_form(lines[number].bare) for number in seen)
        for seat in seats:
            for number in seat:
                bare = lines[number].bare
                speech = keep(bare) and not _TOLD.search(bare)
                wanted = max(3, 0.6 * len(places)) if keep(bare) else max(2, 0.34 * len(places))
                comes_again = counts[_form(bare)] >= wanted or _is_spread(lines, number, speech)
                if not comes_again or speech or not any(map(str.isalpha, bare)):
                    break  # what lies further in is text
                lines[number].gone = True


def _is_spread(lines: Sequence[_Line], number: int, speech: bool) -> bool:
    """Whether a line beside a break is set as heads are: apart, its parts wide apart, with no full stop.

    So a head is known in a file of two pages, where it stands but once.
    """
    around = [lines[place].bare for place in (number - 1, number + 1) if 0 <= place < len(lines)]
    bare = lines[number].bare
    feeds = any(line.page > 0 for line in lines[-1:])
    return feeds and not speech and not all(around) and bool(_SPREAD.search(bare)) and bare[-1] not in ".?!,"


def _merge_breaks(lines: Sequence[_Line], breaks: set[int]) -> list[int]:
    """The breaks in order, as one where only blank lines and furniture stand between."""
    merged: list[int] = []
    for place in sorted(breaks):
        if not merged or any(line.bare and not line.gone for line in lines[merged[-1] : place]):
            merged.append(place)
    return merged


def _outward(lines: Sequence[_Line], place: int, step: int) -> list[int]:
    found: list[int] = []
    page = lines[place].page if 0 <= place < len(lines) else -1
    while 0 <= place < len(lines) and len(found) < _NEAR and lines[place].page == page:
        if lines[place].bare and not lines[place].gone:
            found.append(place)
        place += step
    return found


def _form(bare: str) -> str:
    return re.sub(r"\d+", "#", " ".join(bare.split())).casefold()
