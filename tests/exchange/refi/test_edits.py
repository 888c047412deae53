"""What a person did to an exported project in another program comes back with the person's name."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pandas as pd

from textmine.exchange.coded_reader import read_coded
from textmine.exchange.refi.build import BuildOptions, build_project
from textmine.exchange.refi.edits import list_decisions
from textmine.exchange.refi.reading import read_qdpx
from textmine.exchange.refi.relocating import find_units
from textmine.exchange.refi.tables import tabulate_project
from textmine.exchange.refi.writing import write_qdpx
from textmine.reading import Labels

ANN = "77777777-7777-4777-8777-777777777777"
OWN = "88888888-8888-4888-8888-888888888888"


def edit(
    folder: Path, path: Path, change, *, reviewed_only: bool = False, people: Labels | None = None
) -> list[tuple[str, ...]]:
    """Export, change the XML as another program would, read it back and list the decisions."""
    read = read_coded(folder)
    write_qdpx(build_project(read, BuildOptions(reviewed_only=reviewed_only), people=people).project, path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    parts["project.qde"] = change(parts["project.qde"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    project = read_qdpx(path).project
    units = find_units(project, read)
    rows = list_decisions(project, tabulate_project(project, known=read.coded.codebook, units=units), read)
    return list(
        rows[["unit_id", "code", "applies", "change", "quote", "coder"]].itertuples(index=False, name=None)
    )


def add_ann(xml: str) -> str:
    return xml.replace("</Users>", f'<User guid="{ANN}" name="ann"/></Users>')


def give(xml: str, quote: str, code: str) -> str:
    """Ann gives a code to the selection of that name."""
    guid = re.search(rf'<Code guid="([^"]+)" name="{code}"', xml).group(1)
    coding = f'<Coding guid="{OWN}" creatingUser="{ANN}"><CodeRef targetGUID="{guid}"/></Coding>'
    at = re.search(
        rf'<PlainTextSelection [^>]*name="{quote}"[^>]*>(\s*<Description>[^<]*</Description>)?', xml
    )
    return add_ann(xml[: at.end()] + coding + xml[at.end() :])


def test_nothing_changed_is_no_decision(study_folder: Path, tmp_path: Path) -> None:
    assert edit(study_folder, tmp_path / "p.qdpx", lambda xml: xml) == []


def test_codes_left_out_of_the_export_are_not_taken_for_removed(study_folder: Path, tmp_path: Path) -> None:
    assert edit(study_folder, tmp_path / "p.qdpx", lambda xml: xml, reviewed_only=True) == []


def test_code_that_a_person_added_comes_back_with_the_name(study_folder: Path, tmp_path: Path) -> None:
    rows = edit(study_folder, tmp_path / "p.qdpx", lambda xml: give(xml, "Nothing =really", "Training"))
    assert rows == [("02", "training", 1, "added", "Nothing =really", "ann")]


def test_code_that_a_person_gave_too_is_confirmed(study_folder: Path, tmp_path: Path) -> None:
    rows = edit(study_folder, tmp_path / "p.qdpx", lambda xml: give(xml, "saved money", "Money saved"))
    assert rows == [("05", "money", 1, "confirmed", "saved money", "ann")]


def test_code_that_was_taken_away_comes_back_as_no(study_folder: Path, tmp_path: Path) -> None:
    def remove(xml: str) -> str:
        at = xml.index('name="saved money"')
        coding = re.compile(r"<Coding .*?</Coding>", re.DOTALL).search(xml, at)
        return add_ann(xml[: coding.start()] + xml[coding.end() :])

    rows = edit(study_folder, tmp_path / "p.qdpx", remove)
    assert rows == [("05", "money", 0, "removed", "", "ann")]


def test_stretch_that_was_moved_is_told(study_folder: Path, tmp_path: Path) -> None:
    def move(xml: str) -> str:
        found = re.search(r'name="saved money" startPosition="(\d+)" endPosition="(\d+)"', xml)
        start, end = map(int, found.groups())
        longer = f'name="It saved money" startPosition="{start - 3}" endPosition="{end}"'
        return add_ann(xml.replace(found.group(), longer))

    rows = edit(study_folder, tmp_path / "p.qdpx", move)
    assert rows == [("05", "money", 1, "moved", "It saved money", "ann")]


def test_selection_that_names_who_moved_it_is_believed(study_folder: Path, tmp_path: Path) -> None:
    def move(xml: str) -> str:
        found = re.search(r'name="saved money" startPosition="(\d+)" endPosition="(\d+)"', xml)
        start, end = map(int, found.groups())
        other = "99999999-9999-4999-8999-999999999999"
        longer = (
            f'name="It saved money" startPosition="{start - 3}" endPosition="{end}" modifyingUser="{ANN}"'
        )
        users = f'<User guid="{other}" name="bob"/></Users>'
        return add_ann(xml.replace(found.group(), longer)).replace("</Users>", users)

    rows = edit(study_folder, tmp_path / "p.qdpx", move)
    assert rows == [("05", "money", 1, "moved", "It saved money", "ann")]


def test_model_whose_codings_a_program_gave_to_a_person_did_not_become_one(
    study_folder: Path, tmp_path: Path
) -> None:
    def take_over(xml: str) -> str:
        machine = re.search(r'<User guid="([^"]+)" name="textmine [^/]*/>', xml)
        xml = re.sub(r'<Coding guid="[^"]+"', f'<Coding guid="{OWN}"', xml.replace(machine.group(), ""))
        return add_ann(give(xml, "Nothing =really", "Training").replace(machine.group(1), ANN))

    rows = edit(study_folder, tmp_path / "p.qdpx", take_over)
    assert rows == [("02", "training", 1, "added", "Nothing =really", "ann")]


def test_what_people_had_coded_before_the_export_is_no_decision(study_folder: Path, tmp_path: Path) -> None:
    quotes = pd.DataFrame(
        [("02", "training", "really", "ann", ""), ("05", "money", "", "ann", "")],
        columns=["unit_id", "code", "quote", "coder", "stance"],
    )
    people = Labels(pd.DataFrame({"training": [1.0, 0.0], "money": [0.0, 1.0]}, index=["02", "05"]), quotes)
    assert edit(study_folder, tmp_path / "p.qdpx", lambda xml: xml, people=people) == []

    def move(xml: str) -> str:
        found = re.search(r'name="really" startPosition="(\d+)"', xml)
        longer = f'name="=really" startPosition="{int(found.group(1)) - 1}"'
        return xml.replace(found.group(), longer)

    rows = edit(study_folder, tmp_path / "q.qdpx", move, people=people)
    assert rows == [("02", "training", 1, "added", "=really", "ann")]
