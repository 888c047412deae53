"""Csv by arrow: the same bytes as the csv module writes, whatever the cells hold."""

from __future__ import annotations

import io
import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.exchange.arrow_csv import render_csv
from textmine.exchange.workbook import guard_formula
from textmine.files import write_rows

TEXTS = st.text(
    st.one_of(st.sampled_from(",\"\r\n'= 😀\x00"), st.characters(exclude_categories=["Cs"])), max_size=9
)


def by_csv(*columns: list[Any]) -> bytes:
    handle = io.StringIO()
    cells = [["" if c is None or c != c else c for c in column] for column in columns]
    write_rows(zip(*cells, strict=True), handle)
    return handle.getvalue().encode()


@given(st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from([0, 1, None, -12])), min_size=1, max_size=9))
def test_cells_are_written_as_by_the_csv_module(rows) -> None:
    first, second, numbers = map(list, zip(*rows, strict=True))
    table = pa.table({"a": first, "b": second, "n": pa.array(numbers, pa.int8())})
    assert bytes(render_csv(table)) == by_csv(first, second, numbers)
    assert bytes(render_csv(pa.table({"a": first}))) == by_csv(first)


@given(st.lists(st.one_of(st.none(), st.floats(), st.floats(0, 1), st.floats(-1e7, 1e7)), min_size=1))
def test_numbers_are_written_as_python_writes_them(numbers: list[float | None]) -> None:
    table = pa.table({"id": ["x"] * len(numbers), "n": pa.array(numbers, pa.float64())})
    assert bytes(render_csv(table)) == by_csv(["x"] * len(numbers), numbers)


@pytest.mark.parametrize(
    "number", [1e-4, math.nextafter(1e-4, 0), 1e6, math.nextafter(1e6, 0), 5.0, -0.0, 1e16]
)
def test_numbers_at_the_edges_are_python_s(number: float) -> None:
    assert bytes(render_csv(pa.table({"n": [number]}))) == f"{number!r}\n".encode()


@given(TEXTS)
def test_guard_covers_names_and_cells(text: str) -> None:
    table = pa.table({text: [text], "other": ["x"]})
    safe = guard_formula(text)
    found = bytes(render_csv(table, header=True, excel_safe=True))
    assert found == by_csv([safe, safe], ["other", "x"])


def test_parts_and_chunks_join_to_the_whole() -> None:
    table = pa.table({"a": [f"r{n}, x" for n in range(10)], "n": pa.array([None, *range(9)], pa.int8())})
    whole = bytes(render_csv(table, header=True))
    chunked = pa.concat_tables([table.slice(0, 3), table.slice(3, 7)])
    assert bytes(render_csv(chunked, header=True)) == whole
    assert bytes(render_csv(table.slice(0, 4), header=True)) + bytes(render_csv(table.slice(4))) == whole


def test_flags_are_whole_numbers_and_no_rows_are_a_header_alone() -> None:
    assert bytes(render_csv(pa.table({"f": [True, False]}))) == b"1\n0\n"
    assert bytes(render_csv(pa.table({"f": pa.array([], pa.string())}), header=True)) == b"f\n"


def test_column_without_any_letter_is_written() -> None:
    empty = pa.table({"a": ["", ""], "b": pa.array(["", None]), "c": ["x", ""]})
    assert bytes(render_csv(empty)) == b",,x\n,,\n"
