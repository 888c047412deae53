"""Evidence for coders whose scores do not split into shares: what a text loses when a piece is taken out.

Each piece is deleted in turn and the text scored anew; then the heaviest are taken out together, one more at
a time, until the code falls. Deletions of many texts are scored in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from textmine.coding.clauses import Cut, Unit
from textmine.coding.evidence import (
    Pairs,
    Stretches,
    find_rivals,
    finish,
    join_pieces,
    lay_out,
    put_in_order,
)
from textmine.coding.scorer import Scored

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Score = Callable[[Sequence[str], Sequence[str]], Floats]

#: Pieces of a text that are tried for each code: those to which the fast coder gives most.
MOST_TRIED = 12
#: Pieces that are taken out together at most.
MOST_TAKEN = 4


def find_evidence_by_deletion(
    score: Score,
    scored: Scored,
    applies: Mask,
    cuts: Floats,
    raw: Sequence[str],
    repaired: Sequence[str],
    questions: Sequence[str],
    *,
    unit: Unit = Unit.clause,
    given: Mask | None = None,
) -> Stretches:
    """The stretches of each text and code that applies, in offsets of the raw text; the heaviest first.

    ``score`` gives the scores (n, codes) of repaired texts and their questions; ``scored`` holds those of
    these texts, with the shares of their tokens in a fast coder's scores, by which the pieces to try are
    picked. ``cuts`` is the score from which each code applies, ``given`` as for ``find_evidence``. A stretch
    weighs what its pieces, each taken out alone, took from the score.
    """
    if not applies.any():
        return Stretches.none()
    laid = lay_out(scored, applies, repaired, unit, given)
    texts, asked = ([said[i] for i in laid.places.tolist()] for said in (repaired, questions))
    without = _Deletions(score, texts, asked, laid.cut)
    weighed = weigh_by_deletion(laid.pairs, without, scored.scores[laid.places])
    taken = take_until_it_falls(weighed, find_rivals(weighed, laid.given), without, cuts)
    found = join_pieces(weighed, taken, laid.cut, laid.shares, laid.idle)
    return finish(found, applies, laid.places, raw, repaired, unit)


class _Deletions:
    """Scores of texts without some of their pieces."""

    def __init__(self, score: Score, texts: Sequence[str], questions: Sequence[str], cut: Cut) -> None:
        self.score, self.texts, self.questions = score, texts, questions
        bounds = cut.piece_bounds
        self.starts = cut.starts[bounds[:-1]] if len(cut.starts) else bounds[:0]
        self.ends = cut.ends[bounds[1:] - 1] if len(cut.ends) else bounds[:0]

    def score_without(self, text: Ints, pieces: Sequence[Sequence[int]]) -> Floats:
        """Scores, (n, codes), of texts without these pieces; -inf where no word is left."""
        rest = [self._leave_out(i, out) for i, out in zip(text.tolist(), pieces, strict=True)]
        scores = self.score(rest, [self.questions[i] for i in text.tolist()])
        scores[[not any(map(str.isalnum, words)) for words in rest]] = -np.inf
        return scores

    def _leave_out(self, text: int, pieces: Sequence[int]) -> str:
        words, here, kept = self.texts[text], 0, []
        for piece in sorted(pieces):
            kept.append(words[here : self.starts[piece]])
            here = int(self.ends[piece])
        return " ".join(" ".join([*kept, words[here:]]).split())


def weigh_by_deletion(pairs: Pairs, without: _Deletions, scores: Floats) -> Pairs:
    """The pairs with each piece's weight for the code: what the score, (texts, codes), loses without it.

    Pieces that are not tried weigh nothing.
    """
    if not len(pairs.pair):
        return pairs
    order = np.lexsort((pairs.piece, -pairs.weight, ~pairs.speaks, pairs.pair))
    begin = np.flatnonzero(np.diff(pairs.pair[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(begin, np.diff(np.append(begin, len(order))))
    tried = np.zeros(len(order), bool)
    tried[order] = rank < MOST_TRIED
    tried &= pairs.speaks
    text, code = pairs.text[pairs.pair], pairs.code[pairs.pair]
    pieces, first, which = np.unique(pairs.piece[tried], return_index=True, return_inverse=True)
    left = without.score_without(text[tried][first], [[piece] for piece in pieces.tolist()])
    weight = np.zeros(len(order))
    lost = scores[text[tried], code[tried]] - left[which, code[tried]]
    weight[tried] = np.where(np.isinf(lost), scores[text[tried], code[tried]], lost)
    return replace(pairs, weight=weight, speaks=tried)


def take_until_it_falls(pairs: Pairs, rivals: Floats, without: _Deletions, cuts: Floats) -> Mask:
    """Which pieces are evidence: the heaviest of each pair, and more until the code falls without them."""
    order, allowed = put_in_order(pairs, rivals)
    order = order[allowed]
    begin = np.flatnonzero(np.diff(pairs.pair[order], prepend=-1))
    stop = np.append(begin[1:], len(order))
    number = pairs.pair[order][begin] if len(order) else begin
    count = np.ones(len(begin), np.int64)
    open_pairs = np.arange(len(begin))
    for size in range(1, MOST_TAKEN):
        open_pairs = open_pairs[(begin + size < stop)[open_pairs]]
        if not len(open_pairs):
            break
        out = [pairs.piece[order[begin[p] : begin[p] + size]].tolist() for p in open_pairs.tolist()]
        text, code = pairs.text[number[open_pairs]], pairs.code[number[open_pairs]]
        left = without.score_without(text, out)[np.arange(len(text)), code]
        open_pairs = open_pairs[left >= cuts[code]]
        count[open_pairs] += 1
    taken = np.zeros(len(pairs.pair), bool)
    for first, many in zip(begin.tolist(), count.tolist(), strict=True):
        taken[order[first : first + many]] = True
    return taken
