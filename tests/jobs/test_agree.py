"""The command `textmine agree`: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from textmine.jobs.agree import FILES, agree_files
from textmine.jobs.labelled import ColumnNames

ROOT = Path(__file__).resolve().parents[2]
ANNOTATIONS = ROOT / "annotations" / "school-collaboration"
COMMENTS = ROOT / "corpora" / "school-collaboration" / "comments.csv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def coders(tmp_path: Path, secret: str) -> list[Path]:
    """Two coders' long files with quotes of words that may not be shown."""
    given = {
        "ann": [("1", "training", f"train {secret}"), ("2", "money", "pooled money"), ("3", "none", "")],
        "ben": [("1", "training", secret), ("2", "training", f"{secret} pooled"), ("3", "none", "")],
    }
    paths = []
    for name, lines in given.items():
        path = tmp_path / f"{name}.csv"
        path.write_text("id,code,quote\n" + "".join(f"{','.join(line)}\n" for line in lines), "utf-8")
        paths.append(path)
    return paths


@pytest.fixture
def units(write_csv, tmp_path: Path, secret: str) -> Path:
    said = [["1", "p1", f"We train {secret}"], ["2", "p2", f"{secret} pooled money"], ["3", "p2", secret]]
    return write_csv(tmp_path / "units.csv", ["id", "person", "comment"], said)


def test_table_and_figures_are_printed(textmine, coders) -> None:
    shown = textmine("agree", *coders)
    assert shown.code == 0 and shown.err == ""
    assert "ann, ben: 3 units coded by two or more (inter-coder)" in shown.out
    assert "alpha of sets (MASI)" in shown.out and "not a pass or a fail" in shown.out
    assert "1 x ann gave money where ben gave training" in shown.out
    assert "Most disputed units: 2" in shown.out
    assert "no known respondent" in shown.out


def test_json_holds_per_code_and_overall(textmine, coders, units: Path) -> None:
    options = ("--units", units, "--text", "comment", "--id", "id", "--group", "person")
    shown = json.loads(textmine("agree", *coders, *options, "--json").out)
    per_code = {row["code"]: row for row in shown["per_code"]}
    assert per_code["training"]["kappa"] == pytest.approx(0.4) and per_code["training"]["n_marked"] == 2
    assert shown["overall"]["exact_match"]["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert shown["n_respondents"] == 2 and shown["coders"] == ["ann", "ben"]
    assert {row["code"]: row["n_units"] for row in shown["evidence"]["per_code"]} == {
        "training": 3,
        "money": 3,
    }
    assert not any("no known respondent" in note for note in shown["notes"])


def test_folder_holds_the_tables_and_no_words(
    textmine, coders, units: Path, tmp_path: Path, secret: str
) -> None:
    out = tmp_path / "out"
    shown = textmine("agree", *coders, "--units", units, "--text", "comment", "--out", out)
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    assert all(str(out / name) in shown.out for name in FILES)
    assert not any(secret in path.read_text(encoding="utf-8") for path in out.iterdir())
    assert [row["unit_id"] for row in rows(out / "disputed.csv")] == ["2"]
    textmine("agree", *coders, "--out", out)
    assert not (out / "evidence.csv").exists()


def test_several_coders_may_stand_in_one_file(textmine, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    given = [("u1", "a", "x"), ("u1", "a", "y"), ("u2", "none", "x"), ("u2", "none", "y"), ("u2", "a", "z")]
    lines = [json.dumps({"unit_id": unit, "code": code, "coder": coder}) for unit, code, coder in given]
    path.write_text("\n".join(lines), "utf-8")
    shown = json.loads(textmine("agree", path, "--json").out)
    assert shown["coders"] == ["x", "y", "z"]
    assert [row["n_units"] for row in shown["pairs"]] == [2, 1, 1]


def test_same_person_later_is_told(textmine, tmp_path: Path) -> None:
    for day in ("may", "june"):
        (tmp_path / f"{day}.csv").write_text("id,code,coder\n1,a,ann\n2,none,ann\n", "utf-8")
    shown = json.loads(textmine("agree", tmp_path / "may.csv", tmp_path / "june.csv", "--json").out)
    assert shown["kind"] == "intra-coder" and shown["coders"] == ["ann (1)", "ann (2)"]


def test_no_variation_is_null_with_its_reason(textmine, tmp_path: Path) -> None:
    for name in ("ann", "ben"):
        (tmp_path / f"{name}.csv").write_text("id,a,b\n1,0,1\n2,0,0\n", "utf-8")
    files = (tmp_path / "ann.csv", tmp_path / "ben.csv")
    shown = json.loads(textmine("agree", *files, "--json").out)["per_code"]
    assert shown[0]["alpha"] is None and shown[0]["reason"] == "no variation: given to no unit"
    assert shown[1]["alpha"] == 1
    assert "a: no variation: given to no unit" in textmine("agree", *files).out


def test_model_is_a_coder_beside_a_person(textmine, tiny_model: Path, study, tmp_path: Path) -> None:
    out = tmp_path / "coded"
    columns = ("--text", "comment", "--id", "id", "--question", "question")
    assert textmine("code", study.comments, "--model", tiny_model, *columns, "--out", out).code == 0
    shown = json.loads(textmine("agree", study.long, out, "--json").out)
    assert shown["coders"] == ["long", "tiny"] and shown["n_units"] == 72
    assert all(row["alpha"] > 0.5 for row in shown["per_code"])


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--approach", "reflexive"], "This study is reflexive: agreement is not measured"),
        (["--approach", "casual"], "No approach 'casual'"),
        (["--group", "person"], "Name that file with --units"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_line(
    textmine, coders, arguments: list[str], wanted: str
) -> None:
    assert wanted in textmine("agree", *coders, *arguments).error


def test_one_coder_alone_is_refused(textmine, coders) -> None:
    assert textmine("agree", coders[0]).error.startswith(
        "Only one coder, ann, in ann.csv. Give a file for each"
    )
    assert textmine("agree").code == 2


def test_same_command_gives_the_same_bytes(coders, tmp_path: Path) -> None:
    for name in ("one", "two"):
        agree_files(coders, out=tmp_path / name, seed=3)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_coders_of_the_study_agree_as_its_notes_say() -> None:
    files = [ANNOTATIONS / "coder_1.jsonl", ANNOTATIONS / "coder_2.jsonl"]
    columns = ColumnNames("text", "comment_id", None, "respondent_id")
    found = agree_files(files, units=COMMENTS, columns=columns, draws=200).agreement
    assert found.n_units == 900 and found.n_respondents == 470
    assert len(found.disputed) == 131  # as many as were adjudicated
    assert found.evidence is not None and found.evidence.codes["overlap_f1"].between(0.6, 0.95).all()
    assert found.codes["alpha"].between(0.75, 1).all()
