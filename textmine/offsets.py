"""The way back from a changed text to the text it was made from: maps of offsets that can be chained."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from textmine.spans import Span


class Edit(NamedTuple):
    """One change: ``raw[raw_start:raw_end]`` became ``clean[clean_start:clean_end]`` (code points)."""

    raw_start: int
    raw_end: int
    clean_start: int
    clean_end: int


@dataclass(frozen=True)
class OffsetMap:
    """Which stretch of a raw text each stretch of a clean text came from.

    ``edits`` are sorted and do not overlap; between them the two texts are the same, code point for code
    point. Offsets are code points and ends are exclusive, as in ``Span``.

    What the two directions promise:

    - A clean span maps to the smallest raw span it came from; an edge inside an edit takes in the whole
      edit, and text deleted beside the span stays out.
    - ``to_clean(to_raw(s))`` covers ``s``, and is ``s`` where no edge lies inside an edit.
    - A deleted raw stretch maps to an empty clean span, at the place where it stood.

    ``raw_length`` and ``clean_length`` are the lengths of the two texts in code points.

    >>> found = OffsetMap.from_edits(5, [(1, 3, " ")])       # 'a  bc' became 'a bc'
    >>> found.to_raw(Span(2, 4)), found.to_clean(Span(3, 5))
    (Span(start=3, end=5), Span(start=2, end=4))
    """

    edits: tuple[Edit, ...]
    raw_length: int
    clean_length: int

    @classmethod
    def identity(cls, length: int) -> OffsetMap:
        """The map of a text of ``length`` code points in which nothing changed.

        >>> OffsetMap.identity(3).to_raw(Span(1, 2))
        Span(start=1, end=2)
        """
        return cls((), length, length)

    @classmethod
    def from_edits(cls, raw_length: int, edits: Iterable[tuple[int, int, str | int]]) -> OffsetMap:
        """The map of edits given in order as (raw start, raw end, what stands there now, or its length).

        Takes time in proportion to the number of edits. Text inserted where nothing stood is booked on the
        code point before it (else the one behind), so that every clean stretch came from somewhere. Raises
        ``ValueError`` for edits that are out of order, overlap or lie outside the text. ``raw_length`` is the
        length of the raw text in code points.

        >>> OffsetMap.from_edits(4, [(1, 2, "xy"), (3, 4, "")]).edits[1]
        Edit(raw_start=3, raw_end=4, clean_start=4, clean_end=4)
        """
        found: list[Edit] = []
        end, shift, ahead = 0, 0, 0  # ahead: inserted before the first code point, not yet booked
        for start, stop, now in edits:
            length = now if isinstance(now, int) else len(now)
            if not end <= start <= stop <= raw_length:
                raise ValueError(f"edits must be in order and inside the text, got {start}, {stop}")
            if start == stop == 0 and raw_length:
                ahead += length
                continue
            if start == stop and not length:
                continue
            if ahead:
                found.append(Edit(0, stop, 0, ahead + length) if not start else Edit(0, 1, 0, ahead + 1))
                shift, ahead = found[-1].clean_end - found[-1].raw_end, 0
                if not start:
                    end = stop
                    continue
            edit = Edit(start, stop, start + shift, start + shift + length)
            if start == stop:
                edit = _book_on_neighbour(edit, found)
            found.append(edit)
            end, shift = edit.raw_end, edit.clean_end - edit.raw_end
        if ahead:
            found.append(Edit(0, 1, 0, ahead + 1))
            shift = ahead
        return cls(tuple(found), raw_length, raw_length + shift)

    @property
    def is_identity(self) -> bool:
        """Whether nothing changed, so that every place is its own."""
        return not self.edits

    def to_raw(self, span: Span) -> Span:
        """The raw span that a clean one came from. Raises ``ValueError`` for a span beyond the text."""
        _check(span, self.clean_length)
        return _carry(span, self._clean_starts, self._clean_ends, self._raw_starts, self._raw_ends)

    def to_clean(self, span: Span) -> Span:
        """The clean span that a raw one became. Raises ``ValueError`` for a span beyond the text."""
        _check(span, self.raw_length)
        return _carry(span, self._raw_starts, self._raw_ends, self._clean_starts, self._clean_ends)

    def then(self, later: OffsetMap) -> OffsetMap:
        """This map and a later one in one: ``later`` is of what this one's text was changed into.

        Edits that meet inside each other become one; others stay apart. Takes linear time. Raises
        ``ValueError`` where the lengths do not fit.

        >>> first = OffsetMap.from_edits(6, [(0, 2, "")])
        >>> first.then(OffsetMap.from_edits(4, [(3, 4, "")])).to_raw(Span(0, 3))
        Span(start=2, end=5)
        """
        if self.clean_length != later.raw_length:
            raise ValueError(
                f"maps do not follow each other: {self.clean_length} code points, then {later.raw_length}"
            )
        if not later.edits or not self.edits:
            edits = self.edits or later.edits
            return OffsetMap(edits, self.raw_length, later.clean_length)
        return OffsetMap(tuple(_merge(self.edits, later.edits)), self.raw_length, later.clean_length)

    @classmethod
    def compose(cls, first: OffsetMap, *later: OffsetMap) -> OffsetMap:
        """Maps of steps done one after the other, as one.

        ``first`` leads from the raw text; each of ``later`` goes on from the text that the one before made.

        >>> OffsetMap.compose(OffsetMap.identity(2), OffsetMap.identity(2)).is_identity
        True
        """
        for step in later:
            first = first.then(step)
        return first

    def invert(self) -> OffsetMap:
        """The same map turned about: what was raw is clean.

        >>> turned = OffsetMap.from_edits(5, [(1, 3, " ")]).invert()
        >>> turned.to_clean(Span(2, 4))
        Span(start=3, end=5)
        """
        turned = tuple(Edit(e.clean_start, e.clean_end, e.raw_start, e.raw_end) for e in self.edits)
        return OffsetMap(turned, self.clean_length, self.raw_length)

    def to_dict(self) -> dict[str, Any]:
        """The map as JSON holds it: both lengths, and each edit as four numbers.

        >>> OffsetMap.from_edits(2, [(0, 1, "")]).to_dict()
        {'raw_length': 2, 'clean_length': 1, 'edits': [[0, 1, 0, 0]]}
        """
        edits = [list(edit) for edit in self.edits]
        return {"raw_length": self.raw_length, "clean_length": self.clean_length, "edits": edits}

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> OffsetMap:
        """The map that ``to_dict`` made; raises ``ValueError`` where the numbers do not fit together.

        ``value`` is that dict of whole numbers.

        >>> OffsetMap.from_dict(OffsetMap.identity(4).to_dict()) == OffsetMap.identity(4)
        True
        """
        try:
            edits = tuple(Edit(*map(int, edit)) for edit in value["edits"])
            found = cls(edits, int(value["raw_length"]), int(value["clean_length"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"not an offset map: {type(error).__name__}") from None
        found._check_edits()
        return found

    def _check_edits(self) -> None:
        raw, clean = 0, 0
        for edit in (
            *self.edits,
            Edit(self.raw_length, self.raw_length, self.clean_length, self.clean_length),
        ):
            same = edit.raw_start - raw == edit.clean_start - clean >= 0
            if not same or edit.raw_end < edit.raw_start or edit.clean_end < edit.clean_start:
                raise ValueError("the edits of an offset map do not fit together")
            raw, clean = edit.raw_end, edit.clean_end

    @cached_property
    def _raw_starts(self) -> list[int]:
        return [edit.raw_start for edit in self.edits]

    @cached_property
    def _raw_ends(self) -> list[int]:
        return [edit.raw_end for edit in self.edits]

    @cached_property
    def _clean_starts(self) -> list[int]:
        return [edit.clean_start for edit in self.edits]

    @cached_property
    def _clean_ends(self) -> list[int]:
        return [edit.clean_end for edit in self.edits]


def _check(span: Span, length: int) -> None:
    if span.end > length:
        raise ValueError(f"a span that ends at {span.end} is beyond a text of {length} code points")


def _book_on_neighbour(edit: Edit, found: list[Edit]) -> Edit:
    """An insertion widened by the edit that ends there, or by the code point before it."""
    raw, _, start, end = edit
    if found and found[-1].raw_end == raw:
        last = found.pop()
        return Edit(last.raw_start, raw, last.clean_start, end)
    return Edit(raw - 1, raw, start - 1, end) if raw else edit


def _carry(
    span: Span, starts: Sequence[int], ends: Sequence[int], to_starts: Sequence[int], to_ends: Sequence[int]
) -> Span:
    """A span of one text carried to the other, over edits given by their edges in both."""
    before = bisect_right(starts, span.start) - 1  # the last edit that begins at or before the span
    if before < 0:
        start = span.start
    elif span.start == span.end and starts[before] < span.start < ends[before]:
        return Span(to_starts[before], to_ends[before])
    elif span.start < ends[before]:
        start = to_starts[before]
    else:
        start = to_ends[before] + span.start - ends[before]
    if span.start == span.end:
        return Span(start, start)
    behind = bisect_left(ends, span.end)  # the first edit that ends at or behind the span's end
    if behind == len(ends):
        end = span.end + (to_ends[-1] - ends[-1] if ends else 0)
    elif span.end > starts[behind]:
        end = to_ends[behind]
    else:
        end = to_starts[behind] - (starts[behind] - span.end)
    return Span(start, end)


def _merge(first: Sequence[Edit], later: Sequence[Edit]) -> Iterable[Edit]:
    """The edits of two maps in one, gathered where they meet in the text between the two."""
    marked = [(edit.clean_start, edit.clean_end, 0, edit) for edit in first]
    marked += [(edit.raw_start, edit.raw_end, 1, edit) for edit in later]
    marked.sort(key=lambda item: item[:3])  # two sorted runs: linear for Python's sort
    to_raw, to_clean = 0, 0  # what to add to an offset of the middle text, left of the group at hand
    place = 0
    while place < len(marked):
        start, end = marked[place][:2]
        raw, clean = to_raw, to_clean
        while place < len(marked) and (marked[place][0] < end or marked[place][:2] == (start, end)):
            _, stop, which, edit = marked[place]
            end = max(end, stop)
            if which:
                clean = edit.clean_end - edit.raw_end
            else:
                raw = edit.raw_end - edit.clean_end
            place += 1
        yield Edit(start + to_raw, end + raw, start + to_clean, end + clean)
        to_raw, to_clean = raw, clean
