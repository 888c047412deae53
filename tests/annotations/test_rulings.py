"""Ask the lead: what a ruling touches, and what it leaves alone."""

from __future__ import annotations

import pytest

from textmine.annotations import AnnotationStore
from textmine.errors import InputError


def touched(ruling) -> set[tuple[str, str]]:
    return {(event.unit_id, event.annotator) for event in ruling.touched}


@pytest.fixture
def asked(store: AnnotationStore) -> str:
    """Two readers' decisions, and a question on whether u2 is about time."""
    store.decide("u1", "ann", ["time"])
    store.decide("u2", "ann", [])
    store.decide("u3", "ben", [])  # the words of u2 but for case and spaces
    store.decide("u4", "ben", [])
    store.decide("u5", "ben", ["money", "time"])
    return store.ask("u2", "ann", "Is this about time?", code="time").id


def test_narrowing_touches_only_decisions_that_gave_the_code(store: AnnotationStore, asked: str) -> None:
    ruling = store.answer(asked, "olu", "Only hours count.", effect="narrows")
    assert touched(ruling) == {("u1", "ann"), ("u5", "ben")}


def test_a_decision_that_comes_while_the_ruling_is_written_is_queued_too(
    store: AnnotationStore, asked: str, monkeypatch
) -> None:
    record = store.record

    def record_late(event):
        if event.kind == "ruling":
            store.decide("u4", "cat", ["time"])
        return record(event)

    monkeypatch.setattr(store, "record", record_late)
    ruling = store.answer(asked, "olu", "Only hours count.", effect="narrows")
    assert touched(ruling) == {("u1", "ann"), ("u4", "cat"), ("u5", "ben")}
    assert store.next_task("cat").unit_id == "u4"


def test_widening_touches_only_decisions_on_the_same_words_that_did_not(
    store: AnnotationStore, asked: str
) -> None:
    ruling = store.answer(asked, "olu", "Saving it counts too.", effect="widens")
    assert touched(ruling) == {("u2", "ann"), ("u3", "ben")}


def test_unclear_effect_touches_both_and_others_that_are_named(store: AnnotationStore, asked: str) -> None:
    ruling = store.answer(asked, "olu", "It depends.", also=["u4"])
    assert touched(ruling) == {("u1", "ann"), ("u2", "ann"), ("u3", "ben"), ("u4", "ben"), ("u5", "ben")}


def test_other_code_later_and_undone_decisions_are_left_alone(store: AnnotationStore, asked: str) -> None:
    gone = store.decide("u3", "ann", ["time"])
    store.undo(gone.id, "ann")
    store.decide("u5", "ben", ["money"])  # takes time back
    ruling = store.answer(asked, "olu", "Only hours count.", effect="narrows")
    store.decide("u4", "ann", ["time"])
    assert touched(ruling) == {("u1", "ann")}
    assert store.rulings()["touched"].tolist() == [1]


def test_reread_comes_first_and_replaces_the_decision(store: AnnotationStore, asked: str) -> None:
    ruling = store.answer(asked, "olu", "Only hours count.", effect="narrows")
    task = store.next_task("ann")
    assert task is not None and (task.unit_id, task.purpose, task.reason) == ("u1", "ruling", ruling.event.id)
    assert store.rulings("time")["pending"].tolist() == [2]
    made = store.decide("u1", "ann", [], round=task.round)
    assert made.supersedes == store.history("u1")[0].id
    assert store.rulings("time")["pending"].tolist() == [1]
    assert store.next_task("ann") is None


def test_answer_sent_twice_is_one_ruling(store: AnnotationStore, asked: str) -> None:
    first = store.answer(asked, "olu", "Only hours count.", effect="narrows", id="r")
    task = store.next_task("ann")
    assert task is not None
    store.decide("u1", "ann", [], round=task.round)
    again = store.answer(asked, "olu", "Only hours count.", effect="narrows", id="r")
    assert again.event == first.event and touched(again) == touched(first)
    assert len(store.rulings()) == 1 and len(store.tasks("ann")) == 1


def test_ruling_taken_back_queues_nothing_more(store: AnnotationStore, asked: str) -> None:
    ruling = store.answer(asked, "olu", "Only hours count.", effect="narrows")
    taken = store.undo(ruling.event.id, "olu")
    assert store.next_task("ann") is None and store.rulings().empty
    assert store.questions(open_only=True)["id"].tolist() == [asked]
    with pytest.raises(InputError, match="Give it anew"):
        store.undo(taken.id, "olu")


def test_settled_unit_goes_back_to_the_adjudicator(store: AnnotationStore, asked: str) -> None:
    store.adjudicate("u4", "ada", ["time"], reason="said in passing")
    ruling = store.answer(asked, "olu", "Only hours count.", effect="narrows")
    assert ("u4", "ada") in touched(ruling)
    task = store.next_task("ada")
    assert task is not None and task.purpose == "adjudicate"
    store.adjudicate("u4", "ada", [], reason="no hours")
    assert store.next_task("ada") is None


def test_decisions_of_whoever_left_are_named_not_queued(store: AnnotationStore, asked: str) -> None:
    for name, role in (("ann", "annotator"), ("ben", "annotator"), ("olu", "owner")):
        store.add_annotator(name, role)
    store.revoke("ben")
    ruling = store.answer(asked, "olu", "Only hours count.", effect="narrows")
    assert touched(ruling) == {("u1", "ann")}
    assert [(event.unit_id, event.annotator) for event in ruling.left] == [("u5", "ben")]


def test_question_keeps_its_answer_beside_it(store: AnnotationStore, asked: str) -> None:
    assert store.questions(open_only=True)["text"].tolist() == ["Is this about time?"]
    ruling = store.answer(asked, "olu", "It is.")
    assert store.questions()["ruling"].tolist() == [ruling.event.id]
    assert store.questions(open_only=True).empty
    (row,) = store.rulings("time").to_dict("records")
    assert (row["text"], row["owner"], row["question"]) == ("It is.", "olu", asked)
    assert row["at"].endswith("Z") and store.rulings("money").empty


def test_ruling_needs_a_question_and_a_code(store: AnnotationStore) -> None:
    with pytest.raises(InputError, match="No question of that id"):
        store.answer("nothing", "olu", "Yes.")
    open_question = store.ask("u1", "ann", "What now?")
    with pytest.raises(InputError, match="No code"):
        store.answer(open_question.id, "olu", "Yes.")
