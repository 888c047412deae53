"""Regressions of a code: those of the truth where all was read, corrected where the coder errs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.estimates.design import AuditDesign
from textmine.estimates.regression import estimate_regression
from textmine.estimates.survey import SurveyWave


def make(seed: int, n: int = 3000) -> tuple[SurveyWave, pd.DataFrame, pd.DataFrame]:
    """A code that goes with x at .8 and not with phase; the coder sees it where phase is 'b'."""
    rng = np.random.default_rng(seed)
    x, phase = rng.normal(size=n), rng.choice(["a", "b"], n)
    truth = (rng.random(n) < 1 / (1 + np.exp(1.2 - 0.8 * x))).astype(float)
    scores = 1 / (1 + np.exp(1.5 - 2.2 * truth - (phase == "b") - rng.normal(size=n)))
    wave = SurveyWave(pd.DataFrame({"code": scores}))
    return wave, pd.DataFrame({"code": truth}), pd.DataFrame({"x": x, "phase": phase})


def test_linear_regression_of_a_wave_read_whole_is_least_squares() -> None:
    wave, truth, on = make(0, n=400)
    found = estimate_regression(wave, truth, "code", on=on, model="linear")
    x = np.column_stack([np.ones(400), on["x"], on["phase"] == "b"]).astype(float)
    assert found["term"].tolist() == ["(constant)", "x", "phase=b"]
    assert found["estimate"].to_numpy() == pytest.approx(np.linalg.lstsq(x, truth["code"])[0])
    error = truth["code"].to_numpy() - x @ found["estimate"].to_numpy()
    bread = np.linalg.inv(x.T @ x)
    robust = bread @ (x * error[:, None] ** 2).T @ x @ bread * 400 / 399
    assert found["se"].to_numpy() == pytest.approx(np.sqrt(np.diag(robust)))


def test_logistic_regression_of_a_wave_read_whole_is_maximum_likelihood() -> None:
    from sklearn.linear_model import LogisticRegression

    wave, truth, on = make(0, n=600)
    found = estimate_regression(wave, truth, "code", on=on[["x"]])
    fitted = LogisticRegression(C=1e9, tol=1e-10).fit(on[["x"]].to_numpy(), truth["code"])
    expected = [float(fitted.intercept_[0]), float(fitted.coef_[0, 0])]
    assert found["estimate"].tolist() == pytest.approx(expected, abs=1e-4)


def test_coefficient_is_right_where_the_naive_one_is_not() -> None:
    covered, naive = [], []
    for seed in range(60):
        wave, truth, on = make(seed)
        read = truth.iloc[np.sort(np.random.default_rng(seed).permutation(3000)[:500])]
        found = estimate_regression(wave, read, "code", on=on).set_index("term")
        covered.append(found.loc["x", "low"] <= 0.8 <= found.loc["x", "high"])
        covered.append(found.loc["phase=b", "low"] <= 0 <= found.loc["phase=b", "high"])
        naive.append(found.loc["phase=b", "naive"])
        assert found.loc["x", "se"] < 1.03 * found.loc["x", "hand_se"]
    assert np.mean(covered) >= 0.89
    assert min(naive) > 0.3


def test_units_drawn_by_score_and_clusters_are_heeded() -> None:
    wave, truth, on = make(3)
    top = wave.scores["code"] > 0.5
    chances = pd.Series(np.where(top, 0.5, 0.1), index=truth.index)
    picked = np.random.default_rng(0).random(3000) < chances
    design = AuditDesign(probability=chances[picked])
    found = estimate_regression(wave, truth[picked], "code", on=on[["x"]], design=design).iloc[1]
    assert found["low"] <= 0.8 <= found["high"]
    order = np.argsort(on["x"].to_numpy())
    cluster = np.empty(3000, dtype=int)
    cluster[order] = np.arange(3000) // 60
    grouped = SurveyWave(wave.scores, clusters=cluster, strata=cluster % 2)
    again = estimate_regression(grouped, truth[picked], "code", on=on[["x"]], design=design).iloc[1]
    assert again["estimate"] == pytest.approx(found["estimate"])
    assert again["se"] != pytest.approx(found["se"])


def test_attributes_that_cannot_be_used_are_errors() -> None:
    wave, truth, on = make(0, n=200)
    with pytest.raises(InputError, match="linear, logit"):
        estimate_regression(wave, truth, "code", on=on, model="probit")
    with pytest.raises(InputError, match="Codes: code"):
        estimate_regression(wave, truth, "other", on=on)
    with pytest.raises(InputError, match="tell the same"):
        estimate_regression(wave, truth, "code", on=on.assign(y=on["x"] * 2))
    with pytest.raises(InputError, match="1 units have no value"):
        estimate_regression(wave, truth, "code", on=on.assign(x=on["x"].where(on.index > 0)))
