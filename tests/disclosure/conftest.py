"""A made-up survey: people with codes, each in a region and a site within it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest


@dataclass(frozen=True)
class Survey:
    """Codes and groups of the same people."""

    codes: pd.DataFrame
    groups: pd.DataFrame


@pytest.fixture
def survey() -> Survey:
    """120 people; site h is of 3, and all of region N but h are in a and b."""
    sites = ["a"] * 40 + ["b"] * 30 + ["h"] * 3 + ["c"] * 27 + ["d"] * 20
    rng = np.random.default_rng(0)
    people = [f"p{i:03d}" for i in range(len(sites))]
    codes = pd.DataFrame(
        {c: (rng.random(len(sites)) < p).astype(int) for c, p in (("money", 0.4), ("time", 0.1))}
    )
    codes.loc[70:72, "money"] = [1, 0, 1]
    region = ["N" if site in "abh" else "S" for site in sites]
    groups = pd.DataFrame({"region": region, "site": sites}, index=people)
    return Survey(codes.set_axis(people, axis=0), groups)
