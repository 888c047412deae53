"""Words and names of topics."""

from __future__ import annotations

import numpy as np

from textmine.topics.describe import class_tf_idf, find_representatives, name_topics


def test_word_of_one_topic_outranks_a_word_of_all() -> None:
    scores = class_tf_idf(np.array([[5.0, 5.0, 0.0], [0.0, 5.0, 5.0]]))
    assert scores[0].argmax() == 0 and scores[1].argmax() == 2


def test_name_begins_with_the_phrase_that_texts_share() -> None:
    texts = ["supply cover is dear", "the supply cover", "no supply cover", "bus fares"]
    names = name_topics(
        [["cover", "supply", "dear"], ["bus"]], texts, np.array([0, 0, 0, 1]), frozenset({"is"})
    )
    assert names == ["supply cover, dear", "bus"]


def test_phrase_does_not_cross_a_mark() -> None:
    texts = ["no cover. Bus late"] * 3
    assert name_topics([["cover", "bus"]], texts, np.zeros(3, np.int64), frozenset())[0] != "cover bus"


def test_representatives_are_the_likest_readable_texts() -> None:
    likeness = np.array([[0.9], [0.8], [0.7]])
    assert find_representatives(np.zeros(3, np.int64), likeness, [5, 50, 60], 1) == [[1, 2, 0]]
