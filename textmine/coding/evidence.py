"""Where a code shows: the sentence that adds most to its score, in offsets of the text as read."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt

from textmine.coding.scorer import Scored
from textmine.coding.tokens import sentence_spans
from textmine.spans import Span

#: Above this many code points a repaired text is not aligned with its raw form; the whole text is shown.
LONGEST_ALIGNED = 20_000


def find_evidence(
    scored: Scored, applies: npt.NDArray[np.bool_], raw: Sequence[str], repaired: Sequence[str]
) -> list[tuple[int, int, Span]]:
    """For each text and code that applies, the span of its heaviest sentence in the raw text.

    ``applies`` is (texts, codes). Gives (text, code, span) in that order; a text without tokens shows
    itself whole.
    """
    found: list[tuple[int, int, Span]] = []
    starts = np.concatenate(([0], scored.sentence_ends))
    for text in np.flatnonzero(applies.any(axis=1)):
        first, last = int(starts[text]), int(starts[text + 1])
        codes = np.flatnonzero(applies[text])
        spans = [_trim(span, raw[text]) for span in _spans_in_raw(raw[text], repaired[text])]
        if last - first <= 1 or len(spans) != last - first:
            only = spans[0] if len(spans) == 1 else _trim(Span(0, len(raw[text])), raw[text])
            found += [(int(text), int(code), only) for code in codes]
            continue
        best = scored.sentences[first:last, codes].argmax(axis=0)
        found += [(int(text), int(c), spans[b]) for c, b in zip(codes, best, strict=True)]
    return found


def _spans_in_raw(raw: str, repaired: str) -> list[Span]:
    spans = sentence_spans(repaired)
    if raw == repaired:
        return spans
    if max(len(raw), len(repaired)) > LONGEST_ALIGNED:
        return [Span(0, len(raw))] * len(spans)
    return align_spans(spans, repaired, raw)


def align_spans(spans: Sequence[Span], changed: str, raw: str) -> list[Span]:
    """Spans of a changed text as spans of the text it was made from.

    A replaced stretch maps to the whole of what it replaced.

    >>> align_spans([Span(4, 6)], "off £5", "off Â£5")
    [Span(start=4, end=7)]
    """
    blocks = SequenceMatcher(None, changed, raw, autojunk=False).get_opcodes()

    def start_of(offset: int) -> int:
        for tag, a, b, c, _ in blocks:
            if a <= offset < b:
                return c + (offset - a) if tag == "equal" else c
        return len(raw)

    def end_of(offset: int) -> int:
        for tag, a, b, c, d in blocks:
            if a < offset <= b:
                return c + (offset - a) if tag == "equal" else d
        return 0

    pairs = [(start_of(span.start), end_of(span.end)) for span in spans]
    return [Span(start, max(start, end)) for start, end in pairs]


def _trim(span: Span, text: str) -> Span:
    words = span.slice(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.end - (len(words) - len(words.rstrip()))))
