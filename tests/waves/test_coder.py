"""Did the coder get worse: precision, recall and calibration, with weights and few cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from textmine.estimates.design import AuditDesign
from textmine.waves.coder import compare_coder

CODES = ["money", "sport"]


def test_recall_that_fell_is_found_and_precision_is_not(make_wave) -> None:
    table, _ = compare_coder(make_wave(), make_wave("new", recall=0.5), CODES)
    rows = table.set_index(["code", "measure"])
    fallen = rows.loc[("money", "recall")]
    assert fallen["changed"] == "yes" and fallen["low"] < fallen["change"] < fallen["high"] < 0
    assert rows.loc[("(all codes)", "recall"), "changed"] == "yes"
    assert rows.loc[("money", "precision"), "changed"] == ""
    assert rows.loc[("money", "precision"), "detectable"] > 0


def test_figures_are_those_of_the_units_read(make_wave) -> None:
    old = make_wave()
    table, _ = compare_coder(old, make_wave("new"), CODES)
    labels = old.checked["sport"]
    given = (old.survey.scores.loc[labels.index, "sport"] >= 0.5).to_numpy()
    row = table[(table["code"] == "sport") & (table["measure"] == "recall")].iloc[0]
    assert row["old"] == pytest.approx(given[labels == 1].mean()) and row["n_old"] == int(labels.sum())
    assert row["old_low"] <= row["old"] <= row["old_high"]


def test_chances_of_being_read_weigh_the_figures(make_wave) -> None:
    old = make_wave()
    given = old.survey.scores.loc[old.checked.index, "money"] >= 0.5
    chances = pd.Series(np.where(given, 0.6, 0.2), index=old.checked.index)
    weighed = replace(old, design=AuditDesign(probability=chances))
    plain, heavy = (
        compare_coder(w, make_wave("new"), CODES)[0].set_index(["code", "measure"]) for w in (old, weighed)
    )
    key = ("money", "recall")
    assert heavy.loc[key, "old"] < plain.loc[key, "old"]
    assert heavy.loc[("money", "precision"), "old"] == pytest.approx(plain.loc[("money", "precision"), "old"])


def test_few_cases_are_not_tested(make_wave) -> None:
    table, _ = compare_coder(make_wave(read=20), make_wave("new", read=20), CODES)
    sport = table[table["code"] == "sport"]
    assert sport["p"].isna().all() and sport["note"].str.contains("fewer than 10").all()
    assert (sport["changed"] == "").all()


def test_scores_that_are_no_chances_any_more_are_found(make_wave) -> None:
    _, calibration = compare_coder(make_wave(), make_wave("new", recall=0.4), CODES)
    assert set(calibration["wave"]) == {"old", "new", "change"}
    moved = calibration[(calibration["wave"] == "change") & (calibration["band"] == "all")]
    assert (moved["drifted"] == "yes").all() and (moved["error"] > 0).all()
