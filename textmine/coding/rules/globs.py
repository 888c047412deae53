"""Patterns of words with ``*`` and ``?``, looked up for many words at once; no pattern can hang."""

from __future__ import annotations

import re
import unicodedata

from textmine.coding.rules.words import fold_word

#: A longer run of letters (noise, a long address) is a word that no pattern matches.
LONGEST_WORD = 256
#: Words remembered at most; beyond, the memory is begun anew.
_REMEMBERED = 200_000
_WILD = re.compile(r"[*?]")
_STARS = re.compile(r"\*{2,}")
_NOTHING: frozenset[int] = frozenset()


class WordPatterns:
    """A numbered set of word patterns that says of a word which of them it matches.

    ``*`` stands for any letters or none, ``?`` for one letter. Case does not matter unless a pattern is
    added with ``case=True``. "school's" is matched as itself and as "school".

    >>> patterns = WordPatterns()
    >>> share, women = patterns.add("shar*"), patterns.add("wom?n")
    >>> patterns.match("Sharing") == {share}, patterns.match("women's") == {women}
    (True, True)
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, bool], int] = {}
        self._whole: dict[str, list[int]] = {}
        self._begins: dict[str, list[int]] = {}
        self._others: list[tuple[str, bool, int]] = []
        self._longest_begin = 0
        self._known: dict[str, frozenset[int]] = {}

    def add(self, pattern: str, *, case: bool = False) -> int:
        """The number of a pattern; the same pattern keeps its number."""
        pattern = _STARS.sub("*", unicodedata.normalize("NFC", pattern) if case else fold_word(pattern))
        if (pattern, case) in self._numbers:
            return self._numbers[pattern, case]
        number = self._numbers[pattern, case] = len(self._numbers)
        self._known.clear()
        if case or _WILD.search(pattern[:-1]) or pattern in ("*", "?") or pattern.endswith("?"):
            self._others.append((pattern, case, number))
        elif pattern.endswith("*"):
            self._begins.setdefault(pattern[:-1], []).append(number)
            self._longest_begin = max(self._longest_begin, len(pattern) - 1)
        else:
            self._whole.setdefault(pattern, []).append(number)
        return number

    def match(self, word: str) -> frozenset[int]:
        """The numbers of all patterns that a word, as typed, matches."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[word] = self._look_up(word)
        return found

    def _look_up(self, word: str) -> frozenset[int]:
        if len(word) > LONGEST_WORD:
            return _NOTHING
        found: set[int] = set()
        for typed in _forms(word):
            folded = fold_word(typed)
            found.update(self._whole.get(folded, ()))
            for end in range(1, min(len(folded), self._longest_begin) + 1):
                found.update(self._begins.get(folded[:end], ()))
            found.update(n for p, case, n in self._others if matches_glob(p, typed if case else folded))
        return frozenset(found)


def matches_glob(pattern: str, word: str) -> bool:
    """Whether a whole word matches a pattern of ``*`` and ``?``, in at most len(pattern) x len(word) steps.

    >>> matches_glob("co*operat?", "cooperate"), matches_glob("a*a*a*b", "a" * 200)
    (True, False)
    """
    at = star = 0
    place, retry = 0, -1
    while place < len(word):
        if at < len(pattern) and pattern[at] == "*":
            star, at, retry = at, at + 1, place
        elif at < len(pattern) and pattern[at] in ("?", word[place]):
            at, place = at + 1, place + 1
        elif retry >= 0:
            at, retry = star + 1, retry + 1
            place = retry
        else:
            return False
    return all(sign == "*" for sign in pattern[at:])


def _forms(word: str) -> tuple[str, ...]:
    """A word, and what it is the possessive of."""
    return (word, word[:-2]) if len(word) > 2 and word[-2:] in ("'s", "'S") else (word,)
