"""What people marked as the words that carry a code, as targets for single tokens.

A text that carries a code seldom carries it from end to end. A network that is also asked of each token
whether it was marked learns where the code is, from as many examples as there are tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from textmine.coding.encoder import Windows
from textmine.coding.training_texts import TrainingTexts

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Known = npt.NDArray[np.bool_]
#: Tokens from, to (not with it), and the number of the code.
Stretch = tuple[int, int, int]

#: From this share on, codes and comments count as most of them.
MOST = 0.5
#: A code of which next to no token is marked, or nearly all, is held for this rare, or common.
LEAST_SHARE = 0.001


@dataclass(frozen=True)
class MarkedTokens:
    """For each window: the ``answers`` tokens (from, to), the ``marked`` ones, and the codes ``known``.

    ``known`` is (windows, codes): whether all of a window's words that carry the code are marked. A code
    that was given without a quote is not known, nor is one that people seldom marked.
    """

    answers: list[tuple[int, int]]
    marked: list[list[Stretch]]
    known: Known

    def targets(self, chosen: Ints, length: int) -> npt.NDArray[np.float32]:
        """1, 0 or NaN (windows, tokens, codes) for the ``chosen`` windows, filled up to ``length`` tokens.

        >>> marks = MarkedTokens([(1, 4)], [[(2, 3, 0)]], np.array([[True, False]]))
        >>> marks.targets(np.array([0]), 5)[0].T
        array([[nan,  0.,  1.,  0., nan],
               [nan, nan, nan, nan, nan]], dtype=float32)
        """
        wanted = np.full((len(chosen), length, self.known.shape[1]), np.nan, np.float32)
        for row, w in enumerate(chosen):
            first, after = self.answers[w]
            wanted[row, first:after, self.known[w]] = 0
            for start, end, code in self.marked[w]:
                wanted[row, start:end, code] = 1
        return wanted

    def levels(self, chosen: Ints) -> Floats:
        """The log-odds (codes,) of a known token of the ``chosen`` windows being marked.

        >>> MarkedTokens([(0, 4)], [[(0, 2, 0)]], np.array([[True]])).levels(np.array([0]))
        array([0.])
        """
        tokens = np.array([self.answers[w][1] - self.answers[w][0] for w in chosen], dtype=np.float64)
        marked = np.zeros(self.known.shape[1])
        for start, end, code in (stretch for w in chosen for stretch in self.marked[w]):
            marked[code] += end - start
        share = np.clip(marked / np.maximum(tokens @ self.known[chosen], 1), LEAST_SHARE, 1 - LEAST_SHARE)
        levels: Floats = np.log(share / (1 - share))
        return levels


def find_marked_tokens(tokenizer: Tokenizer, windows: Windows, rows: TrainingTexts) -> MarkedTokens | None:
    """Which tokens of each window stand in what people marked; None where few codes were marked often.

    ``windows`` are cut from the texts of ``rows``. A quote that is a row of its own is marked from end to
    end; of the codebook and of taught texts nothing is known.
    """
    often, carried = find_often_marked(rows)
    if not often.any() or often.sum() < MOST * carried.sum():
        return None
    encoded = tokenizer.encode_batch(list(rows.texts), add_special_tokens=False)
    answers: list[tuple[int, int]] = []
    marked: list[list[Stretch]] = []
    known = np.zeros((len(windows.ids), len(often)), dtype=bool)
    for w, (row, (place, first, count)) in enumerate(zip(windows.owner, windows.places, strict=True)):
        stretches, of_row = _find_in_row(rows, int(row), encoded[row].offsets)
        answers.append((place, place + count))
        known[w] = of_row & often
        moved = ((max(a - first, 0), min(b - first, count), code) for a, b, code in stretches)
        marked.append([(place + a, place + b, code) for a, b, code in moved if a < b and known[w, code]])
    return MarkedTokens(answers, marked, known)


def find_often_marked(rows: TrainingTexts) -> tuple[Known, Known]:
    """For each code (codes,): whether most comments that carry it have its words marked; and if any carry it.

    Where most have not, next to all of its words would be held for words that do not carry it.
    """
    own = rows.owner == np.arange(len(rows.texts))
    carried = (rows.truth[own] == 1).sum(axis=0)
    marked = np.zeros(len(carried))
    for marks in rows.marks.values():
        marked[list({code for _, _, code in marks})] += 1
    return (carried > 0) & (marked >= MOST * carried), carried > 0


def _find_in_row(
    rows: TrainingTexts, row: int, offsets: list[tuple[int, int]]
) -> tuple[list[Stretch], Known]:
    """The marked tokens of a text, and of which codes (codes,) all that carries them is marked."""
    truth = rows.truth[row]
    if rows.owner[row] < 0:
        return [], np.zeros(len(truth), dtype=bool)
    if rows.owner[row] != row:  # cut from a comment: a quote, or what is left without quotes
        return [(0, len(offsets), int(k)) for k in np.flatnonzero(truth == 1)], ~np.isnan(truth)
    stretches: list[Stretch] = []
    known = truth == 0
    for start, end, code in rows.marks.get(row, []):
        inside = [n for n, (a, b) in enumerate(offsets) if a < end and start < b]
        if inside:
            stretches.append((inside[0], inside[-1] + 1, code))
            known[code] = True
    return stretches, known
