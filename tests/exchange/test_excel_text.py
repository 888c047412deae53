"""Cells of Excel: runs where evidence stands, nothing too long, nothing that xlsx cannot hold."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.exchange.excel_text import GIVEN, PLAIN, REVIEW, make_cell, make_safe_cells
from textmine.exchange.workbook import guard_formula

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
STRETCHES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.sampled_from([REVIEW, GIVEN])))


def as_shown(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


@given(st.text(st.sampled_from("a😀\r\n=\x00 "), max_size=30), STRETCHES)
def test_runs_join_to_the_text_however_stretches_lie(text: str, stretches) -> None:
    cell = make_cell(text, stretches)
    guard = "'" if guard_formula(text) != text else ""
    assert cell.text == guard + as_shown(text)
    assert all(run for run, _ in cell.runs) and cell.length is None
    looks = [look for _, look in cell.runs]
    assert all(one != other for one, other in pairwise(looks))


@given(st.text(st.sampled_from("ab😀 "), max_size=30), STRETCHES)
def test_every_character_stands_as_its_stretches_say(text: str, stretches) -> None:
    wanted = [
        max((look for start, end, look in stretches if start <= place < end), default=PLAIN)
        for place in range(len(text))
    ]
    found = [look for run, look in make_cell(text, stretches).runs for _ in run]
    assert found == wanted


def test_evidence_after_emoji_and_line_ends_is_at_its_place() -> None:
    text = "😀\r\n=bad food\r\nok"
    cell = make_cell(text, [(4, 12, GIVEN)])
    assert cell.runs == (("😀\n=", PLAIN), ("bad food", GIVEN), ("\nok", PLAIN))


@pytest.mark.parametrize(
    ("text", "kept"),
    [("x" * 32_767, 32_767), ("x" * 32_768, 32_767), ("😀" * 20_000, 16_383), ("=" + "x" * 32_767, 32_767)],
    ids=["fits", "one over", "emoji", "guarded"],
)
def test_long_text_is_cut_by_what_excel_counts_and_says_so(text: str, kept: int) -> None:
    cell = make_cell(text, [(5, 10, GIVEN)])
    assert len(cell.text) == kept and len(cell.text.encode("utf-16-le")) // 2 <= 32_767
    assert cell.length == (None if kept == len(text) else len(text))


def test_characters_that_xlsx_cannot_hold_are_counted() -> None:
    cell = make_cell("a\x00b\x1f\ufffe\ud83d")
    assert (cell.text, cell.replaced) == ("a\ufffdb\ufffd\ufffd\ufffd", 4)


def test_numbers_and_blanks_are_left_alone() -> None:
    assert make_safe_cells([1, -2.5, None, "", "=1"]) == [1, -2.5, None, "", "'=1"]
