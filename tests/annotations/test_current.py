"""The coding now: one reader's, what all agree on, what was settled; with its evidence."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.agreement import measure_agreement
from textmine.annotations import AnnotationStore
from textmine.errors import InputError


def test_readers_who_differ_leave_the_code_open(store: AnnotationStore) -> None:
    store.decide("u1", "ann", ["money"])
    store.decide("u1", "ben", ["money", "time"])
    decisions = store.coded().decisions
    assert decisions.loc["u1", "money"] == 1.0 and np.isnan(decisions.loc["u1", "time"])
    assert store.coded("ben").counts() == {"money": 1, "time": 1}


def test_adjudicator_has_the_last_word_only_where_asked(store: AnnotationStore) -> None:
    store.decide("u1", "ann", ["money"])
    store.decide("u1", "ben", [])
    store.adjudicate("u1", "ada", ["time"], reason="both missed it")
    store.adjudicate("u1", "ada", ["money"], reason="on second thoughts")
    assert store.coded(adjudicated=True).counts() == {"money": 1, "time": 0}
    assert store.coded().decisions.loc["u1"].isna().tolist() == [True, False]


def test_units_come_in_the_order_of_the_corpus(store: AnnotationStore) -> None:
    for unit in ("u3", "u1", "u2"):
        store.decide(unit, "ann", [])
    coded = store.coded("ann")
    assert list(coded.decisions.index) == ["u1", "u2", "u3"]
    assert coded.texts is not None and coded.texts["u1"].startswith("😀")


def test_evidence_counts_while_its_code_is_given(store: AnnotationStore) -> None:
    store.add_evidence("u1", "ann", "money", 10, 15)
    store.decide("u1", "ann", ["money"])
    spans = store.coded("ann").spans
    assert spans[["start", "end", "quote", "coder"]].values.tolist() == [[10, 15, "money", "ann"]]
    store.decide("u1", "ann", ["time"])
    assert store.coded("ann").spans.empty


def test_undone_evidence_is_gone_and_the_same_stretch_stands_once(store: AnnotationStore) -> None:
    store.decide("u1", "ann", ["money"], spans=[{"code": "money", "start": 10, "end": 15}])
    store.add_evidence("u1", "ann", "money", 10, 15)
    extra = store.add_evidence("u1", "ann", "money", 0, 1)
    assert store.coded("ann").spans["quote"].tolist() == ["😀", "money"]
    store.undo(extra.id, "ann")
    assert store.coded("ann").spans["quote"].tolist() == ["money"]


def test_stance_is_kept_with_and_without_a_stretch(store: AnnotationStore) -> None:
    stances = {"money": "denies", "time": "mixed"}
    spans = [{"code": "money", "start": 0, "end": 5}]
    store.decide("u5", "ann", ["money", "time"], stances=stances, spans=spans)
    spans = store.coded("ann").spans
    assert spans[["code", "start", "stance"]].values.tolist() == [
        ["money", 0, "denies"],
        ["time", -1, "mixed"],
    ]


def test_adjudicators_evidence_stands_instead_of_the_readers(store: AnnotationStore) -> None:
    whole, word = {"code": "money", "start": 0, "end": 14}, {"code": "money", "start": 0, "end": 5}
    store.decide("u5", "ann", ["money"], spans=[whole])
    store.decide("u5", "ben", ["money", "time"], spans=[{"code": "time", "start": 10, "end": 14}])
    store.adjudicate("u5", "ada", ["money", "time"], reason="both are said", spans=[word])
    spans = store.coded(adjudicated=True).spans
    assert spans[["code", "quote", "coder"]].values.tolist() == [
        ["money", "Money", "ada"],
        ["time", "time", "ben"],
    ]


def test_codings_can_be_held_against_each_other(store: AnnotationStore) -> None:
    for unit, codes in {"u1": ["money"], "u2": ["time"], "u3": [], "u5": ["money"]}.items():
        store.decide(unit, "ann", codes)
        store.decide(unit, "ben", codes)
    agreement = measure_agreement(*store.codings().values())
    assert agreement is not None and set(store.codings()) == {"ann", "ben"}


def test_unknown_annotator_is_told_who_there_is(store: AnnotationStore) -> None:
    store.decide("u1", "ann", [])
    with pytest.raises(InputError, match="Decided so far: ann"):
        store.coded("ben")
