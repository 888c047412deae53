"""``textmine read``: documents out, explained, shown to a person only, and read again."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from textmine.cli import app
from textmine.errors import InputError
from textmine.jobs.read import ReadOptions, read_files
from textmine.reading import pick_columns, read_corpus, read_table

WHY = ["We share one trainer now", "n/a", "It was too far\nto drive, sadly", ""]
WAY = ["Time", "Finding cover for the lessons", "The cost of a coach there", "none"]


def save(path: Path, why: list[str] = WHY, way: list[str] = WAY, ids: str = "abcd") -> Path:
    rows = [["ref", "phase", "What helped?", "What got in the way?", "role"]]
    rows += [[i, "primary", w, b, "head"] for i, w, b in zip(ids, why, way, strict=True)]
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([*rows, ["x", "too few"]])
    return path


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_documents_are_written_and_read_again(tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"docs.{kind}"
    report = read_files([save(tmp_path / "w.csv")], out)
    table = read_table(out)
    assert table.frame.columns.tolist() == ["doc_id", "text", "question", "group", "phase", "role_"]
    assert table.frame.equals(report.frame)
    assert len(table.frame) == 8
    assert "It was too far\nto drive, sadly" in table.frame["text"].tolist()
    columns = pick_columns(table, text="text", id="doc_id", question="question")
    assert (columns.text, columns.id) == ("text", "doc_id")
    again = read_corpus(out)
    assert again.ids == report.frame["doc_id"].tolist()
    assert again.groups[:2] == ["a", "a"]
    assert again.attributes == ["phase", "role_"]


def test_rows_that_are_no_documents_are_named_beside_them(tmp_path: Path) -> None:
    report = read_files([save(tmp_path / "w.csv")], tmp_path / "docs.csv")
    assert [path.name for path in report.paths] == ["docs.csv", "docs_rejected.csv"]
    rejected = pd.read_csv(tmp_path / "docs_rejected.csv")
    assert rejected[["file", "row", "line"]].to_numpy().tolist() == [["w.csv", 5, 7]]
    assert rejected["reason"].tolist() == ["2 cells where the header has 5"]


def test_clashing_ids_of_several_files_get_the_files_name(tmp_path: Path) -> None:
    paths = [save(tmp_path / "y1.csv"), save(tmp_path / "y2.csv")]
    report = read_files(paths, None)
    assert report.frame["doc_id"].iloc[[0, 8]].tolist() == ["y1:a:q2", "y2:a:q2"]
    assert report.frame["source_file"].tolist() == ["y1.csv"] * 8 + ["y2.csv"] * 8
    other = read_files([paths[0], save(tmp_path / "y3.csv", ids="efgh")], None)
    assert other.frame["doc_id"].iloc[8] == "e:q2"


def test_files_of_one_form_have_the_same_open_questions(tmp_path: Path) -> None:
    quiet = save(tmp_path / "y2.csv", why=["", "", "", ""], way=["", "", "", ""], ids="efgh")
    report = read_files([save(tmp_path / "y1.csv"), quiet], None)
    assert len(report.frame) == 16
    assert report.empty == 9


def test_survey_and_transcript_are_read_together(tmp_path: Path) -> None:
    talk = tmp_path / "t9.txt"
    talk.write_text("Int: What helps?\n\nR: We share a bursar.\n", encoding="utf-8")
    frame = read_files([save(tmp_path / "w.csv"), talk], tmp_path / "docs.jsonl").frame
    turns = frame[frame["source_file"] == "t9.txt"]
    assert turns["role"].tolist() == ["interviewer", "participant"]
    assert frame.columns[:7].tolist() == ["doc_id", "text", "speaker", "role", "turn", "time", "question"]


def test_other_forms_of_output_and_a_file_named_twice_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "w.csv")
    with pytest.raises(InputError, match=r"\.jsonl, \.csv or \.parquet"):
        read_files([path], tmp_path / "docs.xlsx")
    with pytest.raises(InputError, match="named twice"):
        read_files([path, path], None)


def test_command_explains_and_keeps_answers_off_what_is_no_terminal(tmp_path: Path) -> None:
    path = save(tmp_path / "w.csv")
    done = CliRunner().invoke(app, ["read", str(path), "--out", str(tmp_path / "d.jsonl")])
    assert done.exit_code == 0, done.output
    for said in ("text: What helped?", "id: ref", "attributes: phase", "8 documents, 1 with an empty text"):
        assert said in done.output
    assert "trainer" not in done.output
    shown = CliRunner().invoke(app, ["read", str(path), "--rows", "5"], env={"COLUMNS": "160"})
    assert "We share one trainer now" in shown.output


def test_command_shows_five_rows_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from textmine.commands import read as command

    shown: list[int] = []
    monkeypatch.setattr(command, "_print_rows", lambda report, count: shown.append(count))
    monkeypatch.setattr(command, "is_terminal", lambda: True)
    assert CliRunner().invoke(app, ["read", str(save(tmp_path / "w.csv"))]).exit_code == 0
    assert shown == [5]


def test_command_gives_json_without_answers(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["read", str(save(tmp_path / "w.csv")), "--json"])
    found = json.loads(done.output)
    assert (found["documents"], found["empty"], found["rejected"]) == (8, 1, 1)
    assert {part["part"] for part in found["files"][0]["parts"]} == {"text", "id", "question"}
    assert "trainer" not in done.output


def test_named_columns_are_obeyed(tmp_path: Path) -> None:
    path = save(tmp_path / "w.csv")
    report = read_files([path], None, options=ReadOptions(texts=("What helped?",), group="phase"))
    assert report.frame["doc_id"].tolist() == ["a", "b", "c", "d"]
    assert set(report.frame["group"]) == {"primary"}
