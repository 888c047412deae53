"""Corrected shares of many cells at once: the estimator, its variance over both phases, and covariances.

A unit's pseudo-outcome is m + (R / pi)(Y - m) with m = a + lam f: the difference estimator of survey sampling
(Cassel, Sarndal & Wretman 1976), PPI++ of a share. Variance of the second phase (who was read) is that of the
classes of the audit; that of the first phase (who answered) is ultimate-cluster linearisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from textmine.estimates.design import Audit
from textmine.estimates.formulas import bound_share, fit_platt
from textmine.estimates.units import Units, lay_out, sum_covariance

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: A cell with fewer units read takes the weight of the scores (lambda) from all cells together.
OWN_WEIGHT_FROM = 50


@dataclass(frozen=True, eq=False)
class Cells:
    """Corrected shares of the cells, and what stands behind them; each field has a value a cell.

    ``covariance`` is that of the estimates, the guard included in its diagonal; ``hand_se`` is what reading
    alone, without scores, would leave.
    """

    estimate: Floats
    covariance: Floats
    lam: Floats
    hand: Floats
    hand_se: Floats
    read: Places
    positive: Places
    effective_read: Floats
    degrees: Floats
    perfect: Mask
    guard: Floats

    @property
    def se(self) -> Floats:
        """Standard errors; 0 only where the scores were right for each unit read, and met both kinds."""
        return np.where(self.perfect, 0.0, np.sqrt(np.maximum(np.diag(self.covariance), 0.0)))

    @property
    def guarded_se(self) -> Floats:
        """Standard errors as the intervals take them."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))


def estimate_cells(
    scores: Floats, labels: Floats, units: Units, audit: Audit, *, beyond: bool, lam: float | None = None
) -> Cells:
    """The corrected share of a code in each cell.

    ``scores`` has a value a unit (0 where ``certain``), ``labels`` one a unit read (NaN: not coded for this
    code). ``beyond`` asks for the population that the wave was drawn from, else it is the wave itself. A
    given ``lam`` is not tuned. A cell in which fewer than two units were read is NaN.
    """
    known = ~np.isnan(labels)
    audit, y = audit.restrict(known), labels[known]
    rows, pi = audit.rows, audit.chances
    f, cell, weight = scores[rows], units.cells[rows], units.weights[rows]
    within = cell >= 0
    place = np.where(within, cell, 0)
    a = np.where(within, weight / pi, 0.0)

    def add(values: Floats) -> Floats:
        sums = np.bincount(place, np.where(within, values, 0.0), minlength=units.n_cells)
        return np.asarray(sums, dtype=np.float64)

    with np.errstate(divide="ignore", invalid="ignore"):
        read = add(np.ones(len(y))).astype(np.int64)
        total = add(a)
        mean_y, mean_f = add(a * y) / total, add(a * f) / total
        effective = total**2 / add(a**2)
        pull = SecondPhase(audit, place, within, a, units.n_cells)
        dy, df = y - mean_y[place], f - mean_f[place]
        own = _tune(pull, dy, df, scores, units, audit) if lam is None else np.full(1, lam)
        weight_f = np.broadcast_to(own, (units.n_cells,)) if lam is not None else _share_weight(own, read)
        size = units.totals
        level = mean_y - weight_f * mean_f
        weighted = units.open_weights * scores
        estimate = (level * units.open_totals + weight_f * units.add(weighted)) / size
        hand = mean_y * units.open_totals / size
        residual = dy - weight_f[place] * df
        small = np.sqrt(read / np.maximum(read - 1, 1)) * units.open_totals / (size * total)
        phase = pull.covary(residual) * np.outer(small, small) * pull.scale
        hand_phase = np.diag(pull.covary(dy)) * small**2 * pull.scale
        platt = fit_platt(y, f, np.where(within, a, 0.0)) if within.any() else y
        guard = pull.lack(residual, platt * (1 - platt)) * small**2 * pull.scale
        hand_guard = pull.lack(dy, platt * (1 - platt)) * small**2 * pull.scale
        first = np.zeros_like(phase)
        degrees = np.maximum(read - 1, 1).astype(np.float64)
        if beyond:
            laid = (estimate, level, weight_f)
            first = _first_phase(laid, units.pairs.add(weighted), residual, units, audit, pull)
            degrees = np.minimum(degrees, units.degrees)
    covariance = phase + first + np.diag(guard)
    too_few = read < 2
    estimate, hand = (np.where(too_few, np.nan, value) for value in (estimate, hand))
    covariance[too_few, :] = np.nan
    covariance[:, too_few] = np.nan
    wrong = add((np.abs(residual) > 1e-9).astype(np.float64)) > 0
    hits = add(y).astype(np.int64)
    return Cells(
        estimate=estimate,
        covariance=covariance,
        lam=np.where(too_few, np.nan, weight_f),
        hand=hand,
        hand_se=np.sqrt(hand_phase + hand_guard + np.diag(first)),
        read=read,
        positive=hits,
        effective_read=np.nan_to_num(effective),
        degrees=degrees,
        perfect=~wrong & (hits > 0) & (hits < read) & (not beyond),
        guard=guard,
    )


def bound_cells(cells: Cells) -> tuple[Floats, Floats]:
    """The intervals of corrected shares."""
    return bound_share(cells.estimate, cells.guarded_se, fewest=cells.effective_read, degrees=cells.degrees)


class SecondPhase:
    """The second phase: z-values of units read, their classes and cells; sums of squares within classes."""

    def __init__(self, audit: Audit, place: Places, inside: Mask, weights: Floats, n_cells: int) -> None:
        self.audit, self.place, self.inside, self.n_cells = audit, place, inside, n_cells
        self.weights = weights
        self.pull = weights * np.sqrt(1 - audit.chances)
        drawn = np.unique(audit.drawn, return_inverse=True)[1]
        self.drawn = drawn
        of = np.zeros(int(drawn.max(initial=-1)) + 1, dtype=np.int64)
        of[drawn] = audit.classes
        self.class_of = of
        self.counts = np.bincount(of)
        n = len(drawn)
        #: Undoes n / (n - 1) of one class, so that a cell's own n takes its place.
        self.scale = (n - 1) / n if len(self.counts) == 1 and n > 1 and len(of) == n else 1.0

    def covary(self, values: Floats, others: Floats | None = None) -> Floats:
        """Sum over classes of n / (n - 1) times the cross products of cells' totals about their means."""
        left = self._spread(values)
        right = left if others is None else self._spread(others)
        return sum_covariance(left, right, self.class_of, self.counts)

    def lack(self, values: Floats, spread: Floats) -> Floats:
        """By how much the variance seen in each cell falls short of what the scores let one expect there.

        ``spread`` is each unit's variance as its score lets one expect it.

        A class of which nobody read a unit with the code seems to vary in nothing; its scores say better.
        """
        n_classes = len(self.counts)
        key = self.audit.classes * self.n_cells + self.place

        def add(parts: Floats) -> Floats:
            sums = np.bincount(key, parts, minlength=n_classes * self.n_cells)
            return np.asarray(sums.reshape(n_classes, self.n_cells), dtype=np.float64)

        z = np.nan_to_num(self.pull * values)
        n = np.maximum(np.bincount(self.audit.classes, minlength=n_classes), 1)[:, None]
        seen = (add(z**2) - add(z) ** 2 / n) * np.where(n > 1, n / np.maximum(n - 1, 1), 1.0)
        expected = add(self.pull**2 * spread)
        return np.asarray(np.maximum(expected.sum(axis=0) - seen.sum(axis=0), 0.0))

    def square(self, values: Floats) -> Floats:
        """Cross products of what was drawn, not about any mean: independent draws."""
        total = self._spread(values)
        products = total.T @ total
        return products if isinstance(products, np.ndarray) else np.asarray(products.toarray())

    def _spread(self, values: Floats) -> Any:
        z = np.nan_to_num(self.pull * values)
        return lay_out(z, self.drawn, self.place, (len(self.class_of), self.n_cells))


def _tune(
    pull: SecondPhase,
    dy: Floats,
    df: Floats,
    scores: Floats,
    units: Units,
    audit: Audit,
) -> Floats:
    """The weight of the scores in each cell and, last, in all cells together; between 0 and 1.

    Cov(Y, f) / Var(f) over the classes of the audit; of a simple random sample without survey weights the
    variance is that of all units, which is known.
    """
    if len(pull.counts) == 1 and np.ptp(units.weights) == 0 and np.ptp(audit.chances) == 0:
        free = (units.inside if units.certain is None else units.inside & ~units.certain).astype(np.float64)
        count = units.add(free)
        middle = units.add(free * scores) / count
        of = np.nan_to_num(units.add(free * scores**2) / count - middle**2)
        inside = pull.place[pull.inside]
        n = np.bincount(inside, minlength=units.n_cells)
        cross = np.bincount(inside, (dy * df)[pull.inside], minlength=units.n_cells) / np.maximum(n - 1, 1)
        cross, of = np.append(cross, (n * cross).sum()), np.append(of, (n * of).sum())
    else:
        both, alone = np.diag(pull.covary(dy, df)), np.diag(pull.covary(df))
        cross, of = np.append(both, both.sum()), np.append(alone, alone.sum())
    tuned = np.where(of > 1e-12 * np.max(of, initial=0.0), cross / of, 0.0)
    return np.asarray(np.clip(np.nan_to_num(tuned), 0.0, 1.0))


def _first_phase(
    cells: tuple[Floats, Floats, Floats],
    pairs: Floats,
    residual: Floats,
    units: Units,
    audit: Audit,
    pull: SecondPhase,
) -> Floats:
    """Covariance of the estimates by who answered.

    ``cells`` are the estimate, level and weight of the scores in each cell, ``pairs`` the weighted sums of
    scores in each pair of cluster and cell. Ultimate-cluster linearisation of the pseudo-outcomes counts the
    second phase as independent draws; that part is taken out again, for the classes of the audit say it
    better.
    """
    cell = np.maximum(units.pairs.cell, 0)
    estimate, level, weight = (values / units.totals for values in cells)
    every, free = units.pair_totals
    z = level[cell] * free + weight[cell] * pairs - estimate[cell] * every
    drawn = pull.weights * residual / units.totals[np.maximum(units.cells[audit.rows], 0)]
    np.add.at(z, units.pairs.of(audit.rows), drawn)
    found = units.pairs.covary(z, units.n_cells)
    found -= pull.square(residual) / np.outer(units.totals, units.totals)
    found[np.diag_indices_from(found)] = np.maximum(np.diag(found), 0.0)
    return found


def _share_weight(tuned: Floats, read: Places) -> Floats:
    return np.where(read >= OWN_WEIGHT_FROM, tuned[:-1], tuned[-1])
