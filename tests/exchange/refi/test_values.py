"""Columns as typed variables."""

from __future__ import annotations

import pytest

from textmine.exchange.refi.values import find_type, read_cell


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "-2", ""], "Integer"),
        (["1", "2.5"], "Float"),
        (["007", "1"], "Text"),
        (["2026-02-30"], "Text"),
        (["2026-02-28"], "Date"),
        (["2026-02-28T10:00:00", "2026-02-28 10:00"], "DateTime"),
        (["TRUE", "false"], "Boolean"),
        (["yes", "no"], "Text"),
        (["1e5"], "Text"),
        (["12345678901234567890"], "Text"),
        (["", " "], "Text"),
    ],
)
def test_type_of_a_column(cells: list[str], kind: str) -> None:
    assert find_type(cells) == kind
    for cell in cells:
        if cell.strip() and kind != "Text":
            assert not isinstance(read_cell(cell, kind), str)
