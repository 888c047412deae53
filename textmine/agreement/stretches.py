"""Where a stretch of evidence stands in its text: by its offsets, checked by its quote, or by the quote."""

from __future__ import annotations

import re
from typing import NamedTuple

from textmine.spans import Span, find_quote


class Stretch(NamedTuple):
    """Evidence as a file gives it: offsets in code points (exclusive end) or None, and the quote or ''."""

    unit: str
    code: str
    start: int | None
    end: int | None
    quote: str = ""


def place_stretch(stretch: Stretch, text: str | None) -> tuple[int, int] | None:
    """Start and end of a stretch in its text, in code points; None where it cannot be told.

    Offsets that do not show the quote are tried as UTF-16 units, as browsers and NVivo count, and then the
    quote is looked for: word for word, else with any white space between its words. Where it stands more
    than once the place nearest to the offsets counts, without offsets the first. Without a ``text`` offsets
    are taken as they are, and a quote alone has no place.

    >>> place_stretch(Stretch("u1", "money", 2, 7, "saves"), "😀 saves money")
    (2, 7)
    >>> place_stretch(Stretch("u1", "money", 3, 8, "saves"), "😀 saves money")
    (2, 7)
    """
    given = None if stretch.start is None or stretch.end is None else (stretch.start, stretch.end)
    if text is None:
        return given
    quote = stretch.quote
    if given is not None and 0 <= given[0] < given[1]:
        if given[1] <= len(text) and quote in ("", text[given[0] : given[1]]):
            return given
        if quote and given[1] <= 2 * len(text):
            span = Span.from_utf16(*given, text)
            if span.slice(text) == quote:
                return span.start, span.end
    return find_nearest(quote, text, given[0] if given else 0) if quote else None


def find_nearest(quote: str, text: str, near: int = 0) -> tuple[int, int] | None:
    """The place of a quote in a text that is nearest to an offset; None where it does not stand there.

    >>> find_nearest("joint  bids", "We won joint bids, then joint bids again.", near=30)
    (24, 34)
    """
    words = quote.split()
    if not words:
        return None
    exact = find_quote(quote, text) is not None
    pattern = re.escape(quote) if exact else r"\s+".join(map(re.escape, words))
    places = [match.span() for match in re.finditer(pattern, text)]
    return min(places, key=lambda place: abs(place[0] - near)) if places else None
