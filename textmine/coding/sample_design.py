"""How the units that people read were drawn: the chances they had, and what their scores tell of it."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.errors import InvalidDesign

#: What a unit drawn at random to be read may be called.
RANDOM_ROLES = ("audit", "random", "calibration", "simple random")
#: A sample whose scores are so oddly placed among the wave's was not drawn at random.
ODD = 1e-6
#: Chances that differ by no more than this share of the greater are one, written twice: .033 and .0333.
_ALIKE = 1e-3
#: From this size the limit of Kolmogorov's law, with a margin, tells what is not odd.
_LARGE = 100


def read_chances(probability: pd.Series | None, labels: pd.DataFrame) -> pd.Series | None:
    """Each read unit's chance of being drawn; raises ``InvalidDesign`` where one is missing or impossible."""
    if probability is None:
        return None
    chances = pd.to_numeric(probability.reindex(labels.index), errors="coerce")
    bad = int((chances.isna() | ~((chances > 0) & (chances <= 1))).sum())
    if bad:
        raise InvalidDesign(
            f"{bad} of the units read have no chance of being drawn above 0 and up to 1. Give each unit the "
            "probability that it was drawn with, or take out units that were not drawn at random."
        )
    return chances


def are_equal(chances: pd.Series | None) -> bool:
    """Whether all units had the same chance of being drawn; unknown chances are taken for equal."""
    if chances is None or not len(chances):
        return True
    low, high = float(chances.min()), float(chances.max())
    return high - low <= _ALIKE * high


def looks_random(scores: pd.DataFrame, units: pd.Index) -> bool:
    """Whether the units' scores lie among the others' as those of a random draw would (Kolmogorov-Smirnov).

    A code whose scores do not vary, and a wave read whole, tell nothing.
    """
    places = np.unique(scores.index.get_indexer(units))
    places = places[places >= 0]
    if not len(places) or len(places) == len(scores):
        return True
    level = ODD / len(scores.columns)
    return not any(_is_odd(scores[code].to_numpy(np.float64), places, level) for code in scores.columns)


def thin_strata(strata: pd.Series | None, probability: pd.Series | None, read: pd.Index) -> pd.Index | None:
    """The units of a stratified sample that are left when each is kept with the same chance; None if not so.

    ``strata`` and ``probability`` are of all units drawn, ``read`` of those that people read. A unit stays
    where a number made of its id, as good as random and always the same, lies below the smallest chance of
    any stratum over its own (permanent random numbers, Ohlsson 1995). What is left has equal chances, and
    counts in it scatter no more than those of a simple random sample, so its exact tests hold.

    >>> units = pd.Index([f"u{i}" for i in range(100)])
    >>> strata = pd.Series(["sure"] * 50 + ["unsure"] * 50, index=units)
    >>> kept = thin_strata(strata, strata.map({"sure": 0.1, "unsure": 0.5}), units)
    >>> strata[kept].value_counts().to_dict()
    {'sure': 50, 'unsure': 6}
    """
    if strata is None or probability is None or strata.reindex(read).isna().any():
        return None
    known = pd.DataFrame({"stratum": strata, "chance": pd.to_numeric(probability.reindex(strata.index))})
    known = known.dropna()
    chance = known.groupby("stratum")["chance"].agg(["min", "max"])
    if are_equal(known["chance"]) or not all(are_equal(pair) for _, pair in chance.iterrows()):
        return None
    met = pd.Series(known.index.isin(read), index=known.index)
    level = chance["min"] * met.groupby(known["stratum"]).mean()
    if not (level > 0).all():
        return None
    own = strata.reindex(read).map(level.min() / level).to_numpy(dtype=np.float64)
    numbers = np.array([int(sha256(str(unit).encode()).hexdigest()[:13], 16) / 16**13 for unit in read])
    return read[numbers < own]


def _is_odd(scores: npt.NDArray[np.float64], places: npt.NDArray[np.int64], level: float) -> bool:
    """Whether the scores at these places and all others are so far apart by chance with less than ``level``.

    Only one sort of the scores, and the exact law only where the limit of it is near: a wave may be large.
    """
    from scipy.special import kolmogorov

    every, ours = (np.sort(values[~np.isnan(values)]) for values in (scores, scores[places]))
    n, m = len(ours), len(every) - len(ours)
    if not n or not m or every[0] == every[-1]:
        return False
    at = np.unique(ours)
    gaps = []
    for side in ("left", "right"):
        mine = np.searchsorted(ours, at, side)
        rest = np.searchsorted(every, at, side) - mine
        gaps.append(np.abs(mine / n - rest / m).max())
    gap, size = float(max(gaps)), n * m / (n + m)
    if size > _LARGE and kolmogorov(gap * (np.sqrt(size) + 1)) > level:
        return False
    from scipy.stats import kstwo

    return bool(kstwo.sf(gap, np.round(size)) < level)
