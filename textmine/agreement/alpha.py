"""Krippendorff's alpha of one variable: any number of coders, missing codings, four levels of measurement."""

from __future__ import annotations

from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.errors import InputError

Floats = npt.NDArray[np.float64]

#: Levels of measurement: what it means that two values differ.
LEVELS = ("nominal", "ordinal", "interval", "ratio")


@overload
def measure_alpha(codings: Any, *, level: str = "nominal", distance: Floats | None = None) -> float: ...
@overload
def measure_alpha(
    codings: Any,
    *,
    level: str = "nominal",
    distance: Floats | None = None,
    draws: npt.NDArray[np.floating],
) -> Floats: ...
def measure_alpha(
    codings: Any,
    *,
    level: str = "nominal",
    distance: Floats | None = None,
    draws: npt.NDArray[np.floating] | None = None,
) -> float | Floats:
    """Krippendorff's alpha: 1 is agreement throughout, 0 what chance gives, below 0 worse than chance.

    ``codings`` is (coders, units) of values, NaN or None where a coder did not code the unit; a unit that
    fewer than two coded is left out. ``level`` says how far apart two values are: by 1 whatever they are
    (nominal), by ranks (ordinal), by their difference (interval) or by it in proportion (ratio, 0 and up).
    With ``distance`` (categories, categories), 0 on the diagonal, the values are category numbers from 0 up
    and the level is not asked. ``draws`` (samples, units) says how often each unit stands in each bootstrap
    sample, and gives an alpha a sample. NaN where all values are the same: agreement beyond chance cannot be
    seen without variation. Raises ``InputError`` for a level that is none and values that do not fit it.
    After Krippendorff (2011), 'Computing Krippendorff's alpha-reliability'.

    >>> meg, owen = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    >>> round(measure_alpha([meg, owen]), 4)
    0.0952
    >>> round(measure_alpha([[1, 2, 3, 4], [1, 2, 4, None]], level="interval"), 4)
    0.878
    """
    if level not in LEVELS:
        raise InputError(f"No level {level!r}. Levels: {', '.join(LEVELS)}.")
    if distance is None:
        numbers, values = number_values(codings)
        far = None if level == "ordinal" else _distance_of(values, level)
    else:
        numbers, far = np.asarray(codings, dtype=np.float64), distance
    categories = len(values) if distance is None else len(distance)
    counts = count_categories(numbers, categories)
    if level == "ordinal" and distance is None:
        _as_numbers(values, level)
    weights = np.ones((1, len(counts))) if draws is None else np.asarray(draws)
    coders = counts.sum(axis=1)
    counts = np.where(coders[:, None] > 1, counts, 0.0)
    found = (
        np.array([_alpha_by_ranks(counts, coders, weight) for weight in weights])
        if far is None
        else _alpha_by_distance(counts, coders, far, weights)
    )
    return found if draws is not None else float(found[0])


def number_values(codings: Any) -> tuple[Floats, list[Any]]:
    """Codings as category numbers from 0 up, NaN where missing, and the values in order that they stand for.

    >>> numbers, values = number_values([["b", "a"], ["a", None]])
    >>> numbers.tolist(), values
    ([[1.0, 0.0], [0.0, nan]], ['a', 'b'])
    """
    raw = codings if isinstance(codings, np.ndarray) else np.asarray(codings, dtype=object)
    if raw.ndim != 2:
        raise InputError("Codings are a table, a row a coder and a column a unit, all rows equally long.")
    if raw.dtype.kind not in "biuf":
        known = [value for value in raw.ravel().tolist() if not pd.isna(value)]
        if any(isinstance(value, str) or not np.isscalar(value) for value in known):
            values = sorted(set(known), key=lambda value: (str(type(value)), value))
            place = {value: float(number) for number, value in enumerate(values)}
            rows = [[np.nan if pd.isna(v) else place[v] for v in row] for row in raw.tolist()]
            return np.array(rows, dtype=np.float64).reshape(raw.shape), values
    gaps = np.isnan(raw) if raw.dtype.kind == "f" else pd.isna(raw)
    missing = np.asarray(gaps, dtype=bool)
    numbers = np.where(missing, np.nan, raw).astype(np.float64)
    distinct, place_of = np.unique(numbers[~missing], return_inverse=True)
    placed = np.full(numbers.shape, np.nan)
    placed[~missing] = place_of
    return placed, distinct.tolist()


def count_categories(numbers: Floats, categories: int = 0) -> Floats:
    """How many coders gave each unit each category, (units, categories)."""
    coder, unit = np.nonzero(~np.isnan(numbers))
    category = numbers[coder, unit].astype(int)
    width = max(categories, int(category.max(initial=-1)) + 1)
    counts = np.bincount(unit * width + category, minlength=numbers.shape[1] * width)
    return counts.reshape(numbers.shape[1], width).astype(np.float64)


def alpha_from(apart: Any, expected: Any, n: Any) -> Floats:
    """Alpha from sums: ``apart`` over units of ordered distances / (codings - 1), ``expected`` over all
    ordered pairs of the ``n`` values; NaN where no distance can be expected.
    """  # fmt: skip
    apart, expected, n = (np.asarray(part, dtype=np.float64) for part in (apart, expected, n))
    varied = expected > 1e-9
    return np.where(varied, 1 - (n - 1) * apart / np.where(varied, expected, 1), np.nan)


def _alpha_by_distance(counts: Floats, coders: Floats, far: Floats, weights: Any) -> Floats:
    apart = np.einsum("uc,ck,uk->u", counts, far, counts, optimize=True) / np.maximum(coders - 1, 1)
    totals = weights @ counts
    expected = np.einsum("bc,ck,bk->b", totals, far, totals, optimize=True)
    return alpha_from(weights @ apart, expected, totals.sum(axis=1))


def _alpha_by_ranks(counts: Floats, coders: Floats, weight: Any) -> float:
    """Ordinal alpha: how far apart two values are depends on how many lie between them in the sample."""
    totals = weight @ counts
    up_to = np.cumsum(totals) - totals / 2
    far = (up_to[:, None] - up_to[None, :]) ** 2
    together = counts.T @ (counts * (weight / np.maximum(coders - 1, 1))[:, None])
    return float(alpha_from((together * far).sum(), totals @ far @ totals, totals.sum()))


def _distance_of(values: list[Any], level: str) -> Floats:
    if level == "nominal":
        return 1 - np.eye(len(values))
    numbers = _as_numbers(values, level)
    apart = numbers[:, None] - numbers[None, :]
    if level == "interval":
        return np.asarray(apart**2, dtype=np.float64)
    if (numbers < 0).any():
        raise InputError("Level 'ratio' needs values of 0 or more. Use level='interval' for the others.")
    sums = numbers[:, None] + numbers[None, :]
    return np.asarray((apart / np.where(sums > 0, sums, 1)) ** 2, dtype=np.float64)


def _as_numbers(values: list[Any], level: str) -> Floats:
    if any(isinstance(value, str) for value in values):
        raise InputError(f"Level {level!r} needs numbers, not words. Use level='nominal' for words.")
    return np.array(values, dtype=np.float64)
