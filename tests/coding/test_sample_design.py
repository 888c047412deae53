"""How a sample was drawn: chances that are missing or differ, and scores that give a biased draw away."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.coding.sample_design import _is_odd, are_equal, looks_random, read_chances
from textmine.errors import InvalidDesign

UNITS = pd.Index([f"u{i}" for i in range(2000)])
SCORES = pd.DataFrame({"money": np.linspace(0, 1, 2000), "time": 0.5}, index=UNITS)


@pytest.mark.parametrize("bad", [np.nan, 0.0, -0.1, 1.2])
def test_unit_without_a_chance_of_being_drawn_is_refused(bad: float) -> None:
    labels = pd.DataFrame({"money": [1.0, 0.0]}, index=["u1", "u2"])
    with pytest.raises(InvalidDesign, match="1 of the units read have no chance"):
        read_chances(pd.Series({"u1": 0.1, "u2": bad}), labels)


def test_chances_of_units_that_were_not_read_do_not_matter() -> None:
    labels = pd.DataFrame({"money": [1.0]}, index=["u1"])
    found = read_chances(pd.Series({"u1": 0.1, "u2": 0.0}), labels)
    assert found is not None and found.to_dict() == {"u1": 0.1}
    assert read_chances(None, labels) is None


def test_rounding_is_no_difference_of_chances() -> None:
    assert are_equal(pd.Series([0.0333, 0.03333])) and are_equal(None)
    assert not are_equal(pd.Series([0.033, 0.066]))


def test_random_draws_look_random() -> None:
    rng = np.random.default_rng(0)
    assert all(looks_random(SCORES, pd.Index(rng.permutation(UNITS)[:200])) for _ in range(200))
    assert looks_random(SCORES, UNITS) and looks_random(SCORES, UNITS[:0])


def test_draw_of_the_highest_or_the_least_sure_scores_does_not() -> None:
    assert not looks_random(SCORES, UNITS[-100:])
    assert not looks_random(SCORES, UNITS[:100])
    assert not looks_random(SCORES, UNITS[930:1070])
    assert looks_random(SCORES[["time"]], UNITS[:100])  # a score that is always the same tells nothing


def test_verdict_is_that_of_the_two_sample_test_on_its_limit() -> None:
    from scipy.stats import ks_2samp

    rng, odd = np.random.default_rng(0), 0
    for turn in range(300):
        n = int(rng.integers(20, 600))
        scores = rng.beta(0.3, 2, n).round(2 if turn % 2 else 9)
        scores[rng.random(n) < 0.05] = np.nan
        pull = np.exp(rng.choice([0, 3, 10]) * np.nan_to_num(scores))
        places = np.sort(rng.choice(n, n // 4, replace=False, p=pull / pull.sum()))
        known = ~np.isnan(scores)
        mine = np.isin(np.arange(n), places)
        far = ks_2samp(scores[known & mine], scores[known & ~mine], method="asymp").pvalue < 1e-3
        assert _is_odd(scores, places, 1e-3) == far
        odd += far
    assert 50 < odd < 250
