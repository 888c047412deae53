"""Repairing damaged text, and flagging answers that are blank, no answer, a pointer elsewhere or a repeat."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

# What UTF-8 looks like when it was read as windows-1252 (or as Mac Roman), and other marks of damage. A hit
# only means that ftfy, which is slow and careful, has a look.
_LEAD = "\u00c2-\u00f4"
_TRAIL = "\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
_TRAIL += "\u2018-\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
_ENTITY = r"&(?:[A-Za-z]{2,8}\d{0,2}|#\d{2,7}|#[xX][0-9A-Fa-f]{2,6});"
_ODD = "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffc"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_DAMAGED = re.compile(
    f"[{_LEAD}][{_TRAIL}]|[\u201a\u00ac\u221a][\u00a0-\u00ff]|[\ufffd\ufb00-\ufb06\uff01-\uff5e\ud800-\udfff]"
    rf"|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]|{_ENTITY}"
)
_UNTIDY = re.compile(rf"[{_CONTROLS}{_ODD}{_SPACES}\t\\]|^\s|\s\Z| [ \n]|\n |\n\n\n")

_WRITTEN_BREAKS = re.compile(r"(?:\\r\\n|\\n|\\r)")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\u0085\x0b\x0c]")
_INVISIBLE = re.compile(f"[{_CONTROLS}{_ODD}]")
_SPACE_RUN = re.compile(f"[ \t{_SPACES}]+")
_AROUND_BREAK = re.compile(" ?\n ?")
_BREAK_RUN = re.compile("\n{3,}")


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


def repair_text(text: str) -> str:
    r"""The text as it was meant: wrong decodings undone, entities read, odd characters and spaces tidied.

    Line breaks stay (three or more become two); typographic quotes and accents stay. A text with nothing to
    repair comes back as the same object.

    >>> repair_text("We\u00e2\u20ac\u2122re all skint &amp; tired ")
    'We’re all skint & tired'
    """
    if _is_plain(text):
        return text
    if _DAMAGED.search(text):
        text = _undo_damage(text)
    return _tidy(text) if _UNTIDY.search(text) else text


def repair_texts(texts: Sequence[str]) -> list[str]:
    """Each text repaired, in order.

    >>> repair_texts(["Joint  bids", "fine"])
    ['Joint bids', 'fine']
    """
    return [repair_text(text) for text in texts]


def normalise_text(text: str) -> str:
    """A key that is equal for texts that are the same but for case, spacing and Unicode form.

    >>> normalise_text(" See\\n ABOVE ")
    'see above'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


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


def flag_texts(texts: Sequence[str], questions: Sequence[str] | None = None) -> pd.DataFrame:
    """A row a text: ``empty``, ``non_response``, ``refers_elsewhere`` (bool) and ``duplicate_of`` (int).

    ``refers_elsewhere`` is an answer that points to another one ('as above'); if it says nothing more it is a
    non-response too. ``duplicate_of`` is the position of the first text that is the same after normalising,
    to the same question, or -1; blank texts repeat nothing. ``questions`` is the question of each text, by
    which 'nothing' is an answer or not (see ``is_non_response``). Raises ``ValueError`` if there are more
    or fewer of them than texts.

    >>> flag_texts(["Joint bids", "as above", "joint  bids"])["duplicate_of"].tolist()
    [-1, -1, 0]
    """
    texts = list(texts)
    asked = list(questions) if questions is not None else [""] * len(texts)
    keys = [normalise_text(text) for text in texts]
    first: dict[tuple[str, str], int] = {}
    places = [first.setdefault(pair, i) for i, pair in enumerate(zip(keys, asked, strict=True))]
    # Equal keys to equal questions have equal flags: work them out once, at the first.
    flags = [
        (is_non_response(texts[i], asked[i]), _refers_elsewhere(texts[i])) if i == place else (False, False)
        for i, place in enumerate(places)
    ]
    return pd.DataFrame(
        {
            "empty": [not key for key in keys],
            "non_response": [flags[place][0] for place in places],
            "refers_elsewhere": [flags[place][1] for place in places],
            "duplicate_of": [
                place if place != i and key else -1
                for i, (place, key) in enumerate(zip(places, keys, strict=True))
            ],
        }
    )


def _is_plain(text: str) -> bool:
    """Whether a text is so plain that the slower searches for damage need not run: most are."""
    printable = text.isascii() and text.isprintable()
    return printable and not ("&" in text or "\\" in text or "  " in text or text.strip(" ") != text)


def _undo_damage(text: str) -> str:
    import ftfy

    return ftfy.fix_text(text, uncurl_quotes=False)


def _tidy(text: str) -> str:
    if "\\" in text and ":\\" not in text and "\\" not in _WRITTEN_BREAKS.sub("", text):
        text = _WRITTEN_BREAKS.sub("\n", text)  # line breaks that an export wrote as backslash and letter
    text = _LINE_ENDS.sub("\n", text)
    text = _INVISIBLE.sub("", text)
    text = _AROUND_BREAK.sub("\n", _SPACE_RUN.sub(" ", text))
    return _BREAK_RUN.sub("\n\n", text).strip()


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


def _refers_elsewhere(text: str) -> bool:
    if _LEANS_ON_POINTER.search(text):
        return True
    return len(text) <= _LONGEST and any(map(_points_elsewhere, _shorter_forms(_key(text))))
