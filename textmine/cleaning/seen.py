"""A table of 64-bit keys and where each was seen first: arrays in place of objects, whole chunks at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

ABSENT = -1
_FULL = 0.7  # the share of slots in use at which the table doubles
_LEAST = 1 << 12


class FirstSeen:
    """For each key the place where it was first seen; 12 bytes a slot. Keys must be evenly spread hashes.

    >>> seen = FirstSeen()
    >>> seen.find_or_add(np.array([7, 9, 7], np.uint64), np.array([0, 1, 2])).tolist()
    [0, 1, 0]
    >>> seen.find(np.array([9, 8], np.uint64)).tolist()
    [1, -1]
    """

    def __init__(self) -> None:
        self._keys: Keys = np.zeros(_LEAST, np.uint64)
        self._places: npt.NDArray[np.uint32] = np.zeros(_LEAST, np.uint32)  # place + 1; 0 is a free slot
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def find_or_add(self, keys: Keys, places: Places) -> Places:
        """The first place of each key, after the new ones among them were added with theirs, in order."""
        different, first, which = np.unique(keys, return_index=True, return_inverse=True)
        found = self.find(different)
        new = np.flatnonzero(found == ABSENT)
        while (self._used + len(new)) > _FULL * len(self._keys):
            self._grow()
        self._insert(different[new], (places[first[new]] + 1).astype(np.uint32))
        found[new] = places[first[new]]
        return found[which]

    def find(self, keys: Keys) -> Places:
        """The first place of each key, ``ABSENT`` for those never added."""
        mask = np.uint64(len(self._keys) - 1)
        found = np.full(len(keys), ABSENT, np.int64)
        open_, slots = np.arange(len(keys)), keys & mask
        while len(open_):
            held = self._places[slots]
            same = (self._keys[slots] == keys[open_]) & (held != 0)
            found[open_[same]] = held[same].astype(np.int64) - 1
            going = (held != 0) & ~same
            open_, slots = open_[going], (slots[going] + np.uint64(1)) & mask
        return found

    def _insert(self, keys: Keys, places: npt.NDArray[np.uint32]) -> None:
        """Put in keys that are different and not in the table."""
        mask = np.uint64(len(self._keys) - 1)
        self._used += len(keys)
        slots = keys & mask
        while len(keys):
            free = self._places[slots] == 0
            self._keys[slots[free]], self._places[slots[free]] = keys[free], places[free]
            lost = self._keys[slots] != keys  # the slot was taken, or another key of this batch took it
            keys, places, slots = keys[lost], places[lost], (slots[lost] + np.uint64(1)) & mask

    def _grow(self) -> None:
        used = self._places != 0
        keys, places = self._keys[used], self._places[used]
        self._keys, self._places = (
            np.zeros(2 * len(self._keys), np.uint64),
            np.zeros(2 * len(self._places), np.uint32),
        )
        self._used = 0
        self._insert(keys, places)
