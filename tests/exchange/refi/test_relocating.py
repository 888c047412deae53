"""Units are found again where another program dropped textmine's marks, and never guessed at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.exchange.coded_folder import write_coded_folder
from textmine.exchange.coded_reader import read_coded
from textmine.exchange.refi.build import BuildOptions, build_project
from textmine.exchange.refi.dialects import convert_lines
from textmine.exchange.refi.edits import list_decisions
from textmine.exchange.refi.facts import Coding, RefiProject, Selection, Source, User
from textmine.exchange.refi.relocating import find_units
from textmine.exchange.refi.tables import tabulate_project


def forget_marks(source: Source) -> Source:
    """The source as a program hands it back that drops selections without codings, and line ends."""
    lines = convert_lines(source.text or "", "lf")
    assert source.text is not None
    return replace(source, text=lines, selections=tuple(s for s in source.selections if s.codings))


def hand_back(folder: Path, layout: str) -> RefiProject:
    options = BuildOptions(layout=layout)
    project = build_project(read_coded(folder), options).project
    return replace(project, sources=tuple(forget_marks(source) for source in project.sources))


@pytest.mark.parametrize("layout", ["question", "respondent", "unit"])
def test_units_are_found_by_their_words(study_folder: Path, layout: str) -> None:
    project, folder = hand_back(study_folder, layout), read_coded(study_folder)
    found = find_units(project, folder)
    texts = {source.guid: source.text for source in project.sources}
    said = {p.unit: texts[guid][p.start : p.end] for guid, pieces in found.items() for p in pieces}
    wanted = {u: convert_lines(t, "lf") for u, t in folder.coded.texts.items() if t}
    assert said == wanted
    documents = tabulate_project(project, units=found).documents
    assert set(documents["doc_id"]) == set(wanted)


def test_document_that_was_edited_stays_whole(study_folder: Path) -> None:
    project = hand_back(study_folder, "question")
    first, second = project.sources
    edited = replace(project, sources=(replace(first, text="X" + (first.text or "")), second))
    assert set(find_units(edited, read_coded(study_folder))) == {second.guid}


@pytest.mark.parametrize("layout", ["respondent", "unit"])
def test_units_of_the_same_words_are_told_by_their_names(tmp_path: Path, layout: str) -> None:
    ids = ["a1", "A1", "2", "3"]  # two differ in capitals only
    source = pd.DataFrame({"id": ids, "said": ["No", "No", "More money", "No"]})
    index = pd.Index(ids, name="unit_id")
    book = Codebook.from_labels(["money"])
    coded = CodedDataset(pd.DataFrame({"money": [0.0, 0.0, 1.0, 0.0]}, index=index), book, "m")
    columns = {"id": "id", "text": "said", "question": None, "group": None}
    about = {"model": {"id": "m", "sha256": "f"}, "columns": columns, "thresholds": {"money": 0.5}}
    write_coded_folder(coded, source, tmp_path / "coded", provenance=about)
    project, folder = hand_back(tmp_path / "coded", layout), read_coded(tmp_path / "coded")
    project = replace(project, sources=project.sources[::-1])
    names = {source.guid: source.name for source in project.sources}
    found = find_units(project, folder)
    assert {names[guid]: pieces[0].unit for guid, pieces in found.items()} == {i: i for i in ids}
    assert sorted(tabulate_project(project, units=found).documents["doc_id"]) == sorted(ids)

    nameless = tuple(replace(source, name="") for source in project.sources)
    found = find_units(replace(project, sources=nameless), folder)
    assert [pieces[0].unit for pieces in found.values()] == ["2"]  # the others cannot be told apart


def test_coding_of_a_heading_is_not_that_of_the_unit_with_the_documents_name(tmp_path: Path) -> None:
    source = pd.DataFrame({"id": ["1", "2", "3"], "who": ["2", "2", "1"], "said": ["No", "Money", "Yes"]})
    index = pd.Index(source["id"], name="unit_id")
    coded = CodedDataset(
        pd.DataFrame({"money": [0.0, 1.0, 0.0]}, index=index), Codebook.from_labels(["money"]), "m"
    )
    columns = {"id": "id", "text": "said", "question": None, "group": "who"}
    about = {"model": {"id": "m", "sha256": "f"}, "columns": columns, "thresholds": {"money": 0.5}}
    write_coded_folder(coded, source, tmp_path / "coded", provenance=about)
    folder = read_coded(tmp_path / "coded")
    project = build_project(folder, BuildOptions(layout="respondent", question="who")).project
    first = project.sources[0]
    assert first.name == "2" and (first.text or "").startswith("[2]")
    ann = User("77777777-7777-4777-8777-777777777777", "ann")
    coding = Coding("88888888-8888-4888-8888-888888888888", project.codes[0].guid, ann.guid)
    heading = Selection("99999999-9999-4999-8999-999999999999", 0, 3, codings=(coding,))
    coded_heading = replace(first, selections=(heading, *first.selections))
    edited = replace(project, users=(*project.users, ann), sources=(coded_heading, *project.sources[1:]))
    tables = tabulate_project(edited, units=find_units(edited, folder))
    assert tables.units == {"1", "2", "3"}
    assert tables.codings["doc_id"].tolist()[0] == "2 (2)"
    assert list_decisions(edited, tables, folder).empty


def test_columns_named_at_the_export_are_known_from_the_memo(study_folder: Path) -> None:
    folder = read_coded(study_folder)
    project = build_project(folder, BuildOptions(question="age")).project
    project = replace(project, sources=tuple(forget_marks(source) for source in project.sources))
    assert len(find_units(project, folder)) == len(project.sources) == 3
