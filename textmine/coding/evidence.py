"""Where a code shows: the sentence that adds most to its score, in offsets of the text as read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from textmine.cleaning import clean_text
from textmine.coding.scorer import Scored
from textmine.coding.tokens import sentence_spans
from textmine.spans import Span


def find_evidence(
    scored: Scored, applies: npt.NDArray[np.bool_], raw: Sequence[str], repaired: Sequence[str]
) -> list[tuple[int, int, Span]]:
    """For each text and code that applies, the span of its heaviest sentence in the raw text.

    ``applies`` is (texts, codes). Gives (text, code, span) in that order; a text without tokens shows
    itself whole.
    """
    found: list[tuple[int, int, Span]] = []
    starts = np.concatenate(([0], scored.sentence_ends))
    for text in np.flatnonzero(applies.any(axis=1)).tolist():
        first, last = int(starts[text]), int(starts[text + 1])
        codes = np.flatnonzero(applies[text])
        spans = find_sentences(raw[text], repaired[text])
        if last - first <= 1 or len(spans) != last - first:
            only = spans[0] if len(spans) == 1 else _trim(Span(0, len(raw[text])), raw[text])
            found += [(text, int(code), only) for code in codes]
            continue
        shares = scored.sentences[first:last, codes]
        wordless = [not any(map(str.isalnum, span.slice(raw[text]))) for span in spans]
        if not all(wordless):  # a mark by itself, as the second of '?!', is no evidence
            shares = np.where(np.array(wordless)[:, None], -np.inf, shares)
        best = shares.argmax(axis=0)
        found += [(text, int(c), spans[b]) for c, b in zip(codes, best, strict=True)]
    return found


def find_sentences(raw: str, repaired: str) -> list[Span]:
    """The sentences of a repaired text, as spans of the text as it was read.

    >>> [span.slice("Â£5 off!  Good") for span in find_sentences("Â£5 off!  Good", "£5 off! Good")]
    ['Â£5 off!', 'Good']
    """
    spans = sentence_spans(repaired)
    if raw == repaired:
        return spans  # they begin and end with a mark or a letter
    way_back = clean_text(raw).map
    return [_trim(way_back.to_raw(span), raw) for span in spans]


def _trim(span: Span, text: str) -> Span:
    words = span.slice(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.end - (len(words) - len(words.rstrip()))))
