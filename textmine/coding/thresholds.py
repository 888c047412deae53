"""From scores to probabilities, and from probabilities to decisions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: A code with fewer known positives than this is not calibrated on its own scores alone.
FEWEST_POSITIVES = 2
#: A code is given to no more than so many times the texts that carry it, among those it was learned on.
MOST_GIVEN = 2.0
#: Scores that vary less than this do not vary.
SMALLEST_SPREAD = 1e-6


@dataclass(frozen=True)
class Calibration:
    """Platt scaling of one code: probability = 1 / (1 + exp(-(slope * score + intercept))), slope > 0."""

    slope: float
    intercept: float

    def probability(self, scores: Floats) -> Floats:
        """Calibrated probabilities of the scores, in [0, 1]; rising with the score."""
        return np.asarray(1 / (1 + np.exp(-np.clip(self.slope * scores + self.intercept, -50, 50))))

    def score(self, probability: float) -> float:
        """The score that has this probability.

        >>> calibration = Calibration(slope=2.0, intercept=-1.0)
        >>> round(calibration.score(float(calibration.probability(np.array([0.3]))[0])), 6)
        0.3
        """
        p = min(max(probability, 1e-9), 1 - 1e-9)
        return float((np.log(p / (1 - p)) - self.intercept) / self.slope)


def fit_calibration(scores: Floats, truth: Floats) -> Calibration:
    """Platt scaling with smoothed targets (Platt 1999; Lin, Lin & Weng 2007), by Newton's method.

    ``scores`` must come from models that did not see the texts. Where the scores do not rise with the
    truth, or one class is missing, every text gets the code's smoothed share.
    """
    positives, n = float(truth.sum()), len(truth)
    high, low = (positives + 1) / (positives + 2), 1 / (n - positives + 2)
    target = np.where(truth > 0, high, low)
    share = (positives + 1) / (n + 2)
    flat = Calibration(1e-6, float(np.round(np.log(share / (1 - share)), 6)))
    if positives < FEWEST_POSITIVES or positives > n - FEWEST_POSITIVES:
        return flat
    spread = float(np.std(scores))  # Newton's method goes astray on scores far from 1, whatever they tell
    middle, spread = (float(np.mean(scores)), spread) if spread > SMALLEST_SPREAD else (0.0, 1.0)
    scores = (scores - middle) / spread
    slope, intercept = 1.0, flat.intercept
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(slope * scores + intercept, -50, 50)))
        error, weight = target - p, np.maximum(p * (1 - p), 1e-9)
        hessian = np.array(
            [
                [(weight * scores**2).sum() + 1e-9, (weight * scores).sum()],
                [(weight * scores).sum(), weight.sum()],
            ]
        )
        step = np.linalg.solve(hessian, [(error * scores).sum(), error.sum()])
        size = max(1.0, float(np.abs(step).max()) / 3)
        slope, intercept = slope + step[0] / size, intercept + step[1] / size
        if np.abs(step).max() < 1e-10:
            break
    slope, intercept = slope / spread, intercept - slope * middle / spread
    return Calibration(float(np.round(slope, 6)), float(np.round(intercept, 6))) if slope > 1e-6 else flat


def choose_threshold(probabilities: Floats, truth: Floats) -> float:
    """The threshold with the best F1, midway between two neighbouring probabilities, to four decimals.

    Ties go to the higher threshold. A code without positives gets 1, so that nothing is coded. Where all
    probabilities are alike to four decimals they tell no text from another, and the threshold is 0.5.

    >>> choose_threshold(np.array([0.9, 0.7, 0.2]), np.array([1.0, 1.0, 0.0]))
    0.45
    """
    if truth.sum() == 0:
        return 1.0
    if np.ptp(probabilities) < 1e-4:
        return 0.5
    order = np.argsort(-probabilities, kind="stable")
    p, hits = probabilities[order], np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(p) + 1) + truth.sum())
    last_of_ties = np.append(p[:-1] > p[1:], True)
    best = int(np.argmax(np.where(last_of_ties, f1, -1)))
    below = p[best + 1] if best + 1 < len(p) else p[best] / 2
    return float(np.round((p[best] + below) / 2, 4))


def choose_stable_threshold(
    probabilities: Floats, truth: Floats, *, seed: int = 0, samples: int = 100
) -> float:
    """The threshold that coders use: halfway between what was best and what should be best, four decimals.

    What was best is the mean of the best thresholds of bootstrap samples (bagging, Breiman 1996): the best
    cut of one sample hangs on a few texts, most of all for a rare code. What should be best is half the
    highest F1 that the calibrated probabilities themselves expect (Lipton, Elkan & Naryanaswamy 2014).
    A code without positives gets 1.
    """
    if not truth.any():
        return 1.0
    rng = np.random.default_rng(seed)
    draws = (rng.integers(0, len(truth), len(truth)) for _ in range(samples))
    found = [choose_threshold(probabilities[d], truth[d]) for d in draws if truth[d].any()]
    chosen = float(np.round((np.mean(found) + expect_threshold(probabilities)) / 2, 4))
    return _hold_back(chosen, probabilities, truth)


def _hold_back(threshold: float, probabilities: Floats, truth: Floats) -> float:
    """The threshold, raised where it would give a code to far more texts than carry it.

    A code that its scores hardly tell has its best F1 where every text is given it, which nobody wants.
    """
    most = int(MOST_GIVEN * truth.sum())
    if (probabilities >= threshold).sum() <= most or most >= len(probabilities):
        return threshold
    p = np.sort(probabilities)[::-1]
    if p[most - 1] - p[most] <= 1e-4:  # alike: no text is told from another
        return max(threshold, 0.5)
    return float(np.round((p[most - 1] + p[most]) / 2, 4))


def expect_threshold(probabilities: Floats) -> float:
    """Half the highest F1 expected of any cut, if the probabilities are right.

    >>> expect_threshold(np.array([1.0, 1.0, 0.0]))
    0.5
    """
    p = np.sort(probabilities)[::-1]
    f1 = 2 * np.cumsum(p) / (np.arange(1, len(p) + 1) + p.sum())
    return float(f1.max() / 2)
