"""Where a code shows: the sentence that adds most to its score, in offsets of the text as read."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt

from textmine.coding.scorer import Scored
from textmine.coding.tokens import sentence_spans
from textmine.spans import Span

#: How far ahead the two forms of a text are compared, in code points, before looking farther.
WINDOW = 64


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
        spans = _spans_in_raw(raw[text], repaired[text])
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


def _spans_in_raw(raw: str, repaired: str) -> list[Span]:
    spans = sentence_spans(repaired)
    if raw == repaired:
        return spans  # they begin and end with a mark or a letter
    return [_trim(span, raw) for span in align_spans(spans, repaired, raw)]


def align_spans(spans: Sequence[Span], changed: str, raw: str) -> list[Span]:
    """Spans of a changed text as spans of the text it was made from.

    A replaced stretch maps to the whole of what it replaced.

    >>> align_spans([Span(4, 6)], "off £5", "off Â£5")
    [Span(start=4, end=7)]
    """
    blocks = _equal_blocks(changed, raw)

    def start_of(offset: int) -> int:
        before = 0
        for a, b, size in blocks:
            if offset < a:
                return before
            if offset < a + size:
                return b + offset - a
            before = b + size
        return before

    def end_of(offset: int) -> int:
        after = len(raw)
        for a, b, size in reversed(blocks):
            if offset > a + size:
                return after
            if offset > a:
                return b + offset - a
            after = b
        return after

    pairs = [(start_of(span.start), end_of(span.end)) for span in spans]
    return [Span(start, max(start, end)) for start, end in pairs]


def _equal_blocks(left: str, right: str) -> list[tuple[int, int, int]]:
    """Where two forms of a text agree: (start in left, start in right, length), in order.

    A window slides over both, so a long text takes time in proportion to its length.
    """
    blocks: list[tuple[int, int, int]] = []
    a = b = 0
    window = WINDOW
    while a < len(left) and b < len(right):
        same = _common_prefix(left, right, a, b)
        if same:
            blocks.append((a, b, same))
            a, b, window = a + same, b + same, WINDOW
        elif right[b].isspace():  # repair thins out white space
            a, b = a + left[a].isspace(), b + 1
        else:
            matcher = SequenceMatcher(None, left[a : a + window], right[b : b + window], autojunk=False)
            found = matcher.get_matching_blocks()  # the last is empty
            if max(block.size for block in found) >= 4 or (len(found) > 1 and window > WINDOW):
                a, b = a + found[0].a, b + found[0].b
            elif window < max(len(left) - a, len(right) - b):
                window *= 4
            else:
                break
    return blocks


def _common_prefix(left: str, right: str, a: int, b: int) -> int:
    size = 0
    step = WINDOW
    while step:
        if left[a + size : a + size + step] == right[b + size : b + size + step]:
            done = min(len(left) - a, len(right) - b) - size
            if done <= step:
                return size + done
            size += step
        else:
            step //= 2
    return size


def _trim(span: Span, text: str) -> Span:
    words = span.slice(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.end - (len(words) - len(words.rstrip()))))
