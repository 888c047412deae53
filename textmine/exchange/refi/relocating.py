"""Finding a folder's units again in documents that another program handed back without textmine's marks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from textmine.exchange.coded_reader import CodedFolder
from textmine.exchange.refi.build import BuildOptions, make_units
from textmine.exchange.refi.dialects import Dialect, Ruler, convert_lines
from textmine.exchange.refi.facts import RefiProject
from textmine.exchange.refi.layouts import LAYOUTS, LaidOut, Piece, lay_out


def find_units(project: RefiProject, folder: CodedFolder) -> dict[str, tuple[Piece, ...]]:
    """Where each unit stands in the sources (by guid) that are, word for word, as textmine lays them out.

    The folder's units are laid out in every layout, with the columns that the project's memo names. A source
    that was changed in the other program matches none and is left out: no unit is guessed at.
    """
    stored = {source.guid: source.text or "" for source in project.sources}
    texts = {_plain(source.text): source.guid for source in project.sources if source.text}
    found: dict[str, tuple[Piece, ...]] = {}
    for document in _lay_out_again(project, folder):
        guid = texts.get(_plain(document.text))
        if guid is None or guid in found:
            continue
        there, here = Ruler(document.text, Dialect()), Ruler(stored[guid], Dialect())
        found[guid] = tuple(
            Piece(piece.unit, *here.from_dialect(*there.to_dialect(piece.start, piece.end)))
            for piece in document.pieces
        )
    return found


def _lay_out_again(project: RefiProject, folder: CodedFolder) -> Iterator[LaidOut]:
    named = _read_memo(project)
    columns = set(folder.source.columns)
    question, group = (
        named.get(part) if named.get(part) in columns else None for part in ("question", "group")
    )
    units = make_units(folder, BuildOptions(question=question, group=group))
    for layout in LAYOUTS:
        yield from lay_out(units, layout)


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
