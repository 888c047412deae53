"""Krippendorff's unitizing alpha: do coders mark the same stretches of a text, and name them alike?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from textmine.errors import InputError

Floats = npt.NDArray[np.float64]
Segment = tuple[float, float, Hashable]

#: The value of a stretch that an observer left unmarked.
GAP: Hashable = object()


@dataclass(frozen=True)
class Unitizing:
    """Agreement on stretches of one line.

    ``nominal`` (u-alpha) asks for the same stretch with the same value, ``binary`` (|u-alpha) for marked or
    not, ``coincident`` (cu-alpha) for the same value where two marked at all. NaN without variation.
    """

    nominal: float
    binary: float
    coincident: float


def measure_unitizing(
    observers: Mapping[str, Sequence[Segment]] | Sequence[Sequence[Segment]], length: float
) -> Unitizing:
    """The unitizing alphas of each observer's segments ``(start, end, value)`` on a line of ``length``.

    Ends are exclusive; what no segment covers is a gap. Segments that touch stay apart. Raises
    ``InputError`` for fewer than two observers, a segment that leaves the line, and segments of one observer
    that overlap: these alphas take each point to have one value, so ask code by code where codes overlap.
    After Krippendorff, Mathet, Bouvry and Widloecher (2016), 'On the reliability of unitizing textual
    continua', and Krippendorff (2019), 'Content analysis', section 12.6.

    >>> found = measure_unitizing({"a": [(0, 5, "A")], "b": [(2, 7, "A")]}, length=10)
    >>> round(found.nominal, 2), round(found.binary, 2)
    (0.32, 0.32)
    """
    named = dict(observers) if isinstance(observers, Mapping) else dict(enumerate(observers))
    if len(named) < 2:
        raise InputError(f"Unitizing agreement needs two observers or more; {len(named)} given.")
    lines = [fill_line(segments, length, str(name)) for name, segments in named.items()]
    values = list(dict.fromkeys(value for line in lines for *_, value in line if value is not GAP))
    place = {GAP: 0} | {value: number for number, value in enumerate(values, start=1)}
    return Unitizing(
        alpha_of_lengths(*share_lengths(lines, place)),
        alpha_of_lengths(*share_lengths(as_marked(lines), {GAP: 0, True: 1})),
        alpha_of_lengths(*share_lengths(lines, place, gaps=False)),
    )


def fill_line(segments: Sequence[Segment], length: float, name: str) -> list[Segment]:
    """The segments in order with the gaps between them."""
    line: list[Segment] = []
    at = 0.0
    for start, end, value in sorted(segments, key=lambda segment: (segment[0], segment[1])):
        if not 0 <= start < end <= length:
            raise InputError(
                f"Observer {name}: a segment {start} to {end} on a line of {length}. "
                "A segment starts at 0 or later, ends behind its start and within the line."
            )
        if start < at:
            raise InputError(
                f"Observer {name}: segments overlap at {start}. Measure each code by itself, or merge them."
            )
        if start > at:
            line.append((at, start, GAP))
        line.append((start, end, value))
        at = end
    if at < length:
        line.append((at, length, GAP))
    return line


def as_marked(lines: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """The same lines with every segment's value replaced by 'marked'; segments that touch stay apart."""
    return [[(start, end, value if value is GAP else True) for start, end, value in line] for line in lines]


def share_lengths(
    lines: Sequence[Sequence[Segment]], place: Mapping[Hashable, int], *, gaps: bool = True
) -> tuple[Floats, Floats]:
    """What ``alpha_of_lengths`` takes, for the lines of all observers; ``place`` numbers the values.

    Without ``gaps`` only what two observers have both marked counts.
    """
    together, squares = np.zeros((len(place), len(place))), np.zeros(len(place))
    starts = [[segment[0] for segment in line] for line in lines]
    for i, line in enumerate(lines):
        for start, end, value in line:
            if value is GAP and not gaps:
                continue
            met = np.zeros(len(place))
            for j, other in enumerate(lines):
                if j == i:
                    continue
                for begin, stop, theirs in islice(other, bisect_right(starts[j], start) - 1, None):
                    if begin >= end:
                        break
                    if gaps or theirs is not GAP:
                        met[place[theirs]] += min(end, stop) - max(start, begin)
            met /= len(lines) - 1
            together[place[value]] += met
            squares[place[value]] += met.sum() if value is GAP else met.sum() ** 2
    return together, squares


def alpha_of_lengths(together: Floats, squares: Floats) -> float:
    """Alpha from ``together`` (values, values), the lengths that observers share, and ``squares``, for each
    value the sum of its segments' squared lengths (a gap's plain): what a segment shares with itself.
    """  # fmt: skip
    lengths, whole = together.sum(axis=1), together.sum()
    if whole <= 0:
        return float("nan")
    scale = whole - squares.sum() / whole
    observed = whole - np.trace(together)
    expected = (whole**2 - (lengths**2).sum()) / scale if scale > 0 else 0.0
    return float(1 - observed / expected) if expected > 1e-12 else float("nan")
