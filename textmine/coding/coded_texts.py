"""What a coder found in some texts, as arrays: taken apart, put together, and kept for texts seen again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from textmine.coded import STANCES, UNSURE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: What may be told of the stance of a code, by number; '' where nothing is.
TOLD = ("", *STANCES, UNSURE)


@dataclass(frozen=True)
class CodedTexts:
    """Texts with their scores and the stretches that show their codes.

    ``scores`` is (texts, codes), NaN where there was nothing to code; ``trained_on`` and ``silent`` (the
    non-responses) are (texts,). ``ends`` (texts,) says where each text's stretches end among all: their
    ``code``, ``start`` and ``end`` in code points of the text as read, and ``stance``, a place in ``TOLD``.
    The stretches of a text stand by code, the heaviest first.
    """

    scores: Floats
    trained_on: Mask
    silent: Mask
    ends: Ints
    code: Ints
    start: Ints
    end: Ints
    stance: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.scores)

    @classmethod
    def none(cls, n_codes: int) -> CodedTexts:
        """No text at all."""
        no, empty = np.zeros(0, bool), np.zeros(0, np.int64)
        return cls(np.zeros((0, n_codes)), no, no, empty, empty, empty, empty, np.zeros(0, np.int8))

    @property
    def owner(self) -> Ints:
        """The text of each stretch."""
        return np.repeat(np.arange(len(self)), np.diff(self.ends, prepend=0))

    def take(self, places: Ints) -> CodedTexts:
        """The texts at these places; -1 is one that was not coded.

        >>> one = CodedTexts(np.array([[0.9]]), *[np.array([False])] * 2, *np.array([[1], [0], [2], [5]]),
        ...                  np.zeros(1, np.int8))
        >>> two = one.take(np.array([-1, 0]))
        >>> two.scores[:, 0].tolist(), two.owner.tolist(), two.end.tolist()
        ([nan, 0.9], [1], [5])
        """
        known = places >= 0
        scores = np.full((len(places), self.scores.shape[1]), np.nan)
        scores[known] = self.scores[places[known]]
        trained_on, silent = np.zeros(len(places), bool), np.zeros(len(places), bool)
        trained_on[known], silent[known] = self.trained_on[places[known]], self.silent[places[known]]
        bounds = np.concatenate(([0], self.ends, [0]))
        first = bounds[places]
        counts = np.where(known, bounds[places + 1] - first, 0)
        ends = np.cumsum(counts)
        row = np.arange(int(counts.sum())) + np.repeat(first - (ends - counts), counts)
        stretches = (part[row] for part in (self.code, self.start, self.end, self.stance))
        return CodedTexts(scores, trained_on, silent, ends, *stretches)

    @classmethod
    def join(cls, parts: Sequence[CodedTexts]) -> CodedTexts:
        """The texts of all parts, one part after the other."""
        counts = np.concatenate([np.diff(part.ends, prepend=0) for part in parts])
        names = ("scores", "trained_on", "silent", "code", "start", "end", "stance")
        joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        return cls(ends=np.cumsum(counts), **joined)


class RecentTexts:
    """What was found in texts met before, so that each is coded once; forgets when it holds too many."""

    #: Distinct texts that are kept from one batch to the next.
    MOST = 25_000

    def __init__(self, n_codes: int) -> None:
        self.found = CodedTexts.none(n_codes)
        self._places: dict[tuple[str, str], int] = {}

    def number(self, pairs: Sequence[tuple[str, str] | None]) -> tuple[Ints, list[tuple[str, str]]]:
        """The place of each text and question, -1 for None, and those that are new, in order.

        The new ones have the places behind those kept: hand what was found in them to ``add``.
        """
        if len(self._places) > self.MOST:
            self._forget_all_but(pairs)
        places, known = self._places, len(self._places)
        unit = [-1 if pair is None else places.setdefault(pair, len(places)) for pair in pairs]
        return np.array(unit, dtype=np.int64), list(places)[known:]

    def add(self, found: CodedTexts) -> None:
        """Keep what was found in the new texts."""
        self.found = CodedTexts.join([self.found, found])

    def _forget_all_but(self, pairs: Sequence[tuple[str, str] | None]) -> None:
        met = {pair: self._places[pair] for pair in pairs if pair is not None and pair in self._places}
        self.found = self.found.take(np.fromiter(met.values(), np.int64, len(met)))
        self._places = {pair: place for place, pair in enumerate(met)}
