"""Decisions text by text: what is learned from held-out probabilities, and what is chosen with it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from textmine.coding.decisions import (
    SingleRule,
    TextRule,
    learn_single_rule,
    learn_text_rule,
    mean_f1_of_texts,
)


def drawn(n: int = 400, codes: int = 5, *, seed: int = 0, every: bool) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated probabilities and labels drawn from them; with ``every``, no text without a code."""
    rng = np.random.default_rng(seed)
    probabilities = rng.beta(0.4, 1.6, (n, codes))
    truth = (rng.random((n, codes)) < probabilities).astype(float)
    kept = truth.any(axis=1) if every else np.ones(n, bool)
    return probabilities[kept], truth[kept]


def test_mean_f1_of_texts_is_that_of_scikit_learn_where_every_text_has_a_code() -> None:
    probabilities, truth = drawn(every=True)
    given = TextRule(0.3, at_least_one=True).choose(probabilities)
    assert mean_f1_of_texts(truth, given) == pytest.approx(f1_score(truth, given, average="samples"))


def test_a_text_without_codes_that_was_given_none_counts_one() -> None:
    assert mean_f1_of_texts(np.zeros((2, 3)), np.zeros((2, 3))) == 1.0
    assert mean_f1_of_texts(np.zeros((2, 3)), np.array([[0, 0, 0], [1, 0, 0]])) == 0.5


def test_at_least_one_code_is_learned_where_people_gave_every_text_one() -> None:
    assert learn_text_rule(*drawn(every=True)).at_least_one


def test_texts_may_stay_without_code_where_people_left_many_so() -> None:
    assert not learn_text_rule(*drawn(every=False)).at_least_one


def test_the_learned_rule_is_no_worse_on_new_texts_than_a_half() -> None:
    rule = learn_text_rule(*drawn(every=True))
    probabilities, truth = drawn(seed=1, every=True)
    half = TextRule(0.5, at_least_one=False).choose(probabilities)
    assert mean_f1_of_texts(truth, rule.choose(probabilities)) > mean_f1_of_texts(truth, half)


def test_probabilities_are_left_as_they_were() -> None:
    probabilities = np.array([[0.2, 0.1]])
    TextRule(0.5, at_least_one=True).choose(probabilities)
    assert probabilities.tolist() == [[0.2, 0.1]]


def test_no_codes_and_no_texts_are_no_error() -> None:
    assert TextRule(0.5, at_least_one=True).choose(np.zeros((2, 0))).shape == (2, 0)
    assert TextRule(0.5, at_least_one=True).choose(np.zeros((0, 3))).shape == (0, 3)


def test_leaning_gives_rare_codes_more_texts() -> None:
    probabilities = np.random.default_rng(0).dirichlet([8, 2, 1], 500)
    shares = (0.73, 0.18, 0.09)
    rare = [int((SingleRule(lean, shares).choose(probabilities) == 2).sum()) for lean in (0.0, 0.5, 1.0)]
    assert rare == sorted(rare)
    assert rare[0] < rare[2]


def test_single_rule_without_lean_takes_the_likeliest() -> None:
    probabilities = np.random.default_rng(0).random((50, 4))
    assert (SingleRule(0.0, (0.25,) * 4).choose(probabilities) == probabilities.argmax(axis=1)).all()


def test_learned_lean_has_the_best_macro_f1_of_those_tried() -> None:
    rng = np.random.default_rng(2)
    code = rng.choice(3, 600, p=[0.8, 0.15, 0.05])
    probabilities = rng.dirichlet([8, 1.5, 0.5], 600) + 0.25 * np.eye(3)[code]
    rule = learn_single_rule(probabilities, code)
    best = f1_score(code, rule.choose(probabilities), average="macro")
    for lean in np.arange(0, 1.01, 0.1):
        other = SingleRule(float(lean), rule.shares).choose(probabilities)
        assert f1_score(code, other, average="macro") <= best + 1e-6


def test_a_code_never_met_in_training_is_no_error() -> None:
    rule = learn_single_rule(np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]]), np.array([0, 1]))
    assert rule.choose(np.array([[0.6, 0.3, 0.1]])).tolist() == [0]
