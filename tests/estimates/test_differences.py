"""Differences between groups: right where the coder errs in one group more, with their covariance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.estimates.differences import estimate_differences
from textmine.estimates.prevalence import estimate_prevalence
from textmine.estimates.survey import SurveyWave


def test_difference_is_that_of_the_shares(make_wave) -> None:
    made = make_wave()
    read = made.read(400)
    shares = estimate_prevalence(made.wave, read, by={"region": made.group})
    mine = shares[(shares["code"] == "code0") & (shares["group"] != "")].set_index("group")
    found = estimate_differences(made.wave, read, by={"region": made.group}).iloc[0]
    assert (found["group"], found["than"]) == ("south", "north")
    assert found["difference"] == pytest.approx(mine.loc["south", "estimate"] - mine.loc["north", "estimate"])
    assert found["se"] == pytest.approx(np.hypot(*mine["se"]), rel=0.02)
    assert found["naive"] == pytest.approx(mine.loc["south", "naive"] - mine.loc["north", "naive"])


def test_group_in_which_the_coder_errs_more_is_no_difference() -> None:
    covered, naive = [], []
    for seed in range(25):
        rng = np.random.default_rng(seed)
        group = rng.integers(0, 2, 3000)
        truth = (rng.random(3000) < 0.2).astype(float)
        scores = 1 / (1 + np.exp(1.5 - 2 * truth - group - rng.normal(size=3000)))
        wave = SurveyWave(pd.DataFrame({"code": scores}))
        read = pd.DataFrame({"code": truth}).iloc[np.sort(rng.permutation(3000)[:500])]
        found = estimate_differences(wave, read, by={"g": group.astype(str)}).iloc[0]
        real = truth[group == 1].mean() - truth[group == 0].mean()
        covered.append(found["low"] <= real <= found["high"])
        naive.append(abs(found["naive"] - real) > 0.08)
    assert np.mean(covered) >= 0.84
    assert np.mean(naive) == 1


def test_clusters_in_both_groups_make_the_difference_surer(make_wave) -> None:
    made = make_wave(n=2000)
    order = made.truth["code0"].argsort().to_numpy()
    cluster = np.empty(2000, dtype=int)
    cluster[order] = np.arange(2000) // 20
    wave = SurveyWave(made.wave.scores, clusters=cluster)
    read = made.read(1500)
    shares = estimate_prevalence(wave, read, by={"region": made.group})
    apart = shares[(shares["code"] == "code0") & (shares["group"] != "")]["se"]
    found = estimate_differences(wave, read, by={"region": made.group}).iloc[0]
    assert found["se"] < 0.7 * np.hypot(*apart)


def test_each_group_is_compared_with_the_reference(make_wave) -> None:
    made = make_wave()
    three = made.group.copy()
    three.iloc[::3] = "east"
    read = made.read(500)
    pairs = estimate_differences(made.wave, read, by={"region": three}, reference="north")
    assert pairs[pairs["code"] == "code0"]["group"].tolist() == ["east", "south"]
    assert set(pairs["than"]) == {"north"}
    every = estimate_differences(made.wave, read, by={"region": three})
    assert len(every) == 2 * 3
    with pytest.raises(InputError, match="Groups: east, north, south"):
        estimate_differences(made.wave, read, by={"region": three}, reference="west")


def test_p_values_are_corrected_for_all_looks(make_wave) -> None:
    made = make_wave(shares=(0.3, 0.2, 0.1, 0.1))
    read = made.read(500)
    bh = estimate_differences(made.wave, read, by={"region": made.group})
    holm = estimate_differences(made.wave, read, by={"region": made.group}, adjust="holm")
    assert (bh["p_adjusted"] >= bh["p"] - 1e-12).all()
    assert (holm["p_adjusted"] >= bh["p_adjusted"] - 1e-6).all()
    with pytest.raises(InputError, match="bh, holm"):
        estimate_differences(made.wave, read, by={"region": made.group}, adjust="none")


def test_group_that_nobody_read_has_no_difference(make_wave) -> None:
    made = make_wave()
    read = made.read(300)
    group = made.group.copy()
    group[made.truth.index.difference(read.index)[:5]] = "islands"
    found = estimate_differences(made.wave, read, by={"region": group}, reference="north")
    row = found[found["group"] == "islands"].iloc[0]
    assert np.isnan(row["difference"]) and row["validity"].startswith("not estimable")
