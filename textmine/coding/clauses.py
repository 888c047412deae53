"""Texts cut into clauses: where each token of a batch stands and which stretch of its text it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from textmine.coding.token_places import code_points, find_among, find_tokens
from textmine.coding.tokens import TokenBatch, TypeIndex
from textmine.errors import InputError

Ints = npt.NDArray[np.int64]

#: Marks that part clauses, besides those that end a sentence. A dash does if blanks stand on both sides, a
#: slash if one does on either: 'a / b', but not 'and/or' and '24/7'.
_PARTING = ",;:()[]{}…–—\n"
_DASH, _SLASH, _BLANKS = ord("-"), ord("/"), " \t\u00a0"
#: Words that open a clause, where enough of one stands before them.
OPENING = (
    "and",
    "but",
    "so",
    "because",
    "although",
    "though",
    "while",
    "when",
    "if",
    "which",
    "who",
    "or",
    "then",
    "where",
    "since",
    "plus",
    "however",
    "except",
    "unless",
    "until",
    "whereas",
)
#: Fewer tokens than this before an opening word are no clause: 'time and money' stays whole.
SHORTEST_CLAUSE = 5


class Unit(StrEnum):
    """What a stretch of evidence is made of."""

    word = "word"
    clause = "clause"
    sentence = "sentence"


def choose_unit(name: Unit | str) -> Unit:
    """The unit of this name. Raises ``InputError`` where there is none.

    >>> choose_unit("clause").value
    'clause'
    """
    if name not in list(Unit):
        raise InputError(f"No evidence in units of {name!r}. Choose one of {', '.join(Unit)}.")
    return Unit(name)


@dataclass(frozen=True)
class Cut:
    """The tokens of some texts of a batch, cut into pieces.

    ``tokens`` are their places in the batch, ``text_ends`` where each text's tokens end among them,
    ``starts`` and ``ends`` their code points in their text, and ``piece`` the number of each one's piece,
    which rises from text to text. All are arrays.
    """

    tokens: Ints
    text_ends: Ints
    starts: Ints
    ends: Ints
    piece: Ints

    @cached_property
    def piece_bounds(self) -> Ints:
        """The first token of each piece, and the number of tokens at the end; (pieces + 1,)."""
        return np.append(np.flatnonzero(np.diff(self.piece, prepend=-1)), len(self.piece))


def cut_texts(
    texts: Sequence[str], places: Ints, batch: TokenBatch, index: TypeIndex, unit: Unit = Unit.clause
) -> Cut:
    """The tokens of ``texts``, which are those at ``places`` of the batch, cut into pieces of this unit.

    A clause ends with its sentence, at a comma or another mark inside it, and before a word such as 'but'
    where five tokens or more stand before that.
    """
    first = np.concatenate(([0], batch.text_ends))[places]
    counts = batch.text_ends[places] - first
    text_ends = np.cumsum(counts)
    tokens = np.arange(int(counts.sum())) + np.repeat(first - (text_ends - counts), counts)
    whole = "\n".join(texts)
    characters = code_points(whole)
    starts, ends = find_tokens(characters)
    opens = np.zeros(len(tokens), bool)
    opens[(text_ends - counts)[counts > 0]] = True
    if unit is Unit.word:
        opens[1:] |= starts[1:] > ends[:-1]  # '£500' is one
    else:
        opens[1:] |= np.diff(batch.sentence[tokens]) > 0
    if unit is Unit.clause:
        opens |= _after_marks(characters, starts, ends)
        _open_at_words(opens, np.flatnonzero(index.mark(OPENING)[batch.types[tokens]]))
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    offset = np.repeat(np.cumsum(lengths) - lengths, counts)
    return Cut(tokens, text_ends, starts - offset, ends - offset, np.cumsum(opens) - 1)


def _after_marks(characters: npt.NDArray[np.uint32], starts: Ints, ends: Ints) -> npt.NDArray[np.bool_]:
    """Before which tokens a mark stands that parts clauses."""
    parting = find_among(characters, _PARTING)
    signs = np.flatnonzero((characters == _DASH) | (characters == _SLASH))
    signs = signs[(signs > 0) & (signs < len(characters) - 1)]
    blanks = find_among(characters[signs - 1], _BLANKS) * 1 + find_among(characters[signs + 1], _BLANKS)
    parting[signs[blanks + (characters[signs] == _SLASH) >= 2]] = True
    before = np.concatenate(([0], np.cumsum(parting)))
    found = np.zeros(len(starts), bool)
    found[1:] = before[starts[1:]] > before[ends[:-1]]
    return found


def _open_at_words(opens: npt.NDArray[np.bool_], candidates: Ints) -> None:
    """Open a piece at each of these tokens that has enough of its piece before it; in place."""
    begun = np.maximum.accumulate(np.where(opens, np.arange(len(opens)), 0))[candidates]
    last = -1
    for place, start in zip(candidates.tolist(), begun.tolist(), strict=True):
        if place - max(last, start) >= SHORTEST_CLAUSE:
            opens[place] = True
            last = place
