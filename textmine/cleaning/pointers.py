"""Answers that point to another one: 'as above', 'see my first answer'."""

from __future__ import annotations

import re

from textmine.cleaning.keys import plain_words, word_set
from textmine.cleaning.scan import compile_search


def any_of(lines: str) -> str:
    """A pattern of what stands on the lines; a line may end wherever a bar would stand.

    >>> any_of(" na\\n none")
    '(?:na|none)'
    """
    return "(?:" + "|".join(line.strip() for line in lines.strip().splitlines()) + ")"


# Words of courtesy, of doubt and of time that change nothing in an answer.
BY_THE_WAY = any_of(r"""
    sorry|sadly|honestly|unfortunately|er+m?|um+|hmm+|well|oh|so|absolutely|literally|probably|currently
    to be (?:honest|fair)|tbh|im afraid|i am afraid|if im honest|if i am honest|being honest|thanks|thank you
    thank u|thankyou|thx|ty|cheers|lol|really|please|pls|at (?:present|all|the moment|this moment|the mo|mo)
    atm|at this (?:time|point|stage|moment)|(?:at this )?(?:moment|point) in time|for now|as yet|yet|lately
    (?:of|as of) late|(?:as of )?(?:right )?now|so far|to date|i (?:dont )?(?:think|suppose|guess|believe)
    as such|this (?:year|time|term)|(?:on|in|at) this (?:occasion|case|instance)|for me|for us|from me|from us
    in my (?:case|opinion|view|experience)|in our (?:case|view)|here|as far as i(?: know| am aware|m aware)
    from where i (?:sit|stand|am)|all the best|good luck(?: with (?:it|this|that|(?:the|your) \w+))?
    as far as i(?: am|m)? concerned
    whatsoever|in particular|off ?hand|off the top of my head|only|ok|okay|these days|anymore|any more|x+
    about (?:this|that|it)|many thanks|kind regards|god bless|with (?:thanks|regret)|and
""")

_LEADING = re.compile(f"^{BY_THE_WAY} ")
_TRAILING = re.compile(f" {BY_THE_WAY}$")
PARTS = re.compile(r"[.,;:!?()\n]+| [-\u2013\u2014]+ ?")
NOT_APPLICABLE = re.compile(r"\bn\s?[/.\\-]\s?a\b\.?", re.IGNORECASE)
#: A text of more letters says something; one of no more words is a short one.
LONGEST, A_FEW = 140, 5

# An answer that points to another one: an opening, then only pointing words, with a place among them.
_PLACES = word_set(
    """
    above below previous previously earlier last first preceding prior before already answer answers
    response responses comment comments question questions q page section box boxes entry reply replies
    """
)
_POINTING = _PLACES | word_set(
    """
    the my our all your other same next one stated mentioned said given noted to at on in of for this that
    it please as per have i ive covered answered explained gave give a was is question same number no by
    described got put
    """
)
_OPENINGS = word_set(
    "see refer as same already covered answered said stated mentioned explained described i ive look"
)
_PAPERS = word_set(
    """
    prospectus sef sdp website report policy plan minutes attached email letter handbook newsletter survey
    return form sheet document attachment notes overleaf over
    """
)
_REPLIES = word_set("answer answers response responses comment comments reply entry")
_POINTERS = frozenset(
    {"ditto", "idem", "same", "same again", "same here", "above", "previous", "as stated", "as mentioned"}
)
_QUESTION_NUMBER = re.compile(r"(?:my )?(?:q|question |page |section )\d")
_SAID_BEFORE = re.compile(
    r"(?:.* )?(?:got|given|gave|put|answered|explained|covered|said|described) (?:.* )?(?:previous"
    r"|earlier|above|last|first)"
    r" (?:question|answer|comment|section|box|page|response)s?|hence my answer to .*"
)
_NUMBERED = re.compile(r"q?\d+[a-z]?|[ivx]+")
_POINTS = word_set(
    """
    above below previous previously earlier before ditto idem already answer answers answered response
    responses comment comments question questions covered stated mentioned described explained
    """
)
_SHORTLY = word_set("see as same refer said first last")
_LEANS_ON_POINTER = re.compile(
    r"(?:^|[.,;:!?()\u2013\u2014-]\s*)(?:please )?(?:see|as per|as mentioned|as stated|refer to|look at)"
    r"(?: my| the| our)? (?:above|previous|earlier|my (?:previous|earlier|first|last)|answers? above)\b"
    r"|^(?:please )?see (?:my|the) (?:first|last|previous|earlier|other) (?:answer|response|comment)s?\b"
    r"|^(?:as above|as previous|as before|ditto|same as above)\b(?=\s*(?:[.,;:!?()\u2013\u2014-]|$))",
    re.IGNORECASE,
)


# A quick look for what any match of these begins with.
_MAY_LEAN = compile_search(
    r"(?i)(?:see|as per|as mentioned|as stated|refer to|look at) (?:my |the |our )?(?:above|previous|earlier"
    r"|my|answers?)|^(?:please )?see|^(?:as above|as previous|as before|ditto|same as above)"
)


def points_elsewhere(key: str) -> bool:
    """Whether a key (plain words, joined by spaces) does nothing but point to another answer.

    >>> [points_elsewhere(key) for key in ("see my last answer", "see the doctor", "i no")]
    [True, False, False]
    """
    for opening in ("n a ", "na ", "please ", "the ", "look at ", "think you ve ", "hence "):
        key = key.removeprefix(opening)
    if key in _POINTERS or _SAID_BEFORE.fullmatch(key):
        return True
    first, *rest = key.split(" ") if key else [""]
    if first not in _OPENINGS or not rest:
        return first in _REPLIES and bool(rest) and rest[-1] in {"above", "below"} and len(rest) <= 2
    if first in {"see", "refer"} and len(rest) <= 5 and rest[-1] in _REPLIES:
        return True  # 'see my head's response'
    if first == "see" and len(rest) <= 12 and (rest[0] in _REPLIES or _QUESTION_NUMBER.match(" ".join(rest))):
        return True  # 'see comment on lease car', 'see q1 of the other survey'
    if first == "see" and len(rest) <= 3 and rest[-1] in _PAPERS:
        return True  # 'see school website'
    if first == "same" and rest[0] not in {"as", *_REPLIES}:
        return False  # 'same page'
    pointing = all(word in _POINTING or _NUMBERED.fullmatch(word) for word in rest)
    placed = first in _PLACES or any(word in _PLACES or _NUMBERED.fullmatch(word) for word in rest)
    return pointing and placed  # 'I' that opens an answer is no number: 'I no'


def refers_elsewhere(text: str) -> bool:
    """Whether a text points to another answer: 'as above', 'see my first answer'.

    >>> refers_elsewhere("See above. Leave us alone"), refers_elsewhere("the flat above the school")
    (True, False)
    """
    return may_refer_elsewhere(text, plain_words(text))


def may_refer_elsewhere(text: str, words: list[str]) -> bool:
    """``refers_elsewhere`` for a text whose ``plain_words`` are known already.

    >>> may_refer_elsewhere("Ditto", ["ditto"])
    True
    """
    if _POINTS.isdisjoint(words) and (len(words) > 2 * A_FEW or _SHORTLY.isdisjoint(words)):
        return False
    if _MAY_LEAN(text) and _LEANS_ON_POINTER.search(text):
        return True
    if len(text) > LONGEST:
        return False
    return points_elsewhere(_bare(" ".join(words))) or any(map(_part_points, PARTS.split(text)))


def _part_points(part: str) -> bool:
    words = plain_words(part)
    if words == ["ditto"]:
        return True
    if len(words) < 2 or (_POINTS.isdisjoint(words) and _SHORTLY.isdisjoint(words)):
        return False
    return points_elsewhere(_bare(" ".join(words)))


def _bare(key: str) -> str:
    """A key without what is said in passing before and after."""
    before = ""
    while key != before:
        before = key
        key = _LEADING.sub("", _TRAILING.sub("", key))
    return key
