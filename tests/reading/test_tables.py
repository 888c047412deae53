"""Reading tables: verbatim cells, found delimiters and encodings, rejected rows, one-line errors."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.errors import InputError
from textmine.reading import Table, read_table
from textmine.reading.delimited import decode_bytes, read_delimited


@pytest.fixture
def write(tmp_path: Path):
    def save(content: str | bytes, name: str = "wave3.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return save


def rows_of(table: Table) -> list[list[str]]:
    return table.frame.to_numpy().tolist()


def save_workbook(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("second").append(["not", "read"])
    book.save(path)
    return path


def test_cells_are_read_verbatim(write) -> None:
    table = read_table(write("id,text\n1,n/a\n2,None\n3, NaN \n4,\n007,=1+1\n"))
    assert rows_of(table) == [["1", "n/a"], ["2", "None"], ["3", " NaN "], ["4", ""], ["007", "=1+1"]]
    assert not table.rejected


def test_table_names_its_source_and_hash(write) -> None:
    path = write("id,text\n1,a\n")
    table = read_table(path)
    assert (table.source, table.encoding) == ("wave3.csv", "utf-8")
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(write, delimiter: str) -> None:
    table = read_table(write(f"id{delimiter}text\n1{delimiter}Time. Money\n2{delimiter}cover\n"))
    assert rows_of(table) == [["1", "Time. Money"], ["2", "cover"]]


def test_delimiter_is_not_misled_by_commas_in_the_text(write) -> None:
    table = read_table(write("id;text, any\n1;time, money, cover\n2;none\n3;a, b\n"))
    assert table.frame.columns.tolist() == ["id", "text, any"]
    assert len(table.frame) == 3


def test_tsv_prefers_the_tab(write) -> None:
    assert rows_of(read_table(write("id\ta,b,c\n1\tx,y,z\n", "w.tsv"))) == [["1", "x,y,z"]]


def test_separator_line_of_a_spreadsheet_is_obeyed(write) -> None:
    table = read_table(write("sep=;\nid;text\n1;a\n2\n"))
    assert rows_of(table) == [["1", "a"]]
    assert table.rejected[0].line == 4


def test_quoted_line_breaks_and_quotes_are_kept(write) -> None:
    table = read_table(write('id,text\r\n1,"one\r\ntwo\nthree"\r\n2,"say ""yes"""\r\n'))
    assert rows_of(table) == [["1", "one\r\ntwo\nthree"], ["2", 'say "yes"']]
    assert [table.place(i) for i in range(2)] == [(1, 2), (2, 5)]


@pytest.mark.parametrize(
    ("codec", "name"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"),
                        ("utf-16-le", "utf-16-le"), ("cp1252", "windows-1252")],
)  # fmt: skip
def test_encoding_is_found(write, codec: str, name: str) -> None:
    table = read_table(write("id,text\n1,café – £5 “yes”\n".encode(codec)))
    assert table.frame.columns.tolist() == ["id", "text"]
    assert rows_of(table) == [["1", "café – £5 “yes”"]]
    assert table.encoding == name


def test_undefined_windows_bytes_do_not_fail() -> None:
    assert decode_bytes(b"\x93a\x94 \x81\x8d", "x.csv") == ("“a” \x81\x8d", "windows-1252")


def test_stray_windows_bytes_leave_utf8_whole() -> None:
    text, _ = decode_bytes("naïve café ".encode() + b"\x93x", "x.csv")
    assert text == "naïve café “x"


@given(st.binary())
def test_any_bytes_can_be_decoded(data: bytes) -> None:
    text, _ = decode_bytes(data, "x.csv")
    text.encode("utf-8")


def test_given_encoding_is_used_and_checked(write) -> None:
    path = write("id,text\n1,Ж\n".encode("cp1251"))
    assert rows_of(read_table(path, encoding="cp1251")) == [["1", "Ж"]]
    with pytest.raises(InputError, match=r"wave3\.csv, line 2: not valid utf-8"):
        read_table(path, encoding="utf-8")
    with pytest.raises(InputError, match="'utf-99' is not known"):
        read_table(path, encoding="utf-99")


def test_row_of_wrong_width_is_rejected_with_its_place(write) -> None:
    table = read_table(write('id,text\n1,"a\nb"\n\n2,secret,words\n3\n4,d\n'))
    assert rows_of(table) == [["1", "a\nb"], ["4", "d"]]
    found = [(r.file, r.row, r.line, r.reason) for r in table.rejected]
    assert found == [
        ("wave3.csv", 2, 5, "3 cells where the header has 2"),
        ("wave3.csv", 3, 6, "1 cell where the header has 2"),
    ]
    assert table.place(1) == (4, 7)


def test_blank_rows_are_skipped(write) -> None:
    table = read_table(write("\n\nid,text\n\n1,a\n,\n2,b\n\n"))
    assert rows_of(table) == [["1", "a"], ["2", "b"]]
    assert not table.rejected


@pytest.mark.parametrize(
    ("stray", "meant"),
    [('"never closed', '"never closed'), ('"said "so" twice, and "more"', 'said "so" twice, and "more')],
)
def test_stray_quotation_mark_costs_no_row(write, stray: str, meant: str) -> None:
    table = read_table(write(f'id,text\n1,a\n2,{stray}\n3,"c, d"\n4,e\n'))
    assert rows_of(table) == [["1", "a"], ["2", meant], ["3", "c, d"], ["4", "e"]]
    assert not table.rejected


def test_stray_quotation_mark_that_hides_a_cell_costs_one_row_only(write) -> None:
    table = read_table(write('id,text\n1,a\n2,"so, they said\n3,"c, d"\n4,e\n'))
    assert rows_of(table) == [["1", "a"], ["3", "c, d"], ["4", "e"]]
    assert [(r.row, r.line) for r in table.rejected] == [(2, 3)]
    assert "said" not in table.rejected[0].reason


def test_inner_quotes_within_one_line_are_read(write) -> None:
    assert len(read_table(write('id,text\n1,"a" b\n2,c\n')).frame) == 2


def test_nul_bytes_and_huge_cells_are_read(write) -> None:
    long = "x" * 300_000
    assert rows_of(read_table(write(f'id,text\n1,a\0b\n2,"{long}"\n'))) == [["1", "a\0b"], ["2", long]]


@given(st.binary(max_size=200))
def test_any_csv_is_read_or_refused_in_one_line(data: bytes) -> None:
    try:
        table = read_delimited(b"id,text\n1,a\n" + data, "x.csv", "", encoding=None)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert all(isinstance(cell, str) for row in rows_of(table) for cell in row)


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), min_size=1, max_size=5))
def test_what_pandas_writes_is_read_back(rows: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame([["row", *row] for row in rows], columns=["kind", "id", "text"], dtype=object)
    text = frame.to_csv(index=False, quoting=1, lineterminator="\r\n")
    table = read_delimited(text.encode("utf-8", "replace"), "x.csv", "", encoding="utf-8")
    wanted = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in frame.to_numpy().tolist()]
    assert rows_of(table) == wanted


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "wave3.csv is empty"),
        ("\n\n", "wave3.csv is empty"),
        ("id,text\n", "wave3.csv is empty: it has a header but no rows"),
        ("id,text,id\n1,a,2\n", "wave3.csv stand more than once: 'id'"),
        ("id,,\n1,a,2\n", r"more than once: \(no name\)"),
        ("id,text\n1\n2\n", r"No row of wave3.csv could be read \(2 tried\); line 2: 1 cell"),
    ],
)
def test_useless_csv_is_refused(write, content: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_table(write(content))
    assert "\n" not in str(caught.value)


def test_missing_file_folder_and_unknown_kind_are_refused(write, tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "no.csv", "No file"),
        (tmp_path, "is a folder"),
        (write("x", "notes.docx"), "Save it as .csv, .tsv, .xlsx"),
    ):
        with pytest.raises(InputError, match=said):
            read_table(path)


def test_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"id,text\n1,a\n")))
    table = read_table("-")
    assert (rows_of(table), table.source) == ([["1", "a"]], "stdin")


def test_workbook_values_are_as_typed(tmp_path: Path) -> None:
    rows = [
        ["id", "text", "when", "share"],
        [1, "n/a", dt.date(2025, 3, 1), 0.5],
        [None, None, None, None],
        [2.0, None, dt.datetime(2025, 3, 1, 9, 30), True],
    ]
    table = read_table(save_workbook(tmp_path / "w.xlsx", rows))
    assert rows_of(table) == [["1", "n/a", "2025-03-01", "0.5"], ["2", "", "2025-03-01T09:30:00", "true"]]
    assert table.place(1) == (2, 4)


def test_workbook_value_without_a_header_is_rejected(tmp_path: Path) -> None:
    table = read_table(save_workbook(tmp_path / "w.xlsx", [["id", "text"], [1, "a", "b"], [2, "c"]]))
    assert rows_of(table) == [["2", "c"]]
    assert (table.rejected[0].row, table.rejected[0].line) == (1, 2)


def test_parquet_nulls_and_numbers_become_strings(tmp_path: Path) -> None:
    columns = {"id": [1, 2], "text": ["n/a", None], "score": [1.0, None], "kind": ["a", "b"]}
    held = pa.table(columns).set_column(3, "kind", pa.array(columns["kind"]).dictionary_encode())
    pq.write_table(held, tmp_path / "w.parquet")
    table = read_table(tmp_path / "w.parquet")
    assert rows_of(table) == [["1", "n/a", "1", "a"], ["2", "", "", "b"]]


def test_jsonl_takes_all_keys_in_order(write) -> None:
    lines = ['{"id": 1, "text": "a"}', "", "[1, 2]", '{"id": 2, "more": {"x": "é"}, "text": null}']
    table = read_table(write("\n".join(lines), "w.jsonl"))
    assert table.frame.columns.tolist() == ["id", "text", "more"]
    assert rows_of(table) == [["1", "a", ""], ["2", "", '{"x": "é"}']]
    assert [(r.row, r.line) for r in table.rejected] == [(2, 3)]


def test_jsonl_halves_of_a_surrogate_pair_are_replaced(write) -> None:
    line = json.dumps({"id": "1", "text": "a \ud83d b"})
    assert rows_of(read_table(write(line, "w.jsonl"))) == [["1", "a \ufffd b"]]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("w.xlsx", "not a workbook", r"w\.xlsx cannot be read as an \.xlsx workbook"),
        ("w.parquet", "not parquet", r"w\.parquet cannot be read as a parquet file"),
        ("w.jsonl", '{"id": 1}\n{"id": secret\n', r"w\.jsonl, line 2: not valid JSON"),
        ("w.jsonl", "\n", r"w\.jsonl is empty"),
    ],
)
def test_damaged_file_is_refused_in_one_line(write, name: str, content: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_table(write(content, name))
    assert "secret" not in str(caught.value) and "\n" not in str(caught.value)


def test_empty_workbook_and_parquet_are_refused(tmp_path: Path) -> None:
    save_workbook(tmp_path / "w.xlsx", [])
    pq.write_table(pa.table({"id": pa.array([], pa.string())}), tmp_path / "w.parquet")
    for name in ("w.xlsx", "w.parquet"):
        with pytest.raises(InputError, match="is empty"):
            read_table(tmp_path / name)
