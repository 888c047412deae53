"""Intervals: respondents drawn whole, shares at the edge, many looks."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.coding.intervals import (
    RESAMPLES,
    adjust_holm,
    draw_respondents,
    f1_interval,
    find_interval,
    p_of_no_difference,
    share_interval,
    wilson_interval,
)


def test_a_respondents_texts_are_drawn_together() -> None:
    draws = draw_respondents(["a", "a", "b"], seed=0)
    assert draws.shape == (RESAMPLES + 1, 3)
    assert (draws[:, 0] == draws[:, 1]).all()
    assert (draws[1:, 1] + draws[1:, 2] == 2).all()
    assert draws[0].tolist() == [1, 1, 1]


def test_of_one_respondent_there_are_no_samples() -> None:
    assert draw_respondents(["a", "a"], seed=0).tolist() == [[1.0, 1.0]]
    assert np.isnan(find_interval(np.array([0.5]))[1:]).all()


def test_samples_are_set_by_the_seed() -> None:
    groups = [str(i) for i in range(9)]
    assert (draw_respondents(groups, 1) == draw_respondents(groups, 1)).all()
    assert (draw_respondents(groups, 1) != draw_respondents(groups, 2)).any()


def test_interval_covers_the_middle_of_the_samples_and_the_figure() -> None:
    assert find_interval(np.append(0.5, np.linspace(0, 1, 1001))) == (0.5, 0.025, 0.975)
    assert find_interval(np.append(0.9, np.full(100, 0.5))) == (0.9, 0.5, 0.9)


def test_samples_without_a_figure_are_left_out() -> None:
    assert find_interval(np.array([0.5, np.nan, 0.5, np.nan])) == (0.5, 0.5, 0.5)
    assert np.isnan(find_interval(np.array([np.nan, 0.5, 0.5]))).all()


def test_all_hits_of_three_are_not_certain() -> None:
    value, low, high = share_interval(np.ones(100), cases=3)
    assert (value, high) == (1.0, 1.0)
    assert low == pytest.approx(0.4385, abs=1e-4)
    value, low, high = share_interval(np.zeros(100), cases=10)
    assert (value, low) == (0.0, 0.0)
    assert high == pytest.approx(0.2775, abs=1e-4)


def test_f1_at_the_edge_is_as_unsure_as_its_parts() -> None:
    sure = f1_interval(np.ones(100), (1.0, 0.5, 1.0), (1.0, 0.8, 1.0))
    assert sure == (1.0, pytest.approx(2 * 0.5 * 0.8 / 1.3, abs=1e-4), 1.0)
    nothing = f1_interval(np.zeros(100), (0.0, 0.0, 0.4), (0.0, 0.0, 0.4))
    assert nothing == (0.0, 0.0, pytest.approx(0.4))
    nan = (float("nan"),) * 3
    assert np.isnan(f1_interval(np.array([np.nan]), nan, nan)).all()
    assert f1_interval(np.zeros(100), nan, (0.0, 0.0, 0.4))[:2] == (0.0, 0.0)


def test_wilson_is_the_textbooks() -> None:
    # Agresti & Coull (1998) give 0 of 10: 0 to .278
    assert [float(v) for v in wilson_interval(0, 10)] == pytest.approx([0, 0.2775], abs=1e-4)
    assert np.isnan(wilson_interval(0, 0)).all()


def test_holm_multiplies_by_the_looks_that_are_left() -> None:
    assert adjust_holm([0.01, np.nan, 0.02, 0.5])[0] == 0.03
    assert adjust_holm([0.01, np.nan, 0.02, 0.5])[2:] == [0.04, 0.5]
    assert np.isnan(adjust_holm([0.01, np.nan])[1])
    assert adjust_holm([0.03, 0.02]) == [0.04, 0.04]
    assert adjust_holm([]) == []


def test_p_is_that_of_the_normal_deviate() -> None:
    drawn = np.random.default_rng(0).normal(0.2, 0.1, RESAMPLES)
    values = np.append(0.2, (drawn - drawn.mean()) / drawn.std(ddof=1) * 0.1)
    assert p_of_no_difference(values) == pytest.approx(0.0455, abs=1e-4)
    assert p_of_no_difference(values, least_error=0.2) == pytest.approx(0.3173, abs=1e-4)
    assert np.isnan(p_of_no_difference(np.append(0.2, np.full(RESAMPLES, 0.2))))
