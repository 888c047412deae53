"""The same input, model and seed give the same bytes; the shipped model is what its command makes."""

from __future__ import annotations

import csv
import json
import shlex
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.coding import batch
from textmine.coding.artefact import load_coder, save_coder
from textmine.coding.coder import Coder
from textmine.jobs.labelled import ColumnNames, read_labelled

ROOT = Path(__file__).resolve().parents[1]
STUDY = "school-collaboration"
SHIPPED = ROOT / "models" / STUDY
COMMENTS = ROOT / "corpora" / STUDY / "comments.csv"
COLUMNS = ("--text", "text", "--id", "comment_id", "--question", "question", "--group", "respondent_id")
TABLES = [
    "codebook.yaml",
    "coded.xlsx",
    "coded_long.csv",
    "coded_long.parquet",
    "coded_spans.csv",
    "coded_wide.csv",
    "coded_wide.parquet",
    "coded_wide.xlsx",
    "datapackage.json",
    "rejected.csv",
    "review.csv",
    "scores.parquet",
    "summary.csv",
]


@pytest.fixture(scope="module")
def rows() -> list[list[str]]:
    """The header and 300 comments of the shipped corpus, among them one twice and one blank."""
    with COMMENTS.open(encoding="utf-8", newline="") as handle:
        header, *found = list(csv.reader(handle))
    chosen = found[::9][:298]
    blank = ["blank", *found[0][1:-1], " "]
    return [header, *chosen, blank, chosen[0]]


@pytest.fixture
def code(textmine, tmp_path: Path):
    """Codes rows with the shipped model into a folder of a name."""

    def run(header: list[str], rows: list[list[str]], name: str) -> Path:
        source = tmp_path / name / "wave.csv"
        source.parent.mkdir()
        with source.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows([header, *rows])
        forms = [word for form in ("csv", "parquet", "xlsx") for word in ("--format", form)]
        out = source.parent / "out"
        ran = textmine(
            "code", source, "--model", SHIPPED, *COLUMNS, *forms, "--scores", "--bands", "--out", out
        )
        assert ran.code == 0, ran.err
        return out

    return run


def by_id(folder: Path) -> dict[str, list[str]]:
    """The cells of each row of the wide table."""
    with (folder / "coded_wide.csv").open(encoding="utf-8", newline="") as handle:
        header, *rows = list(csv.reader(handle))
    place = header.index("comment_id")
    return {row[place]: row for row in rows}


def test_same_command_twice_gives_the_same_bytes(code, rows) -> None:
    header, *wave = rows
    one, two = code(header, wave, "one"), code(header, wave, "two")
    files = sorted(path.name for path in one.iterdir() if path.is_file())
    assert files == sorted([*TABLES, "provenance.json"])
    for name in TABLES:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name
    told = [json.loads((out / "provenance.json").read_text("utf-8")) for out in (one, two)]
    for each in told:  # what tells of the moment: the seconds, and the event of the record, which is dated
        del each["seconds"], each["record"]["sha256"]
    assert told[0] == told[1]


def test_coding_into_the_same_folder_again_gives_the_same_bytes(code, rows, textmine) -> None:
    header, *wave = rows
    out = code(header, wave, "one")
    before = {name: (out / name).read_bytes() for name in TABLES}
    options = ("--format", "csv", "--scores", "--bands", "--out", out)
    assert textmine("code", out.parent / "wave.csv", "--model", SHIPPED, *COLUMNS, *options).code == 0
    assert (out / "coded_wide.csv").read_bytes() == before["coded_wide.csv"]
    assert not list(out.glob(".textmine-*"))


def test_cells_do_not_depend_on_the_other_rows(code, rows) -> None:
    header, *wave = rows
    whole, half = by_id(code(header, wave, "whole")), by_id(code(header, wave[1::2], "half"))
    assert 100 < len(half) < len(whole)
    assert half == {unit: whole[unit] for unit in half}


def test_cells_do_not_depend_on_the_order_of_the_rows(code, rows) -> None:
    header, *wave = rows
    wave = wave[:-1]  # of two rows with one id the first is kept, whichever that is
    assert by_id(code(header, wave, "forth")) == by_id(code(header, wave[::-1], "back"))


def test_cells_do_not_depend_on_how_many_texts_are_taken_at_once(code, rows, monkeypatch) -> None:
    header, *wave = rows
    whole = code(header, wave, "whole")
    monkeypatch.setattr(batch, "CHUNK", 7)
    parts = code(header, wave, "parts")
    for name in TABLES:
        assert (whole / name).read_bytes() == (parts / name).read_bytes(), name


def test_scores_of_a_saved_coder_are_those_of_the_loaded_one(tiny_model: Path, study, tmp_path: Path) -> None:
    labelled = read_labelled(
        study.comments, [study.long], columns=ColumnNames("comment", "id", "question", "person")
    )
    book = Codebook.load(study.codebook)
    made = Coder().fit(labelled.corpus, labelled.y, codebook=book, quotes=labelled.quotes)
    save_coder(made, tmp_path / "model")
    for name in ("weights.safetensors", "vocabulary.json", "codebook.yaml", "config.json"):
        assert (tmp_path / "model" / name).read_bytes() == (tiny_model / name).read_bytes(), name
    again = save_coder(load_coder(tmp_path / "model"), tmp_path / "again")
    for name in ("weights.safetensors", "vocabulary.json", "codebook.yaml", "config.json"):
        assert (again / name).read_bytes() == (tiny_model / name).read_bytes(), name


# --- the shipped model ------------------------------------------------------------------------------------


def train_command() -> list[str]:
    """The words of the Makefile's command that makes the shipped model."""
    if not shutil.which("make"):
        pytest.skip("there is no make")
    dry = ["make", "--dry-run", "--old-file=.venv/.installed", "models"]
    shown = subprocess.run(dry, capture_output=True, encoding="utf-8", check=True, cwd=ROOT).stdout
    commands = [shlex.split(line) for line in shown.replace("\\\n", " ").splitlines()]
    (found,) = [words for words in commands if words[1:2] == ["train"] and f"models/{STUDY}" in words]
    return found


def test_makefile_command_is_understood() -> None:
    program, command, source, *options = train_command()
    assert (Path(program).name, command) == ("textmine", "train")
    assert (ROOT / source).samefile(COMMENTS)
    assert options[options.index("--out") + 1] == f"models/{STUDY}"
    labels = [path for word, path in pairwise(options) if word.startswith("--labels")]
    assert len(labels) >= 2 and all((ROOT / path).is_file() for path in labels)


def test_shipped_weights_are_what_training_on_the_repo_makes(tmp_path: Path) -> None:
    options = [word for word in train_command()[3:] if word != "--learning-curve"]
    given: dict[str, list[str]] = {}
    for word, value in zip(options[::2], options[1::2], strict=True):
        given.setdefault(word, []).append(value)
    columns = ColumnNames(*(given[f"--{name}"][0] for name in ("text", "id", "question", "group")))
    book = Codebook.load(ROOT / given["--codebook"][0])
    labelled = read_labelled(
        COMMENTS,
        [ROOT / path for path in given["--labels"]],
        columns=columns,
        learn_only=[ROOT / path for path in given["--labels-train-only"]],
        codes=book.ids,
    )
    coder = Coder(seed=int(given["--seed"][0]))
    coder.fit(labelled.corpus, labelled.y, codebook=book, quotes=labelled.quotes, stances=labelled.stances)
    save_coder(coder, tmp_path / STUDY)
    figures = {"card.md", "reliability.svg", "learning_curve.csv", "learning_curve.svg"}
    for name in sorted({path.name for path in SHIPPED.iterdir()} - figures):
        assert (tmp_path / STUDY / name).read_bytes() == (SHIPPED / name).read_bytes(), (
            f"{name}: run make models"
        )


def test_shipped_model_loads_from_a_copy(tmp_path: Path) -> None:
    copy = load_coder(shutil.copytree(SHIPPED, tmp_path / STUDY))
    texts = pd.DataFrame({"text": ["Joint training saves money"], "question": ["q_benefit"]})
    assert (copy.predict_proba(texts) == load_coder(SHIPPED).predict_proba(texts)).all()
    assert copy.sha256_ == load_coder(SHIPPED).sha256_


@pytest.mark.slow
def test_makefile_command_makes_every_byte_of_the_shipped_model(
    textmine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    _, *command = train_command()
    out = tmp_path / STUDY
    command[command.index("--out") + 1] = str(out)
    assert textmine(*command, "--quiet").code == 0
    made = {path.name: path.read_bytes() for path in out.iterdir()}
    shipped = {path.name: path.read_bytes() for path in SHIPPED.iterdir()}
    assert made.keys() == shipped.keys()
    assert [name for name in shipped if made[name] != shipped[name]] == [], "run make models"
