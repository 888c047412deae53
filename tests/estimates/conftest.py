"""A synthetic coded wave whose truth is known, with groups, weights, clusters and questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from textmine.estimates.survey import SurveyWave


@dataclass(frozen=True)
class Made:
    """A wave with its truth."""

    wave: SurveyWave
    truth: pd.DataFrame
    group: pd.Series

    def read(self, n: int, seed: int = 1) -> pd.DataFrame:
        """Labels of n units drawn at random."""
        picked = np.sort(np.random.default_rng(seed).permutation(len(self.truth))[:n])
        return self.truth.iloc[picked]


@pytest.fixture(scope="session")
def make_wave() -> Callable[..., Made]:
    def make(n: int = 2000, shares: tuple[float, ...] = (0.3, 0.1), seed: int = 0, **columns: object) -> Made:
        rng = np.random.default_rng(seed)
        units = pd.Index([f"u{place}" for place in range(n)], name="unit_id")
        truth = pd.DataFrame(
            {f"code{k}": (rng.random(n) < share).astype(float) for k, share in enumerate(shares)}, index=units
        )
        place = rng.normal(size=truth.shape) + 2.2 * truth.to_numpy()
        scores = pd.DataFrame(1 / (1 + np.exp(3.5 - 2.2 * place)), index=units, columns=truth.columns)
        group = pd.Series(np.where(rng.random(n) < 0.4, "north", "south"), index=units)
        return Made(SurveyWave(scores, **columns), truth, group)  # type: ignore[arg-type]

    return make
