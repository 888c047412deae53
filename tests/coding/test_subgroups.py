"""Subgroups: figures by hand, groups too small for any, differences that are there and that are not."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.coding.comparison import ALL_CODES, Comparison
from textmine.coding.subgroups import NOT_GIVEN, OTHERS, TOO_FEW, Subgroups, measure_subgroups
from textmine.errors import InputError


def compare(truth: np.ndarray, applies: np.ndarray, people: list[str] | None = None) -> Comparison:
    names = [f"u{i}" for i in range(len(truth))]
    codes = list("cdefg")[: truth.shape[1]]
    return Comparison(truth, applies * 0.5, applies, codes, names, people or names)


@pytest.fixture(scope="module")
def uneven() -> Subgroups:
    """Three groups of 200: the coder finds 9 of 10 in two of them, 4 of 10 in the third."""
    rng = np.random.default_rng(0)
    groups = np.repeat(["north", "south", "west"], 200)
    truth = (rng.random((600, 2)) < 0.4).astype(float)
    found = rng.random((600, 2)) < np.where(groups == "west", 0.4, 0.9)[:, None]
    return measure_subgroups(compare(truth, truth * found), {"region": list(groups)})


def test_figures_are_those_of_the_group_alone() -> None:
    truth = np.array([[1.0]] * 12 + [[0.0]] * 6 + [[1.0]] * 12)
    applies = np.array([[1.0]] * 9 + [[0.0]] * 3 + [[1.0]] * 3 + [[0.0]] * 3 + [[1.0]] * 12)
    groups = ["one"] * 18 + ["two"] * 12
    table = measure_subgroups(compare(truth, applies), {"phase": groups}).table.set_index(["group", "code"])
    one = table.loc[("one", "c")]
    assert one[["n", "n_respondents", "n_human", "n_coder"]].tolist() == [18, 18, 12, 12]
    assert one[["precision", "recall", "f1"]].tolist() == [0.75, 0.75, 0.75]
    assert one["recall_low"] < 0.75 < one["recall_high"]
    assert table.loc[("two", "c"), ["precision", "precision_low"]].tolist() == [1.0, 0.7575]


def test_group_with_too_few_codes_is_marked_and_not_compared() -> None:
    truth = np.array([[1.0]] * 9 + [[0.0]] * 20 + [[1.0]] * 20)
    groups = ["small"] * 29 + ["large"] * 20
    found = measure_subgroups(compare(truth, truth), {"phase": groups})
    small = found.table[found.table["group"] == "small"]
    assert small[["precision", "recall", "f1"]].isna().all(axis=None)
    assert small["note"].tolist() == [f"precision and recall: {TOO_FEW}"] * 2
    assert found.table.loc[found.table["group"] == "large", "note"].tolist() == ["", ""]
    assert found.differences.empty


def test_many_codes_of_one_respondent_are_too_few_to_tell() -> None:
    ones = np.ones((60, 1))
    people = ["talker"] * 30 + [f"p{i}" for i in range(30)]
    found = measure_subgroups(compare(ones, ones, people), {"phase": ["a"] * 30 + ["b"] * 30})
    by_group = found.table.drop_duplicates("group").set_index("group")
    assert TOO_FEW in by_group.loc["a", "note"] and np.isnan(by_group.loc["a", "recall"])
    assert by_group.loc["b", "note"] == ""


def test_real_difference_is_flagged_and_chance_is_not(uneven: Subgroups) -> None:
    flagged = uneven.differences[uneven.differences["differs"] == "yes"]
    assert set(flagged["measure"]) == {"recall"}
    west = flagged[(flagged["group"] == "west") & (flagged["code"] == ALL_CODES)].iloc[0]
    assert west["difference"] == pytest.approx(-0.5, abs=0.1) and west["high"] < 0
    assert west["than"] == OTHERS


def test_looks_are_corrected_for_their_number() -> None:
    rng = np.random.default_rng(5)
    flagged = looks = 0
    for _ in range(20):
        truth, applies = (rng.random((2, 300, 5)) < 0.4).astype(float)
        groups = [f"g{i}" for i in rng.integers(0, 4, 300)]
        found = measure_subgroups(compare(truth, applies), {"by": groups}).differences
        flagged += int((found["differs"] == "yes").any())
        looks += len(found)
    assert looks == 20 * 4 * 6 * 2
    assert flagged <= 5  # of 20 columns in which nothing differs, two families each: about 2 by chance


def test_two_groups_are_compared_once() -> None:
    truth = np.ones((40, 1))
    applies = np.array([[1.0]] * 30 + [[0.0]] * 10)
    found = measure_subgroups(compare(truth, applies), {"phase": ["a"] * 22 + ["b"] * 18}).differences
    assert found[["group", "than"]].drop_duplicates().to_numpy().tolist() == [["a", "b"]]
    assert found[found["measure"] == "recall"]["difference"].tolist() == pytest.approx(
        [1 - 8 / 18] * 2, abs=1e-4
    )


def test_missing_value_is_a_group_of_its_own_and_stands_last() -> None:
    truth = np.ones((40, 1))
    found = measure_subgroups(compare(truth, truth), {"phase": ["a"] * 10 + [None] * 20 + [" "] * 10}).table
    assert found["group"].drop_duplicates().tolist() == ["a", NOT_GIVEN]
    assert found[found["group"] == NOT_GIVEN]["n"].tolist() == [30, 30]


def test_one_group_has_nothing_to_be_compared_with() -> None:
    ones = np.ones((20, 1))
    found = measure_subgroups(compare(ones, ones), {"phase": ["a"] * 20})
    assert found.differences.empty and len(found.table) == 2


def test_column_of_too_many_values_or_of_other_length_is_refused() -> None:
    ones = np.ones((40, 1))
    with pytest.raises(InputError, match=r"'person' holds 40 different values.*at most 30"):
        measure_subgroups(compare(ones, ones), {"person": [f"Secret Name {i}" for i in range(40)]})
    with pytest.raises(InputError, match="2 values for 40 texts"):
        measure_subgroups(compare(ones, ones), {"phase": ["a", "b"]})
