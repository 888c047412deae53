"""From places as a file counts them to code points: the dialect found, quotes held to, edges kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from textmine.exchange.refi.dialects import (
    Dialect,
    Evidence,
    MarkedText,
    Ruler,
    detect_dialect,
    rate_quote,
)
from textmine.exchange.refi.facts import Selection, Source

#: How far from its place a quoted stretch is looked for.
_NEAR = 2_000


def place_selections(
    sources: Sequence[Source],
    lost: Counter[tuple[str, str]],
    *,
    origin: str = "",
    dialect: Dialect | None = None,
) -> tuple[list[Source], Dialect, Evidence]:
    """The sources with the places of their selections in code points, the dialect they were in, and why.

    A stretch that is not what its name quotes, in a file where names quote, is looked for nearby. Places
    beyond the text are moved to its edge and counted in ``lost``.
    """
    marked = [_mark(source) for source in sources if source.text is not None and source.kind != "note"]
    found, evidence = detect_dialect(marked, origin=origin)
    chosen = found if dialect is None else dialect
    names_quote = evidence.quotes >= max(1, evidence.stretches)  # 2 for each stretch that is its quote
    placed = [_place(source, chosen, lost, names_quote=names_quote) for source in sources]
    return placed, chosen, evidence


def _mark(source: Source) -> MarkedText:
    selections = [s for s in source.selections if s.start >= 0 and s.end >= 0]
    return MarkedText(
        source.text or "",
        np.array([s.start for s in selections], dtype=np.int64),
        np.array([s.end for s in selections], dtype=np.int64),
        [_quote_of(s) for s in selections],
    )


def _quote_of(selection: Selection) -> str:
    return selection.name.strip() or selection.description.strip()


def _place(source: Source, dialect: Dialect, lost: Counter[tuple[str, str]], *, names_quote: bool) -> Source:
    if source.text is None or not source.selections:
        nowhere = tuple(replace(s, start=-1, end=-1) for s in source.selections)
        return replace(source, selections=nowhere)
    text, ruler = source.text, Ruler(source.text, dialect)
    starts, ends, exact = ruler.place(
        np.array([s.start for s in source.selections], dtype=np.int64),
        np.array([s.end for s in source.selections], dtype=np.int64),
    )
    placed = []
    for selection, start, end, fits in zip(source.selections, starts, ends, exact, strict=True):
        span = (int(start), int(end))
        if selection.start < 0 or selection.end < 0:
            lost["selections without a place", "their codings are kept without one"] += 1
            placed.append(replace(selection, start=-1, end=-1))
            continue
        quote = _quote_of(selection)
        if names_quote and not rate_quote(text[slice(*span)], quote):
            near = find_near(quote, text, span[0])
            if near is not None:
                span, fits = near, np.True_
                lost["selections that are not where they say", "placed where their quoted words stand"] += 1
        if not fits:
            lost["selections beyond their text or inside a character", "moved to the nearest edge"] += 1
        if span[0] == span[1] and selection.codings:
            lost["selections of no length", "kept with their codings"] += 1
        placed.append(replace(selection, start=span[0], end=span[1]))
    return replace(source, selections=tuple(placed))


def find_near(quote: str, text: str, place: int) -> tuple[int, int] | None:
    """Where a quote of four letters or more stands nearest to a place, or None; white space must be the same.

    >>> find_near("staff", "staff and staff", 9)
    (10, 15)
    """
    if len(quote) < 4:
        return None
    low = max(0, place - _NEAR)
    inside = text[low : place + _NEAR + len(quote)]
    found = []
    at = inside.find(quote)
    while at >= 0:
        found.append(low + at)
        at = inside.find(quote, at + 1)
    if not found:
        return None
    start = min(found, key=lambda position: abs(position - place))
    return start, start + len(quote)
