"""A text as the words that rules are held against: folded, with their places, sentences and clauses."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from textmine.coding.tokens import sentence_spans

#: Signs that are words by themselves: money, shares, 'and', emoji.
SIGN = "[$£€¥%&+=#@\u2100-\u214f\u2190-\u2bff\U0001f000-\U0001faff]"
#: The apostrophes that may stand inside a word.
APOSTROPHE = "['\u2019\u02bc]"
#: Signs that belong to the letter before them where no composed letter exists: accents, vowel signs.
MARK = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f"
    "\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957"
    "\u0962\u0963\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a75\u0a81-\u0a83"
    "\u0abc-\u0acd\u0b82\u0bbe-\u0bcd\u0c3e-\u0c56\u0cbc-\u0cd6\u0d3b-\u0d4d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u200c\u200d\ufe0e\ufe0f\ufe20-\ufe2f"
)
_LETTERS = rf"[^\W_]+(?:[{MARK}]+[^\W_]*)*"
_WORD = re.compile(rf"{_LETTERS}(?:{APOSTROPHE}{_LETTERS})*|{SIGN}[{MARK}]*")
#: What may stand between the words of a phrase: spaces, hyphens, slashes, quotes, an inner full stop.
_JOINS = re.compile("[ \\t\\-/'\"*_\u2018\u2019\u201c\u201d]*|\\.")
_CLAUSE = re.compile(r"[.,;:?!()\[\]…–—\n]|\s-\s")
_APOSTROPHES = str.maketrans("\u2019\u02bc", "''")
#: Words after which a 'not' said before them no longer counts.
_TURNS = frozenset(("but", "however", "although", "though", "yet", "whereas"))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one text: each as typed, where it starts and ends, and what it hangs together with.

    ``joined[i]`` says whether word i may follow word i - 1 in a phrase; ``sentences`` and ``clauses`` number
    the sentence and the clause of each word.
    """

    typed: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    joined: Sequence[bool]
    sentences: Sequence[int]
    clauses: Sequence[int]

    def __len__(self) -> int:
        return len(self.typed)


def split_words(text: str) -> Words:
    """The words of a repaired text (see ``repair_text``), with their offsets in it.

    >>> words = split_words("Co-heads don’t meet. But costs fell.")
    >>> words.typed, words.joined[1], words.sentences[-1]
    (['Co', 'heads', "don't", 'meet', 'But', 'costs', 'fell'], True, 1)
    """
    places = [match.span() for match in _WORD.finditer(text)]
    typed = [unicodedata.normalize("NFC", text[a:b]).translate(_APOSTROPHES) for a, b in places]
    firsts = [span.start for span in sentence_spans(text)]
    sentences = [max(bisect_right(firsts, start) - 1, 0) for start, _ in places]
    joined, clauses, clause = [False] * len(places), [0] * len(places), 0
    for i, ((_, end), (start, _)) in enumerate(pairwise(places), 1):
        between = text[end:start]
        apart = sentences[i] != sentences[i - 1]
        joined[i] = not apart and _JOINS.fullmatch(between) is not None
        if apart or typed[i].casefold() in _TURNS or (between != "." and _CLAUSE.search(between)):
            clause += 1
        clauses[i] = clause
    return Words(typed, [a for a, _ in places], [b for _, b in places], joined, sentences, clauses)


def fold_word(word: str) -> str:
    """A word without regard to case, composed, with straight apostrophes.

    >>> fold_word("Straße"), fold_word("CAFE\u0301") == fold_word("café")
    ('strasse', True)
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", word).casefold()).translate(_APOSTROPHES)
