"""Undo, redo and correction."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from textmine.annotations.events import Event
from textmine.annotations.standing import find_current, find_live, find_rounds_done, find_standing


def decision(id: str, supersedes: str | None = None, *, who: str = "ann", **given) -> Event:
    return Event(id=id, kind="decision", unit_id="u", annotator=who, supersedes=supersedes, round=0, **given)


def undo(id: str, of: str) -> Event:
    return Event(id=id, kind="undo", unit_id="u", annotator="ann", supersedes=of)


def test_undo_of_an_undo_brings_it_back() -> None:
    events = [decision("a"), undo("b", "a"), undo("c", "b")]
    assert find_standing(events) == {"a": "live", "b": "undone", "c": "live"}


def test_correction_of_a_correction_leaves_only_the_last() -> None:
    events = [decision("a"), decision("b", "a"), decision("c", "b")]
    assert find_standing(events) == {"a": "replaced", "b": "replaced", "c": "live"}


def test_undo_of_the_last_correction_brings_back_the_one_before() -> None:
    events = [decision("a"), decision("b", "a"), decision("c", "b"), undo("d", "c")]
    assert [event.id for event in find_live(events, ["decision"])] == ["b"]


def test_two_annotators_each_have_a_decision_in_force() -> None:
    events = [decision("a", seq=1), decision("b", who="ben", seq=2), decision("c", "a", seq=3)]
    assert [event.id for event in find_current(events)] == ["b", "c"]


def test_reading_stays_done_when_corrected_and_opens_when_undone() -> None:
    corrected = [decision("a"), decision("b", "a")]
    assert find_rounds_done(corrected) == {("ann", "u", 0)}
    assert find_rounds_done([decision("a"), undo("b", "a")]) == set()


@given(st.lists(st.integers(0, 30), max_size=30))
def test_standing_is_that_of_a_stack_played_forward(targets: list[int]) -> None:
    """Undoing one after another, always the last that stands, empties the list from its end."""
    events = [decision(f"d{n}") for n in range(5)]
    stack = [event.id for event in events]
    for number, target in enumerate(targets):
        if stack and target % 2:
            events.append(undo(f"x{number}", stack.pop()))
        else:
            events.append(decision(f"n{number}"))
            stack.append(f"n{number}")
    assert [event.id for event in find_live(events, ["decision"])] == stack
