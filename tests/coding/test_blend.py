"""Two coders' scores averaged: what fits best is taken, and a fold is judged by the others alone."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.coding.blend import SHARES, calibrate_each, choose_thresholds, cross_fit, fit_blend, log_odds
from textmine.coding.thresholds import Calibration

N = 400


@pytest.fixture
def truth() -> np.ndarray:
    return (np.random.default_rng(0).random((N, 2)) < 0.3).astype(float)


def scores_of(truth: np.ndarray, noise: float, seed: int) -> np.ndarray:
    return truth * 4 - 2 + np.random.default_rng(seed).normal(0, noise, truth.shape)


def log_loss(scores: np.ndarray, truth: np.ndarray) -> float:
    return float(np.logaddexp(0, -np.where(truth > 0, 1, -1) * scores).mean())


def test_coder_that_knows_more_counts_for_more(truth: np.ndarray) -> None:
    good, poor = scores_of(truth, 1.0, 1), scores_of(truth, 9.0, 2)
    assert fit_blend([good, poor], truth).shares[0] > 0.7
    assert fit_blend([poor, good], truth).shares[0] < 0.3


def test_blend_of_two_that_err_apart_is_better_than_each(truth: np.ndarray) -> None:
    one, two = scores_of(truth, 2.5, 1), scores_of(truth, 2.5, 2)
    blend = fit_blend([one, two], truth)
    both = log_loss(blend.scores([one, two]), truth)
    assert 0.2 < blend.shares[0] < 0.8
    assert both < min(
        log_loss(log_odds(blend.calibrations[0], one), truth),
        log_loss(log_odds(blend.calibrations[1], two), truth),
    )


def test_each_of_three_that_err_apart_counts(truth: np.ndarray) -> None:
    voices = [scores_of(truth, 2.5, seed) for seed in (1, 2, 3)]
    blend, of_two = fit_blend(voices, truth), fit_blend(voices[:2], truth)
    assert sum(blend.shares) == pytest.approx(1) and min(blend.shares) > 0.1
    assert log_loss(blend.scores(voices), truth) < log_loss(of_two.scores(voices[:2]), truth)
    silent = np.random.default_rng(9).normal(0, 1, truth.shape)
    assert fit_blend([*voices[:2], silent], truth).shares == (
        *of_two.shares[:1],
        pytest.approx(of_two.shares[1]),
        0,
    )


def test_scale_of_either_coders_scores_does_not_matter(truth: np.ndarray) -> None:
    one, two = scores_of(truth, 2.0, 1), scores_of(truth, 2.0, 2)
    plain, scaled = fit_blend([one, two], truth), fit_blend([one * 0.01 + 3, two * 30], truth)
    assert plain.shares == scaled.shares
    found = scaled.scores([one * 0.01 + 3, two * 30])
    assert np.abs(found - plain.scores([one, two])).max() < 0.1


def test_unknown_labels_are_left_out(truth: np.ndarray) -> None:
    one, two = scores_of(truth, 2.0, 1), scores_of(truth, 3.0, 2)
    gaps = np.where(np.arange(N)[:, None] < 300, truth, np.nan)
    with_gaps, without = fit_blend([one, two], gaps), fit_blend([one[:300], two[:300]], truth[:300])
    assert with_gaps == without


def test_every_share_is_one_of_those_tried(truth: np.ndarray) -> None:
    assert SHARES[0] == 0.0 and SHARES[-1] == 1.0 and len(SHARES) == 11
    assert fit_blend([scores_of(truth, 1, 1), scores_of(truth, 1, 2)], truth).shares[0] in SHARES


def test_log_odds_stay_within_bounds() -> None:
    found = log_odds([Calibration(1.0, 0.0)], np.array([[1e9], [-1e9], [2.0]]))
    assert found.tolist() == [[50.0], [-50.0], [2.0]]


def test_fold_is_judged_by_blend_and_thresholds_of_the_others(truth: np.ndarray) -> None:
    one, two, fold = scores_of(truth, 2.0, 1), scores_of(truth, 2.0, 2), np.arange(N) % 4
    before, applies = cross_fit([one, two], truth, fold)
    turned = truth.copy()
    turned[fold == 2] = 1 - turned[fold == 2]
    after, applies_after = cross_fit([one, two], turned, fold)
    assert after[fold == 2].tolist() == before[fold == 2].tolist()
    assert applies_after[fold == 2].tolist() == applies[fold == 2].tolist()
    assert after[fold == 1].tolist() != before[fold == 1].tolist()
    assert ((before >= 0) & (before <= 1)).all() and set(np.unique(applies)) == {0.0, 1.0}
    assert (applies == truth).mean() > 0.8


def test_threshold_of_each_code_is_its_own(truth: np.ndarray) -> None:
    scores = scores_of(truth, 2.0, 1)
    calibrations = calibrate_each(scores, truth)
    chosen = choose_thresholds(calibrations, scores, truth)
    assert chosen.shape == (2,) and ((chosen > 0) & (chosen < 1)).all()
    rare = truth.copy()
    rare[:, 1] = np.where(np.arange(N) < 60, truth[:, 1], np.nan)
    assert choose_thresholds(calibrations, scores, rare)[0] == chosen[0]
