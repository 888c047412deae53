"""Topics as peaks: words that stand amid like words, and far from any that stand thicker.

The words of the study are placed by the comments they stand in and by their own vectors. A word's height is
how much like words around it weigh; the topics are the words with the largest height times distance to the
next higher one (density peaks, Rodriguez & Laio 2014). Whether a peak is one depends on its surroundings
alone, so that other comments elsewhere do not move it, which k-means and a random start cannot say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from textmine.topics.space import Floats, Space, unit_rows, word_vectors

#: Words less like than this are no neighbours.
REACH = 0.6
#: What a word's own vector counts for beside the comments it stands in.
OWN_VECTOR = 2.0
#: A peak stands in so many comments at least.
FEWEST_FOR_PEAK = 6
#: Rounds in which the centres move towards their comments, and how far the peak holds them back.
ROUNDS = 5
HOLD = 0.3
#: A peak that is so like a seed is the seed's topic.
SAME_AS_SEED = 0.7


@dataclass(frozen=True)
class Peaks:
    """``anchors`` (topics, axes) at the peaks, ``centres`` moved to their comments, ``words`` the peaks'.

    ``word_likeness`` (topics, known words) is how like each known word is to the peak's surroundings.
    """

    anchors: Floats
    centres: Floats
    words: list[str]
    word_likeness: Floats

    def select(self, kept: npt.NDArray[np.int64]) -> Peaks:
        """The topics at these places alone."""
        words = [self.words[k] for k in kept.tolist()]
        return Peaks(self.anchors[kept], self.centres[kept], words, self.word_likeness[kept])


def find_peaks(
    space: Space, places: Floats, spotted: sp.csr_matrix, times: Floats, n_topics: int, seeds: Floats
) -> Peaks:
    """At most ``n_topics`` peaks, ``seeds`` (seeds, axes) among them and first.

    ``places`` (n, axes) and ``spotted`` (n, known words) are of the distinct texts, ``times`` how often each
    stands in the corpus.
    """
    counts = np.asarray(spotted.T @ times).ravel()
    means = np.asarray(spotted.T @ (places * times[:, None])) / np.maximum(counts, 1.0)[:, None]
    word_places = unit_rows(means)
    least = min(FEWEST_FOR_PEAK, max(3, len(places) // 20))  # fewer in a handful of texts
    fit = np.flatnonzero(counts >= least)
    wanted = n_topics - len(seeds)
    if not len(fit) or wanted <= 0:
        anchors = seeds[:n_topics]
        return Peaks(anchors, anchors, [""] * len(anchors), anchors @ word_places.T)
    joined = _join_own(space, word_places, counts)
    alike = joined[fit] @ joined[fit].T
    weight = counts[fit] * _concentration(means[fit], counts[fit]) ** 2
    height = np.maximum(alike - REACH, 0.0) @ weight
    gap = _distance_to_higher(alike, height)
    order = np.argsort(-np.round(height * gap, 9), kind="stable")
    if len(seeds):
        near = (word_places[fit] @ seeds.T).max(axis=1)
        order = order[near[order] < SAME_AS_SEED]
    peaks = np.sort(order[:wanted])
    own = np.argmax(np.round(alike[:, peaks], 9), axis=1)
    pull = weight * np.maximum(alike[np.arange(len(fit)), peaks[own]], 0.0) ** 2
    found = np.zeros((len(peaks), places.shape[1]))
    np.add.at(found, own, word_places[fit] * pull[:, None])
    anchors = np.vstack([seeds, unit_rows(found)])
    surroundings = np.zeros((len(peaks), joined.shape[1]))
    np.add.at(surroundings, own, joined[fit] * pull[:, None])
    near_words = np.vstack([seeds @ word_places.T, unit_rows(surroundings) @ joined.T])
    names = [""] * len(seeds) + [space.words[fit[p]] for p in peaks]
    return Peaks(anchors, move_centres(anchors, places, times), names, near_words)


def move_centres(anchors: Floats, places: Floats, times: Floats) -> Floats:
    """The anchors moved towards the comments nearest to them (spherical k-means, held back by the anchor)."""
    centres = anchors
    for _ in range(ROUNDS):
        own = nearest(likeness_to(places, centres))
        moved = np.zeros_like(centres)
        np.add.at(moved, own, places * times[:, None])
        centres = unit_rows(unit_rows(moved) + HOLD * anchors)
    return centres


def likeness_to(places: Floats, centres: Floats) -> Floats:
    """Cosines (n, topics), rounded so that the last bit of a sum decides nothing."""
    return np.asarray(np.round(places @ centres.T, 7))


def nearest(likeness: Floats) -> npt.NDArray[np.int64]:
    """The topic each text is most like; the first of several."""
    return np.asarray(likeness.argmax(axis=1), dtype=np.int64)


def _join_own(space: Space, word_places: Floats, counts: Floats) -> Floats:
    """Each known word by the comments it stands in and by its own vector, unit rows."""
    own = unit_rows(word_vectors(space.words, space.vectors))
    own = unit_rows(own - np.average(own, axis=0, weights=counts))
    return unit_rows(np.hstack([word_places, OWN_VECTOR * own]))


def _concentration(means: Floats, counts: Floats) -> Floats:
    """The mean likeness of two different comments with a word, which is small for a word said anywhere."""
    pairs = (counts * (means**2).sum(axis=1) - 1) / np.maximum(counts - 1, 1)
    return np.asarray(np.maximum(pairs, 1e-4))


def _distance_to_higher(alike: Floats, height: Floats) -> Floats:
    order = np.argsort(-np.round(height, 9), kind="stable")
    gap = np.empty(len(order))
    gap[order[0]] = 2.0
    for rank in range(1, len(order)):
        gap[order[rank]] = 1.0 - alike[order[rank], order[:rank]].max()
    return gap
