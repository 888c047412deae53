"""Reading interview transcripts as typists and meeting software leave them: one document a turn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from textmine.errors import InputError
from textmine.reading.office import read_office
from textmine.reading.prose import Prose, read_prose
from textmine.reading.transcripts.cues import read_cues
from textmine.reading.transcripts.labels import find_candidate
from textmine.reading.transcripts.lines import Line, split_blocks, split_text
from textmine.reading.transcripts.markdown import read_markdown
from textmine.reading.transcripts.roles import tell_roles
from textmine.reading.transcripts.turns import Talk, Turn, join_turns

__all__ = ["Transcript", "read_transcript"]

COLUMNS = ("doc_id", "text", "speaker", "role", "turn", "time", "question", "notes")


@dataclass(frozen=True, eq=False)
class Transcript:
    """What a transcript holds: ``frame`` has a row a turn, ``notes`` say what was taken for what and why.

    The columns of ``frame`` are doc_id ('t1:4': the file's name and the turn), text, speaker (the label as
    the file gives it, '' where it gives none), role (interviewer, participant or other), turn (from 1), time
    ('00:01:02', '' where unknown), question (what the interviewer said before, for participants), notes
    ('0-8 20-31': where the typist's notes stand in text, in code points) and the facts of the case that stand
    above the speech: case_date, case_participant, case_title and so on.
    """

    frame: pd.DataFrame
    notes: list[str]


def read_transcript(path: Path | str, *, interviewer: Sequence[str] | None = None) -> Transcript:
    """The turns of a transcript: docx, odt, pdf, txt, md, vtt or srt, told by its bytes.

    A turn is all that one speaker says until another starts. Page furniture, times, cue numbers and tags are
    left out, hard wraps and split words are joined, and typist's notes stay in place. ``interviewer`` names
    the speakers who ask, where the guess is wrong. Raises ``InputError`` for a file that is damaged, of
    another kind, too large, or without words, and for an interviewer whom the transcript lacks. ``path`` is
    the file.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "t9.txt")
    ...     _ = path.write_text("Int: What helps?\\n\\nR: We share a\\nbursar. [laughs]\\n", encoding="utf-8")
    ...     frame = read_transcript(path).frame
    >>> frame[["doc_id", "role", "text", "question", "notes"]].to_dict("records")[1]
    {'doc_id': 't9:2', 'role': 'participant', 'text': 'We share a bursar. [laughs]', \
'question': 'What helps?', 'notes': '19-27'}
    """
    prose = read_prose(path)
    lines, gone = split_prose(prose)
    talk = join_turns(lines)
    if not talk.turns:
        raise InputError(f"{prose.source} has no words that anybody says. Check that it is a transcript.")
    roles, how = tell_roles(talk.turns, talk.facts, interviewer)
    frame = _make_frame(talk, roles, Path(prose.source).stem)
    return Transcript(frame, [*prose.notes, *_explain(talk, roles, how, gone, prose)])


def split_prose(prose: Prose) -> tuple[list[Line], int]:
    """The lines of a file that was read, and how many lines of page furniture were left out."""
    if prose.kind in {"docx", "odt"}:
        return split_blocks(read_office(prose.data, prose.source, prose.kind)), 0
    if prose.kind in {"vtt", "srt"}:
        lines = read_cues(prose.text)
        if not lines:
            raise InputError(f"{prose.source} has no cues ('00:00:01,000 --> 00:00:02,000'). Save it again.")
        return lines, 0
    if prose.kind == "md":
        return read_markdown(prose.text), 0
    return split_text(prose.text, keep=_may_be_speech)


def _may_be_speech(line: str) -> bool:
    candidate = find_candidate(Line(line))
    return candidate is not None and candidate.form not in {"alone", "lone"}


def _make_frame(talk: Talk, roles: dict[str, str], stem: str) -> pd.DataFrame:
    rows = []
    question = ""
    for number, turn in enumerate(talk.turns, 1):
        role = roles[turn.speaker]
        question = turn.text if role == "interviewer" else question
        rows.append(
            (
                f"{stem}:{number}", turn.text, turn.speaker, role, number, turn.time,
                question if role == "participant" else "", _write_spans(turn),
            )
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for key, value in talk.facts.items():
        frame[f"case_{key}"] = value
    return frame


def _write_spans(turn: Turn) -> str:
    return " ".join(f"{span.start}-{span.end}" for span in turn.notes)


def _explain(talk: Talk, roles: dict[str, str], how: str, gone: int, prose: Prose) -> list[str]:
    """What was taken for what, without a word that anybody said."""
    counts = Counter(turn.speaker for turn in talk.turns)
    if list(counts) == [""]:
        return ["Speakers: no labels found, so all is one turn. Read a report as a document instead."]
    shown = ", ".join(f"{name or '(none)'} ({roles[name]}, {count} turns)" for name, count in counts.items())
    notes = [f"Speakers: {shown}.", f"Interviewer: {how}."]
    if talk.joined:
        notes.append(f"Turns: {talk.joined} labels of a speaker who was speaking already were joined.")
    if gone:
        notes.append(f"Pages: {gone} lines of headers, footers and page numbers were left out.")
    if talk.times_left_out:
        notes.append(f"Times: {talk.times_left_out} lines had times in the speech, which were left out.")
    kept = sum(len(turn.notes) for turn in talk.turns)
    if kept or talk.notes_left_out:
        notes.append(
            f"Typist's notes: {kept} kept in place and marked, {talk.notes_left_out} between turns left out."
        )
    if talk.facts:
        names = re.sub(r"[{}']", "", ", ".join(f"case_{key}" for key in talk.facts))
        notes.append(f"Case: {names} were read from above the speech.")
    return notes
