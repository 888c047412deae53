"""What a set of topics is worth, in numbers: coherence, diversity, outliers, agreement of two assignments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from math import log

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from textmine.coding.intervals import wilson_interval
from textmine.errors import InputError
from textmine.topics.prevalence import NONE
from textmine.topics.space import count_words

#: Words of a topic that are judged.
JUDGED = 10
#: More outliers than this deserve a warning.
MANY_OUTLIERS = 0.3


def measure_npmi(
    words: Sequence[Sequence[str]], texts: Sequence[str] | Sequence[Iterable[str]]
) -> list[float]:
    """The coherence of each topic: mean normalised pointwise mutual information of its word pairs, -1 to 1.

    Two words meet where they stand in the same text (Bouma 2009; Lau et al. 2014). ``texts`` are strings, or
    sets of words. A pair that never meets counts -1. NaN for a topic of fewer than two words. Coherence is a
    rough guide: it tracks people's judgement poorly (Hoyle et al. 2021).

    >>> docs = [["wait", "long", "queue"], ["wait", "long"], ["staff", "kind"], ["staff", "kind", "wait"]]
    >>> [round(value, 4) for value in measure_npmi([["wait", "long", "queue"]], docs + [["food", "cold"]])]
    [0.4814]
    """
    sets = _word_sets(texts)
    chosen = sorted({w for topic in words for w in topic[:JUDGED]})
    place = {word: i for i, word in enumerate(chosen)}
    hits = [(row, place[w]) for row, said in enumerate(sets) for w in said if w in place]
    rows, columns = zip(*hits, strict=True) if hits else ((), ())
    shape = (len(sets), len(chosen))
    stands = sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    together = (stands.T @ stands).toarray() / max(len(sets), 1)
    return [_mean_npmi([place[w] for w in topic[:JUDGED]], together) for topic in words]


def measure_diversity(words: Sequence[Sequence[str]]) -> float:
    """The share of the topics' words that are different words (Dieng et al. 2020); NaN without words.

    >>> measure_diversity([["wait", "long"], ["wait", "cold"]])
    0.75
    """
    said = [w for topic in words for w in topic[:JUDGED]]
    return len(set(said)) / len(said) if said else float("nan")


def measure_outliers(topics: npt.ArrayLike) -> dict[str, float]:
    """The share of texts without a topic, with its 95% interval (Wilson) and n.

    ``topics`` (n,) has each text's topic, -1 for none.

    >>> measure_outliers([0, 0, 1, -1])["share"]
    0.25
    """
    given = np.asarray(topics)
    return share_outliers(int((given == NONE).sum()), len(given))


def share_outliers(none: int, n: int) -> dict[str, float]:
    """The same where ``none`` of ``n`` texts have no topic.

    >>> share_outliers(1, 4) == measure_outliers([0, 0, 1, -1])
    True
    """
    low, high = wilson_interval(none, n)
    share = none / n if n else float("nan")
    return {"share": share, "low": round(float(low), 4), "high": round(float(high), 4), "n": n}


def compare_topics(first: npt.ArrayLike, second: npt.ArrayLike) -> dict[str, float]:
    """How far two assignments of the same texts agree beyond chance: ``ari`` and ``ami``, 1 for the same.

    The adjusted Rand index (Hubert & Arabie 1985) and adjusted mutual information (Vinh et al. 2010); -1 is a
    group like any other. Raises ``InputError`` for assignments of different length. ``first`` and ``second``
    (n,) have each text's topic.

    >>> {k: round(v, 4) for k, v in compare_topics([0, 0, 1, 1, 2, 2], [1, 1, 0, 0, 0, 2]).items()}
    {'ari': 0.4444, 'ami': 0.5024}
    """
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    one, other = np.asarray(first), np.asarray(second)
    if one.shape != other.shape:
        raise InputError(f"Assignments of {len(one)} and {len(other)} texts. Give the same texts twice.")
    return {
        "ari": float(adjusted_rand_score(one, other)),
        "ami": float(adjusted_mutual_info_score(one, other)),
    }


def _word_sets(texts: Sequence[str] | Sequence[Iterable[str]]) -> list[set[str]]:
    if not all(isinstance(text, str) for text in texts):
        return [set(text) for text in texts]
    found = count_words([str(text) for text in texts])
    names = np.array(found.words, dtype=object)
    ends = found.counts.indptr
    return [set(names[found.counts.indices[a:b]].tolist()) for a, b in pairwise(ends)]


def _mean_npmi(places: list[int], together: npt.NDArray[np.float64]) -> float:
    values = []
    for i, j in combinations(places, 2):
        both = float(together[i, j])
        if both <= 0:
            values.append(-1.0)
        elif both >= 1:
            values.append(1.0)
        else:
            values.append(log(both / (together[i, i] * together[j, j])) / -log(both))
    return float(np.mean(values)) if values else float("nan")
