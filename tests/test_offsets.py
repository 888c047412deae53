"""Maps of offsets: what they promise, for edits of every kind and however they are chained."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.offsets import Edit, OffsetMap
from textmine.spans import Span


def changed(text: str, edits: list[tuple[int, int, str]]) -> str:
    for start, end, now in reversed(edits):
        text = text[:start] + now + text[end:]
    return text


@st.composite
def edited(draw: st.DrawFn, raw: str | None = None) -> tuple[str, list[tuple[int, int, str]]]:
    """A text and edits of it in order: deletions, replacements and insertions."""
    text = draw(st.text(max_size=20)) if raw is None else raw
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(places[::2], places[1::2], strict=False))
    return text, [(start, end, draw(st.text("xyé", max_size=3))) for start, end in pairs]


def all_spans(length: int) -> list[Span]:
    return [Span(start, end) for start in range(length + 1) for end in range(start, length + 1)]


def check_promises(raw: str, clean: str, found: OffsetMap) -> None:
    edges = {edge for edit in found.edits for edge in range(edit.clean_start + 1, edit.clean_end)}
    for span in all_spans(len(clean)):
        back = found.to_clean(found.to_raw(span))
        assert back.start <= span.start <= span.end <= back.end
        if not {span.start, span.end} & edges:
            assert back == span
    done = 0
    for edit in (*found.edits, Edit(len(raw), len(raw), len(clean), len(clean))):
        same = Span(done, edit.raw_start)
        assert found.to_clean(same).slice(clean) == same.slice(raw)
        done = edit.raw_end


@given(edited())
def test_every_clean_span_goes_to_raw_and_back(case: tuple[str, list[tuple[int, int, str]]]) -> None:
    raw, edits = case
    found = OffsetMap.from_edits(len(raw), edits)
    clean = changed(raw, edits)
    assert (found.raw_length, found.clean_length) == (len(raw), len(clean))
    if raw:
        check_promises(raw, clean, found)


@given(st.data())
def test_chains_keep_the_promises_and_agree_with_one_after_the_other(data: st.DataObject) -> None:
    raw, edits = data.draw(edited())
    if not raw:
        return
    found, text, steps = OffsetMap.from_edits(len(raw), edits), changed(raw, edits), []
    for _ in range(data.draw(st.integers(1, 3))):
        if not text:
            break
        _, edits = data.draw(edited(text))
        steps.append(OffsetMap.from_edits(len(text), edits))
        text = changed(text, edits)
    whole = OffsetMap.compose(found, *steps)
    check_promises(raw, text, whole)
    for span in all_spans(len(text)):
        one_by_one = span
        for step in reversed([found, *steps]):
            one_by_one = step.to_raw(one_by_one)
        at_once = whole.to_raw(span)
        if len(span) and len(one_by_one):
            assert at_once.start <= one_by_one.start <= one_by_one.end <= at_once.end


@given(edited())
def test_turning_about_twice_changes_nothing(case: tuple[str, list[tuple[int, int, str]]]) -> None:
    raw, edits = case
    found = OffsetMap.from_edits(len(raw), edits)
    turned = found.invert()
    assert turned.invert() == found
    for span in all_spans(len(raw)):
        assert turned.to_raw(span) == found.to_clean(span)


@given(edited())
def test_map_survives_json(case: tuple[str, list[tuple[int, int, str]]]) -> None:
    found = OffsetMap.from_edits(len(case[0]), case[1])
    assert OffsetMap.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_chaining_is_the_same_whichever_two_come_first() -> None:
    one = OffsetMap.from_edits(8, [(0, 2, ""), (5, 7, "xyz")])
    two = OffsetMap.from_edits(7, [(3, 5, "q")])
    three = OffsetMap.from_edits(6, [(0, 1, ""), (5, 6, "")])
    assert one.then(two).then(three) == one.then(two.then(three))


def test_deleted_stretch_is_an_empty_clean_span() -> None:
    found = OffsetMap.from_edits(6, [(2, 4, "")])
    assert found.to_clean(Span(2, 4)) == Span(2, 2)
    assert found.to_clean(Span(3, 4)) == Span(2, 2)
    assert found.to_raw(Span(0, 2)) == Span(0, 2)
    assert found.to_raw(Span(2, 4)) == Span(4, 6)
    assert found.to_raw(Span(1, 3)) == Span(1, 5)


def test_edits_that_touch_stay_apart() -> None:
    found = OffsetMap.from_edits(6, [(0, 2, "a"), (2, 4, "b")])
    assert found.to_raw(Span(0, 1)) == Span(0, 2)
    assert found.to_raw(Span(1, 2)) == Span(2, 4)


def test_edits_of_two_steps_that_touch_stay_apart() -> None:
    first = OffsetMap.from_edits(6, [(0, 2, "a")])
    both = first.then(OffsetMap.from_edits(5, [(1, 3, "b")]))
    assert both.edits == (Edit(0, 2, 0, 1), Edit(2, 4, 1, 2))


def test_edits_may_give_the_length_of_what_stands_there_now() -> None:
    assert OffsetMap.from_edits(4, [(1, 2, 3)]) == OffsetMap.from_edits(4, [(1, 2, "xyz")])


def test_map_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        OffsetMap.identity(3).raw_length = 4  # type: ignore[misc]


def test_inserted_text_is_booked_on_its_neighbour() -> None:
    assert OffsetMap.from_edits(2, [(1, 1, "xx")]).edits == (Edit(0, 1, 0, 3),)
    assert OffsetMap.from_edits(2, [(0, 0, "xx")]).edits == (Edit(0, 1, 0, 3),)
    assert OffsetMap.from_edits(2, [(0, 1, "y"), (1, 1, "x")]).edits == (Edit(0, 1, 0, 2),)


@pytest.mark.parametrize("edits", [[(2, 1, "")], [(0, 2, ""), (1, 3, "")], [(0, 9, "")]])
def test_edits_out_of_order_are_refused(edits: list[tuple[int, int, str]]) -> None:
    with pytest.raises(ValueError, match="in order"):
        OffsetMap.from_edits(4, edits)


def test_spans_beyond_the_text_are_refused() -> None:
    with pytest.raises(ValueError, match="beyond"):
        OffsetMap.identity(3).to_raw(Span(2, 4))
    with pytest.raises(ValueError, match="follow"):
        OffsetMap.identity(3).then(OffsetMap.identity(4))


@pytest.mark.parametrize(
    "value",
    [{}, {"raw_length": 3, "clean_length": 3, "edits": [[0, 1, 0]]},
     {"raw_length": 3, "clean_length": 3, "edits": [[0, 1, 0, 0]]},
     {"raw_length": 3, "clean_length": 2, "edits": [[2, 1, 2, 0]]},
     {"raw_length": 3, "clean_length": 4, "edits": [[2, 1, 2, 2]]},
     {"raw_length": 4, "clean_length": 3, "edits": [[2, 2, 2, 1]]}],
)  # fmt: skip
def test_numbers_that_are_no_map_are_refused(value: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="offset map"):
        OffsetMap.from_dict(value)


def test_refused_map_says_what_is_wrong_with_it() -> None:
    with pytest.raises(ValueError, match="KeyError"):
        OffsetMap.from_dict({})


def test_many_edits_take_time_in_proportion() -> None:
    started = time.process_time()
    n = 100_000
    found = OffsetMap.from_edits(4 * n, [(i, i + 1, "") for i in range(0, 4 * n, 4)])
    later = OffsetMap.from_edits(3 * n, [(i, i + 2, "x") for i in range(0, 3 * n, 3)])
    assert len(found.then(later).edits) >= n
    assert found.to_raw(Span(3 * n - 1, 3 * n)) == Span(4 * n - 1, 4 * n)
    assert time.process_time() - started < 10
