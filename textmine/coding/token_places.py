"""Where the tokens of a text stand, by arrays over its code points: quick for thousands of texts in one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from textmine.coding.tokens import SIGNS

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_APOSTROPHES = (ord("'"), ord("’"))
_IN_NUMBERS = tuple(map(ord, ".,:"))
#: The first characters are looked up in a table, the others one by one.
_TABLED = 0x250
_LAST_TABLED = 0x20FF
_WORDS = np.array([chr(c).isalnum() or c == ord("_") for c in range(_TABLED)])
_FIGURES = np.array([chr(c).isdecimal() for c in range(_TABLED)])


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """The numbers of a text's characters."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def find_tokens(characters: npt.NDArray[np.uint32]) -> tuple[Ints, Ints]:
    """Where the tokens of a text start and end, as ``token_spans`` finds them, in code points.

    >>> [found.tolist() for found in find_tokens(code_points("It's £1,000!"))]
    [[0, 5, 6, 11], [4, 6, 11, 12]]
    """
    wordy, figure = _look_up(characters)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], wordy, [False])).view(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    joined = _find_joins(characters, figure, starts, ends)
    signs = np.flatnonzero(find_among(characters, SIGNS))
    heads = np.concatenate((starts[np.append(True, ~joined)] if len(starts) else starts, signs))
    tails = np.concatenate((ends[np.append(~joined, True)] if len(ends) else ends, signs + 1))
    return np.sort(heads), np.sort(tails)


def find_among(characters: npt.NDArray[np.uint32], wanted: Iterable[str]) -> Mask:
    """Which characters are among those wanted: quicker than ``np.isin`` for long texts.

    >>> find_among(code_points("a,€"), ",€").tolist()
    [False, True, True]
    """
    table = np.zeros(_LAST_TABLED + 1, bool)
    places = [ord(character) for character in wanted]
    table[places] = True
    return np.asarray(table[np.minimum(characters, _LAST_TABLED)])


def _look_up(characters: npt.NDArray[np.uint32]) -> tuple[Mask, Mask]:
    """Which characters are part of words, and which of those are figures."""
    low = np.minimum(characters, _TABLED - 1)
    wordy, figure = _WORDS[low], _FIGURES[low]
    high = np.flatnonzero(characters >= _TABLED)
    if len(high):
        kinds, which = np.unique(characters[high], return_inverse=True)
        found = [chr(c) for c in kinds.tolist()]
        wordy[high] = np.array([c.isalnum() for c in found])[which]
        figure[high] = np.array([c.isdecimal() for c in found])[which]
    return wordy, figure


def _find_joins(characters: npt.NDArray[np.uint32], figure: Mask, starts: Ints, ends: Ints) -> Mask:
    """Which runs of word characters are one token with the next: "it's", '1,000.50'; (runs - 1,).

    A run joins by an apostrophe unless its token begins with a figure, and by a point, comma or colon if
    its token has nothing but figures so far and the next run begins with one.
    """
    close = np.flatnonzero(starts[1:] - ends[:-1] == 1)
    mark = characters[ends[close]]
    counted = np.isin(mark, _APOSTROPHES)
    joined = np.zeros(max(len(starts) - 1, 0), bool)
    figured = figure[starts]
    joined[close[counted & ~figured[close]]] = True
    figures = np.concatenate(([0], np.cumsum(figure)))
    in_words: set[int] = set()  # runs that begin with a figure in a token that does not
    for run, character in zip(close[figured[close]].tolist(), mark[figured[close]].tolist(), strict=True):
        if run and joined[run - 1] and (not figured[run - 1] or run - 1 in in_words):
            in_words.add(run)
            joined[run] = character in _APOSTROPHES
        elif character in _IN_NUMBERS and figured[run + 1]:
            start, end = int(starts[run]), int(ends[run])
            joined[run] = figures[end] - figures[start] == end - start
    return joined
