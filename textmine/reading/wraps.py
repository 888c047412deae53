"""Undoing hard wraps: lines joined with a space, words that were split with a hyphen made whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

_WORD = re.compile(r"[^\W\d_]+(?:['’\u2010-][^\W\d_]+)*")
_BROKEN = re.compile(r"([^\W_]+(?:['’\u2010-][^\W_]+)*)[-\u2010]$")
_HEAD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*(?:[-\u2010][^\W_]+)*")
_SUSPENDED = frozenset({"and", "or", "to", "und", "et"})  # 'pre- and post-16'
_COMMON = 400  # how often both halves are met in the word list before 'half-term' is taken for two words
_BRITISH = (
    ("isation", "ization"),
    ("ise", "ize"),
    ("ising", "izing"),
    ("our", "or"),
    ("mme", "m"),
    ("tre", "ter"),
)

_PLACE_WORD = re.compile(r"(?:by|on|in|under|upon|next|with|and|of|to|at|le|la|en|sur)-[^\W\d_]")


class LineJoiner:
    """Joins the lines of one file; the words of the whole file are its evidence for hyphens.

    A hyphen at a line end stays when the file has the word with a hyphen elsewhere, or when both halves are
    common English words that make no word together; it goes when the file or the word list has the whole
    word, and when a half is no word ('Withern-' 'holt').
    The word list is that of pyspellchecker (MIT), loaded only when the file itself does not tell.

    >>> joiner = LineJoiner(["Withernholt, a well-known school"])
    >>> joiner.join(["Colm at Withern-", "holt is well-", "known."])
    'Colm at Withernholt is well-known.'
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._seen = {word.casefold() for line in lines for word in _WORD.findall(line)}

    def join(self, lines: Iterable[str]) -> str:
        """One line of text, every run of white space one space."""
        pieces: list[str] = []
        for line in lines:
            self.append(pieces, " ".join(line.split()))
        return "".join(pieces)

    def append(self, pieces: list[str], line: str, *, wrapped: bool = True) -> None:
        """Put ``line`` behind ``pieces`` with a space or, after a hard wrap, as a hyphen there wants."""
        if not pieces or not line:
            pieces.extend([line] if line else [])
            return
        last = pieces[-1]
        keep, space = self._settle(last, line) if wrapped else (len(last), " ")
        pieces[-1] = last[:keep]
        pieces.append(space + line)

    def _settle(self, last: str, line: str) -> tuple[int, str]:
        """How much of the last piece stays and what comes between it and the line."""
        if last.endswith("\u00ad"):
            return len(last.rstrip("\u00ad")), ""
        if last[-1] in "—/" and last[-2:-1].isalpha() and line[0].isalpha():
            return len(last), ""
        broken, head = _BROKEN.search(last[-80:]), _HEAD.match(line)
        if broken is None or head is None or head[0].casefold() in _SUSPENDED:
            return len(last), " "
        return (len(last), "") if self._keeps_hyphen(broken[1], head[0]) else (len(last) - 1, "")

    def _keeps_hyphen(self, left: str, right: str) -> bool:
        if not (left[-1].isalpha() and right[0].islower()):
            return True
        whole, split = (left + right).casefold(), f"{left}-{right}".casefold()
        bare = _without_ending(whole)
        if split in self._seen:
            return whole not in self._seen
        if {whole, bare} & self._seen:
            return False
        if _PLACE_WORD.match(right) or (left.casefold() in {"re", "pre"} and right.startswith("e")):
            return True  # 'St Aldhelm-' 'by-the-Water', 're-' 'elected'
        last, first = re.split("[-\u2010]", left)[-1].casefold(), re.split("[-\u2010]", right)[0].casefold()
        joined = last + first
        if _frequency(joined) or _frequency(_without_ending(joined)):
            return False
        return len(last) > 1 and min(_frequency(last), _frequency(_without_ending(first))) >= _COMMON


def _without_ending(word: str) -> str:
    return re.sub("['’]s?$", "", word)


@cache
def _word_list() -> Any:
    from spellchecker import SpellChecker

    return SpellChecker(language="en").word_frequency


def _frequency(word: str) -> int:
    """How often the word list met a word; 0 for none. British spellings count as American ones."""
    words = _word_list()
    forms = [word] + [word.replace(*pair) for pair in _BRITISH if pair[0] in word]
    return max(int(words[form]) for form in forms)
