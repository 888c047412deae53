"""What changed between two waves: each code's share, corrected in both, and what could have been seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coding.intervals import adjust_holm
from textmine.errors import InputError
from textmine.estimates.formulas import Z95, adjust_bh, compare_shares

Floats = npt.NDArray[np.float64]

#: How p-values are corrected, a corrected one that is flagged, and the power that is spoken of.
ADJUSTMENTS, LEVEL, POWER = ("bh", "holm"), 0.05, 0.8
#: The normal deviate that is passed with 80% power.
_Z80 = 0.8416212335729143
#: Edges of the bands of scores in which a coder is looked at.
_BANDS = ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.0))
DRIFT_COLUMNS = [
    *("code", "band", "n_read", "error", "low", "high", "p", "p_adjusted", "drifted", "detectable"),
]


_KEYS = ["code", "question", "by", "group"]
_FINITE = "of these two waves alone, not of the populations that they were drawn from"


def compare_prevalence(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    covariance: pd.Series | None = None,
    adjust: str = "bh",
) -> pd.DataFrame:
    """How each code's share changed between two tables of ``estimate_prevalence``, row by row.

    Both should be of the ``superpopulation``: who answered differs between waves. ``covariance`` (by row of
    ``after``) is that of the two estimates where the same people answered twice; without it the waves are
    taken for separate samples. Where the tables tell how many of the units read carry a code, Student's t
    with that many degrees of freedom (less two) takes the place of the normal deviate. p-values are corrected
    over all rows (``bh`` or ``holm``). ``detectable`` is the change that would have been found with 80%
    power, at the strictest correction: no flag does not mean no change. Raises ``InputError`` where the
    tables have no row in common or differ in what they are of.

    ``adjust`` is the correction of p-values: ``bh`` or ``holm``. ``before`` and ``after`` are those tables.

    >>> row = {"code": "money", "question": "", "by": "", "group": "", "naive": 0.2, "validity": "",
    ...        "base_in_words": "answers", "unit": "answer", "base": "answered", "target": "superpopulation"}
    >>> old = pd.DataFrame([row | {"estimate": 0.135, "se": 0.011}])
    >>> new = pd.DataFrame([row | {"estimate": 0.18, "se": 0.012}])
    >>> found = compare_prevalence(old, new).iloc[0]
    >>> round(found["z"], 6), round(found["p"], 6), found["changed"]
    (np.float64(2.764328), np.float64(0.005704), 'yes')
    """
    _check_adjustment(adjust)
    both = before.merge(after, on=_KEYS, suffixes=("_before", "_after"))
    if not len(both):
        raise InputError("The two waves have no code and group in common. Code both with one codebook.")
    for name in ("unit", "base"):
        if (both[f"{name}_before"] != both[f"{name}_after"]).any():
            raise InputError(f"The two waves differ in their {name}. Estimate both on the same {name}.")
    together = 0.0 if covariance is None else covariance.to_numpy(dtype=np.float64)
    first, second = (
        (both[f"estimate_{side}"].to_numpy(float), both[f"se_{side}"].to_numpy(float))
        for side in ("before", "after")
    )
    z, _ = compare_shares(first, second, together)
    degrees = _count_degrees(both)
    p, reach = _test_change(z, degrees)
    se = np.sqrt(np.maximum(first[1] ** 2 + second[1] ** 2 - 2 * together, 0.0))
    change = second[0] - first[0]
    adjusted = _adjust(p, adjust)
    notes = [_own_notes(row) for row in both.to_dict("records")]
    return pd.DataFrame(
        {
            "code": both["code"],
            "question": both["question"],
            "by": both["by"],
            "group": both["group"],
            "before": first[0],
            "after": second[0],
            "change": change,
            "low": np.clip(change - reach * se, -1, 1),
            "high": np.clip(change + reach * se, -1, 1),
            "se": se,
            "z": z,
            "p": p,
            "p_adjusted": adjusted,
            "changed": np.where(adjusted < LEVEL, "yes", ""),
            "detectable": tell_detectable(se, len(both), degrees),
            "naive_change": both["naive_after"] - both["naive_before"],
            "base_in_words": both["base_in_words_after"],
            "validity": notes,
        }
    )


def find_coder_drift(
    scores: pd.DataFrame, labels: pd.DataFrame, chances: pd.Series | None = None, *, adjust: str = "bh"
) -> pd.DataFrame:
    """Whether a coder's scores are still chances in a wave, by a small random sample that people read.

    Tests that labels and scores have the same mean, code by code, overall and in bands of the score;
    ``error`` is the mean of label less score, positive where the coder now says too little. ``chances`` are
    those of being drawn. Bands with fewer than five units read are left out. ``detectable`` is the error that
    would have been found with 80% power.

    ``adjust`` is the correction of p-values: ``bh`` or ``holm``.

    >>> scores = pd.DataFrame({"money": np.tile([0.1, 0.9], 100)})
    >>> labels = (scores > 0.5).astype(float).iloc[::3]
    >>> find_coder_drift(scores, labels)["band"].tolist()
    ['all', '0.0-0.2', '0.8-1.0']
    """
    _check_adjustment(adjust)
    rows: list[dict[str, Any]] = []
    scored = scores.index.get_indexer(labels.index) >= 0
    for code in (c for c in scores.columns if c in labels.columns):
        known = labels.index[labels[code].notna() & scored]
        f = scores.loc[known, code].to_numpy(dtype=np.float64)
        error = labels.loc[known, code].to_numpy(dtype=np.float64) - f
        weight = np.ones(len(known)) if chances is None else 1 / chances.loc[known].to_numpy(dtype=np.float64)
        rows.append(_test_error(code, "all", error, weight))
        for low, high in _BANDS:
            inside = (f >= low) & ((f < high) if high < 1 else (f <= high))
            if inside.sum() >= 5:
                rows.append(_test_error(code, f"{low}-{high}", error[inside], weight[inside], f[inside]))
    table = pd.DataFrame(rows, columns=[c for c in DRIFT_COLUMNS if c not in ("p_adjusted", "drifted")])
    table["p_adjusted"] = _adjust(table["p"].to_numpy(dtype=np.float64), adjust)
    table["drifted"] = np.where(table["p_adjusted"] < LEVEL, "yes", "")
    return table[DRIFT_COLUMNS]


def tell_detectable(se: Floats, looks: int, degrees: Any = np.inf) -> Floats:
    """The change that is found with 80% power at this standard error, corrected for so many looks.

    ``degrees`` of freedom are those of Student's t, the normal deviate without.

    >>> tell_detectable(np.array([0.016]), 1).round(3).tolist()
    [0.045]
    """
    return np.asarray((_deviate(LEVEL / max(looks, 1) / 2, degrees) + _Z80) * se)


def describe_changes(table: pd.DataFrame) -> list[str]:
    """The changes in words: what changed, and what could have been seen of what did not.

    >>> row = {"code": "money", "question": "", "group": "", "change": 0.01, "low": -0.03, "high": 0.05}
    >>> describe_changes(pd.DataFrame([row | {"changed": "", "detectable": 0.06}]))
    ['money: no change was found (+1.0 points, -3.0 to +5.0); one of 6.0 points or more would have been.']
    """
    said = []
    for row in table.to_dict("records"):
        name = ", ".join(str(row[key]) for key in ("code", "question", "group") if row[key])
        size = f"{100 * row['change']:+.1f} points, {100 * row['low']:+.1f} to {100 * row['high']:+.1f}"
        if row["change"] != row["change"]:
            said.append(f"{name}: cannot be compared; too little was read.")
        elif row["changed"] == "yes":
            said.append(f"{name}: changed by {size}.")
        else:
            seen = f"one of {100 * row['detectable']:.1f} points or more would have been"
            said.append(f"{name}: no change was found ({size}); {seen}.")
    return said


def _test_error(
    code: str, band: str, error: Floats, weight: Floats, scores: Floats | None = None
) -> dict[str, Any]:
    """The weighted mean error with its interval; in a band its variance is at least that of its scores."""
    n = len(error)
    if n < 2:
        return {"code": code, "band": band, "n_read": n}
    mean = float(np.average(error, weights=weight))
    variance = float(((weight * (error - mean)) ** 2).sum() / weight.sum() ** 2 * n / (n - 1))
    if scores is not None:
        expected = float((weight**2 * scores * (1 - scores)).sum() / weight.sum() ** 2)
        variance = max(variance, expected)
    se = variance**0.5
    p = float(compare_shares((0.0, 0.0), (mean, se))[1]) if se > 0 else float("nan")
    return {
        "code": code,
        "band": band,
        "n_read": n,
        "error": mean,
        "low": mean - Z95 * se,
        "high": mean + Z95 * se,
        "p": p,
        "detectable": float(tell_detectable(np.array([se]), 1)[0]),
    }


def _count_degrees(both: pd.DataFrame) -> Floats:
    """Degrees of freedom of each change: units read with the code, or without if fewer, less two.

    Few of them make a standard error as unsure as the share itself, and the normal deviate too bold. Where
    the tables do not tell how many were read the standard errors are taken for known.
    """
    names = [f"{name}_{side}" for name in ("n_read", "n_read_positive") for side in ("before", "after")]
    if not set(names) <= set(both.columns):
        return np.full(len(both), np.inf)
    before, after, with_it, with_it_after = (both[name].to_numpy(dtype=np.float64) for name in names)
    fewer = np.minimum(with_it, before - with_it) + np.minimum(with_it_after, after - with_it_after)
    return np.asarray(np.maximum(fewer - 2, 1.0), dtype=np.float64)


def _test_change(z: Floats, degrees: Floats) -> tuple[Floats, Floats]:
    """The two-sided p-value by Student's t, and how many standard errors a 95% interval reaches."""
    from scipy.special import ndtr, stdtr

    tail = np.where(np.isinf(degrees), ndtr(-np.abs(z)), stdtr(np.minimum(degrees, 1e9), -np.abs(z)))
    return 2 * tail, _deviate(0.025, degrees)


def _deviate(tail: float, degrees: Any) -> Floats:
    """What is passed with this chance by Student's t, by the normal law where ``degrees`` are endless."""
    from scipy.special import ndtri, stdtrit

    freedom = np.asarray(degrees, dtype=np.float64)
    by_t = -stdtrit(np.where(np.isinf(freedom), 1.0, freedom), tail)
    return np.asarray(np.where(np.isinf(freedom), -ndtri(tail), by_t))


def _own_notes(row: dict[Any, Any]) -> str:
    notes = [str(row[f"validity_{side}"] or "") for side in ("before", "after")]
    said = [f"{side}: {note}" for side, note in zip(("before", "after"), notes, strict=True) if note]
    return "; ".join([*said, *([_FINITE] if row["target_after"] == "finite" else [])])


def _adjust(p: Floats, adjust: str) -> Floats:
    return adjust_bh(p) if adjust == "bh" else np.array(adjust_holm(p.tolist()))


def _check_adjustment(adjust: str) -> None:
    if adjust not in ADJUSTMENTS:
        raise InputError(f"No correction {adjust!r}. Choose one: {', '.join(ADJUSTMENTS)}.")
