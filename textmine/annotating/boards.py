"""What leads look at: differences to settle, agreement, questions and rulings, progress, drift."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pandas as pd

from textmine.annotating.access import Refused, Visitor
from textmine.annotating.inbox import take_text
from textmine.annotations.current import spans_of
from textmine.annotations.standing import find_current, find_live
from textmine.errors import InputError

if TYPE_CHECKING:
    from textmine.agreement import Agreement
    from textmine.annotating.desk import Desk

#: Bootstrap draws on the page; `textmine agree` takes more.
DRAWS = 200
#: The effect of a ruling as it is asked for.
EFFECTS = {
    "narrows": "narrows the code: re-read what was given it",
    "widens": "widens the code: re-read like units that were not given it",
    "unclear": "cannot say: re-read both",
}


def require_gold(desk: Desk, visitor: Visitor) -> None:
    """Raise ``Refused`` unless differences are settled in this project, and by this person."""
    if not desk.settings.has_gold:
        raise Refused(404, "A reflexive project has no settled coding: readings stand side by side.")
    visitor.require(visitor.settles, "Differences are settled by an adjudicator or the owner.")


def list_differences(desk: Desk, visitor: Visitor, *, settled: bool) -> dict[str, Any]:
    """The units on which readers differ, in the corpus's order; with ``settled`` those settled already.

    Those that this person is still to read come once that is done.
    """
    table = desk.store.disagreements()
    table = table[~table["unit_id"].isin(desk.list_unread(visitor))]
    again = {t.unit_id for t in desk.store.list_tasks() if t.purpose == "adjudicate" and not t.closed}
    units: dict[str, list[str]] = {}
    done: dict[str, bool] = {}
    for row in table[["unit_id", "code", "settled"]].to_dict("records"):
        unit = str(row["unit_id"])
        units.setdefault(unit, []).append(str(row["code"]))
        done[unit] = done.get(unit, True) and not pd.isna(row["settled"]) and unit not in again
    for unit in again - set(units):
        units[unit], done[unit] = [], False
    ordered = sorted(units, key=lambda unit: desk.place.get(unit, len(desk.place)))
    found = [{"id": unit, "codes": units[unit]} for unit in ordered if done[unit] == settled]
    return {"units": found, "open": sum(not d for d in done.values()), "settled": sum(done.values())}


def show_difference(desk: Desk, visitor: Visitor, unit_id: str) -> dict[str, Any]:
    """A unit, what each reader gave it with the words they chose, and how it was settled, if it was.

    Raises ``Refused`` (403) where this person is still to read it.
    """
    visitor.require(unit_id not in desk.list_unread(visitor), "Decide on it first; then it can be settled.")
    desk.note_shown(visitor, unit_id)
    events = desk.store.history(unit_id)
    evidence = find_live(events, ["evidence"])
    readings = []
    for event in find_current(events):
        own = [e for e in evidence if e.annotator == event.annotator]
        readings.append(
            {
                "annotator": event.annotator,
                "codes": event.codes,
                "stances": dict(event.payload.get("stances", {})),
                "spans": spans_of(event, own),
                "reason": event.payload.get("reason", ""),
            }
        )
    memos = [{"annotator": e.annotator, "text": e.payload["text"]} for e in find_live(events, ["memo"])]
    words = find_live(events, ["adjudication"])
    settled = None
    if words:
        last = words[-1]
        settled = {"by": last.annotator, "codes": last.applied, "reason": last.payload["reason"]}
        settled |= {"at": last.at, "stances": dict(last.payload["stances"]), "spans": last.payload["spans"]}
    seen = {"id": unit_id, "text": desk.text(unit_id), "question": desk.question(unit_id)}
    return seen | {"readings": readings, "memos": memos, "settled": settled}


def list_calls(desk: Desk, visitor: Visitor) -> dict[str, Any]:
    """What others marked with 'act on this' or flagged: calls to act first, the newest first.

    For those who settle differences; nothing for anybody else. Marks on units that this person is still to
    read are only counted (``waiting``).
    """
    if not visitor.settles:
        return {"calls": [], "waiting": 0}
    unread = desk.list_unread(visitor)
    events = desk.store.events(kinds=["act_on", "flag", "undo"])
    marks = [e for e in find_live(events, ["act_on", "flag"]) if e.annotator != visitor.name]
    open_to = [e for e in reversed(marks) if e.unit_id not in unread and e.unit_id in desk.place]
    calls = []
    for event in sorted(open_to, key=lambda e: e.kind != "act_on"):
        desk.note_shown(visitor, event.unit_id)
        told = {"id": event.id, "kind": event.kind, "unit_id": event.unit_id, "at": event.at}
        told |= {"annotator": event.annotator, "note": event.payload.get("text", "")}
        calls.append({**told, "text": desk.text(event.unit_id)})
    return {"calls": calls, "waiting": sum(e.unit_id in unread for e in marks)}


def list_questions(desk: Desk) -> dict[str, Any]:
    """Questions to the owner, open ones first, with the words that they are about."""
    rows = []
    given = {ruling["id"]: ruling for rulings in desk.list_rulings().values() for ruling in rulings}
    for row in desk.store.questions().to_dict("records"):
        told = {name: str(row[name]) for name in ("id", "unit_id", "annotator", "code", "text", "at")}
        told["unit_text"] = desk.text(told["unit_id"]) if told["unit_id"] in desk.place else ""
        rows.append({**told, "ruling": given.get(row["ruling"])})
    rows.sort(key=lambda told: told["ruling"] is not None)
    return {"questions": rows, "effects": EFFECTS}


def rule(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> dict[str, Any]:
    """Answer a question with a ruling; says how many earlier decisions it queued to be read again."""
    effect = take_text(given, "effect", longest=20) or "unclear"
    if effect not in EFFECTS:
        raise Refused(422, f"effect: wanted one of {', '.join(EFFECTS)}.")
    ruling = desk.store.answer(
        take_text(given, "question", longest=400),
        visitor.name,
        take_text(given, "text"),
        code=take_text(given, "code", longest=400) or None,
        effect=effect,  # type: ignore[arg-type]
        id=take_text(given, "id", longest=64) or None,
    )
    desk.forget_rulings()
    return {"id": ruling.event.id, "queued": len(ruling.touched), "left": len(ruling.left)}


class AgreementBoard:
    """How far people agree, worked out anew only when something was decided since."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[int, Agreement | None, str] = (-1, None, "")

    def measure(self, desk: Desk) -> tuple[Agreement | None, str]:
        """The agreement now; or None, and why there is none."""
        if not desk.settings.computes_agreement:
            raise Refused(404, "A reflexive project measures no agreement.")
        with self._lock:
            events = desk.store.events(kinds=["decision", "undo"], after=max(self._kept[0], 0))
            last = events[-1].seq if events else max(self._kept[0], 0)
            if last != self._kept[0]:
                self._kept = (last, *_measure(desk))
            return self._kept[1], self._kept[2]


def _measure(desk: Desk) -> tuple[Agreement | None, str]:
    from textmine.agreement import measure_agreement

    codings = list(desk.store.codings().values())
    if len(codings) < 2:
        return None, "Agreement needs two people who have read some of the same units."
    groups = dict(zip(desk.project.corpus.ids, desk.project.corpus.groups, strict=True))
    texts = dict(zip(desk.project.corpus.ids, desk.texts, strict=True))
    try:
        return measure_agreement(
            *codings, by=groups, texts=texts, approach=desk.settings.approach, draws=DRAWS
        ), ""
    except InputError as error:
        return None, str(error)
