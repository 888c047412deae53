"""The guard against formulas, on and off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.exchange.workbook import bare_cell, guard_formula


@given(st.text())
def test_guarded_cell_is_no_formula_and_keeps_its_text(cell: str) -> None:
    safe = guard_formula(cell)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe.removeprefix("'") == cell.removeprefix("'")
    assert guard_formula(safe) == safe


@pytest.mark.parametrize("cell", [-1, 0.5, None, True])
def test_number_is_left_alone(cell: object) -> None:
    assert guard_formula(cell) is cell


@given(st.text())
def test_guard_comes_off_again_where_it_was_put(cell: str) -> None:
    assert bare_cell(guard_formula(cell)) == (bare_cell(cell) if guard_formula(cell) == cell else cell)
