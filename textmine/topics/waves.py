"""A new wave against an old one: topics held fixed, and an alarm only for what is truly new.

A theme is new where comments of the new wave crowd and those of the old are few. Every word and every
neighbourhood of like comments is looked at; the most striking counts, and what chance would make the most
striking is found by giving the respondents of both waves to 'old' and 'new' at random (a scan statistic,
Kulldorff 1997, with permutations), so that many looks cost nothing. A test over all comments at once would
see little of one new theme at the size of a survey.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from scipy.special import xlogy
from threadpoolctl import threadpool_limits

from textmine.cleaning import normalise_text, repair_texts
from textmine.coding.calibrated import as_corpus
from textmine.coding.features import normalise_question
from textmine.errors import InputError
from textmine.topics.describe import WORDS, class_tf_idf
from textmine.topics.model import Texts, TopicModel, says_something
from textmine.topics.prevalence import measure_prevalence
from textmine.topics.space import FEWEST_PEOPLE, Floats, count_words, learn_space, unit_rows
from textmine.topics.stop_words import join_stop_words

#: Comments in a neighbourhood.
NEIGHBOURS = (15, 30, 60, 100)
#: Neighbourhoods looked at, at most.
MOST_CENTRES = 2000
#: A theme is new where it is so many times as common as in the old wave, and of so many comments.
TIMES_AS_COMMON = 4.0
FEWEST = 8
#: Random partings of the respondents, and the error allowed over all looks together.
PERMUTATIONS = 199
ALPHA = 0.02

#: Themes whose middles are as like as this (cosine) are one.
SAME_THEME = 0.3
#: A comment less like the theme's middle than this share of the median does not belong to it.
LEAST_OF_MEDIAN = 0.5

Draws = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class NewTopic:
    """A theme of the new wave that the old one lacks: its words, the ids of its comments, and the test.

    ``count`` comments of the new wave and ``old_count`` of the old are in it; ``p_value`` is over all looks.
    """

    words: list[str]
    ids: list[str]
    count: int
    old_count: int
    p_value: float


@dataclass(frozen=True)
class FollowedWave:
    """A wave held beside the fixed topics: ``topics`` of its texts, ``prevalence`` of both waves, and what
    is ``new``. ``prevalence`` has the columns of ``measure_prevalence``, of the texts that say something;
    ``by`` is 'old' or 'new'.

    ``least_p`` is the p-value of the part most likely to be new: how often random partings of the texts show
    one as new (1.0: none).

    >>> costs = [f"Supply cover costs too much in {n}" for n in ("May", "June", "July", "winter", "spring")]
    >>> sport = [f"The minibus takes pupils to {n} sport" for n in ("hall", "team", "field", "pool", "lake")]
    >>> model = TopicModel(n_topics=2, min_size=2).fit(costs + sport)
    >>> followed = follow_wave(model, costs + sport, sport, permutations=99)
    >>> sorted(followed.prevalence["by"].unique())
    ['new', 'old']
    """

    topics: npt.NDArray[np.int64]
    prevalence: pd.DataFrame
    new: list[NewTopic]
    least_p: float


def follow_wave(
    model: TopicModel, old: Texts, new: Texts, *, alpha: float = ALPHA, permutations: int = PERMUTATIONS
) -> FollowedWave:
    """Assign a new wave to the topics as they are, and tell what in it is truly new.

    The model is not changed. ``old`` are the texts it was fitted to, ``alpha`` how often a wave without
    anything new may raise an alarm. Respondents (``group``) stay whole in the random partings. No alarm is
    no proof that nothing is new: small themes pass unseen. Raises ``InputError`` where ``permutations`` are
    too few for ``alpha``.

    >>> costs = [f"Supply cover costs too much in {n}" for n in ("May", "June", "July", "winter", "spring")]
    >>> sport = [f"The minibus takes pupils to {n} sport" for n in ("hall", "team", "field", "pool", "lake")]
    >>> model = TopicModel(n_topics=2, min_size=2).fit(costs + sport)
    >>> found = follow_wave(model, costs + sport, costs[:3], permutations=99)
    >>> found.topics.tolist(), found.new
    ([0, 0, 0], [])
    """
    if not 0 < alpha < 1 or (permutations + 1) * alpha < 1:
        raise InputError(
            f"{permutations} permutations cannot show {alpha:g}. Take {round(1 / alpha)} or more."
        )
    before, after = as_corpus(old), as_corpus(new)
    topics = model.predict(after)
    both = np.concatenate([model.predict(before), topics])
    said = np.concatenate([says_something(before.texts), says_something(after.texts)])
    waves = np.repeat(["old", "new"], [len(before), len(after)])[said].tolist()
    found, least = find_new_topics(model, before, after, alpha=alpha, permutations=permutations)
    return FollowedWave(topics, measure_prevalence(both[said], waves, len(model)), found, least)


def find_new_topics(
    model: TopicModel, old: Texts, new: Texts, *, alpha: float = ALPHA, permutations: int = PERMUTATIONS
) -> tuple[list[NewTopic], float]:
    """The themes of a new wave that the old one lacks, and the p-value of the most striking look."""
    before, after = as_corpus(old), as_corpus(new)
    texts = [normalise_text(t) for t in repair_texts([*before.texts, *after.texts])]
    asked = [normalise_question(q) for q in [*before.questions, *after.questions]]
    groups = np.array([*(f"o\0{g}" for g in before.groups), *(f"n\0{g}" for g in after.groups)], dtype=object)
    is_new = np.arange(len(texts)) >= len(before)
    with threadpool_limits(1):
        looks, words, spotted, places = _make_looks(model, texts, asked)
        labels = _permute(is_new, groups, permutations, model.seed)
        scores = _score(looks, labels)
    most = scores.max(axis=0, initial=0.0)
    cutoff = float(np.quantile(most[1:], 1 - alpha, method="higher"))
    least = (1 + int((most[1:] >= most[0]).sum())) / (1 + permutations) if most[0] > 0 else 1.0
    shared = _find_shared(spotted, [*before.groups, *after.groups])
    themes: list[tuple[Rows, float]] = []
    left = np.ones(len(texts), bool)
    while least <= alpha:
        now = (looks @ sp.diags(left.astype(np.float32))).tocsr() if themes else looks
        first = _score(now, labels[:, :1])[:, 0]
        best = int(first.argmax()) if len(first) else 0
        if not len(first) or first[best] <= cutoff:
            break
        inside = np.flatnonzero(_grow(now, first, best, cutoff, labels[:, :1]) & left)
        left[inside] = False
        p = (1 + int((most[1:] >= first[best]).sum())) / (1 + permutations)
        _add_theme(themes, _trim(places, inside, is_new), p, places, is_new)
    found = []
    for inside, p in themes:
        ids = [after.ids[i] for i in inside[is_new[inside]] - len(before)]
        name = _name(words, spotted, inside, shared)
        found.append(NewTopic(name, ids, len(ids), len(inside) - len(ids), round(p, 4)))
    return found, least


def _make_looks(
    model: TopicModel, texts: list[str], asked: list[str]
) -> tuple[sp.csr_matrix, list[str], sp.csr_matrix, Floats]:
    """Where to look, (looks, texts) of 1: neighbourhoods and words, in a space learned from both waves.

    Beside them the known words, where each stands, and the places of the texts.
    """
    distinct = sorted(set(texts) - {""})
    space = learn_space(
        distinct,
        np.ones(len(distinct)),
        stop_words=join_stop_words(model.stop_words),
        vectors=model.vectors,
    )
    places = space.place_texts(texts)
    spotted = space.spot(count_words(texts))
    marks = sorted(set(asked))
    same = np.array([[float(a == m) for m in marks] for a in asked]) if len(marks) > 1 else None
    near = places if same is None else np.hstack([places, 0.3 * same])
    said = np.flatnonzero(np.abs(near).sum(axis=1) > 0)
    centres = said[np.unique(np.linspace(0, len(said) - 1, min(len(said), MOST_CENTRES)).astype(np.int64))]
    likeness = np.round(near[centres] @ near.T, 7).astype(np.float32)
    parts = [spotted.T.tocsr().astype(np.float32)]
    nearest = np.argsort(-likeness, axis=1, kind="stable")[:, : max(NEIGHBOURS)]
    for size in NEIGHBOURS:
        own = nearest[:, :size]
        rows = np.repeat(np.arange(len(own)), own.shape[1])
        ones = np.ones(own.size, np.float32)
        parts.append(sp.csr_matrix((ones, (rows, own.ravel())), shape=(len(own), len(texts))))
    return sp.vstack(parts).tocsr(), space.words, spotted, places


def _permute(is_new: npt.NDArray[np.bool_], groups: npt.ArrayLike, n: int, seed: int) -> Draws:
    """Which texts are new: as they are, then with respondents shuffled over the waves, (texts, n + 1)."""
    number = np.unique(np.asarray(groups, dtype=object), return_inverse=True)[1]
    owner = np.zeros(int(number.max()) + 1, bool)
    owner[number[is_new]] = True
    rng = np.random.default_rng(seed)
    draws = [owner, *(rng.permutation(owner) for _ in range(n))]
    return np.array(draws, dtype=np.float32).T[number]


def _score(looks: sp.csr_matrix, labels: Draws) -> Floats:
    """How striking each look is in each parting: the log likelihood ratio of more new comments; else 0."""
    size = np.asarray(looks.sum(axis=1), dtype=np.float64).reshape(-1, 1)
    fresh = np.asarray(looks @ labels, dtype=np.float64)
    stale = size - fresh
    of_new = labels.sum(axis=0, dtype=np.float64)
    of_old = len(labels) - of_new
    share = of_new / len(labels)
    ratio = xlogy(fresh, fresh / np.maximum(size * share, 1e-9)) + xlogy(
        stale, stale / np.maximum(size * (1 - share), 1e-9)
    )
    fit = (fresh >= FEWEST) & (fresh / of_new >= TIMES_AS_COMMON * stale / np.maximum(of_old, 1))
    return np.where(fit, np.round(ratio, 6), 0.0)


def _grow(
    looks: sp.csr_matrix, scores: Floats, best: int, cutoff: float, labels: Draws
) -> npt.NDArray[np.bool_]:
    """The texts of the most striking look, with those of others as striking while that makes it more so.

    Only looks that share half of their texts with it are joined, the most striking first.
    """
    rows = np.flatnonzero(scores > cutoff)
    near = np.asarray(looks[rows] @ looks[best].T.astype(np.float32).toarray()).ravel()
    size = np.asarray(looks[rows].sum(axis=1)).ravel()
    rows = rows[near >= size / 2]
    members = np.asarray(looks[best].toarray()).ravel() > 0
    height = float(scores[best])
    for look in rows[np.argsort(-scores[rows], kind="stable")].tolist():
        joined = members | (np.asarray(looks[look].toarray()).ravel() > 0)
        value = float(_score(sp.csr_matrix(joined[None, :].astype(np.float32)), labels)[0, 0])
        if value > height:
            members, height = joined, value
    return members


def _trim(places: Floats, inside: Rows, is_new: npt.NDArray[np.bool_]) -> Rows:
    """The texts that are like the middle of the new ones among them: what merely stood beside is left out."""
    likeness = np.round(places[inside] @ _middle(places, inside[is_new[inside]]), 7)
    return np.asarray(inside[likeness >= LEAST_OF_MEDIAN * float(np.median(likeness))])


def _add_theme(
    themes: list[tuple[Rows, float]],
    inside: Rows,
    p: float,
    places: Floats,
    is_new: npt.NDArray[np.bool_],
) -> None:
    """Add a theme, or join it to an earlier one whose middle lies near: two looks at one theme."""
    middle = _middle(places, inside[is_new[inside]])
    for place, (other, earlier) in enumerate(themes):
        if float(middle @ _middle(places, other[is_new[other]])) >= SAME_THEME:
            themes[place] = (np.sort(np.concatenate([other, inside])), earlier)
            return
    themes.append((inside, p))


def _middle(places: Floats, rows: Rows) -> Floats:
    return np.asarray(unit_rows(places[rows].mean(axis=0, keepdims=True))[0])


def _find_shared(spotted: sp.csr_matrix, groups: list[str]) -> npt.NDArray[np.bool_]:
    """Which words three respondents said; a name that is one in both waves counts as one respondent."""
    owner = np.unique(np.array(groups, dtype=object), return_inverse=True)[1]
    rows = np.arange(len(owner))
    whose = sp.csr_matrix((np.ones(len(owner)), (rows, owner)), shape=(len(owner), int(owner.max()) + 1))
    people = np.asarray((spotted.sign().T @ whose).sign().sum(axis=1)).ravel()
    return np.asarray(people >= FEWEST_PEOPLE)


def _name(words: list[str], spotted: sp.csr_matrix, inside: Rows, shared: npt.NDArray[np.bool_]) -> list[str]:
    """The words of a theme, first those that set it apart; none that fewer than three respondents said."""
    own = np.asarray(spotted[inside].sum(axis=0)).ravel()
    rest = np.asarray(spotted.sum(axis=0)).ravel() - own
    row = np.round(class_tf_idf(np.vstack([own, rest]))[0] * own / np.maximum(own + rest, 1), 12)
    return [words[i] for i in np.argsort(-row, kind="stable") if row[i] > 0 and shared[i]][:WORDS]
