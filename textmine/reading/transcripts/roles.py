"""Who asks and who answers: the role of each speaker, by the label or, failing that, by the talk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from textmine.errors import InputError
from textmine.reading.transcripts.lines import word_set
from textmine.reading.transcripts.turns import Turn

_ASKS = word_set(
    "interviewer int i iv ivr ir q question moderator mod facilitator fac researcher res host presenter"
)
_ANSWERS = word_set(
    "interviewee respondent resp participant part a ie p answer informant subject guest client patient "
    "member teacher parent pupil student head headteacher governor nurse doctor carer manager"
)
_OTHERS = word_set(
    "voice unknown unidentified observer interpreter translator operator narrator transcriber "
    "background receptionist audience everyone all others notetaker typist automated"
)
_SPELT = ("interviewer", "moderator", "facilitator", "researcher")
_QUESTION = re.compile(
    r"(?:and |so |but |okay,? |ok,? |right,? |um,? |erm,? )*"
    r"(?:what|how|why|when|where|who|which|can you|could you|do you|did you|would you"
    r"|have you|are you|is there|are there|is it|tell me|was that|were there|describe|talk me)\b",
    re.IGNORECASE,
)


def tell_roles(
    turns: Sequence[Turn], facts: dict[str, str], interviewer: Sequence[str] | None = None
) -> tuple[dict[str, str], str]:
    """The role of each speaker (interviewer, participant or other), and how the interviewer was told.

    Named in ``interviewer``; else by a label that says so (Interviewer, Int, I, Q, Moderator, ...); else by
    the interviewer named above the transcript; else the one who asks most, speaks shortest and first.
    A voice that is nobody's, or that only walks in on two others, is other.
    Raises ``InputError`` for a name in ``interviewer`` that no speaker has.

    >>> tell_roles([Turn("Int", "How so?"), Turn("R", "We share.")], {})[0]
    {'Int': 'interviewer', 'R': 'participant'}
    """
    speakers = list(dict.fromkeys(turn.speaker for turn in turns))
    others = {name for name in speakers if _words(name) & _OTHERS and not _words(name) & {"speaker"}}
    if interviewer:
        asking, how = _find_named(interviewer, speakers), "as named"
    elif asking := _by_label(speakers):
        how = "told by the label"
    elif asking := _by_facts(speakers, facts):
        how = "told by the name above the transcript"
    elif asking := _by_talk(turns, [name for name in speakers if name not in others]):
        how = "a guess: asks most, speaks shortest, speaks first"
    else:
        how = "nobody seems to ask"
    others |= _walk_ins(turns, asking, others)
    roles = {name: "other" if name in others else "participant" for name in speakers}
    return {name: "interviewer" if name in asking else role for name, role in roles.items()}, how


def _find_named(named: Sequence[str], speakers: Sequence[str]) -> set[str]:
    known = {name.casefold(): name for name in speakers}
    missing = [name for name in named if name.strip().rstrip(":").casefold() not in known]
    if missing:
        raise InputError(
            f"No speaker {missing[0]!r} in this transcript. Speakers: {', '.join(speakers)}. "
            "Name one of these as the interviewer."
        )
    return {known[name.strip().rstrip(":").casefold()] for name in named}


def _words(name: str) -> set[str]:
    return {re.sub(r"[\d_#.-]+[a-z]?$", "", word) for word in re.findall(r"[^\s()\[\]]+", name.casefold())}


def _by_label(speakers: Sequence[str]) -> set[str]:
    """Those whose label says that they ask; a slip of the typist ('Interveiwer') counts."""
    asking = {name for name in speakers if _words(name) & _ASKS and not _words(name) & {"interviewee"}}
    asking |= {
        name for name in speakers
        if name not in asking and len(name) > 7 and not _words(name) & (_ANSWERS | _OTHERS)
        and get_close_matches(name.casefold(), _SPELT, 1, 0.85)
    }  # fmt: skip
    if asking:
        return asking
    short = {re.sub(r"\d+$", "", name.casefold().rstrip(".")): name for name in speakers}
    if "m" in short and ("r" in short or "p" in short) and "f" not in short:
        return {name for name in speakers if re.sub(r"\d+$", "", name.casefold().rstrip(".")) == "m"}
    if "r" in short and "p" in short:  # researcher and participants
        return {name for name in speakers if re.sub(r"\d+$", "", name.casefold().rstrip(".")) == "r"}
    plain = [name for name in speakers if not _words(name) & (_ANSWERS | _OTHERS | {"r"})]
    answering = [name for name in speakers if _words(name) & (_ANSWERS | {"r"})]
    return set(plain) if answering and len(plain) == 1 else set()


def _by_facts(speakers: Sequence[str], facts: dict[str, str]) -> set[str]:
    """Those who stand above the transcript as its interviewer, by name, first name or initials."""
    told = " ".join(
        value
        for key, value in facts.items()
        if key
        in {
            "interviewer",
            "interviewers",
            "interviewed_by",
            "moderator",
            "facilitator",
            "researcher",
            "conducted_by",
        }
    )
    words = re.findall(r"[^\W\d_][\w'’-]*", told)
    initials = "".join(word[0] for word in words).casefold()
    known = {word.casefold() for word in words}
    found = set()
    for name in speakers:
        parts = [part.casefold() for part in re.findall(r"[^\W\d_][\w'’-]*", name)]
        by_initials = len(parts) == 1 and len(initials) > 1 and parts[0] == initials
        as_initials = len(parts) > 1 and known == {"".join(part[0] for part in parts)}
        if parts and (set(parts) <= known or by_initials or as_initials):
            found.add(name)
    return found if len(found) < len(speakers) else set()


def _by_talk(turns: Sequence[Turn], speakers: Sequence[str]) -> set[str]:
    if len(speakers) < 2 or not all(speakers):
        return set()
    said = {name: [turn.text for turn in turns if turn.speaker == name] for name in speakers}
    lengths = {name: sum(len(text.split()) for text in texts) for name, texts in said.items()}
    total = max(1, sum(lengths.values()))
    most = max(len(texts) for texts in said.values())
    scores = {}
    for number, name in enumerate(speakers):
        texts = said[name]
        asks = sum("?" in text or _QUESTION.match(text) is not None for text in texts) / len(texts)
        mean = lengths[name] / len(texts)
        share = lengths[name] / total
        regular = len(texts) / most
        scores[name] = (
            2 * asks * min(1.0, len(texts) / 3) + regular - share - min(mean, 100) / 200 + 0.4 * (number == 0)
        )
    return {max(speakers, key=scores.__getitem__)}


def _walk_ins(turns: Sequence[Turn], asking: set[str], others: set[str]) -> set[str]:
    """Speakers who only come by: few words, all within a short stretch, while another answers throughout."""
    words: dict[str, int] = {}
    places: dict[str, list[int]] = {}
    for number, turn in enumerate(turns):
        words[turn.speaker] = words.get(turn.speaker, 0) + len(turn.text.split())
        places.setdefault(turn.speaker, []).append(number)
    answering = {name: count for name, count in words.items() if name not in asking | others}
    total = sum(answering.values())
    if len(answering) < 2 or max(answering.values()) < 0.8 * total or len(turns) < 20:
        return set()
    return {
        name
        for name, count in answering.items()
        if count < 0.04 * total
        and places[name][-1] - places[name][0] < 0.2 * len(turns)
        and not _words(name) & _ANSWERS
    }
