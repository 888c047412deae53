"""``textmine codebook check``: the job and what the command prints of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from textmine.cli import app
from textmine.errors import InputError
from textmine.jobs.codebook import check_codebook_file
from textmine.jobs.labelled import ColumnNames

BOOK = """\
id: toy
version: 1.0.0
codes:
  - {id: late, definition: "Waiting times, queues and delays before being seen.", exclude: [parking]}
  - {id: queue, definition: "Delays before being seen, waiting times and queues."}
  - {id: food, definition: "Meals.", exclude: [drinks], keywords: [soup]}
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.yaml"
    path.write_text(BOOK, encoding="utf-8")
    return path


@pytest.fixture
def wave(tmp_path: Path) -> Path:
    path = tmp_path / "wave.csv"
    path.write_text("id,said\n1,We queued secretly\n2,A delay\n", encoding="utf-8")
    return path


def test_everything_is_told_together(book: Path, wave: Path) -> None:
    report = check_codebook_file(book, corpus=wave, columns=ColumnNames("said", "id"))
    assert [(pair.first, pair.second) for pair in report.overlaps] == [("late", "queue")]
    assert report.without_exclude == ["queue"] and report.without_hit == ["food"]


def test_column_without_a_corpus_is_refused(book: Path) -> None:
    with pytest.raises(InputError, match="--corpus"):
        check_codebook_file(book, columns=ColumnNames("said"))


def test_command_prints_warnings_and_no_respondents_words(book: Path, wave: Path) -> None:
    options = ["--corpus", str(wave), "--text", "said", "--id", "id"]
    ran = CliRunner().invoke(app, ["codebook", "check", str(book), *options])
    assert ran.exit_code == 0, ran.output
    warnings = [line for line in ran.output.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 3
    assert "secretly" not in ran.output and "book.yaml: 3 codes, 0 problems, 3 warnings" in ran.output


def test_command_gives_json(book: Path, wave: Path) -> None:
    options = ["--corpus", str(wave), "--text", "said", "--id", "id", "--json"]
    told = json.loads(CliRunner().invoke(app, ["codebook", "check", str(book), *options]).output)
    assert told["overlaps"][0]["codes"] == ["late", "queue"] and told["overlaps"][0]["cosine"] > 0.9
    assert told["without_hit"] == ["food"] and told["hits"]["food"] == 0
    assert told["without_exclude"] == ["queue"] and told["texts"] == 2
