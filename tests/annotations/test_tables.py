"""Tables: labels that say how units were drawn, disagreements, progress."""

from __future__ import annotations

import logging

import pandas as pd
import pytest

from textmine.annotations import AnnotationStore, Task
from textmine.errors import InputError


def task(
    unit: str, chance: float | None = None, *, role: str = "audit", sample: str = "", who: str = "ann"
) -> Task:
    return Task(annotator=who, unit_id=unit, role=role, probability=chance, sample=sample)


def test_label_has_its_draw_and_active_has_none(store: AnnotationStore) -> None:
    store.assign([task("u1", 0.2, sample="audit"), task("u2", role="active")])
    store.decide("u1", "ann", ["money"])
    store.decide("u2", "ann", [])
    frame = store.labels().set_index("unit_id")
    assert frame["sampling_role"].to_dict() == {"u1": "audit", "u2": "active"}
    assert frame.loc["u1", "inclusion_probability"] == 0.2
    assert pd.isna(frame.loc["u2", "inclusion_probability"])
    assert store.labels(sample=True)["unit_id"].tolist() == ["u1"]


def test_sample_that_grew_gives_all_its_units_the_probability_reached(store: AnnotationStore) -> None:
    store.assign([task("u1", 0.2, sample="audit")])
    store.assign([task("u2", 0.4, sample="audit")])
    for unit in ("u1", "u2"):
        store.decide(unit, "ann", [])
    assert store.labels(sample=True)["inclusion_probability"].tolist() == [0.4, 0.4]


def test_strata_of_one_sample_keep_their_own_probabilities(store: AnnotationStore) -> None:
    store.assign([task("u1", 0.2, sample="audit/low"), task("u2", 1.0, sample="audit/high")])
    for unit in ("u1", "u2"):
        store.decide(unit, "ann", [])
    assert store.labels(sample="audit")["inclusion_probability"].tolist() == [0.2, 1.0]


def test_unit_picked_first_and_drawn_later_belongs_to_the_sample(store: AnnotationStore) -> None:
    store.assign([task("u1", role="active")])
    store.decide("u1", "ann", ["money"])
    store.assign([task("u1", 0.5, sample="audit", who="ben"), task("u2", 0.5, sample="audit", who="ben")])
    store.decide("u2", "ben", [])
    frame = store.labels(sample=True)
    assert frame["unit_id"].tolist() == ["u1", "u2"]  # u1 is labelled, whoever read it


def test_unread_part_of_a_sample_is_told(store: AnnotationStore, caplog: pytest.LogCaptureFixture) -> None:
    store.assign([task(unit, 0.6, sample="audit") for unit in ("u1", "u2", "u3")])
    store.decide("u1", "ann", [])
    with caplog.at_level(logging.WARNING):
        frame = store.labels(sample=True)
    assert frame.attrs["unread"] == 2 and "Of 3 units drawn 2 are not read" in caplog.text


def test_unsettled_part_of_a_sample_is_told(store: AnnotationStore) -> None:
    store.assign([task("u1", 0.6, sample="audit", who=who) for who in ("ann", "ben")])
    store.decide("u1", "ann", ["money"])
    store.decide("u1", "ben", [])
    assert store.labels(sample=True).attrs == {"unread": 0, "unsettled": 1}


def test_unit_that_readers_differ_on_throughout_is_unsettled_and_not_unread(store: AnnotationStore) -> None:
    store.assign(
        [Task(annotator="ann", unit_id=u, role="audit", probability=0.5) for u in ("u1", "u2", "u3")]
    )
    store.decide("u1", "ann", ["money", "time"])
    store.decide("u1", "ben", [])
    store.decide("u2", "ann", [])
    found = store.labels(sample=True)
    assert found.attrs == {"unread": 1, "unsettled": 1} and found["unit_id"].tolist() == ["u2"]


def test_one_of_several_samples_has_to_be_named(store: AnnotationStore) -> None:
    store.assign([task("u1", 0.2, sample="audit"), task("u2", 0.5, sample="people")])
    store.decide("u1", "ann", [])
    store.decide("u2", "ann", [])
    with pytest.raises(InputError, match="'audit', 'people'"):
        store.labels(sample=True)
    assert store.labels(sample="people")["unit_id"].tolist() == ["u2"]


def test_labels_of_a_reread_after_a_ruling_keep_their_probability(store: AnnotationStore) -> None:
    store.assign([task("u1", 0.2, sample="audit")])
    store.decide("u1", "ann", ["money"])
    asked = store.ask("u1", "ann", "Does it count?", code="money")
    store.answer(asked.id, "olu", "It does not.", effect="narrows")
    again = store.next_task("ann")
    assert again is not None and again.purpose == "ruling"
    store.decide("u1", "ann", [], round=again.round)
    frame = store.labels(sample=True)
    assert frame[["money", "inclusion_probability"]].values.tolist() == [[0, 0.2]]


def test_disagreements_stand_side_by_side_with_their_outcome(store: AnnotationStore) -> None:
    store.decide("u1", "ann", ["money"])
    store.decide("u1", "ben", ["time"])
    store.decide("u2", "ann", ["time"])
    store.decide("u2", "ben", ["time"])
    store.adjudicate("u1", "ada", ["money"], reason="money is said")
    frame = store.disagreements()
    assert frame[["unit_id", "code", "ann", "ben", "settled"]].values.tolist() == [
        ["u1", "money", 1, 0, 1],
        ["u1", "time", 0, 1, 0],
    ]
    assert set(frame["reason"]) == {"money is said"}


def test_progress_and_pace(store: AnnotationStore) -> None:
    store.assign([task(unit) for unit in ("u1", "u2", "u3", "u4")])
    store.decide("u1", "ann", ["money"], seconds=30, spans=[{"code": "money", "start": 10, "end": 15}])
    store.decide("u2", "ann", [], seconds=10)
    store.skip("u3", "ann")
    store.ask("u4", "ann", "What is this?")
    (row,) = store.progress().to_dict("records")
    assert {k: row[k] for k in ("assigned", "open", "read", "skipped", "questions")} == {
        "assigned": 4,
        "open": 1,
        "read": 2,
        "skipped": 1,
        "questions": 1,
    }
    assert (row["per_hour"], row["per_hour_with_evidence"], row["per_hour_without_evidence"]) == (
        180,
        120,
        360,
    )


def test_decisions_table_tells_empty_from_missing(store: AnnotationStore) -> None:
    store.decide("u1", "ann", {"money": None, "time": 0}, seconds=4.5)
    frame = store.decisions()
    assert frame.loc[0, ["unit_id", "annotator", "seconds"]].tolist() == ["u1", "ann", 4.5]
    assert frame["money"].isna().tolist() == [True] and frame["time"].tolist() == [0]
