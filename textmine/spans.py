"""Stretches of text, counted in Unicode code points as Python counts them, the end exclusive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """A stretch ``text[start:end]`` of a text.

    Offsets are code points (an emoji is one), ``end`` is exclusive, an empty span is allowed.
    Raises ``ValueError`` when ``start`` is negative or behind ``end``.

    >>> Span(0, 5).slice("Joint training")
    'Joint'
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span needs 0 <= start <= end, got {self.start}, {self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def slice(self, text: str) -> str:
        """The words of ``text`` under this span."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one code point.

        ``other`` is a span of the same text.
        """
        return self.start < other.end and other.start < self.end

    def to_utf16(self, text: str) -> Span:
        """The same stretch counted in UTF-16 code units, as JavaScript and NVivo count.

        >>> Span(1, 2).to_utf16("😀a")
        Span(start=2, end=3)
        """
        before = _utf16_length(text[: self.start])
        return Span(before, before + _utf16_length(self.slice(text)))

    @classmethod
    def from_utf16(cls, start: int, end: int, text: str) -> Span:
        """The code-point span of a stretch given in UTF-16 code units of ``text``.

        An edge inside a character of two units (an emoji) takes in the whole character.

        >>> Span.from_utf16(2, 3, "😀a")
        Span(start=1, end=2)
        """
        units = text.encode("utf-16-le", "surrogatepass")
        if start < end and _is_inside_a_pair(units, start):
            start -= 1
        first = len(units[: 2 * start].decode("utf-16-le", "surrogatepass"))
        inside = len(units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass"))
        return cls(first, first + inside)


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """The fewest spans that cover the same code points, in order; touching ones become one.

    >>> merge_spans([Span(4, 6), Span(0, 2), Span(1, 4)])
    [Span(start=0, end=6)]
    """
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def find_quote(quote: str, text: str) -> Span | None:
    """Where ``quote`` stands in ``text`` word for word, or None.

    >>> find_quote("joint bids", "We won joint bids.")
    Span(start=7, end=17)
    """
    start = text.find(quote) if quote else -1
    return None if start < 0 else Span(start, start + len(quote))


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _is_inside_a_pair(units: bytes, at: int) -> bool:
    """Whether the place before the code unit ``at`` lies between the two halves of one character."""
    around = units[2 * at - 2 : 2 * at + 2]
    return len(around) == 4 and len(around.decode("utf-16-le", "surrogatepass")) == 1
