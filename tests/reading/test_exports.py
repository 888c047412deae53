"""The exports of four survey programs are recognised, awkward ones too."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from textmine.errors import InputError
from textmine.reading import read_survey, read_table
from textmine.reading.exports import clean_wording, make_unique, recognise_export

QUALTRICS = [
    "StartDate",
    "Status",
    "IPAddress",
    "Finished",
    "ResponseId",
    "RecipientEmail",
    "DistributionChannel",
]
QUALTRICS_TEXT = [
    "Start Date", "Response Type", "IP Address", "Finished", "Response ID", "Recipient Email",
    "Distribution Channel",
]  # fmt: skip
ASKED = {
    "Q1": "<b>What phase</b> is your&nbsp;school?",
    "Q2_1": "Which did you try? - Selected Choice - Training",
    "Q2_2": "Which did you try? - Selected Choice - Buying",
    "Q3": "Why did you\nwork together?<br>Please say.",
    "Q4": "What got in the way?",
    "Q5_1": "How useful was it? - Staff time",
}
WHY = ["We wanted to share one trainer", "n/a", "It cost too much alone", "Governors asked us to do it"]
WAY = ["Time", "No one had cover for lessons", "", "The journey there was long"]


def qualtrics_row(number: int, status: str = "IP Address", channel: str = "anonymous") -> list[str]:
    first = ["2025-03-01 09:00:00", status, "192.0.2.1", "True", f"R_{number}x", "", channel]
    return [*first, "Primary", "Training", "", WHY[number % 4], WAY[number % 4], "Very useful"]


def qualtrics_rows() -> list[list[str]]:
    imports = [f'{{"ImportId":"{name}"}}' for name in [*QUALTRICS, *ASKED]]
    header = [[*QUALTRICS, *ASKED], [*QUALTRICS_TEXT, *ASKED.values()], imports]
    return [*header, *(qualtrics_row(n) for n in range(4)), qualtrics_row(4, "Survey Preview", "preview")]


def write_csv(path: Path, rows: list[list[str]], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as handle:
        csv.writer(handle).writerows(rows)
    return path


def write_xlsx(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("form", ["csv", "utf-16", "xlsx", "without import ids"])
def test_qualtrics_is_one_document_per_respondent_and_open_question(tmp_path: Path, form: str) -> None:
    rows = qualtrics_rows()
    if form == "without import ids":
        del rows[2]
    if form == "xlsx":
        path = write_xlsx(tmp_path / "export.xlsx", rows)
    else:
        path = write_csv(tmp_path / "export.csv", rows, "utf-16" if form == "utf-16" else "utf-8-sig")
    reading = read_survey(path)
    assert reading.table.layout.program == "Qualtrics"
    assert reading.corpus.ids[:3] == ["R_0x:Q3", "R_0x:Q4", "R_1x:Q3"]
    assert len(reading.corpus) == 8
    assert reading.corpus.texts[3] == "No one had cover for lessons"
    assert reading.corpus[0].question == "Why did you work together? Please say."
    assert reading.corpus[0].group == "R_0x"
    assert reading.corpus[0].attributes["Q5_1"] == "Very useful"
    assert [row.reason for row in reading.rejected] == ["a preview or test response"]


def test_header_rows_of_qualtrics_are_no_answers_for_coding_either(tmp_path: Path) -> None:
    table = read_table(write_csv(tmp_path / "export.csv", qualtrics_rows()))
    assert table.frame["ResponseId"].tolist() == [f"R_{n}x" for n in range(5)]
    assert table.frame.columns.tolist() == [*QUALTRICS, *ASKED]


def test_a_table_with_one_qualtrics_name_is_a_plain_table() -> None:
    assert recognise_export([["Status", "text"], ["open", "We share staff"]]) is None


EMAIL = "someone@example.org"
MONKEY = [
    ["Respondent ID", "Collector ID", "Date Created", "IP Address", "Your role?", "Which have you used?",
     "", "", "Please explain", "Please explain", "How far do you agree?", "", "Your email?"],
    ["", "", "", "", "Response", "Training", "Buying", "Other (please specify)", "Open-Ended Response",
     "Open-Ended Response", "It saved time", "It saved money", "Open-Ended Response"],
]  # fmt: skip


def monkey_row(number: int) -> list[str]:
    first = [f"1180{number}", "4001", "03/01/2025 09:00:00 AM", "192.0.2.1", ["Head", "Teacher"][number % 2]]
    return [
        *first,
        "Training",
        "",
        "",
        WHY[number % 4],
        WAY[number % 4],
        "Agree",
        "Disagree",
        EMAIL,
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_surveymonkey_questions_go_with_their_options(tmp_path: Path, kind: str) -> None:
    rows = [*MONKEY, *(monkey_row(n) for n in range(5))]
    if kind == "csv":
        path = write_csv(tmp_path / "sm.csv", rows)
    else:
        path = write_xlsx(tmp_path / "sm.xlsx", [[cell or None for cell in row] for row in rows])
    reading = read_survey(path)
    assert reading.table.layout.program == "SurveyMonkey"
    assert len(reading.table.frame) == 5
    assert set(reading.corpus.questions) == {"Please explain"}
    assert len(reading.corpus) == 10
    assert reading.corpus.groups[:2] == ["11800", "11800"]
    attributes = reading.corpus[0].attributes
    assert attributes["Which have you used? - Training"] == "Training"
    assert attributes["How far do you agree? - It saved money"] == "Disagree"
    assert attributes["Your email?"] == EMAIL
    assert any("Your email?" in note for note in reading.notes)


def test_microsoft_forms_answers_and_several_options(tmp_path: Path) -> None:
    head = [
        "ID",
        "Start time",
        "Completion time",
        "Email",
        "Name",
        "Which did you try?",
        "What\u00a0helped?\n",
    ]
    start = dt.datetime(2025, 3, 1, 9, 0)
    tried = ["Training;Buying;", "Training;", "Buying;Events;", "Events;Training;"]
    rows = [[n + 1, start, start, "anonymous", None, tried[n], WHY[n]] for n in range(4)]
    reading = read_survey(write_xlsx(tmp_path / "forms.xlsx", [head, *rows]))
    assert reading.table.layout.program == "Microsoft Forms"
    assert reading.parts.texts == ("What\u00a0helped?\n",)
    assert reading.corpus[0].question == "What helped?"
    assert reading.corpus.ids == ["1", "2", "3", "4"]
    assert reading.corpus[0].attributes["Start time"] == "2025-03-01T09:00:00"


def test_google_forms_without_ids_and_with_a_question_asked_twice(tmp_path: Path) -> None:
    rows = [["Timestamp", "What is your school's name?", "Why?", "How useful? [Training]", "Why?"]]
    schools = ["Hill Top School", "Long Lane Academy", "Mill Road School", "Park View School"]
    rows += [["01/03/2025 09:00:00", schools[n], WHY[n], "Useful", WAY[n]] for n in range(4)]
    reading = read_survey(write_csv(tmp_path / "google.csv", rows))
    assert reading.table.layout.program == "Google Forms"
    assert reading.parts.texts == ("Why?", "Why? (2)")
    assert reading.corpus.ids[:3] == ["R1:q2", "R1:q4", "R2:q2"]
    assert set(reading.corpus.questions) == {"Why?"}
    assert "What is your school's name?" in reading.corpus.attributes


def test_question_text_loses_html_and_line_breaks() -> None:
    given = '<div style="color: red">Why?<br/>Say&nbsp;more</div>\n<style>p {x}</style>a &lt; b'
    assert clean_wording(given) == "Why? Say more a < b"


def test_names_are_made_to_differ_without_meeting_another() -> None:
    assert make_unique(["a", "a", "a (2)", "a"]) == ["a", "a (3)", "a (2)", "a (4)"]


def test_export_without_free_text_names_what_it_has(tmp_path: Path) -> None:
    rows = [["Timestamp", "How many pupils?"], ["01/03/2025 09:00:00", "120"], ["01/03/2025 09:00:00", "80"]]
    with pytest.raises(InputError, match=r"looks like free text\. Columns: Timestamp, How many pupils\?"):
        read_survey(write_csv(tmp_path / "google.csv", rows))
