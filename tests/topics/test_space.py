"""Where texts lie: words counted in any order alike, known and unknown words, nothing said."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from textmine.coding.static import DEFAULT_VECTORS
from textmine.topics.space import count_words, learn_space
from textmine.topics.stop_words import join_stop_words


def learn(texts):
    return learn_space(
        texts, np.ones(len(texts)), stop_words=join_stop_words(["our"]), vectors=DEFAULT_VECTORS
    )


def test_words_are_folded_and_sorted_and_numbers_are_none() -> None:
    found = count_words(["Don\u2019t BUS 7 bus", ""])
    assert found.words == ["bus", "don't"]
    assert found.counts.toarray().tolist() == [[2.0, 1.0], [0.0, 0.0]]


def test_places_are_unit_rows_and_nothing_said_is_zero(comments) -> None:
    places = learn(comments).place_texts([comments[0], "", "and the"])
    assert np.linalg.norm(places, axis=1).round(9).tolist() == [1.0, 0.0, 0.0]


def test_like_texts_lie_nearer_than_unlike(comments) -> None:
    one, like, unlike = learn(comments).place_texts(
        ["The school bus", "A minibus and its timetable", "Agency staff for lesson cover"]
    )
    assert one @ like > one @ unlike


def test_word_never_met_is_placed_by_its_vector(comments) -> None:
    place = learn(comments).place_texts(["Coach"])
    assert np.linalg.norm(place) > 0.99


def test_word_of_fewer_than_three_people_or_comments_is_not_kept() -> None:
    """A name may be said thrice by one person, in three comments or in one."""
    texts = [
        "ask marlowe of money",
        "ask marlowe for money",
        "marlowe asks money",
        "fenwick fenwick fenwick money",
    ]
    people = sp.csr_matrix(np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float))
    space = learn_space(texts, np.ones(4), stop_words=frozenset(), vectors=DEFAULT_VECTORS, people=people)
    assert space.words == ["money"] and space.frequent == ["money"]
