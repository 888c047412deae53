"""REFI-QDA projects without a person: their stretches of the texts, the codings there, their case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from textmine.exchange.refi.build import UNIT_MARK
from textmine.exchange.refi.facts import Coding, RefiCode, RefiProject, Selection, Source
from textmine.exchange.refi.reading import read_qdc, read_qdpx
from textmine.exchange.refi.writing import write_qdc, write_qdpx
from textmine.withdrawal.person import Person
from textmine.withdrawal.tables import Change

#: Parts of a project that may hold the person's words and cannot be looked into.
SEALED_INSIDE = (
    ".pdf",
    ".docx",
    ".doc",
    ".rtf",
    ".odt",
    ".html",
    ".htm",
    ".zip",
    ".mp3",
    ".m4a",
    ".wav",
    ".mp4",
)


def edit_project(path: Path, person: Person, target: Path) -> Change | None:
    """Write a .qdpx or .qdc without what is the person's; None where it cannot be written whole again.

    Units are found by textmine's marks, else by the person's words; a project with pictures, sound or
    film of another program is not touched, nor one with files that cannot be looked into (``SEALED_INSIDE``).
    """
    if path.suffix.lower() == ".qdc":
        book = read_qdc(path)
        codes, change = _clean_codes(book.project.codes, person)
        if change:
            write_qdc(replace(book.project, codes=codes), target)
        return change
    read = read_qdpx(path)
    project, change = _cut(read.project, person, path.parent)
    if not change:
        return None if _holds_other_files(path) else Change()
    if read.losses:
        return None
    write_qdpx(project, target, dialect=read.dialect)
    return change


def _holds_other_files(path: Path) -> bool:
    """Whether a project holds files that cannot be looked into, such as pdf and formatted texts."""
    with ZipFile(path) as held:
        ends = {PurePosixPath(name.replace("\\", "/")).suffix.lower() for name in held.namelist()}
    return bool(ends & set(SEALED_INSIDE))


def _cut(project: RefiProject, person: Person, folder: Path) -> tuple[RefiProject, Change]:
    change = Change()
    mine = [case for case in project.cases if case.name in person.ids]
    whole = {guid for case in mine for guid in case.sources}
    held = {guid for case in mine for guid in case.selections}
    cases = tuple(case for case in project.cases if case.name not in person.ids)
    shared = {guid for case in cases for guid in case.sources}
    change += Change(rows=len(mine))
    sources = []
    for source in project.sources:
        theirs = source.guid in whole - shared or source.name in person.ids
        if theirs or person.owns(source.name, folder):
            change += Change(rows=1)
            continue
        fresh, did = _cut_source(source, person, folder, held)
        sources.append(fresh)
        change += did
    codes, did = _clean_codes(project.codes, person)
    change += did
    notes = []
    for note in project.notes:
        text = person.clean(note.text or "")
        change += Change(places=int(text != (note.text or "")))
        notes.append(note if note.text is None else replace(note, text=text))
    made = replace(project, cases=cases, sources=tuple(sources), codes=codes, notes=tuple(notes))
    return _drop_refs(made, project), change


def _cut_source(source: Source, person: Person, folder: Path, held: set[str]) -> tuple[Source, Change]:
    text = source.text or ""
    regions = []
    for selection in source.selections:
        marked = selection.description.startswith(UNIT_MARK)
        unit = selection.description.removeprefix(UNIT_MARK).strip() if marked else ""
        if selection.start >= 0 and ((marked and person.owns(unit, folder)) or selection.guid in held):
            regions.append((_with_heading(text, selection.start, person), selection.end))
    regions += [found for said in person.texts for found in _find_all(said, text)]
    regions += person.words.find(text)
    regions = _merge([(start, end) for start, end in regions if start < end])
    kept = [s for s in source.selections if not any(a <= s.start and s.end <= b for a, b in regions)]
    gone = len(source.selections) - len(kept)
    fresh = replace(
        source,
        text=None if source.text is None else _without(text, regions),
        selections=tuple(_shift(s, text, regions, person) for s in kept),
        description=person.clean(source.description),
        codings=tuple(_clean_coding(c, person) for c in source.codings),
    )
    return fresh, Change(rows=len(regions) + gone, places=int(not regions and fresh != source))


def _with_heading(text: str, start: int, person: Person) -> int:
    """Where the unit begins, the line before it included that names its writer."""
    before = text[:start].rstrip("\r\n")
    line = before.rpartition("\n")[2]
    return len(before) - len(line) if line.strip().strip("[]") in person.ids else start


def _find_all(said: str, text: str) -> list[tuple[int, int]]:
    if len(said.split()) < 3:  # too short to be told from anybody's
        return []
    found = []
    for form in {said, said.replace("\r\n", "\n"), said.replace("\n", "\r\n")}:
        place = text.find(form)
        while place >= 0:
            found.append((place, place + len(form)))
            place = text.find(form, place + 1)
    return found


def _merge(regions: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(regions):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without(text: str, regions: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(regions):
        text = text[:start] + text[end:]
    return text


def _shift(selection: Selection, text: str, regions: Sequence[tuple[int, int]], person: Person) -> Selection:
    """The selection where its stretch stands now; what of it is the person's is cut off."""
    name = person.clean(selection.name)
    notes = tuple(selection.notes)
    codings = tuple(_clean_coding(c, person) for c in selection.codings)
    description = selection.description
    if not description.startswith(UNIT_MARK):
        description = person.clean(description)
    fresh = replace(selection, name=name, notes=notes, codings=codings, description=description)
    if selection.start < 0:
        return fresh

    def moved(place: int) -> int:
        return place - sum(min(end, place) - start for start, end in regions if start < place)

    return replace(fresh, start=moved(selection.start), end=moved(selection.end))


def _clean_coding(coding: Coding, person: Person) -> Coding:
    return replace(coding, where=person.clean(coding.where))


def _clean_codes(codes: Sequence[RefiCode], person: Person) -> tuple[tuple[RefiCode, ...], Change]:
    """Codes whose descriptions (examples among them) quote nobody withdrawn."""
    made, change = [], Change()
    for code in codes:
        children, did = _clean_codes(code.children, person)
        text = person.words.clean(code.description)
        change += did + Change(places=int(text != code.description))
        made.append(replace(code, description=text, children=children))
    return tuple(made), change


def _drop_refs(project: RefiProject, before: RefiProject) -> RefiProject:
    """The project without references to what is gone."""
    left = {s.guid for s in project.sources} | {x.guid for s in project.sources for x in s.selections}
    had = {s.guid for s in before.sources} | {x.guid for s in before.sources for x in s.selections}
    gone = had - left | {c.guid for c in before.cases} - {c.guid for c in project.cases}

    def keep(guids: Sequence[str]) -> tuple[str, ...]:
        return tuple(guid for guid in guids if guid not in gone)

    cases = tuple(
        replace(case, sources=keep(case.sources), selections=keep(case.selections)) for case in project.cases
    )
    sets = tuple(replace(each, sources=keep(each.sources)) for each in project.sets)
    links = tuple(x for x in project.links if x.origin not in gone and x.target not in gone)
    return replace(project, cases=cases, sets=sets, links=links)
