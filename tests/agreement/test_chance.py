"""Kappas and AC1: published answers, another library's, and what has no answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.agreement import (
    measure_ac1,
    measure_alpha,
    measure_brennan_prediger,
    measure_conger,
    measure_fleiss,
    measure_kappa,
)

NAN = np.nan
FOUR_CODERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
# How 14 raters put ten subjects into five categories: the worked example of Fleiss' kappa in many textbooks.
FLEISS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def spread(table: list[list[int]]) -> list[list[int]]:
    """Codings of two coders from their table of two by two: rows the first, columns the second."""
    cells = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return [[i for i, _ in cells], [j for _, j in cells]]


def test_rare_code_separates_the_coefficients_as_published() -> None:
    codings = spread([[118, 5], [2, 0]])
    assert measure_kappa(*codings) == pytest.approx(-0.02339, abs=5e-6)
    assert measure_fleiss(codings) == pytest.approx(-0.02881, abs=5e-6)  # of two coders: Scott's pi
    assert measure_alpha(codings) == pytest.approx(-0.02469, abs=5e-6)
    assert measure_ac1(codings)[0] == pytest.approx(0.94078, abs=5e-6)


def test_kappa_of_the_textbook_table() -> None:
    assert measure_kappa(*spread([[20, 5], [10, 15]])) == pytest.approx(0.4)


def test_fleiss_of_the_textbook_table() -> None:
    ratings = [[v for v, n in enumerate(row) for _ in range(n)] for row in FLEISS]
    assert measure_fleiss(np.array(ratings).T) == pytest.approx(0.20993070442195522)


def test_four_coders_with_gaps_come_out_as_published() -> None:
    ac1, error, low, high = measure_ac1(FOUR_CODERS)
    assert (ac1, error) == pytest.approx((0.77544, 0.14295), abs=5e-6)
    assert (low, high) == pytest.approx((0.46081, 1), abs=5e-6)
    assert measure_fleiss(FOUR_CODERS) == pytest.approx(0.76117, abs=5e-6)
    assert measure_conger(FOUR_CODERS) == pytest.approx(0.76207, abs=5e-6)
    assert measure_brennan_prediger(FOUR_CODERS) == pytest.approx(0.77273, abs=5e-6)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40))
def test_kappa_is_that_of_another_library(pairs: list[tuple[int, int]]) -> None:
    from sklearn.metrics import cohen_kappa_score

    first, second = zip(*pairs, strict=True)
    if len(set(first) | set(second)) > 1:
        wanted = cohen_kappa_score(first, second)
        assert measure_kappa(first, second) == pytest.approx(wanted)
        assert measure_conger([first, second]) == pytest.approx(wanted)


def test_fleiss_is_that_of_another_library() -> None:
    inter_rater = pytest.importorskip("statsmodels.stats.inter_rater", reason="statsmodels is not installed")
    ratings = np.random.default_rng(0).integers(0, 4, (50, 6))
    counts, _ = inter_rater.aggregate_raters(ratings)
    assert measure_fleiss(ratings.T) == pytest.approx(inter_rater.fleiss_kappa(counts))


def test_gaps_are_no_codings() -> None:
    assert measure_kappa([1, 0, NAN, 1], [1, 0, 1, None]) == 1
    assert measure_fleiss([[1, 0, NAN], [1, 0, NAN]]) == 1


@pytest.mark.parametrize("codings", [[[0, 0, 0], [0, 0, 0]], [["a"], ["a"]], [[NAN, 1], [0, NAN]]])
def test_without_variation_there_is_no_answer(codings) -> None:
    assert np.isnan(measure_kappa(*codings))
    assert np.isnan(measure_fleiss(codings))
    assert np.isnan(measure_ac1(codings)).all()
    assert np.isnan(measure_conger(codings))


def test_brennan_prediger_takes_the_number_of_categories_given() -> None:
    codings = [[1, 1, 0, 0], [1, 0, 0, 0]]
    assert measure_brennan_prediger(codings, categories=4) == pytest.approx((0.75 - 0.25) / 0.75)
    assert np.isnan(measure_brennan_prediger([[1, 1], [1, 1]]))


def test_interval_of_ac1_stays_between_minus_one_and_one() -> None:
    ac1, _, low, high = measure_ac1([[1, 0, 1, 0, 1], [0, 1, 0, 1, 1]])
    assert low == -1 and low <= ac1 <= high <= 1


def test_one_unit_has_an_ac1_and_no_error() -> None:
    ac1, error, low, high = measure_ac1([[1], [0]])
    assert ac1 == pytest.approx(-1) and np.isnan([error, low, high]).all()


def test_coder_who_coded_nothing_changes_no_kappa() -> None:
    two = [[1, 1, 0, 0], [1, 0, 0, 0]]
    assert measure_conger([*two, [None] * 4]) == pytest.approx(measure_conger(two)) == pytest.approx(0.5)
