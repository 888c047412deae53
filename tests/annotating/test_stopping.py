"""When enough is read: stability, interval width, and what is still missing."""

from __future__ import annotations

import pandas as pd
import pytest

from textmine.annotating.stopping import (
    advise_reading,
    compare_rounds,
    half_width,
    is_stable,
    units_for_width,
)
from textmine.errors import InputError

STEADY = [0.99, 0.995, 1.0]


def advise(positives: int, kappas: list[float], **options):
    return advise_reading({"money": positives}, pd.DataFrame({"money": kappas}), **options)[0]


def test_kappa_of_rounds_is_cohens() -> None:
    before, after = [1] * 20 + [0] * 30, [1] * 15 + [0] * 5 + [1] * 5 + [0] * 25
    assert compare_rounds(before, after) == pytest.approx((0.8 - 0.52) / 0.48)


@pytest.mark.parametrize("same", [[0, 0, 0], [1, 1, 1], [1, 0, 1]])
def test_rounds_that_agree_throughout_have_kappa_one(same: list[int]) -> None:
    assert compare_rounds(same, same) == 1.0


def test_rounds_on_other_units_are_refused() -> None:
    with pytest.raises(InputError, match="same units"):
        compare_rounds([1, 0], [1])


def test_stability_wants_three_rounds_in_a_row() -> None:
    assert is_stable([0.2, *STEADY])
    assert not is_stable(STEADY[:2]) and not is_stable([*STEADY, 0.98]) and not is_stable([])


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.5])
@pytest.mark.parametrize("target", [0.02, 0.05, 0.1])
def test_units_for_a_width_are_the_fewest_that_do(share: float, target: float) -> None:
    needed = units_for_width(share, target)
    assert half_width(share, needed) <= target < half_width(share, needed - 1)


def test_code_stops_only_when_stable_and_tight_and_found_often_enough() -> None:
    tight = pd.DataFrame({"money": [1] * 40 + [0] * 360})
    assert advise(40, STEADY, sample=tight).stop
    assert not advise(40, [0.9, 1.0, 1.0], sample=tight).stop
    assert not advise(40, STEADY, sample=tight.iloc[:20]).stop
    assert not advise(9, STEADY, sample=tight).stop


def test_certificate_does_instead_of_width() -> None:
    assert not advise(40, STEADY).stop
    assert advise(40, STEADY, certified=["money"]).stop


def test_advice_counts_the_units_for_the_width_and_their_minutes() -> None:
    few = pd.DataFrame({"money": [1, 0] * 50})
    advice = advise(50, STEADY, sample=few, seconds_per_unit=30.0)
    assert advice.more == units_for_width(0.5, 0.05) - 100 and advice.chance
    assert advice.minutes == pytest.approx(advice.more / 2, abs=0.1)
    assert f"about {advice.more} more drawn by chance" in advice.sentence


def test_rate_of_positives_comes_from_the_likeliest_unread_units() -> None:
    scores = pd.DataFrame({"money": [0.5] * 40 + [0.001] * 500})
    tight = pd.DataFrame({"money": [0] * 400})
    advice = advise(5, STEADY, sample=tight, scores=scores)
    assert 20 <= advice.more <= 21 and not advice.chance  # ten more at one in two


def test_no_pace_gives_no_minutes() -> None:
    advice = advise(0, [])
    assert advice.minutes is None and "minute" not in advice.sentence
