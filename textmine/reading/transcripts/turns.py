"""Joining lines into turns: a turn is all that one speaker says until another speaker starts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from textmine.reading.transcripts.choosing import choose_labels, find_body, tell_by_type
from textmine.reading.transcripts.labels import Candidate, find_fact, is_fact
from textmine.reading.transcripts.lines import STAMP, Line, tell_time
from textmine.reading.transcripts.notes import drop_times, find_notes, is_end, is_event, is_note_line
from textmine.reading.wraps import LineJoiner
from textmine.spans import Span


@dataclass
class Turn:
    """What one speaker says; ``notes`` are the typist's notes in ``text``."""

    speaker: str
    text: str
    time: str = ""
    notes: list[Span] = field(default_factory=list)


@dataclass
class Talk:
    """A transcript's turns, the facts above them, and counts of what was joined or left out."""

    turns: list[Turn]
    facts: dict[str, str]
    joined: int = 0
    notes_left_out: int = 0
    times_left_out: int = 0
    forms: tuple[str, ...] = ()


@dataclass
class _Open:
    """A turn while it is gathered: lines and whether each follows a hard wrap."""

    speaker: str
    key: str
    time: str
    parts: list[tuple[str, bool]] = field(default_factory=list)
    asides: set[int] = field(default_factory=set)


def join_turns(lines: Sequence[Line]) -> Talk:
    """The turns in the lines of a transcript.

    Lines without a label go on with the speaker before; the same label again does too. A note alone on its
    line is kept in place where the same speaker goes on and left out where another starts. Without any label
    all is one turn with no speaker, and no line is taken for a title.
    """
    lines = [line for line in lines if not is_event(line.text)]
    labels = choose_labels(lines)
    if not any(labels):
        lines = tell_by_type(lines)
        labels = choose_labels(lines)
    body = find_body(lines, labels) if any(labels) else 0
    if body == len(lines):
        body, labels = 0, [None] * len(lines)
    last = _find_end(lines, labels, body) if any(labels) else len(lines)
    talk = Talk([], _read_facts([*lines[:body], *lines[last:]]) if any(labels) else {})
    talk.forms = tuple(sorted({label.form for label in labels[body:last] if label}))
    gathered = _gather(lines[body:last], labels[body:last], talk)
    joiner = LineJoiner(text for turn in gathered for text, _ in turn.parts)
    talk.turns = [turn for turn in (_close(turn, joiner) for turn in gathered) if turn.text]
    return talk


def _gather(lines: Sequence[Line], labels: Sequence[Candidate | None], talk: Talk) -> list[_Open]:
    turns: list[_Open] = []
    waiting: list[tuple[str, bool]] = []
    names: dict[str, str] = {}
    time = ""
    for line, label in zip(lines, labels, strict=True):
        text = label.rest if label else line.text
        said, stamp = drop_times(text)
        talk.times_left_out += bool(stamp)
        if label is None and (not said or re.fullmatch(STAMP, said)):
            time = tell_time(stamp or said) or time  # a time alone on its line belongs to what follows
            continue
        if label is None and turns and (line.aside or is_note_line(said)):
            waiting.append((said, line.aside))
            continue
        if label is not None and (not turns or label.key != turns[-1].key):
            talk.notes_left_out += len(waiting)
            waiting = []
            speaker = names.setdefault(label.key, label.name)
            turns.append(_Open(speaker, label.key, label.time or time or tell_time(stamp)))
        elif not turns:
            turns.append(_Open("", "", line.time or time))
        else:
            talk.joined += label is not None
            for note, aside in waiting:
                _add(turns[-1], note, False, aside)
            waiting = []
        _add(turns[-1], said, label is None and (not line.starts or line.paged), False)
        turns[-1].time = turns[-1].time or line.time
        time = ""
    talk.notes_left_out += len(waiting)
    return turns


def _add(turn: _Open, text: str, wrapped: bool, aside: bool) -> None:
    if text:
        if aside:
            turn.asides.add(len(turn.parts))
        turn.parts.append((text, wrapped))


def _close(turn: _Open, joiner: LineJoiner) -> Turn:
    pieces: list[str] = []
    spans: list[Span] = []
    length = 0
    for number, (part, wrapped) in enumerate(turn.parts):
        part = " ".join(part.split())
        kept = len(pieces[-1]) if pieces else 0
        joiner.append(pieces, part, wrapped=wrapped)
        if part:
            length += len(pieces[-1]) + (len(pieces[-2]) - kept if len(pieces) > 1 else 0)
            if number in turn.asides:
                spans.append(Span(length - len(part), length))
    text = "".join(pieces)
    notes = find_notes(text)
    spans = [span for span in spans if not any(span.overlaps(note) for note in notes)]
    return Turn(turn.speaker, text, turn.time, sorted(notes + spans))


def _find_end(lines: Sequence[Line], labels: Sequence[Candidate | None], body: int) -> int:
    """The place behind the last line of speech: what says that the recording ends, and facts below it."""
    last = len(lines)
    while last > body + 1 and labels[last - 1] is None:
        text = drop_times(lines[last - 1].text)[0]
        fact = find_fact(text)
        if (
            not text
            or is_end(text)
            or is_note_line(text)
            or (fact and is_fact(fact[0]) and lines[last - 1].starts)
        ):
            last -= 1
        elif any(labels[n] is None and is_end(lines[n].text) for n in range(max(body, last - 12), last)):
            last = max(
                n for n in range(max(body, last - 12), last) if labels[n] is None and is_end(lines[n].text)
            )
        else:
            break
    return last


def _read_facts(lines: Sequence[Line]) -> dict[str, str]:
    """The facts of the case from the lines around the speech, the first line without a key as its title."""
    facts: dict[str, str] = {}
    last_key = ""
    for line in lines:
        text = " ".join(line.text.split())
        fact = None if is_end(text) else find_fact(text)
        key = _name_key(fact[0]) if fact else ""
        if fact and key and (is_fact(fact[0]) or len(fact[0].split()) <= 4) and fact[1] and key != "key":
            facts.setdefault(key, fact[1])
            last_key = key
        elif not fact and last_key and not line.starts and len(text) < 120:
            facts[last_key] += f" {text}"  # a value that was wrapped
        elif (
            not fact and any(char.isalnum() for char in text) and not is_end(text) and not is_note_line(text)
        ):
            facts.setdefault("title", text)
            last_key = ""
    return facts


def _name_key(key: str) -> str:
    return "_".join(re.findall(r"[^\W_]+", key.casefold()))[:40]
