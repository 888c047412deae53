"""What one annotator may see and do: their units, what they said of them, and nobody else's before that."""

from __future__ import annotations

import threading
import time
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from textmine.annotating.access import Refused, Visitor
from textmine.annotating.quote_desk import QuoteDesk
from textmine.annotating.reading_room import ReadingRoom
from textmine.annotations import Event, Task
from textmine.annotations.current import spans_of
from textmine.annotations.standing import find_current, find_live

if TYPE_CHECKING:
    from textmine.annotations import AnnotationStore, Project

#: A file as it was last written.
Stamp = tuple[int, int, int] | None
#: Kinds of event that can be taken back with the undo key.
_UNDOABLE = ("decision", "memo", "flag", "skip", "question", "act_on")
_RULINGS_KEPT_SECONDS = 2.0
_OWN_KEPT_SECONDS = 5.0
_HIT_WINDOW = 60
_MOST_ROUNDS = 50
_SETTLING_AHEAD = 20  # tasks to settle anew stand in an adjudicator's plan, but not on the reading page


@dataclass
class _Shelf:
    """One annotator's events so far; only newer ones are fetched when they are asked for again."""

    events: list[Event] = field(default_factory=list)
    last: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Desk:
    """A project as its annotators meet it: one object serves everybody, and each sees their own.

    What is sent to a page is made here and nowhere else, so that blindness is decided in one place.
    """

    def __init__(self, project: Project, store: AnnotationStore) -> None:
        self.project, self.store = project, store
        self.settings, self.codebook = project.settings, project.codebook
        frame = project.corpus.frame
        self.place = {unit: number for number, unit in enumerate(project.corpus.ids)}
        self.texts = project.corpus.texts
        self.questions = project.corpus.questions
        self._frame = frame
        facts = [name for name in project.corpus.attributes if self._may_show(name)]
        self.facts = {name: frame[name].tolist() for name in facts}
        self._talks = _find_talks(project.corpus.ids) if _is_talk(frame.columns) else {}
        self._own: dict[str, tuple[float, list[str]]] = {}
        self._shelves: dict[str, _Shelf] = {}
        self._shown: set[tuple[str, str]] = set()
        self._suggested: tuple[Stamp, dict[str, list[dict[str, Any]]]] | None = None
        self._rulings: tuple[float, dict[str, list[dict[str, Any]]]] = (-1.0, {})
        self._lock = threading.Lock()
        self.room, self.quotes = ReadingRoom(self), QuoteDesk(self)

    # --- whose unit ---------------------------------------------------------------------------------------

    def check_unit(self, visitor: Visitor, unit_id: Any) -> str:
        """The unit's id, if this person may read it.

        Raises ``Refused`` (404), in the same words for a unit that is not there and one that is another's.
        """
        known = isinstance(unit_id, str) and unit_id in self.place
        if not known or not (visitor.settles or self.store.has_task(visitor.name, unit_id)):
            raise Refused(404, "There is no such unit among yours.")
        return str(unit_id)

    def text(self, unit_id: str) -> str:
        """The words of a unit."""
        return self.texts[self.place[unit_id]]

    def question(self, unit_id: str) -> str:
        """What the unit answers, '' where that is not known."""
        return self.questions[self.place[unit_id]]

    # --- one unit -----------------------------------------------------------------------------------------

    def next_units(self, visitor: Visitor, passed: Collection[str], limit: int) -> list[dict[str, Any]]:
        """The next units to read, those left out whose decision is on its way from the page."""
        tasks = self.store.next_tasks(visitor.name, limit + len(passed) + _SETTLING_AHEAD)
        ready = (t for t in tasks if t.purpose != "adjudicate" and self.reading_of(visitor, t) not in passed)
        return [self.show(visitor, task.unit_id, task) for task in islice(ready, limit)]

    def reading_of(self, visitor: Visitor, task: Task) -> str:
        """A seal that says which reading is meant, without telling the annotator whether it is a re-read."""
        return visitor.seal("reading", task.unit_id, str(task.round or 0))

    def show(self, visitor: Visitor, unit_id: str, task: Task | None = None) -> dict[str, Any]:
        """All that this person may know of a unit now.

        Others' readings and the machine's suggestions come only after the person's own decision, and only if
        the project shows them at all. A silent re-read looks like any unit never seen.
        """
        text = self.text(unit_id)
        silent = task is not None and task.purpose == "reread"
        mine = [] if silent else [e for e in self.shelf(visitor.name) if e.unit_id == unit_id]
        decided = next(iter(find_current(mine)), None)
        evidence = find_live(mine, ["evidence"])
        seen = {
            "id": unit_id,
            "text": text,
            "question": self.question(unit_id),
            "facts": self.list_facts(unit_id),
            "talk": self._name_talk(unit_id),
            "asks_evidence": self.project.asks_evidence(unit_id),
            "reading": "" if task is None else self.reading_of(visitor, task),
            "mine": None if decided is None else _tell_coding(decided, evidence),
            "memos": [{"id": e.id, "text": e.payload["text"], "at": e.at} for e in find_live(mine, ["memo"])],
            "flag": _latest(mine, "flag"),
            "act_on": _latest(mine, "act_on"),
            "ruling": self._tell_reason(task),
            "others": None,
            "suggestions": None,
        }
        decided_now = decided is not None and task is None
        if decided_now or (not self.settings.blind and not silent):
            seen |= self._show_others(visitor, unit_id, suggest=decided_now)
        return seen

    def show_after(self, visitor: Visitor, unit_id: str) -> dict[str, Any]:
        """What others and the machine say of a unit that this person has decided on. Else ``Refused``."""
        if not self.store.may_see_others(unit_id, visitor.name):
            raise Refused(403, "Decide on it first; then what others said can be shown.")
        return {"id": unit_id, **self._show_others(visitor, unit_id)}

    def list_unread(self, visitor: Visitor) -> set[str]:
        """In a blind project what this person is still to read: nobody's readings of it are shown yet."""
        todo = self.store.list_tasks(visitor.name) if self.settings.blind else []
        return {t.unit_id for t in todo if not t.closed and t.purpose in ("code", "calibration")}

    def note_shown(self, visitor: Visitor, unit_id: str) -> None:
        """Keep that others' readings or suggestions on the unit went to this person's page."""
        with self._lock:
            self._shown.add((visitor.name, unit_id))

    def was_shown(self, visitor: Visitor, unit_id: str) -> bool:
        """Whether others' readings or suggestions on the unit went to this person's page."""
        return (visitor.name, unit_id) in self._shown

    def find_round(self, visitor: Visitor, unit_id: str, seal: str) -> int | None:
        """The round of the reading that a seal names; None for one that names none."""
        rounds = range(_MOST_ROUNDS) if seal else ()
        return next((n for n in rounds if visitor.holds(seal, "reading", unit_id, str(n))), None)

    # --- many units ---------------------------------------------------------------------------------------

    def shelf(self, name: str) -> list[Event]:
        """All events of one annotator, oldest first."""
        with self._lock:
            shelf = self._shelves.setdefault(name, _Shelf())
        with shelf.lock:
            fresh = self.store.events(annotator=name, after=shelf.last)
            shelf.events.extend(fresh)
            shelf.last = fresh[-1].seq if fresh else shelf.last
            return list(shelf.events)

    def recent(self, visitor: Visitor, limit: int = 30) -> list[dict[str, Any]]:
        """The person's latest events that still stand, newest first: what undo takes back, one by one."""
        live = find_live(self.shelf(visitor.name), _UNDOABLE)[-limit:]
        return [
            {
                "id": event.id,
                "kind": event.kind,
                "unit_id": event.unit_id,
                "reading": visitor.seal("reading", event.unit_id, str(event.round or 0)),
                "coding": _tell_coding(event, ()) if event.kind == "decision" else None,
            }
            for event in reversed(live)
        ]

    def count(self, visitor: Visitor) -> dict[str, int]:
        """How many readings were given to this person, and how many are still to do."""
        total, left = self.store.count_tasks(visitor.name, without=("adjudicate", "drawn"))
        return {"total": total, "open": left}

    def list_own(self, visitor: Visitor) -> list[str]:
        """The units given to this person, each once, in the order of reading."""
        at, units = self._own.get(visitor.name, (0.0, []))
        if not units or time.monotonic() - at > _OWN_KEPT_SECONDS:
            units = self.store.list_units(visitor.name, without=("reread", "adjudicate"))
            self._own[visitor.name] = (time.monotonic(), units)
        return units

    def list_decided(self, visitor: Visitor) -> set[str]:
        """The units that this person has decided on."""
        return {event.unit_id for event in find_current(self.shelf(visitor.name))}

    def show_rows(self, visitor: Visitor, offset: int, limit: int, *, unread: bool) -> dict[str, Any]:
        """Some rows of the survey grid, and how many rows there are."""
        units = self.list_own(visitor)
        mine = self.shelf(visitor.name)
        current = {event.unit_id: event for event in find_current(mine)}
        evidence: dict[str, list[Event]] = {}
        for event in find_live(mine, ["evidence"]):
            evidence.setdefault(event.unit_id, []).append(event)
        if unread:
            units = [unit for unit in units if unit not in current]
        part = units[offset : offset + limit]
        rows = [
            {
                "id": unit,
                "number": offset + number,
                "text": self.text(unit),
                "question": self.question(unit),
                "asks_evidence": self.project.asks_evidence(unit),
                "mine": _tell_coding(current[unit], evidence.get(unit, ())) if unit in current else None,
            }
            for number, unit in enumerate(part, 1)
        ]
        return {"total": len(units), "offset": offset, "rows": rows}

    def search(self, visitor: Visitor, words: str, limit: int = 50) -> dict[str, Any]:
        """The person's units whose text holds all these words, in the order of reading.

        A word without accents is found with them as well ('llyr' in 'Llŷr'); one with accents as it stands.
        """
        wanted = _fold(words).split()
        units: Iterable[str] = self.place if visitor.settles else self.list_own(visitor)
        decided = self.list_decided(visitor)
        found: list[dict[str, Any]] = []
        count = 0
        for unit in units if wanted else ():
            text = self.text(unit)
            low = _fold(text)
            if all(_stands_in(word, low) for word in wanted):
                count += 1
                if len(found) < limit:
                    found.append({"id": unit, "text": _cut_hit(text, wanted[0]), "read": unit in decided})
        return {"count": count, "found": found}

    def show_talk(self, visitor: Visitor, unit_id: str) -> dict[str, Any]:
        """The conversation that a unit is a turn of; this person's own turns are marked."""
        title = self._name_talk(unit_id)
        if not title:
            raise Refused(404, "This unit is not part of a conversation.")
        units = self._talks[title]
        own = set(self.list_own(visitor))
        plan = self.store.list_tasks(visitor.name)
        todo = {t.unit_id for t in plan if not t.closed and t.purpose not in ("reread", "adjudicate")}
        decided = self.list_decided(visitor)
        turns = []
        for unit in units:
            row = self._frame.iloc[self.place[unit]]
            turn = {"id": unit, "text": self.text(unit), "own": unit in own, "read": unit in decided}
            turn["todo"] = unit in todo
            turns.append(turn | {name: _plain(row.get(name)) for name in ("speaker", "role", "time")})
        return {"title": title, "turns": turns}

    def list_notes(self, visitor: Visitor) -> list[dict[str, Any]]:
        """The person's memos, flags and calls to act, newest first, with the words that they are about."""
        notes = find_live(self.shelf(visitor.name), ("memo", "flag", "act_on", "question"))
        return [
            {"id": e.id, "kind": e.kind, "unit_id": e.unit_id, "at": e.at, "note": e.payload.get("text", "")}
            | {"text": self.text(e.unit_id) if e.unit_id in self.place else ""}
            for e in reversed(notes)
        ]

    def list_rulings(self) -> dict[str, list[dict[str, Any]]]:
        """The rulings in force by code, newest first."""
        at, rulings = self._rulings
        if time.monotonic() - at > _RULINGS_KEPT_SECONDS or at < 0:
            rulings = {}
            for event in reversed(find_live(self.store.events(kinds=["ruling", "undo"]), ["ruling"])):
                told = {"id": event.id, "text": event.payload["text"], "date": event.at[:10]}
                told |= {"owner": event.annotator, "touched": event.payload.get("touched", 0)}
                rulings.setdefault(event.payload["code"], []).append(told)
            self._rulings = (time.monotonic(), rulings)
        return rulings

    def forget_rulings(self) -> None:
        """Read the rulings anew when they are next asked for."""
        self._rulings = (-1.0, {})

    # --- inside -------------------------------------------------------------------------------------------

    def _show_others(self, visitor: Visitor, unit_id: str, *, suggest: bool = True) -> dict[str, Any]:
        """Others' readings and suggestions on a unit, None each where the project keeps them back."""
        seen: dict[str, Any] = {"others": None, "suggestions": None}
        if self.settings.show_suggestions_after or not self.settings.blind:
            events = self.store.history(unit_id)
            seen["others"] = [
                {"annotator": event.annotator, **_tell_coding(event, ())}
                for event in find_current(events)
                if event.annotator != visitor.name
            ]
        if suggest and self.settings.show_suggestions_after and self.settings.has_gold:
            seen["suggestions"] = self._suggest(unit_id)
        if seen["others"] or seen["suggestions"]:
            self.note_shown(visitor, unit_id)
        return seen

    def _suggest(self, unit_id: str) -> list[dict[str, Any]]:
        stamp = self.stamp_suggestions()
        with self._lock:
            if self._suggested is None or self._suggested[0] != stamp:
                found: dict[str, list[dict[str, Any]]] = {}
                for row in self.project.suggestions().to_dict("records"):
                    said = {"code": row["code"], "score": float(row["score"]), "band": str(row["band"])}
                    found.setdefault(str(row["unit_id"]), []).append(said)
                self._suggested = (stamp, found)
            return self._suggested[1].get(unit_id, [])

    def stamp_suggestions(self) -> Stamp:
        """What changes when the learner has written new suggestions; None while there are none."""
        try:
            about = (self.project.annotations / "suggestions.csv").stat()
        except OSError:
            return None
        return about.st_mtime_ns, about.st_size, about.st_ino

    def _tell_reason(self, task: Task | None) -> dict[str, Any] | None:
        """The ruling for whose sake a unit is read again."""
        if task is None or task.purpose != "ruling":
            return None
        for code, rulings in self.list_rulings().items():
            for ruling in rulings:
                if ruling["id"] == task.reason:
                    return {"code": code, **ruling}
        return None

    def list_facts(self, unit_id: str) -> list[dict[str, str]]:
        """What is known of a unit besides its words, as far as it gives no reading away."""
        at = self.place[unit_id]
        told = [{"name": name, "value": _plain(values[at])} for name, values in self.facts.items()]
        return [fact for fact in told if fact["value"]]

    def _may_show(self, name: str) -> bool:
        """Columns that would give a reading away, or stand elsewhere on the page, are no facts."""
        return name.split("__")[0] not in {*self.codebook.ids, "turn", "notes", "applies", "score", "band"}

    def _name_talk(self, unit_id: str) -> str:
        title = unit_id.rpartition(":")[0]
        return title if title in self._talks else ""


def _is_talk(columns: Collection[Any]) -> bool:
    return {"speaker", "turn"} <= set(columns)


def _find_talks(units: Sequence[str]) -> dict[str, list[str]]:
    """The turns of each conversation, in order: 't1:4' is a turn of 't1'."""
    talks: dict[str, list[str]] = {}
    for unit in units:
        title = unit.rpartition(":")[0]
        if title:
            talks.setdefault(title, []).append(unit)
    return talks


def _tell_coding(event: Event, evidence: Iterable[Event]) -> dict[str, Any]:
    placed = (span for span in spans_of(event, evidence) if span["start"] >= 0)
    spans = [{key: span[key] for key in ("code", "start", "end")} for span in placed]
    said = {"event": event.id, "codes": event.applied, "spans": spans, "at": event.at}
    return said | {"stances": dict(event.payload.get("stances", {}))}


def _latest(events: Sequence[Event], kind: str) -> str | None:
    found = find_live(events, [kind])
    return found[-1].id if found else None


def _plain(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def _fold(text: str) -> str:
    """A text as it is searched: an accent set apart is that on its letter, and capitals do not count."""
    return unicodedata.normalize("NFKC", text).casefold()


def _stands_in(word: str, text: str) -> bool:
    """Whether a word stands in a text, both as they are searched; without accents it stands for any."""
    return word in text or (word.isascii() and not text.isascii() and word in _strip(text))


def _strip(text: str) -> str:
    """A text without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def _cut_hit(text: str, word: str) -> str:
    """The words around the first hit, so that a page of hits stays short."""
    low = _fold(text)
    at = max(low.find(word), _strip(low).find(word) if word not in low else 0, 0)
    start, end = max(0, at - _HIT_WINDOW), min(len(text), at + len(word) + _HIT_WINDOW)
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
