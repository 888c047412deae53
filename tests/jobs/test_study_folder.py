"""A study folder's README, codebook and sampling plan: what they say holds, and their commands run."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from textmine.annotations import Project
from textmine.annotations.keeping import keep_annotations
from textmine.codebook import Codebook
from textmine.errors import InputError
from textmine.jobs.study_folder import tell_half_width

COLUMNS = ("--text", "comment", "--id", "id", "--question", "question", "--group", "person")
TEAM = ("--annotator", "ann", "--annotator", "ben", "--owner", "olu")


@pytest.fixture
def init(textmine, tmp_path: Path):
    def run(*arguments: object):
        ran = textmine("init", tmp_path / "made", *arguments)
        assert ran.code == 0, ran.err
        return tmp_path / "made"

    return run


def find_commands(page: Path) -> list[list[str]]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_folder_without_texts_has_what_comes_first(init) -> None:
    made = init()
    assert {path.name for path in made.iterdir()} >= {"raw", "corpora", "annotations", "models", "notebooks"}
    assert Codebook.load(made / "codebook.yaml").check() == []
    assert [words[1] for words in find_commands(made / "README.md")][-2:] == ["codebook", "init"]
    assert not (made / "project.yaml").exists()
    assert "raw/" in (made / ".gitignore").read_text("utf-8").split()


def test_folder_without_texts_is_filled_later_and_keeps_the_codebook(init, study) -> None:
    made = init()
    own = "# ours\n" + study.codebook.read_text("utf-8")
    (made / "codebook.yaml").write_text(own, "utf-8")
    init("--input", study.comments, *COLUMNS, *TEAM)
    assert (made / "codebook.yaml").read_text("utf-8") == own
    assert Project.load(made).codebook.ids == ["training", "money"]
    assert ["textmine", "annotate", "."] in find_commands(made / "README.md")


def test_readme_of_ones_own_is_left_alone(init, study) -> None:
    made = init()
    (made / "README.md").write_text("Our study.\n", "utf-8")
    init("--input", study.comments, *COLUMNS, *TEAM)
    assert (made / "README.md").read_text("utf-8") == "Our study.\n"
    assert ["textmine", "annotate", "."] in find_commands(made / "COMMANDS.md")


def test_what_is_there_already_is_left_alone(init) -> None:
    made = init()
    (made / "codebook.yaml").write_text("mine", "utf-8")
    init()
    assert (made / "codebook.yaml").read_text("utf-8") == "mine"


def test_people_without_texts_are_told_so(textmine, tmp_path: Path) -> None:
    assert "--input" in textmine("init", tmp_path / "made", *TEAM).error


def test_sampling_plan_lists_the_sample_that_is_read(init, study) -> None:
    made = init("--input", study.comments, *COLUMNS, *TEAM, "--sample", "24", "--calibration", "4")
    drawn = pd.read_csv(made / "sampling-plan.csv", dtype={"unit_id": str})
    with Project.load(made).open_store() as store:
        tasks = store.tasks()
    assert set(drawn["unit_id"]) == set(tasks["unit_id"]) and drawn["probability"].eq(24 / 72).all()
    told = (made / "sampling-plan.md").read_text("utf-8")
    assert "Of 72 texts people read 24" in told and "0.3333" in told
    for name, group in tasks.groupby("annotator"):
        assert f"| {name} | {len(group)} |" in told


def test_sampling_plan_keeps_the_probability_of_what_is_read_twice(init, study) -> None:
    made = init("--input", study.comments, *COLUMNS, *TEAM, "--sample", "40", "--rereads", "0.3")
    listed = pd.read_csv(made / "sampling-plan.csv", dtype={"unit_id": str})
    assert len(listed) == 40 and (listed["probability"].round(6) == round(40 / 72, 6)).all()


def test_review_pile_has_no_sample_to_count_by(
    init, textmine, study, tiny_model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "coded"
    assert textmine("code", study.comments, *COLUMNS, "--model", tiny_model, "--out", out).code == 0
    made = init("--from", out, "--codebook", study.codebook, *TEAM)
    assert "No random sample" in (made / "sampling-plan.md").read_text("utf-8")
    assert not (made / "sampling-plan.csv").exists()


def test_reflexive_study_is_given_no_commands_that_count(init, study) -> None:
    made = init("--input", study.comments, *COLUMNS, *TEAM, "--approach", "reflexive")
    assert [words[1] for words in find_commands(made / "README.md")] == ["codebook", "annotate"]


def test_interval_of_a_sample_of_all_has_no_width() -> None:
    assert tell_half_width(0.3, 50, 50) == 0
    with pytest.raises(InputError, match="sample of 60"):
        tell_half_width(0.3, 60, 50)


def test_first_commands_run_in_the_order_of_the_readme(init, study, textmine, monkeypatch) -> None:
    made = init()
    monkeypatch.chdir(made)
    (made / "raw" / "export.csv").write_bytes(study.comments.read_bytes())
    commands = find_commands(made / "README.md")
    assert [words[1] for words in commands] == ["read", "clean", "redact", "codebook", "init"]
    for words in commands:
        ran = textmine(*words[1:])
        assert ran.code == 0, f"{shlex.join(words)}\n{ran.err}"
    assert len(Project.load(made).units) == 72


@pytest.mark.slow
def test_commands_run_in_the_order_of_the_readme(init, study, textmine, monkeypatch, tmp_path: Path) -> None:
    """A new user's way: the commands of the page, and in place of reading what ann and ben would decide."""
    made = init("--input", study.comments, *COLUMNS, "--codebook", study.codebook, *TEAM, "--overlap", "0.5")
    monkeypatch.chdir(made)
    commands = find_commands(made / "README.md")
    assert {words[1] for words in commands} >= {"agree", "train", "certify", "prevalence", "topics", "export"}
    for words in commands:
        if words[1] == "annotate":
            decide(study, Project.load(made))
            continue
        ran = textmine(*words[1:])
        assert ran.code == 0, f"{shlex.join(words)}\n{ran.err}"
    shares = pd.read_csv("out/certified/prevalence.csv")
    assert shares["n_read"].eq(36).all() and shares["n_coded"].eq(36).all()
    for row in shares.itertuples():
        place = ("training", "money").index(row.code)
        given = [study.truth[r["id"]][place] for r in study.rows if r["question"] == row.question]
        assert row.estimate == pytest.approx(sum(given) / 36)  # all were read, so it is a count
    assert json.loads(Path("out/certified/provenance.json").read_text("utf-8"))["columns"]["id"] == "doc_id"


def decide(study, project: Project) -> None:
    with project.open_store() as store:
        for task in store.list_tasks():
            codes = [
                c for c, given in zip(("training", "money"), study.truth[task.unit_id], strict=True) if given
            ]
            store.decide(task.unit_id, task.annotator, codes)
        keep_annotations(project, store)
