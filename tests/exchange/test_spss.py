"""SPSS files: labels, missing values, long texts, and the multiple-response set, read back by others."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Code, Codebook
from textmine.coded import CodedDataset
from textmine.exchange.coded_folder import write_coded_folder
from textmine.exchange.coded_reader import CodedFolder, read_coded
from textmine.exchange.spss import LONGEST_TEXT, make_sav_names, write_sav, write_syntax

LONG = ("Café 😀 " * 80)[:400]
NAMES = [f"a_code_with_a_rather_long_name_{number}" for number in range(20)]


@pytest.fixture
def folder(tmp_path: Path) -> CodedFolder:
    return make_folder(tmp_path, [LONG, "", "=1+1\r\nNo"])


def make_folder(tmp_path: Path, texts: list[str]) -> CodedFolder:
    """Three texts and twenty codes with long names; the second text was not coded."""
    ids = pd.Index(["01", "02", "03"], name="unit_id")
    given = np.zeros((3, 20))
    given[0, ::2], given[1] = 1, np.nan
    book = Codebook(id="b", version="1", codes=tuple(Code(n, f"Näme {i}", "D.") for i, n in enumerate(NAMES)))
    decisions = pd.DataFrame(given, index=ids, columns=NAMES)
    coded = CodedDataset(decisions, book, "m", scores=decisions * 0.5 + 0.25)
    source = pd.DataFrame(
        {
            "id": ["01", "02", "03"],
            "What helped?": texts,
            "age": ["41", "", "29"],
            "weight": ["1.5", "0.5", "1"],
            "with": ["a", "b", ""],
        }
    )
    columns = {"text": "What helped?", "id": "id"}
    said = {"model": {"id": "m"}, "codebook": {"id": "b"}, "columns": columns}
    write_coded_folder(coded, source, tmp_path / "coded", provenance=said)
    (tmp_path / "book.yaml").write_text(book.dumps(), encoding="utf-8")
    return read_coded(tmp_path / "coded", codebook=tmp_path / "book.yaml")


def read_back(path: Path):
    import pyreadstat

    return pyreadstat.read_sav(str(path), user_missing=True)


def test_set_comes_back_with_all_its_variables(folder: CodedFolder, tmp_path: Path) -> None:
    write_sav(folder, tmp_path / "o.sav")
    _, about = read_back(tmp_path / "o.sav")
    assert set(about.mr_sets) == {"themes"}
    themes = about.mr_sets["themes"]
    assert (themes["type"], themes["counted_value"], themes["label"]) == ("D", 1, "Themes mentioned")
    assert themes["variable_list"] == NAMES


def test_values_labels_and_measures_come_back(folder: CodedFolder, tmp_path: Path) -> None:
    write_sav(folder, tmp_path / "o.sav")
    frame, about = read_back(tmp_path / "o.sav")
    assert frame[NAMES[0]].tolist() == [1.0, 9.0, 0.0]
    assert about.variable_value_labels[NAMES[0]] == {0: "Not mentioned", 1: "Mentioned", 9: "Not coded"}
    assert about.missing_ranges[NAMES[0]] == [{"lo": 9.0, "hi": 9.0}]
    assert about.column_names_to_labels[NAMES[3]] == "Näme 3"
    assert about.variable_measure[NAMES[0]] == "nominal" and about.variable_measure["weight"] == "scale"
    assert frame["id"].tolist() == ["01", "02", "03"]
    assert frame["age"].tolist()[::2] == [41.0, 29.0] and np.isnan(frame["age"][1])


def test_long_texts_emoji_and_line_ends_come_back(folder: CodedFolder, tmp_path: Path) -> None:
    write_sav(folder, tmp_path / "o.sav")
    frame, about = read_back(tmp_path / "o.sav")
    assert frame["What_helped"].tolist() == [LONG, "", "=1+1\r\nNo"]
    assert about.column_names_to_labels["What_helped"] == "What helped?"
    assert about.column_names_to_labels["v_with"] == "with"


def test_text_over_the_limit_is_cut_between_letters_and_flagged(tmp_path: Path) -> None:
    written = write_sav(make_folder(tmp_path, ["é" * 20_000, "short", ""]), tmp_path / "o.sav")
    frame, _ = read_back(tmp_path / "o.sav")
    assert frame["What_helped"][0] == "é" * (LONGEST_TEXT // 2) and frame["What_helped"][1] == "short"
    assert frame["What_helped_cut"].tolist() == [1.0, 0.0, 0.0]
    assert any("1 text(s)" in note and "What_helped_cut" in note for note in written.notes)


def test_scores_and_chosen_columns(folder: CodedFolder, tmp_path: Path) -> None:
    write_sav(folder, tmp_path / "o.sav", scores=True, attributes=("age",))
    frame, about = read_back(tmp_path / "o.sav")
    assert list(frame.columns)[:3] == ["id", "What_helped", "age"] and "weight" not in frame
    assert frame[f"{NAMES[0]}_score"].tolist()[::2] == [0.75, 0.25]
    assert about.variable_measure[f"{NAMES[0]}_score"] == "scale"


def test_second_writing_has_the_same_bytes(folder: CodedFolder, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_sav(folder, tmp_path / f"{name}.sav")
    assert (tmp_path / "one.sav").read_bytes() == (tmp_path / "two.sav").read_bytes()


def test_names_are_what_spss_takes() -> None:
    names = make_sav_names(["x" * 90, "x" * 91, "ALL", "a.", "_b", "Ünï", "", "a"])
    assert all(len(name.encode()) <= 64 and name[0].isalpha() for name in names)
    assert len({name.casefold() for name in names}) == len(names)


def test_syntax_has_the_set_and_no_line_is_too_long() -> None:
    syntax = write_syntax("it's.sav", NAMES)
    assert "GET FILE='it''s.sav'." in syntax and "/MDGROUP NAME=$themes" in syntax
    assert max(map(len, syntax.splitlines())) <= 250


@pytest.mark.slow
def test_pspp_lists_the_set_and_runs_the_syntax(folder: CodedFolder, tmp_path: Path, debian: Any) -> None:
    if not debian("pspp", lambda: shutil.which("pspp")):
        pytest.skip("no PSPP, and none could be installed")
    pspp = str(shutil.which("pspp"))
    write_sav(folder, tmp_path / "o.sav")
    (tmp_path / "show.sps").write_text("GET FILE='o.sav'.\nMRSETS /DISPLAY NAME=ALL.\n", encoding="utf-8")
    for script in ("show.sps", "o.sps"):
        done = subprocess.run(
            [pspp, script],
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        assert done.returncode == 0, done.stdout[-500:]
        assert "$themes" in done.stdout and all(name in done.stdout for name in NAMES)
    assert "Not mentioned" in done.stdout and "Näme 3" in done.stdout
