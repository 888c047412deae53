"""Agreement less what chance would give, as others than Krippendorff define chance: kappa, AC1 and kin."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from textmine.agreement.alpha import count_categories, number_values

Floats = npt.NDArray[np.float64]


def measure_kappa(first: Any, second: Any) -> float:
    """Cohen's kappa of two coders; units that either left uncoded (NaN, None) are passed over.

    NaN where both gave one and the same value throughout. After Cohen (1960), 'A coefficient of agreement for
    nominal scales'. ``first`` and ``second`` are each coder's values (units,), in the same order of units.

    >>> round(measure_kappa([1, 1, 0, 0], [1, 0, 0, 0]), 2)
    0.5
    """
    numbers, values = number_values([list(first), list(second)])
    both = numbers[:, ~np.isnan(numbers).any(axis=0)]
    if not both.shape[1]:
        return float("nan")
    shares = [np.bincount(row.astype(int), minlength=len(values)) / both.shape[1] for row in both]
    return beyond_chance((both[0] == both[1]).mean(), (shares[0] * shares[1]).sum())


def measure_fleiss(codings: Any) -> float:
    """Fleiss' kappa of (coders, units) of values, NaN where not coded; with two coders Scott's pi.

    Units may have different numbers of codings: agreement is over the units with two or more, the shares of
    the values over all (Gwet 2014, 'Handbook of inter-rater reliability', chapter 2). NaN without variation.

    >>> round(measure_fleiss([[1, 1, 0, 0], [1, 0, 0, 0], [1, 0, 0, None]]), 3)
    0.625
    """
    counts = _counts_of(codings)
    return beyond_chance(_raw(counts), (_shares(counts) ** 2).sum())


def measure_ac1(codings: Any) -> tuple[float, float, float, float]:
    """Gwet's AC1 of (coders, units) of values, with its standard error and 95% interval.

    NaN without variation. The error takes the coders as given and the units as a sample. After Gwet (2008),
    'Computing inter-rater reliability and its variance in the presence of high agreement'. ``codings`` is
    that table, NaN or None where a coder left a unit out.

    >>> ac1, error, low, high = measure_ac1([[1, 1, 0, 0, 0], [1, 0, 0, 0, 0]])
    >>> round(ac1, 3), round(error, 3)
    (0.655, 0.38)
    """
    counts = _counts_of(codings)
    n, categories = counts.shape
    shares, raw = _shares(counts), _raw(counts)
    if categories < 2 or np.isnan(raw):
        return (float("nan"),) * 4
    chance = (shares * (1 - shares)).sum() / (categories - 1)
    ac1 = beyond_chance(raw, chance)
    coders = counts.sum(axis=1)
    several = coders > 1
    alike = (counts * (counts - 1)).sum(axis=1) / np.where(several, coders * (coders - 1), 1)
    by_unit = n / several.sum() * (alike - chance * several) / (1 - chance)
    by_chance = (counts @ (1 - shares)) / coders / (categories - 1)
    by_unit = by_unit - 2 * (1 - ac1) * (by_chance - chance) / (1 - chance)
    error = float(np.sqrt(((by_unit - ac1) ** 2).sum() / (n * (n - 1)))) if n > 1 else float("nan")
    half = _t_value(n - 1) * error
    return ac1, error, max(ac1 - half, -1.0), min(ac1 + half, 1.0)


def measure_conger(codings: Any) -> float:
    """Conger's kappa: Cohen's for any number of coders, each with habits of their own; NaN without variation.

    After Conger (1980), 'Integration and generalization of kappas for multiple raters'.

    >>> round(measure_conger([[1, 1, 0, 0], [1, 0, 0, 0]]), 2)
    0.5
    """
    numbers, values = number_values(codings)
    habits = np.array(
        [np.bincount(row[~np.isnan(row)].astype(int), minlength=len(values)) for row in numbers], dtype=float
    )
    coded = habits.sum(axis=1, keepdims=True)
    habits = (habits / np.where(coded > 0, coded, 1))[coded[:, 0] > 0]
    m = len(habits)
    if m < 2:
        return float("nan")
    pairs = habits.sum(axis=0) ** 2 - (habits**2).sum(axis=0)
    return beyond_chance(_raw(_counts_of(codings)), pairs.sum() / (m * (m - 1)))


def measure_brennan_prediger(codings: Any, *, categories: int | None = None) -> float:
    """Brennan and Prediger's kappa: chance gives every one of the ``categories`` equally often.

    Without ``categories`` those that were met count; NaN where that is one. After Brennan and Prediger
    (1981), 'Coefficient kappa: some uses, misuses, and alternatives'.

    >>> measure_brennan_prediger([[1, 1, 0, 0], [1, 0, 0, 0]])
    0.5
    """
    counts = _counts_of(codings)
    q = categories or counts.shape[1]
    return beyond_chance(_raw(counts), 1 / q) if q > 1 else float("nan")


def beyond_chance(found: Any, chance: Any) -> float:
    """Agreement found less that of chance, as a share of what chance leaves; NaN where it leaves nothing."""
    return float((found - chance) / (1 - chance)) if chance < 1 - 1e-12 else float("nan")


def _counts_of(codings: Any) -> Floats:
    """How many coders gave each unit each value; units that nobody coded are left out."""
    numbers, values = number_values(codings)
    counts = count_categories(numbers, len(values))
    coded: Floats = counts[counts.sum(axis=1) > 0]
    return coded


def _raw(counts: Floats) -> float:
    """The mean over units of the share of pairs of coders who gave the same value; NaN without such pairs."""
    coders = counts.sum(axis=1)
    several = counts[coders > 1]
    m = coders[coders > 1]
    return float(((several * (several - 1)).sum(axis=1) / (m * (m - 1))).mean()) if len(m) else float("nan")


def _shares(counts: Floats) -> Floats:
    """The share of each value, each unit counting the same."""
    if not len(counts):
        return np.full(counts.shape[1], np.nan)
    return np.asarray((counts / counts.sum(axis=1, keepdims=True)).mean(axis=0), dtype=np.float64)


def _t_value(degrees: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.975)) if degrees > 0 else float("nan")
