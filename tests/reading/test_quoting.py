"""Records that break the rules of quoting: mended where it is plain how they were meant, else set aside."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from textmine.reading import chunks, read_table
from textmine.reading.quoting import mend_record, swallows, usual_width

ROWS = [
    ("1,N,plain", ["1", "N", "plain"]),
    ('2,N,"Fair" is a word they like', ["2", "N", '"Fair" is a word they like']),
    ('3,N,"I mean it', ["3", "N", '"I mean it']),
    ('4,N,"a "fair, kind" head"', ["4", "N", 'a "fair, kind" head']),
    ('5,N,"she said "no""', ["5", "N", 'she said "no"']),
    ('6,N,"two\nlines, ""with"" marks"', ["6", "N", 'two\nlines, "with" marks']),
    ('7,N,"two "kind\nof" lines, yes"', ["7", "N", 'two "kind\nof" lines, yes']),
    ('8,"N",end', ["8", "N", "end"]),
]


def read_both(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The rows of a file, which are the same read whole and read by chunks."""
    whole = read_table(path)
    monkeypatch.setattr(chunks, "WHOLE", 0)
    parts = [part.frame for part in chunks.read_chunks(path, rows=2).chunks]
    rows: list[list[str]] = whole.frame.to_numpy().tolist()
    assert pd.concat(parts).to_numpy().tolist() == rows
    return rows


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_every_row_is_kept_whatever_its_marks(
    delimiter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.csv"
    lines = ["id,region,comment", *(line for line, _ in ROWS)]
    text = "\n".join(line.replace(",", "\t") if delimiter == "\t" else line for line in lines)
    path.write_text(text + "\n", encoding="utf-8", newline="")
    wanted = [[cell.replace(",", "\t") if delimiter == "\t" else cell for cell in row] for _, row in ROWS]
    assert read_both(path, monkeypatch) == wanted


def test_mark_closed_in_a_later_record_swallows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.csv"
    path.write_text('id,region,comment\n7,N,"I mean it\n8,S,more time\n9,S,so be it"\n10,N,no\n', "utf-8")
    rows = read_both(path, monkeypatch)
    assert [row[0] for row in rows] == ["7", "8", "9", "10"]
    assert rows[0][2] == '"I mean it'


@pytest.mark.parametrize("answer", ["costs:\n12,5", "first,\n1, time\n2, money", "a\nb,c"])
def test_lines_of_an_answer_are_not_taken_for_records(answer: str, tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    path.write_text(f'id,comment\n7,"{answer}"\n8,x\n', "utf-8", newline="")
    assert read_table(path).frame.to_numpy().tolist() == [["7", answer], ["8", "x"]]


def test_what_cannot_be_mended_is_none() -> None:
    assert mend_record(['1,"a, b\n', '2,"c, d"\n'], ",", 2) is None
    assert not swallows(["a", "b\nc,d"], ",")
    assert usual_width("", ",") == 1


@pytest.mark.parametrize(
    "row",
    [lambda n: f'{n},"never closed\n', lambda n: f'{n},"a "b" c, "d\n', lambda n: f'{n},""""x\n'],
    ids=["open", "odd", "doubled"],
)
def test_time_grows_with_the_size_only(row: Callable[[int], str], tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    path.write_text("id,comment\n0,x\n" + "".join(map(row, range(1, 40_000))), "utf-8")
    start = time.process_time()
    table = read_table(path)
    assert len(table.frame) + len(table.rejected) == 40_000
    assert time.process_time() - start < 8
