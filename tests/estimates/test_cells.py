"""Corrected shares of cells: weights of the scores, variances and covariances held by the textbook's sums."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from textmine.estimates.cells import Cells, bound_cells, estimate_cells
from textmine.estimates.design import Audit
from textmine.estimates.units import Units

Floats = npt.NDArray[np.float64]


def draw(n: int, *, seed: int = 0, share: float = 0.3) -> tuple[Floats, Floats]:
    """Labels and scores that tell something of them."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < share).astype(float)
    return y, 0.2 * y + 0.8 * rng.random(n)


def audit_of(rows: Floats, chances: Floats | float, classes: Floats | None = None) -> Audit:
    place = np.asarray(rows, dtype=np.int64)
    none = np.zeros(len(place), dtype=np.int64)
    pi = np.broadcast_to(np.asarray(chances, dtype=np.float64), place.shape).copy()
    return Audit(place, pi, none if classes is None else classes, np.arange(len(place)), "x")


def estimate(y: Floats, f: Floats, rows: Floats, chances: Floats | float, **given: object) -> Cells:
    """One cell of all units; ``y`` is the truth of all, of which the rows are known."""
    classes, lam, beyond = (given.pop(name, None) for name in ("classes", "lam", "beyond"))
    weights = np.asarray(given.pop("weights", np.ones(len(f))), dtype=np.float64)
    cells, n_cells = given.pop("cells", (np.zeros(len(f), dtype=np.int64), 1))  # type: ignore[misc]
    units = Units(weights, cells, n_cells, **given)  # type: ignore[arg-type]
    audit = audit_of(rows, chances, classes)  # type: ignore[arg-type]
    return estimate_cells(f, y[audit.rows], units, audit, beyond=bool(beyond), lam=lam)  # type: ignore[arg-type]


@pytest.mark.parametrize("lam", [0.0, 0.4, 1.0])
def test_random_sample_has_the_variance_of_the_difference_estimator(lam: float) -> None:
    y, f = draw(1000)
    f = f[np.random.default_rng(1).permutation(1000)]  # scores that tell nothing: no guard is needed
    rows = np.arange(0, 1000, 4)
    found = estimate(y, f, rows, 0.25, lam=lam)
    error = y[rows] - lam * f[rows]
    assert found.estimate[0] == pytest.approx(lam * f.mean() + error.mean())
    assert found.covariance[0, 0] - found.guard[0] == pytest.approx(0.75 * error.var(ddof=1) / 250)
    assert found.hand_se[0] ** 2 == pytest.approx(0.75 * y[rows].var(ddof=1) / 250, rel=0.01)
    assert (found.degrees[0], found.effective_read[0], found.read[0]) == (249, pytest.approx(250), 250)
    assert found.positive[0] == y[rows].sum()


def test_strata_have_the_variance_of_each_by_itself() -> None:
    y, f = draw(600)
    stratum = np.repeat([0, 1, 2], 200)
    rows = np.concatenate([np.arange(0, 50), np.arange(200, 240), np.arange(400, 420)])
    sizes = np.array([50, 40, 20])
    pi = (sizes / 200)[stratum[rows]]
    for lam in (0.0, 0.7, None):
        found = estimate(y, f, rows, pi, classes=stratum[rows], lam=lam)
        used = float(found.lam[0])
        e = y - used * f
        parts = [e[rows][stratum[rows] == h] for h in range(3)]
        assert found.estimate[0] == pytest.approx(used * f.mean() + np.mean([part.mean() for part in parts]))
        variance = sum((1 / 3) ** 2 * (1 - len(part) / 200) * part.var(ddof=1) / len(part) for part in parts)
        assert found.covariance[0, 0] - found.guard[0] == pytest.approx(variance * 110 / 109)
    both = [np.cov(y[rows][stratum[rows] == h], f[rows][stratum[rows] == h]) for h in range(3)]
    weigh = (200 / sizes) ** 2 * (1 - sizes / 200) * sizes
    slope = sum(w * c[0, 1] for w, c in zip(weigh, both, strict=True)) / sum(
        w * c[1, 1] for w, c in zip(weigh, both, strict=True)
    )
    assert found.lam[0] == pytest.approx(slope)


def test_wave_read_whole_has_the_variance_of_a_sample_of_clusters() -> None:
    rng = np.random.default_rng(2)
    y, f = draw(120)
    cluster, weights = np.sort(rng.integers(0, 30, 120)), rng.integers(1, 4, 120).astype(float)
    cluster = np.unique(cluster, return_inverse=True)[1]
    stratum = cluster % 2
    every = np.arange(120)
    alone = estimate(y, f, every, 1.0, beyond=True)
    assert alone.covariance[0, 0] == pytest.approx(y.var(ddof=1) / 120)
    assert alone.degrees[0] == 119
    found = estimate(y, f, every, 1.0, beyond=True, weights=weights, clusters=cluster, strata=stratum)
    mean = np.average(y, weights=weights)
    assert found.estimate[0] == pytest.approx(mean) == found.hand[0]
    z = weights * (y - mean) / weights.sum()
    totals = np.array([z[cluster == c].sum() for c in range(cluster.max() + 1)])
    parts = [totals[np.arange(len(totals)) % 2 == h] for h in (0, 1)]
    assert found.covariance[0, 0] == pytest.approx(sum(len(p) * p.var(ddof=1) for p in parts))
    assert found.degrees[0] == len(totals) - 2
    assert found.effective_read[0] == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert not found.perfect[0]
    assert estimate(y, f, every, 1.0).covariance[0, 0] == pytest.approx(0.0, abs=1e-12)


def test_who_answered_and_who_was_read_add_up() -> None:
    y, f = draw(2000, seed=4)
    f = f[np.random.default_rng(1).permutation(2000)]
    rows = np.arange(0, 2000, 5)
    here, beyond = (estimate(y, f, rows, 0.2, lam=0.5, beyond=both) for both in (False, True))
    first = beyond.covariance[0, 0] - here.covariance[0, 0]
    assert first == pytest.approx(y[rows].var(ddof=1) / 2000, rel=0.03)
    assert beyond.hand_se[0] ** 2 - here.hand_se[0] ** 2 == pytest.approx(first)


def test_groups_that_share_a_stratum_of_the_audit_vary_together() -> None:
    y, f = draw(400, seed=5)
    cell = np.arange(400) % 2
    rows = np.concatenate([np.arange(0, 60), np.arange(200, 220)])
    stratum = (rows >= 200).astype(np.int64)
    pi = np.where(rows < 200, 0.3, 0.1)
    found = estimate(y, f, rows, pi, classes=stratum, lam=0.0, cells=(cell, 2))
    a = 1 / pi
    means = np.array([np.average(y[rows][cell[rows] == c], weights=a[cell[rows] == c]) for c in (0, 1)])
    assert found.estimate == pytest.approx(means)
    z = np.zeros((80, 2))
    z[np.arange(80), cell[rows]] = a * (y[rows] - means[cell[rows]]) * np.sqrt(1 - pi)
    expected = sum(
        len(z[stratum == h]) * np.cov(z[stratum == h], rowvar=False, ddof=1) for h in (0, 1)
    ) / np.outer([a[cell[rows] == c].sum() for c in (0, 1)], [a[cell[rows] == c].sum() for c in (0, 1)])
    read = np.bincount(cell[rows])
    few = np.sqrt(read / (read - 1))
    assert found.covariance - np.diag(found.guard) == pytest.approx(expected * np.outer(few, few))
    assert found.covariance[0, 1] != 0


@pytest.mark.parametrize(("small", "own"), [(49, False), (50, True)])
def test_cell_of_few_units_read_takes_the_weight_of_all(small: int, own: bool) -> None:
    y, f = draw(400, seed=6)
    f[:small] = np.random.default_rng(7).random(small)  # tells nothing in the small cell
    cell = (np.arange(400) >= small).astype(np.int64)
    every = estimate(y, f, np.arange(400), 1.0 - 1e-9, cells=(cell, 2))
    slope = [np.cov(y[cell == c], f[cell == c])[0, 1] / f[cell == c].var() for c in (0, 1)]
    sizes = np.bincount(cell)
    cross = [n * np.cov(y[cell == c], f[cell == c])[0, 1] for c, n in enumerate(sizes)]
    pooled = sum(cross) / sum(n * f[cell == c].var() for c, n in enumerate(sizes))
    assert every.lam[1] == pytest.approx(min(slope[1], 1.0))
    assert every.lam[0] == pytest.approx(np.clip(slope[0] if own else pooled, 0, 1))


def test_units_certain_to_carry_nothing_count_below_the_line_alone() -> None:
    y, f = draw(300, seed=8)
    certain = np.arange(300) >= 200
    y[certain] = f[certain] = 0.0
    rows = np.arange(0, 200, 2)
    found = estimate(y, f, rows, 0.5, certain=certain)
    used = found.lam[0]
    assert used == pytest.approx(np.cov(y[rows], f[rows])[0, 1] / f[:200].var())
    inside = used * f[:200].mean() + (y[rows] - used * f[rows]).mean()
    assert found.estimate[0] == pytest.approx(inside * 200 / 300)
    assert found.hand[0] == pytest.approx(y[rows].mean() * 200 / 300)
    bare = estimate(y, f, rows, 0.5, certain=certain, lam=0.0)
    assert bare.hand_se[0] ** 2 == pytest.approx((2 / 3) ** 2 * 0.5 * y[rows].var(ddof=1) / 100, rel=0.02)


def test_stratum_in_which_nobody_met_the_code_is_not_taken_for_certain() -> None:
    f = np.concatenate([np.full(500, 0.1), np.full(100, 0.9)])
    y = np.concatenate([np.zeros(500), np.tile([1.0, 1.0, 1.0, 1.0, 0.0], 20)])
    rows = np.concatenate([np.arange(25), np.arange(500, 550)])
    classes = (rows >= 500).astype(np.int64)
    pi = np.where(rows < 500, 0.05, 0.5)
    found = estimate(y, f, rows, pi, classes=classes, lam=0.0)
    seen = (1 / 6) ** 2 * 0.5 * y[500:550].var(ddof=1) / 50 * 75 / 74
    assert found.covariance[0, 0] - found.guard[0] == pytest.approx(seen)
    low = 0.5 / 66  # half a unit more of either kind: 65 of the 75 read, weighted, lack the code
    high = 0.8 * 10.5 / 11 + 0.2 * low
    expected = 25 * 20**2 * 0.95 * low * (1 - low) + 50 * 2**2 * 0.5 * high * (1 - high)
    assert found.guard[0] == pytest.approx(expected / 600**2 * 75 / 74 - seen, rel=1e-6)
    assert not found.perfect[0] and found.se[0] == found.guarded_se[0] > np.sqrt(seen)


def test_scores_right_wherever_read_leave_no_error_and_others_do() -> None:
    y, _ = draw(200, seed=9)
    rows = np.arange(0, 200, 2)
    assert estimate(y, y.copy(), rows, 0.5).se[0] == 0
    assert estimate(y, y.copy(), rows, 0.5).guarded_se[0] > 0
    wrong = y.copy()
    wrong[0] = 1 - wrong[0]
    assert estimate(y, wrong, rows, 0.5).se[0] > 0
    assert estimate(y, y.copy(), rows, 0.5, beyond=True).se[0] > 0
    lone = np.eye(200)[0]
    assert estimate(lone, lone.copy(), rows, 0.5).se[0] == 0
    for value in (0.0, 1.0):  # one kind alone was met
        assert estimate(np.full(200, value), np.full(200, value), rows, 0.5).se[0] > 0


@pytest.mark.parametrize("read", [0, 1, 2])
def test_cell_of_which_fewer_than_two_were_read_is_not_estimated(read: int) -> None:
    y, f = draw(100, seed=10)
    cell = (np.arange(100) >= 10).astype(np.int64)
    rows = np.concatenate([np.arange(read), np.arange(10, 50)])
    found = estimate(y, f, rows, 0.4, cells=(cell, 2))
    assert found.read.tolist() == [read, 40]
    assert np.isnan(found.estimate).tolist() == [read < 2, False]
    assert np.isnan(found.hand).tolist() == [read < 2, False]
    assert np.isnan(found.lam).tolist() == [read < 2, False]
    assert found.degrees.tolist() == [1, 39] and found.effective_read[0] == pytest.approx(read)
    assert np.isnan(found.covariance).tolist() == [[read < 2, read < 2], [read < 2, False]]


def test_units_read_outside_all_cells_tell_nothing_of_them() -> None:
    y, f = draw(100, seed=11)
    cell = np.where(np.arange(100) < 40, -1, 0)
    nothing = estimate(y, f, np.arange(0, 40, 2), 0.5, cells=(cell, 1))
    assert nothing.read[0] == nothing.positive[0] == 0 and np.isnan(nothing.estimate[0])
    some = estimate(y, f, np.arange(0, 100, 2), 0.5, cells=(cell, 1))
    alone = estimate(y[40:], f[40:], np.arange(0, 60, 2), 0.5)
    assert some.estimate[0] == pytest.approx(alone.estimate[0])
    assert some.lam[0] == pytest.approx(alone.lam[0])
    assert (some.read[0], some.positive[0]) == (30, alone.positive[0])
    assert some.covariance[0, 0] == pytest.approx(alone.covariance[0, 0], rel=0.05)


def test_interval_stands_on_the_units_read_and_their_degrees_of_freedom() -> None:
    nobody = estimate(np.zeros(200), np.full(200, 0.1), np.arange(40), 0.2)
    z2 = 1.959964**2
    assert bound_cells(nobody)[1][0] == pytest.approx(z2 / (40 + z2))  # Wilson's of 0 of 40
    even = np.arange(100) % 2.0
    low, high = bound_cells(estimate(even, np.full(100, 0.5), np.arange(20), 0.2))
    assert float(low[0] + high[0]) == pytest.approx(1.0)
    n = 0.25 / (0.8 * even[:20].var(ddof=1) / 20)
    assert high[0] - 0.5 == pytest.approx(2.093024 * np.sqrt(high[0] * low[0] / n), rel=1e-5)  # t of 19
