"""Did the codes change: corrected shares, what may not be compared, what naive counts may not say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from textmine.errors import InputError
from textmine.waves.codes import Counting, compare_codes
from textmine.waves.making import compare_making


def compare(old, new, **options):
    return compare_codes(old, new, compare_making(old, new), **options)


def test_change_is_found_and_covered_by_its_interval(make_wave) -> None:
    table = compare(make_wave(), make_wave("new", money=0.5)).set_index("code")
    assert table.loc["money", "changed"] == "yes" and table.loc["sport", "changed"] == ""
    assert table.loc["money", "low"] < 0.2 < table.loc["money", "high"]
    assert (table["detectable"] > 0).all()
    assert (table["before_low"] <= table["before"]).all() and (table["n_read_after"] == 300).all()


def test_coder_that_finds_less_makes_no_change_of_the_code(make_wave) -> None:
    row = compare(make_wave(), make_wave("new", recall=0.5)).iloc[0]
    assert row["naive_change"] < -0.1 and row["changed"] == ""


def test_without_labels_of_both_waves_no_change_is_told(make_wave) -> None:
    table = compare(make_wave(), make_wave("new", money=0.6, read=0))
    assert table["change"].isna().all() and table["naive_change"].notna().all()
    assert table["validity"].str.contains("until people read units of both waves").all()


def test_redefined_code_has_its_shares_but_no_change(make_wave) -> None:
    new = make_wave("new", money=0.6, book="2", definitions={"money": "other", "sport": "b"})
    table = compare(make_wave(), new).set_index("code")
    assert np.isnan(table.loc["money", "change"]) and table.loc["money", "after"] > 0.5
    assert "--same" in table.loc["money", "validity"] and table.loc["money", "changed"] == ""
    assert table.loc["sport", "change"] == pytest.approx(0, abs=0.1)


def test_other_model_is_said_beside_each_change(make_wave) -> None:
    table = compare(make_wave(), make_wave("new", model="9"))
    assert table["validity"].str.contains("different models").all()


def test_questions_are_kept_apart_where_asked(make_wave) -> None:
    table = compare(make_wave(), make_wave("new"), counting=Counting(by_question=True))
    assert table[["code", "question"]].to_numpy().tolist() == [
        ["money", "q0"], ["money", "q1"], ["sport", "q0"], ["sport", "q1"]
    ]  # fmt: skip


def test_people_of_a_panel_narrow_or_widen_by_their_covariance(make_wave) -> None:
    old, new = make_wave(people="p"), make_wave("new", people="p")
    apart, panel = compare(old, new), compare(old, new, panel=True)
    assert (apart["change"] == panel["change"]).all()
    assert (apart["se"] != panel["se"]).all()
    assert panel["se"].to_numpy() == pytest.approx(apart["se"].to_numpy(), rel=0.2)


def test_same_answers_twice_make_a_panel_sure_of_no_change(make_wave) -> None:
    wave = make_wave(people="p", read=1000)
    again = make_wave(people="p", read=1000)
    apart, panel = compare(wave, again), compare(wave, again, panel=True)
    assert (panel["se"] < 0.35 * apart["se"]).all()


def test_blank_is_one_group_in_both_waves_of_a_panel(make_wave) -> None:
    regions = np.repeat(["", "north"], 500)
    wave, again = (replace(make_wave(people="p", read=1000), by={"region": regions}) for _ in range(2))
    apart, panel = compare(wave, again), compare(wave, again, panel=True)
    assert set(panel["group"]) == {"", "(not given)", "north"}
    assert (panel["se"] < 0.35 * apart["se"]).all()


def test_waves_without_a_code_in_common_are_refused(make_wave) -> None:
    old, new = make_wave(), make_wave("new")
    making = compare_making(old, new)
    with pytest.raises(InputError, match="no code in common"):
        compare_codes(old, new, type(making)(making.table, [], {}, True, True, True))
