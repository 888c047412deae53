"""Tables read in chunks are the tables read whole."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.reading import chunks, read_table
from textmine.reading.chunks import read_chunks
from textmine.reading.table import Table


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as large."""
    monkeypatch.setattr(chunks, "WHOLE", -1)


def joined(parts: list[Table]) -> tuple[pd.DataFrame, list[tuple[int, int, str]], list[int], list[int]]:
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    aside = [(one.row, one.line, one.reason) for part in parts for one in part.rejected]
    rows = [int(n) for part in parts for n in (part.rows if part.rows is not None else [])]
    lines = [int(n) for part in parts for n in (part.lines if part.lines is not None else [])]
    return frame, aside, rows, lines


CSVS = {
    "plain": "id,comment\n1,a\n2,b\n3,c\n4,d\n5,e\n",
    "broken quotes": 'id,comment\n1,"a\nb"\n2,"open\n3,c\n4,"d"x\n5,"e ""q"""\n6,"never closed\n7,g\n8,h\n',
    "odd widths": "id;comment\n\n1;a\n2\n3;c;d\n;\n4;d\n5;e\n6\n",
    "sep line": "sep=;\nid;comment\n1;a,b\n2;c\n3;d\n",
    "old Mac line ends": "id,comment\r1,a\r2,b\r3,c\r",
    "windows line ends": 'id,comment\r\n1,"a\r\nb"\r\n2,b\r\n3,c\r\n',
    "no line end": "id,comment\n1,é\n2,😀",
    "all of the last part rejected": "id,comment\n1,a\n2,b\n3\n4\n",
    "rejected first": "id,comment\n1\n2\n3,c\n4,d\n",
}


@pytest.mark.usefixtures("stream")
@pytest.mark.parametrize("name", list(CSVS))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("rows", [1, 2, 3, 100])
def test_csv_in_chunks_is_the_csv_read_whole(tmp_path: Path, name: str, encoding: str, rows: int) -> None:
    path = tmp_path / "wave.csv"
    path.write_text(CSVS[name], encoding=encoding, newline="")
    whole, found = read_table(path), read_chunks(path, rows=rows)
    assert (found.sha256, found.encoding, found.source) == (whole.sha256, whole.encoding, whole.source)
    frame, aside, numbers, lines = joined(list(found.chunks))
    pd.testing.assert_frame_equal(frame, whole.frame.reset_index(drop=True))
    assert aside == [(one.row, one.line, one.reason) for one in whole.rejected]
    assert whole.rows is not None and whole.lines is not None
    assert (numbers, lines) == (whole.rows.tolist(), whole.lines.tolist())


@pytest.mark.usefixtures("stream")
def test_jsonl_and_parquet_in_chunks_are_those_read_whole(tmp_path: Path) -> None:
    lines = ['{"id": 1, "comment": "a"}', "", "[1]", '{"id": 2, "more": null}', '{"id": 3, "comment": "c"}']
    (tmp_path / "wave.jsonl").write_text("\n".join(lines), encoding="utf-8")
    pd.DataFrame({"id": [1, 2, 3], "comment": ["a", None, "c"]}).to_parquet(tmp_path / "wave.parquet")
    for name in ("wave.jsonl", "wave.parquet"):
        whole = read_table(tmp_path / name)
        frame, aside, _, _ = joined(list(read_chunks(tmp_path / name, rows=2).chunks))
        pd.testing.assert_frame_equal(frame, whole.frame)
        assert aside == [(one.row, one.line, one.reason) for one in whole.rejected]


@pytest.mark.usefixtures("stream")
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "mac_roman"])
def test_other_encodings_are_read_whole(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "wave.csv"
    path.write_bytes("id,comment\n1,“the café isn’t open”\n2,déjà vu\n3,c\n".encode(encoding))
    found = read_chunks(path, rows=2)
    frame, *_ = joined(list(found.chunks))
    pd.testing.assert_frame_equal(frame, read_table(path).frame)


def test_small_files_are_cut_with_their_places(tmp_path: Path, write_csv: Callable[..., Path]) -> None:
    path = write_csv(tmp_path / "wave.csv", ["id", "comment"], [[1, "a"], [2, "b\nc"], [3, "d"]])
    first, second = read_chunks(path, rows=2).chunks
    assert first.place(1) == (2, 3)
    assert second.place(0) == (3, 5)


@pytest.mark.usefixtures("stream")
def test_headers_and_empty_files_are_told_as_ever(tmp_path: Path) -> None:
    for text, problem in [
        ("id,id\n1,2\n", "more than once"),
        ("id,comment\n", "no rows|header"),
        ("\n", "empty"),
    ]:
        path = tmp_path / "wave.csv"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=problem):
            list(read_chunks(path).chunks)


@pytest.mark.usefixtures("stream")
def test_endless_line_is_an_error_and_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "MOST_CELL", 100_000)
    path = tmp_path / "wave.csv"
    path.write_text("id,comment\n1," + "a" * 300_000 + "\n2,b\n", encoding="utf-8")
    try:
        with pytest.raises(InputError, match="line 2"):
            list(read_chunks(path).chunks)
    finally:
        csv.field_size_limit(2**25)
