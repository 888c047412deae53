"""Drift: held against oneself and against the others, block by block."""

from __future__ import annotations

import pytest

from textmine.annotations import AnnotationStore, Task
from textmine.errors import InputError


def read_twice(store: AnnotationStore, unit: str, first: list[str], again: list[str]) -> None:
    store.assign([Task(annotator="ann", unit_id=unit)])
    store.decide(unit, "ann", first)
    store.assign([Task(annotator="ann", unit_id=unit, purpose="reread", role="reread")])
    task = store.next_task("ann")
    assert task is not None and task.purpose == "reread"
    store.decide(unit, "ann", again, round=task.round)


def test_rereads_are_held_against_the_first_reading(store: AnnotationStore) -> None:
    read_twice(store, "u1", ["money"], ["money"])
    read_twice(store, "u2", ["time"], ["time", "money"])
    (row,) = store.drift("ann").to_dict("records")
    assert (row["measure"], row["units"], row["same"], row["shift"]) == ("reread", 2, 0.5, 0.5)


def test_blocks_show_the_change_over_time(store: AnnotationStore) -> None:
    for unit in ("u1", "u2"):
        read_twice(store, unit, ["money"], ["money"])
    for unit in ("u3", "u4"):
        read_twice(store, unit, ["money"], [])
    frame = store.drift("ann", block=2)
    assert frame["same"].tolist() == [1.0, 0.0] and frame["shift"].tolist() == [0.0, -1.0]
    assert frame["block"].tolist() == [1, 2]


def test_change_that_a_ruling_asked_for_is_no_drift(store: AnnotationStore) -> None:
    store.assign([Task(annotator="ann", unit_id="u5")])
    store.decide("u5", "ann", ["money", "time"])
    asked = store.ask("u1", "ann", "What counts as time?", code="time")
    store.answer(asked.id, "olu", "Hours only.", effect="widens")
    store.assign([Task(annotator="ann", unit_id="u5", purpose="reread", role="reread")])
    store.decide("u5", "ann", ["money"], round=1)
    (row,) = store.drift("ann").to_dict("records")
    assert (row["units"], row["same"]) == (1, 1.0)


def test_calibration_is_held_against_what_was_settled_else_the_majority(store: AnnotationStore) -> None:
    for name in ("ann", "ben", "cleo", "dot"):
        store.assign(
            [Task(annotator=name, unit_id=u, purpose="calibration", role="calibration") for u in ("u1", "u2")]
        )
    store.decide("u1", "ann", ["money"])
    store.decide("u2", "ann", ["time"])
    for name in ("ben", "cleo"):
        store.decide("u1", name, [])
        store.decide("u2", name, ["time"])
    store.decide("u2", "dot", [])
    (row,) = store.drift("ann").to_dict("records")
    assert (row["measure"], row["units"], row["same"], row["shift"]) == ("calibration", 2, 0.5, 0.5)
    store.adjudicate("u1", "ada", ["money"], reason="it is said")
    assert store.drift("ann")["same"].tolist() == [1.0]


def test_nothing_read_twice_gives_an_empty_table(store: AnnotationStore) -> None:
    store.decide("u1", "ann", ["money"])
    assert store.drift("ann").empty
    with pytest.raises(InputError, match="at least one"):
        store.drift("ann", block=0)
