"""Workbooks and SPSS files: the right sheet, merged cells, dates, stored results, labels."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from textmine.errors import InputError
from textmine.reading import read_survey, read_table

ANSWERS = [["ref", "phase", "Why?"], ["a1", "primary", "It saved us money"], ["a2", "secondary", "n/a"]]


def save(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_sheet_with_the_survey_is_chosen_and_said(tmp_path: Path) -> None:
    notes = [["Read this first, please, it matters"], ["Made by the team in the spring of the year"]] * 5
    words = [["code", "meaning"], *([f"v{n}", "what this variable means to us"] for n in range(9))]
    path = save(tmp_path / "w.xlsx", {"Read me": notes, "Codebook": words, "Spring": ANSWERS})
    reading = read_survey(path)
    assert reading.table.layout.sheet == "Spring"
    assert reading.corpus.ids == ["a1", "a2"]
    assert any("'Spring'" in note and "Codebook" in note for note in reading.notes)
    assert read_table(path).layout.sheet == "Spring"
    assert read_table(path, sheet="codebook").frame.columns.tolist() == ["code", "meaning"]


def test_missing_sheet_lists_those_there_are(tmp_path: Path) -> None:
    path = save(tmp_path / "w.xlsx", {"Spring": ANSWERS})
    with pytest.raises(InputError, match=r"No sheet 'Autumn' in w\.xlsx\. Sheets: Spring\."):
        read_survey(path, sheet="Autumn")


def test_two_sheets_of_one_form_ask_for_the_sheet(tmp_path: Path) -> None:
    path = save(tmp_path / "w.xlsx", {"2024": ANSWERS, "2025": ANSWERS})
    with pytest.raises(InputError, match=r"2 sheets of w\.xlsx .*: 2024, 2025\. Choose one with --sheet"):
        read_survey(path)
    assert len(read_survey(path, sheet="2025").corpus) == 2


def test_hidden_sheet_is_passed_over(tmp_path: Path) -> None:
    path = save(
        tmp_path / "w.xlsx", {"old": [["id", "was"], *[["x", "many more words here"]] * 9], "S": ANSWERS}
    )
    book = openpyxl.load_workbook(path)
    book["old"].sheet_state = "hidden"
    book.save(path)
    assert read_survey(path).table.layout.sheet == "S"


def test_title_merged_header_blank_column_and_total(tmp_path: Path) -> None:
    rows = [
        ["Schools survey"], [], ["ref", "pupils", None, "Comments"], [None],
        ["a1", 12, None, "We share a bursar"], ["a2", 9.0, None, None], [],
        ["a3", 3, None, "Too far to drive there"], ["Total", 24],
    ]  # fmt: skip
    path = save(tmp_path / "w.xlsx", {"S": rows})
    book = openpyxl.load_workbook(path)
    book["S"].merge_cells("A1:D1")
    book["S"].merge_cells("D3:E3")
    book.save(path)
    reading = read_survey(path)
    assert reading.table.frame.to_numpy().tolist() == [
        ["a1", "12", "We share a bursar"], ["a2", "9", ""], ["a3", "3", "Too far to drive there"],
    ]  # fmt: skip
    assert [(row.line, row.reason) for row in reading.rejected] == [(9, "a row of totals, not a response")]


def test_cells_merged_down_give_each_row_their_value(tmp_path: Path) -> None:
    rows = [
        ["school", "ref", "Why?"],
        ["Hill Top", "a1", "It saved us money"],
        [None, "a2", "We met new people"],
    ]
    path = save(tmp_path / "w.xlsx", {"S": rows})
    book = openpyxl.load_workbook(path)
    book["S"].merge_cells("A2:A3")
    book.save(path)
    assert read_table(path).frame["school"].tolist() == ["Hill Top", "Hill Top"]


def test_stored_result_of_a_formula_is_read(tmp_path: Path) -> None:
    path = save(tmp_path / "w.xlsx", {"S": [["id", "text", "sum"], [1, "We share staff", "=1+1"]]})
    archive = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w") as target:
        for name in archive.namelist():
            data = archive.read(name)
            if name.endswith("sheet1.xml"):
                assert b"<f>1+1</f><v></v>" in data or b"<f>1+1</f><v />" in data
                data = data.replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>")
            target.writestr(name, data)
    assert read_table(path).frame["sum"].tolist() == ["2"]


def ods_cell(value: str, kind: str = "string", repeat: int = 1) -> str:
    repeated = f' table:number-columns-repeated="{repeat}"' if repeat > 1 else ""
    if not value:
        return f"<table:table-cell{repeated}/>"
    given = {"float": f' office:value="{value}"', "date": f' office:date-value="{value}"'}.get(kind, "")
    return (
        f'<table:table-cell office:value-type="{kind}"{given}{repeated}><text:p>{value}</text:p>'
        "<office:annotation><text:p>aside</text:p></office:annotation></table:table-cell>"
    )


def test_ods_is_read_with_its_dates_gaps_and_hidden_sheets(tmp_path: Path) -> None:
    spaces = "".join(
        f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
        for n in ("office", "table", "text", "style")
    )
    head = "".join(map(ods_cell, ["id", "when", "", "Why?"]))
    first = (
        ods_cell("1", "float")
        + ods_cell("2025-03-01T00:00:00", "date")
        + ods_cell("", repeat=1)
        + ods_cell('It saved us<text:s text:c="2"/>money')
    )
    second = ods_cell("2", "float") + ods_cell("", repeat=2) + ods_cell("n/a</text:p><text:p>really")
    rows = "".join(f"<table:table-row>{row}</table:table-row>" for row in (head, first, second))
    far = '<table:table-cell table:number-columns-repeated="16384"/>'
    far = f'<table:table-row table:number-rows-repeated="1048000">{far}</table:table-row>'
    hidden = '<style:table-properties table:display="false"/>'
    hidden = f'<style:style style:name="h" style:family="table">{hidden}</style:style>'
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}>'
        f"<office:automatic-styles>{hidden}</office:automatic-styles>"
        f'<office:body><office:spreadsheet><table:table table:name="old" '
        f'table:style-name="h">{rows}{rows}</table:table>'
        f'<table:table table:name="new">{rows}{far}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "w.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    reading = read_survey(tmp_path / "w.ods")
    assert reading.table.layout.sheet == "new"
    assert reading.table.frame.to_numpy().tolist() == [
        ["1", "2025-03-01", "It saved us  money"], ["2", "", "n/a\nreally"],
    ]  # fmt: skip
    assert reading.corpus.ids == ["1", "2"]


def test_spss_labels_wording_and_missing_values(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "id": [1.0, 2.0, 3.0],
            "phase": [1.0, 2.0, 9.0],
            "q3": ["It saved us money", "n/a", "We met new people there"],
            "when": [dt.date(2025, 3, 1), dt.date(2025, 3, 2), None],
        }
    )
    pyreadstat.write_sav(
        frame, str(tmp_path / "w.sav"),
        column_labels={"q3": "Why did you work\ntogether?"},
        variable_value_labels={"phase": {1.0: "Primary", 2.0: "Secondary", 9.0: "Refused"}},
        missing_ranges={"phase": [9.0]},
    )  # fmt: skip
    reading = read_survey(tmp_path / "w.sav")
    assert reading.corpus.ids == ["1", "2", "3"]
    assert reading.corpus[0].question == "Why did you work together?"
    assert reading.corpus.frame["phase"].tolist() == ["Primary", "Secondary", ""]
    assert reading.corpus.frame["when"].tolist() == ["2025-03-01", "2025-03-02", ""]


def test_words_that_look_like_an_escape_stay_words(tmp_path: Path) -> None:
    import xlsxwriter

    said = ["a_x000D_b", "_x005F_", "_x0009"]
    with xlsxwriter.Workbook(
        str(tmp_path / "w.xlsx"), {"constant_memory": True}
    ) as book:  # texts in their cells
        page = book.add_worksheet()
        for row, cells in enumerate([("id", "text"), *enumerate(said)]):
            for place, cell in enumerate(cells):
                page.write_string(row, place, str(cell))
    assert read_table(tmp_path / "w.xlsx").frame["text"].tolist() == said
