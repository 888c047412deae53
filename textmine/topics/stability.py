"""Whether topics come back: matched over resamples, and the number of topics at which they do best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from textmine.codebook import Codebook
from textmine.coding.calibrated import as_corpus
from textmine.errors import InputError
from textmine.topics.model import Texts, TopicModel
from textmine.topics.quality import JUDGED, compare_topics, measure_diversity, measure_npmi, measure_outliers

#: A topic that comes back less well than this is not to be reported.
REPORTABLE = 0.5
#: Resamples drawn, and the share of respondents in each.
RESAMPLES = 5
SHARE = 0.9
KINDS = ("subsample", "bootstrap")


@dataclass(frozen=True)
class Stability:
    """How well topics come back. ``per_topic`` (topics,) is the mean matched Jaccard of each topic's words
    over the ``runs``; ``ari`` and ``ami`` are means over the runs, of assignments of all texts.
    """

    per_topic: list[float]
    ari: float
    ami: float
    runs: int
    kind: str

    @property
    def mean(self) -> float:
        """The mean over topics."""
        return float(np.mean(self.per_topic)) if self.per_topic else float("nan")

    @property
    def fit_to_report(self) -> list[bool]:
        """Whether each topic came back well enough; one that did not is marked 'do not report'."""
        return [value >= REPORTABLE for value in self.per_topic]


def match_topics(
    first: Sequence[Sequence[str]], second: Sequence[Sequence[str]]
) -> list[tuple[int, int, float]]:
    """Which topic of the second run is which of the first: triples of both places and the Jaccard of words.

    The matching with the largest sum over the first ten words (Kuhn 1955, the 'Hungarian' one; Greene et al.
    2014). With fewer topics on one side, some of the other stay without a match.

    >>> one = ["wait long queue hour".split(), "staff kind nice nurse".split()]
    >>> two = ["staff kind rude nurse".split(), "wait long queue time".split()]
    >>> match_topics(one, two)
    [(0, 1, 0.6), (1, 0, 0.6)]
    """
    from scipy.optimize import linear_sum_assignment

    if not len(first) or not len(second):
        return []
    table = np.array([[_jaccard(a, b) for b in second] for a in first])
    rows, columns = linear_sum_assignment(-table)
    return [(int(i), int(j), float(table[i, j])) for i, j in zip(rows, columns, strict=True)]


def score_matches(reference: Sequence[Sequence[str]], runs: Sequence[Sequence[Sequence[str]]]) -> list[float]:
    """The mean matched Jaccard of each reference topic over other runs; 0 in a run where it has no match.

    >>> score_matches([["wait", "long"]], [[["wait", "long"]], [["cold", "food"]]])
    [0.5]
    """
    total = np.zeros(len(reference))
    for run in runs:
        for place, _, value in match_topics(reference, run):
            total[place] += value
    return [float(round(value, 4)) for value in total / max(len(runs), 1)]


def measure_stability(
    model: TopicModel,
    X: Texts,
    *,
    runs: int = RESAMPLES,
    kind: str = "subsample",
    codebook: Codebook | None = None,
    seed: int | None = None,
) -> Stability:
    """How well the topics of a fitted model come back when it is fitted to resamples of its texts.

    ``kind`` 'subsample' takes nine respondents in ten, 'bootstrap' draws as many as there are with
    replacement; the texts of a respondent stay together. ``codebook`` is the one that seeded it, ``seed`` the
    model's unless given. Another seed alone changes nothing, so that seeds are no test of this model. Raises
    ``InputError`` for a kind that is none and for fewer than one run. ``X`` are the texts that the model was
    fitted to, ``runs`` how many resamples.

    >>> costs = [f"Supply cover costs too much in {n}" for n in ("May", "June", "July", "winter", "spring")]
    >>> sport = [f"The minibus takes pupils to {n} sport" for n in ("hall", "team", "field", "pool", "lake")]
    >>> model = TopicModel(n_topics=2, min_size=2).fit(costs + sport)
    >>> found = measure_stability(model, costs + sport, runs=2)
    >>> len(found.per_topic), found.runs
    (2, 2)
    """
    if kind not in KINDS:
        raise InputError(f"kind={kind!r}; choose among {', '.join(KINDS)}.")
    if runs < 1:
        raise InputError(f"runs={runs}; at least one is needed.")
    corpus = as_corpus(X)
    rng = np.random.default_rng(model.seed if seed is None else seed)
    words, scores = [], []
    for _ in range(runs):
        times = draw_times(corpus.groups, rng, kind)
        other = clone(model).set_params(min_size=_scaled(model.min_size, kind))
        other.fit(corpus, sample_weight=times, codebook=codebook)
        words.append(other.words_)
        scores.append(compare_topics(model.topics_, other.topics_))
    return Stability(
        score_matches(model.words_, words),
        round(float(np.mean([s["ari"] for s in scores])), 4),
        round(float(np.mean([s["ami"] for s in scores])), 4),
        runs,
        kind,
    )


def draw_times(groups: Sequence[str], rng: np.random.Generator, kind: str) -> npt.NDArray[np.float64]:
    """How often each text counts in a resample of respondents."""
    number = np.unique(np.asarray(groups, dtype=object), return_inverse=True)[1]
    n = int(number.max(initial=-1)) + 1
    if kind == "bootstrap":
        drawn = np.bincount(rng.integers(n, size=n), minlength=n).astype(np.float64)
    else:
        drawn = np.zeros(n)
        drawn[rng.permutation(n)[: max(1, round(SHARE * n))]] = 1.0
    return np.asarray(drawn[number])


def choose_topics(
    X: Texts, sizes: Sequence[int], *, model: TopicModel | None = None, runs: int = RESAMPLES
) -> pd.DataFrame:
    """How many topics to ask for: a row for each of ``sizes``, the most stable one marked ``best``.

    Columns: ``n_topics`` asked for, ``topics`` found, ``stability`` (mean over topics), ``fit_to_report``
    (topics of 0.5 and more), ``ami`` of the assignments, ``npmi``, ``diversity``, ``outliers``. The best has
    the highest stability; of those within .02 of it, the largest. ``draw_choice`` shows the table.

    Raises ``InputError`` where no size is given. ``X`` are the texts, ``model`` one whose other settings are
    kept (the default's if None), ``runs`` the resamples of ``measure_stability`` for each size.

    >>> costs = [f"Supply cover costs too much in {n}" for n in ("May", "June", "July", "winter", "spring")]
    >>> sport = [f"The minibus takes pupils to {n} sport" for n in ("hall", "team", "field", "pool", "lake")]
    >>> table = choose_topics(costs + sport, [1, 2], model=TopicModel(min_size=2), runs=2)
    >>> table["n_topics"].tolist(), int(table["best"].sum())
    ([1, 2], 1)
    """
    if not len(sizes):
        raise InputError("No numbers of topics to choose among. Give some, such as [10, 20, 40].")
    corpus = as_corpus(X)
    rows = []
    for size in sorted(set(sizes)):
        fitted = clone(TopicModel() if model is None else model).set_params(n_topics=size).fit(corpus)
        stability = measure_stability(fitted, corpus, runs=runs)
        rows.append(
            {
                "n_topics": size,
                "topics": len(fitted),
                "stability": round(stability.mean, 4),
                "fit_to_report": sum(stability.fit_to_report),
                "ami": stability.ami,
                "npmi": _mean_known(measure_npmi(fitted.words_, corpus.texts)),
                "diversity": round(measure_diversity(fitted.words_), 4),
                "outliers": round(measure_outliers(fitted.topics_)["share"], 4),
            }
        )
    table = pd.DataFrame(rows)
    near = table["stability"] >= table["stability"].max() - 0.02
    return table.assign(best=table["n_topics"] == table.loc[near, "n_topics"].max())


def _mean_known(values: Sequence[float]) -> float:
    known = [value for value in values if value == value]
    return round(float(np.mean(known)), 4) if known else float("nan")


def _scaled(least: int, kind: str) -> int:
    return max(1, round(least * SHARE)) if kind == "subsample" else least


def _jaccard(a: Sequence[str], b: Sequence[str]) -> float:
    one, other = set(a[:JUDGED]), set(b[:JUDGED])
    return len(one & other) / len(one | other) if one | other else 0.0
