"""A text as the rules for names see it: its words, which begin a sentence, which have a capital."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property

from textmine.privacy.found import PLACEHOLDER
from textmine.privacy.lexicon import fold, is_word
from textmine.spans import Span

_WORD = re.compile(r"[^\W\d_]+(?:[’'‘\u2010\u2011-][^\W\d_]+)*")
_TAIL = re.compile(r"['’‘](?:s|ll|d|ve|re|m|t)$", re.IGNORECASE)
_BEGIN = re.compile(r"(?:^|[.!?…:;\n\r\u2028•*>]|[-–—(\[\"“]|^['‘])[\s\"“'‘(\[*-]*$")
_TITLE_DOT = re.compile(
    r"\b(?:mr|mrs|ms|mx|dr|prof|rev|revd|fr|cllr|st|sr|hon|capt|sgt|lt|[a-z])\.\s*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its possessive or verb tail: ``Geoff`` of "Geoff'll"."""

    text: str
    folded: str
    start: int
    end: int
    tail: str
    begins: bool  # a sentence, a line, a quote or a bracket

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[0].isupper()

    @property
    def acronym(self) -> bool:
        """Whether it is all capitals (an initial too) or mixes them as DfE and MATs do."""
        text = self.text
        if text.isupper() or (text[:2].isupper() and text[:2].isalpha()):
            return True
        return (
            sum(map(str.isupper, text)) > 1
            and len(text) < 5
            and not text.startswith(("Mc", "O'", "O’", "D'"))
        )

    @property
    def proper(self) -> bool:
        """Whether it has a capital and is neither an acronym nor an everyday word."""
        return self.capital and not self.acronym and not is_word(self.folded)


class Wording:
    """The words of one text with what stands between them.

    >>> [word.text for word in Wording("Geoff'll ask Jo.").words]
    ['Geoff', 'ask', 'Jo']
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def words(self) -> list[Word]:
        """All words outside placeholders, in order."""
        text = self.text
        held = [m.span() for m in PLACEHOLDER.finditer(text)] if "[" in text or "XXX" in text else []
        starts = [start for start, _ in held]
        found = []
        for match in _WORD.finditer(text):
            start, end = match.span()
            if match[0].casefold().endswith(("n't", "n’t", "n‘t")):
                continue
            last = bisect_right(starts, start) - 1  # the last placeholder before the word
            if last >= 0 and start < held[last][1]:
                continue
            if cut := _TAIL.search(match[0]):
                end = start + cut.start()
            if text[end : end + 1] == "€" and text[end - 1] == "â":  # a damaged apostrophe
                if text[end + 1 : end + 3] in {"™t", "\u02dct"}:
                    continue  # don't, can't
                end -= 1
            word = text[start:end]
            if not word:
                continue
            before = text[max(0, start - 12) : start]
            begins = bool(_BEGIN.search(before)) and not _TITLE_DOT.search(before)
            found.append(Word(word, fold(word), start, end, text[end : match.end()], begins))
        return found

    @cached_property
    def shouted(self) -> bool:
        """Whether the text is in capitals or Title Case throughout, so that a capital says nothing."""
        letters = [w for w in self.words if len(w.text) > 1]
        upper = sum(w.text.isupper() for w in letters)
        plain = [w for w in letters if len(w.text) > 3 and is_word(w.folded)]
        title = sum(w.capital for w in plain)
        return (len(letters) > 3 and upper > 0.6 * len(letters)) or (
            len(plain) > 7 and title > 0.7 * len(plain)
        )

    def gap(self, i: int) -> str:
        """What stands between word ``i`` and the one after it (the tail of ``i`` included)."""
        words = self.words
        return self.text[words[i].end : words[i + 1].start] if i + 1 < len(words) else "\n"

    @cached_property
    def _starts(self) -> list[int]:
        return [word.start for word in self.words]

    def inside(self, span: Span) -> list[Word]:
        """The words that begin inside a span."""
        return self.words[bisect_left(self._starts, span.start) : bisect_left(self._starts, span.end)]

    def place(self, word: Word) -> int:
        """Which of the words a word of this text is."""
        return bisect_left(self._starts, word.start)

    def before(self, i: int, most: int = 40) -> str:
        """What stands before word ``i``, up to ``most`` code points."""
        start = self.words[i].start
        return self.text[max(0, start - most) : start]

    def after(self, i: int, most: int = 30) -> str:
        """What stands behind word ``i``, its tail left out."""
        end = self.words[i].end + len(self.words[i].tail)
        return self.text[end : end + most]
