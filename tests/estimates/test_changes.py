"""Changes between waves: known answer, corrections, what could have been seen, and a coder that drifts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.estimates.changes import (
    compare_prevalence,
    describe_changes,
    find_coder_drift,
    tell_detectable,
)
from textmine.estimates.prevalence import estimate_prevalence


@pytest.fixture
def two_waves(make_wave) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares .30 and .10 before, .30 and .25 after."""
    return tuple(
        estimate_prevalence(made.wave, made.read(400), target="superpopulation")
        for made in (make_wave(seed=1), make_wave(seed=2, shares=(0.3, 0.25)))
    )  # type: ignore[return-value]


def test_change_is_found_where_there_is_one(two_waves) -> None:
    found = compare_prevalence(*two_waves).set_index("code")
    assert found["changed"].tolist() == ["", "yes"]
    assert found.loc["code1", "low"] <= 0.15 <= found.loc["code1", "high"]
    assert found.loc["code0", "p_adjusted"] >= found.loc["code0", "p"]
    before, after = (table.set_index("code") for table in two_waves)
    assert found["naive_change"].tolist() == pytest.approx((after["naive"] - before["naive"]).tolist())


def test_no_change_is_said_with_what_could_have_been_seen(two_waves) -> None:
    found = compare_prevalence(*two_waves)
    first, second = describe_changes(found)
    assert "no change was found" in first and "would have been" in first
    assert second.startswith("code1: changed by +")
    assert found["detectable"][0] > 2.8 * found["se"][0]  # 1.96 + .84 and the correction
    assert tell_detectable(np.array([0.01]), 20)[0] > tell_detectable(np.array([0.01]), 1)[0]


def test_people_who_answered_twice_make_a_change_surer(two_waves) -> None:
    plain = compare_prevalence(*two_waves)
    panel = compare_prevalence(*two_waves, covariance=pd.Series([1e-4, 1e-4]))
    assert (panel["se"] < plain["se"]).all()
    assert panel["se"][0] == pytest.approx(np.sqrt(plain["se"][0] ** 2 - 2e-4))


def test_waves_of_other_bases_or_codes_are_not_compared(two_waves) -> None:
    before, after = two_waves
    with pytest.raises(InputError, match="differ in their base"):
        compare_prevalence(before, after.assign(base="asked"))
    with pytest.raises(InputError, match="one codebook"):
        compare_prevalence(before, after.assign(code="other"))
    with pytest.raises(InputError, match="bh, holm"):
        compare_prevalence(before, after, adjust="none")


def test_figures_of_the_waves_alone_say_so(make_wave) -> None:
    tables = [estimate_prevalence(made.wave, made.read(200)) for made in (make_wave(), make_wave(seed=4))]
    assert "of these two waves alone" in compare_prevalence(*tables)["validity"][0]


def test_coder_that_says_too_little_is_found() -> None:
    rng = np.random.default_rng(0)
    scores = pd.DataFrame({"kept": rng.beta(0.4, 1, 3000), "worse": rng.beta(0.4, 1, 3000)})
    chance = np.column_stack([scores["kept"], np.minimum(scores["worse"] * 0.6 + 0.15, 1)])
    labels = pd.DataFrame((rng.random((3000, 2)) < chance).astype(float), columns=scores.columns)
    read = labels.iloc[np.sort(rng.permutation(3000)[:400])]
    found = find_coder_drift(scores, read).set_index(["code", "band"])
    assert found.loc[("kept", "all"), "drifted"] == ""
    assert found.loc[("kept", "all"), "detectable"] > 0
    assert found.loc[("worse", "0.0-0.2"), "drifted"] == "yes"
    assert found.loc[("worse", "0.0-0.2"), "error"] > 0
    assert found.loc[("worse", "0.8-1.0"), "error"] < 0


def test_bands_of_a_coder_that_is_right_are_seldom_flagged() -> None:
    flagged = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        scores = pd.DataFrame({"code": rng.beta(0.3, 2, 1000)})
        labels = (pd.DataFrame({"code": rng.random(1000)}) < scores).astype(float)
        flagged.append((find_coder_drift(scores, labels.iloc[:100])["drifted"] == "yes").any())
    assert np.mean(flagged) < 0.09


def test_chances_of_the_audit_are_heeded_in_drift() -> None:
    rng = np.random.default_rng(0)
    scores = pd.DataFrame({"code": rng.beta(0.4, 1, 3000)})
    labels = pd.DataFrame({"code": np.where(scores["code"] > 0.5, 1.0, 0.0)})  # surer than the scores
    chances = pd.Series(np.where(scores["code"] > 0.5, 0.5, 0.05))
    read = labels[rng.random(3000) < chances]
    with_chances = find_coder_drift(scores, read, chances)["error"][0]
    real = float((labels["code"] - scores["code"]).mean())
    assert with_chances == pytest.approx(real, abs=0.04)
    assert abs(find_coder_drift(scores, read)["error"][0] - real) > 0.1


def test_few_units_with_the_code_ask_for_students_t() -> None:
    row = {"code": "money", "question": "", "by": "", "group": "", "naive": 0.2, "validity": "",
           "base_in_words": "answers", "unit": "answer", "base": "answered", "target": "superpopulation",
           "n_read": 100}  # fmt: skip
    old = pd.DataFrame([row | {"estimate": 0.03, "se": 0.01, "n_read_positive": 3}])
    new = pd.DataFrame([row | {"estimate": 0.06, "se": 0.01, "n_read_positive": 5}])
    found = compare_prevalence(old, new).iloc[0]
    assert found["z"] == pytest.approx(0.03 / np.sqrt(2e-4))
    assert found["p"] == pytest.approx(0.078141, abs=1e-6)  # t with 6 degrees of freedom; normal: .0339
    assert found["high"] - found["change"] == pytest.approx(2.446912 * np.sqrt(2e-4), abs=1e-6)
    many = compare_prevalence(old.assign(n_read=5), new.assign(n_read=6)).iloc[0]  # few without the code
    assert many["p"] > found["p"]


@pytest.mark.slow
def test_waves_without_a_change_are_called_changed_as_seldom_as_promised(make_wave) -> None:
    waves = [make_wave(1500, shares=(0.06,), seed=seed) for seed in range(8)]
    called = []
    for turn in range(400):
        one, two = (waves[(turn + step) % 8] for step in (0, 3))
        tables = [
            estimate_prevalence(made.wave, made.read(100, seed=2 * turn + k), target="superpopulation")
            for k, made in enumerate((one, two))
        ]
        truth = [made.truth["code0"].mean() for made in (one, two)]
        found = compare_prevalence(*tables).iloc[0]
        gone = abs(found["change"] - (truth[1] - truth[0])) / found["se"]
        called.append(gone * found["se"] > found["high"] - found["change"])
    assert np.mean(called) <= 0.055
