"""Parting respondents anew over two waves at random: what chance alone would make of a difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Random partings behind a p-value: the least one is 1 in 1,000.
PARTINGS = 999


@dataclass(frozen=True, eq=False)
class Partings:
    """Two waves in blocks, each what one respondent said in one wave.

    ``block`` (texts,) is the block of each text, the old wave's first; ``person`` (blocks,) whose it is;
    ``is_new`` (blocks, partings + 1) which blocks are called new: as they are in column 0, then at random.
    """

    block: Ints
    person: Ints
    is_new: Floats

    def add(self, values: npt.ArrayLike) -> Floats:
        """The sum of values (a value a text) in each block."""
        found = np.bincount(self.block, np.asarray(values, dtype=np.float64), minlength=len(self.person))
        return np.asarray(found, dtype=np.float64)


def part_respondents(
    old: Sequence[str], new: Sequence[str], *, n: int = PARTINGS, seed: int = 0, panel: bool = False
) -> Partings:
    """Give the respondents of both waves to 'old' and 'new' at random, ``n`` times; a respondent stays whole.

    ``old`` and ``new`` name the respondent of each text. In a ``panel`` one name is one person in both waves:
    then what that person said in the two waves changes places or does not, and those met once are shuffled
    among themselves. Without, everybody is somebody else.

    >>> part_respondents(["a", "a", "b"], ["c"], n=3).is_new.shape
    (3, 4)
    """
    first, second = np.asarray(old, dtype=object), np.asarray(new, dtype=object)
    of_old, of_new = np.unique(first, return_inverse=True), np.unique(second, return_inverse=True)
    n_old, n_new = len(of_old[0]), len(of_new[0])
    block = np.concatenate([of_old[1], n_old + of_new[1]]).astype(np.int64)
    person = np.arange(n_old + n_new)
    if panel:
        place = {name: number for number, name in enumerate(of_old[0].tolist())}
        person[n_old:] = [place.get(name, n_old + number) for number, name in enumerate(of_new[0].tolist())]
    twice = np.flatnonzero(np.bincount(person, minlength=len(person)) == 2)
    second_of = {int(who): n_old + at for at, who in enumerate(person[n_old:].tolist())}
    pairs = np.array([(who, second_of[int(who)]) for who in twice], dtype=np.int64).reshape(-1, 2)
    alone = np.setdiff1d(np.arange(len(person)), pairs.ravel())
    real = (np.arange(len(person)) >= n_old).astype(np.float64)
    rng = np.random.default_rng(seed)
    labels = np.tile(real[:, None], (1, n + 1))
    for draw in range(1, n + 1):
        labels[alone, draw] = rng.permutation(real[alone])
        swapped = rng.random(len(pairs)) < 0.5
        labels[pairs[:, 0], draw] = swapped
        labels[pairs[:, 1], draw] = ~swapped
    return Partings(block, person, labels)


def find_p(values: Floats) -> float:
    """The share of partings, the real one among them, that give at least the first of the values.

    >>> find_p(np.array([3.0, 1.0, 2.0, 0.5]))
    0.25
    """
    return float((np.round(values, 9) >= round(float(values[0]), 9)).mean())
