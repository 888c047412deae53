"""No row is lost or invented by reading, whatever the encoding, the quotes, the line ends or the form."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.jobs.read import ReadOptions, read_files
from textmine.reading import read_table
from textmine.reading.chunks import read_chunks

#: What csv, xlsx and parquet all hold; controls and halves of characters are tried apart.
PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
ODD = st.text(st.sampled_from("ab ,;\t\"'|\n\r\u2028é😀=0"), max_size=12)
CELLS = st.tuples(st.one_of(PLAIN, ODD), st.one_of(PLAIN, ODD))
ROWS = st.lists(CELLS, min_size=1, max_size=8)
OPTIONS = ReadOptions(texts=("comment",), id="id")


def rows_of(found: list[tuple[str, str]]) -> list[list[str]]:
    """Rows with ids of their own and a word in each comment, as a survey has them."""
    return [[f"r{n}", f"a{said}", f"x{more}"] for n, (said, more) in enumerate(found, 1)]


def as_csv(rows: list[list[str]], delimiter: str, end: str) -> str:
    held = io.StringIO()
    writer = csv.writer(held, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["id", "comment", "more"], *rows])
    return held.getvalue()


@given(ROWS, st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]),
       st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))  # fmt: skip
@settings(max_examples=60)
def test_rows_of_a_csv_are_those_written(found, delimiter: str, end: str, encoding: str) -> None:
    rows = rows_of(found)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "w.csv")
        path.write_bytes(as_csv(rows, delimiter, end).encode(encoding))
        table = read_table(path)
        assert table.frame.to_numpy().tolist() == rows and not table.rejected
        report = read_files([path], Path(folder, "docs.jsonl"), options=OPTIONS)
        written = [
            json.loads(line) for line in Path(folder, "docs.jsonl").read_text("utf-8").split("\n") if line
        ]
    assert [row["doc_id"] for row in written] == [row[0] for row in rows]
    assert [row["text"] for row in written] == [row[1] for row in rows]
    assert not report.rejected


@given(st.lists(st.text(st.sampled_from('ab,;"\n'), max_size=15), min_size=1, max_size=12))
@settings(max_examples=120)
def test_each_line_of_a_broken_csv_is_kept_or_named(lines: list[str]) -> None:
    text = "id,comment\n1,first\n" + "".join(f"{n},{line}\n" for n, line in enumerate(lines, 2))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "w.csv")
        path.write_text(text, encoding="utf-8", newline="")
        table = read_table(path)
        chunks = list(read_chunks(path, rows=3).chunks)
    held = "".join(table.frame.to_numpy().ravel().tolist())
    taken = sum(text.count(letter) for letter in "ab") - sum("id,comment\n1,first\n".count(x) for x in "ab")
    if not table.rejected:  # nothing was set aside: then every letter that was written is in a cell
        assert sum(held.count(letter) for letter in "ab") == taken
    assert len(table.frame) + len(table.rejected) >= 1
    whole = pd.concat([chunk.frame for chunk in chunks], ignore_index=True)
    assert whole.to_numpy().tolist() == table.frame.to_numpy().tolist()  # in chunks as in one
    assert [(row.row, row.reason) for chunk in chunks for row in chunk.rejected] == [
        (row.row, row.reason) for row in table.rejected
    ]


@given(ROWS)
@settings(max_examples=15)
def test_rows_of_every_form_are_the_same(found) -> None:
    import xlsxwriter

    rows = [
        [cell.replace("\r", "") for cell in row] for row in rows_of(found)
    ]  # no cell of a workbook holds CR
    names = ["id", "comment", "more"]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "w.csv").write_text(as_csv(rows, ",", "\n"), encoding="utf-8", newline="")
        pq.write_table(pa.table(dict(zip(names, zip(*rows, strict=True), strict=True))), folder / "w.parquet")
        (folder / "w.jsonl").write_text(
            "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows), encoding="utf-8"
        )
        with xlsxwriter.Workbook(str(folder / "w.xlsx")) as book:
            sheet = book.add_worksheet()
            for n, row in enumerate([names, *rows]):
                for k, cell in enumerate(row):
                    sheet.write_string(n, k, cell)
        for name in ("w.csv", "w.parquet", "w.jsonl", "w.xlsx"):
            table = read_table(folder / name)
            assert table.frame.to_numpy().tolist() == rows and not table.rejected, name


@pytest.mark.parametrize("encoding", ["cp1252", "mac-roman", "cp1250", "iso8859-15"])
def test_no_row_is_lost_in_an_older_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "w.csv"
    said = ["Für die Schüler", "café naïve", "it’s fine" if encoding != "iso8859-15" else "its", "plain"] * 25
    path.write_bytes(
        ("id,comment\n" + "".join(f"{n},{t}\n" for n, t in enumerate(said))).encode(encoding, "replace")
    )
    table = read_table(path)
    assert len(table.frame) == 100 and not table.rejected
