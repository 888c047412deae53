"""Coherence, diversity, outliers and agreement: the known answers."""

from __future__ import annotations

from math import isnan

import pytest

from textmine.errors import InputError
from textmine.topics.quality import compare_topics, measure_diversity, measure_npmi, measure_outliers

DOCS = [["wait", "long", "queue"], ["wait", "long"], ["staff", "kind"], ["staff", "kind", "wait"],
        ["food", "cold"]]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "answer"),
    [("wait long", 0.5575), ("wait queue", 0.3174), ("long queue", 0.5693), ("wait long queue", 0.4814),
     ("staff kind food", -1 / 3)],
)  # fmt: skip
def test_npmi_is_as_worked_out_by_hand(words: str, answer: float) -> None:
    assert measure_npmi([words.split()], DOCS)[0] == pytest.approx(answer, abs=5e-5)
    assert measure_npmi([words.split()], [" ".join(d) for d in DOCS])[0] == pytest.approx(answer, abs=5e-5)


def test_npmi_of_one_word_is_unknown_and_of_words_in_every_text_is_one() -> None:
    assert isnan(measure_npmi([["wait"]], DOCS)[0])
    assert measure_npmi([["a", "b"]], [["a", "b"], ["b", "a"]]) == [1.0]


def test_diversity_counts_different_words() -> None:
    assert measure_diversity([["a", "b"], ["a", "b"]]) == 0.5
    assert isnan(measure_diversity([]))


def test_outlier_share_comes_with_wilsons_interval() -> None:
    found = measure_outliers([0] * 9 + [-1])
    assert found["share"] == 0.1 and found["n"] == 10
    assert (found["low"], found["high"]) == pytest.approx((0.0179, 0.4042), abs=1e-4)


def test_agreement_beyond_chance() -> None:
    found = compare_topics([0, 0, 1, 1, 2, 2], [1, 1, 0, 0, 0, 2])
    assert found["ari"] == pytest.approx(0.4444444, abs=1e-6)
    assert found["ami"] == pytest.approx(0.5023607, abs=1e-6)
    with pytest.raises(InputError, match="3 and 2"):
        compare_topics([0, 1, 2], [0, 1])
