"""From a codebook to REFI-QDA's codes and back: what has no field there goes into the description."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from textmine.codebook import Code, Codebook
from textmine.exchange.refi.facts import Loss, RefiCode
from textmine.exchange.refi.names import make_guid, make_ids, number_apart

#: Fields of a code that stand in its description, a line each, and how the line begins.
_LINES = {"include": "Include", "exclude": "Exclude", "examples": "Example", "keywords": "Keyword"}
_ID = "Code id"
_KNOWN_LINE = re.compile(rf"({'|'.join([*_LINES.values(), _ID])}): ?(.*)")


@dataclass(frozen=True)
class CodebookRead:
    """A codebook made of REFI-QDA's codes, the id that each guid got, and what was changed."""

    codebook: Codebook
    ids: dict[str, str]
    losses: tuple[Loss, ...] = field(default=())


def guid_of_code(codebook: Codebook, code: Code) -> str:
    """The guid of a code: the one it was imported with, else one made of the codebook's and the code's id."""
    return str(code.attributes.get("guid") or make_guid("code", codebook.id, code.id))


def make_refi_codes(codebook: Codebook) -> tuple[RefiCode, ...]:
    """The codes as a tree. Include, exclude and examples stand in the description, a line each.

    >>> book = Codebook.loads("codes: [{id: a, definition: D., children: [{id: b, definition: E.}]}]")
    >>> [code.name for code in make_refi_codes(book)[0].walk()]
    ['a', 'b']
    """
    below: dict[str | None, list[Code]] = {}
    known = set(codebook.ids)
    for code in codebook.codes:
        below.setdefault(code.parent if code.parent in known else None, []).append(code)

    def make(code: Code) -> RefiCode:
        facts = code.attributes
        return RefiCode(
            guid_of_code(codebook, code),
            str(facts.get("refi_name") or code.name),
            str(facts.get("codable", "yes")) != "no",
            code.colour or "",
            _describe(code),
            tuple(make(child) for child in below.get(code.id, [])),
        )

    return tuple(make(code) for code in below.get(None, []))


def read_refi_codes(
    codes: Iterable[RefiCode], *, id: str, known: Codebook | None = None, title: str = ""
) -> CodebookRead:
    """A codebook of these codes, folders among them, each with an id of its own.

    The ids are those of ``known`` where a code's guid is one of its; else the id that the description names,
    else one made of the name. Names that siblings share get numbers. No code is left out.
    """
    tops = list(codes)
    all_codes = [code for top in tops for code in top.walk()]
    parts = {code.guid: _read_description(code.description) for code in all_codes}
    ids = _choose_ids(all_codes, parts, known)
    made: list[Code] = []
    renamed = 0
    taken: dict[str | None, set[str]] = {}
    parents: dict[str, str | None] = {}
    for code in all_codes:
        for child in code.children:
            parents[child.guid] = ids[code.guid]
    for code in all_codes:
        parent = parents.get(code.guid)
        plain = " ".join(code.name.split()) or "unnamed"
        name = number_apart(plain, taken.setdefault(parent, set()))
        renamed += name != code.name
        facts: dict[str, Any] = {"guid": code.guid}
        if not code.codable:
            facts["codable"] = "no"
        if name != code.name:
            facts["refi_name"] = code.name
        found = {key: value for key, value in parts[code.guid].items() if key != "id"}
        made.append(
            Code(ids[code.guid], name, parent=parent, colour=code.colour or None, attributes=facts, **found)
        )
    bare = any(not code.definition for code in made)
    losses = (Loss("codes with no name or that of a sibling", renamed, "given a name of their own"),)
    book = Codebook(id=id, title=title, bare=bare, codes=tuple(made))
    return CodebookRead(book, ids, losses if renamed else ())


def _choose_ids(
    codes: list[RefiCode], parts: dict[str, dict[str, Any]], known: Codebook | None
) -> dict[str, str]:
    ours = {} if known is None else {guid_of_code(known, code): code.id for code in known.codes}
    ids: dict[str, str] = {}
    for code in codes:
        wanted = ours.get(code.guid) or parts[code.guid].get("id", "")
        if wanted and wanted.casefold() != "none" and wanted not in ids.values():
            ids[code.guid] = wanted
    rest = [code for code in codes if code.guid not in ids]
    taken = {*ids.values(), "none"}
    for code, stem in zip(rest, make_ids(code.name for code in rest), strict=True):
        ids[code.guid] = number_apart(stem, taken, "{}_{}")
    return ids


def _describe(code: Code) -> str:
    lines = [
        f"{word}: {' '.join(text.split())}" for key, word in _LINES.items() for text in getattr(code, key)
    ]
    if not _is_made_of_name(code):
        lines.append(f"{_ID}: {code.id}")
    return "\n".join([code.definition, *([""] if lines else []), *lines] if code.definition else lines)


def _is_made_of_name(code: Code) -> bool:
    """Whether a code came from a project and its id is the one that reading it again would make."""
    name = str(code.attributes.get("refi_name") or code.name)
    return (
        "guid" in code.attributes
        and re.fullmatch(rf"{re.escape(make_ids([name])[0])}(?:_\d+)?", code.id) is not None
    )


def _read_description(text: str) -> dict[str, Any]:
    """The definition and what the lines at the end of a description say, such as 'Include: queues'."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    found: dict[str, Any] = {}
    while lines and (match := _KNOWN_LINE.fullmatch(lines[-1].strip())):
        lines.pop()
        word, said = match.groups()
        if word == _ID:
            found["id"] = said.strip()
        else:
            key = next(key for key, value in _LINES.items() if value == word)
            found[key] = (said, *found.get(key, ()))
    return {**found, "definition": "\n".join(lines).strip()}
