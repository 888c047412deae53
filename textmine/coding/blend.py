"""The late blend of two coders: the mean of their log-odds, weighed as fits held-out texts best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from textmine.coding.thresholds import Calibration, choose_stable_threshold, fit_calibration

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: What the first coder may count for; the one with the least log loss on held-out texts is taken.
SHARES = tuple(np.round(np.arange(0.0, 1.01, 0.1), 1).tolist())


@dataclass(frozen=True)
class Blend:
    """Platt scalings of two coders' scores and the ``share`` of the first in the mean of their log-odds."""

    first: list[Calibration]
    second: list[Calibration]
    share: float

    def scores(self, first: Floats, second: Floats) -> Floats:
        """Blended log-odds, (n, codes), of the two coders' scores of the same texts."""
        return self.share * log_odds(self.first, first) + (1 - self.share) * log_odds(self.second, second)


def fit_blend(first: Floats, second: Floats, truth: Floats) -> Blend:
    """The blend that fits scores of held-out texts, (n, codes) each; NaN truth is left out."""
    of_first, of_second = calibrate_each(first, truth), calibrate_each(second, truth)
    a, b = log_odds(of_first, first), log_odds(of_second, second)
    known, signs = ~np.isnan(truth), np.where(truth > 0, 1.0, -1.0)
    losses = [np.logaddexp(0, -signs * (s * a + (1 - s) * b))[known].mean() for s in SHARES]
    return Blend(of_first, of_second, SHARES[int(np.argmin(losses))])


def cross_fit(
    first: Floats, second: Floats, truth: Floats, fold: Ints, *, seed: int = 0
) -> tuple[Floats, Floats]:
    """Probabilities and decisions, (n, codes), of held-out scores, for judging how good a blend is.

    Blend, calibration and thresholds of each fold's texts come from the other folds alone.
    """
    probabilities, applies = np.full(truth.shape, np.nan), np.zeros(truth.shape)
    for k in np.unique(fold):
        test, rest = fold == k, fold != k
        blend = fit_blend(first[rest], second[rest], truth[rest])
        scores = blend.scores(first, second)
        calibrations = calibrate_each(scores[rest], truth[rest])
        probabilities[test] = np.column_stack(
            [c.probability(scores[test, i]) for i, c in enumerate(calibrations)]
        )
        thresholds = choose_thresholds(calibrations, scores[rest], truth[rest], seed=seed)
        applies[test] = probabilities[test] >= thresholds
    return probabilities, applies


def calibrate_each(scores: Floats, truth: Floats) -> list[Calibration]:
    """A Platt scaling for each code, from held-out scores (n, codes) of texts whose code is known."""
    known = ~np.isnan(truth)
    return [fit_calibration(scores[known[:, k], k], truth[known[:, k], k]) for k in range(truth.shape[1])]


def choose_thresholds(
    calibrations: list[Calibration], scores: Floats, truth: Floats, *, seed: int = 0
) -> Floats:
    """A threshold for each code, (codes,), from held-out scores."""
    chosen = np.ones(len(calibrations))
    for k, calibration in enumerate(calibrations):
        known = ~np.isnan(truth[:, k])
        chosen[k] = choose_stable_threshold(
            calibration.probability(scores[known, k]), truth[known, k], seed=seed
        )
    return chosen


def log_odds(calibrations: list[Calibration], scores: Floats) -> Floats:
    """Calibrated log-odds, (n, codes), within ±50."""
    slopes = np.array([c.slope for c in calibrations])
    intercepts = np.array([c.intercept for c in calibrations])
    return np.asarray(np.clip(scores * slopes + intercepts, -50, 50))
