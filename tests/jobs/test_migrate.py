"""`textmine codebook diff` and `migrate`: what they read, write and refuse, and the page that shows them."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
from pathlib import Path

import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.exchange.coded_reader import read_coded
from textmine.exchange.scored_wave import read_scored_wave
from textmine.jobs.coder_files import read_coder_files
from textmine.jobs.migrate import compare_codebook_files, migrate_files
from textmine.migration import Changes

ROOT = Path(__file__).resolve().parents[2]
CORPUS, ANNOTATIONS = (ROOT / name / "school-collaboration" for name in ("corpora", "annotations"))
OLD = "version: '1'\ncodes: [{id: money, definition: Money.}, {id: trust, definition: Trust.}]\n"
NEW = (
    "version: '2'\ncodes: [{id: savings, definition: Kept.}, {id: grants, definition: Won.}, "
    "{id: faith, definition: Trust.}]\n"
)
CHANGES = "changes: [{split: money, to: [savings, grants]}, {rename: trust, to: faith}]\n"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def study_files(tmp_path: Path) -> dict[str, Path]:
    """Two codebooks and the changes between them."""
    paths = {name: tmp_path / f"{name}.yaml" for name in ("old", "new", "changes")}
    for name, text in (("old", OLD), ("new", NEW), ("changes", CHANGES)):
        paths[name].write_text(text, encoding="utf-8")
    return paths


def migrate(files: dict[str, Path], codings: list[Path], out: Path, **more):
    return migrate_files(files["old"], files["new"], files["changes"], codings, out, **more)


def test_a_long_file_comes_out_wide_with_its_evidence_beside(study_files, tmp_path: Path) -> None:
    lines = [
        {
            "unit_id": "u1",
            "code": "money",
            "quote": "cheap",
            "coder": "ann",
            "stance": "affirms",
            "memo": "x",
        },
        {
            "unit_id": "u2",
            "code": "trust",
            "quote": "we trust",
            "coder": "ann",
            "stance": "denies",
            "memo": "",
        },
        {"unit_id": "u3", "code": "none", "coder": "ann"},
        {"unit_id": "u1", "code": "trust", "quote": "trusted", "coder": "ben"},
    ]
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    out = tmp_path / "out"
    report = migrate(study_files, [path], out)
    assert rows(out / "labels.csv") == [
        {"unit_id": "u1", "coder": "ann", "savings": "", "grants": "", "faith": "0"},
        {"unit_id": "u2", "coder": "ann", "savings": "0", "grants": "0", "faith": "1"},
        {"unit_id": "u3", "coder": "ann", "savings": "0", "grants": "0", "faith": "0"},
        {"unit_id": "u1", "coder": "ben", "savings": "0", "grants": "0", "faith": "1"},
    ]
    evidence = rows(out / "labels-evidence.csv")
    assert [(r["unit_id"], r["code"], r["quote"], r["stance"]) for r in evidence] == [
        ("u2", "faith", "we trust", "denies"),
        ("u1", "faith", "trusted", ""),
    ]
    assert [(r["by"], r["unit_id"], r["code"], r["change"]) for r in rows(out / "to-read.csv")] == [
        ("ann", "u1", "savings", "split"),
        ("ann", "u1", "grants", "split"),
    ]
    [kept] = rows(out / "kept-evidence.csv")
    assert (kept["code"], kept["quote"], kept["memo"]) == ("money", "cheap", "x")
    about = json.loads((out / "migration.json").read_text("utf-8"))
    assert about["changes"][0] == "money split into savings, grants"
    assert [one["units_to_read"] for one in report.to_dict()["codings"]] == [1, 0]


def test_a_wide_file_keeps_its_other_columns(study_files, write_csv, tmp_path: Path) -> None:
    header = ["id", "money", "trust", "probability", "note"]
    path = write_csv(tmp_path / "wide.csv", header, [["u1", 1, 0, 0.5, "first"], ["u2", 0, "", 0.25, "-"]])
    migrate(study_files, [path], tmp_path / "out")
    assert rows(tmp_path / "out" / "wide.csv") == [
        {"id": "u1", "savings": "", "grants": "", "faith": "0", "probability": "0.5", "note": "first"},
        {"id": "u2", "savings": "0", "grants": "0", "faith": "", "probability": "0.25", "note": "-"},
    ]


def test_there_and_back_through_files_is_the_identity(study_files, write_csv, tmp_path: Path) -> None:
    header = ["unit_id", "money", "trust", "note"]
    table = [["u1", 1, 0, "a"], ["u2", 0, "", "b"], ["u3", "", 1, "c"]]
    path = write_csv(tmp_path / "wide.csv", header, table)
    migrate(study_files, [path], tmp_path / "there")
    migrate(study_files, [tmp_path / "there" / "wide.csv"], tmp_path / "back", back=tmp_path / "there")
    assert rows(tmp_path / "back" / "wide.csv") == rows(path)


def test_files_of_one_name_go_there_and_back(study_files, write_csv, tmp_path: Path) -> None:
    header = ["unit_id", "money", "trust"]
    paths = []
    for folder, table in (("ann", [["u1", 1, 0], ["u2", 0, 1]]), ("ben", [["u1", 0, 1], ["u2", 1, 1]])):
        (tmp_path / folder).mkdir()
        paths.append(write_csv(tmp_path / folder / "labels.csv", header, table))
    there, back = tmp_path / "there", tmp_path / "back"
    migrate(study_files, paths, there)
    report = migrate(study_files, [there / "ann-labels.csv", there / "ben-labels.csv"], back, back=there)
    assert report.notes == []
    assert [rows(back / f"{name}-labels.csv") for name in ("ann", "ben")] == [rows(path) for path in paths]


def test_the_way_back_of_a_file_that_the_record_lacks_is_told(study_files, write_csv, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "wide.csv", ["unit_id", "money", "trust"], [["u1", 1, 0]])
    migrate(study_files, [path], tmp_path / "there")
    moved = (tmp_path / "there" / "wide.csv").rename(tmp_path / "there" / "renamed.csv")
    notes = migrate(study_files, [moved], tmp_path / "back", back=tmp_path / "there").notes
    assert notes[0] == (
        "The record in there holds nothing of renamed; it has wide. Only what the new codes tell went back: "
        "name the file as migrating wrote it."
    )


def test_the_shipped_annotations_go_there_and_back(study_files, tmp_path: Path) -> None:
    book = CORPUS / "codebook.yaml"
    text = book.read_text("utf-8")
    for old, new in (("id: practical_barriers", "id: obstacles"), ("id: pupil_experience", "id: pupils")):
        text = text.replace(old, new)
    new, changes = tmp_path / "v2.yaml", tmp_path / "v2-changes.yaml"
    new.write_text(text, encoding="utf-8")
    changes.write_text(
        "changes: [{rename: practical_barriers, to: obstacles}, {rename: pupil_experience, to: pupils},"
        " {redefine: obstacles, effect: narrowed}]",
        encoding="utf-8",
    )
    codings = [ANNOTATIONS / "coder_1.jsonl"]
    migrate_files(book, new, changes, codings, tmp_path / "there")
    listed = rows(tmp_path / "there" / "to-read.csv")
    lines = [json.loads(line) for line in codings[0].read_text("utf-8").splitlines()]
    assert [row["unit_id"] for row in listed] == [
        line["unit_id"] for line in lines if line["code"] == "practical_barriers"
    ]
    assert {row["code"] for row in listed} == {"obstacles"}
    there = tmp_path / "there" / "coder_1.csv"
    migrate_files(book, new, changes, [there], tmp_path / "back", back=tmp_path / "there")
    [was], [is_] = (
        read_coder_files([path]).datasets for path in (codings[0], tmp_path / "back" / "coder_1.csv")
    )
    pd.testing.assert_frame_equal(is_.decisions[was.codes], was.decisions)


def test_what_was_read_again_fills_the_blanks(study_files, write_csv, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "wide.csv", ["unit_id", "money", "trust"], [["u1", 1, 0], ["u2", 1, 0]])
    again = write_csv(tmp_path / "again.csv", ["unit_id", "savings", "grants"], [["u1", 1, 0]])
    report = migrate(study_files, [path], tmp_path / "out", read_again=[again])
    assert [list(row.values()) for row in rows(tmp_path / "out" / "wide.csv")] == [
        ["u1", "1", "0", "0"],
        ["u2", "", "", "0"],
    ]
    assert "(2 of them were)" in report.notes[0]


def test_agreement_and_accuracy_are_written_for_both_sides(study_files, write_csv, tmp_path: Path) -> None:
    table = {"ann": [1, 0, 1, 0], "ben": [1, 0, 0, 0], "agreed": [1, 0, 1, 0]}
    paths = [
        write_csv(
            tmp_path / f"{name}.csv", ["unit_id", "money", "trust"], [[n, 0, v] for n, v in enumerate(given)]
        )
        for name, given in table.items()
    ]
    migrate(study_files, paths[:2], tmp_path / "out", truth=paths[2])
    sides = rows(tmp_path / "out" / "sides.csv")
    [recall] = [r for r in sides if (r["old_code"], r["measure"], r["coder"]) == ("trust", "recall", "ben")]
    assert (recall["new_code"], recall["before"], recall["after"]) == ("faith", "0.5", "0.5")
    assert {r["measure"] for r in sides} == {"alpha", "share", "precision", "recall", "f1"}


def test_a_coded_folder_comes_out_as_one(study, tiny_model: Path, textmine, tmp_path: Path) -> None:
    folder = tmp_path / "coded"
    done = textmine(
        "code", study.comments, "--model", tiny_model, "--text", "comment", "--id", "id", "--out", folder
    )
    assert done.code == 0, done.error
    said = read_coded(folder)
    first, *others = said.coded.codes
    old = tmp_path / "old.yaml"
    said.coded.codebook.save(old)
    text = (
        old.read_text("utf-8")
        .replace(f"id: {first}\n", "id: renamed\n")
        .replace(f"parent: {first}\n", "parent: renamed\n")
    )
    new, changes = tmp_path / "new.yaml", tmp_path / "changes.yaml"
    new.write_text(text, encoding="utf-8")
    changes.write_text(
        f"changes: [{{rename: {first}, to: renamed}}, {{redefine: {others[0]}, effect: narrowed}}]",
        encoding="utf-8",
    )
    migrate_files(old, new, changes, [folder], tmp_path / "out")
    moved = read_coded(tmp_path / "out" / "coded")
    assert moved.coded.codes == ["renamed", *others]
    was, is_ = said.coded.decisions, moved.coded.decisions
    assert is_["renamed"].equals(was[first].rename("renamed"))
    assert (is_[others[0]].isna() == (was[others[0]].isna() | (was[others[0]] == 1))).all()
    assert list(read_scored_wave(tmp_path / "out" / "coded").scores.columns) == ["renamed", *others[1:]]
    assert moved.provenance["migrated_from"]["sha256"] == said.coded.codebook.sha256
    migrate_files(old, new, changes, [tmp_path / "out" / "coded"], tmp_path / "back", back=tmp_path / "out")
    pd.testing.assert_frame_equal(read_coded(tmp_path / "back" / "coded").coded.decisions, was)


def test_a_draft_of_the_changes_can_be_read_again(study_files, tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    found = compare_codebook_files(study_files["old"], study_files["new"], draft=draft)
    assert found.needs_reading
    assert [change.kind for change in Changes.load(draft).changes] == ["rename", "retire", "add", "add"]


def test_a_folder_without_a_record_leads_nowhere_back(
    study_files, write_csv, textmine, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "wide.csv", ["unit_id", "savings", "grants", "faith"], [["u1", 1, 0, 0]])
    told = textmine(
        *("codebook", "migrate", study_files["old"], study_files["new"], "--changes", study_files["changes"]),
        *("--codings", path, "--out", tmp_path / "out", "--back", tmp_path),
    )
    assert told.code == 1 and "holds no kept.csv" in told.error
    assert not (tmp_path / "out").exists()


def test_the_commands_of_the_page_run_as_they_stand(tmp_path: Path, textmine, monkeypatch) -> None:
    for name in ("corpora", "annotations"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "migration.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    commands = [
        words
        for block in blocks
        for line in block.replace("\\\n", " ").splitlines()
        if (words := shlex.split(line, comments=True))
    ]
    assert len(commands) >= 3
    for words in commands:
        done = textmine(*words[1:])
        assert done.code == 0, (words, done.error)
    assert len(rows(Path("out/version-2/to-read.csv"))) == 2 * 900
    back = rows(Path("out/version-1/coder_1.csv"))
    [was] = read_coder_files([ANNOTATIONS / "coder_1.jsonl"]).datasets
    assert [[row[code] for code in was.codes] for row in back] == was.decisions.astype(int).astype(
        str
    ).to_numpy().tolist()


def test_migrated_wave_has_shares_of_codes_that_no_model_scored(
    textmine, study, tiny_model: Path, write_csv, tmp_path: Path
) -> None:
    wave = write_csv(
        tmp_path / "wave.csv", ["id", "person", "question", "comment"],
        [[row[name] for name in ("id", "person", "question", "comment")] for row in study.rows],
    )  # fmt: skip
    columns = ("--text", "comment", "--id", "id", "--question", "question", "--group", "person")
    assert textmine("code", wave, "--model", tiny_model, *columns, "--out", tmp_path / "coded").code == 0
    old, new, changes = (tmp_path / name for name in ("old.yaml", "new.yaml", "changes.yaml"))
    shutil.copy(tmp_path / "coded" / "codebook.yaml", old)
    told = Codebook.load(old).code("training").definition
    new.write_text(
        f"version: '2'\ncodes: [{{id: courses, definition: {told!r}}}, {{id: rivalry, definition: R.}}]\n",
        encoding="utf-8",
    )
    changes.write_text(
        "changes: [{rename: training, to: courses}, {retire: money}, {add: rivalry}]\n", encoding="utf-8"
    )
    labels = write_csv(
        tmp_path / "read.csv", ["id", "training", "money"],
        [[unit, *given] for unit, given in list(study.truth.items())[::2]],
    )  # fmt: skip
    ran = textmine("codebook", "migrate", old, new, "--changes", changes, "--codings", tmp_path / "coded",
                   "--codings", labels, "--id", "id", "--out", tmp_path / "there")  # fmt: skip
    assert ran.code == 0, ran.err
    ran = textmine("prevalence", tmp_path / "there" / "coded", "--checked", tmp_path / "there" / "read.csv",
                   "--unit", "answer", "--base", "answered", "--json")  # fmt: skip
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    courses, rivalry = found["rows"]
    truth = [given[0] for given in study.truth.values()]
    assert courses["low"] <= sum(truth) / len(truth) <= courses["high"] and courses["naive_count"] > 0
    assert rivalry["estimate"] is None and rivalry["naive"] is None
    assert any("rivalry: no coder looked for it" in note for note in found["notes"])
