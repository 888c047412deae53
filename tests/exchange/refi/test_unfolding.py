"""An imported project as a folder, edited there, and back to a project."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from textmine.codebook import Codebook
from textmine.errors import InputError
from textmine.exchange.refi.beside import keep_beside, put_back
from textmine.exchange.refi.facts import RefiProject
from textmine.exchange.refi.folder import write_import
from textmine.exchange.refi.reading import read_qdpx
from textmine.exchange.refi.tables import tabulate_project
from textmine.exchange.refi.unfolding import is_import, read_import
from textmine.exchange.refi.writing import write_qdpx


@pytest.fixture
def imported(project: RefiProject, tmp_path: Path) -> Path:
    write_qdpx(project, tmp_path / "p.qdpx")
    read = read_qdpx(tmp_path / "p.qdpx")
    write_import(read, tabulate_project(read.project), tmp_path / "in")
    return tmp_path / "in"


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "codings.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def documents(folder: Path) -> dict[str, dict[str, str]]:
    lines = (folder / "documents.jsonl").read_text(encoding="utf-8").split("\n")
    return {row["doc_id"]: row for row in map(json.loads, filter(None, lines))}


def test_tables_hold_every_coding_with_its_words_and_author(imported: Path) -> None:
    found, texts = rows(imported), documents(imported)
    assert list(found[0])[:6] == ["doc_id", "code", "start", "end", "quote", "coder"]
    assert len(found) == 11 and {row["source"] for row in found} == {"human", "model"}
    for row in found:
        start, end = int(row["start"]), int(row["end"])
        assert row["quote"] == (texts[row["doc_id"]]["text"][start:end] if start >= 0 else "")
    assert {row["coder"] for row in found if row["source"] == "human"} == {"ann", "unknown"}


def test_codebook_holds_every_code_and_loads(imported: Path) -> None:
    book = Codebook.load(imported / "codebook.yaml")
    assert [(code.id, code.parent) for code in book.codes] == [
        ("waiting", None),
        ("long_waits", "waiting"),
        ("phone", "long_waits"),
        ("a_folder", None),
    ]
    assert book.code("waiting").colour == "#FF0010"


def test_variables_of_a_case_stand_beside_its_document(imported: Path) -> None:
    row = documents(imported)["A day"]
    assert (row["case"], row["Boolean"], row["Integer"], row["Float"]) == ("R1", "true", "-5", "1.50")
    assert (row["Date"], row["DateTime"]) == ("2026-01-02", "2026-01-02T03:04:05+00:00")


def test_project_comes_back_whole(project: RefiProject, imported: Path) -> None:
    assert is_import(imported)
    back = read_import(imported)
    for part in ("users", "variables", "links", "sets", "description", "about", "cases", "notes"):
        assert set(getattr(project, part)) <= set(getattr(back, part)), part
    assert back.count_codes() == 4 and back.count_codings() == 11
    assert [s.text for s in back.sources] == [s.text for s in project.sources]
    placed = [{(s.guid, s.start, s.end) for s in source.selections} for source in back.sources]
    assert placed == [{(s.guid, s.start, s.end) for s in source.selections} for source in project.sources]


def test_memos_and_who_changed_what_come_back_too(project: RefiProject, imported: Path) -> None:
    back = read_import(imported)
    assert back.codes == project.codes  # colours, descriptions, memos, folders: as they were

    def facts(one: RefiProject) -> dict[str, tuple[object, ...]]:
        return {
            s.guid: (s.description, s.notes, s.user, s.created, s.modified_by, s.modified)
            for source in one.sources
            for s in source.selections
        }

    def noted(one: RefiProject) -> dict[str, tuple[str, ...]]:
        return {c.guid: c.notes for source in one.sources for _, c in source.all_codings()}

    assert facts(back) == facts(project) and noted(back) == noted(project)
    stamps = [(s.modified_by, s.modified) for s in (*back.sources, back)]
    assert stamps == [(s.modified_by, s.modified) for s in (*project.sources, project)]


def test_stretch_that_was_changed_since_loses_its_old_name(project: RefiProject) -> None:
    first = project.sources[0]
    named = replace(first, selections=(replace(first.selections[0], name="my own name"),))
    beside = keep_beside(replace(project, sources=(named,)))
    bare = replace(first.selections[0], name="", description="")
    for end, name in ((bare.end, "my own name"), (bare.end - 2, "")):
        source = replace(first, selections=(replace(bare, end=end),))
        (found,) = put_back(replace(project, sources=(source,)), beside).sources[0].selections
        assert (found.name, found.description) == (name, "look at this")


def test_coding_added_to_the_table_is_in_the_project(imported: Path) -> None:
    with (imported / "codings.csv").open("a", encoding="utf-8") as handle:
        handle.write("A day,phone,0,5,Waits,cem,human,,,,,\n")
    back = read_import(imported)
    assert back.count_codings() == 12 and "cem" in {user.name for user in back.users}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("gone,phone,0,5,,cem,,,,,,", "doc_id that documents.jsonl lacks"),
        ("A day,gone,0,5,,cem,,,,,,", "code that codebook.yaml lacks"),
        ("A day,phone,0,5000,,cem,,,,,,", "beyond its text"),
        ("A day,phone,one,5,,cem,,,,,,", "no whole number"),
    ],
)
def test_broken_row_is_refused_with_its_place(imported: Path, row: str, said: str) -> None:
    with (imported / "codings.csv").open("a", encoding="utf-8") as handle:
        handle.write(row + "\n")
    with pytest.raises(InputError, match=said):
        read_import(imported)


def test_names_that_siblings_share_get_numbers_and_keep_their_spelling(make_zip, tmp_path: Path) -> None:
    codes = "".join(f'<Code guid="{n}0000000-0000-4000-8000-000000000000" name="Pay"/>' for n in range(3))
    body = f'<Project name="P"><CodeBook><Codes>{codes}</Codes></CodeBook></Project>'
    read = read_qdpx(make_zip({"project.qde": body}))
    tables = tabulate_project(read.project)
    assert [c.name for c in tables.codebook.codes] == ["Pay", "Pay (2)", "Pay (3)"]
    assert tables.codebook.ids == ["pay", "pay_2", "pay_3"] and not tables.codebook.check()
    write_import(read, tables, tmp_path / "in")
    assert [code.name for code in read_import(tmp_path / "in").walk_codes()] == ["Pay"] * 3


def test_empty_project_goes_through(make_zip, tmp_path: Path) -> None:
    read = read_qdpx(make_zip({"project.qde": '<Project name="P"/>'}))
    paths = write_import(read, tabulate_project(read.project), tmp_path / "in")
    assert all(path.is_file() for path in paths)
