"""Where a stretch stands that another tool marked: in code points or UTF-16, over any line ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textmine.errors import InputError
from textmine.offsets import OffsetMap
from textmine.spans import Span


@dataclass(frozen=True)
class Place:
    """A stretch in code points, the end exclusive; -1 for both where its place is not known."""

    start: int
    end: int

    def in_utf16(self, text: str) -> Place:
        """The same stretch in UTF-16 code units, as JavaScript counts.

        >>> Place(1, 2).in_utf16("😀a")
        Place(start=2, end=3)
        """
        span = Span(self.start, self.end).to_utf16(text)
        return Place(span.start, span.end)

    def as_span(self, code: str, text: str) -> dict[str, Any]:
        """The stretch as evidence of a code, with its words."""
        return {"code": code, "start": self.start, "end": self.end, "quote": text[self.start : self.end]}


def find_place(text: str, start: Any, end: Any, quote: Any, where: str) -> Place:
    r"""Where a stretch that another tool marked stands in a text.

    ``quote`` is what the tool says the words are. Tried in turn: offsets in code points, in UTF-16 units,
    each over the text as it is and with line ends as LF; the first under which the quote stands is taken,
    else the place of the quote that is nearest. Without a quote UTF-16 is taken where the text has
    characters beyond the basic plane and that fits, since tools that count so name no words. Raises
    ``InputError``, without the words, where nothing fits.

    >>> find_place("😀 joint bids", 3, 8, "joint", "task 1")
    Place(start=2, end=7)
    >>> find_place("😀 joint bids", 2, 7, "joint", "task 1")
    Place(start=2, end=7)
    >>> find_place("one\r\njoint bids", 4, 9, "joint", "task 1")
    Place(start=5, end=10)
    """
    first, last = _whole(start), _whole(end)
    words = quote if isinstance(quote, str) and quote else None
    if first is None or last is None or not 0 <= first < last:
        raise InputError(f"{where}: a stretch from {start} to {end}. Wanted whole numbers, the end behind.")
    lf, back = _with_lf(text)
    tried = []
    for form, to_raw in ((text, None), (lf, back)):
        for utf16 in (False, True):
            span = _span(form, first, last, utf16)
            if span is None:
                continue
            raw = span if to_raw is None else to_raw.to_raw(span)
            if words is not None and span.slice(form) == _lf(words, form is lf):
                return Place(raw.start, raw.end)
            tried.append((utf16, raw))
    if words is None:
        beyond = any(ord(char) > 0xFFFF for char in text)
        for utf16, raw in tried:
            if utf16 == beyond:
                return Place(raw.start, raw.end)
        if tried:
            return Place(tried[0][1].start, tried[0][1].end)
    else:
        near = _nearest(lf, _lf(words, True), first)
        if near is not None:
            raw = back.to_raw(near)
            return Place(raw.start, raw.end)
    raise InputError(
        f"{where}: the stretch {first} to {last} is not in a text of {len(text)} characters, or its words "
        "are others. Label the same texts that went out."
    )


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    return int(value) if isinstance(value, int | float) and value == int(value) else None


def _span(text: str, start: int, end: int, utf16: bool) -> Span | None:
    if not utf16:
        return Span(start, end) if end <= len(text) else None
    units = text.encode("utf-16-le", "surrogatepass")
    if 2 * end > len(units):
        return None
    try:
        first = len(units[: 2 * start].decode("utf-16-le"))
        return Span(first, first + len(units[2 * start : 2 * end].decode("utf-16-le")))
    except UnicodeDecodeError:  # an edge in the middle of a character
        return None


def _with_lf(text: str) -> tuple[str, OffsetMap]:
    edits, place = [], text.find("\r")
    while place >= 0:
        end = place + (2 if text[place : place + 2] == "\r\n" else 1)
        edits.append((place, end, "\n"))
        place = text.find("\r", end)
    return text.replace("\r\n", "\n").replace("\r", "\n"), OffsetMap.from_edits(len(text), edits)


def _lf(words: str, wanted: bool) -> str:
    return words.replace("\r\n", "\n").replace("\r", "\n") if wanted else words


def _nearest(text: str, words: str, start: int) -> Span | None:
    found = []
    place = text.find(words)
    while place >= 0:
        found.append(place)
        place = text.find(words, place + 1)
    if not found:
        return None
    best = min(found, key=lambda at: abs(at - start))
    return Span(best, best + len(words))
