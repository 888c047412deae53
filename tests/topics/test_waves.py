"""A new wave: topics stay, a new theme raises one alarm, more of the old raises none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.topics.model import TopicModel
from textmine.topics.waves import _add_theme, _trim, find_new_topics, follow_wave


@pytest.fixture
def waves(make) -> tuple[list[str], list[str], list[str]]:
    """An old wave and a new one of two themes, and thirty comments of a third."""
    both = make(("cover", "sport"))
    return both[::2], both[1::2], make(("buses",))[::2]


def test_theme_the_old_wave_lacks_raises_one_alarm(waves) -> None:
    old, new, buses = waves
    found = follow_wave(TopicModel(n_topics=2).fit(old), old, new + buses)
    assert len(found.new) == 1
    alarm = found.new[0]
    assert alarm.old_count == 0 and alarm.p_value <= 0.02
    planted = {str(i) for i in range(len(new), len(new) + len(buses))}
    assert len(planted & set(alarm.ids)) >= 0.8 * alarm.count
    assert {"bus", "minibus", "taxi", "timetable", "licence", "fares"} & set(alarm.words)


def test_more_of_the_same_raises_no_alarm(waves) -> None:
    old, new, _ = waves
    found, least = find_new_topics(TopicModel(n_topics=2).fit(old), old, new)
    assert found == [] and least > 0.02


def test_old_theme_that_grew_is_not_new(waves, make) -> None:
    old, new, _ = waves
    found, _ = find_new_topics(TopicModel(n_topics=2).fit(old), old, new + make(("sport",))[::2])
    assert found == []


def test_topics_are_held_fixed(waves) -> None:
    old, new, buses = waves
    model = TopicModel(n_topics=2).fit(old)
    words, before = model.words_, model.topics_.copy()
    found = follow_wave(model, old, new + buses)
    assert model.words_ == words and (model.topics_ == before).all()
    assert (found.topics == model.predict(new + buses)).all()
    old_rows = found.prevalence[found.prevalence["by"] == "old"]
    assert old_rows["count"].sum() == (before >= 0).sum() and (old_rows["n"] == len(old)).all()


def test_two_looks_at_one_theme_are_one_alarm_and_two_themes_are_two() -> None:
    places = np.eye(3)[[0, 0, 1, 1, 2]]
    places[4] = [0.8, 0.0, 0.6]  # like the first two, unlike the next
    is_new = np.ones(5, bool)
    themes: list[tuple[np.ndarray, float]] = []
    for rows, p in (([0, 1], 0.005), ([2, 3], 0.01), ([4], 0.02)):
        _add_theme(themes, np.array(rows), p, places, is_new)
    assert [(rows.tolist(), p) for rows, p in themes] == [([0, 1, 4], 0.005), ([2, 3], 0.01)]


def test_comment_that_merely_stands_beside_a_theme_is_left_out() -> None:
    places = np.array([[1.0, 0.0], [1.0, 0.0], [0.8, 0.6], [0.0, -1.0]])
    assert _trim(places, np.arange(4), np.ones(4, bool)).tolist() == [0, 1, 2]


def test_comment_stands_in_one_alarm(waves) -> None:
    old, new, buses = waves
    found, _ = find_new_topics(TopicModel(n_topics=2).fit(old), old, new + buses)
    ids = [unit for theme in found for unit in theme.ids]
    assert len(ids) == len(set(ids)) and len(found) == 1


def test_too_few_permutations_are_told(waves) -> None:
    old, new, _ = waves
    with pytest.raises(InputError, match="9 permutations"):
        follow_wave(TopicModel(n_topics=2).fit(old), old, new, permutations=9)


def test_word_of_fewer_than_three_respondents_names_no_new_theme(waves, secret: str) -> None:
    """Though it stands in many comments: it might be somebody's name."""
    old, new, buses = waves
    said = [*new, *(f"{text} {secret}" if n < 12 else text for n, text in enumerate(buses))]
    model = TopicModel(n_topics=2).fit(old)

    def name_theme(owners: int) -> list[str]:
        """The words, where so many respondents gave the comments that hold it."""
        whose = [f"b{n % owners}" if n < 12 else f"c{n}" for n in range(len(buses))]
        rows = {"doc_id": [str(n) for n in range(len(said))], "text": said}
        corpus = Corpus(pd.DataFrame({**rows, "group": [*(f"p{n}" for n in range(len(new))), *whose]}))
        (theme,), _ = find_new_topics(model, old, corpus)
        return theme.words

    assert secret.lower() in name_theme(3) and secret.lower() not in name_theme(2)
