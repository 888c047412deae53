"""How far coders agree beyond chance: Krippendorff's alpha of one code and of sets of codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@overload
def measure_alpha(codings: npt.ArrayLike, *, distance: Floats | None = None) -> float: ...
@overload
def measure_alpha(
    codings: npt.ArrayLike, *, distance: Floats | None = None, draws: npt.NDArray[np.floating]
) -> Floats: ...
def measure_alpha(
    codings: npt.ArrayLike,
    *,
    distance: Floats | None = None,
    draws: npt.NDArray[np.floating] | None = None,
) -> float | Floats:
    """Krippendorff's alpha: 1 is agreement throughout, 0 what chance gives, below 0 worse than chance.

    ``codings`` is (coders, units) of category numbers from 0 up, NaN where a coder did not code the unit;
    a unit that fewer than two coded is left out. ``distance`` is (categories, categories), 0 on the
    diagonal; without it any two categories differ by 1 (nominal). ``draws`` (samples, units) says how often
    each unit stands in each bootstrap sample, and gives an alpha a sample. NaN where all values are the
    same: agreement beyond chance cannot be seen without variation. After Krippendorff (2011), 'Computing
    Krippendorff's alpha-reliability'.

    >>> meg, owen = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    >>> round(measure_alpha([meg, owen]), 4)
    0.0952
    """
    values = np.asarray(codings, dtype=np.float64)
    weights = np.ones((1, values.shape[1])) if draws is None else np.asarray(draws)
    counts = _count_categories(values, 0 if distance is None else len(distance))
    far = 1 - np.eye(counts.shape[1]) if distance is None else distance
    coders = counts.sum(axis=1)
    counts = np.where(coders[:, None] > 1, counts, 0.0)
    apart = np.einsum("uc,ck,uk->u", counts, far, counts, optimize=True) / np.maximum(coders - 1, 1)
    observed = weights @ apart
    totals = weights @ counts
    expected = np.einsum("bc,ck,bk->b", totals, far, totals, optimize=True)
    n = totals.sum(axis=1)
    found = np.where(expected > 0, 1 - (n - 1) * observed / np.where(expected > 0, expected, 1), np.nan)
    return found if draws is not None else float(found[0])


def number_sets(codings: Sequence[npt.ArrayLike]) -> tuple[Floats, Floats]:
    """Sets of codes as categories, and how far apart they are: for the alpha of whole codings.

    Each coding is (units, codes) of 1, 0 and NaN; a unit with any NaN counts as not coded by that coder,
    which differs from coded with nothing. Gives (coders, units) of numbers and the MASI distances.

    >>> numbers, distance = number_sets([[[1, 0], [1, 1]], [[1, 0], [1, 0]]])
    >>> numbers.tolist(), distance.round(2).tolist()
    ([[0.0, 1.0], [0.0, 0.0]], [[0.0, 0.67], [0.67, 0.0]])
    """
    place: dict[frozenset[int], int] = {}
    rows = []
    for coding in codings:
        table = np.asarray(coding, dtype=np.float64)
        sets = [
            None if np.isnan(row).any() else frozenset(np.flatnonzero(row == 1).tolist()) for row in table
        ]
        rows.append([np.nan if s is None else float(place.setdefault(s, len(place))) for s in sets])
    known = list(place)
    distance = np.array([[measure_masi(a, b) for b in known] for a in known])
    return np.array(rows), distance.reshape(len(known), len(known))


def measure_masi(a: frozenset[int], b: frozenset[int]) -> float:
    """The MASI distance of two sets (Passonneau 2006): 0 alike, 1 nothing shared; two empty sets are alike.

    >>> round(measure_masi(frozenset({1, 2}), frozenset({1, 2, 3, 4})), 4)
    0.6667
    """
    if a == b:
        return 0.0
    shared = len(a & b)
    if not shared:
        return 1.0
    return 1 - shared / len(a | b) * (2 / 3 if a < b or b < a else 1 / 3)


def _count_categories(values: Floats, categories: int) -> Floats:
    """How many coders gave each unit each category, (units, categories)."""
    coder, unit = np.nonzero(~np.isnan(values))
    category = values[coder, unit].astype(int)
    counts = np.zeros((values.shape[1], max(categories, int(category.max(initial=-1)) + 1)))
    np.add.at(counts, (unit, category), 1.0)
    return counts
