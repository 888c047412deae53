"""How the units that people read were drawn: the chances they had, and what their scores tell of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from textmine.errors import InvalidDesign

#: What a unit drawn at random to be read may be called.
RANDOM_ROLES = ("audit", "random", "calibration", "simple random")
#: A sample whose scores are so oddly placed among the wave's was not drawn at random.
ODD = 1e-6
#: Chances that differ by no more than this share of the greater are one, written twice: .033 and .0333.
_ALIKE = 1e-3


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
    from scipy.stats import ks_2samp

    places = scores.index.get_indexer(units)
    chosen = np.zeros(len(scores), dtype=bool)
    chosen[places[places >= 0]] = True
    if chosen.all() or not chosen.any():
        return True
    for code in scores.columns:
        values = scores[code].to_numpy(dtype=np.float64)
        known = ~np.isnan(values)
        ours, rest = values[chosen & known], values[~chosen & known]
        if not len(ours) or not len(rest) or np.ptp(values[known]) == 0:
            continue
        if ks_2samp(ours, rest, method="asymp").pvalue < ODD / len(scores.columns):
            return False
    return True
