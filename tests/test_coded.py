"""Coded datasets: 'not coded' is not 'no code', other thresholds, wide and long, stances."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.codebook import Codebook
from textmine.coded import LONG_COLUMNS, CodedDataset
from textmine.errors import InputError

BOOK = Codebook.from_labels(["money", "time"])
UNITS = pd.Index(["u1", "u2", "u3"], name="unit_id")
SCORES = pd.DataFrame({"money": [0.9, 0.3, np.nan], "time": [0.5, 0.1, np.nan]}, index=UNITS)


@pytest.fixture
def by_model() -> CodedDataset:
    cuts = {"money": 0.4, "time": 0.5}
    decisions = (pd.Series(cuts) <= SCORES).astype(float).where(SCORES.notna())
    spans = pd.DataFrame(
        [("u1", "money", 3, 8, "saves", "m", ""), ("u1", "money", 0, 2, "it", "m", "")],
        columns=["unit_id", "code", "start", "end", "quote", "coder", "stance"],
    )
    return CodedDataset(decisions, BOOK, "m", scores=SCORES, spans=spans, thresholds=cuts)


def by_people(stances: list[str]) -> CodedDataset:
    frame = pd.DataFrame({"money": [1.0, 0.0, np.nan], "time": [1.0, np.nan, np.nan]}, index=UNITS)
    spans = pd.DataFrame({"unit_id": "u1", "code": "money", "quote": "saves", "stance": stances})
    return CodedDataset.from_labels(frame, BOOK, coder="ann", spans=spans)


def test_not_coded_is_not_no_code(by_model: CodedDataset) -> None:
    wide = by_model.wide()
    assert wide.loc["u2", "money"] == 0
    assert wide.loc["u3"].isna().all()
    assert str(wide["money"].dtype) == "Int8"
    assert by_model.is_coded.tolist() == [True, True, False]
    assert by_people(["affirms"]).is_coded.tolist() == [True, True, False]
    assert by_model.counts() == {"money": 1, "time": 1}


def test_long_has_a_row_for_each_code_that_applies(by_model: CodedDataset) -> None:
    long = by_model.long()
    assert list(long.columns) == list(LONG_COLUMNS)
    money, time = long[long["applies"] == 1].to_dict("records")
    assert (money["unit_id"], money["code"], money["score"], money["applies"]) == ("u1", "money", 0.9, 1)
    assert (money["start"], money["end"], money["evidence"], money["coder"]) == (3, 8, "saves", "m")
    assert (time["code"], time["start"], time["end"], time["evidence"]) == ("time", -1, -1, "")
    assert long["codebook_version"].tolist() == [BOOK.version] * 3


def test_long_has_a_row_for_each_code_up_for_review(by_model: CodedDataset) -> None:
    long = by_model.long()
    assert long[["unit_id", "code", "applies", "band"]].to_numpy().tolist() == [
        ["u1", "money", 1, "review"],
        ["u1", "time", 1, "review"],
        ["u2", "money", 0, "review"],
    ]
    near = long.iloc[2]
    assert near[["score", "start", "end", "evidence", "stance"]].tolist() == [0.3, -1, -1, "", ""]


def test_nothing_is_accepted_without_a_certified_score(by_model: CodedDataset) -> None:
    assert by_model.bands["money"].tolist() == ["review", "review", ""]
    assert by_model.bands["time"].tolist() == ["review", "reject", ""]
    certified = replace(by_model, accept_from={"money": 0.8}, review_from={"money": 0.35})
    assert certified.bands["money"].tolist() == ["accept", "reject", ""]
    assert certified.bands["time"].tolist() == by_model.bands["time"].tolist()


def test_what_people_coded_is_not_up_for_review() -> None:
    coded = by_people(["affirms"])
    assert coded.bands["money"].tolist() == ["accept", "reject", ""]
    assert coded.bands["time"].tolist() == ["accept", "", ""]
    assert coded.long()["band"].tolist() == ["accept", "accept"]


@pytest.mark.parametrize(("cut", "bands"), [(0.6, ["accept", "review"]), (0.85, ["review", "reject"])])
def test_cut_above_the_certified_score_is_no_longer_accepted(
    by_model: CodedDataset, cut: float, bands: list[str]
) -> None:
    certified = replace(by_model, accept_from={"money": 0.8}, review_from={"money": cut / 2})
    assert certified.recut({"money": cut}).bands["money"].tolist()[:2] == bands


def test_code_without_a_threshold_is_reviewed_only_where_it_applies(by_model: CodedDataset) -> None:
    bare = replace(by_model, thresholds={})
    assert bare.bands["money"].tolist() == ["review", "reject", ""]


def test_long_of_nothing_has_the_columns(by_model: CodedDataset) -> None:
    none = replace(by_model, decisions=by_model.decisions * 0, thresholds={}).long()
    assert len(none) == 0
    assert list(none.columns) == list(LONG_COLUMNS)


@given(st.floats(0, 1), st.floats(0, 1))
def test_recut_applies_where_the_score_reaches_the_threshold(money: float, time: float) -> None:
    whole = CodedDataset(SCORES * 0, BOOK, "m", scores=SCORES, thresholds={"money": 0.5, "time": 0.5})
    cut = whole.recut({"money": money}).recut({"time": time})
    assert cut.thresholds == {"money": money, "time": time}
    for code, at in cut.thresholds.items():
        assert (cut.decisions[code] == 1).tolist() == (SCORES[code] >= at).tolist()
    assert cut.decisions.loc["u3"].isna().all()
    assert whole.counts() == {"money": 0, "time": 0}


def test_recut_at_its_own_thresholds_changes_nothing(by_model: CodedDataset) -> None:
    again = by_model.recut(by_model.thresholds)
    pd.testing.assert_frame_equal(again.decisions, by_model.decisions)
    pd.testing.assert_frame_equal(again.long(), by_model.long())


def test_recut_of_peoples_codings_or_unknown_codes_is_refused(by_model: CodedDataset) -> None:
    with pytest.raises(InputError, match="people's codings have none"):
        by_people([]).recut({"money": 0.5})
    with pytest.raises(InputError, match=r"No code food\. Codes: money, time"):
        by_model.recut({"food": 0.5})


def test_stance_of_a_coding_is_kept() -> None:
    coded = by_people(["denies"])
    long = coded.long().set_index("code")
    assert long["stance"].tolist() == ["denies", ""]
    assert long.loc["money", ["start", "end", "evidence", "coder"]].tolist() == [-1, -1, "saves", "ann"]
    assert long["score"].isna().all()


def test_unknown_stance_is_refused_and_not_shown() -> None:
    with pytest.raises(InputError, match="must be one of affirms, denies, mixed; 1 other") as caught:
        by_people(["affirms", "secretly", ""])
    assert "secretly" not in str(caught.value)


def test_unit_that_stands_twice_and_code_that_the_book_lacks_are_refused() -> None:
    with pytest.raises(InputError, match="each unit once"):
        CodedDataset(pd.DataFrame({"money": [1.0, 0.0]}, index=["u", "u"]), BOOK, "m")
    with pytest.raises(InputError, match=r"Not in the codebook: food\. Known: money, time"):
        CodedDataset(pd.DataFrame({"food": [1.0]}, index=["u"]), BOOK, "m")


def test_dataset_is_frozen(by_model: CodedDataset) -> None:
    with pytest.raises(FrozenInstanceError):
        by_model.coder = "someone"  # type: ignore[misc]


def test_selection_keeps_what_belongs_to_its_units(by_model: CodedDataset) -> None:
    chosen = by_model.select(["u3", "u1"])
    assert chosen.decisions.index.tolist() == ["u3", "u1"]
    assert chosen.scores is not None
    assert chosen.scores.index.tolist() == ["u3", "u1"]
    assert len(chosen.spans) == 2
    assert len(by_model.select(["u2"]).spans) == 0
    assert len(by_model) == 3
