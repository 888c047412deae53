"""Likeness follows the words of the codebook, in other forms and other words too."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.coding.likeness import Likeness
from textmine.coding.static import DEFAULT_VECTORS, load_static_vectors
from textmine.locations import find_model

CODES = ["Waiting. Delay, queue, hours.", "Food. Meals, temperature, choice."]


@pytest.fixture(scope="module")
def vectors():
    return load_static_vectors(find_model(DEFAULT_VECTORS))


def test_other_forms_of_a_word_count(vectors) -> None:
    scores = Likeness(vectors, [], CODES, ["", ""]).score(["queued and delayed", "choices of a meal"])
    assert scores[0].argmax() == 0 and scores[1].argmax() == 1


def test_other_words_of_the_same_sense_count(vectors) -> None:
    assert Likeness(vectors, [], CODES, ["", ""]).score(["soup"])[0].argmax() == 1


def test_batches_give_what_one_go_gives(vectors, monkeypatch) -> None:
    texts = [f"We waited {n} hours. The soup was cold." for n in range(60)]
    like = Likeness(vectors, texts, CODES, ["", ""])
    whole = like.score(texts)
    monkeypatch.setattr("textmine.coding.likeness.BATCH", 7)
    np.testing.assert_allclose(like.score(texts), whole)


def test_code_described_in_general_words_does_not_lead_everywhere(vectors) -> None:
    texts = [f"People at the hospital said the {word} was late" for word in ("bus", "meal", "doctor")] * 20
    codes = ["People at the hospital said", "Meals and food"]
    scores = Likeness(vectors, texts, codes, ["", ""]).score(texts[:3])
    assert scores[1].argmax() == 1


def test_text_without_a_word_is_borne(vectors) -> None:
    assert np.isfinite(Likeness(vectors, ["", "!!"], CODES, ["", ""]).score(["", "...", "😀"])).all()
