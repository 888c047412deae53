"""Agreement and accuracy on both sides of a change of the codebook."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.migration import Changes, compare_sides, fill_codings, migrate_codings
from textmine.migration.sides import describe_sides

OLD, NEW = (
    Codebook.from_labels(["cost", "time", "trust"]),
    Codebook.from_labels(["barriers", "trust", "rivalry"]),
)
CHANGES = Changes.loads("changes: [{merge: [cost, time], to: barriers}, {add: rivalry}]")
UNITS = [f"u{n}" for n in range(8)]


def make(coder: str, cost: str, time: str, trust: str) -> CodedDataset:
    columns = {"cost": cost, "time": time, "trust": trust}
    frame = pd.DataFrame({code: [float(v) for v in values] for code, values in columns.items()}, index=UNITS)
    return CodedDataset(frame, OLD, coder)


ANN = make("ann", "11000000", "00110000", "10101010")
BEN = make("ben", "00110000", "11000000", "10101011")
TRUTH = make("agreed", "11000000", "00110000", "10101000")


def test_coders_who_mixed_up_two_codes_agree_once_these_are_merged() -> None:
    moved = [migrate_codings(one, CHANGES, NEW) for one in (ANN, BEN)]
    found = compare_sides([ANN, BEN], [one.coded for one in moved], CHANGES)
    alpha = found[found["measure"] == "alpha"].set_index("old_code")
    assert alpha.loc["cost", "before"] < 0 and alpha.loc["cost", "after"] == 1.0
    assert alpha.loc["trust", "before"] == alpha.loc["trust", "after"]
    assert np.isnan(alpha.loc["", "after"]) and alpha.loc["", "note"] == "no code before"
    assert (
        describe_sides(found)[0] == "cost to barriers: alpha -0.25 on 8 units before, 1.00 on 8 units after."
    )


def test_accuracy_stands_on_both_sides_with_its_intervals() -> None:
    truth = (TRUTH, migrate_codings(TRUTH, CHANGES, NEW).coded)
    found = compare_sides([BEN], [migrate_codings(BEN, CHANGES, NEW).coded], CHANGES, truth=truth)
    rows = found.set_index(["old_code", "measure"])
    assert rows.loc[("cost", "precision"), "before"] == 0.0
    assert rows.loc[("cost", "precision"), "after"] == rows.loc[("time", "recall"), "after"] == 1.0
    assert rows.loc[("trust", "precision"), "before"] == pytest.approx(0.6)  # 3 of the 5 that ben gave
    assert rows.loc[("trust", "recall"), "before"] == 1.0
    assert rows.loc[("trust", "f1"), "after"] == pytest.approx(2 * 3 / 8)
    assert 0 < rows.loc[("trust", "precision"), "before_low"] < 0.6


def test_what_was_read_again_counts_on_the_new_side() -> None:
    again = pd.DataFrame({"rivalry": [1.0, 0, 0, 0, 1, 0, 0, 0]}, index=UNITS)
    moved = [fill_codings(migrate_codings(one, CHANGES, NEW), again)[0] for one in (ANN, BEN)]
    found = compare_sides([ANN, BEN], moved, CHANGES)
    [row] = found[(found["new_code"] == "rivalry") & (found["measure"] == "alpha")].to_dict("records")
    assert row["after"] == 1.0 and row["n_after"] == 8 and row["n_before"] == 0


def test_units_left_to_be_read_are_no_part_of_the_new_side() -> None:
    changes = Changes.loads("changes: [{redefine: trust, effect: widened}]")
    book = Codebook.from_labels(OLD.ids)
    moved = [migrate_codings(one, changes, book).coded for one in (ANN, BEN)]
    found = compare_sides([ANN, BEN], moved, changes).set_index(["new_code", "measure", "coder"])
    assert found.loc[("trust", "share", "ann"), "n_after"] == 4
    assert found.loc[("trust", "share", "ann"), "note"] == "of the 4 units that need no reading"


def test_a_retired_code_has_no_new_side() -> None:
    changes = Changes.loads("changes: [{retire: trust}]")
    book = Codebook.from_labels(["cost", "time"])
    moved = [migrate_codings(one, changes, book).coded for one in (ANN, BEN)]
    [row] = (
        compare_sides([ANN, BEN], moved, changes)
        .query("old_code == 'trust' and measure == 'alpha'")
        .to_dict("records")
    )
    assert row["change"] == "retire" and row["note"] == "no code after" and np.isnan(row["after"])


def test_both_sides_want_the_same_coders() -> None:
    with pytest.raises(InputError, match="1 coders before the change and 0 after"):
        compare_sides([ANN], [], CHANGES)
