"""What an imported project's tables have no column for, kept by guid, and put back when it goes out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from textmine.exchange.refi.build import UNIT_MARK
from textmine.exchange.refi.facts import Coding, RefiCode, RefiProject, Selection, Source
from textmine.exchange.refi.source_parts import quote_as_name

_FACTS = ("name", "description", "notes", "user", "created", "modified_by", "modified")


def keep_beside(project: RefiProject) -> dict[str, Any]:
    """Facts of selections, and the memos linked to codings and codes, as json, by guid.

    Of a selection only what its codings do not tell is kept: no name that is merely its words.

    >>> keep_beside(RefiProject("Study", codes=(RefiCode("c", "Waiting", notes=("m",)),)))
    {'selections': {}, 'codings': {}, 'codes': {'c': ['m']}}
    """
    selections: dict[str, Any] = {}
    codings: dict[str, Any] = {}
    for source in (*project.sources, *project.notes):
        for selection in source.selections:
            if selection.codings and (told := _tell(selection, source)):
                selections[selection.guid] = {**told, "length": selection.end - selection.start}
        codings |= {coding.guid: list(coding.notes) for _, coding in source.all_codings() if coding.notes}
    codes = {code.guid: list(code.notes) for code in project.walk_codes() if code.notes}
    return {"selections": selections, "codings": codings, "codes": codes}


def put_back(project: RefiProject, beside: Mapping[str, Any]) -> RefiProject:
    """The project with what ``keep_beside`` kept; a stretch that was changed since gets no old name.

    >>> plain = RefiProject("Study", codes=(RefiCode("c", "Waiting"),))
    >>> put_back(plain, {"codes": {"c": ["m"]}}).codes[0].notes
    ('m',)
    """
    selections, codings, codes = (dict(beside.get(name) or {}) for name in ("selections", "codings", "codes"))

    def mend_coding(coding: Coding) -> Coding:
        return replace(coding, notes=tuple(codings.get(coding.guid, coding.notes)))

    def mend_selection(selection: Selection) -> Selection:
        said = dict(selections.get(selection.guid) or {})
        if said.get("length") != selection.end - selection.start:
            said.pop("name", None)
        known = {name: said[name] for name in _FACTS if name in said}
        if "notes" in known:
            known["notes"] = tuple(known["notes"])
        return replace(selection, codings=tuple(map(mend_coding, selection.codings)), **known)

    def mend_source(source: Source) -> Source:
        return replace(
            source,
            selections=tuple(map(mend_selection, source.selections)),
            codings=tuple(map(mend_coding, source.codings)),
        )

    def mend_code(code: RefiCode) -> RefiCode:
        notes = tuple(codes.get(code.guid, code.notes))
        return replace(code, notes=notes, children=tuple(map(mend_code, code.children)))

    return replace(
        project,
        codes=tuple(map(mend_code, project.codes)),
        sources=tuple(map(mend_source, project.sources)),
        notes=tuple(map(mend_source, project.notes)),
    )


def _tell(selection: Selection, source: Source) -> dict[str, Any]:
    """The facts of a selection that its row in the table of codings would not give back."""
    first = selection.codings[0]
    words = (source.text or "")[max(selection.start, 0) : max(selection.end, 0)]
    given = {"name": quote_as_name(words), "user": first.user, "created": first.created}
    held = {name: value for name, value in asdict(selection).items() if name in _FACTS}
    if selection.description.startswith(UNIT_MARK):
        held["description"] = ""
    return {
        name: list(value) if name == "notes" else value
        for name, value in held.items()
        if value and value != given.get(name)
    }
