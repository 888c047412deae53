"""What people do, as verbs of the store: decide, adjudicate, undo, ask, each stores one event."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from textmine.annotations.events import Event, new_event_id

#: The codes that apply, or code -> 1, 0 or None (not coded).
Codes = Iterable[str] | Mapping[str, int | None]


class Verbs:
    """The verbs of ``AnnotationStore``; ``id`` makes a repeated call harmless: an id is stored once."""

    @abstractmethod
    def record(self, event: Event) -> Event:
        """Store an event; see ``AnnotationStore.record``."""

    def decide(
        self,
        unit_id: str,
        annotator: str,
        codes: Codes,
        *,
        stances: Mapping[str, str] | None = None,
        spans: Sequence[Mapping[str, Any]] = (),
        seconds: float | None = None,
        suggestions_shown: bool = False,
        reason: str = "",
        round: int | None = None,
        id: str | None = None,
    ) -> Event:
        """Say which codes a unit takes; an empty list says that it was read and takes none.

        ``codes`` are those that apply, or code -> 1, 0, None (not coded). ``spans`` have code, start, end
        (code points, exclusive) and quote. ``round`` is the task's; without it a first reading is meant, or
        a correction of the decision in force. The sampling role and probability come from the task.
        """
        return self.record(
            Event(
                id=id or new_event_id(),
                kind="decision",
                unit_id=unit_id,
                annotator=annotator,
                payload=_coding(codes, stances, spans, reason),
                seconds=seconds,
                suggestions_shown=suggestions_shown,
                round=round,
            )
        )

    def adjudicate(
        self,
        unit_id: str,
        adjudicator: str,
        codes: Codes,
        *,
        reason: str,
        stances: Mapping[str, str] | None = None,
        spans: Sequence[Mapping[str, Any]] = (),
        id: str | None = None,
    ) -> Event:
        """Settle a unit on which readers differ, with the reason. Refused in a reflexive project."""
        payload = _coding(codes, stances, spans, reason)
        return self._note("adjudication", unit_id, adjudicator, payload, id)

    def add_evidence(
        self,
        unit_id: str,
        annotator: str,
        code: str,
        start: int,
        end: int,
        quote: str = "",
        *,
        id: str | None = None,
    ) -> Event:
        """Attach a stretch of the text to a code; it counts while one's decision gives the unit that code."""
        payload = {"code": code, "start": start, "end": end, "quote": quote}
        return self._note("evidence", unit_id, annotator, payload, id)

    def undo(self, event_id: str, annotator: str, *, id: str | None = None) -> Event:
        """Take back one of one's own events; undoing the undo brings it back."""
        event = Event(
            id=id or new_event_id(), kind="undo", unit_id="", annotator=annotator, supersedes=event_id
        )
        return self.record(event)

    def skip(self, unit_id: str, annotator: str, text: str = "", *, id: str | None = None) -> Event:
        """Pass a unit over for now: it counts as not read."""
        return self._note("skip", unit_id, annotator, {"text": text}, id)

    def memo(self, unit_id: str, annotator: str, text: str, *, id: str | None = None) -> Event:
        """Keep a thought about a unit."""
        return self._note("memo", unit_id, annotator, {"text": text}, id)

    def flag(self, unit_id: str, annotator: str, text: str = "", *, id: str | None = None) -> Event:
        """Mark a unit to come back to."""
        return self._note("flag", unit_id, annotator, {"text": text}, id)

    def act_on(self, unit_id: str, annotator: str, text: str = "", *, id: str | None = None) -> Event:
        """Say that somebody should act on what a respondent wrote."""
        return self._note("act_on", unit_id, annotator, {"text": text}, id)

    def ask(self, unit_id: str, annotator: str, text: str, *, code: str = "", id: str | None = None) -> Event:
        """Put a question to the project's owner."""
        return self._note("question", unit_id, annotator, {"text": text, "code": code}, id)

    def _note(
        self, kind: str, unit_id: str, annotator: str, payload: dict[str, Any], id: str | None
    ) -> Event:
        event = Event(
            id=id or new_event_id(), kind=kind, unit_id=unit_id, annotator=annotator, payload=payload
        )
        return self.record(event)


def _coding(
    codes: Codes,
    stances: Mapping[str, str] | None,
    spans: Sequence[Mapping[str, Any]],
    reason: str,
) -> dict[str, Any]:
    given = codes if isinstance(codes, str | Mapping) else list(codes)
    return {"codes": given, "stances": dict(stances or {}), "spans": [*spans], "reason": reason}
