"""Texts that repeat an earlier one, word for word or nearly, found chunk after chunk in little memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from textmine.cleaning.keys import normalise_text
from textmine.cleaning.seen import ABSENT, FirstSeen
from textmine.cleaning.signatures import Signatures, are_near, hash_texts, join_hashes, sign_texts

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

#: Near repeats are looked for among so many of the latest rows, and at most twice as many; exact ones among
#: all.
NEAR_ROWS = 131_072
_ROWS_AT_ONCE = 8_192


@dataclass(frozen=True, eq=False)
class TextKeys:
    """What is compared of texts: told from each text and its question alone, so in any process.

    ``hashes`` are equal for texts that are the same, ``written`` says which texts hold words; ``places`` are
    those of the first text of each hash, whose signatures and keys (see ``sign_texts``) the rest holds.
    """

    hashes: Hashes
    written: npt.NDArray[np.bool_]
    places: Ints
    signed: Signatures
    keys: Hashes
    others: Hashes


def tell_keys(texts: Sequence[str], questions: Sequence[str] | None = None) -> TextKeys:
    """The keys of texts, to be given to a ``DuplicateFinder``.

    Raises ``ValueError`` if there are more or fewer questions than texts.

    >>> tell_keys(["Time", "time ", ""]).places.tolist()
    [0]
    """
    asked_words = list(questions) if questions is not None else [""] * len(texts)
    if len(asked_words) != len(texts):
        raise ValueError(f"{len(asked_words)} questions for {len(texts)} texts")
    words = [normalise_text(text) for text in texts]
    written = np.array([bool(word) for word in words], dtype=bool)
    asked = hash_texts(asked_words)
    hashes = join_hashes(hash_texts(words), asked)
    first = np.unique(hashes, return_index=True)[1]
    places = np.sort(first[written[first]]).astype(np.int64)
    return TextKeys(hashes, written, places, *sign_texts([words[i] for i in places.tolist()], asked[places]))


class DuplicateFinder:
    """Finds repeats in texts that come chunk after chunk, in order; where chunks end changes nothing.

    A **duplicate** is the same as an earlier text to the same question after ``normalise_text`` (case,
    spaces, Unicode form). A **near duplicate** is no duplicate, but the same to the same question but for
    marks and the order of words, for one letter typed wrongly (texts of 12 letters or more), or for one
    changed, added or dropped word (10 words or more), or about two (18 or more). Texts that differ in a
    number or in a negation ('not', 'never', "don't") are none. Both are told from 64-bit hashes, so the texts
    are not kept: about 45 bytes for each different text, and a fixed 20 to 40 MB for the near ones.

    >>> finder = DuplicateFinder()
    >>> finder.find(["a", "b"], ["We share a minibus", "we share a  Minibus"])
    (['', 'a'], ['', ''])
    >>> finder.find(["c"], ["We share a minbus"])
    ([''], ['a'])
    """

    def __init__(self) -> None:
        self._exact = FirstSeen()
        self._ids: list[tuple[bytes, npt.NDArray[np.uint32]]] = []
        self._starts: list[int] = []
        self._rows = 0
        self._near = [_NearTexts(), _NearTexts()]

    def find(
        self, ids: Sequence[str], texts: Sequence[str], questions: Sequence[str] | None = None
    ) -> tuple[list[str], list[str]]:
        """For each text the id of the first that is the same, and of one that is nearly so; '' for none.

        ``ids`` are the ids of the texts, ``questions`` their questions. Raises ``ValueError`` if the three
        are not of one length.
        """
        return self.find_keys(ids, tell_keys(texts, questions))

    def find_keys(self, ids: Sequence[str], keys: TextKeys) -> tuple[list[str], list[str]]:
        """``find`` for texts whose keys were told before, as by another process."""
        if len(ids) != len(keys.hashes):
            raise ValueError(f"{len(ids)} ids for {len(keys.hashes)} texts")
        parts = [unit.encode("utf-8", "surrogatepass") for unit in ids]
        ends = np.cumsum([len(part) for part in parts], dtype=np.uint32) if parts else np.zeros(0, np.uint32)
        self._ids.append((b"".join(parts), ends))
        self._starts.append(self._rows)
        same, near = self._find_all(keys)
        return self._names(same), self._names(near)

    def find_positions(
        self, texts: Sequence[str], questions: Sequence[str] | None = None
    ) -> tuple[Ints, Ints]:
        """The same as positions among all texts so far, counted from 0; -1 for none.

        >>> DuplicateFinder().find_positions(["Time", "time "])[0].tolist()
        [-1, 0]
        """
        asked = list(questions) if questions is not None else [""] * len(texts)
        if len(asked) != len(texts):
            raise ValueError(f"{len(asked)} questions for {len(texts)} texts")
        found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        for start in range(0, len(texts), _ROWS_AT_ONCE):
            stop = start + _ROWS_AT_ONCE
            found.append(self._find_all(tell_keys(texts[start:stop], asked[start:stop])))
        return np.concatenate([same for same, _ in found]), np.concatenate([near for _, near in found])

    def _find_all(self, keys: TextKeys) -> tuple[Ints, Ints]:
        n, start = len(keys.hashes), 0
        same, near = np.full(n, ABSENT, np.int64), np.full(n, ABSENT, np.int64)
        while start < n:
            stop = min(n, start + NEAR_ROWS - self._rows % NEAR_ROWS)
            part = slice(start, stop)
            same[part], near[part] = self._find(keys, start, stop)
            start = stop
            if self._rows % NEAR_ROWS == 0:  # forget the older half
                self._near = [_NearTexts(), self._near[0]]
        return same, near

    def _find(self, keys: TextKeys, start: int, stop: int) -> tuple[Ints, Ints]:
        written, hashes = keys.written[start:stop], keys.hashes[start:stop]
        rows = np.arange(self._rows, self._rows + stop - start, dtype=np.int64)
        self._rows += stop - start
        same, near = np.full(len(rows), ABSENT, np.int64), np.full(len(rows), ABSENT, np.int64)
        first = self._exact.find_or_add(hashes[written], rows[written])
        same[written] = np.where(first == rows[written], ABSENT, first)
        new = np.flatnonzero(written & (same == ABSENT))
        if len(new):
            signed = np.searchsorted(keys.places, new + start)
            near[new] = self._find_near(
                rows[new], keys.signed.take(signed), keys.keys[signed], keys.others[signed]
            )
        return same, near

    def _find_near(self, rows: Ints, signed: Signatures, keys: Hashes, other_keys: Hashes) -> Ints:
        newer, older = self._near
        newer.add(rows, signed, keys)
        asked = np.hstack([keys, other_keys])
        found = older.find(rows, signed, asked)
        return np.where(found == ABSENT, newer.find(rows, signed, asked), found)

    def _names(self, positions: Ints) -> list[str]:
        names = [""] * len(positions)
        for place in np.flatnonzero(positions != ABSENT).tolist():
            names[place] = self._name(int(positions[place]))
        return names

    def _name(self, position: int) -> str:
        chunk = int(np.searchsorted(self._starts, position, side="right")) - 1
        joined, ends = self._ids[chunk]
        place = position - self._starts[chunk]
        begin = int(ends[place - 1]) if place else 0
        return joined[begin : int(ends[place])].decode("utf-8", "surrogatepass")


class _NearTexts:
    """The signatures of up to ``NEAR_ROWS`` texts, and by each of their keys the first text that has it."""

    def __init__(self) -> None:
        self._seen = FirstSeen()
        self._signed = Signatures.empty(NEAR_ROWS)
        self._rows = np.zeros(NEAR_ROWS, np.int64)
        self._n = 0

    def add(self, rows: Ints, signed: Signatures, keys: Hashes) -> None:
        places = np.arange(self._n, self._n + len(rows), dtype=np.int64)
        self._signed.put(self._n, signed)
        self._rows[places] = rows
        self._n += len(rows)
        filled = keys != 0
        self._seen.find_or_add(keys[filled], np.broadcast_to(places[:, None], filled.shape)[filled])

    def find(self, rows: Ints, signed: Signatures, keys: Hashes) -> Ints:
        """The earliest row found that is near to each text and before its own row; ``ABSENT`` for none."""
        best = rows.copy()
        for column in keys.T if self._n else ():
            asked = np.flatnonzero(column)
            places = self._seen.find(column[asked])
            held = places != ABSENT
            asked, places = asked[held], places[held]
            before = self._rows[places] < best[asked]
            asked, places = asked[before], places[before]
            near = are_near(signed.take(asked), self._signed.take(places))
            best[asked[near]] = self._rows[places[near]]
        return np.where(best < rows, best, ABSENT)
