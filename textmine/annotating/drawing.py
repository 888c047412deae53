"""Units drawn by chance, each with the probability that it had: plain samples and samples by strata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.annotations.assignment import SAMPLE, shuffle_units
from textmine.errors import InputError

#: Units read in each stratum at the least: fewer give no spread within it.
AT_LEAST = 2
#: Strata that scores are cut into, and the name of the sample drawn from them.
STRATA, AUDIT = 5, "audit"
#: The stratum of units without a score.
UNSCORED = "unscored"

#: A stratum counts as at least so varied, however sure the scores are: models are surer than they should be.
_LEAST_SPREAD = 0.05


@dataclass(frozen=True)
class Pick:
    """A unit to read: why it was picked and, where chance did that, how likely it was and in which sample.

    ``code`` names the code that it was picked for, '' where there is none. ``unit_id`` is the unit's id,
    ``role`` the sampling role ('random', 'audit', 'active' ...), ``probability`` how likely the unit was to
    be picked (None: not known), ``sample`` the draw's name.

    >>> Pick("u1", "random", probability=0.25, sample="people").code
    ''
    """

    unit_id: str
    role: str
    probability: float | None = None
    sample: str = ""
    code: str = ""


def pick_random(units: Sequence[str], total: int, *, seed: int = 0, sample: str = SAMPLE) -> list[Pick]:
    """A simple random sample of ``total`` units, with the probability that each had.

    The order of drawing hangs on the ids and the seed alone, so a sample that grows keeps what it had, and
    it goes on from the one that ``plan_tasks`` drew with the same seed. All units take part, those read for
    another reason too: only so is the probability true.

    >>> [pick.probability for pick in pick_random(["a", "b", "c", "d"], 1)]
    [0.25]
    """
    every = list(dict.fromkeys(units))
    drawn = shuffle_units(every, seed)[: max(min(total, len(every)), 0)]
    return [Pick(unit, "random", len(drawn) / len(every), sample) for unit in drawn]


def stratify_units(scores: pd.DataFrame, *, code: str | None = None, strata: int = STRATA) -> pd.Series:
    """The stratum of each unit, '1' (lowest scores) and up, by one code's score or the expected codes in all.

    ``scores`` are probabilities, units x codes. Cuts are laid so that every stratum holds as much of the
    expected doubt, the sum of the square roots of p(1 - p): many units of low scores, few of middling ones.
    Equal scores stay together, so there may be fewer strata. Raises ``InputError`` for an unknown code.

    >>> scores = pd.DataFrame({"money": [0.01, 0.01, 0.02, 0.5, 0.9, None]}, index=list("abcdef"))
    >>> stratify_units(scores, strata=2).tolist()
    ['1', '1', '1', '2', '2', 'unscored']
    """
    if code is not None and code not in scores.columns:
        raise InputError(f"No scores of a code {code!r}. Codes: {', '.join(map(str, scores.columns))}.")
    values = scores[[code]] if code is not None else scores
    p = values.to_numpy(dtype=np.float64)
    known = ~np.isnan(p).all(axis=1)
    key = np.nansum(p, axis=1)
    doubt = np.sqrt(np.nansum(p * (1 - p), axis=1)) + _LEAST_SPREAD
    names = np.full(len(p), UNSCORED, dtype=object)
    rows = np.flatnonzero(known)
    rows = rows[np.argsort(key[rows], kind="stable")]
    if len(rows):
        before = np.cumsum(doubt[rows]) - doubt[rows] / 2
        number = np.minimum((before / doubt[rows].sum() * strata).astype(int), strata - 1)
        _, first, twin = np.unique(key[rows], return_index=True, return_inverse=True)
        number = number[first][twin]  # equal scores take the stratum of the first
        _, number = np.unique(number, return_inverse=True)
        names[rows] = [str(n + 1) for n in number]
    return pd.Series(names, index=scores.index.astype(str), name="stratum")


def measure_doubt(scores: pd.DataFrame, strata: pd.Series, *, code: str | None = None) -> dict[str, float]:
    """The spread that the scores let expect in each stratum: the root of the mean of p(1 - p) over the codes.

    >>> scores = pd.DataFrame({"money": [0.5, 0.5]}, index=["a", "b"])
    >>> measure_doubt(scores, pd.Series(["1", "1"], index=["a", "b"]))
    {'1': 0.5}
    """
    p = (scores[[code]] if code is not None else scores).to_numpy(dtype=np.float64)
    filled = np.where(np.isnan(p), 0.5, p)
    each = pd.Series((filled * (1 - filled)).mean(axis=1), index=scores.index.astype(str))
    of_unit = strata.reindex(each.index).to_numpy(dtype=object)
    found: dict[str, float] = {}
    for name in sorted({str(stratum) for stratum in strata.tolist()}):
        inside = each[of_unit == name]
        found[name] = max(float(np.sqrt(inside.mean())) if len(inside) else 0.0, _LEAST_SPREAD)
    return found


def allocate_sample(
    sizes: Mapping[str, int],
    spreads: Mapping[str, float],
    total: int,
    *,
    drawn: Mapping[str, int] | None = None,
    at_least: int = AT_LEAST,
) -> dict[str, int]:
    """How many units to read in each stratum: by its size times its spread (Neyman 1934).

    No stratum gets fewer than ``at_least``, fewer than were ``drawn`` before, or more than it holds, so the
    sum may be more than ``total`` where that is small.

    >>> allocate_sample({"1": 900, "2": 100}, {"1": 0.1, "2": 0.4}, 26)
    {'1': 18, '2': 8}
    """
    names = list(sizes)
    size = np.array([sizes[name] for name in names], dtype=np.int64)
    before = np.array([(drawn or {}).get(name, 0) for name in names], dtype=np.int64)
    least = np.minimum(np.maximum(before, at_least), size)
    weight = size * np.array([spreads.get(name, _LEAST_SPREAD) for name in names])
    given = _share_out(weight, least, size, total)
    return dict(zip(names, given.tolist(), strict=True))


def pick_audit(
    strata: pd.Series,
    allocation: Mapping[str, int],
    *,
    seed: int = 0,
    sample: str = AUDIT,
) -> list[Pick]:
    """A sample stratified by scores: in each stratum so many units by chance, with n / N as probability.

    ``strata`` are those of the sample's first draw: a sample grows within them, and newer scores make a new
    sample under a name of its own. All units take part, read or not. ``allocation`` has the number of units
    by stratum; ``seed`` is that of the draw.

    >>> strata = pd.Series(["1", "1", "1", "1", "2"], index=list("abcde"))
    >>> [(pick.sample, pick.probability) for pick in pick_audit(strata, {"1": 2, "2": 1})]
    [('audit/1', 0.5), ('audit/1', 0.5), ('audit/2', 1.0)]
    """
    picks = []
    for name in sorted(set(strata.tolist())):
        units = [str(unit) for unit in strata.index[strata == name]]
        taken = min(int(allocation.get(str(name), 0)), len(units))
        for unit in shuffle_units(units, seed, sample)[:taken]:
            picks.append(Pick(unit, "audit", taken / len(units), f"{sample}/{name}"))
    return picks


def _share_out(
    weight: npt.NDArray[np.float64],
    least: npt.NDArray[np.int64],
    most: npt.NDArray[np.int64],
    total: int,
) -> npt.NDArray[np.int64]:
    """Whole numbers between ``least`` and ``most`` in proportion to ``weight``, with the sum of ``total``."""
    total = int(min(max(total, least.sum()), most.sum()))
    given = least.astype(np.float64)
    free = np.ones(len(weight), bool)
    while free.any():
        rest = total - given[~free].sum()
        wanted = weight[free] / max(weight[free].sum(), 1e-12) * rest
        low, high = wanted < least[free], wanted > most[free]
        if not (low.any() or high.any()):
            given[free] = wanted
            break
        worst = low if np.sum((least[free] - wanted)[low]) >= np.sum((wanted - most[free])[high]) else high
        rows = np.flatnonzero(free)[worst]
        given[rows] = (least if worst is low else most)[rows]
        free[rows] = False
    whole = np.floor(given + 1e-9).astype(np.int64)
    order = np.argsort(-(given - whole), kind="stable")
    for row in np.tile(order, len(order) + 1):
        if whole.sum() >= total:
            break
        if whole[row] < most[row]:
            whole[row] += 1
    return whole
