"""The terms of a vocabulary: codes of a codebook, with the ways they are written and rules of context."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from textmine.codebook import Code, Codebook
from textmine.errors import CodebookError
from textmine.vocabulary.context import Rule, read_phrases

_CAPITALS = re.compile(r"[^\W\d_a-z]\w*[^\W\d_a-z]")


@dataclass(frozen=True)
class Surface:
    """One way in which a term is written; ``keyword`` is the one in the file that it comes from.

    ``words`` are its words; ``exact[i]`` says that word i counts in this case only (MAT, not mat).
    """

    text: str
    keyword: str
    words: tuple[str, ...]
    exact: tuple[bool, ...]


@dataclass(frozen=True)
class Term:
    """One term: what it is called and means, its kind, and how it is written.

    ``kind`` is the id of the code that stands above it ('form', 'role' ...), '' where none does.
    ``formality`` is 'formal', 'informal', 'varies' or ''; ``shared_governance`` 'yes', 'no', 'varies' or ''.
    """

    id: str
    name: str
    definition: str
    kind: str
    formality: str
    shared_governance: str
    source: str
    surfaces: tuple[Surface, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Vocabulary:
    """The terms of a controlled vocabulary, in the order of its codebook.

    >>> vocabulary = Vocabulary.load("school-terms")
    >>> vocabulary["mat"].kind, vocabulary["mat"].formality, vocabulary["mat"].shared_governance
    ('form', 'formal', 'yes')
    """

    codebook: Codebook
    terms: tuple[Term, ...]

    @classmethod
    def load(cls, path: str | Path) -> Vocabulary:
        """The vocabulary in a codebook file, or a shipped one by its name ('school-terms').

        Every code that has keywords is a term. Raises ``CodebookError``, with all that is wrong, for a file
        that is no codebook and for attributes that are none of a vocabulary. ``path`` is the file or the
        name.
        """
        return cls.from_codebook(Codebook.load(path))

    @classmethod
    def from_codebook(cls, codebook: Codebook) -> Vocabulary:
        """The codes of a codebook that have keywords, as terms.

        Raises ``CodebookError`` as ``load`` does, and where no code has any.

        >>> code = Code("queue", definition="A line.", keywords=("queue",))
        >>> Vocabulary.from_codebook(Codebook(codes=(code,))).ids
        ['queue']
        """
        problems: list[str] = []
        terms = [_term(codebook, code, problems) for code in codebook.codes if code.keywords]
        problems += _written_alike(terms)
        if problems:
            raise CodebookError(f"{codebook.id}: {'; '.join(problems[:5])}", problems)
        return cls(codebook, tuple(terms))

    @property
    def ids(self) -> list[str]:
        """The ids of all terms, in order."""
        return [term.id for term in self.terms]

    def __getitem__(self, id: str) -> Term:
        for term in self.terms:
            if term.id == id:
                return term
        raise CodebookError(
            f"No term {id!r} in vocabulary {self.codebook.id!r}. Terms: {', '.join(self.ids)}."
        )


_Phrases = Annotated[tuple[tuple[str, ...], ...], BeforeValidator(read_phrases)]
_FORBID = ConfigDict(extra="forbid", frozen=True)


class _Context(BaseModel):
    """A rule as it stands in the file."""

    model_config = _FORBID
    of: tuple[str, ...] = ()
    before: _Phrases = ()
    after: _Phrases = ()
    near: _Phrases = ()
    not_before: _Phrases = ()
    not_after: _Phrases = ()
    not_near: _Phrases = ()


class _Attributes(BaseModel):
    """What a code of a vocabulary may hold as attributes."""

    model_config = _FORBID
    formality: Literal["formal", "informal", "varies", ""] = ""
    shared_governance: Literal["yes", "no", "varies", ""] = ""
    source: str = ""
    context: tuple[_Context, ...] = ()


def _term(codebook: Codebook, code: Code, problems: list[str]) -> Term:
    try:
        held = _Attributes.model_validate(code.attributes)
    except ValidationError as error:
        held = _Attributes()
        for problem in error.errors(include_url=False):
            where = " ".join(str(part) for part in problem["loc"])
            problems.append(f"code {code.id!r}: attribute {where}: {problem['msg']}")
    for rule in held.context:
        strange = [keyword for keyword in rule.of if keyword not in code.keywords]
        problems += [
            f"code {code.id!r}: context is of {keyword!r}, which is no keyword" for keyword in strange
        ]
    above = codebook.ancestors(code.id)
    return Term(
        id=code.id,
        name=code.name,
        definition=code.definition,
        kind=above[-1] if above else "",
        formality=held.formality,
        shared_governance=held.shared_governance,
        source=held.source,
        surfaces=tuple(_surfaces(code.keywords)),
        rules=tuple(Rule(**rule.model_dump()) for rule in held.context),
    )


def _written_alike(terms: list[Term]) -> Iterator[str]:
    """Ways of writing that two terms claim: no text could tell which is meant."""
    owner: dict[tuple[Any, ...], str] = {}
    for term in terms:
        for surface in term.surfaces:
            first = owner.setdefault((surface.words, surface.exact), term.id)
            if first != term.id:
                yield f"codes {first!r} and {term.id!r} share the keyword {surface.text!r}; leave it to one"


def _surfaces(keywords: tuple[str, ...]) -> Iterator[Surface]:
    """All ways of writing these keywords: as given, in the plural, and with a hyphen closed up."""
    seen = set()
    for keyword in keywords:
        plural = _plural(keyword)
        for text in [keyword, plural] if plural not in keywords else [keyword]:
            for written in (text, text.replace("-", "")):
                surface = _surface(written, keyword)
                if surface.words and written not in seen:
                    seen.add(written)
                    yield surface


def _surface(text: str, keyword: str) -> Surface:
    words = tuple(re.findall(r"\w+|[^\w\s'’-]", text))
    exact = tuple(bool(_CAPITALS.search(word)) for word in words)
    words = tuple(word if case else word.lower() for word, case in zip(words, exact, strict=True))
    return Surface(text, keyword, words, exact)


def _plural(text: str) -> str:
    if text.endswith("s"):
        return text
    if re.search(r"[^aeiouAEIOU]y$", text):
        return f"{text[:-1]}ies"
    return text + ("es" if text.endswith(("x", "sh", "ch")) else "s")
