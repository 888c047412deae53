"""All codes together: whole sets of codes compared (MASI, Jaccard, exact match), and means over codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.agreement.alpha import alpha_from
from textmine.agreement.codings import Codings
from textmine.agreement.per_code import PerCode
from textmine.agreement.resampling import Resampler, find_interval, jackknife_error, most_missed
from textmine.agreement.sets import KINDS, Ints, distance_from, find_sets, measure_distances

Floats = npt.NDArray[np.float64]

#: With more different sets than this, the samples' chance agreement is taken in its linear part.
_MOST_SETS = 4000
_BLOCK = 500


@dataclass(frozen=True, eq=False)
class Overall:
    """``table``: a row a measure with its interval; ``left_out``: codes that not all coders coded.

    ``distances`` is how far apart the sets of each unit's coders are (MASI), the mean over pairs; NaN where
    fewer than two coded the unit for all codes.
    """

    table: pd.DataFrame
    left_out: list[str]
    distances: Floats


@dataclass(frozen=True, eq=False)
class _Sets:
    numbers: Ints  # (coders, units), -1 where not known
    members: Floats  # (sets, codes)
    coded: Floats  # by how many coders each unit was coded, 0 where by fewer than two


def measure_overall(codings: Codings, per_code: PerCode, resampler: Resampler) -> Overall:
    """The agreement on whole sets of codes, and the means of the codes' figures.

    Sets hold the codes that every coder coded somewhere; a unit with a gap in one of them is not coded by
    that coder. Two empty sets are alike; an empty set and another share nothing.
    """
    shared = np.asarray((~np.isnan(codings.values)).any(axis=1).all(axis=0))
    sets = _find_sets(codings.values[:, :, shared])
    several = sets.coded > 1
    apart = {kind: _sum_distances(codings, sets, kind) for kind in KINDS}
    below = np.maximum(sets.coded - 1, 1)
    n = resampler.total(np.where(several, sets.coded, 0.0)[:, None])
    rows, chances = [], []
    for kind in KINDS:
        by_group = resampler.total((2 * apart[kind] / below)[:, None])
        drawn, without, chance = _resample_alpha(sets, kind, n, by_group, resampler)
        rows.append(_row(f"alpha_{kind}", drawn, without, int(several.sum())))
        chances.append(chance)
    pairs = np.maximum(sets.coded * below / 2, 1)
    match = np.where(several, 1 - apart["exact"] / pairs, 0.0)
    by_group = np.asarray(resampler.total(np.column_stack([match, several.astype(np.float64)])))
    shares = [_share(part) for part in (resampler.draw(by_group), resampler.leave_out(by_group))]
    rows.append(_row("exact_match", shares[0], shares[1], int(several.sum())))
    if not apart["exact"].any():
        _hold_doubt(rows, [*chances, 1.0], int((by_group[:, 1] > 0).sum()))
    n_any = int(((~np.isnan(codings.values)).sum(axis=0) > 1).any(axis=1).sum())
    rows += [
        _row(f"mean_{name}", *_means(per_code.drawn[name], per_code.left_out[name]), n_any)
        for name in per_code.drawn
    ]
    _hold_doubt_of_means(rows, per_code)
    names = [code for code, kept in zip(codings.codes, shared.tolist(), strict=True) if not kept]
    return Overall(pd.DataFrame(rows), names, np.where(several, apart["masi"] / pairs, np.nan))


def _find_sets(values: Floats) -> _Sets:
    if not values.shape[2]:
        return _Sets(np.full(values.shape[:2], -1), np.zeros((1, 0)), np.zeros(values.shape[1]))
    numbers, members = find_sets(values)
    coded = (numbers >= 0).sum(axis=0).astype(np.float64)
    return _Sets(numbers, members, np.where(coded > 1, coded, 0.0))


def _sum_distances(codings: Codings, sets: _Sets, kind: str) -> Floats:
    """The distances of each unit's sets, summed over pairs of coders."""
    sizes = sets.members.sum(axis=1)
    total = np.zeros(sets.numbers.shape[1])
    for i, j in codings.pairs():
        both = (sets.numbers[i] >= 0) & (sets.numbers[j] >= 0)
        a, b = sets.numbers[i][both], sets.numbers[j][both]
        shared = (sets.members[a] * sets.members[b]).sum(axis=1)
        total[both] += distance_from(shared, sizes[a], sizes[b], kind)
    return total


def _resample_alpha(
    sets: _Sets, kind: str, n: Any, apart: Any, resampler: Resampler
) -> tuple[Floats, Floats, float]:
    """Alpha in the data and each sample, without each respondent, and the distance that chance gives."""
    counts = resampler.total(_count_sets(sets))  # respondents x sets
    totals = np.asarray(counts.sum(axis=0)).ravel()
    reach = _reach(sets.members, totals, kind)
    expected = float(totals @ reach)
    linear = np.asarray(counts @ reach).ravel()
    sums = np.column_stack([np.asarray(n).ravel(), np.asarray(apart).ravel(), linear])
    drawn = resampler.draw(sums)
    if kind == "exact":
        drawn_totals = resampler.draw(counts)
        chance = drawn[:, 0] ** 2 - (drawn_totals**2).sum(axis=1)
        own = sums[:, 0] ** 2 - np.asarray(counts.multiply(counts).sum(axis=1)).ravel()
    elif len(totals) <= _MOST_SETS:
        far = measure_distances(sets.members, sets.members, kind)
        drawn_totals = resampler.draw(counts)
        chance = ((drawn_totals @ far) * drawn_totals).sum(axis=1)
        own = _own_distances(counts, far)
    else:
        chance = 2 * drawn[:, 2] - expected
        own = np.zeros(len(sums))
    without = resampler.leave_out(sums)
    left = expected - 2 * linear + own
    alphas = alpha_from(drawn[:, 1], chance, drawn[:, 0]), alpha_from(without[:, 1], left, without[:, 0])
    return *alphas, expected / max(drawn[0, 0] * (drawn[0, 0] - 1), 1)


def _count_sets(sets: _Sets) -> Any:
    """How often each unit was given each set, sparse (units, sets), where two or more coded it."""
    from scipy.sparse import csr_matrix

    coder, unit = np.nonzero((sets.numbers >= 0) & (sets.coded > 1))
    shape = (sets.numbers.shape[1], len(sets.members))
    return csr_matrix((np.ones(len(unit)), (unit, sets.numbers[coder, unit])), shape=shape)


def _reach(members: Floats, totals: Floats, kind: str) -> Floats:
    """How far each set is from all that were given, summed."""
    blocks = [
        measure_distances(members[start : start + _BLOCK], members, kind) @ totals
        for start in range(0, len(members), _BLOCK)
    ]
    return np.concatenate(blocks)


def _own_distances(counts: Any, far: Floats) -> Floats:
    """The distances among each respondent's own sets, summed over ordered pairs."""
    parts = []
    for start in range(0, counts.shape[0], _BLOCK):
        block = counts[start : start + _BLOCK]
        parts.append(np.asarray(block.multiply(block @ far).sum(axis=1)).ravel())
    return np.concatenate(parts)


def _row(measure: str, drawn: Floats, without: Floats, n: int) -> dict[str, Any]:
    low, high = find_interval(drawn)
    return {
        "measure": measure,
        "value": float(drawn[0]),
        "low": low,
        "high": high,
        "error": jackknife_error(without),
        "n_units": n,
        "reason": "" if drawn[0] == drawn[0] else _why_unknown(measure, n),
    }


def _why_unknown(measure: str, n: int) -> str:
    if measure.startswith("mean_"):
        return "no code has one"
    return "no variation" if n and measure != "exact_match" else "no unit coded by two coders for all codes"


def _hold_doubt(rows: list[dict[str, Any]], chances: Sequence[float], respondents: int) -> None:
    """Low ends where not one disagreement was met, of which the bootstrap knows no doubt."""
    if not respondents:
        return
    missed = most_missed(respondents)
    for row, chance in zip(rows, chances, strict=True):
        if row["low"] == row["low"]:
            row["low"] = min(row["low"], max(1 - missed / chance, -1.0))


def _hold_doubt_of_means(rows: Sequence[dict[str, Any]], per_code: PerCode) -> None:
    """Low ends of means over codes, none of which met a disagreement: at most the mean of the codes' own."""
    raw = per_code.codes["raw_agreement"].dropna()
    if not (raw == 1).all():
        return
    for row in rows:
        name = str(row["measure"]).removeprefix("mean_")
        if name in per_code.drawn and row["low"] == row["low"]:
            lows = per_code.codes.loc[per_code.codes[name].notna(), f"{name}_low"]
            row["low"] = min(row["low"], float(lows.mean())) if lows.notna().all() else float("nan")
            row["high"] = row["high"] if row["low"] == row["low"] else float("nan")


def _share(sums: Floats) -> Floats:
    n = sums[:, 1]
    return np.where(n > 0, sums[:, 0] / np.maximum(n, 1), np.nan)


def _means(drawn: Floats, left_out: Floats) -> tuple[Floats, Floats]:
    """The mean over the codes of which a figure is known in the data."""
    known = ~np.isnan(drawn[0])
    return _row_means(drawn[:, known]), _row_means(left_out[:, known])


def _row_means(values: Floats) -> Floats:
    known = ~np.isnan(values)
    n = known.sum(axis=1)
    return np.where(n > 0, np.where(known, values, 0.0).sum(axis=1) / np.maximum(n, 1), np.nan)
