"""Workbooks: no cell is a formula, none is too long, none holds what xlsx cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from textmine.errors import InputError
from textmine.exchange import workbook
from textmine.exchange.workbook import guard_formula, write_workbook


@given(st.text())
def test_guarded_cell_is_no_formula_and_keeps_its_text(cell: str) -> None:
    safe = guard_formula(cell)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe.removeprefix("'") == cell.removeprefix("'")
    assert guard_formula(safe) == safe


@pytest.mark.parametrize("cell", [-1, 0.5, None, True])
def test_number_is_left_alone(cell: object) -> None:
    assert guard_formula(cell) is cell


def test_hard_cells_are_written(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    cells = ["a\x00b\x1f", "=1" + "x" * 40_000, "é😀", ""]
    write_workbook(["=head", "n"], [cells, [1, -2, 3, 4]], path, sheet="s")
    found = [list(row) for row in load_workbook(path)["s"].iter_rows(values_only=True)]
    assert found[0] == ["'=head", "n"]
    assert found[1] == ["a\ufffdb\ufffd", 1]
    assert found[2] == [("'=1" + "x" * 40_000)[:32_767], -2]
    assert found[3:] == [["é😀", 3], [None, 4]]


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(
        InputError, match=r"3 rows do not fit into xlsx \(2 at most\). Ask for csv or parquet"
    ):
        write_workbook(["n"], [[1, 2, 3]], tmp_path / "x.xlsx", sheet="s")
    assert not list(tmp_path.iterdir())
