"""Finding out what is a person's: their units in all tables, what they said, and what only they said."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from textmine.errors import InputError
from textmine.withdrawal.files import read_rows
from textmine.withdrawal.person import (
    RESPONDENT_COLUMNS,
    UNIT_COLUMNS,
    Columns,
    Person,
    learn_words,
    plain_name,
)

_CODEBOOKS = ("codebook.yaml", "codebook.yml")


@dataclass
class _Seen:
    """What the tables say: units by folder, each with those who wrote them, and where the name was met."""

    owners: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    is_respondent: bool = False
    is_unit: bool = False
    columns: set[str] = field(default_factory=set)


def find_columns(files: Sequence[Path], given: Columns) -> Columns:
    """The columns named by the user and by every ``provenance.json`` among the files."""
    people, units, texts = set(given.respondents), set(given.units), set(given.texts)
    for path in files:
        if path.name == "provenance.json":
            try:
                said = dict(json.loads(path.read_text(encoding="utf-8")).get("columns") or {})
            except (OSError, ValueError, AttributeError, TypeError):
                continue
            for name, into in (("group", people), ("id", units), ("text", texts)):
                if said.get(name):
                    into.add(str(said[name]))
    return Columns(frozenset(people), frozenset(units - people), frozenset(texts))


def find_person(name: str, files: Sequence[Path], columns: Columns) -> Person:
    """The respondent ``name`` (or the unit of that id) with the units that are theirs in the files.

    A column of respondents goes before one of units: where the name stands in one, a unit is theirs only if
    a table says so. Raises ``InputError`` where the name stands nowhere, with the columns looked in.
    """
    seen = _Seen()
    for path in files:
        _note_owners(path, name, columns, seen)
    if not (seen.is_respondent or seen.is_unit):
        looked = ", ".join(sorted(seen.columns)) or "none"
        raise InputError(
            f"No such respondent or unit in {len(files)} file(s). Columns looked in: {looked}. Name others "
            "with --group and --id, or other folders with --in."
        )
    units = set() if seen.is_respondent else {name}
    foreign: dict[str, frozenset[str]] = {}
    for owners in seen.owners.values():
        units |= {unit for unit, people in owners.items() if name in people}
    for folder, owners in seen.owners.items():
        foreign[folder] = frozenset(unit for unit, people in owners.items() if people and name not in people)
    return Person(name, seen.is_respondent, frozenset(units), columns=columns, foreign=foreign)


def _note_owners(path: Path, name: str, columns: Columns, seen: _Seen) -> None:
    is_id = make_id_test(columns)
    kinds: dict[tuple[str, ...], tuple[list[int], list[int], list[int]]] = {}
    owners = seen.owners[str(path.parent)]
    for names, cells in read_rows(path, is_id):
        key = tuple(names)
        if key not in kinds:
            kinds[key] = columns.kinds(names)
            seen.columns |= {str(names[i]) for i in (*kinds[key][0], *kinds[key][1])}
        people_at, units_at, _ = kinds[key]
        people = {str(cells[i]) for i in people_at if i < len(cells) and cells[i] not in (None, "")}
        units = {str(cells[i]) for i in units_at if i < len(cells) and cells[i] not in (None, "")}
        if name in people:
            seen.is_respondent = True
        if name in units or any(unit.startswith(f"{name}:") for unit in units):
            seen.is_unit = True
        if people:
            for unit in units:
                owners.setdefault(unit, set()).update(people)
    if not owners:
        del seen.owners[str(path.parent)]


def make_id_test(columns: Columns) -> Any:
    """A test whether a column's name is one of respondents or units."""
    named = columns.respondents | columns.units

    def is_id(name: object) -> bool:
        return str(name) in named or plain_name(name) in RESPONDENT_COLUMNS | UNIT_COLUMNS

    return is_id


def learn_texts(person: Person, files: Sequence[Path]) -> tuple[Person, list[tuple[str, str]]]:
    """The person with the words that nobody else used, and all their texts, each with its question.

    Texts that somebody else wrote as well are among the second, by which models know them, alone.
    """
    theirs: set[tuple[str, str]] = set()
    others: set[str] = set()
    is_id = make_id_test(person.columns)
    for path in files:
        kinds: dict[tuple[str, ...], tuple[list[int], list[int], list[int], int]] = {}
        for names, cells in read_rows(path, is_id):
            key = tuple(names)
            if key not in kinds:
                asked = [i for i, n in enumerate(names) if plain_name(n).startswith("question")]
                kinds[key] = (*person.columns.kinds(names), asked[0] if asked else -1)
            people_at, units_at, texts_at, question_at = kinds[key]
            if not texts_at or not (people_at or units_at):
                continue
            said = [str(cells[i]) for i in texts_at if i < len(cells) and cells[i]]
            if person.is_theirs(cells, (people_at, units_at), path.parent):
                question = str(cells[question_at] or "") if 0 <= question_at < len(cells) else ""
                theirs.update((text, question) for text in said)
            else:
                others.update(said)
    alone = {text for text, _ in theirs} - others
    words = learn_words(alone, others, known=list(_read_codebooks(files)))
    return replace(person, words=words, texts=frozenset(alone)), sorted(theirs)


def _read_codebooks(files: Iterable[Path]) -> Iterable[str]:
    """Codebooks' own words, which are not a respondent's, their examples left out."""
    for path in files:
        if path.name in _CODEBOOKS:
            try:
                yield "\n".join(
                    line
                    for line in path.read_text(encoding="utf-8").splitlines()
                    if not line.lstrip().startswith(("- ", "examples"))
                )
            except (OSError, UnicodeDecodeError):
                continue
