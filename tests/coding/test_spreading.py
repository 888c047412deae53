"""Spreading teaches the kernel from the texts' own cold scores."""

from __future__ import annotations

import numpy as np

from textmine.coding.spreading import FEWEST_TEXTS, spread_scores
from textmine.coding.static import DEFAULT_VECTORS, load_static_vectors
from textmine.locations import find_model


def test_words_of_alike_texts_and_their_question_come_to_count() -> None:
    texts = [f"budget {n} ledger" for n in range(30)] + [f"pupils {n} sport" for n in range(30)]
    questions = ["money"] * 30 + ["clubs"] * 30
    cold = np.array([[1.0, -1.0]] * 30 + [[-1.0, 1.0]] * 30)
    vectors = load_static_vectors(find_model(DEFAULT_VECTORS))
    scorer = spread_scores(cold, texts, questions, [str(n) for n in range(60)], vectors)
    assert scorer is not None
    ledger, sport = scorer.score(["ledger", "sport"], ["", ""]).scores
    assert ledger[0] > ledger[1] and sport[1] > sport[0]
    asked = scorer.score(["word", "word"], ["money", "clubs"]).scores
    assert asked[0, 0] > asked[1, 0]


def test_few_texts_and_flat_scores_teach_nothing() -> None:
    vectors = load_static_vectors(find_model(DEFAULT_VECTORS))
    few = ["one"] * (FEWEST_TEXTS - 1)
    assert spread_scores(np.ones((len(few), 2)), few, few, few, vectors) is None
    many = ["one"] * FEWEST_TEXTS
    assert spread_scores(np.zeros((FEWEST_TEXTS, 2)), many, many, many, vectors) is None
