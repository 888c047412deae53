"""A coded wave as a comparison needs it: scores, what people read of it, its texts, and how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from textmine.codebook import Codebook
from textmine.coding.certificate import CodebookName, ModelName
from textmine.corpus import Corpus
from textmine.errors import InputError, InvalidDesign
from textmine.estimates.design import AuditDesign
from textmine.estimates.survey import SurveyWave
from textmine.files import sha256_of


@dataclass(frozen=True, eq=False)
class CodedWave:
    """A wave under its ``name``: the coded ``survey``, and what is known of it beside.

    ``checked`` are the labels of units that people read (1, 0, NaN) and ``design`` how these were drawn;
    ``texts`` has a text a unit; ``by`` holds columns of groups. ``model`` and ``codebook`` say what it was
    coded with, ``definitions`` a hash of each code's meaning (``hash_definitions``), ``vocabulary`` the words
    that the coder knows. What is None is not known, and what would need it is not asked. Raises
    ``InputError`` for texts of other units. ``fingerprint`` is the corpus's ('' if not known), ``trained_on``
    the number of its units that the coder was trained on.

    >>> scores = pd.DataFrame({"money": [0.9, 0.2]}, index=["u1", "u2"])
    >>> CodedWave("2024", SurveyWave(scores)).codes
    ['money']
    """

    name: str
    survey: SurveyWave
    checked: pd.DataFrame | None = None
    design: AuditDesign | None = None
    texts: pd.Series | None = None
    by: Mapping[str, Any] = field(default_factory=dict)
    model: ModelName | None = None
    codebook: CodebookName | None = None
    definitions: Mapping[str, str] | None = None
    vocabulary: frozenset[str] | None = None
    fingerprint: str = ""
    trained_on: int = 0

    def __post_init__(self) -> None:
        if self.texts is not None and not self.texts.index.equals(self.survey.scores.index):
            raise InputError(
                f"The texts of wave {self.name} are of other units than its scores, or stand in another "
                "order. Give one text a unit, under the same ids."
            )

    @property
    def codes(self) -> list[str]:
        """Ids of the codes."""
        return self.survey.codes

    def questions(self) -> list[str]:
        """The question that each unit answers; '' throughout where there is one alone."""
        if self.survey.questions is None:
            return [""] * len(self.survey.scores)
        return [str(q) for q in self.survey.column("questions").fillna("").tolist()]

    def respondents(self) -> list[str]:
        """Who gave each answer; where that is not known, each answer is somebody's own."""
        units = self.survey.scores.index
        if self.survey.respondents is None:
            return [f"unit\0{unit}" for unit in units]
        told = self.survey.column("respondents")
        known = told.notna() & told.astype(str).str.strip().ne("")
        rows = zip(units, told, known, strict=True)
        return [str(who) if there else f"unit\0{unit}" for unit, who, there in rows]

    def corpus(self) -> Corpus:
        """Its texts with questions and respondents. Raises ``InputError`` where there are none."""
        if self.texts is None:
            raise InputError(f"Wave {self.name} has no texts. Give the folder with its texts.")
        frame = pd.DataFrame(
            {
                "id": [str(unit) for unit in self.texts.index],
                "text": self.texts.astype(str).tolist(),
                "question": self.questions(),
                "group": self.respondents(),
            }
        )
        return Corpus.from_frame(frame, id="id", text="text", question="question", group="group")


def hash_definitions(codebook: Codebook) -> dict[str, str]:
    """A hash of what each code means: its definition, include and exclude notes, and the codebook's rule.

    A name, an example or a colour may change without the meaning; so it is not hashed. Of a bare list of
    labels nothing is known, and {} comes back.

    >>> book = Codebook.loads("codes: [{id: waiting, definition: Delay.}]")
    >>> len(hash_definitions(book)["waiting"])
    64
    """
    if codebook.bare:
        return {}
    rule = " ".join(codebook.rule.split())
    return {
        code.id: sha256_of(
            {
                "definition": " ".join(code.definition.split()),
                "include": [" ".join(note.split()) for note in code.include],
                "exclude": [" ".join(note.split()) for note in code.exclude],
                "rule": rule,
                "unit": codebook.unit,
            }
        )
        for code in codebook.codes
    }


def refuse_same_wave(waves: list[CodedWave]) -> None:
    """Raise ``InvalidDesign`` where two of the waves are one: nothing can have changed."""
    names = [wave.name for wave in waves]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidDesign(f"Wave {twice[0]} is given twice. Give each wave a name of its own.")
    for place, wave in enumerate(waves):
        for other in waves[:place]:
            if wave.fingerprint and wave.fingerprint == other.fingerprint:
                raise InvalidDesign(
                    f"{other.name} and {wave.name} hold the same texts: they are one wave, coded twice. Give "
                    "two waves; to compare two coders on one wave, use textmine evaluate or agree."
                )
