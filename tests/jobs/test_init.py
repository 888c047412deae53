"""`textmine init`: a study folder from texts, or from the review pile of a coded folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from textmine.annotations import Project
from textmine.jobs.code import code_files
from textmine.jobs.labelled import ColumnNames

COLUMNS = ("--text", "comment", "--id", "id", "--question", "question", "--group", "person")
TEAM = ("--annotator", "ann", "--annotator", "ben", "--owner", "olu")


@pytest.fixture
def init(textmine, study, tmp_path: Path):
    def run(*arguments: object, out: str = "made"):
        return textmine("init", tmp_path / out, *arguments)

    return run


@pytest.fixture(scope="module")
def coded(study, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("coded") / "out"
    columns = ColumnNames("comment", "id", "question", "person")
    code_files([study.comments], tiny_model, out, columns=columns)
    return out


def test_study_folder_from_a_survey(init, study, tmp_path: Path) -> None:
    ran = init("--input", study.comments, *COLUMNS, "--codebook", study.codebook, *TEAM)
    assert ran.code == 0, ran.err
    project = Project.load(tmp_path / "made")
    assert len(project.units) == 72 and project.codebook.ids == ["training", "money"]
    assert project.document("000").question == "q0" and project.document("000").group == "p00"
    with project.open_store() as store:
        plan = store.tasks()
        assert set(plan["annotator"]) == {"ann", "ben"} and plan["probability"].eq(1.0).all()
        assert len(plan) == 72 + 7  # a tenth read by two
        assert [person.role for person in store.annotators()] == ["annotator", "annotator", "owner"]


def test_tokens_are_shown_once_and_work(init, study, tmp_path: Path) -> None:
    ran = init("--input", study.comments, *COLUMNS, *TEAM, "--json")
    told = json.loads(ran.out)
    with Project.load(tmp_path / "made").open_store() as store:
        for person in told["people"]:
            found = store.who(person["token"])
            assert found is not None and found.name == person["name"]
    files = [path for path in (tmp_path / "made").rglob("*") if path.is_file()]
    assert all(p["token"].encode() not in f.read_bytes() for p in told["people"] for f in files)


def test_review_pile_of_a_coded_folder(init, coded: Path, study, tmp_path: Path) -> None:
    ran = init("--from", coded, "--codebook", study.codebook, "--sample", "12", *TEAM, "--json")
    assert ran.code == 0, ran.err
    project = Project.load(tmp_path / "made")
    assert len(project.corpus) == 72 and not set(project.corpus.attributes) & {"training", "money"}
    with project.open_store() as store:
        plan = store.tasks().drop_duplicates("unit_id")
    drawn = plan[plan["role"] == "audit"]
    assert len(drawn) == 12 and drawn["probability"].eq(12 / 72).all()
    pile = plan[plan["role"] == "review"]
    assert pile["probability"].isna().all()
    suggested = project.suggestions()
    review = set(suggested.loc[suggested["band"] == "review", "unit_id"])
    assert review <= set(plan["unit_id"]) and set(pile["unit_id"]) <= review
    assert json.loads(ran.out)["review"] == len(review)


def test_reflexive_project_shares_nothing_for_agreement(init, study, tmp_path: Path) -> None:
    assert init("--input", study.comments, *COLUMNS, *TEAM, "--approach", "reflexive").code == 0
    with Project.load(tmp_path / "made").open_store() as store:
        assert len(store.tasks()) == 72 and store.approach == "reflexive"


def test_same_seed_gives_the_same_plan(init, study, tmp_path: Path) -> None:
    plans = []
    for out in ("one", "two"):
        init("--input", study.comments, *COLUMNS, *TEAM, "--sample", "0.5", "--seed", "3", out=out)
        with Project.load(tmp_path / out).open_store() as store:
            plans.append(store.list_tasks())
    assert plans[0] == plans[1] and {task.probability for task in plans[0]} == {0.5}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--input", "x.csv", "--from", "nowhere"), "give one"),
        (("--annotator", "ann"), "--input"),
        (("--input", "nowhere.csv"), "nowhere.csv"),
        (("--from", "nowhere"), "provenance.json"),
        (("--approach", "guess", "--input", "x.csv"), "approach"),
        (("--input", "x.csv", "--annotator", "ann", "--owner", "ann"), "one role"),
        (("--input", "x.csv", "--sample", "0"), "sample"),
        (("--input", "x.csv", "--name", "../x"), "name"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    init, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    assert told in init(*arguments).error
    assert not (tmp_path / "made" / "project.yaml").exists()


def test_folder_that_holds_a_project_is_left_alone(init, study, tmp_path: Path) -> None:
    init("--input", study.comments, *COLUMNS)
    before = (tmp_path / "made" / "project.yaml").read_bytes()
    assert "holds a project already" in init("--input", study.comments, *COLUMNS).error
    assert (tmp_path / "made" / "project.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--annotator", "ann", "--annotator", "Siân"), "'sian' can"),
        (("--annotator", "ann", "--calibration", "500"), "calibration set of 500"),
        (("--annotator", "ann", "--overlap", "2"), "overlap"),
        (("--annotator", "ann", "--database", "postgresql://127.0.0.1:1/none?connect_timeout=1"), ""),
    ],
)
def test_what_cannot_be_leaves_no_project_and_can_be_mended(
    init, study, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    assert told in init("--input", study.comments, *COLUMNS, *arguments).error
    assert not (tmp_path / "made" / "project.yaml").exists()
    ran = init("--input", study.comments, *COLUMNS, "--annotator", "ann", "--annotator", "sian", "--json")
    assert [person["name"] for person in json.loads(ran.out)["people"]] == ["ann", "sian"]


def test_rows_that_nobody_reads_are_counted(init, tmp_path: Path) -> None:
    source = tmp_path / "wave.csv"
    source.write_text("id,comment\n007,Parcio\n008,\n009,  \n007,eto\n", encoding="utf-8")
    ran = init("--input", source, "--text", "comment", "--id", "id", "--annotator", "ann")
    assert "row 4 of wave.csv" in ran.out and "2 blank text(s)" in ran.out


@pytest.mark.parametrize(
    ("folder", "name"),
    [("Staff Survey 2026!", "staff-survey-2026"), ("ŵyl & te", "wyl-te"), ("調査", "study")],
)
def test_folder_of_any_name_becomes_a_study(init, tmp_path: Path, folder: str, name: str) -> None:
    ran = init(out=folder)
    assert ran.code == 0, ran.err
    readme = (tmp_path / folder / "README.md").read_text("utf-8")
    assert readme.startswith(f"# {name}\n")
