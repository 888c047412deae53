"""Tracing a printed figure: what it is of, what made it, which rows stand behind it, what changed since."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.jobs.trace import trace_figure

COLUMNS = ("--text", "comment", "--id", "id", "--question", "question", "--group", "person")


@pytest.fixture
def traced_study(textmine, study, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a coded wave, what people read of it, and the shares that came of both."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(study.comments, tmp_path / "comments.csv")
    pd.read_csv(study.wide, dtype=str).head(40).to_csv(tmp_path / "read.csv", index=False)
    assert textmine("code", "comments.csv", *COLUMNS, "--model", tiny_model, "--out", "coded").code == 0
    prevalence(textmine)
    return tmp_path


def prevalence(textmine) -> None:
    options = ("--by", "question", "--unit", "answer", "--base", "answered", "--out", "shares.csv")
    ran = textmine("prevalence", "coded", "--checked", "read.csv", *options)
    assert ran.code == 0, ran.err


def find(folder: Path, code: str, group: str) -> str:
    table = pd.read_csv(folder / "shares.csv", dtype=str, keep_default_na=False)
    return str(table.set_index(["code", "group"]).loc[(code, group), "figure"])


def test_share_is_traced_to_rows_hashes_and_command(textmine, traced_study: Path) -> None:
    figure = find(traced_study, "money", "q1")
    told = json.loads(textmine("trace", figure, "--rows", "rows.csv", "--json").out)
    assert told["parts"] == ["money", "", "question", "q1"]
    assert "PPI++" in told["estimator"] and told["weights"] == "none" and "answers" in told["base"]
    assert {row["now"] for row in told["hashes"]} == {"the same now"}
    assert {row["what"] for row in told["hashes"]} == {"corpus fingerprint", "model", "codebook", "checked"}
    rows = pd.read_csv("rows.csv", dtype=str)
    source = pd.read_csv("coded/coded_wide.csv", dtype=str)
    mine = source[(source["question"] == "q1") & source["money"].notna()]
    assert rows["unit_id"].tolist() == mine["id"].tolist()
    assert rows["given"].astype(int).sum() == (mine["money"] == "1").sum() == told["rows"]["given"]
    assert list(rows.columns) == ["unit_id", "given", "score"]


def test_its_command_makes_the_figure_again(textmine, traced_study: Path) -> None:
    figure = find(traced_study, "money", "q1")
    command = json.loads(textmine("trace", figure, "--json").out)["command"].split()
    assert command[0] == "textmine" and textmine(*command[1:]).code == 0
    assert Path("prevalence.csv").read_bytes() == Path("shares.csv").read_bytes()


def test_name_alone_does_where_one_figure_has_it(textmine, traced_study: Path) -> None:
    ran = textmine("trace", "share:money::question:q1")
    assert ran.out.startswith("share:money::question:q1@")
    assert "Make it again: textmine prevalence coded --checked read.csv" in ran.out
    assert "in the base" in ran.out


def test_figure_of_other_inputs_has_another_id_and_is_told(textmine, traced_study: Path) -> None:
    old = find(traced_study, "money", "q1")
    pd.read_csv("read.csv", dtype=str).head(38).to_csv("read.csv", index=False)
    said = trace_figure(old, Path())
    assert dict(zip(said.hashes["what"], said.hashes["now"], strict=True))["checked"] == "other now"
    assert any("other now" in note for note in said.notes)
    prevalence(textmine)
    with pytest.raises(InputError, match="made of other inputs") as met:
        trace_figure(old, Path())
    assert find(traced_study, "money", "q1") in str(met.value)


def test_figure_without_its_coded_folder_says_so(traced_study: Path) -> None:
    figure = find(traced_study, "money", "q1")
    Path("coded").rename("elsewhere")
    said = trace_figure(figure, Path())
    assert said.rows is None and "--coded" in said.notes[0]
    assert set(said.hashes["now"]) == {"not found here", "the same now"}
    assert trace_figure(figure, Path(), coded=Path("elsewhere")).rows is not None


@pytest.mark.parametrize(
    ("figure", "folder", "said"),
    [
        ("share:nothing", ".", "No figure share:nothing among"),
        ("what is this @", ".", "no id of a figure"),
        ("share:money", "gone", "No folder gone"),
        ("share:money", "coded", "No figures in coded"),
    ],
)
def test_what_cannot_be_traced_is_told(
    textmine, traced_study: Path, figure: str, folder: str, said: str
) -> None:
    assert said in textmine("trace", figure, "--in", folder).error


def test_figures_are_the_same_twice(textmine, traced_study: Path) -> None:
    before = Path("shares.figures.json").read_bytes()
    prevalence(textmine)
    assert Path("shares.figures.json").read_bytes() == before
    assert str(traced_study).encode() not in before
