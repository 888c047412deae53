"""People in sets that all published figures are sums over."""

from __future__ import annotations

import pandas as pd

from textmine.disclosure.groups import EVERYBODY, EarlierTable, find_small_differences, make_sets
from textmine.disclosure.rules import find_rule


def test_people_alike_in_all_groups_are_one_set() -> None:
    groups = pd.DataFrame({"region": ["N", "N", "S"], "site": ["a", "a", "b"]})
    sets = make_sets(["1", "2", "3"], groups)
    assert sets.sizes.tolist() == [2, 1]
    assert list(sets.of[0]) == [EVERYBODY, ("region", "N"), ("region", "S"), ("site", "a"), ("site", "b")]


def test_people_of_earlier_tables_are_sets_of_their_own() -> None:
    before = EarlierTable("r1", (), {"1": (), "9": ()}, {}, {})
    sets = make_sets(["1", "2"], pd.DataFrame(index=["1", "2"]), [before])
    assert sets.sizes.tolist() == [1, 1, 1]
    apart = find_small_differences(sets, find_rule("simple5"))
    assert {tuple(sets.sizes[list(held)]) for held in apart} == {(1,)} and len(apart) == 2


def test_groups_without_people_in_common_are_not_compared() -> None:
    before = EarlierTable("r1", ("site",), {"1": ("a",), "2": ("b",)}, {}, {})
    sets = make_sets(["1", "2"], pd.DataFrame({"site": ["a", "b"]}, index=["1", "2"]), [before])
    apart = find_small_differences(sets, find_rule("simple5"))
    assert {(before, now) for _, before, now in apart.values()} == {
        (EVERYBODY, ("site", "a")),
        (EVERYBODY, ("site", "b")),
    }
