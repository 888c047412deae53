"""What a topic is called and shown by: its words, a name made of key phrases, comments that stand for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from textmine.coding.tokens import fold
from textmine.topics.peaks import likeness_to
from textmine.topics.space import WORD, Floats, Ints, Space

if TYPE_CHECKING:
    from textmine.topics.peaks import Peaks

#: Words that describe a topic.
WORDS = 10
#: How sharply a comment's share goes to the topic it is most like, when words are counted.
SHARPNESS = 0.12
#: More than 1 prefers words that many of the topic's comments use.
COMMONNESS = 1.2
#: How much more words count that lie near the topic's peak.
NEARNESS = 1.0
#: A word must stand in this share of the comments, and in no more than that one, to describe a topic.
RAREST, COMMONEST = 0.002, 0.3
#: Comments shown for a topic, and how long they may be.
SHOWN = 5
LONGEST_QUOTE = 300


def find_words(
    space: Space, peaks: Peaks, places: Floats, spotted: sp.csr_matrix, times: Floats, n_words: int = WORDS
) -> list[list[str]]:
    """The words of each topic, the weightiest first, by c-TF-IDF (Grootendorst 2022).

    Each comment counts for the topics by its likeness to their anchors, not for one alone: with a hard cut
    the tenth word of a small topic would change with every comment. Words whose own comments lie elsewhere
    count less.
    """
    likeness = likeness_to(places, peaks.anchors)
    share = np.exp((likeness - likeness.max(axis=1, keepdims=True, initial=-1.0)) / SHARPNESS)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-12)
    counted = np.asarray(spotted.T @ (share * times[:, None])).T
    scores = class_tf_idf(counted)
    scores *= np.maximum(peaks.word_likeness, 0.0) ** NEARNESS
    few, many = max(3.0, RAREST * space.n_comments), COMMONEST * max(space.n_comments, 10)
    fit = (space.word_df >= few) & (space.word_df <= many)
    capped = np.where(fit, scores, 0.0)
    bare = capped.max(axis=1, initial=0.0) <= 0  # in a small study a topic may be half of it
    scores = np.where(bare[:, None], scores, capped)
    found = []
    for row in np.round(scores, 12):
        order = np.argsort(-row, kind="stable")[:n_words]
        found.append([space.words[i] for i in order if row[i] > 0])
    return found


def class_tf_idf(counted: Floats) -> Floats:
    """c-TF-IDF of words by topic: share of the topic's words, times log(1 + mean topic size / word's count).

    >>> class_tf_idf(np.array([[9.0, 1.0], [0.0, 10.0]])).round(2).tolist()
    [[0.66, 0.04], [0.0, 0.65]]
    """
    size = counted.sum(axis=1, keepdims=True)
    rarity = np.log(1 + size.mean() / np.maximum(counted.sum(axis=0), 1e-9)) if len(counted) else 0.0
    return np.asarray((counted / np.maximum(size, 1e-9)) ** COMMONNESS * rarity)


def find_representatives(
    topics: Ints, likeness: Floats, lengths: Sequence[int], n_topics: int
) -> list[list[int]]:
    """For each topic the positions of the texts most like it, ``SHOWN`` at most, readable ones first."""
    found: list[list[int]] = []
    short = np.array([20 <= n <= LONGEST_QUOTE for n in lengths], dtype=bool)
    for topic in range(n_topics):
        own = np.flatnonzero(topics == topic)
        order = np.lexsort((own, -likeness[own, topic], ~short[own]))
        found.append([int(own[i]) for i in order[:SHOWN].tolist()])
    return found


def name_topics(
    words: Sequence[Sequence[str]],
    texts: Sequence[str],
    topics: Ints,
    stop_words: frozenset[str],
    shared: Collection[str] | None = None,
) -> list[str]:
    """A proposed name for each topic: its key phrase, where it has one, and its first words.

    A phrase is two neighbouring words, one of them of the topic's words, that at least three of its texts
    have; both are of the words ``shared`` by respondents, where those are given. It is a
    proposal: a person should name topics after reading them.
    """
    allowed = None if shared is None else frozenset(shared)
    phrases: list[Counter[str]] = [Counter() for _ in words]
    for text, topic in zip(texts, topics.tolist(), strict=True):
        if topic >= 0:
            pairs = _pairs(text, stop_words)
            phrases[topic].update(p for p in pairs if allowed is None or allowed.issuperset(p.split()))
    return [_make_name(list(own), found) for own, found in zip(words, phrases, strict=True)]


def _pairs(text: str, stop_words: frozenset[str]) -> set[str]:
    said = list(WORD.finditer(fold(text)))
    return {
        f"{a.group()} {b.group()}"
        for a, b in pairwise(said)
        if b.start() == a.end() + 1 and not {a.group(), b.group()} & stop_words
    }


def _make_name(words: list[str], phrases: Counter[str]) -> str:
    rank = {word: len(words) - i for i, word in enumerate(words)}
    scored = {
        phrase: n * sum(rank.get(w, 0) for w in phrase.split())
        for phrase, n in phrases.items()
        if n >= 3 and any(w in rank for w in phrase.split())
    }
    best = min(scored, key=lambda p: (-scored[p], p)) if scored else ""
    parts = [best] if best else []
    parts += [w for w in words if w not in best.split()][: 3 - len(parts)]
    return ", ".join(parts)
