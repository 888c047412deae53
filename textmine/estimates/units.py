"""The units of a wave with their survey columns and cells, and the covariance that clusters bring."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: Tables of what was drawn x cells up to this size are dense.
_DENSE = 4_000_000


@dataclass(frozen=True, eq=False)
class Units:
    """The units of a wave: ``weights``, ``clusters`` and ``strata`` of the survey, and their ``cells``.

    ``cells`` is each unit's place among ``n_cells``, -1 for a unit in none. ``certain`` marks units known to
    carry no code without being read (a blank answer).
    """

    weights: Floats
    cells: Places
    n_cells: int
    clusters: Places | None = None
    strata: Places | None = None
    certain: Mask | None = None

    def __len__(self) -> int:
        return len(self.weights)

    @cached_property
    def inside(self) -> Mask:
        """Which units are in a cell."""
        return self.cells >= 0

    @cached_property
    def totals(self) -> Floats:
        """The sum of weights in each cell."""
        return self.add(self.weights)

    @cached_property
    def open_weights(self) -> Floats:
        """Weights of the units that may carry a code, 0 of those known to carry none."""
        return self.weights if self.certain is None else np.where(self.certain, 0.0, self.weights)

    @cached_property
    def open_totals(self) -> Floats:
        """The sum of ``open_weights`` in each cell."""
        return self.totals if self.certain is None else self.add(self.open_weights)

    def add(self, values: Floats) -> Floats:
        """The sum of values in each cell."""
        if self._whole:
            return np.array([values.sum()], dtype=np.float64)
        sums = np.bincount(self._slots, values, minlength=self.n_cells + 1)
        return np.asarray(sums[1:], dtype=np.float64)

    @cached_property
    def pairs(self) -> Pairs:
        """Clusters x cells that are met, with each unit's pair."""
        cluster = np.arange(len(self), dtype=np.int64) if self.clusters is None else self.clusters
        stratum = np.zeros(len(self), dtype=np.int64) if self.strata is None else self.strata
        n_clusters = int(cluster.max(initial=-1)) + 1
        of_cluster = np.zeros(n_clusters, dtype=np.int64)
        of_cluster[cluster] = stratum
        there = np.zeros(n_clusters, dtype=bool)
        there[cluster] = True
        counts = np.bincount(of_cluster[there], minlength=int(stratum.max(initial=0)) + 1)
        if self.clusters is None:
            return Pairs(None, cluster, self.cells, of_cluster, counts)
        width = self.n_cells + 1
        found, place = number_keys(cluster * width + self.cells + 1, n_clusters * width)
        return Pairs(place, found // width, found % width - 1, of_cluster, counts)

    @cached_property
    def pair_totals(self) -> tuple[Floats, Floats]:
        """The sums of ``weights`` and of ``open_weights`` in each pair of cluster and cell."""
        every = self.pairs.add(self.weights)
        return every, every if self.certain is None else self.pairs.add(self.open_weights)

    @cached_property
    def degrees(self) -> Floats:
        """Degrees of freedom of the first phase in each cell: its clusters less its strata."""
        pairs = self.pairs
        met = pairs.cell >= 0
        clusters = np.bincount(pairs.cell[met], minlength=self.n_cells)
        there = np.zeros((len(pairs.counts), self.n_cells), dtype=bool)
        there[pairs.stratum[pairs.cluster[met]], pairs.cell[met]] = True
        return np.asarray(np.maximum(clusters - there.sum(axis=0), 1), dtype=np.float64)

    @cached_property
    def _slots(self) -> Places:
        return self.cells + 1

    @cached_property
    def _whole(self) -> bool:
        return self.n_cells == 1 and bool(self.inside.all())


@dataclass(frozen=True, eq=False)
class Pairs:
    """Clusters x cells that are met: the ``cluster`` and ``cell`` of each pair, the pair ``of_unit``.

    ``of_unit`` is None where each unit is a pair. ``stratum`` is that of each cluster, ``counts`` the number
    of clusters in each stratum.
    """

    of_unit: Places | None
    cluster: Places
    cell: Places
    stratum: Places
    counts: Places

    def add(self, values: Floats) -> Floats:
        """The sum of a value a unit in each pair."""
        if self.of_unit is None:
            return values
        return np.asarray(np.bincount(self.of_unit, values, minlength=len(self.cell)), dtype=np.float64)

    def of(self, rows: Places) -> Places:
        """The pairs of these units."""
        return rows if self.of_unit is None else self.of_unit[rows]

    def covary(self, sums: Floats, n_cells: int) -> Floats:
        """Covariance of the cells' totals of linearised values, a sum a pair, by ultimate clusters."""
        z = np.where((self.cell >= 0) & ~np.isnan(sums), sums, 0.0)
        total = lay_out(z, self.cluster, np.maximum(self.cell, 0), (len(self.stratum), n_cells))
        return sum_covariance(total, total, self.stratum, self.counts)


def covary_clusters(values: Floats, units: Units) -> Floats:
    """Covariance of the cells' totals of linearised values, a value a unit, by ultimate clusters."""
    z = np.where(units.inside & ~np.isnan(values), values, 0.0)
    return units.pairs.covary(units.pairs.add(z), units.n_cells)


def number_keys(keys: Places, size: int) -> tuple[Places, Places]:
    """The keys met, in order, and the place of each among them; keys are from 0 up to ``size``.

    >>> [found.tolist() for found in number_keys(np.array([7, 2, 7]), 9)]
    [[2, 7], [1, 0, 1]]
    """
    if size > 8 * len(keys) + 1024:
        found, place = np.unique(keys, return_inverse=True)
        return found, place.astype(np.int64)
    met = np.zeros(size, dtype=bool)
    met[keys] = True
    found = np.flatnonzero(met)
    places = np.zeros(size, dtype=np.int64)
    places[found] = np.arange(len(found))
    return found, places[keys]


def lay_out(values: Floats, rows: Places, columns: Places, shape: tuple[int, int]) -> Any:
    """A table of sums of values by row and column: dense where it is small, else sparse."""
    if shape == (len(values), 1) and (rows == np.arange(shape[0])).all():
        return values.reshape(shape)
    if shape[0] * shape[1] <= _DENSE:
        key = rows * shape[1] + columns
        return np.bincount(key, values, minlength=shape[0] * shape[1]).reshape(shape)
    from scipy.sparse import csr_matrix

    return csr_matrix((values, (rows, columns)), shape=shape)


def sum_covariance(left: Any, right: Any, strata: Places, counts: Places) -> Floats:
    """Sum over strata of n / (n - 1) (sum of products - product of sums / n); a lone one is about 0."""
    n = np.maximum(counts, 1).astype(np.float64)
    factor = np.where(counts > 1, n / np.maximum(n - 1, 1), 1.0)
    shrink = np.where(counts > 1, 1 / np.maximum(n - 1, 1), 0.0)
    if len(counts) == 1:
        products = left.T @ right
        products = factor[0] * (products if isinstance(products, np.ndarray) else products.toarray())
        one, two = (np.asarray(table.sum(axis=0)).reshape(1, -1) for table in (left, right))
    elif isinstance(left, np.ndarray):
        products = (left * factor[strata][:, None]).T @ right
        one, two = (_sum_rows(table, strata, len(counts)) for table in (left, right))
    else:
        from scipy.sparse import csr_matrix, diags

        places = (strata, np.arange(len(strata)))
        member = csr_matrix((np.ones(len(strata)), places), shape=(len(counts), len(strata)))
        products = (left.T @ diags(factor[strata]) @ right).toarray()
        one, two = (member @ left).toarray(), (member @ right).toarray()
    return np.asarray(products - one.T @ (shrink[:, None] * two))


def _sum_rows(table: Floats, strata: Places, n_strata: int) -> Floats:
    key = strata[:, None] * table.shape[1] + np.arange(table.shape[1])
    sums = np.bincount(key.ravel(), table.ravel(), minlength=n_strata * table.shape[1])
    return np.asarray(sums.reshape(n_strata, table.shape[1]), dtype=np.float64)
