"""Units are found again where another program dropped textmine's marks, and never guessed at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from textmine.exchange.coded_reader import read_coded
from textmine.exchange.refi.build import BuildOptions, build_project
from textmine.exchange.refi.dialects import convert_lines
from textmine.exchange.refi.facts import RefiProject, Source
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


def test_columns_named_at_the_export_are_known_from_the_memo(study_folder: Path) -> None:
    folder = read_coded(study_folder)
    project = build_project(folder, BuildOptions(question="age")).project
    project = replace(project, sources=tuple(forget_marks(source) for source in project.sources))
    assert len(find_units(project, folder)) == len(project.sources) == 3
