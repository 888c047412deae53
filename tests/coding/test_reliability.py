"""Calibration: the error, what chance gives of it, and the table behind the plot."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.coding.comparison import ALL_CODES, Comparison
from textmine.coding.reliability import (
    draw_calibration_errors,
    expected_calibration_error,
    find_chance_errors,
    measure_reliability,
)


def make(truth: np.ndarray, probabilities: np.ndarray) -> Comparison:
    names = [f"u{i}" for i in range(len(truth))]
    codes = list("abc")[: truth.shape[1]]
    return Comparison(truth, probabilities, (probabilities > 0.5).astype(float), codes, names, names)


@pytest.fixture(scope="module")
def calibrated() -> Comparison:
    """One code whose probabilities are right, one whose are .2 too high, one without any."""
    rng = np.random.default_rng(0)
    p = rng.uniform(0, 0.8, (4000, 1))
    truth = (rng.random((4000, 1)) < p).astype(float)
    return make(np.hstack([truth] * 3), np.hstack([p, p + 0.2, np.full_like(p, np.nan)]))


def test_error_is_the_gap_weighted_by_texts() -> None:
    p, truth = np.array([0.05, 0.05, 0.95, 0.55]), np.array([0.0, 1.0, 1.0, 0.0])
    assert expected_calibration_error(p, truth) == pytest.approx((2 * 0.45 + 0.05 + 0.55) / 4)
    assert expected_calibration_error(np.array([1.0]), np.array([1.0])) == 0
    assert np.isnan(expected_calibration_error(np.array([]), np.array([])))
    assert np.isnan(expected_calibration_error(np.array([np.nan]), np.array([1.0])))


def test_right_probabilities_show_the_error_of_chance_and_wrong_ones_more(calibrated: Comparison) -> None:
    right, wrong, none = draw_calibration_errors(calibrated)[0]
    chance = find_chance_errors(calibrated)
    assert right == pytest.approx(chance[0], abs=0.01)
    assert wrong == pytest.approx(0.2, abs=0.02) and wrong > 5 * chance[1]
    assert np.isnan(none) and np.isnan(chance[2])


def test_samples_spread_about_the_error(calibrated: Comparison) -> None:
    drawn = draw_calibration_errors(calibrated)
    assert drawn[1:, 1].mean() == pytest.approx(drawn[0, 1], abs=1e-3)
    assert drawn[1:, 1].std() > 0.002
    assert (drawn[:, 0] >= 0).all()


def test_table_has_the_share_of_each_bin(calibrated: Comparison) -> None:
    table = measure_reliability(calibrated)
    assert table["code"].drop_duplicates().tolist() == [ALL_CODES, "a", "b"]
    for row in table[table["code"] == "a"].to_dict("records"):
        inside = np.floor(calibrated.probabilities[:, 0] * 10) == round(row["bin_low"] * 10)
        assert row["n"] == inside.sum()
        assert row["share"] == pytest.approx(calibrated.truth[inside, 0].mean(), abs=1e-4)
        assert row["bin_low"] <= row["mean_probability"] <= row["bin_high"]
        assert row["share_low"] < row["share"] < row["share_high"]
    assert table.groupby("code")["n"].sum().to_dict() == {ALL_CODES: 8000, "a": 4000, "b": 4000}


def test_probability_of_one_falls_into_the_last_bin() -> None:
    table = measure_reliability(make(np.ones((3, 1)), np.ones((3, 1))))
    assert table[["bin_low", "bin_high", "n", "share"]].iloc[-1].tolist() == [0.9, 1.0, 3, 1.0]


def test_label_not_coded_and_coder_without_probabilities_leave_no_rows() -> None:
    assert measure_reliability(make(np.full((2, 1), np.nan), np.ones((2, 1)))).empty
    assert measure_reliability(make(np.ones((2, 1)), np.full((2, 1), np.nan))).empty
