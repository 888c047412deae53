"""A coded folder as a project: layouts, users, cases, what is left out and what is said of it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.exchange.coded_reader import read_coded
from textmine.exchange.refi.build import BuildOptions, build_project
from textmine.exchange.refi.facts import RefiProject
from textmine.exchange.refi.names import is_machine
from textmine.exchange.refi.tables import tabulate_project
from textmine.exchange.refi.writing import write_qdpx
from textmine.reading import Labels

GIVEN = {
    ("01", "training", "Joint training 😀"),
    ("01", "money", "helped\r\nand it saved money"),
    ("03", "money", "Money"),
    ("05", "money", "saved money"),
}


def build(folder: Path, **options) -> RefiProject:
    return build_project(read_coded(folder), BuildOptions(**options)).project


def said(project: RefiProject) -> set[tuple[str, str, str]]:
    names = {code.guid: code.name for code in project.walk_codes()}
    ids = {"Training": "training", "Money saved": "money"}
    rows = tabulate_project(project).codings
    assert set(rows["code"]) <= set(ids.values()) and set(names.values()) == set(ids)
    return set(rows[["doc_id", "code", "quote"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("layout", ["question", "respondent", "interview", "unit"])
def test_every_layout_holds_every_coding_at_its_words(study_folder: Path, layout: str) -> None:
    project = build(study_folder, layout=layout)
    assert said(project) == GIVEN
    assert project.count_codings() == 4


def test_a_question_is_a_document_with_a_case_a_person(study_folder: Path) -> None:
    project = build(study_folder)
    first, second = project.sources
    assert first.text == "[A]\nJoint training 😀 helped\r\nand it saved money\n\n[B]\nNothing =really\n"
    assert (second.name, second.text) == (
        "What hindered?",
        "[A]\nMoney, money\n\n[C]\nIt saved money for café staff\n",
    )
    whole = {s.guid: s for source in project.sources for s in source.selections}
    held = {case.name: [whole[guid].name for guid in case.selections] for case in project.cases}
    assert held == {
        "A": ["Joint training 😀 helped and it saved money", "Money, money"],
        "B": ["Nothing =really"],
        "C": ["It saved money for café staff"],
    }


def test_a_person_is_a_document_under_the_questions(study_folder: Path) -> None:
    project = build(study_folder, layout="respondent")
    texts = {source.name: source.text for source in project.sources}
    assert texts["C"] == "It saved money for café staff"
    assert texts["A"].startswith("[What helped?]\nJoint") and "\n\n[What hindered?]\nMoney" in texts["A"]
    assert all(len(case.sources) == 1 and not case.selections for case in project.cases)


def test_cases_have_typed_values(study_folder: Path) -> None:
    project = build(study_folder)
    assert [(v.name, v.type) for v in project.variables] == [("age", "Integer")]
    assert {case.name: [v.value for v in case.values] for case in project.cases} == {
        "A": [41],
        "B": [],
        "C": [29],
    }


def test_the_model_is_a_user_of_its_own_and_people_are_others(study_folder: Path) -> None:
    quotes = pd.DataFrame(
        [("02", "training", "really", "ann", ""), ("05", "money", "", "bob", "")],
        columns=["unit_id", "code", "quote", "coder", "stance"],
    )
    frame = pd.DataFrame({"training": [1.0, 0.0], "money": [0.0, 1.0]}, index=["02", "05"])
    built = build_project(read_coded(study_folder), BuildOptions(), people=Labels(frame, quotes))
    users = {user.guid: user.name for user in built.project.users}
    assert [name for name in users.values() if is_machine(name)] == ["textmine tiny 0123456789ab"]
    assert built.project.users[0].id == "sha256:0123456789ab" + "0" * 52
    by = Counter(users[c.user] for s in built.project.sources for _, c in s.all_codings())
    assert by == {"textmine tiny 0123456789ab": 4, "ann": 1, "bob": 1}


def test_import_path_of_qualcoder_keeps_every_coding(study_folder: Path, tmp_path: Path) -> None:
    """Its rules, as its refi.py has them: the owner is the selection's, notes need a time, one of a kind."""
    quotes = pd.DataFrame(
        [("05", "money", "saved money", "ann", ""), ("05", "money", "", "bob", "")],
        columns=["unit_id", "code", "quote", "coder", "stance"],
    )
    frame = pd.DataFrame({"money": [1.0]}, index=["05"])
    built = build_project(read_coded(study_folder), BuildOptions(), people=Labels(frame, quotes))
    write_qdpx(built.project, tmp_path / "p.qdpx")
    with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
        root = ET.fromstring(archive.read("project.qde"))
        texts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    space = "{urn:QDA-XML:project:1.0}"
    kept = set()
    for source in root.iter(f"{space}TextSource"):
        text = texts["sources/" + source.get("plainTextPath").split("internal://")[1]]
        for each in source.findall(f"{space}PlainTextSelection"):
            start, end = int(each.get("startPosition")), int(each.get("endPosition"))
            assert " ".join(text[start:end].split()) == each.get("name")
            for coding in each.findall(f"{space}Coding"):
                code = coding.find(f"{space}CodeRef").get("targetGUID")
                kept.add((code, source.get("guid"), start, end, each.get("creatingUser")))
    assert len(kept) == built.project.count_codings() == 6
    assert all(note.get("creationDateTime") for note in root.iter(f"{space}Note"))
    assert all(user.get("name") for user in root.iter(f"{space}User"))


def test_codes_that_nobody_reviewed_can_be_left_out(study_folder: Path) -> None:
    read = read_coded(study_folder)
    built = build_project(read, BuildOptions(reviewed_only=True))
    assert said(built.project) == {("03", "money", "Money")}
    assert {loss.what: loss.count for loss in built.losses}["the model's codes that nobody reviewed"] == 3
    quotes = pd.DataFrame(columns=["unit_id", "code", "quote", "coder", "stance"])
    read_by = Labels(pd.DataFrame({"training": [0.0]}, index=["01"]), quotes)
    kept = build_project(read, BuildOptions(reviewed_only=True), people=read_by).project
    assert {row for row in said(kept) if row[0] == "01"} == {row for row in GIVEN if row[0] == "01"}


def test_what_does_not_fit_is_counted(study_folder: Path) -> None:
    losses = {
        loss.what: loss.count for loss in build_project(read_coded(study_folder), BuildOptions()).losses
    }
    assert losses == {
        "units without any words": 1,
        "codes that do not apply but are up for review": 1,
        "stances of codings": 4,
        "scores of codings": 4,
    }


def test_codebook_keeps_its_tree_and_its_notes(study_folder: Path) -> None:
    project = build(study_folder)
    (top,) = project.codes
    assert (top.name, top.children[0].name, top.children[0].colour) == ("Training", "Money saved", "#00FF00")
    assert top.description == "Shared skill.\n\nInclude: courses\nExclude: money\nCode id: training"
    back = tabulate_project(project).codebook
    assert back.code("training").include == ("courses",) and back.code("money").parent == "training"


def test_second_export_has_the_same_bytes_and_guids_do_not_hang_on_the_folder(
    study_folder: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        write_qdpx(build(study_folder), tmp_path / f"{name}.qdpx")
    assert (tmp_path / "one.qdpx").read_bytes() == (tmp_path / "two.qdpx").read_bytes()
    moved = study_folder.rename(tmp_path / "elsewhere")
    write_qdpx(build(moved), tmp_path / "three.qdpx")
    assert (tmp_path / "one.qdpx").read_bytes() == (tmp_path / "three.qdpx").read_bytes()


def test_project_of_a_coded_folder_is_valid(study_folder: Path, tmp_path: Path, project_schema) -> None:
    from lxml import etree

    for layout in ("question", "respondent", "unit"):
        write_qdpx(build(study_folder, layout=layout), tmp_path / "p.qdpx")
        with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
            project_schema.assertValid(etree.fromstring(archive.read("project.qde")))


def test_memo_of_the_project_names_the_model_and_no_path(study_folder: Path) -> None:
    (memo,) = build(study_folder).notes
    assert "0123456789ab" in memo.text and str(study_folder.parent) not in memo.text


def test_unknown_column_or_layout_is_refused(study_folder: Path) -> None:
    with pytest.raises(InputError, match="No column 'site'"):
        build(study_folder, attributes=("site",))
    with pytest.raises(InputError, match="question, respondent, interview, unit"):
        build(study_folder, layout="page")


def test_turns_become_an_interview(study_folder: Path) -> None:
    wide = pd.read_csv(study_folder / "coded_wide.csv", dtype=str, keep_default_na=False)
    turns = wide.assign(speaker=["I", "R", "I", "R", "R"], turn=["1", "2", "1", "2", "3"])
    turns.to_csv(study_folder / "coded_wide.csv", index=False, lineterminator="\n")
    project = build(study_folder)
    assert len(project.sources) == 1 and "\n\nR: It saved money" in project.sources[0].text
    assert said(project) == GIVEN
