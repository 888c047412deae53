"""A project as tables: documents, codings with their author; units come apart as they went out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from textmine.codebook import Codebook
from textmine.exchange.refi.build import UNIT_MARK
from textmine.exchange.refi.codebooks import read_refi_codes
from textmine.exchange.refi.facts import Case, Coding, Loss, RefiProject, Selection, Source, VariableValue
from textmine.exchange.refi.layouts import Piece
from textmine.exchange.refi.names import is_machine, make_guid, number_apart

#: Columns of codings.csv; the first six are the contract.
CODING_COLUMNS = [
    "doc_id",
    "code",
    "start",
    "end",
    "quote",
    "coder",
    "source",
    "created",
    "where",
    "memo",
    "guid",
    "selection",
]
DOCUMENT_COLUMNS = ["doc_id", "text", "name", "document", "kind", "guid", "case"]


@dataclass(frozen=True, eq=False)
class ProjectTables:
    """A project as tables.

    ``documents`` has a row a text (``doc_id, text, name, document,
    kind, guid, case``, then variables); ``document`` is what it stood in. ``codings`` has
    a row for each coding; ``source`` is 'human' or 'model', start and end are code points into the document's
    text, end exclusive, -1 where the coding is of the whole document or has no place. ``units`` are the
    documents (``doc_id``) that are units of a coded folder; another may have the name of one.
    """

    documents: pd.DataFrame
    codings: pd.DataFrame
    codebook: Codebook
    losses: tuple[Loss, ...] = field(default=())
    units: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True)
class _Stretch:
    """A document: a whole source, or the part of one that a selection (``unit``) marks as a unit."""

    doc_id: str
    source: Source
    start: int
    end: int
    guid: str
    unit: str = ""


def tabulate_project(
    project: RefiProject,
    *,
    known: Codebook | None = None,
    units: Mapping[str, Sequence[Piece]] | None = None,
) -> ProjectTables:
    """The tables of a project; texts that textmine wrote in one document come apart into their units.

    ``known`` is the codebook whose ids the codes get back, ``units`` where units stand in sources (by guid)
    that no longer say so. Each coding is a row; one that a person drew
    across two units is a row in each (and counted in ``losses``).
    """
    read = read_refi_codes(project.codes, id=_plain_id(project.name), known=known, title=project.name)
    stretches = list(_find_stretches(project, units or {}))
    coders = name_coders(project)
    memos = {note.guid: note.text or "" for note in project.notes}
    held: dict[str, list[_Stretch]] = {}
    for stretch in stretches:
        held.setdefault(stretch.source.guid, []).append(stretch)
    parts = {guid: _Parts(found) for guid, found in held.items()}
    rows, split = [], 0
    for source in _documents(project):
        for selection, coding in source.all_codings():
            found = parts[source.guid].place(selection)
            split += len(found) - 1
            for stretch, start, end in found:
                words = (source.text or "")[stretch.start + start : stretch.start + end] if start >= 0 else ""
                rows.append(
                    {
                        "doc_id": stretch.doc_id,
                        "code": read.ids[coding.code],
                        "start": start,
                        "end": end,
                        "quote": words or (selection.name if selection and start < 0 else ""),
                        **_tell(coding, selection, coders, memos),
                    }
                )
    losses = list(read.losses)
    if split:
        losses.append(Loss("codings across several units", split, "a row in each unit"))
    codings = pd.DataFrame(rows, columns=CODING_COLUMNS)
    documents = _tabulate_documents(project, stretches)
    found_units = frozenset(stretch.doc_id for stretch in stretches if stretch.unit)
    return ProjectTables(documents, codings, read.codebook, tuple(losses), found_units)


def name_coders(project: RefiProject) -> dict[str, str]:
    """What each user (guid) is called: by name, else id, else guid; equal names get numbers."""
    taken: set[str] = set()
    return {
        user.guid: number_apart(user.name.strip() or user.id.strip() or user.guid, taken, exact=True)
        for user in project.users
    }


def _documents(project: RefiProject) -> list[Source]:
    """The sources, and the memos that carry codings."""
    return [*project.sources, *(note for note in project.notes if any(note.all_codings()))]


def _find_stretches(project: RefiProject, known: Mapping[str, Sequence[Piece]]) -> Iterator[_Stretch]:
    """Each unit that textmine marked in a source, in order; then the source if anything lies outside.

    Units have the first right to their names: a respondent may be called like somebody else's text.
    """
    taken: set[str] = set()
    sources = _documents(project)
    units = [
        [
            _Stretch(
                number_apart(unit, taken, exact=True), source, start, end, make_guid("document", mark), mark
            )
            for start, end, unit, mark in sorted(_find_units(source, known.get(source.guid, ())))
        ]
        for source in sources
    ]
    for source, parts in zip(sources, units, strict=True):
        yield from parts
        held = _Parts(parts)
        stray = any(selection is None or not held.find(selection) for selection, _ in source.all_codings())
        if not parts or stray:
            name = number_apart(source.name.strip() or source.guid, taken, exact=True)
            yield _Stretch(name, source, 0, len(source.text or ""), source.guid)


def _find_units(source: Source, known: Sequence[Piece]) -> list[tuple[int, int, str, str]]:
    """The units in a source: start, end, id, and the guid of the selection that marks it or one made up."""
    marked = [
        (s.start, s.end, s.description[len(UNIT_MARK) :].strip(), s.guid)
        for s in source.selections
        if s.description.startswith(UNIT_MARK) and s.start >= 0
    ]
    if marked:
        return marked
    return [(p.start, p.end, p.unit, make_guid("unit", source.guid, p.unit)) for p in known]


class _Parts:
    """The documents that a source came apart into: units in order, and last the source itself if need be."""

    def __init__(self, parts: list[_Stretch]) -> None:
        self.whole = parts[-1] if parts and not parts[-1].unit else None
        self._units = [part for part in parts if part.unit]
        self._ends = [part.end for part in self._units]

    def find(self, selection: Selection) -> list[_Stretch]:
        """The units that a selection lies in or touches; none where it lies outside of all."""
        if selection.start < 0:
            return []
        found = []
        empty = selection.start == selection.end
        for part in self._units[bisect_left(self._ends, selection.start) :]:
            if part.start > selection.end or (part.start == selection.end and not empty):
                break
            if empty or selection.start < part.end:
                found.append(part)
        return found[:1] if empty else found

    def place(self, selection: Selection | None) -> list[tuple[_Stretch, int, int]]:
        """The documents that a coding is in, with its place in each."""
        parts = [] if selection is None else self.find(selection)
        if selection is None or not parts:
            if self.whole is None:
                raise AssertionError("a coding outside of all units has the source as its document")
            placed = selection is not None and selection.start >= 0
            return (
                [(self.whole, selection.start, selection.end)]
                if selection and placed
                else [(self.whole, -1, -1)]
            )
        return [
            (part, max(selection.start, part.start) - part.start, min(selection.end, part.end) - part.start)
            for part in parts
        ]


def _tell(
    coding: Coding, selection: Selection | None, coders: dict[str, str], memos: dict[str, str]
) -> dict[str, str]:
    """Who gave a code, when, and what was noted beside it."""
    user = coding.user or (selection.user if selection else "")
    coder = coders.get(user, "unknown")
    about = [*coding.notes, *(selection.notes if selection else ())]
    noted = [memos[guid] for guid in about if memos.get(guid)]
    if selection and selection.description and not selection.description.startswith(UNIT_MARK):
        noted.append(selection.description)
    return {
        "coder": coder,
        "source": "model" if is_machine(coder) else "human",
        "created": coding.created or (selection.created if selection else ""),
        "where": coding.where,
        "memo": "\n\n".join(noted),
        "guid": coding.guid,
        "selection": selection.guid if selection else "",
    }


def _tabulate_documents(project: RefiProject, stretches: list[_Stretch]) -> pd.DataFrame:
    names = _name_variables(project)
    of_source: dict[str, list[Case]] = {}
    of_selection: dict[str, list[Case]] = {}
    for case in project.cases:
        for guid in case.sources:
            of_source.setdefault(guid, []).append(case)
        for guid in case.selections:
            of_selection.setdefault(guid, []).append(case)
    rows = []
    for stretch in stretches:
        source = stretch.source
        marks = [stretch.unit] if stretch.unit else [selection.guid for selection in source.selections]
        inside = [case for guid in marks for case in of_selection.get(guid, [])]
        cases = list({case.guid: case for case in [*of_source.get(source.guid, []), *inside]}.values())
        values = [*source.values, *(value for case in cases for value in case.values)]
        row: dict[str, Any] = {
            "doc_id": stretch.doc_id,
            "text": (source.text or "")[stretch.start : stretch.end],
            "name": stretch.doc_id if stretch.unit else source.name,
            "document": source.name,
            "kind": source.kind,
            "guid": stretch.guid,
            "case": "; ".join(case.name or case.guid for case in cases),
        }
        if len(cases) <= 1:  # of several cases, none can speak for the document
            for value in values:
                if value.variable in names:
                    row[names[value.variable]] = write_cell(value.value)
        rows.append(row)
    return pd.DataFrame(rows, columns=[*DOCUMENT_COLUMNS, *names.values()], dtype=object).fillna("")


def _name_variables(project: RefiProject) -> dict[str, str]:
    taken = set(DOCUMENT_COLUMNS)
    return {v.guid: number_apart(v.name.strip() or "variable", taken, "{}_{}") for v in project.variables}


def write_cell(value: VariableValue) -> str:
    """A value as a cell of a table.

    >>> write_cell(True), write_cell(None)
    ('true', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain_id(name: str) -> str:
    return " ".join(name.split()) or "imported"
