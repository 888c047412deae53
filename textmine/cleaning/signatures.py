"""Short signatures of texts, by which texts that are nearly the same are found without keeping them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from textmine.cleaning.keys import word_set

Hashes = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]

#: How long a text must be for a mistyped letter, a changed word and two changed words to be let pass.
LETTERS_FOR_TYPO, WORDS_FOR_ONE, WORDS_FOR_TWO = 12, 10, 18
_PARTS = 16  # sums of the words by their hash; one changed word alters two of them at most
_LONGEST = 1 << 13  # letters of a text that are looked at

# Words that turn a sentence round: a text with one more or fewer of them is another answer.
_TURNING = sorted(
    word_set(
        """
        no not never none nothing nobody nowhere neither nor without cannot cant dont doesnt didnt wont
        wouldnt couldnt shouldnt isnt arent wasnt werent hasnt havent hadnt aint hardly barely rarely
        less fewer least worse worst bad badly poor poorly lack lacking more better best
        """
    )
)


def _mix(hashes: Hashes) -> Hashes:
    """Hashes scattered evenly (the end of SplitMix64, Steele, Lea and Flood 2014)."""
    mixed = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _scattered(n: int, salt: int) -> Hashes:
    start = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return _mix(start + np.uint64(salt)) | np.uint64(1)


_OF_BYTE, _OF_LETTER = _scattered(256, 1), _scattered(256, 2)
_POWERS = _scattered(_LONGEST, 3)
_IN_WORD = np.array([chr(i).isalnum() or i >= 128 for i in range(256)])
_DIGIT = np.array([48 <= i < 58 for i in range(256)])
_APOSTROPHES = "'\u2019\u2018\u02bc`\u00b4"
_MARKS = "\u201c\u201d\u2013\u2014\u2026\u2022\u00a0\u200b\u00b7\u2212\u20ac\u00a3"
_LETTERS = _OF_LETTER[97:123]
_EDITS = np.unique(
    np.concatenate(
        [[np.uint64(0)], _LETTERS, np.uint64(0) - _LETTERS, (_LETTERS[:, None] - _LETTERS).ravel()]
    )
)
# Lengths of beginnings and ends that are compared; a text takes the longest that is no more than its half.
_RUNGS = np.unique(np.round(5 * 1.35 ** np.arange(25)).astype(np.int64))
_RUNGS = _RUNGS[_RUNGS < _LONGEST // 2]


@dataclass
class Signatures:
    """What is kept of each text, an array each; texts in rows.

    ``guard`` is equal only for texts with the same question, numbers and negations; ``bag`` for the same
    words
    in any order; ``letters`` adds a number for each letter; ``parts`` adds the words up in 16 parts;
    ``keys`` are equal for texts that may be near: (texts, keys), 0 for none.
    """

    guard: Hashes
    bag: Hashes
    letters: Hashes
    n_letters: Counts
    n_words: Counts
    parts: npt.NDArray[np.uint8]

    @classmethod
    def empty(cls, n: int) -> Signatures:
        """Room for the signatures of ``n`` texts."""
        a, b, c = (np.zeros(n, np.uint64) for _ in range(3))
        d, e = (np.zeros(n, np.int64) for _ in range(2))
        return cls(a, b, c, d, e, np.zeros((n, _PARTS), np.uint8))

    def put(self, start: int, other: Signatures) -> None:
        """Write the signatures of ``other`` from row ``start`` on."""
        for field in fields(self):
            given = getattr(other, field.name)
            getattr(self, field.name)[start : start + len(given)] = given

    def take(self, rows: Counts) -> Signatures:
        """The signatures of some of the texts."""
        return Signatures(*(getattr(self, field.name)[rows] for field in fields(self)))


def hash_texts(texts: Sequence[str]) -> Hashes:
    """A 64-bit hash of each text, the same on every machine.

    >>> len(set(hash_texts(["a", "b", "a"]).tolist()))
    2
    """
    import pandas as pd

    return (
        pd.util.hash_array(np.array(texts, dtype=object), categorize=False)
        if len(texts)
        else np.zeros(0, np.uint64)
    )


def join_hashes(one: Hashes, other: Hashes) -> Hashes:
    """A hash of each pair, evenly spread."""
    return _mix(one ^ _mix(other))


def sign_texts(keys: Sequence[str], questions: Hashes) -> tuple[Signatures, Hashes, Hashes]:
    """Signatures of texts, given as their ``normalise_text`` keys with the hashes of their questions.

    Two tables come with them, (texts, keys): texts that may be near have one of the first tables' keys in
    common,
    or one of the first with one of the second. 0 is no key.

    >>> sign_texts(["a minibus, shared"], hash_texts(["q"]))[0].n_words.tolist()
    [3]
    """
    joined = "\n".join(keys)
    for char in _APOSTROPHES if not joined.isascii() else "'`":
        joined = joined.replace(char, "")
    for char in _MARKS if not joined.isascii() else "":
        joined = joined.replace(char, " ")
    data = np.frombuffer(joined.encode("utf-8", "surrogatepass"), np.uint8)
    ends = np.append(np.flatnonzero(data == 10), len(data))
    kept = np.flatnonzero(_IN_WORD[data])
    chars = data[kept]
    text_ends = np.searchsorted(kept, ends)  # of each text among the kept characters
    words, word_ends, numbered = _hash_words(chars, kept, text_ends)
    n_words = np.diff(word_ends, prepend=0)
    turning = numbered | np.isin(words, _TURNING_HASHES)
    guard = _mix(_sums(np.where(turning, _mix(words ^ np.uint64(1)), np.uint64(0)), word_ends) + questions)
    bag = _mix(_sums(words, word_ends) + guard)
    letter = np.flatnonzero(~_DIGIT[chars])
    letter_ends = np.searchsorted(letter, text_ends)
    codes = chars[letter]
    n_letters = np.diff(letter_ends, prepend=0)
    parts = _part_sums(words, word_ends, n_words)
    near_keys, other = _near_keys(codes, letter_ends, n_letters, n_words, guard, parts)
    keys_of = np.column_stack([np.where(n_words > 0, bag, np.uint64(0)), *near_keys])
    letters = _sums(_OF_LETTER[codes], letter_ends)
    return Signatures(guard, bag, letters, n_letters, n_words, parts), keys_of, np.column_stack(other)


def are_near(a: Signatures, b: Signatures) -> npt.NDArray[np.bool_]:
    """Whether each text of ``a`` is nearly the same as that of ``b`` in the same row."""
    same_bag = a.bag == b.bag
    apart = np.abs(a.n_letters - b.n_letters)
    typo = (np.minimum(a.n_letters, b.n_letters) >= LETTERS_FOR_TYPO) & (apart <= 1)
    typo &= np.isin(a.letters - b.letters, _EDITS)
    fewest, changed = np.minimum(a.n_words, b.n_words), np.abs(a.n_words - b.n_words)
    altered = (a.parts != b.parts).sum(axis=1)
    one = (fewest >= WORDS_FOR_ONE) & (changed <= 1) & (altered <= 2)
    two = (fewest >= WORDS_FOR_TWO) & (changed <= 2) & (altered <= 4)
    near: npt.NDArray[np.bool_] = (a.guard == b.guard) & (same_bag | typo | one | two)
    return near


def _hash_words(
    chars: npt.NDArray[np.uint8], kept: Counts, text_ends: Counts
) -> tuple[Hashes, Counts, npt.NDArray[np.bool_]]:
    """Hashes of the words, where each text's words end, and whether a digit is in each."""
    first = np.ones(len(kept), dtype=bool)
    first[1:] = np.diff(kept) > 1
    starts = np.flatnonzero(first)
    word_ends = np.searchsorted(starts, text_ends)
    if not len(starts):
        return np.zeros(0, np.uint64), word_ends, np.zeros(0, bool)
    within = np.arange(len(kept)) - np.repeat(starts, np.diff(starts, append=len(kept)))
    hashes = np.add.reduceat(_OF_BYTE[chars] * _POWERS[np.minimum(within, _LONGEST - 1)], starts)
    return _mix(hashes), word_ends, np.logical_or.reduceat(_DIGIT[chars], starts)


def _sums(values: Hashes, ends: Counts) -> Hashes:
    """The sum of each text's values, modulo 2**64."""
    running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(values, dtype=np.uint64)])
    return np.diff(running[ends], prepend=np.uint64(0))


def _part_sums(words: Hashes, word_ends: Counts, n_words: Counts) -> npt.NDArray[np.uint8]:
    sums = np.zeros((len(word_ends), _PARTS), np.uint8)
    which = np.repeat(np.arange(len(word_ends)), n_words)
    long = n_words[which] >= WORDS_FOR_ONE
    part = (words[long] >> np.uint64(60)).astype(np.int64)
    cells = which[long] * _PARTS + part
    total = np.bincount(
        cells, weights=((words[long] >> np.uint64(20)) & np.uint64(255)).astype(float), minlength=sums.size
    )
    return (total.astype(np.int64) & 255).astype(np.uint8).reshape(sums.shape)


def _near_keys(
    codes: npt.NDArray[np.uint8], ends: Counts, n_letters: Counts, n_words: Counts, guard: Hashes,
    parts: npt.NDArray[np.uint8],
) -> tuple[list[Hashes], list[Hashes]]:  # fmt: skip
    """Keys of beginning and end and of four groups of parts; and of the next longer or shorter ends."""
    starts = ends - n_letters
    within = np.arange(len(codes)) - np.repeat(starts, n_letters)
    behind = np.repeat(n_letters, n_letters) - 1 - within
    zero = np.zeros(1, np.uint64)
    forth = np.concatenate([zero, np.cumsum(_OF_BYTE[codes] * _POWERS[np.minimum(within, _LONGEST - 1)])])
    back = np.concatenate([zero, np.cumsum(_OF_BYTE[codes] * _POWERS[np.minimum(behind, _LONGEST - 1)])])
    half = n_letters // 2
    rung = np.searchsorted(_RUNGS, half, side="right") - 1
    margin = np.where(n_words >= WORDS_FOR_ONE, 5, 1)
    upper = np.minimum(rung + 1, len(_RUNGS) - 1)
    lower_too = half - _RUNGS[np.maximum(rung, 0)] < margin
    upper_too = (_RUNGS[upper] - half <= margin) & (_RUNGS[upper] <= n_letters)
    other = np.where(lower_too, rung - 1, np.where(upper_too, upper, -1))

    def ends_at(rungs: Counts) -> list[Hashes]:
        fits = (rungs >= 0) & (n_letters >= LETTERS_FOR_TYPO - 1)
        length = np.where(fits, _RUNGS[np.maximum(rungs, 0)], 0)
        salt = guard + rungs.astype(np.uint64)
        beginning = _mix((forth[starts + length] - forth[starts]) ^ _mix(salt))
        end = _mix((back[ends] - back[ends - length]) ^ _mix(salt + np.uint64(1 << 40)))
        return [np.where(fits, beginning, np.uint64(0)), np.where(fits, end, np.uint64(0))]

    groups = np.ascontiguousarray(parts).view(np.uint32).astype(np.uint64)
    long = n_words >= WORDS_FOR_TWO
    grouped = [
        np.where(
            long & (groups[:, i] != 0), _mix(groups[:, i] + guard + np.uint64(i + 1 << 44)), np.uint64(0)
        )
        for i in range(groups.shape[1])
    ]
    return [*ends_at(rung), *grouped], ends_at(other)


_TURNING_HASHES = np.sort(
    _hash_words(
        np.frombuffer("".join(_TURNING).encode(), np.uint8),
        np.flatnonzero(np.frombuffer(" ".join(_TURNING).encode(), np.uint8) != 32),
        np.zeros(0, np.int64),
    )[0]
)
