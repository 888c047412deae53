"""Spans: code points, UTF-16 and back, merging, finding a quote."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.spans import Span, find_quote, merge_spans

spans = st.tuples(st.integers(0, 40), st.integers(0, 9)).map(lambda p: Span(p[0], p[0] + p[1]))


@st.composite
def text_and_span(draw: st.DrawFn) -> tuple[str, Span]:
    text = draw(st.text(st.sampled_from("a é😀\r\n👩‍🏫")) | st.text())
    start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    return text, Span(start, end)


@given(text_and_span())
def test_utf16_and_back_is_the_same_span(pair: tuple[str, Span]) -> None:
    text, span = pair
    there = span.to_utf16(text)
    assert Span.from_utf16(there.start, there.end, text) == span
    units = text.encode("utf-16-le")
    assert units[2 * there.start : 2 * there.end].decode("utf-16-le") == span.slice(text)


def test_emoji_is_one_code_point_and_two_units() -> None:
    assert Span(1, 2).to_utf16("😀😀b") == Span(2, 4)
    assert len(Span(1, 2)) == 1


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [(1, 2, Span(1, 2)), (1, 3, Span(1, 2)), (2, 3, Span(1, 2)), (2, 4, Span(1, 3)), (3, 4, Span(2, 3)),
     (0, 1, Span(0, 1)), (0, 2, Span(0, 2)), (2, 2, Span(2, 2))],
)  # fmt: skip
def test_edge_inside_an_emoji_takes_in_the_whole(start: int, end: int, span: Span) -> None:
    assert Span.from_utf16(start, end, "a😀b") == span
    assert Span.from_utf16(start + 2, end + 2, "éça😀b") == Span(span.start + 2, span.end + 2)


def test_half_a_character_counts_as_one_unit() -> None:
    """Broken text keeps halves of emoji: they are counted, not refused."""
    text = "a\ud83d b\ude00"
    assert Span(1, 5).to_utf16(text) == Span(1, 5)
    assert Span.from_utf16(2, 5, text) == Span(2, 5)
    assert Span.from_utf16(1, 2, text) == Span(1, 2)
    assert Span.from_utf16(4, 5, text) == Span(4, 5)


def test_span_cannot_be_changed_and_can_be_counted() -> None:
    with pytest.raises(AttributeError):
        Span(1, 2).start = 0  # type: ignore[misc]
    assert len({Span(1, 2), Span(1, 2), Span(1, 3)}) == 2


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2)])
def test_span_that_ends_before_it_starts_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="0 <= start <= end"):
        Span(start, end)


@given(spans, spans)
def test_overlap_is_a_shared_code_point(one: Span, other: Span) -> None:
    shared = set(range(one.start, one.end)) & set(range(other.start, other.end))
    if len(one) and len(other):
        assert one.overlaps(other) == other.overlaps(one) == bool(shared)


@given(st.lists(spans))
def test_merging_covers_the_same_with_the_fewest(several: list[Span]) -> None:
    merged = merge_spans(several)
    covered = {i for span in several for i in range(span.start, span.end)}
    assert {i for span in merged for i in range(span.start, span.end)} == covered
    assert all(a.end < b.start for a, b in itertools.pairwise(merged))
    assert merge_spans(merged) == merged


@given(st.text(), st.text())
def test_quote_is_found_word_for_word(before: str, quote: str) -> None:
    text = f"{before}{quote}…"
    found = find_quote(quote, text)
    assert found is None if not quote else found is not None and found.slice(text) == quote
    assert find_quote("not in it", "text") is None


def test_quote_that_stands_twice_is_found_at_its_first_place() -> None:
    assert find_quote("bids", "bids and bids") == Span(0, 4)
