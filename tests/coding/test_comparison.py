"""The comparison: what counts, in whole and in part, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.coding.comparison import Comparison
from textmine.errors import InputError

NAN = np.nan


@pytest.fixture
def small() -> Comparison:
    truth = np.array([[1, 0], [1, 1], [0, NAN]])
    applies = np.array([[1.0, 1], [0, 1], [0, 1]])
    return Comparison(truth, applies * 0.5, applies, ["c", "d"], ["u", "v", "w"], ["a", "a", "b"])


def test_counts_leave_out_what_people_did_not_decide(small: Comparison) -> None:
    counts = small.counts()
    assert counts.hits[0].tolist() == [1, 1]
    assert counts.given[0].tolist() == [1, 2]
    assert counts.real[0].tolist() == [2, 1]
    assert counts.pooled().f1()[0].tolist() == [2 * 2 / (3 + 3)]


def test_parts_add_up_to_the_whole(small: Comparison) -> None:
    rows = np.array([True, False, True])
    for part, rest, whole in zip(small.counts(rows), small.counts(~rows), small.counts(), strict=True):
        np.testing.assert_array_equal(part + rest, whole)


def test_share_of_nothing_is_unknown() -> None:
    zeros, ones = np.zeros((2, 1)), np.ones((2, 1))
    nothing_given = Comparison(ones, zeros, zeros, ["c"], ["u", "v"], ["a", "b"]).counts()
    assert np.isnan(nothing_given.precision()).all() and (nothing_given.recall() == 0).all()
    assert (nothing_given.f1() == 0).all()
    nothing_real = Comparison(zeros, zeros, ones, ["c"], ["u", "v"], ["a", "b"]).counts()
    assert np.isnan(nothing_real.recall()).all() and (nothing_real.precision() == 0).all()
    nothing = Comparison(zeros, zeros, zeros, ["c"], ["u", "v"], ["a", "b"]).counts()
    assert np.isnan(nothing.f1()).all()


def test_respondents_are_counted_once(small: Comparison) -> None:
    assert small.count_respondents(small.real == 1).tolist() == [1, 1]
    assert small.count_respondents(np.ones((3, 2), bool)).tolist() == [2, 2]


def test_shapes_that_do_not_fit_are_refused() -> None:
    two, one = np.ones((2, 1)), np.ones((1, 1))
    with pytest.raises(InputError, match=r"\(2, 1\)"):
        Comparison(two, one, two, ["c"], ["u", "v"], ["a", "b"])
    with pytest.raises(InputError, match="1 respondents"):
        Comparison(two, two, two, ["c"], ["u", "v"], ["a"])
