"""The framework matrix: summaries survive a re-run and say when their quotes changed; no percentages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.framework import FrameworkMatrix, FrameworkSummaries, make_framework_matrix

DAY = "2026-11-14T09:00:00Z"
TEXTS = {
    "t1:1": "What helps you?",
    "t1:2": "Money helps, and <b>training</b>",
    "t1:3": "More money",
    "t2:1": "Training on Fridays",
}


def make_coded(texts: dict[str, str] | None = None) -> CodedDataset:
    texts = texts or TEXTS
    units = pd.Index(texts, name="unit_id")
    given = pd.DataFrame(
        {
            "money": [float("money" in text.casefold()) for text in texts.values()],
            "training": [float("training" in text.casefold()) for text in texts.values()],
        },
        index=units,
    )
    spans = [
        (unit, code, text.casefold().index(code), text.casefold().index(code) + len(code))
        for unit, text in texts.items()
        for code in ("money", "training")
        if code in text.casefold()
    ]
    frame = pd.DataFrame(spans, columns=["unit_id", "code", "start", "end"])
    frame["quote"] = [texts[u][s:e] for u, _, s, e in spans]
    roles = ["interviewer" if unit == "t1:1" else "participant" for unit in texts]
    facts = pd.DataFrame({"role": roles, "site": [unit[:2].upper() for unit in texts]}, index=units)
    book = Codebook.from_labels(["money", "training"])
    coded = CodedDataset(given, book, "m", texts=pd.Series(texts), attributes=facts)
    return replace(coded, spans=frame.assign(coder="m", stance=""))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "summaries.csv"


def states(matrix: FrameworkMatrix) -> dict[tuple[str, str], str]:
    keys = zip(matrix.cells["case"], matrix.cells["code"], strict=True)
    return dict(zip(keys, matrix.cells["state"], strict=True))


def test_interviews_are_cases_and_what_the_interviewer_says_is_left_out() -> None:
    matrix = make_framework_matrix(make_coded({**TEXTS, "t1:1": "Does money help?"}))
    passages = matrix.cells.set_index(["case", "code"])["passages"].to_dict()
    assert passages == {("t1", "money"): 2, ("t1", "training"): 1, ("t2", "money"): 0, ("t2", "training"): 1}
    assert matrix.read_cell("t1", "money")["unit_id"].tolist() == ["t1:2", "t1:3"]
    assert "%" not in matrix._repr_html_().split("</style>")[1]


def test_case_may_be_an_attribute() -> None:
    assert set(make_framework_matrix(make_coded(), case="site").cells["case"]) == {"T1", "T2"}
    with pytest.raises(InputError, match="Attributes: role, site"):
        make_framework_matrix(make_coded(), case="school")


def test_summary_survives_a_re_run(file: Path) -> None:
    matrix = make_framework_matrix(make_coded(), summaries=file)
    matrix = matrix.write_summary("t1", "money", "Money first.", at=DAY)
    again = make_framework_matrix(make_coded(), summaries=file)
    for one in (matrix, again):
        assert one.wide().loc["t1", "money"] == "Money first."
        assert states(one)["t1", "money"] == "as summarised"
        assert one.read_cell("t1", "money")["linked"].all()
    assert len(again.changed()) == 0
    assert "More" not in file.read_text("utf-8")


def test_cell_whose_quotes_changed_is_marked_and_keeps_its_summary(file: Path) -> None:
    matrix = make_framework_matrix(make_coded(), summaries=file)
    first = matrix.read_cell("t1", "money")["quote_id"].iloc[0]
    matrix.write_summary("t1", "money", "Money first.", quotes=[first], at=DAY)
    texts = {**TEXTS, "t1:4": "Money again"}
    del texts["t1:2"]
    again = make_framework_matrix(make_coded(texts), summaries=file)
    assert states(again)["t1", "money"] == "quotes changed: 1 new, 1 gone, of which 1 linked"
    assert again.changed()["summary"].tolist() == ["Money first."]
    assert "quotes changed: 1 new" in again._repr_html_()


def test_summary_of_a_case_that_is_gone_is_kept_and_told(file: Path) -> None:
    make_framework_matrix(make_coded(), summaries=file).write_summary("t2", "training", "Fridays.", at=DAY)
    without = make_framework_matrix(make_coded({"t1:2": TEXTS["t1:2"], "t1:3": "More money"}), summaries=file)
    assert without.left_over["summary"].tolist() == ["Fridays."]
    without.write_summary("t1", "money", "Money.", at=DAY)
    assert set(FrameworkSummaries(file).read()) == {("t1", "money"), ("t2", "training")}


def test_summaries_made_by_hand_are_read(file: Path) -> None:
    file.write_text("case,code,summary\nt1,money,By hand\nt2,money,\n", "utf-8")
    matrix = make_framework_matrix(make_coded(), summaries=file)
    assert matrix.wide().loc["t1", "money"] == "By hand"
    assert states(matrix)["t1", "money"] == "not linked to quotes"


def test_blank_summary_takes_the_old_one_out(file: Path) -> None:
    matrix = make_framework_matrix(make_coded(), summaries=file).write_summary("t1", "money", "x", at=DAY)
    matrix = matrix.write_summary("t1", "money", " ")
    assert matrix.wide().loc["t1", "money"] == "" and FrameworkSummaries(file).read() == {}
    assert make_framework_matrix(make_coded(), summaries=file).left_over.empty


@pytest.mark.parametrize("content", ["case,summary\nt1,x\n", "case,code,summary\nt1,money,x\nt1,money,y\n"])
def test_file_that_is_no_list_of_summaries_is_refused(file: Path, content: str) -> None:
    file.write_text(content, "utf-8")
    with pytest.raises(InputError, match=r"summaries\.csv"):
        make_framework_matrix(make_coded(), summaries=file)


def test_cell_and_quote_that_are_not_there_are_refused(file: Path) -> None:
    matrix = make_framework_matrix(make_coded(), summaries=file)
    with pytest.raises(InputError, match="No cell"):
        matrix.write_summary("t9", "money", "x")
    with pytest.raises(InputError, match="No quote q0"):
        matrix.write_summary("t1", "money", "x", quotes=["q0"])
    with pytest.raises(InputError, match="No file for summaries"):
        make_framework_matrix(make_coded()).write_summary("t1", "money", "x")
    with pytest.raises(InputError, match="No code cost"):
        make_framework_matrix(make_coded(), codes=["cost"])


@pytest.mark.parametrize("ending", ["xlsx", "html", "csv"])
def test_matrix_is_written_the_same_twice(file: Path, tmp_path: Path, ending: str) -> None:
    matrix = make_framework_matrix(make_coded(), summaries=file).write_summary("t1", "money", "=1+1", at=DAY)
    one, two = (matrix.write(tmp_path / f"{name}.{ending}").read_bytes() for name in ("one", "two"))
    assert one == two
    if ending == "html":
        assert b"<b>" not in one and b"=1+1" in one
    with pytest.raises(InputError, match=r"matrix\.pdf"):
        matrix.write(tmp_path / "matrix.pdf")


def test_workbook_holds_matrix_cells_and_quotes(file: Path, tmp_path: Path) -> None:
    matrix = make_framework_matrix(make_coded(), summaries=file).write_summary("t1", "money", "=1+1", at=DAY)
    sheets = pd.read_excel(matrix.write(tmp_path / "m.xlsx"), sheet_name=None, keep_default_na=False)
    assert list(sheets) == ["matrix", "cells", "quotes"]
    assert sheets["matrix"].set_index("case").loc["t1", "money"] == "'=1+1"
    assert "Training" in sheets["matrix"].set_index("case").loc["t2", "training"]
    assert sheets["quotes"]["linked"].tolist().count("yes") == 2
