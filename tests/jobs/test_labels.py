"""``textmine labels`` on the command line: out, in, and errors in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from textmine.annotations import Settings, create_project
from textmine.codebook import Codebook
from textmine.corpus import Corpus
from textmine.jobs.labels import choose_form


@pytest.fixture
def study(tmp_path: Path, secret: str) -> Path:
    """A project in which ann has read one of two texts."""
    corpus = Corpus(pd.DataFrame({"doc_id": ["u1", "u2"], "text": [f"{secret} saves", "Nothing"]}))
    project = create_project(
        tmp_path / "study", corpus, Codebook.from_labels(["money"]), Settings(name="study")
    )
    with project.open_store() as store:
        store.decide("u1", "ann", ["money"])
    return project.folder


def test_labels_go_out_and_come_back_by_command(textmine, study: Path, tmp_path: Path, secret: str) -> None:
    out = textmine("labels", "export", study, tmp_path / "tasks.json")
    assert out.code == 0 and "1 readings, 1 texts not read" in out.out and secret not in out.out
    assert (tmp_path / "tasks-interface.xml").is_file()
    back = textmine("labels", "import", study, tmp_path / "tasks.json", "--json")
    assert json.loads(back.out) == {"new": 0, "known": 1, "unread": 1, "notes": []}


def test_file_that_is_none_is_told_in_one_line(textmine, study: Path, tmp_path: Path, secret: str) -> None:
    (tmp_path / "bad.json").write_text(f"{secret} [", encoding="utf-8")
    ran = textmine("labels", "import", study, tmp_path / "bad.json")
    assert ran.code == 1 and "not JSON" in ran.err and secret not in ran.err and ran.err.count("\n") == 1


def test_ending_tells_the_form_where_it_can() -> None:
    assert [choose_form(Path(f"x{end}"), "") for end in (".csv", ".XLSX", ".json")] == [
        "csv",
        "xlsx",
        "label-studio",
    ]
