"""Labels on their way to other tools and back: readings of a project, and events made of what came back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from textmine.annotations import Event
from textmine.annotations.current import order_units, spans_of
from textmine.annotations.events import check_event, check_name, check_payload, dump_json, utc_now
from textmine.annotations.standing import find_current, find_live
from textmine.codebook import Codebook
from textmine.errors import InputError

if TYPE_CHECKING:
    from textmine.annotations import AnnotationStore, Project

#: The forms that labels can take.
FORMS = ("label-studio", "prodigy", "doccano", "csv", "xlsx")


@dataclass(frozen=True)
class Reading:
    """What one person said of one unit; ``codes`` is None for a unit that was not read.

    A code that stands in ``codes`` was decided on (1 or 0); one that does not was not. ``spans`` have code,
    start, end (code points, the end exclusive) and quote. ``where`` says where in a file it was found.
    """

    unit_id: str
    text: str
    question: str = ""
    annotator: str = ""
    codes: Mapping[str, int] | None = None
    spans: Sequence[Mapping[str, Any]] = ()
    stances: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    at: str = ""
    where: str = ""

    @property
    def applied(self) -> list[str]:
        """The codes that apply."""
        return [code for code, value in (self.codes or {}).items() if value]


@dataclass(frozen=True)
class LabelReport:
    """What an import brought: new readings, those known already, rows not read, and what to know of it."""

    new: int
    known: int
    unread: int
    notes: list[str]


def list_readings(project: Project, store: AnnotationStore, *, annotator: str | None = None) -> list[Reading]:
    """Everybody's decisions in force, in the corpus's order; then units that nobody has read.

    With ``annotator`` that person's decisions, and the units that are theirs and still to be read (all
    others, where they have no tasks). Raises ``InputError`` for a name that the project does not know.
    """
    events = store.events()
    current = [e for e in find_current(events) if annotator in (None, e.annotator)]
    names = {person.name for person in store.annotators()} | {event.annotator for event in current}
    if annotator is not None and annotator not in names:
        known = ", ".join(sorted(names)) or "nobody"
        raise InputError(f"No annotator {annotator!r} in the project. There are: {known}.")
    evidence: dict[tuple[str, str], list[Event]] = {}
    for event in find_live(events, ["evidence"]):
        evidence.setdefault((event.unit_id, event.annotator), []).append(event)
    decided: dict[str, list[Event]] = {}
    for event in current:
        decided.setdefault(event.unit_id, []).append(event)
    tasks = {task.unit_id for task in store.list_tasks(annotator)} if annotator else set()
    units = [unit for unit in project.units if not tasks or unit in tasks or unit in decided]
    found = []
    for unit in [*order_units(store, current), *(unit for unit in units if unit not in decided)]:
        document = project.document(unit)
        bare = Reading(unit, document.text, document.question or "", annotator or "")
        found += [_reading_of(bare, event, evidence) for event in decided.get(unit, ())] or [bare]
    return found


def _reading_of(bare: Reading, event: Event, evidence: Mapping[tuple[str, str], list[Event]]) -> Reading:
    return replace(
        bare,
        annotator=event.annotator,
        codes=event.codes,
        spans=spans_of(event, evidence.get((event.unit_id, event.annotator), ())),
        stances=dict(event.payload.get("stances", {})),
        seconds=event.seconds,
        at=event.at,
    )


def take_in(
    project: Project,
    store: AnnotationStore,
    readings: Iterable[Reading],
    *,
    notes: Iterable[str] = (),
    codes_only: bool = False,
) -> LabelReport:
    """Store what came back as decisions with the role 'imported' and no probability.

    A decision that says what the same person's says already is known, and nothing changes; one that says
    otherwise replaces it, and what it replaced stays in the history. ``codes_only`` readings (of a sheet)
    hold no evidence and no stances: those of codes that stay are kept, and a code that they do not speak of
    is not coded. The other forms cannot say 'not coded': a code that came after the earlier decision and is
    not given stays missing. All or nothing. Raises ``InputError``, with the place in the file, for units,
    codes and offsets that do not fit the project.
    """
    texts = dict(zip(project.corpus.ids, project.corpus.texts, strict=True))
    current = {(e.unit_id, e.annotator): e for e in find_current(store.events())}
    there = {(r.unit_id, r.annotator): r for r in list_readings(project, store)}
    events: dict[tuple[str, str], Event] = {}
    known = unread = 0
    for reading in readings:
        if reading.codes is None:
            unread += 1
            continue
        key = (reading.unit_id, reading.annotator)
        if key in events:
            raise InputError(f"{reading.where}: this person has read the same unit twice in the file.")
        before = current.get(key)
        if codes_only and before is not None:
            reading = _with_evidence(reading, there[key])
        try:
            event = _event_of(reading, before, store.codebook, texts)
        except InputError as error:
            raise InputError(f"{reading.where}: {error}") from None
        if before is not None and _says_the_same(there[key], event, codes_only=codes_only):
            known += 1
        else:
            events[key] = event
    store.absorb(list(events.values()), [], [])
    return LabelReport(len(events), known, unread, list(notes))


def _event_of(reading: Reading, before: Event | None, codebook: Codebook, texts: Mapping[str, str]) -> Event:
    if reading.unit_id not in texts:
        raise InputError("the project has no unit of this id")
    said = {code: (reading.codes or {}).get(code) for code in codebook.ids}
    payload = {
        "codes": said,
        "stances": dict(reading.stances),
        "spans": [dict(span) for span in reading.spans],
        "reason": "",
    }
    bare = Event(
        id="-",
        kind="decision",
        unit_id=reading.unit_id,
        annotator=check_name(reading.annotator),
        payload=payload,
        role="imported",
        round=0 if before is None else before.round,
        seconds=reading.seconds,
        codebook=codebook.sha256,
        at=reading.at or utc_now(),
        supersedes=None if before is None else before.id,
    )
    if before is not None:  # a correction stands for the same draw of the unit
        bare = replace(bare, role=before.role, probability=before.probability)
    payload = check_payload(bare, codebook, texts[reading.unit_id])
    digest = hashlib.sha256(
        dump_json([bare.unit_id, bare.annotator, payload, bare.supersedes]).encode("utf-8", "surrogatepass")
    ).hexdigest()
    event = replace(bare, id=f"imported-{digest[:32]}", payload=payload)
    check_event(event)
    return event


def _with_evidence(reading: Reading, before: Reading) -> Reading:
    """A reading without evidence and stances with those that its codes had before."""
    applied = set(reading.applied)
    spans = [span for span in before.spans if span["code"] in applied]
    stances = {code: stance for code, stance in before.stances.items() if code in applied}
    return replace(reading, spans=spans, stances=stances)


def _says_the_same(before: Reading, event: Event, *, codes_only: bool) -> bool:
    """Whether codes are the same, and no stretch or stance came that was not there."""
    old = {(s["code"], s["start"], s["end"]) for s in before.spans}
    new = {(s["code"], s["start"], s["end"]) for s in event.payload["spans"]}
    stances = event.payload["stances"].items() <= dict(before.stances).items()
    codes = dict(before.codes or {})
    if not codes_only:
        codes = {code: 0 for code, value in event.codes.items() if not value} | codes
    return codes == event.codes and new <= old and stances


class Matcher:
    """Finds the unit that a row of another tool's file is about, and the code that a label names."""

    def __init__(self, project: Project) -> None:
        self.codebook = project.codebook
        self.texts = dict(zip(project.corpus.ids, project.corpus.texts, strict=True))
        self.questions = dict(zip(project.corpus.ids, project.corpus.questions, strict=True))
        self._by_words: dict[str, list[str]] = {}
        for unit, text in self.texts.items():
            self._by_words.setdefault(_plain(text), []).append(unit)
        self._codes = {code.id: code.id for code in self.codebook.codes}
        for code in self.codebook.codes:
            self._codes.setdefault(code.name, code.id)
            self._codes.setdefault(code.id.casefold(), code.id)
            self._codes.setdefault(code.name.casefold(), code.id)

    def find_unit(self, named: Iterable[Any], text: str, where: str) -> str:
        """The unit by one of the ids that a row ``named``, else the only one with its words."""
        for name in named:
            if isinstance(name, str | int) and str(name) in self.texts:
                return str(name)
        found = self._by_words.get(_plain(text), []) if text else []
        if len(found) == 1:
            return found[0]
        why = "more than one unit has its words" if found else "no unit has its id or its words"
        raise InputError(f"{where}: {why}. Keep the column unit_id when labels go out and come back.")

    def find_code(self, label: Any, where: str) -> str:
        """The code of that id or name. Raises ``InputError`` that lists those there are."""
        name = str(label).strip()
        code = self._codes.get(name) or self._codes.get(name.casefold())
        if code is None:
            shown = repr(name) if len(name) <= 40 else "of that name"
            known = ", ".join(self.codebook.ids)
            raise InputError(f"{where}: no code {shown} in the codebook. Codes: {known}.")
        return code

    def decide(self, applied: Iterable[str]) -> dict[str, int]:
        """Every code of the codebook: 1 for those that apply, 0 for the rest."""
        given = set(applied)
        return {code: int(code in given) for code in self.codebook.ids}


def name_annotator(given: Any, fallback: str) -> str:
    """A name that an annotator can have, made of what another tool calls a person.

    >>> name_annotator("Ann.B@example.org", "imported"), name_annotator(7, ""), name_annotator(None, "ben")
    ('ann.b', 'user-7', 'ben')
    """
    if isinstance(given, Mapping):
        given = given.get("email") or given.get("username") or given.get("id")
    if isinstance(given, int) and not isinstance(given, bool):
        return f"user-{given}"
    name = re.sub(r"[^a-z0-9._-]+", "-", str(given or "").split("@")[0].split(",")[0].strip().casefold())
    return name.strip("-._")[:64].rstrip("-._") or fallback


def _plain(text: str) -> str:
    """The words by which a text is known again, whatever a tool did to its line ends and outer spaces."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
