"""How sure a figure of agreement is: bootstrap samples of respondents, and the jackknife beside them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Bootstrap samples behind an interval, unless another number is asked for.
DRAWS = 1000
_Z95 = 1.959964
_BLOCK = 100


class Resampler:
    """Sums of per-unit figures over whole respondents: in the data, in bootstrap samples, leaving one out.

    ``groups`` names each unit's respondent (or document); a respondent's units are drawn together. The same
    groups and seed give the same samples, in whatever order the units stand.

    >>> Resampler(["r1", "r1", "r2"], draws=2, seed=0).total(np.array([[1.0], [2.0], [4.0]])).tolist()
    [[3.0], [4.0]]
    """

    def __init__(self, groups: Sequence[str], *, draws: int = DRAWS, seed: int = 0) -> None:
        names, number = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
        self.size = len(names)
        self.draws = draws if self.size > 1 else 0
        self._number = number
        self._seed = seed

    @cached_property
    def _times(self) -> npt.NDArray[np.uint16]:
        """How often each respondent stands in each sample, (draws, respondents)."""
        rng = np.random.default_rng(self._seed)
        times = np.zeros((self.draws, self.size), dtype=np.uint16)
        for row in times:
            row[:] = np.bincount(rng.integers(0, self.size, self.size), minlength=self.size)
        return times

    @cached_property
    def membership(self) -> Any:
        """Which units are a respondent's, a sparse (respondents, units) of ones."""
        from scipy.sparse import csr_matrix

        n = len(self._number)
        return csr_matrix((np.ones(n), (self._number, np.arange(n))), shape=(self.size, n))

    def total(self, by_unit: Any) -> Any:
        """Per-unit figures (units, figures), dense or sparse, summed for each respondent."""
        return self.membership @ by_unit

    def draw(self, by_group: Any) -> Floats:
        """The sums over all respondents, then over those in each sample: (1 + draws, figures), dense."""
        whole = np.asarray(by_group.sum(axis=0), dtype=np.float64).reshape(1, -1)
        parts = [
            np.asarray((by_group.T @ self._times[start : start + _BLOCK].T.astype(np.float64)).T)
            for start in range(0, self.draws, _BLOCK)
        ]
        return np.vstack([whole, *parts])

    def leave_out(self, by_group: Floats) -> Floats:
        """The sums over all respondents but one, (respondents, figures): the jackknife's samples."""
        return np.asarray(by_group.sum(axis=0, keepdims=True) - by_group, dtype=np.float64)


def find_interval(values: Floats) -> tuple[float, float]:
    """The 95% percentile interval of a figure, which holds it: ``values`` is the figure, then its samples.

    Samples that have no answer (NaN) are left out; NaN where the figure has none, or fewer than half of the
    samples.

    >>> find_interval(np.array([0.5, 0.25, 0.5, 0.75]))
    (0.2625, 0.7375)
    """
    drawn = values[1:][~np.isnan(values[1:])]
    if np.isnan(values[0]) or len(drawn) < max(len(values) / 2 - 1, 1):
        return float("nan"), float("nan")
    low, high = np.percentile(drawn, [2.5, 97.5])
    return min(float(low), float(values[0])), max(float(high), float(values[0]))


def jackknife_error(left_out: Floats) -> float:
    """The standard error of a figure from its values without each respondent; NaN if any has no answer."""
    n = len(left_out)
    if n < 2 or np.isnan(left_out).any():
        return float("nan")
    return float(np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()))


def most_missed(n: int) -> float:
    """The share that none in ``n`` cases may still stand for: the upper end of Wilson's 95% interval.

    >>> round(most_missed(20), 3)
    0.161
    """
    return _Z95**2 / (n + _Z95**2)
