"""How sure a figure is: bootstrap samples of respondents, intervals, and what many looks cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Draws = npt.NDArray[np.float32]

#: Bootstrap samples behind every interval.
RESAMPLES = 1000
#: The normal deviate of a two-sided 95% interval.
Z95 = 1.959964


def draw_respondents(groups: Sequence[str], seed: int) -> Draws:
    """How often each text is drawn in each bootstrap sample of respondents, (RESAMPLES + 1, texts).

    Row 0 is ones: the figures themselves. A respondent's texts are drawn together. Of one respondent there
    is that row alone, for nothing can be said of how others would differ.
    """
    number = np.unique(np.asarray(groups, dtype=object), return_inverse=True)[1]
    n_groups = int(number.max(initial=-1)) + 1
    rng = np.random.default_rng(seed)
    samples = RESAMPLES if n_groups > 1 else 0
    draws = rng.multinomial(n_groups, np.full(n_groups, 1 / max(n_groups, 1)), size=samples)
    return np.vstack([np.ones(len(number)), draws[:, number]]).astype(np.float32)


def find_interval(values: Floats) -> tuple[float, float, float]:
    """A figure and its 95% percentile interval, to four decimals; NaN where the figure itself is not known.

    ``values`` holds the figure first, then what each bootstrap sample gives; samples that give none (NaN,
    such as the precision of a code that nobody was given) are left out.
    """
    value = float(values[0])
    drawn = values[1:][~np.isnan(values[1:])]
    if np.isnan(value) or not len(drawn):
        return round(value, 4), float("nan"), float("nan")
    low, high = np.percentile(drawn, [2.5, 97.5])
    return round(value, 4), round(min(float(low), value), 4), round(max(float(high), value), 4)


def name_interval(name: str, values: Floats) -> dict[str, float]:
    """A figure as three columns: ``name``, ``name_low``, ``name_high``."""
    value, low, high = find_interval(values)
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def wilson_interval(hits: Any, n: Any) -> tuple[Floats, Floats]:
    """The 95% interval of a share (Wilson 1927), which holds for few cases and for 0 and 1; NaN for none.

    >>> low, high = wilson_interval(9, 10)
    >>> round(float(low), 3), round(float(high), 3)
    (0.596, 0.982)
    """
    hits, n = np.asarray(hits, dtype=np.float64), np.asarray(n, dtype=np.float64)
    size = np.where(n > 0, n, np.nan)
    share = hits / size
    middle = (share + Z95**2 / (2 * size)) / (1 + Z95**2 / size)
    half = Z95 / (1 + Z95**2 / size) * np.sqrt(share * (1 - share) / size + Z95**2 / (4 * size**2))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def share_interval(values: Floats, cases: int) -> tuple[float, float, float]:
    """``find_interval`` for a share of ``cases`` respondents, honest where it is 0 or 1.

    Bootstrap samples of nothing but hits know no misses: 3 of 3 would seem certain. There Wilson's
    interval speaks, with each respondent as one case.
    """
    value, low, high = find_interval(values)
    if value in (0.0, 1.0):
        bottom, top = wilson_interval(value * cases, cases)
        low, high = round(float(np.fmin(low, bottom)), 4), round(float(np.fmax(high, top)), 4)
    return value, low, high


def f1_interval(
    values: Floats, precision: tuple[float, float, float], recall: tuple[float, float, float]
) -> tuple[float, float, float]:
    """``find_interval`` for an F1, as wide where it is 0 or 1 as its precision and recall are unsure."""
    value, low, high = find_interval(values)
    edges = [
        2 * p * r / (p + r) if p + r > 0 else 0.0 for p, r in zip(precision[1:], recall[1:], strict=True)
    ]
    if value == 1.0:
        low = round(float(np.fmin(low, edges[0])), 4)
    if value == 0.0:
        high = round(float(np.fmax(high, edges[1])), 4)
    return value, low, high


def adjust_holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for the number of looks (Holm 1979); NaN is no look and stays NaN.

    >>> adjust_holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=np.float64)
    looks = np.flatnonzero(~np.isnan(p))
    order = looks[np.argsort(p[looks], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    p[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(round(value, 6)) for value in p]


def p_of_no_difference(values: Floats, least_error: float = 0.0) -> float:
    """The two-sided p-value of a difference by its bootstrap standard error, which is at least
    ``least_error``; NaN where the difference is not known or its error is 0.
    """  # fmt: skip
    from math import erfc, sqrt

    drawn = values[1:][~np.isnan(values[1:])]
    if np.isnan(values[0]) or len(drawn) < RESAMPLES / 2:
        return float("nan")
    error = max(float(drawn.std(ddof=1)), least_error)
    return erfc(abs(float(values[0])) / error / sqrt(2)) if error > 1e-9 else float("nan")
