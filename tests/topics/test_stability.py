"""Stability: the matching, what resamples say of topics that are there, and of words thrown together."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.errors import InputError
from textmine.topics.model import TopicModel
from textmine.topics.prevalence import measure_prevalence
from textmine.topics.stability import (
    choose_topics,
    draw_times,
    match_topics,
    measure_stability,
    score_matches,
)

FIRST = [w.split() for w in ("wait long queue hour", "staff kind nice nurse", "food cold meal menu")]
SECOND = [w.split() for w in ("staff kind rude nurse", "wait long queue time", "park car cost pay")]


def test_topics_are_matched_for_the_largest_sum() -> None:
    assert match_topics(FIRST, SECOND) == [(0, 1, 0.6), (1, 0, 0.6), (2, 2, 0.0)]
    assert np.mean(score_matches(FIRST, [SECOND])) == pytest.approx(0.4)


def test_topic_without_a_partner_counts_nothing() -> None:
    assert score_matches(FIRST, [SECOND[:1]]) == [0.0, 0.6, 0.0]
    assert match_topics(FIRST, []) == []


def test_topics_that_are_there_come_back(corpus) -> None:
    model = TopicModel(n_topics=3).fit(corpus)
    found = measure_stability(model, corpus, runs=3)
    assert found.mean > 0.7 and all(found.fit_to_report) and found.ami > 0.7


def test_words_thrown_together_at_random_are_not_fit_to_report() -> None:
    rng = np.random.default_rng(0)
    pool = ["bus", "pool", "clerk", "paper", "lunch", "window", "river", "chair", "music", "garden"]
    pool += ["bridge", "winter", "doctor", "market", "kitchen", "teacher", "holiday", "engine", "forest"]
    texts = [" ".join(rng.choice(pool, 6, replace=False)) for _ in range(200)]
    model = TopicModel(n_topics=10).fit(texts)
    found = measure_stability(model, texts, runs=3, kind="bootstrap")
    assert sum(found.fit_to_report) < len(model)


def test_respondents_are_drawn_whole() -> None:
    times = draw_times(["a", "b", "a", "c"], np.random.default_rng(1), "bootstrap")
    assert times[0] == times[2] and times[0] + times[1] + times[3] == 3
    kept = draw_times([str(i // 2) for i in range(40)], np.random.default_rng(1), "subsample")
    assert kept.sum() == 36 and (kept[::2] == kept[1::2]).all()


def test_choice_of_size_marks_one_best(corpus) -> None:
    table = choose_topics(corpus, [2, 3, 8], runs=2)
    assert table["n_topics"].tolist() == [2, 3, 8] and table["best"].sum() == 1
    best = table[table["best"]].iloc[0]
    assert best["stability"] >= table["stability"].max() - 0.02


def test_prevalence_of_a_group_is_over_its_own_texts() -> None:
    table = measure_prevalence([0, 0, 1, -1], ["old", "old", "new", "new"], 2)
    new = table[(table["by"] == "new") & (table["topic"] == 1)].iloc[0]
    assert (new["count"], new["n"], new["share"]) == (1, 2, 0.5)
    assert new["low"] < 0.5 < new["high"]


def test_unknown_kind_and_no_runs_are_told(corpus) -> None:
    model = TopicModel(n_topics=3).fit(corpus)
    with pytest.raises(InputError, match="subsample, bootstrap"):
        measure_stability(model, corpus, kind="jackknife")
    with pytest.raises(InputError, match="runs=0"):
        measure_stability(model, corpus, runs=0)
