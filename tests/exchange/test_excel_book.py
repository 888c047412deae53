"""The workbook for a colleague: its sheets, evidence in bold, nothing that runs, nothing lost in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText

from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.exchange import excel_book
from textmine.exchange.excel_book import BookContent, write_coded_workbook
from textmine.exchange.excel_sheets import open_sheets
from textmine.exchange.summary import make_summary

COLUMNS = {"id": "id", "text": "said", "question": None}


@pytest.fixture
def content(coded: CodedDataset, source: pd.DataFrame) -> BookContent:
    return BookContent(coded, source, COLUMNS, make_summary(coded), {"model": {"id": "m", "sha256": "f"}})


def open_book(path: Path) -> Any:
    return load_workbook(path, rich_text=True)


def rows_of(page: Any) -> list[list[Any]]:
    return [[str(c.value) if isinstance(c.value, CellRichText) else c.value for c in row] for row in page]


def bold_in(cell: Any) -> list[str]:
    """The bold parts of a cell."""
    if not isinstance(cell.value, CellRichText):
        return [cell.value] if cell.font.b else []
    return [part.text for part in cell.value if not isinstance(part, str) and part.font.b]


def test_sheets_have_a_frozen_header_and_filters(content: BookContent, tmp_path: Path) -> None:
    assert write_coded_workbook(content, tmp_path / "x.xlsx") == []
    book = open_book(tmp_path / "x.xlsx")
    assert book.sheetnames == ["summary", "comments", "codes", "codebook", "notes"]
    for page in book:
        assert page.freeze_panes is not None and page.auto_filter.ref.startswith("A1:")
        assert all(cell.font.b for cell in page[1])


def test_comments_show_all_evidence_in_bold(content: BookContent, tmp_path: Path) -> None:
    spans = content.coded.spans
    more = pd.DataFrame([("01", "time", 24, 27, "Â£5", "m", "")], columns=spans.columns)
    coded = replace(content.coded, spans=pd.concat([spans, more], ignore_index=True))
    write_coded_workbook(replace(content, coded=coded), tmp_path / "x.xlsx")
    page = open_book(tmp_path / "x.xlsx")["comments"]
    assert rows_of(page)[0] == ["id", "said", "codes", "up for review", "'=odd"]
    first, blank, whole, none = (row[1] for row in list(page.iter_rows())[1:])
    text = content.source["said"][0]
    assert str(first.value) == text.replace("\r\n", "\n")
    assert bold_in(first) == [text[0:10], text[24:27]]
    assert blank.value is None
    assert bold_in(whole) == ["'=HYPERLINK(1)"]
    assert bold_in(none) == [] and none.value == "'-5 +1 @x"
    codes = [row[2:4] for row in rows_of(page)[1:]]
    assert codes == [["Money, saved", None], [None, None], ["Money, saved; time", None], [None, "time"]]


def test_summary_wraps_its_words_and_keeps_percents(content: BookContent, tmp_path: Path) -> None:
    write_coded_workbook(content, tmp_path / "x.xlsx")
    header, first = list(open_book(tmp_path / "x.xlsx")["summary"].iter_rows())[:2]
    cells = {str(name.value): cell for name, cell in zip(header, first, strict=True)}
    assert cells["may_be_summed"].alignment.wrap_text and cells["corrected_share"].alignment.wrap_text
    assert cells["naive_share"].number_format == cells["corrected_share"].number_format == "0.0%"


def test_codes_sheet_is_the_long_table_with_names(content: BookContent, tmp_path: Path) -> None:
    write_coded_workbook(content, tmp_path / "x.xlsx")
    header, *rows = rows_of(open_book(tmp_path / "x.xlsx")["codes"])
    assert header[:5] == ["unit_id", "code", "name", "score", "applies"]
    long = content.coded.long()
    assert [row[0] for row in rows] == long["unit_id"].tolist()
    assert [row[3] for row in rows] == long["score"].tolist()


def test_no_cell_is_a_formula_or_a_link(tmp_path: Path) -> None:
    hard = ["=cmd|' /C calc'!A0", "+1", "-5", "@x", "\t=1", "http://a.example/b", "mailto:a@b.c", "{=1}"]
    frame = pd.DataFrame({"=head": hard, "marked": [(cell, [(0, 2, 2)]) for cell in hard]})
    with open_sheets(tmp_path / "x.xlsx") as sheets:
        sheets.add("a", frame)
    for row in open_book(tmp_path / "x.xlsx")["a"].iter_rows():
        for cell in row:
            assert cell.data_type != "f" and cell.hyperlink is None
            assert not str(cell.value).startswith(("=", "+", "-", "@", "\t"))


def test_words_that_look_like_escapes_stay_words(tmp_path: Path) -> None:
    with open_sheets(tmp_path / "x.xlsx") as sheets:
        sheets.add("a", pd.DataFrame({"t": ["a_x000D_b", ("a_x000D_b c", [(0, 9, 2)])]}))
    found = [str(row[0].value) for row in open_book(tmp_path / "x.xlsx")["a"].iter_rows(min_row=2)]
    assert [word.replace("_x005F_", "_") for word in found] == ["a_x000D_b", "a_x000D_b c"]


def test_cut_texts_and_odd_characters_are_named(content: BookContent, tmp_path: Path) -> None:
    source = content.source.assign(said=["x" * 40_000, "a\x00b", "=HYPERLINK(1)", "-5"])
    notes = write_coded_workbook(replace(content, source=source), tmp_path / "x.xlsx")
    assert "row 2, column said (40000 characters)" in notes[0] and "whole in csv" in notes[0]
    assert "1 character(s) that xlsx cannot hold" in notes[1]
    page = open_book(tmp_path / "x.xlsx")["notes"]
    assert [row[1] for row in rows_of(page) if row[0] == "not whole"] == notes


def test_chart_shows_naive_shares_until_they_are_corrected(content: BookContent, tmp_path: Path) -> None:
    write_coded_workbook(content, tmp_path / "x.xlsx")
    (chart,) = load_workbook(tmp_path / "x.xlsx")["summary"]._charts
    assert [series.val.numRef.f for series in chart.series] == ["summary!$F$2:$F$3"]
    assert chart.series[0].tx.v == "As the coder counted, not corrected"


def test_chart_has_intervals_of_corrected_shares(content: BookContent, tmp_path: Path) -> None:
    summary = content.summary.astype(object)
    summary.loc[0, ["corrected_share", "corrected_low", "corrected_high"]] = ["0.5", "0.4", "0.7"]
    write_coded_workbook(replace(content, summary=summary), tmp_path / "x.xlsx")
    page = load_workbook(tmp_path / "x.xlsx")["summary"]
    (chart,) = page._charts
    header = [cell.value for cell in page[1]]
    below, above = (page.cell(2, header.index(f"chart_{end}") + 1).value for end in ("below", "above"))
    assert (below, above) == (0.1, 0.2)
    bars = chart.series[0].errBars
    assert bars.errValType == "cust" and bars.plus.numRef.f.startswith("summary!$")
    assert page.cell(3, header.index("corrected_share") + 1).value.startswith("not estimable: read")


def test_more_rows_than_a_sheet_holds_are_refused_before_anything_is_written(
    content: BookContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel_book, "MOST_ROWS", 3)
    with pytest.raises(InputError, match=r"4 comments do not fit into xlsx \(3 rows at most\). Ask for csv"):
        write_coded_workbook(content, tmp_path / "x.xlsx")
    coded = content.coded
    two = replace(coded, decisions=coded.decisions.iloc[2:], scores=coded.scores.iloc[2:])
    few = replace(content, coded=two, source=content.source.iloc[2:])
    monkeypatch.setattr(excel_book, "MOST_ROWS", 2)
    with pytest.raises(InputError, match="3 rows of units and codes do not fit"):
        write_coded_workbook(few, tmp_path / "x.xlsx")
    assert not list(tmp_path.iterdir())
    notes = write_coded_workbook(few, tmp_path / "x.xlsx", drop_long=True)
    assert "codes" not in open_book(tmp_path / "x.xlsx").sheetnames and "coded_long.csv" in notes[0]


def test_dataset_without_units_and_with_one_code_is_written(tmp_path: Path, content: BookContent) -> None:
    none = replace(
        content.coded,
        decisions=content.coded.decisions.iloc[:0, :1],
        scores=None,
        spans=content.coded.spans.iloc[:0],
    )
    empty = BookContent(none, content.source.iloc[:0], COLUMNS, make_summary(none))
    write_coded_workbook(empty, tmp_path / "x.xlsx")
    assert open_book(tmp_path / "x.xlsx")["comments"].max_row == 1


def test_sheets_with_names_of_the_input_do_not_clash(content: BookContent, tmp_path: Path) -> None:
    source = content.source.rename(columns={"=odd": "codes"})
    write_coded_workbook(replace(content, source=source), tmp_path / "x.xlsx")
    header = rows_of(open_book(tmp_path / "x.xlsx")["comments"])[0]
    assert header == ["id", "said", "codes_", "up for review", "codes"]
