"""Words that weigh for or against harm: what is told without any of the phrases of ``harm.py``.

The weights are a logistic regression over words and their static vectors, learned from made sentences and the
shipped school comments by ``python benchmarks/harm_words.py`` and summed up in one number a word.
"""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import accumulate
from operator import sub
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parent / "data" / "harm_words.json"


class WordWeights(dict[str, int]):
    """Hundredths a word; a word that is not in it weighs nothing."""

    def __missing__(self, word: str) -> int:
        return 0


class Weights(NamedTuple):
    """The weights, the words of a stretch, and the sum that a stretch must pass."""

    words: WordWeights
    stretch: int
    threshold: int


def weigh_words(words: list[str]) -> bool:
    """Whether some stretch of ``plain_words`` weighs more than the threshold.

    >>> weigh_words("he waits until mum is asleep and then he comes to my bed".split())
    True
    >>> weigh_words("we share a minibus with the junior school".split())
    False
    """
    known, stretch, threshold = load_weights()
    weights = map(known.__getitem__, words)
    if len(words) <= stretch:
        return sum(weights) > threshold
    sums = list(accumulate(weights, initial=0))
    heaviest: int = max(map(sub, sums[stretch:], sums))
    return heaviest > threshold


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """The weights that ship with textmine, read once.

    >>> load_weights().words["bruises"] > 0
    True
    """
    held = json.loads(FILE.read_text(encoding="utf-8"))
    words = WordWeights()
    for weight, line in held["words"].items():
        words.update(dict.fromkeys(line.split(), int(weight)))
    return Weights(words, held["stretch"], held["threshold"])
