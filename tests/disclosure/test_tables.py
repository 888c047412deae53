"""Tables of counts: the known answers of the rules, and that no hidden cell can be got back."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from textmine.disclosure import (
    HIDDEN,
    DisclosureRule,
    find_rule,
    protect_counts,
    protect_pairs,
    protect_table,
)
from textmine.errors import InputError

TEN = DisclosureRule("ten", count_below=10)


def test_nhs_hes_known_answers() -> None:
    counts = [0, 1, 7, 8, 12, 13, 17, 18, 22, 23]
    assert protect_counts(counts, rule="nhs_hes") == [0, "*", "*", 10, 10, 15, 15, 20, 20, 25]


@pytest.mark.parametrize("rule", [TEN, "gpps", "ons_srs", "simple5"], ids=str)
@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([120, 43, 4, 15], [120, 43, "*", "*"]),
        ([120, 43, 4, 6], [120, 43, "*", "*"]),
        ([120, 0, 3, 11], [120, 0, "*", "*"]),
        ([120, 43, 25, 15], [120, 43, 25, 15]),
    ],
)
def test_secondary_suppression_known_answers(rule, counts: list[int], shown: list[int | str]) -> None:
    assert protect_counts(counts, rule=rule) == shown


def test_two_ones_do_not_protect_each_other() -> None:
    assert protect_counts([120, 43, 1, 1], rule="gpps") == [120, "*", "*", "*"]


def test_without_a_published_total_one_hidden_count_is_enough() -> None:
    assert protect_counts([120, 43, 4, 15], rule="simple5", total=False) == [120, 43, "*", 15]


def bound_by_hand(done: pd.DataFrame, shape: tuple[int, int]) -> dict[tuple[int, int], tuple[float, float]]:
    """The interval of each hidden inner cell by all shown cells and margins, by a programme of its own."""
    rows, columns = shape
    size = (rows + 1) * (columns + 1)
    grid = np.arange(size).reshape(rows + 1, columns + 1)
    sums = []
    for i in range(rows + 1):
        line = np.zeros(size)
        line[grid[i, :-1]], line[grid[i, -1]] = 1, -1
        sums.append(line)
    for j in range(columns):
        line = np.zeros(size)
        line[grid[:-1, j]], line[grid[-1, j]] = 1, -1
        sums.append(line)
    bounds = [(1, None) if cell == HIDDEN else (cell, cell) for cell in done.to_numpy().ravel()]
    found = {}
    for at in itertools.product(range(rows), range(columns)):
        if done.iat[at] == HIDDEN:
            ends = []
            for sign in (1, -1):
                aim = np.zeros(size)
                aim[grid[at]] = sign
                solved = linprog(aim, A_eq=np.array(sums), b_eq=np.zeros(len(sums)), bounds=bounds)
                ends.append(np.inf if solved.status == 3 else abs(solved.fun))
            found[at] = (ends[0], ends[1])
    return found


tables = st.tuples(st.integers(1, 3), st.integers(2, 4)).flatmap(
    lambda shape: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 5, 7, 12, 40]), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)


@settings(max_examples=15)
@given(tables)
def test_no_small_cell_can_be_narrowed_by_sums(counts: list[list[int]]) -> None:
    assert_protected(counts)


@pytest.mark.slow
@settings(max_examples=300)
@given(tables)
def test_no_small_cell_of_many_tables_can_be_narrowed_by_sums(counts: list[list[int]]) -> None:
    assert_protected(counts)


def assert_protected(counts: list[list[int]]) -> None:
    frame, rule = pd.DataFrame(counts), find_rule("simple5")
    done = protect_table(frame, rule=rule, groups=None)
    if frame.to_numpy().sum() < rule.base_below:
        assert (done.table == HIDDEN).all(axis=None)
        return
    for at, (low, high) in bound_by_hand(done.table, frame.shape).items():
        if rule.is_small(frame.iat[at]):
            assert low <= 1 + 1e-6 and high >= rule.count_below - 1 - 1e-6
    for at in itertools.product(range(len(frame)), range(frame.shape[1])):
        assert done.table.iat[at] in (HIDDEN, frame.iat[at])
        assert not rule.is_small(frame.iat[at]) or done.table.iat[at] == HIDDEN


@settings(max_examples=25)
@given(st.lists(st.integers(0, 60), min_size=2, max_size=7))
def test_a_row_hides_no_more_than_it_must(counts: list[int]) -> None:
    """No hidden cell that is not small could be shown again without narrowing a small one."""
    rule = find_rule("simple5")
    done = protect_table(pd.DataFrame([counts]), rule=rule, totals="rows", groups=None)
    shown = done.table.iloc[0].tolist()
    if shown[-1] == HIDDEN:
        return
    small = [n for n in counts if rule.is_small(n)]
    besides = [n for n, cell in zip(counts, shown, strict=False) if cell == HIDDEN and not rule.is_small(n)]
    for left_out in besides:
        rest = sum(small) + sum(besides) - left_out
        others = len(small) + len(besides) - 2
        assert others == 0 or rest - others < rule.count_below - 1


def test_group_under_the_base_is_withheld_whole() -> None:
    counts = pd.DataFrame({"a": [3, 1], "b": [30, 40], "c": [50, 60]}, index=["x", "y"])
    done = protect_table(counts, rule="simple5")
    assert done.table["a"].tolist() == ["*"] * 3 and (done.hidden["why"] == "base").sum() == 3


def test_group_all_of_one_mind_is_withheld() -> None:
    counts = pd.DataFrame({"a": [30, 0], "b": [30, 40], "c": [50, 60]}, index=["x", "y"])
    done = protect_table(counts, rule="simple5")
    assert done.table["a"].tolist()[:2] == ["*", "*"]
    low, high = done.hidden.set_index(["row", "column"]).loc[("x", "a"), ["low", "high"]]
    assert low <= 26 and high >= 30


def test_rows_can_be_the_groups() -> None:
    counts = pd.DataFrame({"x": [3, 30, 50], "y": [1, 40, 60]}, index=["a", "b", "c"])
    done = protect_table(counts, rule="simple5", groups="rows")
    assert done.table.loc["a"].tolist() == ["*"] * 3
    assert done.table.shape == (4, 3)


def test_figures_are_shown_where_the_unweighted_counts_allow() -> None:
    counts = pd.DataFrame({"a": [30, 3], "b": [40, 20]})
    done = protect_table(counts, rule="simple5", totals="none", figures=counts / 100)
    assert done.table.to_numpy().tolist() == [[0.3, 0.4], ["*", 0.2]]


def test_rounding_rule_shows_rounded_margins_and_leaves_a_nation_as_it_is() -> None:
    counts = pd.DataFrame({"a": [31, 3], "b": [42, 21]})
    assert protect_table(counts, rule="nhs_hes").table.to_numpy().tolist() == [
        ["*", 40, 75],
        ["*", 20, 25],
        [35, 65, 95],
    ]
    assert protect_table(counts, rule="nhs_hes", national=True).table.iloc[0, 0] == 31


def test_pair_is_hidden_for_any_of_the_four_counts() -> None:
    pairs = pd.DataFrame([[50, 20, 48], [20, 60, 3], [48, 3, 60]])
    done = protect_pairs(pairs, 200).table
    assert done.to_numpy().tolist() == [[50, 20, "*"], [20, 60, "*"], ["*", "*", 60]]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([[1.5]], "Row 0, column 0: no count of people"),
        ([[-1]], "no count of people"),
        ([["many"]], "no count of people"),
    ],
)
def test_what_is_no_count_is_refused(table: list[list[object]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        protect_table(pd.DataFrame(table))


def test_unknown_totals_are_refused() -> None:
    with pytest.raises(InputError, match="No totals 'all'"):
        protect_table(pd.DataFrame([[1]]), totals="all")
