"""Agreement beyond chance: published answers, samples of units, what has no answer."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.agreement import measure_alpha, measure_masi, number_sets

NAN = np.nan

# Krippendorff (2011), 'Computing Krippendorff's alpha-reliability', examples A, B and C.
MEG_OWEN = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
BEN_GERRY = [["abcde".index(c) for c in who] for who in ("aabbdcccedda", "babbbccceddd")]
FOUR_CODERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]


@pytest.mark.parametrize(
    ("codings", "wanted"), [(MEG_OWEN, 2 / 21), (BEN_GERRY, 155 / 224), (FOUR_CODERS, 113 / 152)]
)
def test_published_examples_come_out(codings, wanted: float) -> None:
    assert measure_alpha(codings) == pytest.approx(wanted)


def test_two_by_two_table_comes_out() -> None:
    first = [1] * 123 + [0] * 2
    second = [1] * 118 + [0] * 5 + [1] * 2
    assert measure_alpha([first, second]) == pytest.approx(-0.02469, abs=1e-5)


def test_same_codings_agree_wholly_and_chance_codings_not_at_all() -> None:
    rng = np.random.default_rng(0)
    coding, other = rng.integers(0, 2, (2, 20000))
    assert measure_alpha([coding, coding]) == 1
    assert measure_alpha([coding, other]) == pytest.approx(0, abs=0.03)
    assert measure_alpha([coding, 1 - coding]) < -0.9


def test_without_variation_there_is_no_answer() -> None:
    assert np.isnan(measure_alpha([[0, 0, 0], [0, 0, 0]]))
    assert np.isnan(measure_alpha([[0, NAN], [NAN, 1]]))


def test_unit_coded_once_is_left_out() -> None:
    assert measure_alpha([[0, 1, 1, 0, NAN], [0, 1, 0, 0, 1]]) == measure_alpha([[0, 1, 1, 0], [0, 1, 0, 0]])


def test_sample_counts_each_unit_as_often_as_it_is_drawn() -> None:
    codings = np.array(MEG_OWEN)
    draws = np.random.default_rng(1).integers(0, 3, (6, 10))
    drawn = measure_alpha(codings, distance=1 - np.eye(2), draws=draws)
    for found, times in zip(drawn, draws, strict=True):
        assert found == pytest.approx(measure_alpha(np.repeat(codings, times, axis=1)), nan_ok=True)


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
