"""Probabilities rise with the score, and thresholds cut where F1 is best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from textmine.coding.thresholds import Calibration, choose_threshold, fit_calibration

score = st.floats(-3, 3)
labelled = st.lists(st.tuples(score, st.booleans()), min_size=1, max_size=40)


def arrays(pairs: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    scores, truth = zip(*pairs, strict=True)
    return np.array(scores), np.array(truth, dtype=float)


def f1_at(threshold: float, probabilities: np.ndarray, truth: np.ndarray) -> float:
    given_ = probabilities >= threshold
    return 2 * float((given_ * truth).sum()) / max(given_.sum() + truth.sum(), 1)


@given(labelled, st.lists(score, min_size=2))
def test_probability_rises_with_the_score(pairs: list[tuple[float, bool]], scores: list[float]) -> None:
    calibration = fit_calibration(*arrays(pairs))
    probabilities = calibration.probability(np.sort(np.array(scores)))
    assert calibration.slope > 0
    assert (np.diff(probabilities) >= 0).all()
    assert ((probabilities >= 0) & (probabilities <= 1)).all()


def test_probabilities_add_up_to_the_smoothed_positives() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=400)
    truth = (rng.random(400) < 1 / (1 + np.exp(-2 * scores + 1))).astype(float)
    positives, n = truth.sum(), len(truth)
    smoothed = positives * (positives + 1) / (positives + 2) + (n - positives) / (n - positives + 2)
    calibration = fit_calibration(scores, truth)
    assert calibration.probability(scores).sum() == pytest.approx(smoothed, abs=1e-2)
    assert calibration.slope == pytest.approx(2, abs=0.5)


@pytest.mark.parametrize("truth", [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1], [1, 1, 0, 0]])
def test_scores_that_tell_nothing_give_everyone_the_smoothed_share(truth: list[float]) -> None:
    scores = np.array([-2.0, -1.0, 1.0, 2.0])
    probabilities = fit_calibration(scores, np.array(truth)).probability(scores)
    np.testing.assert_allclose(probabilities, (sum(truth) + 1) / 6, atol=1e-4)


def test_far_scores_do_not_overflow() -> None:
    assert Calibration(9.0, 0.0).probability(np.array([-1e9, 1e9])).tolist() == pytest.approx([0, 1])


@given(labelled)
def test_no_other_cut_has_a_better_f1(pairs: list[tuple[float, bool]]) -> None:
    scores, truth = arrays(pairs)
    probabilities = np.round((scores + 3) / 6, 3)
    assume(truth.any() and np.ptp(probabilities) > 1e-3)
    threshold = choose_threshold(probabilities, truth)
    best = max(f1_at(p, probabilities, truth) for p in probabilities)
    assert f1_at(threshold, probabilities, truth) == pytest.approx(best)
    assert threshold > 0 or probabilities.min() == 0


def test_code_without_positives_is_never_given() -> None:
    assert choose_threshold(np.array([0.2, 0.9]), np.zeros(2)) == 1.0


@pytest.mark.parametrize(("share", "n_given"), [(0.01, 0), (0.6, 50)])
def test_probabilities_all_alike_give_the_code_to_all_or_to_none(share: float, n_given: int) -> None:
    probabilities = share + np.linspace(0, 1e-6, 50)
    truth = np.zeros(50)
    truth[: max(1, int(50 * share))] = 1
    assert (probabilities >= choose_threshold(probabilities, truth)).sum() == n_given


@pytest.mark.parametrize("scale", [0.001, 1, 4, 30, 1000])
@pytest.mark.parametrize("shift", [0, 5, 30])
def test_calibration_does_not_depend_on_the_scale_of_the_scores(scale: float, shift: float) -> None:
    """Newton's method went astray on scores of a network, which spread wider than those of the fast tier."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        truth = (rng.random(400) < (0.03, 0.1, 0.3)[seed % 3]).astype(float)
        scores = truth * 4 - 2 + rng.normal(0, 2, 400)
        wanted = fit_calibration(scores, truth).probability(scores)
        other = (scores + shift) * scale
        assert fit_calibration(other, truth).probability(other) == pytest.approx(wanted, abs=0.01)
