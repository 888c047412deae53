"""The late blend of some coders: the mean of their log-odds, weighed as fits held-out texts best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from textmine.coding.thresholds import Calibration, choose_stable_threshold, fit_calibration

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: What a coder may count for; the shares with the least log loss on held-out texts are taken.
SHARES = tuple(np.round(np.arange(0.0, 1.01, 0.1), 1).tolist())


@dataclass(frozen=True)
class Blend:
    """For each coder the Platt scalings of its scores, and its share in the mean of the log-odds."""

    calibrations: list[list[Calibration]]
    shares: tuple[float, ...]

    def scores(self, voices: Sequence[Floats]) -> Floats:
        """Blended log-odds, (n, codes), of the coders' scores of the same texts."""
        odds = [log_odds(c, voice) for c, voice in zip(self.calibrations, voices, strict=True)]
        return _weigh(odds, self.shares)


def fit_blend(voices: Sequence[Floats], truth: Floats) -> Blend:
    """The blend that fits each coder's scores of held-out texts, (n, codes) each; NaN truth is left out."""
    calibrations = [calibrate_each(voice, truth) for voice in voices]
    odds = [log_odds(c, voice) for c, voice in zip(calibrations, voices, strict=True)]
    known, signs = ~np.isnan(truth), np.where(truth > 0, 1.0, -1.0)
    tried = [*_divide(len(voices))]
    losses = [np.logaddexp(0, -signs * _weigh(odds, shares))[known].mean() for shares in tried]
    return Blend(calibrations, tried[int(np.argmin(losses))])


def cross_fit(voices: Sequence[Floats], truth: Floats, fold: Ints, *, seed: int = 0) -> tuple[Floats, Floats]:
    """Probabilities and decisions, (n, codes), of held-out scores, for judging how good a blend is.

    Blend, calibration and thresholds of each fold's texts come from the other folds alone.
    """
    probabilities, applies = np.full(truth.shape, np.nan), np.zeros(truth.shape)
    for k in np.unique(fold):
        test, rest = fold == k, fold != k
        blend = fit_blend([voice[rest] for voice in voices], truth[rest])
        scores = blend.scores(voices)
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


def _divide(coders: int) -> Iterator[tuple[float, ...]]:
    """All shares of so many coders."""
    for tried in _count_up(coders - 1, len(SHARES) - 1):
        first = [SHARES[n] for n in tried]
        yield (*first, max(0.0, 1 - sum(first)))


def _count_up(places: int, most: int) -> Iterator[tuple[int, ...]]:
    """So many whole numbers that add up to at most ``most``, in every way."""
    if places == 0:
        yield ()
        return
    for n in range(most + 1):
        for rest in _count_up(places - 1, most - n):
            yield (n, *rest)


def _weigh(odds: Sequence[Floats], shares: Sequence[float]) -> Floats:
    """The mean of log-odds, weighed."""
    return np.asarray(sum(share * part for share, part in zip(shares, odds, strict=True)))
