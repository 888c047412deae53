"""Typist's notes in speech, [laughs] or (pause): where they stand, and which lines are nothing else."""

from __future__ import annotations

import re

from textmine.reading.transcripts.lines import RANGE
from textmine.spans import Span, merge_spans

_NOTE_WORDS = (
    r"laugh\w*|chuckl\w*|giggl\w*|pauses?|silence|silent|sighs?|sighing|cough\w*|sniff\w*|cry|cries|crying|tearful"
    r"|sobs?|sobbing|groans?|gasps?|yawns?|snorts?|whispers?|whispering|shouts?|sings?|singing|hums?|whistles?"
    r"|inaudible|unclear|indistinct|unintelligible|indecipherable|incomprehensible|crosstalk|cross[- ]talk"
    r"|overlap\w*|over[- ]?talking|talks? over|talking over|interrupt\w*|interpos\w*"
    r"|background|noises?|sounds?|music"
    r"|applause|clap\w*|knocks?|knocking|phone|rings?|ringing|door|bell|alarm|bangs?|beep|recording|recorder"
    r"|audio|tape|clears throat|throat|nods?|nodding|shakes|shrugs?|smiles?|smiling|gestur\w*|points?"
    r"|pointing"
    r"|leaves|enters|re-?enters|returns|walks?|sits?|stands?|drinks?|sips?|breath\w*|inhales?|exhales?|tuts?"
    r"|hesitat\w*|stutter\w*|emphasis|sarcas\w*|joking\w*|mimics?|imitat\w*|claps|taps?|typing|typed|transcri\w*"
    r"|end of|ends|begins|resumes?|paused|stopped|break|cut|missing|redacted section|sic|phonetic|ph"
)
_SAID = re.compile(rf"\b(?:{_NOTE_WORDS})\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"(?:first |last |sur|full |middle |school|place|town|city|village|county|street|trust|company"
    r"|organi[sz]ation|"
    r"teacher|head|child|pupil|colleague|person)?'?s?\s*(?:name|names|person|place|school|town|city|village|county"
    r"|street|trust|college|university|hospital|local authority|council|authority|organi[sz]ation|company"
    r"|address"
    r"|email|phone number|number|date|colleague|pupil|child|teacher|headteacher|role|subject|country|region"
    r"|redacted|anonymi[sz]ed|removed|withheld|name removed|name redacted|pseudonym|x+)"
    r"(?: (?:of|at|in) [\w ]{1,30})?(?: ?[A-Z\d]{1,3})?(?: (?:removed|redacted|anonymi[sz]ed|withheld))?",
    re.IGNORECASE,
)
_SQUARE = re.compile(r"\[{1,2}[^\[\]\n]{0,300}\]{1,2}")
_ROUND = re.compile(r"\({1,2}[^()\n]{1,120}\){1,2}")
_ANGLED = re.compile(r"[<{][A-Za-z][^<>{}\n]{1,80}[>}]")
_STARRED = re.compile(r"(?<![\w*])\*{1,2}[A-Za-z][^*\n]{1,80}\*{1,2}(?![\w*])")
_TIME = re.compile(
    rf"\s*(?:\[\s*{RANGE}\s*\]|\(\s*{RANGE}\s*\)|<\s*{RANGE}\s*>|\{{\s*{RANGE}\s*\}}|#\d{{1,2}}:\d{{2}}[:.\d-]{{0,12}}#)"
)
_LEADING_TIME = re.compile(r"^\s*\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,3})?(?=\s|$)")
_END = re.compile(
    r"[\W_]*(?:(?:end|finish|conclusion)(?: of)?(?: the)?"
    r"(?: (?:recording|transcript\w*|interview|tape|audio|file|session|discussion))?"
    r"|(?:recording|transcript\w*|interview|audio|tape|session)(?: (?:is|was|has))? "
    r"(?:ends?|ended|stopped|stops|finish\w*|concludes?d?|switched off)"
    r"|(?:end|close)s? (?:time|at))(?:[\s,:-]*(?:at )?[\d:.]{1,12})?[\W_]*",
    re.IGNORECASE,
)

_EVENT = re.compile(
    r"(?:[A-Z][\w.'’-]{0,30} (?:\([\w ]{1,20}\) )?){1,6}(?:has )?(?:started|stopped|paused|resumed) "
    r"(?:the )?(?:transcription|recording)\.?"
)


def find_notes(text: str) -> list[Span]:
    """Where the typist's notes stand in a turn, brackets and all.

    Square brackets hold a note unless what they hold stands for a name ([SCHOOL A], [name of school]); round,
    curly and angled ones and stars only where the words are those of a note.

    >>> [span.slice("[SCHOOL A] (the old one) shut (laughs) [inaudible 02:10]") for span in
    ...     find_notes("[SCHOOL A] (the old one) shut (laughs) [inaudible 02:10]")]
    ['(laughs)', '[inaudible 02:10]']
    """
    spans = [Span(*found.span()) for found in _SQUARE.finditer(text) if not is_placeholder(found[0])]
    for pattern in (_ROUND, _ANGLED, _STARRED):
        spans += [Span(*found.span()) for found in pattern.finditer(text) if _is_said(found[0])]
    return merge_spans(spans)


def is_placeholder(bracketed: str) -> bool:
    """Whether a bracket stands for a name that was taken out rather than holding a typist's note."""
    inner = bracketed.strip("[]() ")
    if _PLACEHOLDER.fullmatch(inner):
        return True
    if _SAID.search(inner) or not any(char.isalpha() for char in inner):
        return False
    letters = [char for char in inner if char.isalpha()]
    return all(char.isupper() for char in letters) and len(inner.split()) <= 4


def is_direction(words: str) -> bool:
    """Whether words are those of a typist's note: 'laughs', 'phone rings'."""
    return _SAID.search(words) is not None


def is_note_line(text: str) -> bool:
    """Whether a line holds nothing but notes: '[knock at door]', '(pause)'."""
    rest = text
    for span in reversed(find_notes(text)):
        rest = rest[: span.start] + rest[span.end :]
    return rest != text and not any(char.isalnum() for char in rest)


def is_end(text: str) -> bool:
    """Whether a line says that the recording ends here.

    >>> is_end("[END OF RECORDING]"), is_end("End of recording 13:27"), is_end("That was the end.")
    (True, True, False)
    """
    return _END.fullmatch(text.strip()) is not None


def is_event(text: str) -> bool:
    """Whether a line is what meeting software says of itself: 'Ada Stone started transcription'.

    >>> is_event("Ada Stone started transcription"), is_event("and then he stopped recording")
    (True, False)
    """
    return _EVENT.fullmatch(" ".join(text.split())) is not None


def drop_times(text: str) -> tuple[str, str]:
    """The text without the times that software or a typist put into it, and the first of these.

    Only bracketed times go, and one of hours, minutes and seconds that opens the line; '10:30' in speech and
    '[inaudible 00:12]' stay.

    >>> drop_times("a golden age, (02:55) three years, at 10:30")
    ('a golden age, three years, at 10:30', '(02:55)')
    """
    first = ""
    if found := _LEADING_TIME.match(text):
        first, text = found[0].strip(), text[found.end() :].lstrip()
    stamps = _TIME.findall(text)
    return (
        (_TIME.sub("", text).strip(), first or (stamps[0].strip() if stamps else ""))
        if stamps
        else (text, first)
    )


def _is_said(bracketed: str) -> bool:
    inner = bracketed.strip("()<>{}* ")
    words = inner.split()
    return 0 < len(words) <= 8 and _SAID.search(" ".join(words[:4])) is not None and _opens_as_note(words)


def _opens_as_note(words: list[str]) -> bool:
    """Whether it reads as a stage direction: short, or its first or second word is a note's."""
    return len(words) <= 3 or _SAID.search(" ".join(words[:2])) is not None
