"""The formulas behind corrected figures, each by itself: pseudo-outcomes, PPI++, Wilson on effective n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from textmine.errors import InputError

Floats = npt.NDArray[np.float64]

#: The normal deviate of a two-sided 95% interval.
Z95 = 1.959963984540054
#: With fewer degrees of freedom Student's t takes the place of the normal deviate.
FEW_DEGREES = 30
#: Scores are kept this far from 0 and 1 before their logit is taken.
_EDGE = 1e-6


@dataclass(frozen=True)
class Corrected:
    """A corrected share with its 95% interval (normal), standard error and the weight of the scores."""

    estimate: float
    low: float
    high: float
    se: float
    lam: float


def mix_outcomes(scores: Any, labels: Any, chances: Any, lam: float = 1.0) -> Floats:
    """Pseudo-outcomes lam f + (R / pi)(Y - lam f), a value a unit; ``labels`` is NaN where nobody read.

    Their weighted mean is an unbiased estimate of that of the labels, whatever the scores are worth
    (Angelopoulos, Duchi & Zrnic 2023; Egami, Hinck, Stewart & Wei 2023).

    >>> mix_outcomes([0.9, 0.2], [1.0, np.nan], [0.5, 0.5]).round(6).tolist()
    [1.1, 0.2]
    """
    f, y, pi = (np.asarray(given, dtype=np.float64) for given in (scores, labels, chances))
    return lam * f + np.where(np.isnan(y), 0.0, (np.nan_to_num(y) - lam * f) / pi)


def estimate_two_samples(labels: Any, scores: Any, others: Any, lam: float | None = None) -> Corrected:
    """The mean of labels from two separate samples: one read and scored, one scored alone (PPI++).

    ``labels`` and ``scores`` are of the units read, ``others`` the scores of units that nobody read. ``lam``
    is tuned where it is None. Variances are those of ppi-python 0.2.3, with which this agrees. Raises
    ``InputError`` where there are no units of one kind.

    >>> found = estimate_two_samples([1, 0, 1, 1], [1, 0, 1, 0], [1, 0, 0, 1, 0, 1], lam=1.0)
    >>> round(found.estimate, 3)
    0.75
    """
    y, f, g = (np.asarray(given, dtype=np.float64) for given in (labels, scores, others))
    if not len(y) or len(y) != len(f) or not len(g):
        raise InputError("Give a label and a score for each unit read, and scores of units not read.")
    n, m = len(y), len(g)
    if lam is None:
        spread = float(np.concatenate([f, g]).var(ddof=1))
        lam = 0.0 if spread == 0 else float(np.mean((y - y.mean()) * (f - f.mean()))) / ((1 + n / m) * spread)
    lam = min(max(lam, 0.0), 1.0)
    estimate = lam * float(g.mean()) + float((y - lam * f).mean())
    se = float(np.sqrt((y - lam * f).var() / n + lam**2 * g.var() / m))
    return Corrected(estimate, estimate - Z95 * se, estimate + Z95 * se, se, lam)


def adjust_count(share: float, *, sensitivity: float, specificity: float) -> float:
    """The share that a coder's count stands for, by its sensitivity and specificity (Rogan & Gladen 1978).

    Only right where these are the ones in this population, and the same in each of its parts. Raises
    ``InputError`` for a coder that is no better than chance.

    >>> round(adjust_count(0.30, sensitivity=0.8, specificity=0.9), 6)
    0.285714
    """
    gain = sensitivity + specificity - 1
    if gain <= 0:
        raise InputError("Sensitivity and specificity add up to 1 or less: this coder tells nothing.")
    return (share + specificity - 1) / gain


def count_effective(estimate: Any, se: Any) -> Floats:
    """How many units of a simple random sample would give this standard error (Korn & Graubard 1998).

    >>> round(float(count_effective(0.05, 0.009)), 4)
    586.4198
    """
    p, error = np.asarray(estimate, dtype=np.float64), np.asarray(se, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(p * (1 - p) / error**2)


def bound_share(estimate: Any, se: Any, *, fewest: Any = 0.0, degrees: Any = np.inf) -> tuple[Floats, Floats]:
    """The 95% interval of a share: Wilson's (1927) on the effective sample size.

    ``fewest`` is the number of units read that stand behind it: where the estimate is at 0 or 1, or so near
    that less than one unit of the effective sample carries the code (or lacks it), Wilson's interval on
    ``fewest`` speaks, widened to the plain one. With few ``degrees`` of freedom Student's t takes the place
    of the normal deviate.

    >>> [round(float(end), 6) for end in bound_share(0.05, 0.009)]
    [0.035104, 0.070753]
    """
    from scipy.special import stdtrit

    raw, error = np.asarray(estimate, dtype=np.float64), np.asarray(se, dtype=np.float64)
    p, few = np.clip(raw, 0.0, 1.0), np.asarray(fewest, dtype=np.float64)
    freedom = np.maximum(np.asarray(degrees, dtype=np.float64), 1.0)
    z = np.where(freedom < FEW_DEGREES, stdtrit(freedom, 0.975), Z95)
    size = count_effective(p, error)
    size = np.where(np.isnan(size), 0.0, size)
    lacking = ((size < few) & (np.minimum(p, 1 - p) * size < 1)) | (p <= 0) | (p >= 1)
    n = np.where(np.isinf(size), 1e18, size)
    n = np.where(lacking, few, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = middle - half, middle + half
    low = np.where(lacking, np.fmin(low, raw - z * error), low)
    high = np.where(lacking, np.fmax(high, raw + z * error), high)
    return np.clip(low, 0.0, p), np.clip(high, p, 1.0)


def fit_platt(labels: Any, scores: Any, weights: Any = None) -> Floats:
    """What each unit's chance of carrying the code is by its score: Platt's (1999) scaling, weighted.

    Smoothed targets (half a unit more of either kind) keep it off 0 and 1, so that a stratum in which nobody
    met the code is not taken for one that cannot hold it.

    >>> fit_platt([0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4]).max().round(3)
    np.float64(0.1)
    """
    y, f = np.asarray(labels, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    w = w * len(y) / w.sum()
    hits, misses = float((w * y).sum()), float((w * (1 - y)).sum())
    target = np.where(y == 1, (hits + 0.5) / (hits + 1), 0.5 / (misses + 1))
    clipped = np.clip(f, _EDGE, 1 - _EDGE)
    x = np.log(clipped / (1 - clipped))
    design = np.column_stack([np.ones(len(x)), (x - x.mean()) / max(float(x.std()), 1e-9)])
    mean = float(np.clip((w * target).mean(), _EDGE, 1 - _EDGE))
    beta = np.array([np.log(mean / (1 - mean)), 0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (w * (target - p))
        bend = (design * (w * p * (1 - p))[:, None]).T @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(bend, slope)
        step = step * min(1.0, 3.0 / max(float(np.abs(design @ step).max()), 1e-12))  # no leap past the ends
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(1 / (1 + np.exp(-np.clip(design @ beta, -30, 30))))


def compare_shares(before: Any, after: Any, covariance: Any = 0.0) -> tuple[Floats, Floats]:
    """z and the two-sided p-value of a change between two figures, each given as (estimate, se).

    ``covariance`` is that of the two estimates: 0 for separate samples, above it for a panel.

    >>> z, p = compare_shares((0.135, 0.011), (0.18, 0.012))
    >>> round(float(z), 6), round(float(p), 6)
    (2.764328, 0.005704)
    """
    from scipy.special import erfc

    (p1, e1), (p2, e2) = (tuple(np.asarray(v, dtype=np.float64) for v in pair) for pair in (before, after))
    spread = np.sqrt(np.maximum(e1**2 + e2**2 - 2 * np.asarray(covariance, dtype=np.float64), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (p2 - p1) / spread
    return np.asarray(z), np.asarray(erfc(np.abs(z) / np.sqrt(2)))


def adjust_bh(p_values: Sequence[float] | Floats) -> Floats:
    """P-values corrected for many looks so that few of the finds are false (Benjamini & Hochberg 1995).

    NaN is no look and stays NaN. For a claim that must hold by itself take ``adjust_holm``.

    >>> adjust_bh([0.01, 0.04, 0.03]).round(6).tolist()
    [0.03, 0.04, 0.04]
    """
    p = np.array(p_values, dtype=np.float64)
    looks = np.flatnonzero(~np.isnan(p))
    order = looks[np.argsort(p[looks], kind="stable")]
    steps = p[order] * len(order) / np.arange(1, len(order) + 1)
    p[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return p
