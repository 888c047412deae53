"""Sets of codes: distances with known answers, empty sets, missing codings, many sets."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from textmine.agreement import measure_alpha, measure_masi, number_sets
from textmine.agreement.sets import KINDS, distance_from, find_sets, measure_distances

NAN = np.nan


def test_sets_of_codes_come_out_as_in_nltk() -> None:
    a, b, c = np.eye(3)
    numbers, distance = number_sets([[a, a + b, c, b], [a, a, b + c, b]])
    assert measure_alpha(numbers, distance=distance) == pytest.approx(107 / 191)


def test_nothing_found_is_a_coding_and_not_coded_is_none() -> None:
    numbers, distance = number_sets([[[0.0, 0.0], [1.0, NAN]], [[0.0, 0.0], [1.0, 0.0]]])
    assert numbers[0, 0] == numbers[1, 0] and np.isnan(numbers[0, 1]) and not np.isnan(numbers[1, 1])
    assert distance.tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_distance_of_sets_is_that_of_passonneau() -> None:
    assert measure_masi(frozenset({1, 2}), frozenset({2, 3})) == pytest.approx(8 / 9)
    assert measure_masi(frozenset({1}), frozenset({2})) == 1
    assert measure_masi(frozenset(), frozenset()) == 0
    assert measure_masi(frozenset(), frozenset({1})) == 1


def test_distances_of_all_small_sets_follow_the_definitions() -> None:
    members = np.array(list(product([0.0, 1.0], repeat=4)))
    sets = [frozenset(np.flatnonzero(row).tolist()) for row in members]
    far = {kind: measure_distances(members, members, kind) for kind in KINDS}
    for (i, a), (j, b) in product(enumerate(sets), repeat=2):
        jaccard = len(a & b) / len(a | b) if a | b else 1.0
        monotone = 1 if a == b else 2 / 3 if a < b or b < a else 1 / 3 if a & b else 0
        assert far["masi"][i, j] == pytest.approx(1 - jaccard * monotone) == measure_masi(a, b)
        assert far["jaccard"][i, j] == pytest.approx(1 - jaccard)
        assert far["exact"][i, j] == (a != b)


@pytest.mark.parametrize("kind", KINDS)
def test_two_empty_sets_agree_and_an_empty_one_shares_nothing(kind: str) -> None:
    assert distance_from(np.array([0, 0, 0]), np.array([0, 0, 2]), np.array([0, 2, 0]), kind).tolist() == [
        0,
        1,
        1,
    ]


def test_sets_of_more_than_a_byte_of_codes_are_told_apart() -> None:
    values = np.zeros((2, 3, 20))
    values[0, 0, 19] = values[1, 1, 8] = values[1, 2, 19] = 1
    numbers, sets = find_sets(values)
    assert numbers[0, 0] == numbers[1, 2] and len(set(numbers.ravel().tolist())) == 3
    assert (sets[numbers] == values).all()


def test_no_codes_and_no_units_give_no_sets() -> None:
    assert find_sets(np.zeros((2, 3, 0)))[0].tolist() == [[0, 0, 0], [0, 0, 0]]
    assert find_sets(np.full((2, 1, 2), NAN))[0].tolist() == [[-1], [-1]]
