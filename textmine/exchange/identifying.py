"""The gate of every export: columns that may identify people are refused unless they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from textmine.errors import InputError
from textmine.exchange.coded_batches import open_stored, read_code_names
from textmine.exchange.refi.unfolding import is_import, read_import
from textmine.exchange.scored_wave import read_provenance
from textmine.privacy.columns import IdentifyingColumn, find_identifying_columns

#: So many rows of each part are looked at besides the first, and every cell with an @.
_HEAD, _EACH = 5000, 200
_ADDED = ("", "__band", "__score")


def refuse_identifying_columns(folder: Path, *, attributes: Sequence[str] | None = None) -> None:
    """Raise ``InputError`` that names the columns of a coded folder, or of an imported project, that may
    identify people, and says why; no cell is told.

    ``attributes`` are the columns to be handed on (None: all). The columns of the unit's id and of the
    respondent go out with every export, since without them nothing joins and no edit finds its way back: they
    pass as long as they hold plain codes, whatever they are called. The text is not looked at: code redacted
    texts.
    """
    found = find_in_import(folder) if is_import(folder) else find_in_folder(folder, attributes=attributes)
    if not found:
        return
    parts = _parts_of(folder)
    kept = [column.name for column in found if column.name in parts]
    remedy = (
        f"Code the wave with plain codes in {', '.join(kept)}"
        if kept
        else "Choose the columns to hand on with --attribute"
    )
    raise InputError(
        f"{len(found)} column(s) may identify people: {', '.join(c.in_words() for c in found)}. {remedy}, "
        "or give --include-identifiers if whoever gets the file may have them."
    )


def find_in_folder(folder: Path, *, attributes: Sequence[str] | None = None) -> list[IdentifyingColumn]:
    """The columns of a coded folder that may identify people, among those that would be handed on."""
    wide = open_stored(folder, "coded_wide")
    parts = _parts_of(folder)
    added = {f"{code}{end}" for code in read_code_names(folder) for end in _ADDED}
    text = next((name for name, part in parts.items() if part == "text"), None)
    names = [name for name in wide.names if name not in added and name != text]
    if attributes is not None:
        names = [name for name in names if name in attributes or name in parts]
    cells: dict[str, set[str]] = {name: set() for name in names}
    seen = 0
    for part in wide.read_parts(names) if names else ():
        for name in names:
            cells[name] |= _take_cells(part.column(name), seen)
        seen += part.num_rows
    coded = {f"{number}": held for number, (name, held) in enumerate(cells.items()) if name in parts}
    by_cells = find_identifying_columns(coded)  # under a number, so that their names do not count
    at = list(cells)
    roles = [IdentifyingColumn(at[int(one.name)], one.kind, one.told_by) for one in by_cells]
    others = find_identifying_columns({name: held for name, held in cells.items() if name not in parts})
    return sorted([*roles, *others], key=lambda one: at.index(one.name))


def find_in_import(folder: Path) -> list[IdentifyingColumn]:
    """The variables of an imported project that may identify people, and its cases by their names."""
    project = read_import(folder)
    names = {variable.guid: variable.name for variable in project.variables}
    cells: dict[str, list[str]] = {name: [] for name in names.values()}
    values = [v for case in project.cases for v in case.values]
    values += [v for source in project.sources for v in source.values]
    for value in values:
        if value.variable in names and value.value is not None:
            cells[names[value.variable]].append(str(value.value))
    found = find_identifying_columns(cells)
    cases = find_identifying_columns({"0": [case.name for case in project.cases]})
    return [*found, *(IdentifyingColumn("cases", one.kind, "names") for one in cases)]


def _parts_of(folder: Path) -> Mapping[str, str]:
    """The columns that have a part (id, text, group, question) by name; none in an imported project."""
    if is_import(folder):
        return {}
    said = dict(read_provenance(folder).get("columns") or {})
    wanted = ("id", "text", "group", "question")
    return {str(said[part]): part for part in wanted if said.get(part)}


def _take_cells(column: object, seen: int) -> set[str]:
    """Different cells of a part: the first of it, more of the first part, and all with an @."""
    import pyarrow as pa
    import pyarrow.compute as pc

    words = column if pa.types.is_string(column.type) or pa.types.is_large_string(column.type) else None  # type: ignore[attr-defined]
    if words is None:
        return {str(cell) for cell in _plain(column.slice(0, _HEAD))}  # type: ignore[attr-defined]
    most = _HEAD if seen == 0 else _EACH
    some = set(_plain(words.slice(0, most)))  # type: ignore[attr-defined]
    marked = words.filter(pc.match_substring(words, "@"))  # type: ignore[attr-defined]
    return some | set(_plain(marked.slice(0, most)))


def _plain(column: object) -> Iterable[str]:
    return [cell for cell in column.to_pylist() if cell is not None]  # type: ignore[attr-defined]
