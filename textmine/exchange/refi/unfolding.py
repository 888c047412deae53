"""From the folder of an imported project, with changes made to its tables since, back to a project."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from textmine.codebook import Codebook
from textmine.errors import InputError
from textmine.exchange.refi.beside import put_back
from textmine.exchange.refi.codebooks import guid_of_code, make_refi_codes
from textmine.exchange.refi.facts import (
    Case,
    CodeSet,
    Coding,
    Link,
    RefiProject,
    Selection,
    Source,
    User,
    Value,
    Variable,
)
from textmine.exchange.refi.folder import CODEBOOK, CODINGS, DOCUMENTS, REST
from textmine.exchange.refi.names import make_guid
from textmine.exchange.refi.values import read_cell
from textmine.reading import read_table

_Fact = TypeVar("_Fact")


@dataclass(frozen=True)
class _Tables:
    """The tables of an imported project: rows of documents and codings, the codebook, and the rest."""

    documents: list[dict[str, Any]]
    codings: dict[str, list[dict[str, str]]]  # by document
    codebook: Codebook
    rest: Mapping[str, Any]
    users: dict[str, User]
    types: Mapping[str, str]  # of variables, by guid

    def guid_of(self, row: Mapping[str, Any]) -> str:
        """The guid of a document."""
        return str(row.get("guid") or make_guid("document", self.codebook.id, row["doc_id"]))


def is_import(folder: Path) -> bool:
    """Whether a folder holds the documents and codings of an imported project."""
    return (folder / DOCUMENTS).is_file() and (folder / CODINGS).is_file()


def read_import(folder: Path) -> RefiProject:
    """The project in a folder that ``textmine import`` wrote. Each document is a source, word for word.

    Raises ``InputError`` where a table cannot be read or names a code or a document that is not there.
    """
    tables = _read_tables(folder)
    rest = tables.rest
    sources = [_make_source(row, tables) for row in tables.documents]
    notes = _all_of(Source, rest.get("notes", []), kind="note")
    held = {source.guid for source in sources}
    project = RefiProject(
        str(rest.get("name") or folder.name),
        users=tuple(tables.users.values()),
        codes=make_refi_codes(tables.codebook),
        variables=_all_of(Variable, rest.get("variables", [])),
        cases=_make_cases(tables),
        sources=tuple(source for source in sources if source.kind != "note"),
        notes=(
            *(note for note in notes if note.guid not in held),
            *(source for source in sources if source.kind == "note"),
        ),
        links=_all_of(Link, rest.get("links", [])),
        sets=_all_of(CodeSet, rest.get("sets", [])),
        description=str(rest.get("description") or ""),
        about=tuple(rest.get("about") or ()),
        user=str(rest.get("user") or ""),
        created=str(rest.get("created") or ""),
        modified_by=str(rest.get("modified_by") or ""),
        modified=str(rest.get("modified") or ""),
    )
    return put_back(project, dict(rest.get("beside") or {}))


def _read_tables(folder: Path) -> _Tables:
    documents = _read_lines(folder / DOCUMENTS)
    book = Codebook.load(folder / CODEBOOK)
    rest = _read_json(folder / REST)
    users = {user.guid: user for user in _all_of(User, rest.get("users", []))}
    coders = {str(name): str(guid) for guid, name in dict(rest.get("coders") or {}).items()}
    codings: dict[str, list[dict[str, str]]] = {str(row["doc_id"]): [] for row in documents}
    known = set(book.ids)
    for number, row in enumerate(_read_codings(folder / CODINGS), 1):
        for column, held, where in (("doc_id", codings, DOCUMENTS), ("code", known, CODEBOOK)):
            if row[column] not in held:
                raise InputError(
                    f"{CODINGS}, row {number}: a {column} that {where} lacks. Mend the row or add it there."
                )
        coder = row.get("coder") or "unknown"
        guid = coders.setdefault(coder, make_guid("person", coder))
        users.setdefault(guid, User(guid, coder))
        codings[row["doc_id"]].append({**row, "user": guid})
    types = {str(v["guid"]): str(v["type"]) for v in rest.get("variables", [])}
    return _Tables(documents, codings, book, rest, users, types)


def _make_source(row: Mapping[str, Any], tables: _Tables) -> Source:
    doc, guid, text = str(row["doc_id"]), tables.guid_of(row), str(row["text"])
    codes = {code.id: guid_of_code(tables.codebook, code) for code in tables.codebook.codes}
    whole: list[Coding] = []
    placed: dict[str, Selection] = {}
    for number, each in enumerate(tables.codings[doc], 1):
        key = each.get("guid") or make_guid("coding", guid, number, each["code"])
        where = each.get("where", "")
        coding = Coding(key, codes[each["code"]], each["user"], each.get("created", ""), where=where)
        start, end = _as_place(each, "start", number), _as_place(each, "end", number)
        if start < 0:
            whole.append(coding)
            continue
        if end > len(text) or end < start:
            raise InputError(
                f"{CODINGS}: coding {number} of a document ends beyond its text. Give start and end in code "
                "points of the text in documents.jsonl."
            )
        own = each.get("selection") or make_guid("selection", guid, start, end)
        if own in placed and (placed[own].start, placed[own].end) != (start, end):
            own = make_guid("selection", own, guid, start, end)
        held = placed.get(own, Selection(own, start, end, user=each["user"], created=coding.created))
        placed[own] = replace(held, codings=(*held.codings, coding))
    for raw in tables.rest.get("selections_without_codes", []):
        if raw.get("document") == doc and raw["guid"] not in placed:
            placed[raw["guid"]] = _all_of(Selection, [raw])[0]
    said = dict(tables.rest.get("sources", {}).get(guid, {}))
    return Source(
        guid,
        str(row.get("name") or doc),
        text,
        tuple(placed.values()),
        tuple(whole),
        str(said.get("description", "")),
        tuple(said.get("notes", ())),
        _make_values(said.get("values", []), tables.types),
        str(said.get("user", "")),
        str(said.get("created", "")),
        str(said.get("modified_by", "")),
        str(said.get("modified", "")),
        kind=str(row.get("kind") or "text"),
    )


def _make_cases(tables: _Tables) -> tuple[Case, ...]:
    by_doc = {str(row["doc_id"]): tables.guid_of(row) for row in tables.documents}
    return tuple(
        Case(
            str(raw["guid"]),
            str(raw.get("name", "")),
            str(raw.get("description", "")),
            tuple(raw.get("codes", ())),
            _make_values(raw.get("values", []), tables.types),
            tuple(by_doc[doc] for doc in raw.get("documents", []) if doc in by_doc),
            tuple(raw.get("selections", ())),
        )
        for raw in tables.rest.get("cases", [])
    )


def _make_values(pairs: Iterable[tuple[str, str]], types: Mapping[str, str]) -> tuple[Value, ...]:
    return tuple(
        Value(guid, read_cell(cell, types.get(guid, "Text")) if cell else None) for guid, cell in pairs
    )


def _all_of(fact: type[_Fact], rows: Iterable[Mapping[str, Any]], **given: str) -> tuple[_Fact, ...]:
    """Facts from json: lists as tuples, what is null or unknown left at its default."""
    names = {f.name for f in fields(fact)}  # type: ignore[arg-type]
    made = []
    for row in rows:
        known = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items() if k in names}
        made.append(fact(**{**{k: v for k, v in known.items() if v is not None}, **given}))
    return tuple(made)


def _as_place(row: Mapping[str, str], column: str, number: int) -> int:
    try:
        return int(row.get(column) or -1)
    except ValueError:
        raise InputError(
            f"{CODINGS}: {column} of coding {number} of a document is no whole number."
        ) from None


def _read_codings(path: Path) -> list[dict[str, str]]:
    if path.read_text(encoding="utf-8").count("\n") < 2:  # a header alone is no table
        return []
    table = read_table(path)
    missing = [name for name in ("doc_id", "code", "start", "end") if name not in table.frame.columns]
    if missing or table.rejected:
        lacks = f"lacks {', '.join(missing)}" if missing else f"has {len(table.rejected)} broken row(s)"
        raise InputError(f"{path} {lacks}. Import the project again or mend the table.")
    rows = table.frame.to_dict("records")
    return [{str(k): str(v) for k, v in row.items()} for row in rows]


def _read_lines(path: Path) -> list[dict[str, Any]]:
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    except (OSError, ValueError):
        raise InputError(f"{path} cannot be read. Import the project again: textmine import.") from None
    if not all(isinstance(row, dict) and {"doc_id", "text"} <= set(row) for row in rows):
        raise InputError(f"{path} wants doc_id and text in each line. Import the project again.")
    return rows


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise InputError(f"{path} cannot be read. Import the project again: textmine import.")
    return found
