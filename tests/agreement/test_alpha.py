"""Krippendorff's alpha: published answers at each level, samples of units, what has no answer."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.agreement import measure_alpha
from textmine.agreement.alpha import number_values
from textmine.errors import InputError

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


# --- levels of measurement, words, missing values ---------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "wanted"),
    [("nominal", 0.743421), ("ordinal", 0.815388), ("interval", 0.849107), ("ratio", 0.797403)],
)
def test_each_level_gives_its_published_answer(level: str, wanted: float) -> None:
    assert measure_alpha(FOUR_CODERS, level=level) == pytest.approx(wanted, abs=5e-7)


def test_words_are_values_too() -> None:
    words = [list("aabbdcccedda"), list("babbbccceddd")]
    assert measure_alpha(words) == pytest.approx(155 / 224)
    assert measure_alpha([[*words[0], None], [*words[1], "a"]]) == pytest.approx(155 / 224)


def test_ordinal_samples_rank_by_the_sample() -> None:
    codings = np.array(FOUR_CODERS)
    draws = np.random.default_rng(2).integers(0, 3, (4, codings.shape[1]))
    drawn = measure_alpha(codings, level="ordinal", draws=draws)
    for found, times in zip(drawn, draws, strict=True):
        assert found == pytest.approx(measure_alpha(np.repeat(codings, times, axis=1), level="ordinal"))


def test_ordinal_alpha_knows_order_only() -> None:
    stretched = np.array(FOUR_CODERS) ** 3
    assert measure_alpha(stretched, level="ordinal") == pytest.approx(0.815388, abs=5e-7)
    assert measure_alpha(stretched, level="interval") != pytest.approx(0.849107, abs=0.01)


@pytest.mark.parametrize(
    ("codings", "level", "wanted"),
    [
        ([["a", "b"], ["a", "b"]], "interval", "needs numbers, not words"),
        ([["a", "b"], ["a", "b"]], "ordinal", "needs numbers, not words"),
        ([[-1, 2], [1, 2]], "ratio", "needs values of 0 or more"),
        ([[1, 2], [1, 2]], "cardinal", "Levels: nominal, ordinal, interval, ratio"),
    ],
)
def test_level_that_does_not_fit_is_refused(codings, level: str, wanted: str) -> None:
    with pytest.raises(InputError, match=wanted):
        measure_alpha(codings, level=level)


def test_nothing_coded_has_no_answer() -> None:
    assert np.isnan(measure_alpha(np.full((2, 3), NAN)))
    assert np.isnan(measure_alpha(np.zeros((2, 0))))
    assert np.isnan(measure_alpha([[None, None], [None, None]], level="ordinal"))


def test_number_and_the_word_for_it_are_two_values() -> None:
    assert number_values([["a", 1], ["a", "1"]])[1] == [1, "1", "a"]


def test_numbers_stand_in_their_order_whole_or_not() -> None:
    assert number_values([[1, 1.5], [2, None]])[1] == [1, 1.5, 2]


def test_rows_of_unequal_length_are_refused() -> None:
    with pytest.raises(InputError, match="all rows equally long"):
        measure_alpha([1, 0, 1])


def test_ratio_takes_shares_between_nought_and_one() -> None:
    assert measure_alpha([[0, 0.5, 1], [0, 0.5, 1]], level="ratio") == 1


def test_distance_may_know_more_categories_than_were_met_and_gaps_stay_gaps() -> None:
    codings = [[0, 1, 1, None], [0, 0, 1, 1]]
    assert measure_alpha(codings, distance=1 - np.eye(4)) == pytest.approx(measure_alpha(codings))
