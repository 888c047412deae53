"""What a code goes with: linear and logistic regression on attributes, corrected for the coder's errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.estimates.design import AuditDesign
from textmine.estimates.formulas import FEW_DEGREES, Z95
from textmine.estimates.prepared import Prepared, prepare_estimates
from textmine.estimates.survey import SurveyWave
from textmine.estimates.units import Units

Floats = npt.NDArray[np.float64]

MODELS = ("linear", "logit")
#: The name of the constant term.
CONSTANT = "(constant)"
_STEPS = 100


def estimate_regression(
    coded: SurveyWave | CodedDataset | pd.DataFrame,
    checked: CodedDataset | pd.DataFrame,
    code: str,
    *,
    on: pd.DataFrame,
    model: str = "logit",
    design: AuditDesign | None = None,
    unit: str = "answer",
    base: str = "answered",
) -> pd.DataFrame:
    """The coefficients of a code on attributes, as if people had read every unit.

    Design-based supervised learning (Egami, Hinck, Stewart & Wei 2023): the pseudo-outcome of
    ``mix_outcomes`` takes the place of the code in the estimating equations, weighted, with sandwich errors
    over the wave's clusters and strata. ``on`` has a row a unit and a column an attribute; words become a
    column for each value but the first. ``model`` is ``linear`` or ``logit``.

    One row a term: ``term, estimate, low, high, se, z, p, naive`` (the same fit to the coder's decisions),
    ``hand`` and ``hand_se`` (to the units read alone, by their chances), ``n_coded, n_read, validity``.
    Raises as ``estimate_prevalence`` does, and ``InputError`` for attributes that are missing or tell the
    same. ``coded``, ``checked``, ``design``, ``unit`` and ``base`` are those of ``estimate_prevalence``;
    ``code`` is the code's id.

    >>> rng = np.random.default_rng(0)
    >>> size = rng.normal(size=4000)
    >>> truth = (rng.random(4000) < 1 / (1 + np.exp(1 - size))).astype(float)
    >>> wave = pd.DataFrame({"money": np.clip(truth * 0.6 + rng.random(4000) * 0.4, 0, 1)})
    >>> read = pd.DataFrame({"money": truth[:400]})
    >>> found = estimate_regression(wave, read, "money", on=pd.DataFrame({"size": size}))
    >>> found["term"].tolist(), bool(found["low"][1] < 1 < found["high"][1])
    (['(constant)', 'size'], True)
    """
    if model not in MODELS:
        raise InputError(f"No model {model!r}. Models: {', '.join(MODELS)}.")
    ready = prepare_estimates(coded, checked, design=design, unit=unit, base=base, target="superpopulation")
    if code not in ready.wave.codes:
        raise InputError(f"No code {code!r}. Codes: {', '.join(ready.wave.codes)}.")
    units = ready.units()
    names, x = _lay_out(ready, on, units)
    inside = units.inside
    outcome, bend = _mix(ready, code, units, x), model == "logit"
    weights = np.where(inside, units.weights, 0.0)
    b = solve_outcomes(x, outcome, weights, bend)
    spread = _sandwich(x, outcome, weights, b, bend, units)
    rows, chances, y = _read_of(ready, code)
    hand_weights = np.where(inside[rows], units.weights[rows] / chances, 0.0)
    hand = solve_outcomes(x[rows], y, hand_weights, bend)
    picked = Units(
        units.weights[rows],
        units.cells[rows],
        1,
        None if units.clusters is None else units.clusters[rows],
        None if units.strata is None else units.strata[rows],
    )
    hand_spread = _sandwich(x[rows], y, hand_weights, hand, bend, picked)
    naive = solve_outcomes(x, ready.naive(code), weights, bend)
    se = np.sqrt(np.diag(spread))
    z, p, reach = _test(b, se, units)
    return pd.DataFrame(
        {
            "term": names,
            "estimate": b,
            "low": b - reach * se,
            "high": b + reach * se,
            "se": se,
            "z": z,
            "p": p,
            "naive": naive,
            "hand": hand,
            "hand_se": np.sqrt(np.diag(hand_spread)),
            "n_coded": int(inside.sum()),
            "n_read": len(y),
            "base_in_words": ready.counted.words,
            "validity": "; ".join(ready.notes),
        }
    )


def _lay_out(ready: Prepared, on: pd.DataFrame, units: Units) -> tuple[list[str], Floats]:
    """The columns of the regression: a constant, numbers as they are, words as a column for each value."""
    index = ready.wave.scores.index
    frame = on if on.index.equals(index) else on.reindex(index)
    columns: dict[str, Floats] = {CONSTANT: np.ones(ready.counted.size)}
    for name in frame.columns:
        values = pd.Series(ready.counted.pool_column(frame[name], str(name)))
        missing = int((values.isna() | values.astype(str).str.strip().eq("")).to_numpy()[units.inside].sum())
        if missing:
            raise InputError(
                f"Attribute {name}: {missing} units have no value. Fill them in, name them as a value "
                "of their own, or leave those units out."
            )
        if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
            columns[str(name)] = values.to_numpy(dtype=np.float64)
            continue
        for value in sorted(values[units.inside].astype(str).unique())[1:]:
            columns[f"{name}={value}"] = np.asarray(values.astype(str) == value, dtype=np.float64)
    x = np.column_stack(list(columns.values()))
    if np.linalg.matrix_rank(x[units.inside]) < x.shape[1]:
        raise InputError("Some attributes tell the same as others. Leave one of them out.")
    return list(columns), np.where(units.inside[:, None], x, 0.0)


def _mix(ready: Prepared, code: str, units: Units, x: Floats) -> Floats:
    """The pseudo-outcomes m + (R / pi)(Y - m), m the best line of Y in the attributes and the scores.

    Its residuals are made as large as they would be for units that the line was not fitted to.
    """
    scores = ready.scores(code)
    rows, chances, y = _read_of(ready, code)
    line = np.column_stack([x, np.where(units.inside, scores, 0.0)])
    if len(y) <= line.shape[1] + 1:
        raise InputError(f"{len(y)} units were read. Read at least 30 to correct a regression.")
    root = np.sqrt(np.where(units.inside[rows], units.weights[rows] / chances, 0.0))
    slopes = np.linalg.lstsq(line[rows] * root[:, None], y * root, rcond=None)[0]
    fitted = line @ slopes
    outcome = np.where(ready.counted.certain, 0.0, fitted)
    larger = np.where(chances < 1, np.sqrt(len(y) / (len(y) - line.shape[1])), 1.0)
    np.add.at(outcome, rows, larger * (y - fitted[rows]) / chances)
    return outcome


def _read_of(ready: Prepared, code: str) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
    found = ready.found(code)
    known = ~np.isnan(found)
    audit = ready.counted.audit.restrict(known)
    return audit.rows, audit.chances, found[known]


def _expect(x: Floats, b: Floats, bend: bool) -> Floats:
    line = x @ b
    return 1 / (1 + np.exp(-np.clip(line, -30, 30))) if bend else line


def _slope(x: Floats, b: Floats, weights: Floats, bend: bool) -> Floats:
    mean = _expect(x, b, bend)
    return np.asarray((x * (weights * (mean * (1 - mean) if bend else 1.0))[:, None]).T @ x)


def solve_outcomes(x: Floats, y: Floats, weights: Floats, bend: bool) -> Floats:
    """The coefficients at which sum w x (y - g(x b)) is 0; NaN where no such are found."""
    b = np.zeros(x.shape[1])
    for _ in range(_STEPS if bend else 1):
        score = x.T @ (weights * (y - _expect(x, b, bend)))
        try:
            step = np.linalg.solve(_slope(x, b, weights, bend), score)
        except np.linalg.LinAlgError:
            return np.full(x.shape[1], np.nan)
        longest = float(np.abs(step).max())
        b = b + (step if not bend or longest <= 2 else step * 2 / longest)
        if longest < 1e-10:
            return b
    return b if not bend else np.full(x.shape[1], np.nan)


def _sandwich(x: Floats, y: Floats, weights: Floats, b: Floats, bend: bool, units: Units) -> Floats:
    """H^-1 (sum of u u') H^-1 over clusters within strata, u being a cluster's sum of w x (y - g)."""
    if np.isnan(b).any():
        return np.full((len(b), len(b)), np.nan)
    u = x * (weights * (y - _expect(x, b, bend)))[:, None]
    stratum = np.zeros(len(u), dtype=np.int64) if units.strata is None else units.strata
    if units.clusters is not None:
        _, place = np.unique(units.clusters, return_inverse=True)
        of = np.zeros(int(place.max()) + 1, dtype=np.int64)
        of[place] = stratum
        u = np.column_stack([np.bincount(place, column) for column in u.T])
        stratum = of
    middle = np.zeros((x.shape[1], x.shape[1]))
    for one in np.unique(stratum):
        part = u[stratum == one]
        n = len(part)
        centred = part - part.mean(axis=0) if n > 1 else part
        middle += (n / (n - 1) if n > 1 else 1.0) * centred.T @ centred
    bread = np.linalg.inv(_slope(x, b, weights, bend))
    return np.asarray(bread @ middle @ bread)


def _test(b: Floats, se: Floats, units: Units) -> tuple[Floats, Floats, float]:
    """z, the two-sided p-value and how many standard errors an interval reaches."""
    from scipy.stats import norm, t

    clusters = len(units) if units.clusters is None else len(np.unique(units.clusters))
    degrees = clusters - (1 if units.strata is None else len(np.unique(units.strata)))
    few = degrees < FEW_DEGREES
    law: Any = t(max(degrees, 1)) if few else norm
    z = b / se
    return z, np.asarray(2 * law.sf(np.abs(z))), float(law.ppf(0.975)) if few else Z95
