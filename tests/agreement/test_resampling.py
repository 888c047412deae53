"""Bootstrap samples of whole respondents, the jackknife, and what is left when nothing went wrong."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from textmine.agreement.resampling import Resampler, find_interval, jackknife_error, most_missed

NAN = float("nan")


def test_respondents_are_drawn_whole_and_as_many_as_there_are() -> None:
    groups = ["a", "b", "a", "c", "b", "a"]
    one_hot = np.array([[g == name for name in "abc"] for g in groups], dtype=float)
    drawn = Resampler(groups, draws=50, seed=1).draw(Resampler(groups).total(one_hot))
    assert drawn[0].tolist() == [3, 2, 1]
    times = drawn[1:] / drawn[0]
    assert (
        (times == times.round()).all()
        and (times.sum(axis=1) == 3).all()
        and len(np.unique(times, axis=0)) > 5
    )


def test_order_of_the_units_does_not_matter_and_the_seed_does() -> None:
    groups, values = ["r2", "r1", "r3", "r1"], np.array([[1.0], [2.0], [4.0], [8.0]])
    turned = [3, 0, 2, 1]

    def draw(order, seed: int) -> np.ndarray:
        resampler = Resampler([groups[i] for i in order], draws=20, seed=seed)
        return resampler.draw(resampler.total(values[order]))

    assert (draw([0, 1, 2, 3], 0) == draw(turned, 0)).all()
    assert (draw([0, 1, 2, 3], 0) != draw([0, 1, 2, 3], 1)).any()


def test_sparse_and_dense_sums_are_the_same() -> None:
    rng = np.random.default_rng(0)
    values, groups = rng.integers(0, 3, (40, 6)).astype(float), [f"r{i % 7}" for i in range(40)]
    resampler = Resampler(groups, draws=150, seed=3)
    dense, sparse = resampler.total(values), resampler.total(csr_matrix(values))
    assert np.allclose(resampler.draw(dense), resampler.draw(sparse))


def test_error_of_a_mean_is_the_usual_one() -> None:
    values = np.random.default_rng(0).normal(size=(200, 1))
    resampler = Resampler([f"r{i}" for i in range(200)], draws=2000, seed=0)
    by_group = np.column_stack([resampler.total(values), np.ones(200)])
    drawn, left = resampler.draw(by_group), resampler.leave_out(by_group)
    usual = values.std(ddof=1) / np.sqrt(200)
    assert jackknife_error(left[:, 0] / left[:, 1]) == pytest.approx(usual)
    low, high = find_interval(drawn[:, 0] / drawn[:, 1])
    assert (high - low) / 2 / 1.96 == pytest.approx(usual, rel=0.1)


def test_one_respondent_gives_no_interval() -> None:
    resampler = Resampler(["a", "a"])
    drawn = resampler.draw(resampler.total(np.ones((2, 1))))
    assert drawn.tolist() == [[2.0]]
    assert np.isnan(find_interval(drawn[:, 0])).all()
    assert np.isnan(jackknife_error(np.array([1.0])))


def test_interval_leaves_out_samples_without_an_answer_and_needs_half_of_them() -> None:
    assert find_interval(np.array([0.5, 0.4, 0.6, NAN])) == pytest.approx((0.405, 0.595))
    assert np.isnan(find_interval(np.array([0.5, 0.4, NAN, NAN, NAN, NAN]))).all()
    assert np.isnan(find_interval(np.array([NAN, 0.4, 0.6]))).all()
    assert np.isnan(jackknife_error(np.array([0.1, NAN])))


def test_share_that_none_may_stand_for_is_wilsons() -> None:
    z = 1.959964
    for n in (1, 10, 300):
        middle, half = z**2 / (2 * n), z * np.sqrt(z**2 / (4 * n**2))
        assert most_missed(n) == pytest.approx((middle + half) / (1 + z**2 / n), rel=1e-6)


def test_interval_holds_its_figure_even_above_all_samples() -> None:
    low, high = find_interval(np.array([0.9, 0.1, 0.2, 0.3]))
    assert 0.1 <= low < 0.2 and high == 0.9
