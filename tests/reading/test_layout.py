"""Where a table begins and ends: titles above it, headers of two rows, totals and remarks below."""

from __future__ import annotations

from pathlib import Path

import pytest

from textmine.errors import InputError
from textmine.reading import read_survey, read_table
from textmine.reading.layout import find_header, find_summary

ROWS = "a1,North,12,We share one bursar\na2,South,9,n/a\na3,East,3,Too far to drive there\n"
HEAD = "ref,region,pupils,Comments\n"


def save(folder: Path, text: str) -> Path:
    path = folder / "w.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    "above",
    [
        "",
        "School survey, spring 2025\n\n",
        "School survey,,,\nExported 1 March 2025,,,\n,,,\n",
        "\n\nTitle\n",
    ],
)
def test_lines_above_the_header_are_passed_over(tmp_path: Path, above: str) -> None:
    table = read_table(save(tmp_path, above + HEAD + ROWS))
    assert table.frame.columns.tolist() == ["ref", "region", "pupils", "Comments"]
    assert table.frame["ref"].tolist() == ["a1", "a2", "a3"]
    assert bool(table.layout.notes) is bool(above)


def test_title_with_commas_does_not_mislead_the_delimiter(tmp_path: Path) -> None:
    text = "Survey of schools, spring, 2025\n\n" + (HEAD + ROWS).replace(",", ";")
    assert len(read_table(save(tmp_path, text)).frame.columns) == 4


def test_first_response_is_never_taken_for_the_header(tmp_path: Path) -> None:
    table = read_table(save(tmp_path, "id,,text\nr1,x,We share\nr2,y,We do not\n"))
    assert table.frame["id"].tolist() == ["r1", "r2"]
    header = find_header([["id", "text"], ["r1", "a", "b"], ["r2", "c", "d"]])
    assert header is not None and header.names == ["id", "text"]


@pytest.mark.parametrize(
    "last",
    ["Total,,24,\n", "TOTALS:,,24,\n", "Grand total,,24,\n", "Mean,,8,\n", ",,24,\n", "Total responses,,3,\n",
     "\n,Average,8.0,\n", "Total,3,24,2\n", "Total,,24 responses,\n"],
)  # fmt: skip
def test_totals_are_set_aside_and_named(tmp_path: Path, last: str) -> None:
    table = read_table(save(tmp_path, HEAD + ROWS + last))
    assert table.frame["ref"].tolist() == ["a1", "a2", "a3"]
    (row,) = table.rejected
    assert row.row == 4 and "not a response" in row.reason


@pytest.mark.parametrize(
    "last",
    ["a4,Total,5,\n", "a4,West,24,Total\n", "total recall,West,5,We met\n", ",,7,Total\n", "a4,,24,\n"],
)
def test_responses_that_look_like_totals_stay(tmp_path: Path, last: str) -> None:
    table = read_table(save(tmp_path, HEAD + ROWS + last))
    assert len(table.frame) == 4 and not table.rejected


def test_short_answers_at_the_end_are_no_totals() -> None:
    words = ["time", "money", "n", "staff"]
    assert find_summary(["n", "34"], False, lambda i: [words, ["31", "40", "29", "50"]][i]) is None
    assert find_summary(["Mean", ""], False, lambda i: [words, [""] * 4][i]) is None


def test_totals_of_several_rows_and_a_remark_are_set_aside(tmp_path: Path) -> None:
    end = "Total,,24,\nMean,,8,\n\nSource: the spring survey of all schools,,,\n"
    table = read_table(save(tmp_path, HEAD + ROWS + end))
    assert len(table.frame) == 3
    assert [row.row for row in table.rejected] == [4, 5, 6]


def test_question_over_its_parts_is_one_header(tmp_path: Path) -> None:
    text = "Ref,How useful?,,Why do you say so?\n,Training,Buying,\n"
    text += "a1,Very,Not,It saved us money\na2,Not,Very,n/a\n"
    reading = read_survey(save(tmp_path, text))
    assert reading.table.frame.columns.tolist()[1:3] == ["How useful? - Training", "How useful? - Buying"]
    assert reading.corpus.ids == ["a1", "a2"]
    assert reading.corpus[0].question == "Why do you say so?"


def test_groups_over_a_whole_header_go_into_the_wording(tmp_path: Path) -> None:
    text = ",About you,,The scheme,\nref,age,region,training,why\n"
    text += "a1,41,N,good,It saved us money\na2,38,S,poor,n/a\n"
    reading = read_survey(save(tmp_path, text))
    assert reading.table.frame.columns.tolist() == ["ref", "age", "region", "training", "why"]
    assert reading.table.layout.wording["why"] == "The scheme - why"
    assert len(reading.corpus) == 2


def test_blank_and_doubled_columns_of_a_survey_are_dealt_with(tmp_path: Path) -> None:
    text = "id,,comment,,region,region\n1,,We share one bursar,x,N,A\n2,,We do not share,,S,B\n"
    reading = read_survey(save(tmp_path, text))
    assert reading.table.frame.columns.tolist() == ["id", "comment", "column_4", "region", "region (2)"]
    assert any("without a name and without values" in note for note in reading.notes)


def test_groups_over_the_header_below_a_title_are_its_first_row(tmp_path: Path) -> None:
    text = (
        "Consultation 2024,,,,,\nExported 4 March,,,,,\n,,,,,\n,,About you,,Your views,\n"
        "Ref,Received,Role,District,Comments,Other\n"
        "a1,01/02/2024,Head,North,We share one bursar,n/a\na2,02/02/2024,Clerk,South,It was too far to go,\n"
        "Total,,,,2,1\n,,,,,\nNote: late ones are out.,,,,,\n* as given by them,,,,,\n"
    )
    reading = read_survey(save(tmp_path, text))
    assert reading.parts.id == "Ref"
    assert reading.parts.texts == ("Comments",)
    assert {"Role", "District", "Other"} <= set(reading.corpus.attributes)
    assert len(reading.rejected) == 3


def test_file_with_more_columns_than_a_spreadsheet_is_refused(tmp_path: Path) -> None:
    names = ",".join(f"c{n}" for n in range(30_000))
    with pytest.raises(InputError, match="30000 columns"):
        read_table(save(tmp_path, f"{names}\n{names}\n"))
