"""What a REFI-QDA project holds, as plain facts: users, codes, sources, selections, codings, cases, memos."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

#: The six types of a variable, as the standard spells them.
VARIABLE_TYPES = ("Text", "Boolean", "Integer", "Float", "Date", "DateTime")

VariableValue = str | bool | int | Decimal | date | datetime | None


@dataclass(frozen=True)
class User:
    """Somebody, or a model, who codes. ``id`` is a name in another system."""

    guid: str
    name: str = ""
    id: str = ""


@dataclass(frozen=True)
class RefiCode:
    """A code with those below it; ``codable`` is False for a mere folder. ``colour`` is '#RRGGBB' or ''."""

    guid: str
    name: str
    codable: bool = True
    colour: str = ""
    description: str = ""
    children: tuple[RefiCode, ...] = ()
    notes: tuple[str, ...] = ()

    def walk(self) -> Iterator[RefiCode]:
        """This code and all below it, each before its children."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class CodeSet:
    """A named set of codes, sources and notes, by their guids."""

    guid: str
    name: str
    description: str = ""
    codes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variable:
    """A variable of cases or sources; ``type`` is one of ``VARIABLE_TYPES``."""

    guid: str
    name: str
    type: str = "Text"
    description: str = ""


@dataclass(frozen=True)
class Value:
    """What a case or a source has for a variable (its guid); None where the file names it and gives none."""

    variable: str
    value: VariableValue


@dataclass(frozen=True)
class Case:
    """A person, a school or another case, with its values and what it is made of (guids)."""

    guid: str
    name: str = ""
    description: str = ""
    codes: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    sources: tuple[str, ...] = ()
    selections: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coding:
    """One code (its guid) given by one user at one time; ``where`` is a place outside of text, in words."""

    guid: str
    code: str
    user: str = ""
    created: str = ""
    notes: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True)
class Selection:
    """A stretch of a source's text (code points, end exclusive; -1 where it has no place) and its codings.

    ``name`` is the quoted text where a program wrote it there; ``unit`` is the unit that textmine marked.
    """

    guid: str
    start: int
    end: int
    name: str = ""
    description: str = ""
    codings: tuple[Coding, ...] = ()
    notes: tuple[str, ...] = ()
    user: str = ""
    created: str = ""
    modified_by: str = ""
    modified: str = ""


@dataclass(frozen=True)
class Source:
    """A text, or another source of which only the text and the codings are kept (``kind`` says which).

    ``codings`` are those of the whole source. ``text`` is as stored, without a byte order mark; None where
    the file holds none.
    """

    guid: str
    name: str = ""
    text: str | None = ""
    selections: tuple[Selection, ...] = ()
    codings: tuple[Coding, ...] = ()
    description: str = ""
    notes: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    user: str = ""
    created: str = ""
    modified_by: str = ""
    modified: str = ""
    kind: str = "text"

    def all_codings(self) -> Iterator[tuple[Selection | None, Coding]]:
        """Each coding with the selection it stands on; None for the whole source."""
        for selection in self.selections:
            for coding in selection.codings:
                yield selection, coding
        for coding in self.codings:
            yield None, coding


@dataclass(frozen=True)
class Link:
    """A link between two things of a project, by their guids."""

    guid: str
    name: str = ""
    direction: str = ""
    colour: str = ""
    origin: str = ""
    target: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RefiProject:
    """A whole project. ``origin`` is the program that wrote it; ``notes`` are memos, ``about`` those of all.

    ``name`` and ``description`` are the project's; ``users``, ``codes``, ``variables`` (of cases and
    sources), ``cases``, ``sources`` (texts with their codings), ``links`` and ``sets`` what it holds.
    ``user`` and ``modified_by`` are guids of those who made and last changed it, ``created`` and ``modified``
    when (ISO 8601).

    >>> code = RefiCode("6b1f2a3c-0000-4000-8000-000000000001", "Waiting")
    >>> RefiProject("Survey", codes=(code,)).count_codes()
    1
    """

    name: str
    origin: str = ""
    users: tuple[User, ...] = ()
    codes: tuple[RefiCode, ...] = ()
    variables: tuple[Variable, ...] = ()
    cases: tuple[Case, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[Source, ...] = ()
    links: tuple[Link, ...] = ()
    sets: tuple[CodeSet, ...] = ()
    description: str = ""
    about: tuple[str, ...] = ()
    user: str = ""
    created: str = ""
    modified_by: str = ""
    modified: str = ""

    def walk_codes(self) -> Iterator[RefiCode]:
        """All codes, each before those below it."""
        for code in self.codes:
            yield from code.walk()

    def count_codes(self) -> int:
        """How many codes there are, folders among them."""
        return sum(1 for _ in self.walk_codes())

    def count_codings(self) -> int:
        """How many codings there are, on stretches and on whole sources, those on memos among them."""
        return sum(1 for source in (*self.sources, *self.notes) for _ in source.all_codings())


@dataclass(frozen=True)
class Loss:
    """Something that did not come over whole: what it was, how many, what became of it."""

    what: str
    count: int
    became: str
