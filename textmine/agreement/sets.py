"""Sets of codes as values: how far apart two sets are (MASI, Jaccard, exact match)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: How the distance of two sets may be measured.
KINDS = ("masi", "jaccard", "exact")


def measure_masi(a: frozenset[Any], b: frozenset[Any]) -> float:
    """The MASI distance of two sets: 0 alike, 1 nothing shared; two empty sets are alike.

    After Passonneau (2006), 'Measuring agreement on set-valued items'.

    >>> round(measure_masi(frozenset({1, 2}), frozenset({1, 2, 3, 4})), 4)
    0.6667
    """
    return float(distance_from(np.array(len(a & b)), np.array(len(a)), np.array(len(b)), "masi"))


def distance_from(shared: Any, size: Any, other: Any, kind: str = "masi") -> Floats:
    """The distance of sets, any shape, from the number of members shared and the sizes of the two.

    Two empty sets are alike (0), an empty set and another share nothing (1), whatever the kind.

    >>> distance_from(np.array([0, 0, 1]), np.array([0, 0, 2]), np.array([0, 3, 2])).round(3).tolist()
    [0.0, 1.0, 0.889]
    """
    shared, size, other = (np.asarray(part, dtype=np.float64) for part in (shared, size, other))
    alike = (shared == size) & (shared == other)
    if kind == "exact":
        return np.where(alike, 0.0, 1.0)
    within = (shared == size) | (shared == other)
    union = np.maximum(size + other - shared, 1)
    kept = 1.0 if kind == "jaccard" else np.where(within, 2 / 3, 1 / 3)
    return np.where(alike, 0.0, 1 - shared / union * kept)


def find_sets(values: Floats) -> tuple[Ints, Floats]:
    """The set that each coder gave each unit, as its number (-1 unknown), and the sets (sets, codes) of 0, 1.

    ``values`` is (coders, units, codes) of 1, 0, NaN; a unit of which any code is NaN is not coded by that
    coder, which differs from coded with nothing.

    >>> numbers, sets = find_sets(np.array([[[1.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [1.0, np.nan]]]))
    >>> numbers.tolist(), sets.tolist()
    ([[1, 0], [1, -1]], [[0.0, 0.0], [1.0, 0.0]])
    """
    coders, units, codes = values.shape
    known = ~np.isnan(values).any(axis=2)
    given = (values == 1)[known]
    if not codes or not len(given):
        return np.where(known, 0, -1).astype(np.int64), np.zeros((1, codes))
    keys = np.ascontiguousarray(np.packbits(given, axis=1))
    rows = keys.view(np.dtype((np.void, keys.shape[1]))).ravel()
    _, first, place = np.unique(rows, return_index=True, return_inverse=True)
    numbers = np.full((coders, units), -1, dtype=np.int64)
    numbers[known] = place.ravel()
    return numbers, given[first].astype(np.float64)


def measure_distances(sets: Floats, others: Floats, kind: str = "masi") -> Floats:
    """The distance of each set to each other one, (sets, others); both are (sets, codes) of 0 and 1."""
    return distance_from(sets @ others.T, sets.sum(axis=1)[:, None], others.sum(axis=1)[None, :], kind)


def number_sets(codings: Sequence[npt.ArrayLike]) -> tuple[Floats, Floats]:
    """Sets of codes as categories, and how far apart they are: for the alpha of whole codings.

    Each coding is (units, codes) of 1, 0 and NaN; a unit with any NaN counts as not coded by that coder,
    which differs from coded with nothing. Gives (coders, units) of numbers and the MASI distances.

    >>> numbers, distance = number_sets([[[1, 0], [1, 1]], [[1, 0], [1, 0]]])
    >>> numbers.tolist(), distance.round(2).tolist()
    ([[0.0, 1.0], [0.0, 0.0]], [[0.0, 0.67], [0.67, 0.0]])
    """
    numbers, sets = find_sets(np.stack([np.asarray(coding, dtype=np.float64) for coding in codings]))
    return np.where(numbers < 0, np.nan, numbers.astype(np.float64)), measure_distances(sets, sets)
