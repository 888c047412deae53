"""Whether the words around a hit let it pass: 'our trust' names a form, 'the trust between us' does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Phrases = tuple[tuple[str, ...], ...]

#: How many words to either side count as near.
REACH = 12
#: Stands in the words for the end of a sentence, and of a clause.
SENTENCE, CLAUSE = ".", ","
#: Stands for the hit itself among the words near it; no phrase has such a word.
_HIT = "\0"


def _as_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LISTS = {
    "@determiner": _as_set(
        """
        a an the our my your his her their its this that these those each every any another both either
        neither all some many most several few other two three four five six seven eight nine ten which
        what whose one no
        """
    ),
    "@plain": _as_set(
        """
        local nearby neighbouring large larger largest big bigger biggest small smaller smallest new newer
        old older whole entire same different other single existing wider current previous former strong
        effective good great successful loose looser informal formal own rival separate outside
        """
    ),
}


@dataclass(frozen=True)
class Rule:
    """What must stand beside or near a hit, and what must not; phrases are tuples of words.

    ``of`` names the keywords that the rule is for; empty is all of the term's.
    """

    of: tuple[str, ...] = ()
    before: Phrases = ()
    after: Phrases = ()
    near: Phrases = ()
    not_before: Phrases = ()
    not_after: Phrases = ()
    not_near: Phrases = ()

    def lets_pass(self, before: Sequence[str], after: Sequence[str]) -> bool:
        """Whether a hit between these words counts; both lists run in the order of the text.

        >>> rule = Rule(before=(("our",),), not_after=(("between",),))
        >>> rule.lets_pass(["in", "our"], ["board"]), rule.lets_pass(["our"], ["between", "us"])
        (True, False)
        """
        around = [*_sentence(before[::-1])[::-1], _HIT, *_sentence(after)]
        if _ends_with(before, self.not_before) or _starts_with(after, self.not_after):
            return False
        if _holds(around, self.not_near):
            return False
        wanted = self.before or self.after or self.near
        return not wanted or (
            _ends_with(before, self.before) or _starts_with(after, self.after) or _holds(around, self.near)
        )


def read_phrases(value: Any) -> Any:
    """The phrases of a list as it is written: 'our, sit down' -> (('our',), ('sit', 'down')).

    Raises ``ValueError`` for a word list (@name) that there is not.

    >>> read_phrases("our, heads' group")
    (('our',), ('heads', 'group'))
    """
    if not isinstance(value, str):
        return value
    phrases = tuple(tuple(words_of(phrase)) for phrase in value.split(","))
    strange = [
        w for words in phrases for w in words if w.lstrip("!").startswith("@") and w.lstrip("!") not in _LISTS
    ]
    if strange:
        raise ValueError(f"there is no word list {strange[0]}; known are {', '.join(_LISTS)}")
    return tuple(words for words in phrases if words)


def words_of(phrase: str) -> list[str]:
    """The words of a phrase of a rule, in lower case, without hyphens and possessives."""
    return [word for word in re.findall(r"!?@?\w+|\.", re.sub(r"['’]s?\b", "", phrase.lower())) if word]


def _sentence(words: Sequence[str]) -> list[str]:
    """The words up to the end of the sentence, no more than REACH of them; clause ends are left out."""
    found: list[str] = []
    for word in words:
        if word == SENTENCE or len(found) == REACH:
            break
        if word != CLAUSE:
            found.append(word)
    return found


def _starts_with(words: Sequence[str], phrases: Phrases) -> bool:
    return any(_fits(words[: len(phrase)], phrase) for phrase in phrases)


def _ends_with(words: Sequence[str], phrases: Phrases) -> bool:
    return any(_fits(words[-len(phrase) :], phrase) for phrase in phrases)


def _holds(words: Sequence[str], phrases: Phrases) -> bool:
    return any(
        _fits(words[i : i + len(phrase)], phrase)
        for phrase in phrases
        for i in range(len(words) - len(phrase) + 1)
    )


def _fits(words: Sequence[str], phrase: tuple[str, ...]) -> bool:
    return len(words) == len(phrase) and all(map(_is, words, phrase))


def _is(word: str, wanted: str) -> bool:
    if wanted.startswith("!"):
        return not _is(word, wanted[1:])
    if wanted == ".":
        return word in (SENTENCE, CLAUSE)
    if wanted in _LISTS:
        return word in _LISTS[wanted] or (wanted == "@determiner" and word.isdigit())
    return word == wanted
