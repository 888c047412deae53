"""Each code by itself, given or not: every customary coefficient, what stands beside it, and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.agreement.alpha import alpha_from
from textmine.agreement.codings import Codings
from textmine.agreement.resampling import Resampler, find_interval, jackknife_error, most_missed

Floats = npt.NDArray[np.float64]

#: What is measured of each code, in the order of the columns.
MEASURES = (
    "alpha",
    "kappa",
    "fleiss",
    "ac1",
    "raw_agreement",
    "positive_agreement",
    "negative_agreement",
    "prevalence",
)
#: With fewer units to which any coder gave the code, an interval is not to be relied on.
FEWEST_MARKED = 10
#: Said of a code of which the bootstrap knows no doubt.
NO_DOUBT = "no disagreement met, low ends from Wilson's interval"
#: Up to so many pairs of coders the mean of their kappas gets an interval too.
_MOST_PAIRS = 15

# Sums over units from which all is computed; behind them stand four cells for each pair of coders.
_N, _CODINGS, _GIVEN, _APART, _ALIKE, _SHARE, _CODED, _BOTH_GIVEN, _BOTH_NOT, _MARKED = range(10)
_CELLS = 10


@dataclass(frozen=True, eq=False)
class PerCode:
    """``codes``: a row a code; ``pairs``: a row a code and pair; ``prevalence``: a row a code and coder.

    ``drawn`` has alpha, kappa and AC1 of each code in the data and each sample, (1 + draws, codes).
    """

    codes: pd.DataFrame
    pairs: pd.DataFrame
    prevalence: pd.DataFrame
    drawn: dict[str, Floats]
    left_out: dict[str, Floats]


def measure_codes(codings: Codings, resampler: Resampler) -> PerCode:
    """Every code of the codings, each as given or not given by each coder."""
    pairs = list(codings.pairs())
    few = len(pairs) <= _MOST_PAIRS
    rows, drawn, left_out = [], [], []
    cells = np.zeros((len(codings.codes), len(pairs), 4))
    for k, code in enumerate(codings.codes):
        values = codings.values[:, :, k]
        cells[k] = _count_cells(values, pairs)
        by_unit = np.column_stack([_sum_units(values), _place_cells(values, pairs if few else [])])
        by_group = np.asarray(resampler.total(by_unit))
        samples = _find_measures(resampler.draw(by_group))
        without = _find_measures(resampler.leave_out(by_group))
        if not few:
            samples[0, 1] = _mean(_kappa_of(cells[k][None]))[0]
        rows.append({"code": code} | _describe(by_unit.sum(axis=0), samples, without, by_group))
        drawn.append(samples)
        left_out.append(without)
    kept = {name: MEASURES.index(name) for name in ("alpha", "kappa", "ac1")}
    return PerCode(
        pd.DataFrame(rows),
        _table_pairs(codings, pairs, cells),
        _table_prevalence(codings),
        {name: np.column_stack([d[:, at] for d in drawn]) for name, at in kept.items()},
        {name: np.column_stack([d[:, at] for d in left_out]) for name, at in kept.items()},
    )


def _sum_units(values: Floats) -> Floats:
    """What each unit adds to the sums, (units, 10); ``values`` is (coders, units)."""
    known = ~np.isnan(values)
    coded = known.sum(axis=0).astype(np.float64)
    given = np.nansum(values, axis=0)
    several = coded > 1
    r, p = np.where(several, coded, 0.0), np.where(several, given, 0.0)
    q, below = r - p, np.maximum(r - 1, 1)
    apart = 2 * p * q / below
    alike = np.where(several, 1 - apart / np.maximum(r, 1), 0.0)
    share = given / np.maximum(coded, 1)
    both_given, both_not = p * (p - 1) / below, q * (q - 1) / below
    return np.column_stack(
        [several, r, p, apart, alike, share, coded > 0, both_given, both_not, several & (given > 0)]
    ).astype(np.float64)


def _place_cells(values: Floats, pairs: Sequence[tuple[int, int]]) -> Floats:
    """In which cell of each pair's table of two by two a unit falls: both, first only, second only, none."""
    columns = [
        (values[i] == a) & (values[j] == b) for i, j in pairs for a, b in ((1, 1), (1, 0), (0, 1), (0, 0))
    ]
    return np.column_stack(columns).astype(np.float64) if columns else np.zeros((values.shape[1], 0))


def _count_cells(values: Floats, pairs: Sequence[tuple[int, int]]) -> Floats:
    return np.array([_place_cells(values, [pair]).sum(axis=0) for pair in pairs])


def _find_measures(sums: Floats) -> Floats:
    """The measures from sums, (samples, measures)."""
    n, codings, given = sums[:, _N], sums[:, _CODINGS], sums[:, _GIVEN]
    alpha = alpha_from(sums[:, _APART], 2 * given * (codings - given), codings)
    raw = _ratio(sums[:, _ALIKE], n)
    share = _ratio(sums[:, _SHARE], sums[:, _CODED])
    unlike = 2 * share * (1 - share)
    varied = unlike > 1e-12
    fleiss = np.where(varied, 1 - _ratio(1 - raw, np.where(varied, unlike, 1)), np.nan)
    ac1 = np.where(varied, (raw - unlike) / (1 - unlike), np.nan)
    cells = sums[:, _CELLS:].reshape(len(sums), -1, 4)
    return np.column_stack(
        [
            alpha,
            _mean(_kappa_of(cells)),
            fleiss,
            ac1,
            raw,
            _ratio(sums[:, _BOTH_GIVEN], given),
            _ratio(sums[:, _BOTH_NOT], codings - given),
            _ratio(given, codings),
        ]
    )


def _kappa_of(cells: Floats) -> Floats:
    """Cohen's kappa of tables of two by two in the last axis; NaN where both gave one and the same."""
    n = cells.sum(axis=-1)
    both, first, second, none = np.moveaxis(cells, -1, 0)
    a, b = both + first, both + second
    chance = _ratio(a * b + (n - a) * (n - b), n**2)
    left = 1 - chance
    varied = left > 1e-12
    return np.where(varied, (_ratio(both + none, n) - chance) / np.where(varied, left, 1), np.nan)


def _describe(sums: Floats, samples: Floats, without: Floats, by_group: Floats) -> dict[str, Any]:
    """A code's row: counts, measures with their intervals, and what to know of them."""
    found = dict(zip(MEASURES, samples[0], strict=True))
    floors = _floors(sums, found, by_group)
    row: dict[str, Any] = {"n_units": int(sums[_N]), "n_marked": int(sums[_MARKED])}
    for at, name in enumerate(MEASURES):
        low, high = find_interval(samples[:, at])
        if name in floors and not np.isnan(low):
            low = min(low, floors[name])
        row |= {name: found[name], f"{name}_low": low, f"{name}_high": high}
        if name == "alpha":
            row["alpha_error"] = jackknife_error(without[:, at])
    unanswered = int(np.isnan(samples[1:, 0]).sum()) if len(samples) > 1 else 0
    reason = _reason(sums)
    row["reason"] = reason
    row["warning"] = "" if reason else _warning(row, bool(floors), unanswered, len(samples) - 1)
    return row


def _reason(sums: Floats) -> str:
    """Why there are no coefficients, or ''."""
    if not sums[_N]:
        return "no unit coded by two coders"
    if sums[_GIVEN] == 0:
        return "no variation: given to no unit"
    if sums[_GIVEN] == sums[_CODINGS]:
        return "no variation: given to every unit by every coder"
    return ""


def _warning(row: dict[str, Any], floored: bool, unanswered: int, draws: int) -> str:
    found = []
    if row["n_marked"] < FEWEST_MARKED:
        found.append(f"marked in {row['n_marked']} unit(s) only: interval unreliable, collect more")
    if floored:
        found.append(NO_DOUBT)
    elif draws and unanswered > draws / 100:
        found.append(f"{unanswered} of {draws} samples had no variation and are left out")
    elif draws and row["alpha_error"] == row["alpha_error"]:
        width, jackknife = row["alpha_high"] - row["alpha_low"], 2 * 1.96 * row["alpha_error"]
        if jackknife > 0 and not 2 / 3 < width / jackknife < 3 / 2:
            found.append(f"bootstrap and jackknife differ on the width ({width:.2f}, {jackknife:.2f})")
    return "; ".join(found)


def _floors(sums: Floats, found: dict[str, float], by_group: Floats) -> dict[str, float]:
    """Low ends where not one disagreement was met and the bootstrap so knows no doubt; else none.

    As many of the respondents as Wilson's interval allows may disagree all the same.
    """
    if sums[_APART] > 0 or not sums[_N]:
        return {}
    missed = most_missed(int((by_group[:, _N] > 0).sum()))
    floors = {"raw_agreement": 1 - missed}
    for name, cases in (
        ("positive_agreement", by_group[:, _GIVEN] > 0),
        ("negative_agreement", by_group[:, _CODINGS] > by_group[:, _GIVEN]),
    ):
        q = most_missed(int(cases.sum()))
        floors[name] = 2 * (1 - q) / (2 - q)
    share = sums[_SHARE] / sums[_CODED]
    unlike = 2 * share * (1 - share)
    if unlike > 0:
        floors |= {name: 1 - missed / unlike for name in ("alpha", "kappa", "fleiss")}
        floors["ac1"] = 1 - missed / (1 - unlike)
    return {name: max(low, -1.0) for name, low in floors.items() if found[name] == found[name]}


def _table_pairs(codings: Codings, pairs: Sequence[tuple[int, int]], cells: Floats) -> pd.DataFrame:
    both, first, second, none = np.moveaxis(cells, -1, 0)
    n = cells.sum(axis=-1)
    a, b = both + first, both + second
    figures = {
        "alpha": alpha_from(2 * (first + second), 2 * (a + b) * (2 * n - a - b), 2 * n),
        "kappa": _kappa_of(cells),
        "raw_agreement": _ratio(both + none, n),
        "positive_agreement": _ratio(2 * both, a + b),
        "negative_agreement": _ratio(2 * none, 2 * n - a - b),
        "prevalence_first": _ratio(a, n),
        "prevalence_second": _ratio(b, n),
    }
    counts = {"n_units": n, "both": both, "first_only": first, "second_only": second, "neither": none}
    rows = [
        {"code": code, "first": codings.coders[i], "second": codings.coders[j]}
        | {name: int(count[k, at]) for name, count in counts.items()}
        | {name: float(figure[k, at]) for name, figure in figures.items()}
        for k, code in enumerate(codings.codes)
        for at, (i, j) in enumerate(pairs)
        if n[k, at]
    ]
    return pd.DataFrame(rows)


def _table_prevalence(codings: Codings) -> pd.DataFrame:
    coded = (~np.isnan(codings.values)).sum(axis=1)
    given = np.nansum(codings.values, axis=1)
    return pd.DataFrame(
        [
            {"code": code, "coder": coder, "n_coded": int(coded[i, k]), "n_given": int(given[i, k])}
            | {"prevalence": float(_ratio(given[i, k], coded[i, k]))}
            for k, code in enumerate(codings.codes)
            for i, coder in enumerate(codings.coders)
        ]
    )


def _ratio(top: Any, bottom: Any) -> Floats:
    bottom = np.asarray(bottom, dtype=np.float64)
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), np.nan)


def _mean(values: Floats) -> Floats:
    """The mean over the last axis of what is known; NaN where nothing is."""
    known = ~np.isnan(values)
    n = known.sum(axis=-1)
    return np.where(n > 0, np.where(known, values, 0.0).sum(axis=-1) / np.maximum(n, 1), np.nan)
