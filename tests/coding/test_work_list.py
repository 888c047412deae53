"""The work list: only what is up for review, the most useful first, with the time it takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.coding.work_list import SECONDS_PER_DECISION, WORDS_A_MINUTE, WORK_COLUMNS, make_work_list
from textmine.errors import InputError

BOOK = Codebook.from_labels(["common", "rare"])


def coded_with(scores: dict[str, list[float]], texts: list[str] | None = None) -> CodedDataset:
    index = pd.Index([f"u{i}" for i in range(len(scores["common"]))], name="unit_id")
    frame = pd.DataFrame(scores, index=index)
    decisions = (frame >= 0.5).astype(float).where(frame.notna())
    cuts = {"common": 0.5, "rare": 0.5}
    return CodedDataset(
        decisions,
        BOOK,
        "m",
        scores=frame,
        thresholds=cuts,
        texts=None if texts is None else pd.Series(texts, index=index),
    )


def test_only_units_up_for_review_stand_in_the_list() -> None:
    coded = coded_with({"common": [0.9, 0.1, np.nan, 0.3], "rare": [0.1, 0.1, np.nan, 0.1]})
    assert set(make_work_list(coded)["unit_id"]) == {"u0", "u3"}
    certified = replace(coded, accept_from={"common": 0.8}, review_from={"common": 0.4})
    work = make_work_list(certified)
    assert len(work) == 0 and list(work.columns) == WORK_COLUMNS


def test_the_less_sure_the_rarer_and_the_more_codes_the_earlier() -> None:
    coded = coded_with(
        {
            "common": [0.95, 0.5, 0.1, 0.5, *[0.9] * 20],
            "rare": [0.1, 0.1, 0.5, 0.5, *[0.0] * 20],
        }
    )
    work = make_work_list(coded)
    assert work["unit_id"].tolist()[:3] == ["u3", "u2", "u1"]  # both codes, the rare one, the common one
    assert work["codes"].tolist()[0] == "rare;common"
    assert work["order"].tolist() == list(range(1, len(work) + 1))
    assert work["priority"].is_monotonic_decreasing
    first = work.iloc[0]
    assert (first["scores"], first["applies"]) == ("0.5;0.5", "1;1")


def test_minutes_are_those_of_reading_and_deciding() -> None:
    coded = coded_with({"common": [0.9, 0.4], "rare": [0.9, 0.0]}, ["word " * WORDS_A_MINUTE, "two words"])
    minutes = make_work_list(coded).set_index("unit_id")["minutes"]
    assert minutes["u0"] == pytest.approx(1 + 2 * SECONDS_PER_DECISION / 60, abs=0.01)
    assert minutes["u1"] == pytest.approx(2 / WORDS_A_MINUTE + SECONDS_PER_DECISION / 60, abs=0.01)


def test_own_timing_replaces_the_assumption_and_adds_up() -> None:
    coded = coded_with({"common": [0.9, 0.8, 0.7], "rare": [0.0] * 3})
    work = make_work_list(coded, seconds_per_unit=90)
    assert work["minutes"].tolist() == [1.5] * 3
    assert work["minutes_so_far"].tolist() == [1.5, 3.0, 4.5]
    with pytest.raises(InputError, match="0 seconds a unit met"):
        make_work_list(coded, seconds_per_unit=0)


def test_equally_useful_units_keep_their_order_and_people_leave_no_work() -> None:
    coded = coded_with({"common": [0.6] * 5, "rare": [0.0] * 5})
    assert make_work_list(coded)["unit_id"].tolist() == [f"u{i}" for i in range(5)]
    assert len(make_work_list(replace(coded, scores=None))) == 0


def test_list_of_nothing_coded_is_empty() -> None:
    assert len(make_work_list(coded_with({"common": [np.nan], "rare": [np.nan]}))) == 0
