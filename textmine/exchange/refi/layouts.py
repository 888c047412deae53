"""How units become documents to work with: by question, respondent or interview, or as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textmine.errors import InputError

#: What a document holds: all answers to a question, all of a respondent, an interview, or one unit as it is.
LAYOUTS = ("question", "respondent", "interview", "unit")


@dataclass(frozen=True)
class Unit:
    """A text that was coded, with what it answers, who wrote it, and for a turn who spoke in what talk."""

    id: str
    text: str
    question: str = ""
    respondent: str = ""
    speaker: str = ""
    interview: str = ""


@dataclass(frozen=True)
class Piece:
    """Where a unit stands in its document: code points, end exclusive."""

    unit: str
    start: int
    end: int


@dataclass(frozen=True)
class LaidOut:
    """A document made of units: its name, its text, and where each unit stands in it."""

    name: str
    text: str
    pieces: tuple[Piece, ...]


def lay_out(units: Sequence[Unit], layout: str) -> list[LaidOut]:
    """Documents that hold every unit with words in it once, word for word, with headings between several.

    ``question``: a document a question, each answer under its respondent's name. ``respondent``: a document a
    respondent, each answer under its question; one who gave a single answer has just that. ``interview``: a
    document a talk, each turn after its speaker's name. ``unit``: a document a unit, without anything added.
    Raises ``InputError`` for another layout.

    >>> lay_out([Unit("1", "Late bus", "Why?", "A"), Unit("2", "Rain", "Why?", "B")], "question")[0].text
    '[A]\\nLate bus\\n\\n[B]\\nRain\\n'
    """
    makers: dict[str, tuple[Callable[[Unit], str], Callable[[Unit], str]]] = {
        "question": (lambda u: u.question or "Answers", lambda u: f"[{u.respondent or u.id}]\n"),
        "respondent": (lambda u: u.respondent or u.id, lambda u: f"[{u.question}]\n" if u.question else ""),
        "interview": (lambda u: u.interview or "Interview", lambda u: f"{u.speaker}: " if u.speaker else ""),
        "unit": (lambda u: u.id, lambda u: ""),
    }
    if layout not in makers:
        raise InputError(f"No layout {layout!r}. Layouts: {', '.join(LAYOUTS)}.")
    name_of, head_of = makers[layout]
    together: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.text.strip():
            together.setdefault(name_of(unit), []).append(unit)
    plain = layout == "unit"
    return [
        _join(name, held, head_of, plain=plain or (layout == "respondent" and len(held) == 1))
        for name, held in together.items()
    ]


def _join(name: str, units: Sequence[Unit], head_of: Callable[[Unit], str], *, plain: bool) -> LaidOut:
    if plain:
        return LaidOut(name, units[0].text, (Piece(units[0].id, 0, len(units[0].text)),))
    text, length, pieces = [], 0, []
    for number, unit in enumerate(units):
        before = ("\n" if number else "") + head_of(unit)
        start = length + len(before)
        pieces.append(Piece(unit.id, start, start + len(unit.text)))
        text += [before, unit.text, "\n"]
        length = start + len(unit.text) + 1
    return LaidOut(name, "".join(text), tuple(pieces))


def choose_layout(units: Sequence[Unit]) -> str:
    """The layout that suits: interviews for turns, else a document a question.

    >>> choose_layout([Unit("1", "Yes", speaker="A")])
    'interview'
    """
    return "interview" if any(unit.speaker for unit in units) else "question"
