"""Ask the lead: questions, dated rulings on codes, and the earlier decisions that a ruling may touch."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from textmine.annotations.events import Event, check_code, new_event_id
from textmine.annotations.standing import find_current, find_live
from textmine.annotations.tasks import Task
from textmine.errors import InputError

if TYPE_CHECKING:
    from textmine.annotations.store import AnnotationStore


@dataclass(frozen=True)
class Ruling:
    """What the owner answered: the ``event``, the earlier codings it may touch, and those nobody can re-read.

    ``touched`` was queued for whoever decided; ``left`` are codings by people who no longer work on the
    project (or were imported), which the owner has to see to.
    """

    event: Event
    touched: list[Event]
    left: list[Event]


def answer_question(
    store: AnnotationStore,
    question_id: str,
    owner: str,
    text: str,
    *,
    code: str | None = None,
    effect: str = "unclear",
    also: Sequence[str] = (),
    id: str | None = None,
) -> Ruling:
    """Answer a question: the answer becomes a ruling on the code, and earlier decisions are queued.

    ``effect`` says what the ruling does. One that 'narrows' the code can only change decisions that gave it;
    one that 'widens' it only decisions that did not, on a unit with the same words as the one asked about,
    on a unit of another question about the code, or on one of ``also``; 'unclear' both. Decisions made
    afterwards are not touched, nor those undone or replaced. A re-read comes before the reader's other work
    and its decision replaces the earlier one, with the ruling's id as the task's reason.
    Raises ``InputError`` for an unknown question and where no code is known.
    """
    asked = next((event for event in store.events(kinds=["question"]) if event.id == question_id), None)
    if asked is None:
        raise InputError("No question of that id in this project.")
    about = check_code(code or asked.payload["code"], store.codebook)
    name = id or new_event_id()
    events = store.events()
    stored = next((event for event in events if event.id == name), None)
    events = [event for event in events if stored is None or event.seq < stored.seq]
    touched = find_touched(store, events, asked, about, effect=effect, also=also)
    ruling = store.record(
        Event(
            id=name,
            kind="ruling",
            unit_id=asked.unit_id,
            annotator=owner,
            payload={
                "text": text,
                "code": about,
                "question": asked.id,
                "effect": effect,
                "touched": len(touched),
            },
        )
    )
    before = [event for event in store.events() if event.seq < ruling.seq]  # some may have come meanwhile
    touched = find_touched(store, before, asked, about, effect=effect, also=also)
    active = {person.name for person in store.annotators() if person.active}
    free = not store.annotators()
    mine = [event for event in touched if free or event.annotator in active]
    store.assign([_reread(event, ruling) for event in mine], first=True)
    return Ruling(ruling, mine, [event for event in touched if event not in mine])


def find_touched(
    store: AnnotationStore,
    events: Sequence[Event],
    asked: Event,
    code: str,
    *,
    effect: str,
    also: Iterable[str] = (),
) -> list[Event]:
    """The decisions and adjudications in force among ``events`` that a ruling on the code may change."""
    questions = find_live(events, ["question"])
    near = {event.unit_id for event in questions if event.payload["code"] == code}
    near |= {asked.unit_id, *also, *_same_words(store, asked.unit_id)}
    words = {event.unit_id: event for event in find_live(events, ["adjudication"])}
    touched = []
    for event in [*find_current(events), *words.values()]:
        given = event.codes.get(code) == 1
        if (given and effect != "widens") or (not given and effect != "narrows" and event.unit_id in near):
            touched.append(event)
    return touched


def list_rulings(store: AnnotationStore, code: str | None = None) -> pd.DataFrame:
    """The rulings in force, oldest first: code, text, when, by whom, on which question, with what effect.

    ``touched`` counts the earlier codings it may touch, ``pending`` those of them still to be re-read.
    """
    tasks = store.list_tasks()
    rows = []
    for event in find_live(store.events(kinds=["ruling", "undo"]), ["ruling"]):
        if code in (None, event.payload["code"]):
            pending = sum(task.reason == event.id and not task.closed for task in tasks)
            rows.append(
                {
                    "id": event.id,
                    **event.payload,
                    "at": event.at,
                    "owner": event.annotator,
                    "pending": pending,
                }
            )
    columns = ["id", "code", "text", "at", "owner", "question", "effect", "touched", "pending"]
    return pd.DataFrame(rows, columns=columns)


def list_questions(store: AnnotationStore, *, open_only: bool = False) -> pd.DataFrame:
    """Questions to the owner, oldest first; ``ruling`` is the id of the latest answer, '' while open."""
    events = store.events(kinds=["question", "ruling", "undo"])
    answers = {event.payload["question"]: event.id for event in find_live(events, ["ruling"])}
    rows = [
        {
            "id": event.id,
            "unit_id": event.unit_id,
            "annotator": event.annotator,
            **event.payload,
            "at": event.at,
            "ruling": answers.get(event.id, ""),
        }
        for event in find_live(events, ["question"])
        if not (open_only and event.id in answers)
    ]
    return pd.DataFrame(rows, columns=["id", "unit_id", "annotator", "code", "text", "at", "ruling"])


def _reread(event: Event, ruling: Event) -> Task:
    return Task(
        annotator=event.annotator,
        unit_id=event.unit_id,
        purpose="ruling" if event.kind == "decision" else "adjudicate",
        role=event.role or "disputed",
        probability=event.probability,
        reason=ruling.id,
    )


def _same_words(store: AnnotationStore, unit_id: str) -> set[str]:
    """The units whose text is that of this one but for case and spaces."""
    if store.corpus is None:
        return {unit_id}
    texts = dict(zip(store.corpus.ids, store.corpus.texts, strict=True))
    words = _plain(texts.get(unit_id, ""))
    return {unit for unit, text in texts.items() if words and _plain(text) == words}


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
