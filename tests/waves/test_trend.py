"""Trends over waves: lines within uncut stretches alone, and breaks where a figure is of another thing."""

from __future__ import annotations

import pytest

from textmine.errors import InputError, InvalidDesign
from textmine.waves.trend import fit_line, trace_trend

OTHER = {"money": "other", "sport": "b"}


def test_growth_is_found_and_level_is_not(make_wave) -> None:
    shares = (0.2, 0.3, 0.4, 0.5)
    trend = trace_trend([make_wave(f"w{k}", money=share) for k, share in enumerate(shares)])
    slopes = trend.slopes.set_index("code")
    assert slopes.loc["money", "changed"] == "yes"
    assert slopes.loc["money", "low"] < 0.1 < slopes.loc["money", "high"]
    assert slopes.loc["sport", "changed"] == "" and "would have been" in slopes.loc["sport", "in_words"]
    assert trend.breaks.empty and set(trend.table["segment"]) == {1}


def test_redefined_code_is_cut_and_no_line_crosses(make_wave) -> None:
    waves = [make_wave("w0"), make_wave("w1"), make_wave("w2", book="2", definitions=OTHER)]
    waves.append(make_wave("w3", book="2", definitions=OTHER))
    trend = trace_trend(waves)
    assert trend.slopes["code"].tolist() == ["sport"]
    money = trend.table[trend.table["code"] == "money"]
    assert money["segment"].tolist() == [1, 1, 2, 2]
    cut = trend.breaks[trend.breaks["breaks"] == "yes"]
    assert cut[["before", "after", "code", "kind"]].to_numpy().tolist() == [
        ["w1", "w2", "money", "definition"]
    ]


def test_new_model_cuts_naive_counts_alone(make_wave) -> None:
    read = trace_trend([make_wave("w0"), make_wave("w1", model="9"), make_wave("w2", model="9")])
    assert set(read.table["segment"]) == {1} and set(read.breaks["kind"]) == {"model"}
    unread = trace_trend([make_wave("w0", read=0), make_wave("w1", model="9", read=0)])
    assert (unread.breaks["breaks"] == "yes").all()
    assert unread.table["estimate"].isna().all() and unread.table["segment"].tolist() == [1, 2, 1, 2]


def test_slope_is_weighted_least_squares() -> None:
    slope, se = fit_line([0, 1, 2], [0.0, 0.1, 0.4], [0.1, 0.1, 0.1])
    assert slope == pytest.approx(0.2) and se == pytest.approx(0.1 / 2**0.5)
    with pytest.raises(InvalidDesign, match="two times or more"):
        fit_line([1, 1], [0.1, 0.2], [0.1, 0.1])


def test_times_are_heeded_and_must_grow(make_wave) -> None:
    waves = [make_wave(f"w{k}", money=0.2 + 0.1 * k) for k in range(3)]
    slow = trace_trend(waves, times=[2000, 2010, 2020]).slopes.set_index("code")
    assert slow.loc["money", "slope"] == pytest.approx(0.01, abs=0.006)
    with pytest.raises(InputError, match="each later"):
        trace_trend(waves, times=[3, 2, 1])
    with pytest.raises(InputError, match="Give two or more"):
        trace_trend(waves[:1])
