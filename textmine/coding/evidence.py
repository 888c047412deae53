"""The stretches of a text that carry a code: those without which its score would fall below the threshold.

A score of the fast tier is a sum over tokens, so what a stretch adds to it is known exactly. The heaviest
pieces (words, clauses or sentences) are taken until the rest of the text would no longer get the code.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from textmine.cleaning import clean_text
from textmine.coding.clauses import Cut, Unit, cut_texts
from textmine.coding.scorer import Scored
from textmine.coding.tokens import SIGNS, close_sentence
from textmine.spans import Span

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: The rest of a text is to stay this far below the threshold, in scores before calibration.
MARGIN = 0.08
#: Of two pieces that add as much the shorter goes first: what a piece adds, by its tokens to this power.
LENGTH_POWER = 0.3
#: How much it counts against a piece that it adds to another code which the text is given.
RIVALRY = 0.8
#: A piece that adds less than this share of what the first adds is no evidence.
LEAST_SHARE = 0.1
#: Weights are summed and sorted in steps of one in so many, and one beyond this counts no more.
STEPS, MOST_WEIGHT = 1 << 28, 1 << 10
#: Words that say nothing at the beginning of a stretch and add next to nothing there.
SHORT_WORDS = (
    "and",
    "but",
    "so",
    "because",
    "although",
    "though",
    "or",
    "then",
    "which",
    "yes",
    "well",
    "plus",
    "also",
    "however",
)
NEXT_TO_NOTHING = 0.02
#: So many of them are left off at most, and a stretch keeps so many tokens whatever they say.
MOST_IDLE, SHORTEST_STRETCH = 2, 2
#: So many characters that stand once in a text and once in its repair are the same ones.
UNLIKE_ALL = 12
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Stretches:
    """Stretches of texts that carry codes, by text, code and falling ``weight``; all arrays of one length.

    ``text`` and ``code`` are places, ``start`` and ``end`` code points of the text as it was read, and
    ``weight`` is what the stretch adds to the score of the code.
    """

    text: Ints
    code: Ints
    start: Ints
    end: Ints
    weight: Floats

    def __len__(self) -> int:
        return len(self.text)

    @classmethod
    def none(cls) -> Stretches:
        """No stretch at all."""
        empty = np.zeros(0, np.int64)
        return cls(empty, empty, empty, empty, np.zeros(0))


@dataclass(frozen=True)
class Pairs:
    """Texts and codes given, with the pieces of each pair's text one after the other.

    ``text`` and ``code`` are (pairs,); ``pair``, ``piece``, ``weight``, ``size`` (tokens) and ``speaks``
    (whether it has a word in it) are (pieces of all pairs,).
    """

    text: Ints
    code: Ints
    pair: Ints
    piece: Ints
    weight: Floats
    size: Ints
    speaks: Mask


def find_evidence(
    scored: Scored,
    applies: Mask,
    cuts: Floats,
    raw: Sequence[str],
    repaired: Sequence[str],
    *,
    unit: Unit = Unit.clause,
    given: Mask | None = None,
) -> Stretches:
    """The stretches of each text and code that applies, in offsets of the raw text; the heaviest first.

    ``applies`` is (texts, codes), and so is ``given``, those among them that contend for a stretch (all, if
    not said); ``cuts`` is the score before calibration at which each code applies, (codes,);
    ``scored`` must hold the shares of the tokens. Where a code would apply to a text without words, or does
    not apply at all, the heaviest piece is shown.
    """
    if not applies.any():
        return Stretches.none()
    assert scored.constants is not None
    laid = lay_out(scored, applies, repaired, unit, given)
    rivals = find_rivals(laid.pairs, laid.given)
    taken = take_heaviest(laid.pairs, rivals, scored.constants[laid.places], cuts)
    found = join_pieces(laid.pairs, taken, laid.cut, laid.shares, laid.idle)
    return finish(found, applies, laid.places, raw, repaired, unit)


@dataclass(frozen=True)
class Laid:
    """The texts that show evidence, cut into pieces and paired with their codes.

    ``places`` are theirs among all texts; ``shares`` (tokens of the cut, codes) and ``idle`` (tokens of the
    cut,), those that may be left off; ``given`` (pairs,) says which pairs contend for a stretch.
    """

    places: Ints
    cut: Cut
    shares: npt.NDArray[np.floating]
    idle: Mask
    pairs: Pairs
    given: Mask


def lay_out(scored: Scored, applies: Mask, repaired: Sequence[str], unit: Unit, given: Mask | None) -> Laid:
    """Cut every text to which a code ``applies``, and pair its pieces with its codes (``find_evidence``)."""
    assert scored.tokens is not None and scored.index is not None and scored.shares is not None
    places = np.flatnonzero(applies.any(axis=1))
    cut = cut_texts([repaired[i] for i in places.tolist()], places, scored.tokens, scored.index, unit)
    shares, types = scored.shares[cut.tokens], scored.tokens.types[cut.tokens]
    pairs = pair_up(cut, shares, applies[places], scored.index.mark(SIGNS)[types])
    idle = scored.index.mark(SHORT_WORDS)[types] & (unit is not Unit.sentence)
    contend = (applies if given is None else given)[places][pairs.text, pairs.code]
    return Laid(places, cut, shares, idle, pairs, contend)


def pair_up(cut: Cut, shares: npt.NDArray[np.floating], applies: Mask, signs: Mask) -> Pairs:
    """Every text and code that applies, with what each piece of the text adds to the code.

    ``shares`` is (tokens of the cut, codes), ``applies`` (texts of the cut, codes), ``signs`` (tokens of the
    cut,) marks those that are no word.
    """
    bounds = cut.piece_bounds
    n_pieces, sizes = len(bounds) - 1, np.diff(bounds)
    sums = np.add.reduceat(shares, bounds[:-1], axis=0) if n_pieces else shares[:0]
    text_first = np.concatenate(([0], cut.text_ends))
    piece_of = np.append(cut.piece, n_pieces)
    first, last = piece_of[text_first[:-1]], piece_of[text_first[1:]]
    text, code = np.nonzero(applies)
    counts = (last - first)[text]
    pair = np.repeat(np.arange(len(text)), counts)
    ends = np.cumsum(counts)
    piece = np.arange(int(counts.sum())) + np.repeat(first[text] - (ends - counts), counts)
    weight = sums[piece, code[pair]].astype(np.float64)
    speaks = np.bincount(cut.piece, ~signs, n_pieces) > 0
    return Pairs(text, code, pair, piece, weight, sizes[piece], speaks[piece])


def find_rivals(pairs: Pairs, given: Mask) -> Floats:
    """What each piece adds to that other code of its text to which it adds most; at least 0.

    ``given``, (pairs,), says which pairs' codes are given: no others are rivals.
    """
    code, real = pairs.code[pairs.pair], given[pairs.pair]
    shape = (int(pairs.piece.max(initial=-1)) + 1, int(pairs.code.max(initial=-1)) + 1)
    added = np.zeros(shape)
    added[pairs.piece[real], code[real]] = np.maximum(pairs.weight[real], 0)
    if not added.size:
        return np.zeros(len(pairs.pair))
    row = np.arange(len(added))
    best = added.argmax(axis=1)
    most = added[row, best]
    added[row, best] = 0
    second = added.max(axis=1)
    return np.asarray(np.where(best[pairs.piece] == code, second[pairs.piece], most[pairs.piece]))


def put_in_order(pairs: Pairs, rivals: Floats) -> tuple[Ints, Mask]:
    """The pieces of each pair in the order in which they are taken, and which may be taken at all.

    First what adds most for its length and least to a rival, of the words that add more than next to
    nothing. All but the first must be such words, and not add more to another code. Both are (pieces of all
    pairs,), in the order; it keeps the pairs in theirs.
    """
    worth = (pairs.weight - RIVALRY * rivals) / pairs.size**LENGTH_POWER
    begin = np.flatnonzero(np.diff(pairs.pair, prepend=-1))
    counts = np.diff(np.append(begin, len(worth)))
    most = np.repeat(np.maximum.reduceat(pairs.weight, begin), counts)
    adds = pairs.weight > LEAST_SHARE * np.maximum(most, 0)
    tier = 3 - 2 * pairs.speaks - adds  # words go before marks, and what adds before what does not
    order = _sort_within(4 * pairs.pair + tier, worth)
    weight = pairs.weight[order]
    first = np.zeros(len(order), bool)
    first[begin] = True
    heaviest = np.repeat(weight[begin], counts)
    enough = (weight > np.maximum(LEAST_SHARE * heaviest, 0)) & (weight >= rivals[order])
    return order, first | (enough & pairs.speaks[order])


def _sort_within(group: Ints, weight: Floats) -> Ints:
    """The order by group and falling weight; what is alike keeps its order. One sort is quicker than two."""
    return np.argsort(group * (2 * MOST_WEIGHT * STEPS) - count_steps(weight), kind="stable")


def count_steps(weight: Floats) -> Ints:
    """Weights as whole numbers of steps, whose sums are exact: no text's evidence hangs on its neighbours."""
    return np.rint(np.clip(weight, -MOST_WEIGHT, MOST_WEIGHT) * STEPS).astype(np.int64)


def take_heaviest(pairs: Pairs, rivals: Floats, constants: Floats, cuts: Floats) -> Mask:
    """Which pieces of the pairs are evidence: the heaviest, until the rest would not get the code.

    What is left when words are taken out weighs more for it, since a text's features have the same length
    however many words they come from: about as the square root of its words. ``constants`` is (texts,
    codes), ``cuts`` (codes,). Gives (pieces of all pairs,); of each pair at least the heaviest.
    """
    if not len(pairs.pair):
        return np.zeros(0, bool)
    order, allowed = put_in_order(pairs, rivals)
    pair, n_pairs = pairs.pair[order], int(pairs.pair[-1]) + 1
    first = np.searchsorted(pair, np.arange(n_pairs))
    weight, size = pairs.weight[order], pairs.size[order]
    total, length = np.bincount(pair, weight, n_pairs), np.bincount(pair, size, n_pairs)
    taken, used = np.where(allowed, count_steps(weight), 0), np.where(allowed, size, 0)
    left = total[pair] - _run_sums(taken, first, pair) / STEPS
    share_left = 1 - _run_sums(used, first, pair) / length[pair]
    some = share_left > 1e-9
    grown = np.where(some, left / np.sqrt(np.where(some, share_left, 1)), 0.0)
    need = (constants[pairs.text, pairs.code] - cuts[pairs.code])[pair] + MARGIN
    falls = (need + grown < 0).astype(np.int64)
    before = np.cumsum(falls) - falls  # how many earlier pieces would have done
    done = before - before[first][pair] > 0
    chosen = np.zeros(len(pair), bool)
    chosen[order] = allowed & ~done
    return chosen


def _run_sums(values: Ints, first: Ints, group: Ints) -> Ints:
    """The sum of each value and those before it in its group; ``first`` is where each group begins."""
    sums = np.cumsum(values)
    return np.asarray(sums - (sums - values)[first][group])


def join_pieces(
    pairs: Pairs, taken: Mask, cut: Cut, shares: npt.NDArray[np.floating], idle: Mask
) -> Stretches:
    """The runs of neighbouring pieces taken, as stretches of the texts of the cut.

    ``idle`` tokens, (tokens of the cut,), are left off the beginning of a run if they add next to nothing.
    """
    kept = np.flatnonzero(taken)
    if not len(kept):
        return Stretches.none()
    pair, piece = pairs.pair[kept], pairs.piece[kept]
    opens = np.ones(len(kept), bool)
    opens[1:] = (np.diff(pair) > 0) | (np.diff(piece) != 1)
    heads = np.flatnonzero(opens)
    weights = np.add.reduceat(pairs.weight[kept], heads)
    tails = piece[np.append(heads[1:], len(kept)) - 1]
    bounds = cut.piece_bounds
    first, last = bounds[piece[heads]], bounds[tails + 1] - 1
    text, code = pairs.text[pair[heads]], pairs.code[pair[heads]]
    for _ in range(MOST_IDLE):
        light = idle[first] & (shares[first, code] < NEXT_TO_NOTHING)
        first = first + (light & (last - first >= SHORTEST_STRETCH))
    return Stretches(text, code, cut.starts[first], cut.ends[last], weights)


def finish(
    found: Stretches,
    applies: Mask,
    places: Ints,
    raw: Sequence[str],
    repaired: Sequence[str],
    unit: Unit,
) -> Stretches:
    """Stretches of the texts at ``places`` in order, as slices of the texts as they were read.

    A text without a token shows itself whole; a sentence takes the marks along that end it.
    """
    n_codes = applies.shape[1]
    text, code = np.nonzero(applies[places])
    shown_already = np.zeros(applies[places].shape, bool)
    shown_already[found.text, found.code] = True
    bare = ~shown_already[text, code]
    alone = [_trim(Span(0, len(repaired[i])), repaired[i]) for i in places[text[bare]].tolist()]
    edges = np.array([(span.start, span.end) for span in alone], dtype=np.int64).reshape(-1, 2)
    text, code = np.append(found.text, text[bare]), np.append(found.code, code[bare])
    start, end = np.append(found.start, edges[:, 0]), np.append(found.end, edges[:, 1])
    weight = np.append(found.weight, np.zeros(len(edges)))
    order = _sort_within(text * n_codes + code, weight)
    shown = Stretches(places[text[order]], code[order], start[order], end[order], weight[order])
    _restore(shown, raw, repaired, unit)
    return shown


def _restore(found: Stretches, raw: Sequence[str], repaired: Sequence[str], unit: Unit) -> None:
    """Turn offsets of the repaired texts into those of the raw ones, in place."""
    if unit is Unit.sentence:
        ends = zip(found.text.tolist(), found.end.tolist(), strict=True)
        found.end[:] = [close_sentence(repaired[i], end) for i, end in ends]
    texts, which = np.unique(found.text, return_inverse=True)
    changed = np.array([raw[i] != repaired[i] for i in texts.tolist()], dtype=bool)
    ways: dict[int, Callable[[Span], Span]] = {}
    for at in np.flatnonzero(changed[which]).tolist():
        i, span = int(found.text[at]), Span(int(found.start[at]), int(found.end[at]))
        back = _find_edges(span.slice(repaired[i]), raw[i], repaired[i])
        if back is None:
            if i not in ways:
                ways[i] = find_way_back(raw[i], repaired[i])
            back = ways[i](span)
        found.start[at], found.end[at] = back.start, back.end


def _find_edges(words: str, raw: str, repaired: str) -> Span | None:
    """Where some words of the repaired text stand in the raw one, told by their beginning and their end.

    None where either stands in one of the texts more than once, or not at all: that takes a map.
    """
    head, tail = words[:UNLIKE_ALL], words[-UNLIKE_ALL:]
    if len(words) < UNLIKE_ALL or any(t.count(edge) != 1 for t in (raw, repaired) for edge in (head, tail)):
        return None
    start, end = raw.index(head), raw.index(tail) + len(tail)
    return Span(start, end) if start + UNLIKE_ALL <= end else None


def find_way_back(raw: str, repaired: str) -> Callable[[Span], Span]:
    """From a span of the repaired text to one of the raw text, without blanks at its ends."""
    if raw.split() != repaired.split():
        way = clean_text(raw).map
        return lambda span: _trim(way.to_raw(span), raw)
    here = [found.start() for found in _WORD.finditer(raw)]  # the k-th word of both is the same
    there = [found.start() for found in _WORD.finditer(repaired)]

    def move(place: int) -> int:
        word = bisect_right(there, place) - 1
        return here[word] + place - there[word]

    return lambda span: Span(move(span.start), move(span.end - 1) + 1)


def _trim(span: Span, text: str) -> Span:
    words = span.slice(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.end - (len(words) - len(words.rstrip()))))
