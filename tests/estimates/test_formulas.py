"""Formulas of corrected figures: known answers to the digits, and what must hold whatever the data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.coding.intervals import adjust_holm
from textmine.errors import InputError
from textmine.estimates.formulas import (
    adjust_bh,
    adjust_count,
    bound_share,
    compare_shares,
    count_effective,
    estimate_two_samples,
    fit_platt,
    mix_outcomes,
)

KNOWN = Path(__file__).resolve().parents[3] / "shared" / "methods_testcases.json"
LABELS, SCORES = [1, 0, 1, 1, 0, 0, 0, 1, 0, 0], [1, 0, 1, 0, 0, 0, 1, 1, 0, 0]
OTHERS = [1] * 12 + [0] * 28
NAN = float("nan")


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    if not KNOWN.is_file():
        pytest.skip("the file of known answers is not beside this checkout")
    return dict(json.loads(KNOWN.read_text(encoding="utf-8")))


def test_answers_are_those_of_the_reference_file(known: dict[str, Any]) -> None:
    case = known["ppi"]["two_sample"]
    others = [1] * case["f_unlabelled"]["ones"] + [0] * case["f_unlabelled"]["zeros"]
    for name, lam in (("lam1", 1.0), ("tuned", None)):
        found = estimate_two_samples(case["Y"], case["f"], others, lam)
        assert found.estimate == pytest.approx(case[name]["theta"], abs=1e-12)
        assert [found.low, found.high] == pytest.approx(case[name]["ci95"], abs=1e-7)
    case = known["ppi"]["ipw"]
    labels = [NAN if y is None else y for y in case["Y"]]
    assert mix_outcomes(case["f"], labels, case["pi"]) == pytest.approx(case["lam1"]["pseudo"], abs=1e-12)
    for name, lam in (("lam1", 1.0), ("lam05", 0.5), ("lam0", 0.0)):
        mixed = mix_outcomes(case["f"], labels, case["pi"], lam)
        assert mixed.mean() == pytest.approx(case[name]["mean"], abs=1e-9)
        assert np.average(mixed, weights=case["w"]) == pytest.approx(case[name]["weighted"], abs=1e-9)
    case = known["ppi"]["rogan_gladen"]
    assert adjust_count(case["cc"], sensitivity=case["sens"], specificity=case["spec"]) == pytest.approx(
        case["p"], abs=1e-9
    )
    case = known["ppi"]["wilson_neff"]
    assert count_effective(case["theta"], case["se"]) == pytest.approx(case["n_eff"], abs=1e-9)
    assert list(bound_share(case["theta"], case["se"])) == pytest.approx(case["ci"], abs=1e-10)
    case = known["wave"]
    (after, before), (after_se, before_se) = case["p"], case["se"]
    z, p = compare_shares((before, before_se), (after, after_se))
    assert (float(z), float(p)) == pytest.approx((case["z"], case["pvalue"]), abs=1e-12)
    assert adjust_bh(known["bh"][0]).round(4).tolist() == pytest.approx(known["bh"][1], abs=1e-4)


def test_two_samples_by_hand() -> None:
    plain = estimate_two_samples(LABELS, SCORES, OTHERS, 1.0)
    assert (plain.estimate, plain.low, plain.high) == pytest.approx((0.3, -0.011443, 0.611443), abs=1e-6)
    assert plain.se == pytest.approx(0.311443 / 1.959964, abs=1e-6)
    tuned = estimate_two_samples(LABELS, SCORES, OTHERS)
    assert (tuned.lam, tuned.estimate) == pytest.approx((0.5044118, 0.3495588), abs=1e-7)


@pytest.mark.parametrize("score", [0.3, 0.5])
def test_scores_that_tell_nothing_leave_the_mean_of_the_labels(score: float) -> None:
    found = estimate_two_samples(LABELS, [score] * 10, [score] * 40)
    assert (found.lam, found.estimate) == (0.0, pytest.approx(0.4))


def test_weight_of_the_scores_stays_between_0_and_1() -> None:
    timid = [0.5 * label for label in LABELS]  # the slope of labels on scores is 2
    assert estimate_two_samples(LABELS, timid, [0.0, 0.5] * 40).lam == 1.0
    assert estimate_two_samples(LABELS, [1 - label for label in LABELS], [0, 1] * 40).lam == 0.0


def test_pseudo_outcomes_by_hand() -> None:
    mixed = mix_outcomes([0.9, 0.2, 0.7], [1, 0, NAN], [0.5, 0.5, 0.5])
    assert mixed == pytest.approx([0.9 + 2 * 0.1, 0.2 - 2 * 0.2, 0.7])


def test_coder_no_better_than_chance_has_no_adjusted_count() -> None:
    with pytest.raises(InputError, match="tells nothing"):
        adjust_count(0.3, sensitivity=0.4, specificity=0.6)


def test_no_unit_of_one_kind_is_an_error() -> None:
    for labels, scores, others in (([1, 0], [1, 0], []), ([], [], [1, 0]), ([1, 0], [1], [1, 0])):
        with pytest.raises(InputError, match="scores of units not read"):
            estimate_two_samples(labels, scores, others)


def test_effective_size_without_an_error_is_endless_or_nothing() -> None:
    assert count_effective([0.5, 0.0], [0.0, 0.0]) == pytest.approx([np.inf, NAN], nan_ok=True)
    assert [float(end) for end in bound_share(0.5, 0.0)] == pytest.approx([0.5, 0.5], abs=1e-8)
    assert [float(end) for end in bound_share(0.0, 0.0)] == [0.0, 0.0]


def check_wilson_end(end: float, share: float, read: float) -> None:
    """The ends of Wilson's interval are the shares from which the one seen is just 1.96 errors away."""
    assert abs(share - end) == pytest.approx(1.959964 * np.sqrt(end * (1 - end) / read), rel=1e-5)


@pytest.mark.parametrize("turned", [False, True])
def test_interval_of_a_share_that_hardly_a_unit_carries_is_that_of_the_units_read(turned: bool) -> None:
    def bound(share: float, se: float, read: float) -> tuple[float, float]:
        low, high = bound_share(1 - share if turned else share, se, fewest=read)
        return (1 - float(high), 1 - float(low)) if turned else (float(low), float(high))

    effective = 0.01 * 0.99 / 0.02**2  # 24.75, of which a quarter of a unit carries the code
    for read in (26, 30):
        check_wilson_end(bound(0.01, 0.02, read)[1], 0.01, read)
    assert bound(0.01, 0.02, 200) == pytest.approx((0.0, 0.01 + 1.959964 * 0.02))  # the plain one is wider
    check_wilson_end(bound(0.01, 0.02, 24)[1], 0.01, effective)  # fewer read than the effective sample
    check_wilson_end(bound(0.05, 0.04, 100)[1], 0.05, 0.05 * 0.95 / 0.04**2)  # a unit and a half carries it
    for share in (0.0, -0.01):  # a corrected share may lie outside
        low, high = bound(share, 0.02, 50)
        assert low == 0.0
        check_wilson_end(high, 0.0, 50)
    assert bound(-0.01, 0.06, 50)[1] == pytest.approx(-0.01 + 1.959964 * 0.06)


@given(st.floats(0, 1), st.floats(0.001, 0.3), st.integers(2, 500))
def test_interval_holds_the_estimate_and_stays_inside(share: float, se: float, read: int) -> None:
    low, high = bound_share(share, se, fewest=read)
    assert 0 <= low <= share <= high <= 1


def test_share_of_nothing_met_is_not_certain() -> None:
    low, high = bound_share(0.0, 0.0, fewest=100)
    assert float(low) == 0.0
    assert float(high) == pytest.approx(0.037, abs=1e-3)  # Wilson's for 0 of 100


def test_few_degrees_of_freedom_widen_the_interval() -> None:
    wide, plain = bound_share(0.3, 0.05, degrees=5), bound_share(0.3, 0.05, degrees=200)
    assert wide[1] - wide[0] > 1.2 * (plain[1] - plain[0])
    assert bound_share(0.3, 0.05, degrees=30) == plain
    assert bound_share(0.3, 0.05, degrees=0) == bound_share(0.3, 0.05, degrees=1)
    for degrees, t in ((1, 12.706205), (5, 2.570582), (29, 2.045230)):
        high = float(bound_share(0.3, 0.05, degrees=degrees)[1])
        n = 0.3 * 0.7 / 0.05**2
        assert high - 0.3 == pytest.approx(t * np.sqrt(high * (1 - high) / n), rel=1e-6)


def test_bh_keeps_what_is_no_look_and_holm_is_stricter() -> None:
    p = [0.01, NAN, 0.04, 0.03]
    assert adjust_bh(p)[[0, 2, 3]] == pytest.approx([0.03, 0.04, 0.04])
    assert np.isnan(adjust_bh(p)[1])
    assert adjust_holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_panel_change_is_surer_than_that_of_two_samples() -> None:
    apart, _ = compare_shares((0.1, 0.02), (0.15, 0.02))
    panel, _ = compare_shares((0.1, 0.02), (0.15, 0.02), covariance=0.0002)
    assert float(panel) > float(apart)
    assert float(panel) == pytest.approx(2.5)


def test_fall_is_as_sure_as_a_rise_and_figures_without_an_error_differ_or_not() -> None:
    rise, fall = (
        compare_shares(*pair) for pair in (((0.1, 0.01), (0.13, 0.01)), ((0.13, 0.01), (0.1, 0.01)))
    )
    assert float(fall[0]) == -float(rise[0]) == pytest.approx(-2.12132, abs=1e-5)
    assert float(fall[1]) == float(rise[1]) == pytest.approx(0.033895, abs=1e-6)
    z, p = compare_shares((np.array([0.1, 0.1]), np.zeros(2)), (np.array([0.2, 0.1]), np.zeros(2)))
    assert z == pytest.approx([np.inf, NAN], nan_ok=True) and p == pytest.approx([0.0, NAN], nan_ok=True)


def test_platt_scaling_finds_the_chances_and_stands_scores_of_0_and_1() -> None:
    rng = np.random.default_rng(0)
    chance = rng.random(20_000)
    truth = (rng.random(20_000) < chance).astype(float)
    sharper = 1 / (1 + np.exp(-2 * np.log(chance / (1 - chance)) - 1))  # overconfident and too high
    assert np.abs(fit_platt(truth, sharper) - chance).mean() < 0.01
    hard = fit_platt(truth, (chance > 0.5).astype(float))
    assert hard[chance > 0.5][0] == pytest.approx(truth[chance > 0.5].mean(), abs=0.01)
    assert 0 < fit_platt(np.zeros(50), np.linspace(0, 0.2, 50)).max() < 0.2


@pytest.mark.parametrize("weighted", [False, True])
def test_platt_scaling_is_the_likeliest_for_targets_half_a_unit_off_the_ends(weighted: bool) -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(1)
    scores = rng.random(40)
    labels = (rng.random(40) < scores).astype(float)
    weights = rng.integers(1, 5, 40).astype(float) if weighted else None
    share = np.ones(40) if weights is None else 40 * weights / weights.sum()
    hits, misses = share[labels == 1].sum(), share[labels == 0].sum()
    target = np.where(labels == 1, (hits + 0.5) / (hits + 1), 0.5 / (misses + 1))
    x = np.tile(np.log(scores / (1 - scores)), 2)[:, None]
    model = LogisticRegression(C=np.inf, tol=1e-10).fit(
        x, np.repeat([1, 0], 40), sample_weight=np.concatenate([share * target, share * (1 - target)])
    )
    assert fit_platt(labels, scores, weights) == pytest.approx(model.predict_proba(x[:40])[:, 1], abs=1e-6)


@pytest.mark.parametrize("far", [1e-3, 1e-9, 0.0])
def test_platt_scaling_bears_scores_at_the_ends_with_hardly_an_exception(far: float) -> None:
    scores = np.array([far] * 500 + [1 - far] * 500)
    labels = np.array([0.0] * 500 + [1.0] * 500)
    sure = fit_platt(labels, scores)
    assert sure[0] == pytest.approx(0.5 / 501) and sure[-1] == pytest.approx(500.5 / 501)
    labels[[0, 999]] = labels[[999, 0]]
    turned = fit_platt(labels, scores)
    assert turned[0] == pytest.approx((499 * 0.5 / 501 + 500.5 / 501) / 500)
    lone = fit_platt(np.eye(300)[0], np.linspace(0.999, 0.001, 300))
    assert lone.sum() == pytest.approx(0.75 + 299 * 0.5 / 300, abs=1e-4)
