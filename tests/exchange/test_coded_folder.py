"""The folder that coding writes: every input row verbatim, missing is not zero, the same bytes each time."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.coded import LONG_COLUMNS, CodedDataset
from textmine.errors import InputError
from textmine.exchange.coded_folder import (
    WideOptions,
    make_wide,
    write_coded_folder,
)
from textmine.exchange.summary import make_summary, texts_to_read
from textmine.reading import RejectedRow

ALL = WideOptions(bands=True, scores=True, formats=("csv", "parquet", "xlsx"))
PROVENANCE = {"model": {"id": "m"}, "codebook": {"id": "b"}, "seconds": 1.0}


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def records_of(path: Path) -> list[dict[str, str]]:
    header, *rows = rows_of(path)
    return [dict(zip(header, row, strict=True)) for row in rows]


def write(coded: CodedDataset, source: pd.DataFrame, folder: Path, options: WideOptions = ALL) -> list[Path]:
    return write_coded_folder(coded, source, folder, provenance=PROVENANCE, options=options)


def test_wide_has_every_input_row_unchanged_then_the_codes(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame
) -> None:
    write(coded, source, tmp_path, WideOptions())
    header, *rows = rows_of(tmp_path / "coded_wide.csv")
    assert header == ["id", "said", "=odd", "money", "time"]
    assert [row[:3] for row in rows] == source.to_numpy().tolist()
    assert [row[3:] for row in rows] == [["1", "0"], ["", ""], ["1", "1"], ["0", "0"]]


def test_bands_and_scores_are_columns_when_asked_for(coded: CodedDataset, source: pd.DataFrame) -> None:
    wide = make_wide(coded, source, ALL)
    assert list(wide.columns[3:6]) == ["money", "money__band", "money__score"]
    assert wide["money__band"].tolist() == ["review", "", "review", "reject"]
    assert wide["money__score"].tolist()[0] == 0.9


def test_all_forms_hold_the_same_values(tmp_path: Path, coded: CodedDataset, source: pd.DataFrame) -> None:
    from openpyxl import load_workbook

    write(coded, source, tmp_path)
    header, *rows = rows_of(tmp_path / "coded_wide.csv")
    parquet = pd.read_parquet(tmp_path / "coded_wide.parquet")
    assert list(parquet.columns) == header
    as_text = [["" if pd.isna(cell) else str(cell) for cell in row] for row in parquet.to_numpy(object)]
    assert as_text == rows
    sheet = load_workbook(tmp_path / "coded_wide.xlsx").active
    assert sheet is not None
    cells = [["" if c.value is None else str(c.value) for c in row] for row in sheet.iter_rows()]
    assert all(c.data_type != "f" for row in sheet.iter_rows() for c in row)
    guarded = [[f"'{c}" if c[:1] in "=+-@" and c else c for c in row] for row in [header, *rows]]
    assert cells == [[c.replace("\r\n", "\n") for c in row] for row in guarded]  # as XML has line ends


def test_csv_is_verbatim_unless_asked_to_be_safe_for_excel(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame
) -> None:
    write(coded, source, tmp_path / "plain", WideOptions())
    write(coded, source, tmp_path / "safe", WideOptions(excel_safe=True))
    assert rows_of(tmp_path / "plain" / "coded_wide.csv")[3][1] == "=HYPERLINK(1)"
    for path in (tmp_path / "safe").glob("*.csv"):
        cells = [cell for row in rows_of(path)[1:] for cell in row if cell != "-1"]  # -1: no place known
        assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]


def test_same_dataset_gives_the_same_bytes(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(coded, source, tmp_path / "one")
    import time

    known, now = time.localtime, time.time()
    monkeypatch.setattr(time, "localtime", lambda at=now: known(at + 99_999 if at >= now - 999 else at))
    write(coded, source, tmp_path / "two")
    for path in (tmp_path / "one").iterdir():
        assert (tmp_path / "two" / path.name).read_bytes() == path.read_bytes(), path.name


def test_paths_given_back_are_the_files_written(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame
) -> None:
    assert sorted(write(coded, source, tmp_path / "a")) == sorted((tmp_path / "a").iterdir())
    people = replace(coded, scores=None)
    assert sorted(write(people, source, tmp_path / "b", WideOptions())) == sorted((tmp_path / "b").iterdir())


def test_long_and_spans_give_slices_of_the_input(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame
) -> None:
    write(coded, source, tmp_path)
    text = dict(zip(source["id"], source["said"], strict=True))
    header, *rows = rows_of(tmp_path / "coded_long.csv")
    assert header == list(LONG_COLUMNS)
    assert [row[:3] for row in rows] == [
        ["01", "money", "0.9"],
        ["03", "money", "0.8"],
        ["03", "time", "0.7"],
        ["04", "time", "0.3"],
    ]
    assert [row[3:5] for row in rows] == [["1", "review"]] * 3 + [["0", "review"]]
    for name in ("coded_long", "coded_spans"):
        for row in records_of(tmp_path / f"{name}.csv"):
            assert text[row["unit_id"]][int(row["start"]) : int(row["end"])] == row["evidence"]


def test_work_list_names_the_units_to_read_but_not_their_words(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame
) -> None:
    write_coded_folder(coded, source, tmp_path, provenance=PROVENANCE, seconds_per_unit=30)
    records = records_of(tmp_path / "review.csv")
    assert {row["unit_id"]: row["codes"] for row in records} == {
        "01": "money",
        "03": "time;money",
        "04": "time",
    }
    assert [row["order"] for row in records] == ["1", "2", "3"]
    assert records[-1]["minutes_so_far"] == "1.5"
    assert "saves" not in (tmp_path / "review.csv").read_text("utf-8")


def test_certified_code_is_accepted_and_counted(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame
) -> None:
    certified = replace(coded, accept_from={"money": 0.85}, review_from={"money": 0.85})
    write(certified, source, tmp_path)
    assert [row["money__band"] for row in records_of(tmp_path / "coded_wide.csv")] == [
        "accept",
        "",
        "review",
        "reject",
    ]
    money, time = records_of(tmp_path / "summary.csv")
    assert (money["auto_accepted"], money["to_review"], money["count"]) == ("1", "1", "2")
    assert (time["auto_accepted"], time["to_review"]) == ("0", "2")


def test_scores_are_those_of_units_that_were_coded(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame
) -> None:
    write(coded, source, tmp_path)
    scores = pd.read_parquet(tmp_path / "scores.parquet")
    assert scores["unit_id"].tolist() == ["01", "03", "04"]
    assert list(scores.columns) == ["unit_id", "money", "time"]
    assert scores["money"].tolist() == [0.9, 0.8, 0.1]


def test_rejected_is_written_even_when_nothing_was(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame
) -> None:
    write(coded, source, tmp_path)
    assert rows_of(tmp_path / "rejected.csv") == [["file", "row", "line", "id", "reason"]]
    rejected = [RejectedRow("w.csv", 3, 5, "=x", "the id stands already in an earlier row")]
    write_coded_folder(coded, source, tmp_path, provenance=PROVENANCE, rejected=rejected)
    assert rows_of(tmp_path / "rejected.csv")[1] == ["w.csv", "3", "5", "=x", rejected[0].reason]


def test_summary_counts_shares_and_bases(coded: CodedDataset) -> None:
    money, time = make_summary(coded, groups=["a", "b", "c", "c"]).to_dict("records")
    assert (money["name"], money["count"], money["base"], money["naive_share"]) == (
        "Money, saved",
        2,
        3,
        0.6667,
    )
    assert (money["respondents"], money["respondent_base"], money["respondent_share"]) == (2, 2, 1.0)
    assert (time["count"], time["respondents"], time["respondent_share"]) == (1, 1, 0.5)
    assert money["corrected_share"] == "not estimable: read 3 more"


def test_summary_without_respondents_leaves_their_cells_empty(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame
) -> None:
    write(coded, source, tmp_path)
    row = records_of(tmp_path / "summary.csv")[0]
    assert (row["respondents"], row["respondent_base"], row["respondent_share"]) == ("", "", "")
    assert (row["count"], row["to_review"]) == ("2", "2")


def test_share_of_nothing_is_empty_and_asks_for_nothing(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame
) -> None:
    nobody = replace(coded, decisions=coded.decisions * np.nan, scores=None)
    assert make_summary(nobody)["corrected_share"][0] == "not estimable: read 0 more"
    write(nobody, source, tmp_path, WideOptions())
    row = records_of(tmp_path / "summary.csv")[0]
    assert (row["count"], row["base"], row["naive_share"]) == ("0", "0", "")


@pytest.mark.parametrize(("share", "base", "wanted"), [(0.5, 10**9, 385), (0.5, 100, 80), (0.0, 50, 30)])
def test_number_to_read_follows_cochran(share: float, base: int, wanted: int) -> None:
    assert texts_to_read(share, base) == wanted


def test_input_column_named_like_a_code_is_refused_and_nothing_written(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame
) -> None:
    clash = source.rename(columns={"said": "money__score"})
    with pytest.raises(InputError, match=r"named like a column to be written: money__score\."):
        write(coded, clash, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_unknown_format_is_told_with_those_there_are(
    tmp_path: Path, coded: CodedDataset, source: pd.DataFrame
) -> None:
    with pytest.raises(InputError, match=r"No format 'doc'\. Formats: csv, parquet, xlsx"):
        write(coded, source, tmp_path, WideOptions(formats=("doc",)))


def test_provenance_is_written_as_given(tmp_path: Path, coded: CodedDataset, source: pd.DataFrame) -> None:
    write(coded, source, tmp_path)
    assert json.loads((tmp_path / "provenance.json").read_text("utf-8")) == PROVENANCE


def test_an_earlier_run_leaves_no_table_that_looks_like_this_one(tmp_path: Path) -> None:
    for name in ("provenance.json", "coded_wide.parquet"):
        (tmp_path / name).write_text("old", encoding="utf-8")
    decisions = pd.DataFrame({"money": [1.0]}, index=pd.Index(["u1"], name="unit_id"))
    coded = CodedDataset(decisions, Codebook.from_labels(["money"]), coder="ann")
    write_coded_folder(coded, pd.DataFrame({"id": ["u1"]}), tmp_path, provenance={})
    assert not (tmp_path / "coded_wide.parquet").exists()
    assert (tmp_path / "provenance.json").read_text(encoding="utf-8") == "{}\n"
