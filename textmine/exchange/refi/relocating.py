"""Finding a folder's units again in documents that another program handed back without textmine's marks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textmine.exchange.coded_reader import CodedFolder
from textmine.exchange.refi.build import BuildOptions, make_units
from textmine.exchange.refi.dialects import Dialect, Ruler, convert_lines
from textmine.exchange.refi.facts import RefiProject, Source
from textmine.exchange.refi.layouts import LAYOUTS, LaidOut, Piece, lay_out
from textmine.exchange.refi.names import clean_xml


def find_units(project: RefiProject, folder: CodedFolder) -> dict[str, tuple[Piece, ...]]:
    """Where each unit stands in the sources (by guid) that are, word for word, as textmine lays them out.

    The folder's units are laid out in every layout, with the columns that the project's memo names; the
    layout that fits most sources goes first. Of documents with the same words each is known by its name. A
    source that was changed in the other program matches none and is left out: no unit is guessed at.
    """
    sources = [source for source in project.sources if source.text]
    layouts = sorted(_lay_out_again(project, folder), key=lambda laid: _rate(laid, sources), reverse=True)
    found: dict[str, tuple[Piece, ...]] = {}
    placed: set[str] = set()
    for documents in layouts:
        left = [source for source in sources if source.guid not in found]
        for document, source, _ in _match(documents, left):
            units = {piece.unit for piece in document.pieces}
            if units & placed:
                continue
            placed |= units
            there, here = Ruler(document.text, Dialect()), Ruler(source.text or "", Dialect())
            found[source.guid] = tuple(
                Piece(piece.unit, *here.from_dialect(*there.to_dialect(piece.start, piece.end)))
                for piece in document.pieces
            )
    return found


def _rate(documents: Sequence[LaidOut], sources: Sequence[Source]) -> tuple[int, int]:
    """How many sources are such documents, by name as well as by words, and by words."""
    found = list(_match(documents, sources))
    return sum(named for _, _, named in found), len(found)


def _match(documents: Sequence[LaidOut], sources: Sequence[Source]) -> Iterator[tuple[LaidOut, Source, bool]]:
    """Documents and the sources that hold their words, and whether their names are the same too.

    Without their name, only what is the one of its words on both sides is taken.
    """
    same: dict[str, tuple[list[LaidOut], list[Source]]] = {}
    for document in documents:
        same.setdefault(_plain(document.text), ([], []))[0].append(document)
    for source in sources:
        if (text := _plain(source.text)) in same:
            same[text][1].append(source)
    for laid, held in same.values():
        named = {clean_xml(document.name).strip(): document for document in laid}
        others = []
        for source in held:
            known = named.pop(source.name.strip(), None)
            if known is None:
                others.append(source)
            else:
                yield known, source, True
        if len(named) == len(others) == 1:
            yield next(iter(named.values())), others[0], False


def _lay_out_again(project: RefiProject, folder: CodedFolder) -> Iterator[list[LaidOut]]:
    named = _read_memo(project)
    columns = set(folder.source.columns)
    question, group = (
        named.get(part) if named.get(part) in columns else None for part in ("question", "group")
    )
    units = make_units(folder, BuildOptions(question=question, group=group))
    for layout in LAYOUTS:
        yield lay_out(units, layout)


def _read_memo(project: RefiProject) -> Mapping[str, Any]:
    """The columns that the project was made with, from textmine's memo; nothing where that is gone."""
    for note in project.notes:
        text = note.text or ""
        if text.startswith("Coded by textmine."):
            try:
                return dict(json.loads(text[text.index("{") :]).get("laid_out_by", {}))
            except ValueError:
                continue
    return {}


def _plain(text: str | None) -> str:
    return convert_lines(text or "", "lf").rstrip()
