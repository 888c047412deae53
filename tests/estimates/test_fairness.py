"""Precision and recall by group, from an audit with its chances: known answers, intervals, gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.errors import InputError, InvalidDesign
from textmine.estimates.design import AuditDesign
from textmine.estimates.fairness import ALL_CODES, measure_fairness
from textmine.estimates.plan import plan_audit
from textmine.estimates.survey import SurveyWave


def look(found, code: str = "c", measure: str = "recall") -> pd.DataFrame:
    return found.figures.query("code == @code and measure == @measure").set_index("group")


def make(given: list[int], real: list[int], groups: list[str], **more: object):
    units = [f"u{n}" for n in range(len(given))]
    wave = SurveyWave(pd.DataFrame({"c": np.where(np.array(given) == 1, 0.9, 0.1)}, index=units))
    return wave, pd.DataFrame({"c": np.array(real, dtype=float)}, index=units), {"by": groups}


def test_shares_are_those_counted_by_hand_where_all_was_read() -> None:
    wave, labels, by = make([1, 1, 0, 0, 1, 1, 0, 0], [1, 0, 1, 0, 1, 1, 1, 0], ["a"] * 4 + ["b"] * 4)
    found = measure_fairness(wave, labels, by=by)
    assert look(found)["estimate"].to_dict() == {"a": 0.5, "b": pytest.approx(2 / 3)}
    assert look(found, measure="precision")["estimate"].to_dict() == {"a": 0.5, "b": 1.0}
    assert look(found)["n_cases"].to_dict() == {"a": 2, "b": 3}


def test_units_count_by_the_chance_they_were_read_with_and_their_weight() -> None:
    wave, labels, by = make([1, 1, 0, 0], [1, 1, 1, 1], ["a"] * 4)
    chances = pd.Series([1.0, 1.0, 0.25, 0.25], index=labels.index)
    found = measure_fairness(wave, labels, by=by, design=AuditDesign(probability=chances))
    assert look(found).loc["a", "estimate"] == pytest.approx(2 / (2 + 4 + 4))
    heavy = SurveyWave(wave.scores, weights=[5.0, 5.0, 1.0, 1.0])
    found = measure_fairness(heavy, labels, by=by, design=AuditDesign(probability=chances))
    assert look(found).loc["a", "estimate"] == pytest.approx(10 / (10 + 4 + 4))


def test_a_figure_of_all_cases_right_still_has_an_interval() -> None:
    wave, labels, by = make([1] * 12 + [0] * 28, [1] * 12 + [0] * 28, ["a"] * 40)
    row = look(
        measure_fairness(SurveyWave(wave.scores), labels.iloc[4:36], by=by, design=AuditDesign(known=True))
    )
    assert row.loc["a", "estimate"] == row.loc["a", "high"] == 1.0
    assert 0.3 < row.loc["a", "low"] < 0.9


def test_few_cases_are_said_and_not_compared() -> None:
    wave, labels, by = make([1, 0, 1, 0] * 10, [1, 0, 0, 0] * 10, ["a"] * 32 + ["b"] * 8)
    found = measure_fairness(wave, labels, by=by)
    assert (
        look(found).loc["b", "validity"].startswith("only 2 codes that people gave were read in this group")
    )
    gap = found.gaps.query("code == 'c' and measure == 'recall'").iloc[0]
    assert np.isnan(gap["p"]) and gap["differs"] == "" and gap["n_cases"] == 2


@pytest.mark.parametrize("adjust", ["holm", "bh"])
def test_a_group_that_is_coded_worse_is_found_and_others_are_not(adjust: str) -> None:
    rng = np.random.default_rng(3)
    n = 6000
    groups, real = rng.choice(["x", "y", "z"], n), rng.random(n) < 0.3
    missed = real & (rng.random(n) < np.where(groups == "z", 0.5, 0.2))
    given = (real & ~missed) | (~real & (rng.random(n) < 0.05))
    wave, labels, by = make(given.astype(int).tolist(), real.astype(int).tolist(), groups.tolist())
    found = measure_fairness(wave, labels.iloc[:2000], by=by, adjust=adjust).gaps.query("code == 'c'")
    pairs = found[found["differs"] == "yes"]
    assert {(r.measure, r.group, r.than) for r in pairs.itertuples()} >= {
        ("recall", "z", "x"),
        ("recall", "z", "y"),
    }
    assert not ((found["measure"] == "recall") & (found["group"] == "y") & (found["differs"] == "yes")).any()
    inside = (found["low"] <= found["gap"]) & (found["gap"] <= found["high"])
    assert inside.all()
    assert ((found["low"] > 0) | (found["high"] < 0)).tolist() == (found["p"] < 0.05).tolist()


def test_answers_of_one_respondent_are_no_independent_evidence() -> None:
    rng = np.random.default_rng(5)
    real, given = np.repeat(rng.random(300) < 0.4, 4), np.repeat(rng.random(300) < 0.5, 4)
    wave, labels, by = make(given.astype(int).tolist(), real.astype(int).tolist(), ["a"] * 1200)
    people = [f"r{n // 4}" for n in range(1200)]
    alone = look(measure_fairness(wave, labels, by=by, target="superpopulation")).loc["a", "se"]
    together = look(measure_fairness(SurveyWave(wave.scores, respondents=people), labels, by=by)).loc[
        "a", "se"
    ]
    assert together == pytest.approx(2 * alone, rel=0.1)  # four answers alike: twice the error


def test_all_codes_together_are_pooled() -> None:
    units = [f"u{n}" for n in range(6)]
    scores = pd.DataFrame(
        {"c": [0.9, 0.9, 0.1, 0.1, 0.1, 0.1], "d": [0.9, 0.1, 0.9, 0.1, 0.1, 0.1]}, index=units
    )
    labels = pd.DataFrame({"c": [1.0, 0, 0, 0, 0, 1], "d": [1.0, 0, 1, 1, 0, np.nan]}, index=units)
    found = measure_fairness(scores, labels, by={"by": ["a"] * 6})
    assert look(found, ALL_CODES, "precision").loc["a", "estimate"] == pytest.approx(3 / 4)
    assert look(found, ALL_CODES, "recall").loc["a", "estimate"] == pytest.approx(3 / 5)


def test_labels_that_a_model_chose_are_refused() -> None:
    wave, labels, by = make([1, 0] * 20, [1, 0] * 20, ["a"] * 40)
    roles = pd.Series("active", index=labels.index)
    with pytest.raises(InvalidDesign, match="not drawn at random"):
        measure_fairness(wave, labels, by=by, design=AuditDesign(roles=roles))
    with pytest.raises(InputError, match="No group 'c' in column by"):
        measure_fairness(wave, labels, by=by, reference="c")


@pytest.mark.slow
def test_intervals_cover_where_the_audit_is_drawn_by_score() -> None:
    rng, inside = np.random.default_rng(1), []
    for seed in range(120):
        group = np.where(rng.random(3000) < 0.4, "b", "a")
        real = rng.random(3000) < 0.2
        centre = np.where(real, np.where(group == "b", 0.45, 0.62), 0.25)
        units = pd.Index([f"u{n}" for n in range(3000)])
        scores = pd.DataFrame({"c": np.clip(centre + rng.normal(0, 0.16, 3000), 0.001, 0.999)}, index=units)
        plan = plan_audit(SurveyWave(scores), n=400, seed=seed).units
        read = pd.Index(plan["unit_id"])
        labels = pd.DataFrame({"c": real[units.get_indexer(read)].astype(float)}, index=read)
        design = AuditDesign(probability=pd.Series(plan["probability"].to_numpy(), index=read))
        row = look(measure_fairness(scores, labels, by={"g": group}, design=design))
        given = scores["c"].to_numpy() >= 0.5
        for name in "ab":
            true = (given & real & (group == name)).sum() / (real & (group == name)).sum()
            inside.append(row.loc[name, "low"] <= true <= row.loc[name, "high"])
    assert np.mean(inside) >= 0.92
