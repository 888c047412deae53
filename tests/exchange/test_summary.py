"""The summary: counts that add up over parts, and corrected shares taken from a table of prevalence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.exchange.coded_folder import write_coded_folder
from textmine.exchange.summary import (
    SUMMARY_COLUMNS,
    count_codes,
    make_summary,
    read_summary,
    tabulate_counts,
)

COLUMNS = ["code", "question", "by", "group", "estimate", "low", "high", "n_read", "naive_count", "unit"]


@pytest.fixture
def told(coded: CodedDataset) -> CodedDataset:
    """The dataset by a coder that tells stances."""
    return replace(coded, spans=coded.spans.assign(stance=["affirms", "denies", "unsure"]))


@pytest.fixture
def folder(told: CodedDataset, source: pd.DataFrame, tmp_path: Path) -> Path:
    write_coded_folder(told, source, tmp_path / "c", provenance={"model": {"id": "m"}})
    return tmp_path / "c"


def prevalence(path: Path, *rows: tuple[object, ...]) -> Path:
    frame = pd.DataFrame(rows, columns=COLUMNS).assign(base_in_words="answers that were not blank")
    frame.to_csv(path, index=False)
    return path


def test_stances_of_the_texts_counted_are_split(told: CodedDataset) -> None:
    money, time = make_summary(told).to_dict("records")
    names = ("affirms", "denies", "mixed", "stance_unsure")
    assert [money[name] for name in names] == [1, 1, 0, 0]
    assert [time[name] for name in names] == [0, 0, 0, 1]


def test_stances_are_empty_where_the_coder_tells_none(coded: CodedDataset) -> None:
    assert make_summary(coded)["affirms"].tolist() == [None, None]


def test_summary_says_what_may_be_summed(coded: CodedDataset) -> None:
    alone, with_people = make_summary(coded), make_summary(coded, groups=["a", "b", "c", "c"])
    assert (
        "no count over codes" in alone["may_be_summed"][0] and "respondents" not in alone["may_be_summed"][0]
    )
    assert "respondents only over files of other respondents" in with_people["may_be_summed"][0]


def test_counts_of_parts_add_up_to_those_of_the_whole(told: CodedDataset) -> None:
    groups = ["a", "b", "c", "a"]
    halves = []
    for part in (slice(0, 2), slice(2, 4)):
        units = told.decisions.index[part]
        spans = told.spans[told.spans["unit_id"].isin(units)]
        half = replace(told, decisions=told.decisions.loc[units], scores=told.scores.loc[units], spans=spans)
        halves.append(count_codes(half, groups[part]))
    whole = tabulate_counts(halves[0] + halves[1], told.codebook)
    pd.testing.assert_frame_equal(whole, make_summary(told, groups))
    with pytest.raises(ValueError, match="do not add up"):
        halves[0] + count_codes(told)


def test_corrected_shares_are_taken_from_the_folders_prevalence(folder: Path) -> None:
    prevalence(
        folder / "prevalence.csv",
        ("money", "", "", "", 0.61234, 0.5, 0.7, 50, 2, "answer"),
        ("money", "", "wave", "2024", 0.9, 0.8, 1.0, 20, 1, "answer"),
        ("time", "", "", "", "", "", "", 2, 1, "answer"),
    )
    summary, notes = read_summary(folder)
    assert list(summary.columns) == SUMMARY_COLUMNS and notes == []
    money, time = summary.to_dict("records")
    assert (money["corrected_share"], money["corrected_low"], money["corrected_high"]) == (
        "0.6123",
        "0.5",
        "0.7",
    )
    assert (money["n_read"], money["corrected_base"]) == ("50", "answers that were not blank")
    assert time["corrected_share"] == "not estimable: read 1 more" and time["n_read"] == "2"


def test_prevalence_of_another_coding_is_left_out_and_said(folder: Path, tmp_path: Path) -> None:
    path = prevalence(tmp_path / "p.csv", ("money", "", "", "", 0.6, 0.5, 0.7, 50, 99, "answer"))
    summary, notes = read_summary(folder, prevalence=path)
    assert summary["corrected_share"].str.startswith("not estimable").all()
    assert notes == ["p.csv counted 1 code(s) in another coding; run textmine prevalence anew."]


def test_prevalence_by_question_only_is_left_out_and_said(folder: Path, tmp_path: Path) -> None:
    path = prevalence(tmp_path / "p.csv", ("money", "q1", "", "", 0.6, 0.5, 0.7, 50, 2, "answer"))
    assert "single questions or groups only" in read_summary(folder, prevalence=path)[1][0]


def test_other_table_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("code,share\nmoney,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"lacks column\(s\) estimate, low"):
        read_summary(folder, prevalence=tmp_path / "p.csv")
    with pytest.raises(InputError, match=r"holds no summary\.csv"):
        read_summary(tmp_path)
