"""As good as a second coder: pairs, shared texts, verdicts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.agreement import measure_alpha
from textmine.coding.comparison import Comparison
from textmine.coding.second_coder import MEAN, SETS, compare_with_people
from textmine.errors import InputError

IDS = [f"u{i}" for i in range(300)]
CODES = ["c", "d"]


def mistake(truth: np.ndarray, share: float, seed: int) -> np.ndarray:
    """A coding that differs from another in a share of its cells."""
    wrong = np.random.default_rng(seed).random(truth.shape) < share
    return np.where(wrong, 1 - truth, truth)


def table(coding: np.ndarray, ids: list[str] = IDS) -> pd.DataFrame:
    return pd.DataFrame(coding, index=ids, columns=CODES)


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    return (np.random.default_rng(0).random((300, 2)) < 0.3).astype(float)


def judge(truth: np.ndarray, machine: np.ndarray) -> Comparison:
    return Comparison(truth, machine, machine, CODES, IDS, [f"p{i // 2}" for i in range(300)])


def test_machine_worse_than_people_is_below_a_second_coder(truth: np.ndarray) -> None:
    people = {"one": table(mistake(truth, 0.03, 1)), "two": table(mistake(truth, 0.03, 2))}
    found = compare_with_people(judge(truth, mistake(truth, 0.2, 3)), people).differences
    assert found["code"].tolist() == [*CODES, MEAN, SETS]
    assert (found["verdict"] == "below a second coder").all()
    assert (found["difference"] == (found["machine_human"] - found["human_human"]).round(4)).all()
    assert ((found["low"] <= found["difference"]) & (found["difference"] <= found["high"])).all()


def test_machine_as_good_as_people_shows_no_difference(truth: np.ndarray) -> None:
    people = {"one": table(mistake(truth, 0.1, 1)), "two": table(mistake(truth, 0.1, 2))}
    found = compare_with_people(judge(truth, mistake(truth, 0.1, 3)), people).differences
    assert (found["verdict"] == "no difference shown").all()


def test_machine_better_than_people_is_above(truth: np.ndarray) -> None:
    people = {"one": table(mistake(truth, 0.25, 1)), "two": table(mistake(truth, 0.25, 2))}
    found = compare_with_people(judge(truth, truth), people).differences.set_index("code")
    assert found.loc[MEAN, "verdict"] == "above a second coder"


def test_pairs_are_named_by_who_they_are(truth: np.ndarray) -> None:
    people = {"one": table(truth), "two": table(truth)}
    pairs = compare_with_people(judge(truth, truth), people).pairs
    kinds = pairs.drop_duplicates(["first", "second"])[["first", "second", "kind"]].to_numpy().tolist()
    assert kinds == [
        ["machine", "reference", "machine-reference"],
        ["machine", "one", "machine-human"],
        ["machine", "two", "machine-human"],
        ["reference", "one", "human-reference"],
        ["reference", "two", "human-reference"],
        ["one", "two", "human-human"],
    ]
    assert (pairs[["alpha", "raw_agreement", "positive_agreement"]] == 1).all(axis=None)


def test_with_one_further_coder_the_reference_is_the_other_person(truth: np.ndarray) -> None:
    other, machine = mistake(truth, 0.05, 1), mistake(truth, 0.1, 2)
    found = compare_with_people(judge(truth, machine), {"one": table(other)})
    assert set(found.pairs["kind"]) == {"machine-reference", "machine-human", "human-human"}
    row = found.differences.set_index("code").loc["c"]
    assert row["human_human"] == pytest.approx(measure_alpha([truth[:, 0], other[:, 0]]), abs=1e-4)
    assert row["machine_human"] == pytest.approx(measure_alpha([machine[:, 0], other[:, 0]]), abs=1e-4)


def test_figures_of_a_pair_are_those_worked_out_by_hand() -> None:
    truth = np.array([[1.0, 1], [1, 1], [0, 1], [0, 0]])
    other = np.array([[1.0, 1], [0, 1], [0, 0], [0, 0]])
    small = Comparison(truth, truth, truth, CODES, list("uvwx"), list("uvwx"))
    pairs = compare_with_people(small, {"one": table(other, list("uvwx"))}).pairs
    row = pairs[(pairs["kind"] == "human-human") & (pairs["code"] == "c")].iloc[0]
    assert row[["n", "n_first", "n_second"]].tolist() == [4, 2, 1]
    assert row["raw_agreement"] == 0.75 and row["positive_agreement"] == pytest.approx(2 / 3, abs=1e-4)
    sets = pairs[(pairs["kind"] == "human-human") & (pairs["code"] == SETS)].iloc[0]
    assert sets["raw_agreement"] == 0.5 and sets["positive_agreement"] == 0.75


def test_only_texts_that_all_coded_count(truth: np.ndarray) -> None:
    partial = mistake(truth, 0.05, 1)
    partial[:100, 0] = np.nan
    people = {"one": table(partial), "two": table(mistake(truth, 0.05, 2)).iloc[:250]}
    found = compare_with_people(judge(truth, truth), people)
    assert found.differences.set_index("code")["n"].to_dict() == {"c": 150, "d": 250, MEAN: 250, SETS: 150}
    assert set(found.pairs.loc[found.pairs["code"] == "c", "n"]) == {150}


def test_code_that_another_did_not_code_is_unknown_and_the_rest_is_judged(truth: np.ndarray) -> None:
    partial = table(mistake(truth, 0.05, 1)).drop(columns="d")
    found = compare_with_people(judge(truth, truth), {"one": partial}).differences.set_index("code")
    assert found.loc["d", ["n", "verdict"]].tolist() == [0, "too few to tell"]
    assert np.isnan(found.loc["d", "machine_human"]) and found.loc[SETS, "n"] == 0
    assert found.loc["c", "machine_human"] == found.loc[MEAN, "machine_human"] > 0.8


def test_rare_code_is_too_few_to_tell_and_unused_code_unknown(truth: np.ndarray) -> None:
    rare = np.zeros((300, 2))
    rare[:5, 0] = 1
    people = {"one": table(rare), "two": table(rare)}
    found = compare_with_people(judge(rare, rare), people).differences.set_index("code")
    assert found.loc["c", ["machine_human", "verdict"]].tolist() == [1.0, "too few to tell"]
    assert np.isnan(found.loc["d", "machine_human"]) and found.loc["d", "verdict"] == "too few to tell"
    assert found.loc[MEAN, "machine_human"] == 1


def test_coder_of_other_texts_is_refused(truth: np.ndarray) -> None:
    with pytest.raises(InputError, match="'one' coded none of the 300 texts"):
        compare_with_people(judge(truth, truth), {"one": table(truth, [f"x{i}" for i in range(300)])})
    with pytest.raises(InputError, match="No text was coded by all"):
        first, second = table(truth).iloc[:100], table(truth).iloc[100:]
        compare_with_people(judge(truth, truth), {"one": first, "two": second})
