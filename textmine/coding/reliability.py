"""Whether a coder's probabilities can be taken at their word: calibration error and reliability table."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coding.comparison import ALL_CODES, Comparison
from textmine.coding.intervals import Draws, wilson_interval

Floats = npt.NDArray[np.float64]

BINS = 10
#: Makes of people's codes as the probabilities would have them, for the error that chance gives.
_SIMULATIONS = 200


def expected_calibration_error(probabilities: Floats, truth: Floats, *, bins: int = BINS) -> float:
    """Mean gap between probability and share of truth over equal-width bins (Guo et al. 2017), in [0, 1].

    >>> expected_calibration_error(np.array([0.05, 0.95]), np.array([0.0, 1.0]))
    0.05
    """
    if not len(truth) or np.isnan(probabilities).any():
        return float("nan")
    gaps = np.bincount(_place(probabilities, bins), truth - probabilities, minlength=bins)
    return float(np.round(np.abs(gaps).sum() / len(truth), 4))


def draw_calibration_errors(comparison: Comparison, *, bins: int = BINS) -> Floats:
    """The calibration error per bootstrap sample and code, (samples, codes); NaN for a code without any.

    A small sample has a larger error even where the probabilities are right, so what the samples give is
    moved to spread about the error itself.
    """
    found = np.full((len(comparison.draws), len(comparison.codes)), np.nan)
    for k in range(len(comparison.codes)):
        known = comparison.known[:, k]
        p, truth = comparison.probabilities[known, k], comparison.real[known, k]
        value = expected_calibration_error(p, truth, bins=bins)
        if np.isnan(value):
            continue
        drawn = _weighted_errors(p, truth, comparison.draws[1:, known], bins)
        found[0, k] = value
        if not np.isnan(drawn).all():
            found[1:, k] = np.maximum(drawn - np.nanmean(drawn) + value, 0.0)
    return found


def find_chance_errors(comparison: Comparison, *, bins: int = BINS) -> Floats:
    """The calibration error that each code would show if its probabilities were exactly right, (codes,).

    Few texts a bin leave a gap by chance alone; an error at about this size shows no fault. Mean over made
    truths, each text's code drawn with its probability.
    """
    rng = np.random.default_rng(comparison.seed)
    found = np.full(len(comparison.codes), np.nan)
    for k in range(len(comparison.codes)):
        p = comparison.probabilities[comparison.known[:, k], k]
        if not len(p) or np.isnan(p).any():
            continue
        in_bin = np.eye(bins)[_place(p, bins)]
        made = rng.random((_SIMULATIONS, len(p))) < p
        found[k] = np.abs((made - p) @ in_bin).sum(axis=1).mean() / len(p)
    return np.round(found, 4)


def measure_reliability(comparison: Comparison, *, bins: int = BINS) -> pd.DataFrame:
    """The reliability table: for each code, and all together, a row a bin of probability that holds any text.

    Columns: ``code, bin_low, bin_high, n, mean_probability, share`` (of texts to which people gave the code),
    ``share_low, share_high`` (Wilson, 95%). Where the coder is calibrated, the share is the probability.
    """
    rows: list[dict[str, Any]] = []
    known = comparison.known & ~np.isnan(comparison.probabilities)
    rows += _reliability_rows(ALL_CODES, comparison.probabilities[known], comparison.real[known], bins)
    for k, code in enumerate(comparison.codes):
        seen = known[:, k]
        rows += _reliability_rows(code, comparison.probabilities[seen, k], comparison.real[seen, k], bins)
    columns = ["code", "bin_low", "bin_high", "n", "mean_probability", "share", "share_low", "share_high"]
    return pd.DataFrame(rows, columns=columns)


def _place(probabilities: Floats, bins: int) -> npt.NDArray[np.int64]:
    return np.minimum((probabilities * bins).astype(np.int64), bins - 1)


def _weighted_errors(p: Floats, truth: Floats, draws: Draws, bins: int) -> Floats:
    gaps = np.where(_place(p, bins)[:, None] == np.arange(bins), (truth - p)[:, None], 0.0)
    n = draws.sum(axis=1, dtype=np.float64)
    errors = np.abs(draws @ gaps).sum(axis=1)
    return np.where(n > 0, errors / np.maximum(n, 1), np.nan)


def _reliability_rows(code: str, p: Floats, truth: Floats, bins: int) -> list[dict[str, Any]]:
    place = _place(p, bins)
    n = np.bincount(place, minlength=bins)
    real, total = np.bincount(place, truth, minlength=bins), np.bincount(place, p, minlength=bins)
    low, high = wilson_interval(real, n)
    return [
        {
            "code": code,
            "bin_low": round(b / bins, 4),
            "bin_high": round((b + 1) / bins, 4),
            "n": int(n[b]),
            "mean_probability": round(float(total[b] / n[b]), 4),
            "share": round(float(real[b] / n[b]), 4),
            "share_low": round(float(low[b]), 4),
            "share_high": round(float(high[b]), 4),
        }
        for b in np.flatnonzero(n).tolist()
    ]
