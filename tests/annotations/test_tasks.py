"""Tasks: what comes next, what is done, and how re-reads differ from first readings."""

from __future__ import annotations

import pytest

from textmine.annotations import AnnotationStore, Task
from textmine.errors import InputError


def task(unit: str, who: str = "ann", **given) -> Task:
    return Task(annotator=who, unit_id=unit, **given)


def next_unit(store: AnnotationStore, who: str = "ann") -> str | None:
    found = store.next_task(who)
    return None if found is None else found.unit_id


def test_units_come_in_order_and_end(store: AnnotationStore) -> None:
    store.assign([task("u2"), task("u1")])
    assert next_unit(store) == "u2"
    store.decide("u2", "ann", [])
    store.skip("u1", "ann")
    assert next_unit(store) is None


def test_undone_decision_brings_its_unit_back(store: AnnotationStore) -> None:
    store.assign([task("u1"), task("u2")])
    made = store.decide("u1", "ann", ["money"])
    taken = store.undo(made.id, "ann")
    assert next_unit(store) == "u1"
    store.undo(taken.id, "ann")
    assert next_unit(store) == "u2"


def test_same_task_is_not_stored_twice(store: AnnotationStore) -> None:
    assert store.assign([task("u1"), task("u1")]) == 1
    assert store.assign([task("u1"), task("u1", "ben")]) == 1


def test_task_for_a_unit_read_before_is_closed_at_once(store: AnnotationStore) -> None:
    store.decide("u1", "ann", [])
    store.assign([task("u1"), task("u2")])
    assert next_unit(store) == "u2"


def test_first_puts_tasks_before_all_others_in_their_order(store: AnnotationStore) -> None:
    store.assign([task("u1")])
    store.assign([task("u2"), task("u3")], first=True)
    assert store.tasks("ann")["unit_id"].tolist() == ["u2", "u3", "u1"]


def test_reread_waits_for_the_first_reading_and_changes_no_coding(store: AnnotationStore) -> None:
    store.assign(
        [task("u1", purpose="reread", role="reread", round=1, position=0), task("u1", round=0, position=5)]
    )
    first = store.next_task("ann")
    assert first is not None and first.purpose == "code"
    store.decide("u1", "ann", ["money"], round=first.round)
    again = store.next_task("ann")
    assert again is not None and again.purpose == "reread"
    made = store.decide("u1", "ann", ["time"], round=again.round)
    assert (made.role, made.supersedes, made.round) == ("reread", None, 1)
    assert store.coded("ann").counts() == {"money": 1, "time": 0}
    assert store.next_task("ann") is None


def test_going_back_to_a_unit_is_a_correction_not_its_reread(store: AnnotationStore) -> None:
    store.assign([task("u1"), task("u2"), task("u1", purpose="reread", role="reread")])
    first = store.decide("u1", "ann", ["money"])
    mended = store.decide("u1", "ann", ["time"])
    assert (mended.round, mended.supersedes) == (0, first.id)
    assert store.tasks("ann").query("purpose == 'reread'")["closed"].tolist() == [False]
    assert store.open_task("ann", "u1") is None  # nothing tells that a re-read is to come


def test_round_that_was_never_planned_is_refused(store: AnnotationStore) -> None:
    store.assign([task("u1")])
    with pytest.raises(InputError, match="no such reading"):
        store.decide("u1", "ann", [], round=3)


def test_others_show_only_after_ones_own_decision(store: AnnotationStore) -> None:
    assert not store.may_see_others("u1", "ann")
    made = store.decide("u1", "ann", [])
    assert store.may_see_others("u1", "ann") and not store.may_see_others("u1", "ben")
    store.undo(made.id, "ann")
    assert not store.may_see_others("u1", "ann")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"purpose": "fun"}, "No purpose"),
        ({"role": "lucky"}, "No sampling role"),
        ({"probability": 0.0}, "inclusion probability"),
        ({"role": "active", "probability": 0.5}, "active"),
    ],
)
def test_wrong_task_is_refused(store: AnnotationStore, wrong: dict, told: str) -> None:
    with pytest.raises(InputError, match=told):
        store.assign([task("u1", **wrong)])
    with pytest.raises(InputError, match="does not have"):
        store.assign([task("nowhere")])


def test_tasks_are_counted_and_listed_without_some_purposes(store: AnnotationStore) -> None:
    store.assign([task("u3"), task("u1"), task("u2"), task("u4", "ben")])
    store.assign([task("u1", purpose="adjudicate"), task("u5", purpose="drawn")])
    store.decide("u3", "ann", [])
    assert store.count_tasks("ann") == (4, 3)
    assert store.count_tasks("ann", without=["adjudicate", "drawn"]) == (3, 2)
    assert store.list_units("ann", without=["adjudicate", "drawn"]) == ["u3", "u1", "u2"]
    assert store.count_tasks("cat") == (0, 0) and store.list_units("cat") == []
