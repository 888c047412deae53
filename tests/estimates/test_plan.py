"""Plans of what to read: as narrow as promised, drawn with the chances told, cheaper or said not to be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.estimates.design import AuditDesign
from textmine.estimates.plan import allot_reading, draw_reading, plan_audit
from textmine.estimates.prevalence import estimate_prevalence
from textmine.estimates.survey import SurveyWave


@pytest.fixture(scope="module")
def scored() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Calibrated scores of three codes and a truth drawn by them."""
    rng = np.random.default_rng(0)
    units = [f"u{place}" for place in range(4000)]
    scores = pd.DataFrame(rng.beta(0.15, [1.5, 0.8, 2.5], (4000, 3)), columns=["a", "b", "c"], index=units)
    return scores, (
        pd.DataFrame(rng.random((4000, 3)), columns=["a", "b", "c"], index=units) < scores
    ).astype(float)


def test_plan_keeps_its_promise(scored) -> None:
    scores, truth = scored
    plan = plan_audit(scores, half_width=0.03)
    assert len(plan.units) == plan.n
    assert plan.codes["half_width"].max() <= 0.03
    read = truth.loc[plan.units["unit_id"]]
    design = AuditDesign(probability=plan.units.set_index("unit_id")["probability"])
    found = estimate_prevalence(scores, read, design=design)
    assert ((found["high"] - found["low"]) / 2).max() < 0.03 * 1.25
    assert ((found["low"] <= truth.mean().to_numpy()) & (truth.mean().to_numpy() <= found["high"])).all()
    assert found["design"][0] == "stratified sample"


def test_plan_beats_reading_at_random_and_hand_alone(scored) -> None:
    codes = plan_audit(scored[0], half_width=0.02).codes
    assert (codes["n_plan"] < codes["n_random"]).all()
    assert (codes["n_random"] < codes["n_hand"]).all()


def test_chances_are_those_that_units_are_drawn_with(scored) -> None:
    strata, chances = allot_reading(scored[0].to_numpy(), 300)
    assert chances.sum() == pytest.approx(300)
    drawn = np.zeros(4000)
    for seed in range(200):
        drawn[draw_reading(strata, chances, seed=seed)] += 1 / 200
    for stratum in np.unique(strata):
        mine = strata == stratum
        assert drawn[mine].mean() == pytest.approx(chances[mine].mean())
        assert np.ptp(chances[mine]) == 0
    assert (drawn > 0).mean() > 0.9


def test_number_given_is_the_number_read(scored) -> None:
    plan = plan_audit(scored[0], n=150, seconds_per_unit=30)
    assert (plan.n, plan.minutes) == (150, 75)
    assert plan_audit(scored[0], n=150).units.equals(plan.units)
    assert not plan_audit(scored[0], n=150, seed=1).units.equals(plan.units)


def test_reading_all_is_said_to_be_cheaper() -> None:
    scores = pd.DataFrame({"a": np.full(60, 0.5)}, index=[f"u{place}" for place in range(60)])
    plan = plan_audit(scores, half_width=0.02)
    assert plan.read_all
    assert "read all" in plan.sentences[-1]
    roomy = plan_audit(pd.DataFrame({"a": np.full(5000, 0.5)}), half_width=0.05)
    assert not roomy.read_all and not any("read all" in said for said in roomy.sentences)


def test_review_pile_and_time_stand_beside_it(scored) -> None:
    plan = plan_audit(SurveyWave(scored[0], thresholds={"a": 0.4, "b": 0.4, "c": 0.4}))
    assert plan.review == int((scored[0] >= 0.2).any(axis=1).sum())
    assert any(f"{plan.review} units" in said for said in plan.sentences)


@pytest.mark.parametrize("bad", [{"half_width": 0.6}, {"n": 1}, {"codes": ["x"]}, {"seconds_per_unit": 0}])
def test_impossible_plans_are_errors(scored, bad: dict) -> None:
    with pytest.raises(InputError):
        plan_audit(scored[0], **bad)
