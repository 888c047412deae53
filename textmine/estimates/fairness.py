"""Whether a coder serves all groups of a wave alike: precision and recall of each, and their gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import CodedDataset
from textmine.coding.intervals import adjust_holm
from textmine.errors import InputError
from textmine.estimates.cells import SecondPhase
from textmine.estimates.design import Audit, AuditDesign
from textmine.estimates.differences import ADJUSTMENTS, LEVEL, pair_groups
from textmine.estimates.formulas import FEW_DEGREES, Z95, adjust_bh, bound_share, fit_platt
from textmine.estimates.prepared import Groups, Prepared, prepare_estimates
from textmine.estimates.shown import show_estimates
from textmine.estimates.survey import SurveyWave, as_wave
from textmine.estimates.units import Units, covary_clusters

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

#: All codes together.
ALL_CODES = "(all codes)"
#: With fewer codes behind a figure (given by the coder, or by people) it is not compared, and says so.
FEWEST_CASES = 10
FIGURE_COLUMNS = [
    *("code", "by", "group", "measure", "estimate", "low", "high", "se", "n_read", "n_cases"),
    *("n_cases_effective", "target", "validity"),
]
GAP_COLUMNS = [
    *("code", "by", "group", "than", "measure", "gap", "low", "high", "p", "p_adjusted", "differs"),
    *("n_cases", "n_cases_than", "target"),
]


@dataclass(frozen=True, eq=False)
class Fairness:
    """``figures``: precision and recall of each group and code; ``gaps``: each pair of groups.

    ``figures`` has ``code, by, group, measure, estimate, low, high, se``, the units ``n_read``, the codes
    behind the figure (``n_cases``: given by the coder for precision, by people for recall) and the size of a
    simple random sample that would tell as much (``n_cases_effective``), and ``validity``. ``gaps`` has
    ``group, than, gap, low, high``, a p-value corrected over all looks at a column (all codes together, and
    code by code) and ``differs``, 'yes' below .05.

    >>> truth = np.tile([1.0, 0, 0, 0], 100)
    >>> wave, read = pd.DataFrame({"money": truth * 0.9}), pd.DataFrame({"money": truth[:200]})
    >>> found = measure_fairness(wave, read, by={"phase": np.tile(["primary", "secondary"], 200).tolist()})
    >>> found.figures["measure"].unique().tolist()
    ['precision', 'recall']
    """

    figures: pd.DataFrame
    gaps: pd.DataFrame

    def _repr_html_(self) -> str:
        figures = show_estimates(self.figures, title="How well each group is coded")
        return figures + show_estimates(self.gaps, title="Gaps between groups")


@dataclass(frozen=True, eq=False)
class _Ratio:
    """A ratio in each cell: ``estimate``, ``covariance`` (guarded), cases, and their effective number."""

    estimate: Floats
    covariance: Floats
    cases: Places
    effective: Floats
    degrees: Floats


def measure_fairness(
    coded: SurveyWave | CodedDataset | pd.DataFrame,
    checked: CodedDataset | pd.DataFrame,
    *,
    by: Mapping[str, Any],
    reference: Any = None,
    adjust: str = "holm",
    design: AuditDesign | None = None,
    unit: str = "answer",
    base: str = "answered",
    target: str | None = None,
) -> Fairness:
    """Precision and recall of the coder in each group of a wave, from the units that people read.

    The arguments are those of ``estimate_prevalence``. Units count by their survey weight and the chance that
    they were read with (Hajek's ratio, linearised; Sarndal, Swensson & Wretman 1992, ch. 5), so an audit
    drawn more densely where scores are unsure gives the figures of the wave, not of the audit. Respondents'
    answers are taken together, as clusters are. Intervals are Wilson's on the effective number of cases; the
    variance is at least what scaled scores let expect, for a stratum in which nobody met a code is not empty.

    Gaps are taken between each pair of groups, or each group and the ``reference``; their intervals are put
    together from those of the two figures (Zou & Donner 2008) and keep their covariance. ``adjust`` corrects
    p-values: ``holm`` or ``bh``. Where a group is coded worse, its naive shares are off in another way than
    those of the rest; ``estimate_differences`` gives gaps in the shares themselves that are free of it.

    Raises ``InvalidDesign`` and ``InputError`` as ``estimate_prevalence`` does.

    ``design``, ``base`` and ``target`` are those of ``estimate_prevalence``. ``checked`` are the labels of
    the units read (1, 0, NaN); ``unit`` is 'answer' or 'respondent'.

    >>> rng = np.random.default_rng(0)
    >>> truth, group = (rng.random(4000) < 0.3), rng.integers(0, 2, 4000).astype(str)
    >>> missed = truth & (group == "1") & (rng.random(4000) < 0.4)
    >>> wave = pd.DataFrame({"money": np.where(truth & ~missed, 0.9, 0.1)})
    >>> read = pd.DataFrame({"money": truth[:800].astype(float)})
    >>> gaps = measure_fairness(wave, read, by={"phase": group}).gaps.set_index(["code", "measure"])
    >>> gaps.loc[("money", "recall"), ["group", "than", "differs"]].tolist()
    ['1', '0', 'yes']
    """
    if adjust not in ADJUSTMENTS:
        raise InputError(f"No correction {adjust!r}. Choose one: {', '.join(ADJUSTMENTS)}.")
    wave = as_wave(coded)
    if wave.clusters is None and wave.respondents is not None and target != "finite":
        wave = replace(wave, clusters=wave.respondents)
    ready = prepare_estimates(wave, checked, design=design, unit=unit, base=base, target=target)
    figures, gaps = [], []
    for name, values in by.items():
        groups = Groups.of(ready, name, values, None)
        pairs = pair_groups(groups, None if reference is None else str(reference))
        units = ready.units(groups.cells, len(groups))
        found = _measure_all(ready, units)
        here = []
        for (code, measure), (ratio, read) in found.items():
            figures += _list_figures(ready, groups, code, measure, ratio, read)
            here += [_compare(ready, groups, code, measure, ratio, one, other) for one, other in pairs]
        for pooled in (True, False):
            family = [look for look in here if (look["code"] == ALL_CODES) == pooled]
            p = [look["p"] for look in family]
            adjusted = adjust_holm(p) if adjust == "holm" else adjust_bh(p)
            for look, value in zip(family, adjusted, strict=True):
                look |= {"p_adjusted": value, "differs": "yes" if value < LEVEL else ""}
        gaps += here
    return Fairness(pd.DataFrame(figures, columns=FIGURE_COLUMNS), pd.DataFrame(gaps, columns=GAP_COLUMNS))


def _measure_all(ready: Prepared, units: Units) -> dict[tuple[str, str], tuple[_Ratio, Places]]:
    """The ratios of all codes together, then of each code, with the units read in each cell."""
    audit = ready.counted.audit
    rows, codes = audit.rows, [code for code in ready.wave.codes if code not in ready.wave.uncoded]
    found = np.column_stack([ready.found(code) for code in codes])
    given = np.column_stack([ready.naive(code)[rows] for code in codes])
    scores = np.column_stack([ready.scores(code)[rows] for code in codes])
    chance = np.full(found.shape, np.nan)
    inside = units.cells[rows] >= 0
    for k in range(len(codes)):
        known = np.asarray(~np.isnan(found[:, k]))
        if known.any():
            pull = np.where(inside & known, units.weights[rows] / audit.chances, 0.0)[known]
            pull = pull if pull.sum() > 0 else np.ones(len(pull))
            chance[known, k] = fit_platt(found[known, k], scores[known, k], pull)
    results = {}
    for place, code in enumerate([ALL_CODES, *codes]):
        chosen = np.arange(len(codes)) if place == 0 else np.array([place - 1])
        known = np.asarray(~np.isnan(found[:, chosen]).all(axis=1))
        part, y, g = audit.restrict(known), found[np.ix_(known, chosen)], given[np.ix_(known, chosen)]
        g, p, y = (
            np.where(np.isnan(y), 0.0, g),
            np.nan_to_num(chance[np.ix_(known, chosen)]),
            np.nan_to_num(y),
        )
        read = np.bincount(units.cells[part.rows][units.cells[part.rows] >= 0], minlength=units.n_cells)
        for measure, of in (("precision", g), ("recall", y)):
            ratio = _estimate_ratio(measure, g, y, of, p, units, part, beyond=ready.beyond)
            results[(code, measure)] = (ratio, read)
    return results


def _estimate_ratio(
    measure: str,
    given: Floats,
    found: Floats,
    of: Floats,
    chance: Floats,
    units: Units,
    audit: Audit,
    *,
    beyond: bool,
) -> _Ratio:
    """The weighted share of ``of`` that coder and people have in common, in each cell; a row a unit read."""
    cell = units.cells[audit.rows]
    within = cell >= 0
    place = np.where(within, cell, 0)
    a = np.where(within, units.weights[audit.rows] / audit.chances, 0.0)

    def add(values: Floats) -> Floats:
        sums = np.bincount(place, np.where(within, values, 0.0), minlength=units.n_cells)
        return np.asarray(sums, dtype=np.float64)

    both, size = (given * found).sum(axis=1), of.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = add(a * size)
        ratio = add(a * both) / total
        residual = np.nan_to_num(both - ratio[place] * size)
        cases = add(size).astype(np.int64)
        effective = total**2 / add(a**2 * size)
        # how a unit's residual varies where its score is all that is known of it
        pull_of = given if measure == "precision" else given - np.nan_to_num(ratio[place])[:, None]
        spread = (pull_of**2 * chance * (1 - chance)).sum(axis=1)
        second = SecondPhase(audit, place, within, a, units.n_cells)
        n = add((size > 0).astype(np.float64))
        small = np.sqrt(n / np.maximum(n - 1, 1)) / total
        phase = second.covary(residual) * np.outer(small, small) * second.scale
        guard = second.lack(residual, spread) * small**2 * second.scale
        covariance, degrees = phase, np.maximum(n - 1, 1)
        if beyond:
            z = np.zeros(len(units))
            np.add.at(z, audit.rows, a * residual / total[place])
            first = covary_clusters(z, units) - second.square(residual) / np.outer(total, total)
            first[np.diag_indices_from(first)] = np.maximum(np.diag(first), 0.0)
            covariance = phase + first
            degrees = np.minimum(degrees, units.degrees)
    covariance = covariance + np.diag(guard)
    few = cases < 2
    ratio = np.where(few, np.nan, ratio)
    covariance[few, :] = np.nan
    covariance[:, few] = np.nan
    return _Ratio(ratio, covariance, cases, np.nan_to_num(effective), degrees)


def _bound(ratio: _Ratio) -> tuple[Floats, Floats]:
    se = np.sqrt(np.maximum(np.diag(ratio.covariance), 0.0))
    return bound_share(ratio.estimate, se, fewest=ratio.effective, degrees=ratio.degrees)


def _list_figures(
    ready: Prepared, groups: Groups, code: str, measure: str, ratio: _Ratio, read: Places
) -> list[dict[str, Any]]:
    low, high = _bound(ratio)
    behind = "codes that the coder gave" if measure == "precision" else "codes that people gave"
    rows = []
    for place, group in enumerate(groups.groups):
        cases, notes = int(ratio.cases[place]), list(ready.notes)
        if cases < 2:
            notes.insert(0, f"not estimable: {cases} {behind} were read in this group")
        elif cases < FEWEST_CASES:
            notes.insert(0, f"only {cases} {behind} were read in this group")
        rows.append(
            {
                "code": code,
                "by": groups.by,
                "group": group,
                "measure": measure,
                "estimate": ratio.estimate[place],
                "low": low[place],
                "high": high[place],
                "se": float(np.sqrt(max(ratio.covariance[place, place], 0.0)))
                if cases >= 2
                else float("nan"),
                "n_read": int(read[place]),
                "n_cases": cases,
                "n_cases_effective": ratio.effective[place],
                "target": ready.target,
                "validity": "; ".join(notes),
            }
        )
    return rows


def _compare(
    ready: Prepared, groups: Groups, code: str, measure: str, ratio: _Ratio, one: int, other: int
) -> dict[str, Any]:
    from scipy.stats import norm, t

    low, high = _bound(ratio)
    estimate, covariance = ratio.estimate, ratio.covariance
    cases = (int(ratio.cases[one]), int(ratio.cases[other]))
    gap = float(estimate[one] - estimate[other])
    ends, p = (float("nan"), float("nan")), float("nan")
    if min(cases) >= FEWEST_CASES:
        scale = float(np.sqrt(covariance[one, one] * covariance[other, other]))
        r = float(np.clip(covariance[one, other] / scale, -1, 1)) if scale > 0 else 0.0
        down = _join(estimate[one] - low[one], high[other] - estimate[other], r)
        up = _join(high[one] - estimate[one], estimate[other] - low[other], r)
        ends = (max(gap - down, -1.0), min(gap + up, 1.0))
        degrees = float(min(ratio.degrees[one], ratio.degrees[other]))
        few = degrees < FEW_DEGREES
        z = float(t.ppf(0.975, degrees)) if few else Z95
        side = down if gap > 0 else up
        steps = abs(gap) * z / side if side > 0 else (0.0 if gap == 0 else np.inf)
        p = float(2 * (t.sf(steps, degrees) if few else norm.sf(steps)))
    return {
        "code": code,
        "by": groups.by,
        "group": groups.groups[one],
        "than": groups.groups[other],
        "measure": measure,
        "gap": gap,
        "low": ends[0],
        "high": ends[1],
        "p": p,
        "n_cases": cases[0],
        "n_cases_than": cases[1],
        "target": ready.target,
    }


def _join(one: float, other: float, correlation: float) -> float:
    return float(np.sqrt(max(one**2 + other**2 - 2 * correlation * one * other, 0.0)))
