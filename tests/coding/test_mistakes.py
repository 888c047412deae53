"""Confusions counted by hand, errors in the order of surprise."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.coding.comparison import Comparison
from textmine.coding.mistakes import MISSED, NO_CODE, WRONG, count_confusions, list_errors

NAN = np.nan
#        right    a for b  a for b  b missed  c too many  c not coded
TRUTH = [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0], [1, 0, 0], [0, 0, NAN]]
GIVEN = [[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 0, 0], [1, 0, 1], [0, 0, 1]]


@pytest.fixture
def small() -> Comparison:
    given = np.array(GIVEN, dtype=float)
    probabilities = given * 0.6 + np.arange(6)[:, None] / 100
    return Comparison(np.array(TRUTH), probabilities, given, list("abc"), list("uvwxyz"), list("uvwxyz"))


def test_code_given_instead_of_another_is_counted(small: Comparison) -> None:
    found = {(r["human"], r["coder"]): (r["n"], r["of"]) for r in count_confusions(small).to_dict("records")}
    assert found == {("b", "a"): (2, 3), ("b", NO_CODE): (1, 3), (NO_CODE, "c"): (1, 1)}


def test_most_frequent_confusion_comes_first(small: Comparison) -> None:
    assert count_confusions(small)[["human", "coder"]].iloc[0].tolist() == ["b", "a"]


def test_errors_stand_in_the_order_of_surprise_and_hold_no_words(small: Comparison) -> None:
    errors = list_errors(small)
    assert errors.columns.tolist() == ["unit_id", "code", "kind", "truth", "probability", "surprise"]
    found = errors[["unit_id", "code", "kind"]].to_numpy().tolist()
    assert found == [
        ["v", "b", MISSED],
        ["w", "b", MISSED],
        ["x", "b", MISSED],
        ["y", "c", WRONG],
        ["w", "a", WRONG],
        ["v", "a", WRONG],
    ]
    assert errors["surprise"].tolist() == pytest.approx([0.99, 0.98, 0.97, 0.64, 0.62, 0.61])


def test_without_mistakes_both_tables_are_empty() -> None:
    ones = np.ones((3, 2))
    right = Comparison(ones, ones, ones, ["a", "b"], list("uvw"), list("uvw"))
    assert count_confusions(right).empty and list_errors(right).empty


def test_coder_without_probabilities_has_errors_all_the_same(small: Comparison) -> None:
    unsure = Comparison(
        small.truth, np.full_like(small.truth, NAN), small.applies, small.codes, small.ids, small.groups
    )
    errors = list_errors(unsure)
    assert len(errors) == 6 and errors["surprise"].isna().all()
