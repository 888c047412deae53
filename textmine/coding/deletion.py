"""A text as a row of words: which of them a stretch covers, and the text without them or of them alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from textmine.coding.tokens import token_spans
from textmine.spans import Span

Mask = npt.NDArray[np.bool_]


class WordRow:
    """The words of a text, in order, each with the marks that are written on to it.

    A word is a token with a letter or a figure. Words are what evidence is counted, deleted and kept by; a
    word that a stretch touches is in it as a whole. Marks without a space between belong to the word before
    them, or, at its beginning, to the word behind: a deleted sentence takes its question mark along.

    >>> row = WordRow("We share staff. It saves money!")
    >>> row.cover([(16, 31)]).tolist()
    [False, False, False, True, True, True]
    >>> row.leave_out(row.cover([(3, 8)])), row.keep(row.cover([(0, 2), (16, 31)]))
    ('We   staff. It saves money!', 'We It saves money!')
    """

    def __init__(self, text: str) -> None:
        self.text = text
        spans = find_words(text)
        self.starts = np.array([span.start for span in spans], dtype=np.int64)
        self.ends = np.array([span.end for span in spans], dtype=np.int64)
        self._first, self._last = _take_marks(text, self.starts.tolist(), self.ends.tolist())

    def __len__(self) -> int:
        return len(self.starts)

    def cover(self, stretches: Iterable[Sequence[int]]) -> Mask:
        """Which words the stretches (start, end; code points of the text) touch, (words,)."""
        covered = np.zeros(len(self), bool)
        for start, end in stretches:
            covered |= (self.starts < end) & (self.ends > start)
        return covered

    def leave_out(self, words: Mask) -> str:
        """The text without these words; a space stands where each run of them stood."""
        parts, here = [], 0
        for first, last in _find_runs(words):
            parts += [self.text[here : self._first[first]], " "]
            here = self._last[last]
        return "".join([*parts, self.text[here:]])

    def keep(self, words: Mask) -> str:
        """Nothing but these words, runs of them parted by a space."""
        return " ".join(self.text[self._first[a] : self._last[b]] for a, b in _find_runs(words))


def find_words(text: str) -> list[Span]:
    """The tokens of a text that hold a letter or a figure, in order.

    >>> [span.slice("Only £90, eh?") for span in find_words("Only £90, eh?")]
    ['Only', '90', 'eh']
    """
    return [span for span, _ in token_spans(text) if any(map(str.isalnum, span.slice(text)))]


def draw_stretches(words: Mask, count: int, rng: np.random.Generator) -> list[Mask]:
    """``count`` random stretches of a text, each as many words in as many pieces as ``words`` has.

    The pieces are of the same lengths, in any order and anywhere, never touching each other.

    >>> drawn = draw_stretches(np.array([1, 1, 0, 1, 0, 0], bool), 50, np.random.default_rng(0))
    >>> {int(one.sum()) for one in drawn}, len({one.tobytes() for one in drawn})
    ({3}, 12)
    """
    lengths = [last - first + 1 for first, last in _find_runs(words)]
    free = len(words) - sum(lengths)
    found = []
    for _ in range(count):
        here = rng.permutation(lengths)
        gaps = np.sort(rng.choice(free + 1, len(lengths), replace=False))
        stretch = np.zeros(len(words), bool)
        for start, length in zip(gaps + np.cumsum(here) - here, here, strict=True):
            stretch[start : start + length] = True
        found.append(stretch)
    return found


def count_pieces(words: Mask) -> int:
    """How many runs of neighbouring words there are.

    >>> count_pieces(np.array([1, 1, 0, 1], bool))
    2
    """
    return len(_find_runs(words))


def _find_runs(words: Mask) -> list[tuple[int, int]]:
    """The first and the last word of each run."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], words.astype(np.int8), [0]))))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def _take_marks(text: str, starts: list[int], ends: list[int]) -> tuple[list[int], list[int]]:
    """Where each word begins and ends with its marks."""
    firsts, lasts = list(starts), list(ends)
    for i, end in enumerate([0, *ends]):
        gap = text[end : starts[i]] if i < len(starts) else text[end:]
        parts = gap.split()
        if gap and i and not gap[0].isspace():
            lasts[i - 1] = end + len(parts[0])
        behind = i == 0 or len(parts) > 1 or gap[:1].isspace()
        if gap and i < len(starts) and behind and not gap[-1].isspace():
            firsts[i] = starts[i] - len(parts[-1])
    return firsts, lasts
