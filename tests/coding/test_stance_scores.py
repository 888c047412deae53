"""Figures for stances: against counts by hand, with unsure apart, and the same for the same seed."""

from __future__ import annotations

import pandas as pd
import pytest

from textmine.coding.stance_scores import compare_stances, count_stances, write_stance_table

_TRUTH = ["affirms"] * 6 + ["denies", "denies", "mixed", "mixed"]
_GIVEN = ["affirms"] * 5 + ["denies", "denies", "mixed", "affirms", "mixed"]
_PEOPLE = [f"r{i // 2}" for i in range(10)]


def figure(table: pd.DataFrame, measure: str, column: str = "value") -> float:
    return float(table.set_index("measure").loc[measure, column])


def test_figures_are_those_counted_by_hand() -> None:
    table = compare_stances(_TRUTH, _GIVEN, _PEOPLE)
    assert figure(table, "f1_affirms") == pytest.approx(2 * 5 / (6 + 6), abs=1e-4)
    assert figure(table, "f1_not_affirms") == pytest.approx(2 * 3 / (4 + 4), abs=1e-4)
    assert figure(table, "macro_f1") == pytest.approx((10 / 12 + 6 / 8) / 2, abs=1e-4)
    assert figure(table, "f1_denies") == pytest.approx(2 * 1 / (2 + 2), abs=1e-4)
    assert figure(table, "accuracy") == pytest.approx(0.7)
    assert figure(table, "always_affirms_macro_f1") == pytest.approx(12 / 16 / 2, abs=1e-4)


def test_interval_holds_the_value() -> None:
    table = compare_stances(_TRUTH, _GIVEN, _PEOPLE)
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    assert figure(table, "accuracy", "low") < figure(table, "accuracy", "high")


def test_unsure_codes_are_left_out_of_the_figure_for_the_sure() -> None:
    told = [*_GIVEN[:5], "unsure", *_GIVEN[6:8], "unsure", "mixed"]
    table = compare_stances(_TRUTH, _GIVEN, _PEOPLE, told=told)
    assert figure(table, "unsure_share") == pytest.approx(0.2)
    assert figure(table, "macro_f1_of_sure") == 1.0
    assert figure(table, "macro_f1") < 1.0


def test_same_seed_gives_the_same_intervals() -> None:
    first, second = (compare_stances(_TRUTH, _GIVEN, _PEOPLE, seed=3) for _ in range(2))
    assert first.equals(second)


def test_counts_per_code_are_of_that_code() -> None:
    frame = pd.DataFrame(
        {"code": [0, 0, 1], "truth": ["denies", "affirms", "mixed"], "decided": ["mixed"] * 3}
    )
    table = count_stances(frame, ["a", "b", "c"])
    assert table.loc[0].tolist() == ["a", 2, 1, 1, 1, 2]
    assert table.loc[2].tolist() == ["c", 0, 0, 0, 0, 0]


def test_card_lines_name_every_code() -> None:
    frame = pd.DataFrame({"code": [0, 1], "truth": ["denies", "affirms"], "decided": ["denies", "affirms"]})
    lines = write_stance_table(
        compare_stances(["denies", "affirms"], ["denies", "affirms"], ["a", "b"]),
        count_stances(frame, ["x", "y"]),
    )
    assert any(line.startswith("| x | 1 | 0 | 1 | 1 | 1 |") for line in lines)
    assert any(line.startswith("| y |") for line in lines)
