"""Events: what people did to units, one record each, never changed and never deleted."""

from __future__ import annotations

import json
import math
import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from textmine.codebook import Codebook
from textmine.coded import STANCES
from textmine.errors import InputError

#: What an event can be.
KINDS = (
    "decision",
    "evidence",
    "memo",
    "flag",
    "skip",
    "undo",
    "question",
    "ruling",
    "adjudication",
    "act_on",
)
#: How a unit came to be read; only a unit with a known probability can stand in an estimate.
ROLES = (
    "random",
    "audit",
    "active",
    "review",
    "disputed",
    "calibration",
    "reread",
    "convenience",
    "imported",
)
#: What a ruling does to a code.
EFFECTS = ("narrows", "widens", "unclear")
#: Kinds that say which codes a unit takes.
CODINGS = ("decision", "adjudication")

_CODING: dict[str, type] = {"codes": dict, "stances": dict, "spans": list, "reason": str}
_QUESTION: dict[str, type] = {"text": str, "code": str}
#: The payload of each kind as it is stored; of all others, a text.
_FORMS: dict[str, dict[str, type]] = {
    "decision": _CODING,
    "adjudication": _CODING,
    "evidence": {"code": str, "start": int, "end": int, "quote": str},
    "undo": {},
    "question": _QUESTION,
    "ruling": {**_QUESTION, "question": str, "effect": str, "touched": int},
}

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_-])?")
#: Names that Windows keeps for devices.
DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))}
# And those of files that stand beside the annotators' own.
_KEPT = DEVICES | {"tasks", "people", "adjudicated", "labels", "none"}
_LONGEST_ID = 400
_LONGEST_PAYLOAD = 200_000


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that a person did to a unit.

    ``id`` is given by whoever sends it, so that one sent twice is stored once. ``payload`` holds what was
    decided, by ``kind`` (see ``check_payload``). ``supersedes`` names the event that this one replaces or,
    for an undo, takes back. ``role`` says how the unit came to be read and ``probability`` how likely that
    was; ``round`` counts the readings of the unit by this annotator from 0 (None: the store finds out).
    ``at`` is the time in UTC and ``seq`` the place in the project's order; both come from the store, and
    order goes by ``seq``, since clocks are set back at times. ``unit_id`` is the unit's id and ``annotator``
    the person; ``codebook`` is the version that was open, ``seconds`` the time it took (None: not measured)
    and ``suggestions_shown`` whether a model's codes were in sight.

    >>> Event(id="e1", kind="memo", unit_id="u1", annotator="ann", payload={"text": "odd"}).seq
    0
    """

    id: str
    kind: str
    unit_id: str
    annotator: str
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False)
    codebook: str = ""
    role: str = ""
    probability: float | None = None
    supersedes: str | None = None
    seconds: float | None = None
    suggestions_shown: bool = False
    round: int | None = None
    at: str = ""
    seq: int = 0

    @property
    def codes(self) -> dict[str, int]:
        """The codes of a decision or adjudication: 1 applies, 0 does not; empty for other kinds."""
        return dict(self.payload.get("codes", {}))

    @property
    def applied(self) -> list[str]:
        """The codes that apply, in the codebook's order."""
        return [code for code, value in self.codes.items() if value]


def new_event_id() -> str:
    """An id that no other event has."""
    return uuid.uuid4().hex


def utc_now() -> str:
    """The time in UTC to the millisecond, as ISO 8601 with a Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def check_name(name: str) -> str:
    """The annotator's name, if it can stand in a file name on every system.

    Raises ``InputError`` for one that cannot.

    >>> check_name("coder_1")
    'coder_1'
    """
    if not _NAME.fullmatch(name) or name.split(".")[0] in _KEPT:
        raise InputError(
            f"{name!r} cannot be an annotator's name{_suggest_name(name)}. Use up to 64 of a-z, 0-9, '.', "
            "'_' and '-', beginning with a letter or digit, and none of tasks, people, labels, adjudicated, "
            "none, con, nul."
        )
    return name


def _suggest_name(name: str) -> str:
    """A name close to one that cannot be, without capitals, accents and spaces; '' where there is none."""
    plain = unicodedata.normalize("NFKD", name[:200].casefold()).encode("ascii", "ignore").decode("ascii")
    close = re.sub(r"[^a-z0-9._-]+", "-", plain).strip("-._")[:64].strip("-._")
    return f", but {close!r} can" if _NAME.fullmatch(close) and close.split(".")[0] not in _KEPT else ""


def check_event(event: Event) -> None:
    """Raise ``InputError`` where a field of an event cannot be stored; payloads have their own check."""
    check_name(event.annotator)
    for name in ("id", "unit_id", "supersedes"):
        value = getattr(event, name)
        if value is not None and (len(value) > _LONGEST_ID or not _is_plain(value)):
            raise InputError(f"An event's {name} is longer than {_LONGEST_ID} characters or no plain text.")
    if not event.id:
        raise InputError("An event without an id. Give each its own, such as new_event_id().")
    _check_word("kind", event.kind, KINDS)
    if not event.unit_id and event.kind not in ("ruling", "undo"):
        raise InputError(f"A {event.kind} needs the id of the unit that it is about.")
    if event.role:
        _check_word("sampling role", event.role, ROLES)
    if event.probability is not None and not 0 < event.probability <= 1:
        raise InputError(f"An inclusion probability is above 0 and at most 1, not {event.probability}.")
    if event.seconds is not None and not (math.isfinite(event.seconds) and event.seconds >= 0):
        raise InputError("The seconds spent on a unit are a number of 0 or more.")
    if event.round is not None and not 0 <= event.round < 1000:
        raise InputError("The round of a reading is counted from 0 and stays under 1000.")
    if event.kind == "undo" and not event.supersedes:
        raise InputError("An undo names the event that it takes back in supersedes.")


def check_payload(event: Event, codebook: Codebook, text: str | None = None) -> dict[str, Any]:
    """The payload in its full form; ``text`` is the unit's, where it is known.

    A decision or adjudication holds every code of the codebook (``codes`` may be given as a list of those
    that apply, or as a mapping in which None stands for 'not coded'), ``stances``, ``spans`` and a
    ``reason``. Evidence is one span; the other kinds hold a ``text`` and, where it matters, a ``code``.
    Offsets are code points; a quote must be the words there. Raises ``InputError``, without the words.

    >>> book = Codebook.from_labels(["money", "time"])
    >>> made = Event(id="e", kind="decision", unit_id="u", annotator="ann", payload={"codes": ["time"]})
    >>> check_payload(made, book)["codes"]
    {'money': 0, 'time': 1}
    """
    given = dict(event.payload)
    if event.kind in CODINGS:
        payload = _check_coding(given, codebook, text)
        if event.kind == "adjudication" and not payload["reason"].strip():
            raise InputError("An adjudication needs a reason. Say in a line why it was settled so.")
    elif event.kind == "evidence":
        payload = _check_span(given, codebook, text)
    elif event.kind == "undo":
        payload = {}
    else:
        payload = _check_note(event.kind, given, codebook)
    written = dump_json(payload)
    if len(written) > _LONGEST_PAYLOAD or not _is_plain(written, escaped=False):
        raise InputError(f"A {event.kind} is too long or holds half a character (a lone surrogate).")
    return payload


def check_form(event: Event) -> None:
    """Raise ``InputError`` where the payload of an event from a file has not the form that the store writes.

    Its codes need not be in the codebook of today, nor its quotes in the texts.

    >>> check_form(Event(id="e", kind="memo", unit_id="u", annotator="ann", payload={"text": "odd"}))
    """
    given = dict(event.payload)
    wanted = _FORMS.get(event.kind, {"text": str})
    good = given.keys() == wanted.keys() and all(type(given[key]) is wanted[key] for key in wanted)
    if good and event.kind in CODINGS:
        good = all(type(value) is int and value in (0, 1) for value in given["codes"].values())
        good = good and all(stance in STANCES for stance in given["stances"].values())
        good = good and all(_is_span(span) for span in given["spans"])
    if not good:
        raise InputError(
            f"This {event.kind} has a payload of a form that textmine does not export. Export it anew."
        )


def dump_json(value: Any) -> str:
    """A value as one line of JSON, its keys as they stand (codes in the codebook's order)."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def event_to_row(event: Event) -> dict[str, Any]:
    """An event as a plain mapping in the order of its fields; what says nothing is left out (round 0 too)."""
    row = {f.name: getattr(event, f.name) for f in fields(Event)}
    row["payload"] = dict(event.payload)
    row["round"] = row["round"] or None
    return {
        name: value for name, value in row.items() if not (value is None or value is False or value == "")
    }


def event_from_row(row: Mapping[str, Any]) -> Event:
    """The event of such a mapping. Raises ``InputError`` for keys and values that are not an event's."""
    known = {f.name for f in fields(Event)}
    unknown = sorted(set(row) - known)
    if unknown or not {"id", "kind", "annotator"} <= set(row):
        raise InputError(
            f"Not an event: {', '.join(unknown) or 'id, kind or annotator'} "
            f"{'unknown' if unknown else 'missing'}. Known: {', '.join(f.name for f in fields(Event))}."
        )
    texts = ("id", "kind", "unit_id", "annotator", "codebook", "role", "supersedes", "at")
    wrong = [name for name in texts if name in row and not isinstance(row[name], str)]
    wrong += [n for n in ("round", "seq") if type(row.get(n, 0)) is not int]
    wrong += [n for n in ("probability", "seconds") if not isinstance(row.get(n, 0.0), int | float)]
    wrong += [] if isinstance(row.get("payload", {}), Mapping) else ["payload"]
    if wrong:
        raise InputError(f"Not an event: wrong kind of value for {', '.join(wrong)}.")
    return Event(**{"unit_id": "", "round": 0, **row})


def _check_coding(given: dict[str, Any], codebook: Codebook, text: str | None) -> dict[str, Any]:
    _check_keys(given, ("codes", "stances", "spans", "reason"))
    if given.get("codes") is None:
        raise InputError("A decision needs codes; an empty list says that the unit was read and holds none.")
    values = _complete_codes(given["codes"], codebook)
    applied = {code for code, value in values.items() if value}
    if len(applied) > 1 and not codebook.multi_label:
        raise InputError(f"This codebook allows one code a unit, not {len(applied)}.")
    stances = dict(given.get("stances") or {})
    for code, stance in stances.items():
        _check_word("stance", stance, STANCES)
        if code not in applied:
            raise InputError(f"A stance for {code!r}, which was not given to the unit. Give the code first.")
    spans = [_check_span(dict(span), codebook, text) for span in given.get("spans") or ()]
    for span in spans:
        if span["code"] not in applied:
            raise InputError(f"Evidence for {span['code']!r}, which was not given to the unit.")
    ordered = {code: stances[code] for code in codebook.ids if code in stances}
    return {"codes": values, "stances": ordered, "spans": spans, "reason": _text_of(given.get("reason"))}


def _complete_codes(given: Any, codebook: Codebook) -> dict[str, int]:
    if isinstance(given, str) or not isinstance(given, Mapping | Iterable):
        raise InputError("Codes are a list of those that apply, or a mapping of code to 1 or 0.")
    said: dict[Any, Any] = dict(given) if isinstance(given, Mapping) else dict.fromkeys(given, 1)
    for code in said:
        check_code(code, codebook)
    if any(value not in (0, 1, None) for value in said.values()):
        raise InputError("The value of a code is 1 (applies), 0 (does not) or None (not coded).")
    values = {code: said.get(code, 0) for code in codebook.ids}
    return {code: int(value) for code, value in values.items() if value is not None}


def _check_span(given: dict[str, Any], codebook: Codebook, text: str | None) -> dict[str, Any]:
    _check_keys(given, ("code", "start", "end", "quote"))
    code = check_code(given.get("code"), codebook)
    start, end, quote = given.get("start", -1), given.get("end", -1), _text_of(given.get("quote"))
    if type(start) is not int or type(end) is not int:
        raise InputError("A stretch of evidence has whole numbers as start and end.")
    if start == end == -1 and quote:  # a quote whose place is not known
        return {"code": code, "start": -1, "end": -1, "quote": quote}
    if not 0 <= start < end or (text is not None and end > len(text)):
        long = "" if text is None else f" of a text of {len(text)} characters"
        raise InputError(f"No stretch {start} to {end}{long}. Count code points; the end is exclusive.")
    if text is not None and quote and text[start:end] != quote:
        raise InputError(
            f"The quote is not what stands at {start} to {end}. Count code points, not UTF-16 units "
            "(Span.from_utf16 changes one to the other)."
        )
    return {"code": code, "start": start, "end": end, "quote": quote if text is None else text[start:end]}


def _check_note(kind: str, given: dict[str, Any], codebook: Codebook) -> dict[str, Any]:
    coded = kind in ("question", "ruling")
    _check_keys(given, ("text", "code", "question", "effect", "touched") if coded else ("text",))
    payload: dict[str, Any] = {"text": _text_of(given.get("text"))}
    if not coded:
        return payload
    payload["code"] = _text_of(given.get("code"))
    if payload["code"] or kind == "ruling":
        check_code(payload["code"], codebook)
    if not payload["text"].strip():
        raise InputError(f"A {kind} without words. Write it in a sentence.")
    if kind == "ruling":
        payload["question"] = _text_of(given.get("question"))
        payload["effect"] = _check_word("effect", given.get("effect") or "unclear", EFFECTS)
        payload["touched"] = int(given.get("touched") or 0)
    return payload


def check_code(code: Any, codebook: Codebook) -> str:
    """The code, if the codebook has it; raises ``InputError`` that lists those there are."""
    if code not in codebook.ids:
        shown = repr(code) if isinstance(code, str) and len(code) <= 80 else "of that id"
        raise InputError(f"No code {shown} in the codebook. Codes: {', '.join(codebook.ids)}.")
    return str(code)


def _check_word(what: str, given: Any, known: Sequence[str]) -> str:
    if given not in known:
        shown = repr(given) if isinstance(given, str) and len(given) <= 40 else "that was given"
        raise InputError(f"No {what} {shown}. Choose one of {', '.join(known)}.")
    return str(given)


def _is_span(given: Any) -> bool:
    wanted = _FORMS["evidence"]
    return isinstance(given, Mapping) and {k: type(v) for k, v in given.items()} == wanted


def _check_keys(given: Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = len(set(given) - set(known))
    if unknown:
        raise InputError(f"{unknown} unknown key(s) in a payload. Known: {', '.join(known)}.")


def _text_of(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise InputError("Wanted text in a payload, met something else.")
    return value or ""


def _is_plain(text: str, *, escaped: bool = True) -> bool:
    """Whether a text can be stored anywhere: no half characters and, where it is not escaped, no NUL."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return not (escaped and "\0" in text)
