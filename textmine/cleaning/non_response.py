"""Answers that are no answer: said for want of one, or pointing to another."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from textmine.cleaning.keys import normalise_text


def _forms(lines: str) -> frozenset[str]:
    return frozenset(form.strip() for form in lines.replace("\n", "|").split("|") if form.strip())


# Said for want of an answer, whatever was asked.
_NON_RESPONSES = _forms(
    """
    na|n a|not applicable|non applicable|no comment|no comments|no further comment|no further comments
    comment|no answer|no response|no reply|non response|not answered|unanswered|blank|left blank
    did not answer|didnt answer|not sure|unsure|im not sure|i am not sure|not certain|not known|unknown
    dk|idk|dunno|no idea|no clue|not a clue|dont know|i dont know|do not know|i do not know|dont no
    wouldnt know|i wouldnt know|couldnt say|i couldnt say|cant say|cannot say|hard to say|cant think
    cant think of anything|cannot think of anything|cant remember|nothing to add|nothing else to add
    nothing more to add|nothing further to add|nothing further|nothing else|nothing more
    nothing more to say|nothing to say|nothing to report|no more to add|i have nothing to add|no more
    nothing comes to mind|nothing springs to mind|none comes to mind|nothing to declare|no views|no view
    no opinion|tbc|tba|tbd|pass|skip|skipped|prefer not to say|rather not say|no thank you|no thanks
    no thankyou|no ta|not at this time|not for now|not now|no further information|no additional comments
    no other comments|not for me to say
    """
)

# 'There is none': an answer to a question that asks what is wrong or wanted, else no answer.
_DENIALS = _forms(
    """
    none|nothing|no|nope|nah|nil|nowt|zero|zilch|nada|not a lot|not alot|not much|nothing much
    not really|nothing really|nothing at all|none at all|none whatsoever|nothing whatsoever
    nothing major|nothing in particular|nothing specific|nothing significant|nothing particular
    nothing special|nothing to speak of|nothing obvious|none that i know of|none that i can think of
    nothing that i can think of|not that i know of|none i can think of|not that i can think of
    nothing i can think of|nowt i can think of|none known|none recorded|none noted|nil return
    not aware of any|not aware of anything|none to date|nothing to date|none so far|nothing so far
    none as yet|no not really|very little|v little|not any
    """
)

_ASKS_WHAT_IS_WRONG_OR_WANTED = re.compile(
    r"barrier|obstacle|hinder|hindr|prevent|imped|challeng|difficult|problem|disadvantage|downside|drawback"
    r"|concern|in the way\b|\bhold\w* (?:\w+ ){0,2}back\b|better|worse|improv|support|help|need|chang"
    r"|differently|dislike|missing|\black|want|stop"
)
_ASKS_FOR_THE_REST = re.compile(
    r"anything (?:else|more|further)|(?:other|further|additional|any|final) (?:comment|thought|remark)"
    r"|\bto add\b|(?:like|want|wish|need) to (?:tell|say|share|mention)|^(?:q\w* )?other$"
)

# Words of courtesy and of time around an answer that change nothing in it.
_BEFORE = re.compile(
    r"^(?:sorry|sadly|honestly|unfortunately|er+m?|um+|hmm+|well|oh|so|absolutely|literally|probably|currently"
    r"|to be honest|tbh|im afraid)\b "
)
_AFTER = re.compile(
    r" (?:thanks|thank you|thankyou|thx|ty|cheers|sorry|tbh|lol|to be honest|really|im afraid|i am afraid"
    r"|please|pls|at present|at the moment|atm|at this (?:time|point|stage|moment)|for now|currently"
    r"|right now|yet|lately|of late|i think|i dont think|i suppose|i guess|as such|this year|this time"
    r"|from me|here)$"
)

# An answer that points to another one: an opening, then only pointing words, with a place among them.
_PLACES = _forms(
    """
    above|below|previous|previously|earlier|last|first|preceding|prior|before|already|answer|answers|response
    responses|comment|comments|question|questions|q|page|section|box|boxes
    """
)
_POINTING = _PLACES | _forms(
    """
    the|my|our|all|your|other|same|next|one|stated|mentioned|said|given|noted|to|at|on|in|of|for|this|that|it
    please|as|per|have|i|ive|covered|answered
    """
)
_OPENINGS = _forms("see|refer|as|same|already|covered|answered|said|stated|mentioned|i|ive")
_REPLIES = _forms("answer|answers|response|responses|comment|comments")
_POINTERS = _forms(
    "ditto|idem|same|same again|same here|above|previous|as stated|as mentioned"
    "|nothing to add to the above|nothing more to add to the above|nothing to add to my answer"
)
_NUMBERED = re.compile(r"q?\d+")
_LEANS_ON_POINTER = re.compile(
    r"(?:^|[.,;:!?()\u2013\u2014-]\s*)(?:please )?(?:see|as per|as mentioned|as stated|refer to)"
    r"(?: my| the| our)? (?:above|previous|earlier|my (?:previous|earlier|first|last))\b"
    r"|^(?:please )?see (?:my|the) (?:first|last|previous|earlier|other) (?:answer|response|comment)s?\b"
    r"|^(?:as above|as previous|as before|ditto|same as above)\b(?=\s*(?:[.,;:!?()\u2013\u2014-]|$))",
    re.IGNORECASE,
)

_APOSTROPHES = re.compile("['\u2019\u2018`\u00b4]")
_NOT_WORDS = re.compile(r"[\W_]+")
_LONGEST = 80  # a longer text says something
_NOTHING_BUT_MARKS = frozenset(("P", "Z", "C", "M"))


def is_non_response(text: str, question: str = "") -> bool:
    """Whether a whole text is said for want of an answer: 'n/a', '-', 'no comment', 'as above', "don't know".

    'None', 'nothing', 'no' and the like are answers to a question that asks what gets in the way, what would
    be better or what is needed, and no answer to any other. A blank text is empty, not a non-response.

    >>> is_non_response("Nothing."), is_non_response("Nothing.", "What, if anything, gets in the way?")
    (True, False)
    """
    if len(text) > _LONGEST or not text.strip():
        return False
    key = _key(text)
    if not key:
        return all(unicodedata.category(char)[0] in _NOTHING_BUT_MARKS or char in "+=~^|<>" for char in text)
    return _is_non_response(key) or (not _wants_denials(question) and _is_denial(key))


def _key(text: str) -> str:
    return _NOT_WORDS.sub(" ", _APOSTROPHES.sub("", normalise_text(text))).strip()


@lru_cache(maxsize=4096)
def _wants_denials(question: str) -> bool:
    asked = " ".join(question.casefold().replace("_", " ").split())
    return bool(_ASKS_WHAT_IS_WRONG_OR_WANTED.search(asked)) and not _ASKS_FOR_THE_REST.search(asked)


def _is_non_response(key: str) -> bool:
    return any(form in _NON_RESPONSES or _points_elsewhere(form) for form in _shorter_forms(key))


def _is_denial(key: str) -> bool:
    return any(form in _DENIALS for form in _shorter_forms(key))


def _shorter_forms(key: str) -> list[str]:
    """The key, and what is left of it as words of courtesy and of time are taken off its ends."""
    forms = [key]
    while (shorter := _AFTER.sub("", _BEFORE.sub("", forms[-1]))) != forms[-1]:
        forms.append(shorter)
    return forms


def _points_elsewhere(key: str) -> bool:
    for opening in ("n a ", "na ", "please ", "the "):
        key = key.removeprefix(opening)
    if key in _POINTERS:
        return True
    first, *rest = key.split(" ") if key else [""]
    if first not in _OPENINGS or not rest:
        return False
    if first in {"see", "refer"} and len(rest) <= 5 and rest[-1] in _REPLIES:
        return True  # 'see my head's response'
    if first == "same" and rest[0] not in {"as", *_REPLIES}:
        return False  # 'same page'
    pointing = all(word in _POINTING or _NUMBERED.fullmatch(word) for word in rest)
    return pointing and any(word in _PLACES or _NUMBERED.fullmatch(word) for word in key.split(" "))


def refers_elsewhere(text: str) -> bool:
    """Whether a text points to another answer: 'as above', 'see my first answer'."""
    if _LEANS_ON_POINTER.search(text):
        return True
    return len(text) <= _LONGEST and any(map(_points_elsewhere, _shorter_forms(_key(text))))
