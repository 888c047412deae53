"""Tables under the name .txt, objects inside json lines: what kind of table a file holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from textmine.errors import InputError
from textmine.reading import read_survey, read_table
from textmine.reading.files import is_text_table

TABLES = [
    "id\tregion\tcomment\n1\tN\tMore time to plan\n2\tS\t\n",
    'id,comment\n1,More time to plan\n2,"two\nlines"\n',
    "Survey 2024\n\nRef\tPhase\tWhat helped?\n1\tPrimary\tTime\n2\tPrimary\tMoney\n3\tPrimary\tn/a\n",
    "Timestamp\tWhat helped?\n01/03/2025 09:00:00\tMore time, less travel\n",
]
SPEECH = [
    "Int:\tWhy?\nR:\tTime.\nInt:\tSo?\nR:\tYes.\n",
    "00:01\tInt\tWhy?\n00:02\tR\tTime.\n00:03\tInt\tSo?\n",
    "Time\tSpeaker\tText\n00:01\tInt\tWhy?\n00:02\tR\tTime.\n00:03\tInt\tSo?\n",
    "Well, yes, it was late.\nSo, no, it was not.\nThen, yes, it was.\nBut, no, it stopped.\n",
    "A report, in part\n\nOne, two and three schools met, it seems, in March.\n",
    "Comment\n\nIt was late and nobody came, or so they said.\n",
]


@pytest.mark.parametrize(("text", "rows"), list(zip(TABLES, (2, 2, 3, 1), strict=True)))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_table_named_txt_is_a_table(text: str, rows: int, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "w.txt"
    path.write_bytes(text.encode(encoding))
    assert is_text_table(path)
    assert len(read_table(path).frame) == rows


@pytest.mark.parametrize("text", SPEECH)
def test_speech_and_prose_are_no_tables(text: str, tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text(text, "utf-8")
    assert not is_text_table(path)


def test_objects_inside_json_lines_are_columns_of_a_survey(tmp_path: Path) -> None:
    path = tmp_path / "w.jsonl"
    answers = ["We share one trainer", "It was too far to drive", "Nobody had the time"]
    rows = [
        {"id": n, "who": {"phase": "primary"}, "a": {"q1": text, "q2": [1]}} for n, text in enumerate(answers)
    ]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    reading = read_survey(path)
    assert reading.corpus.texts == answers
    assert list(reading.corpus.attributes) == ["who.phase", "a.q2"]
    assert list(read_table(path).frame.columns) == ["id", "who", "a"]  # elsewhere cells stay as they are


def test_json_lines_without_common_keys_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.jsonl"
    path.write_text("\n".join(json.dumps({"id": n, f"k{n}": "x"}) for n in range(21_000)), "utf-8")
    with pytest.raises(InputError, match="different keys"):
        read_table(path)
