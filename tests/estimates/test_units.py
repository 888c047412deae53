"""Units with their clusters and cells: numbers of keys, and covariances held by hand."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.estimates import units as room
from textmine.estimates.units import Units, covary_clusters, number_keys


@pytest.mark.parametrize("size", [10, 10_000])
def test_keys_are_numbered_in_their_order(size: int) -> None:
    found, place = number_keys(np.array([7, 2, 7, 9]), size)
    assert (found.tolist(), place.tolist()) == ([2, 7, 9], [1, 0, 1, 2])


@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.parametrize("clustered", [True, False])
@pytest.mark.parametrize("stratified", [True, False])
def test_covariance_is_that_of_cluster_totals_within_strata(
    monkeypatch: pytest.MonkeyPatch, dense: bool, clustered: bool, stratified: bool
) -> None:
    if not dense:
        monkeypatch.setattr(room, "_DENSE", 0)
    rng = np.random.default_rng(0)
    n = 60
    cluster = rng.integers(0, 20, n) if clustered else np.arange(n)
    stratum = cluster % 2 if stratified else np.zeros(n, dtype=np.int64)
    cells, values = rng.integers(-1, 3, n), rng.normal(size=n)
    units = Units(np.ones(n), cells, 3, cluster if clustered else None, stratum if stratified else None)
    expected = np.zeros((3, 3))
    for one in np.unique(stratum):
        mine = np.unique(cluster[stratum == one])
        totals = np.array(
            [[values[(cluster == c) & (cells == cell)].sum() for cell in range(3)] for c in mine]
        )
        expected += len(mine) * np.cov(totals, rowvar=False, ddof=1)
    assert covary_clusters(values, units) == pytest.approx(expected)


def test_sums_and_totals_leave_out_units_in_no_cell() -> None:
    units = Units(np.array([1.0, 2.0, 4.0]), np.array([0, -1, 1]), 2, certain=np.array([True, False, False]))
    assert units.totals.tolist() == [1.0, 4.0]
    assert units.open_totals.tolist() == [0.0, 4.0]
    whole = Units(np.array([1.0, 2.0]), np.array([0, 0]), 1)
    assert whole.add(np.array([0.5, 1.0])).tolist() == [1.5]
