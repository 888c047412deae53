"""What a codebook leaves over: groups of like comments that no code covers, widened to those that one does.

Directions that tell the known codes apart also tell others apart, so the places of comments are stretched
along them first (as in the discovery of new classes beside known ones, Hsu et al. 2018). A comment that
speaks of a missing theme often has a known code too; a group of comments without a code is therefore widened
by a ridge regression that learns it from the words of all.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from textmine.topics.space import Floats, Ints

#: What the question counts for beside the words of an answer, and the known codes beside both.
QUESTION = 0.8
TAUGHT = 0.5
#: Penalties of the ridge regressions that learn the known codes and the groups.
CODE_PENALTY, GROUP_PENALTY = 20.0, 3.0
#: Comments shorter than this quantile of the covered ones' lengths are not widened from: most say little.
SHORTEST = 0.1
#: Groups that share more of their comments than this (Jaccard) are one.
SAME = 0.5
#: Comments that are parted at most; others follow.
MOST_TEXTS = 4000


def group_leftovers(
    places: Floats,
    asked: Floats,
    lengths: Floats,
    given: Floats,
    *,
    groups: int,
    min_size: int,
) -> list[Ints]:
    """Groups of texts that no code covers, each from the most typical text down; the largest first.

    ``places`` (n, axes) are unit rows, ``asked`` (n, questions) marks the question, ``lengths`` (n,) are
    words, ``given`` (n, codes) is 1 for a code that people gave, else 0. Texts without a code are parted
    twice into ``groups`` (Ward 1963): all of them, and those that are about as long as texts with a code;
    the latter groups are widened to texts that are liker to the group than to the rest, the more the fewer
    texts have no code. At most ``2 * groups`` come back.
    """
    covered = given.any(axis=1)
    bare = np.flatnonzero(~covered)
    near = np.hstack([_stretch(places, given), QUESTION * asked])
    taught = np.hstack([places, 0.5 * asked, np.full((len(places), 1), 0.5)])
    long = bare
    if covered.any():
        long = bare[lengths[bare] >= np.quantile(lengths[covered], SHORTEST)]
    more = np.sqrt(len(places) / max(len(bare), 1))
    found: list[Ints] = []
    for rows, times in ((long, more), (bare, 1.0)):
        for group in _part(near[rows], groups) if len(rows) > 1 else []:
            own = rows[group]
            if len(own) < min_size:
                continue
            score = _learn(taught, own)
            order = np.lexsort((np.arange(len(score)), -score))
            if times > 1:
                members = order[: min(round(len(own) * times), int((score > 0).sum()))]
            else:
                members = order[np.isin(order, own)]
            if len(members) >= min_size and all(_overlap(members, other) <= SAME for other in found):
                found.append(members)
    return sorted(found, key=lambda members: -len(members))


def _stretch(places: Floats, given: Floats) -> Floats:
    """Places with the scores of the known codes beside them, so that what tells codes apart counts more."""
    known = given[:, given.any(axis=0)]
    if not known.shape[1]:
        return places
    centred = places - places.mean(axis=0)
    gram = centred.T @ centred + CODE_PENALTY * np.eye(places.shape[1])
    scores = centred @ np.linalg.solve(gram, centred.T @ (known - known.mean(axis=0)))
    spread = float(scores.std(axis=0).mean()) * np.sqrt(known.shape[1])
    return np.hstack([places, TAUGHT * scores / max(spread, 1e-9)]).round(9)


def _learn(features: Floats, own: Ints) -> Floats:
    """How like each text is to a group, by a ridge regression in which both sides weigh the same."""
    inside = np.zeros(len(features), bool)
    inside[own] = True
    sign = np.where(inside, 1.0, -1.0)
    weight = np.where(inside, 0.5 / len(own), 0.5 / max(len(features) - len(own), 1)) * len(features)
    gram = features.T @ (features * weight[:, None]) + GROUP_PENALTY * np.eye(features.shape[1])
    return np.asarray((features @ np.linalg.solve(gram, features.T @ (weight * sign))).round(9))


def _part(features: Floats, groups: int) -> list[Ints]:
    """The rows of each group; beyond ``MOST_TEXTS``, rows at even steps are parted and the others follow."""
    from sklearn.cluster import AgglomerativeClustering

    n = len(features)
    chosen = np.unique(np.linspace(0, n - 1, min(n, MOST_TEXTS)).round().astype(np.int64))
    part = AgglomerativeClustering(min(groups, len(chosen))).fit_predict(features[chosen])
    if len(chosen) < n:
        means = np.array([features[chosen][part == g].mean(axis=0) for g in range(int(part.max()) + 1)])
        away = (features**2).sum(axis=1)[:, None] - 2 * features @ means.T + (means**2).sum(axis=1)
        part = away.round(9).argmin(axis=1)
    return [np.flatnonzero(part == g) for g in range(int(part.max()) + 1)]


def _overlap(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> float:
    both = len(np.intersect1d(one, other))
    return both / max(len(one) + len(other) - both, 1)
