"""Counts and shares of codes by groups, alone and beside what went out before."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.disclosure import (
    HIDDEN,
    EarlierTable,
    find_rule,
    find_telling_shares,
    make_earlier_table,
    protect_rates,
    protect_shares,
)
from textmine.errors import InputError


def remember(survey, by: list[str], *, rule: str = "simple5", name: str = "first") -> EarlierTable:
    done = protect_shares(survey.codes, survey.groups[by], rule=rule, audit=False)
    members = {person: tuple(row) for person, row in survey.groups[by].iterrows()}
    return make_earlier_table(name, done, by, members)


def test_small_count_complement_and_base_are_hidden() -> None:
    counts = pd.DataFrame({"a": [3], "b": [38], "c": [1], "d": [25], "e": [30]}, index=["money"])
    bases = pd.Series({"a": 40, "b": 40, "c": 3, "d": 50, "e": 39})
    done = protect_rates(counts, bases)
    why = done.hidden.set_index(["group", "code"])["why"]
    assert (why["a", "money"], why["b", "money"], why["c", "money"]) == ("small", "complement", "base")
    shown = done.table.set_index("group")
    assert shown.loc["c", ["n", "count", "share"]].tolist() == [HIDDEN] * 3
    assert shown.loc["", "count"] == 97


def test_no_small_count_of_random_tables_can_be_narrowed() -> None:
    rng, rule = np.random.default_rng(1), find_rule("simple5")
    for _ in range(4):
        bases = pd.Series(rng.integers(2, 60, 4), index=list("abcd"))
        counts = pd.DataFrame([rng.binomial(bases, p) for p in (0.05, 0.4, 0.95)], columns=list("abcd"))
        done = protect_rates(counts, bases)
        for row in done.hidden[done.hidden["code"] != "(base)"].to_dict("records"):
            if row["group"] and rule.is_small(counts.loc[int(row["code"]), row["group"]]):
                assert row["low"] <= 1 and row["high"] >= rule.count_below - 1


def test_class_disclosure_by_rule() -> None:
    counts = pd.DataFrame({"a": [0], "b": [40], "c": [20], "d": [25]}, index=["money"])
    bases = pd.Series({"a": 40, "b": 40, "c": 40, "d": 60})
    simple = protect_rates(counts, bases, rule="simple5").table.set_index("group")["count"]
    strict = protect_rates(counts, bases, rule="ons_srs").table.set_index("group")["count"]
    assert simple["a"] == 0 and simple["b"] == HIDDEN and strict["a"] == HIDDEN == strict["b"]


def test_share_is_of_the_rounded_counts_under_nhs_hes() -> None:
    done = protect_rates(pd.DataFrame({"a": [13], "b": [22]}), pd.Series({"a": 42, "b": 98}), rule="nhs_hes")
    assert done.table[["n", "count", "share"]].to_numpy().tolist() == [
        [140, 35, 0.25],
        [40, 15, 0.375],
        [100, 20, 0.2],
    ]


def test_blank_group_is_a_group(survey) -> None:
    groups = survey.groups[["region"]].replace("S", " ")
    assert "(not stated)" in set(protect_shares(survey.codes, groups, audit=False).table["group"])


def test_same_table_again_gives_nothing_away(survey) -> None:
    done = protect_shares(
        survey.codes, survey.groups, earlier=[remember(survey, ["region", "site"])], audit=False
    )
    assert done.findings.empty


def test_attack_by_leaving_one_person_out_is_caught(survey) -> None:
    before = remember(survey, ["region"])
    done = protect_shares(
        survey.codes.iloc[1:], survey.groups[["region"]].iloc[1:], earlier=[before], audit=False
    )
    assert set(done.findings["code"]) == {"money", "time"} and set(done.findings["people"]) == {1}
    assert set(done.findings["release"]) == {"first"}


def test_attack_by_leaving_one_person_out_is_hidden_if_asked(survey) -> None:
    before, groups = remember(survey, ["region"]), survey.groups[["region"]].iloc[1:]
    done = protect_shares(survey.codes.iloc[1:], groups, earlier=[before], hide_differences=True, audit=False)
    then = before.counts["money"]["", ""]
    now = done.table.set_index(["by", "group", "code"]).loc[("", "", "money"), "count"]
    assert then.shown and now == HIDDEN


def test_attack_by_groups_within_groups_is_caught(survey) -> None:
    alone = protect_shares(survey.codes, survey.groups[["site"]], audit=False)
    done = protect_shares(
        survey.codes, survey.groups[["site"]], earlier=[remember(survey, ["region"])], audit=False
    )
    assert alone.findings.empty  # h is hidden beside c or d, but both others of its region are shown
    worked_out = done.findings[done.findings["what"] == "a hidden base"]
    assert ("site", "h") in set(zip(worked_out["by"], worked_out["group"], strict=True))


def test_other_people_are_no_attack(survey) -> None:
    before = remember(survey, ["region"])
    other = survey.codes.set_axis([f"other {p}" for p in survey.codes.index])
    groups = survey.groups[["region"]].set_axis(other.index)
    assert protect_shares(other, groups, earlier=[before], audit=False).findings.empty


def test_codes_that_changed_meanwhile_are_still_compared(survey) -> None:
    before = remember(survey, ["region"])
    changed = survey.codes.iloc[1:].assign(money=1 - survey.codes["money"].iloc[1:])
    done = protect_shares(changed, survey.groups[["region"]].iloc[1:], earlier=[before], audit=False)
    assert "money" in set(done.findings["code"])


def test_rounded_counts_that_step_are_caught() -> None:
    people = [f"p{i}" for i in range(60)]
    codes = pd.DataFrame({"money": [1] * 23 + [0] * 37}, index=people)
    first = protect_shares(codes, rule="nhs_hes")
    before = make_earlier_table("first", first, (), {person: () for person in people})
    assert protect_shares(codes.iloc[:-1], rule="nhs_hes", earlier=[before]).findings.empty
    done = protect_shares(codes.iloc[1:], rule="nhs_hes", earlier=[before])
    assert done.findings["what"].str.contains("steps").all() and len(done.findings) == 1


def test_share_of_a_small_base_tells_its_count() -> None:
    shares = pd.DataFrame({"n": [40, 40, 4000, 3], "share": [0.075, 0.5, 0.075, 0.333]})
    assert find_telling_shares(shares)["counts"].to_dict() == {0: "3", 3: "1"}


@pytest.mark.parametrize(
    ("codes", "groups", "said"),
    [
        (pd.DataFrame({"a": [2]}), None, "0 and 1"),
        (pd.DataFrame({"a": [1, 1]}, index=["p", "p"]), None, "more than once"),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"g": ["x"]}, index=["other"]), "not of the same people"),
    ],
)
def test_what_will_not_do_is_told(codes: pd.DataFrame, groups: pd.DataFrame | None, said: str) -> None:
    with pytest.raises(InputError, match=said):
        protect_shares(codes, groups)


def test_count_over_its_base_is_refused() -> None:
    with pytest.raises(InputError, match="larger than the base"):
        protect_rates(pd.DataFrame({"a": [9]}), pd.Series({"a": 8}))
