"""A text as words: deleting glues nothing together, a random stretch is as long as what it stands beside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.coding.deletion import WordRow, count_pieces, draw_stretches

TEXTS = st.text(alphabet=st.sampled_from(list("ab1é’'-.,?!£(/) \n😀")), max_size=40)


def words_of(text: str) -> list[str]:
    row = WordRow(text)
    return [text[a:b] for a, b in zip(row.starts, row.ends, strict=True)]


@given(text=TEXTS, seed=st.integers(0, 2**32 - 1))
def test_what_is_left_and_what_is_kept_have_the_very_words(text: str, seed: int) -> None:
    row, words = WordRow(text), words_of(text)
    drawn = np.random.default_rng(seed).random(len(row)) < 0.5
    assert words_of(row.leave_out(drawn)) == [w for w, out in zip(words, drawn, strict=True) if not out]
    assert words_of(row.keep(drawn)) == [w for w, kept in zip(words, drawn, strict=True) if kept]


@given(text=TEXTS)
def test_nothing_deleted_leaves_the_text_as_it_is(text: str) -> None:
    row = WordRow(text)
    assert row.leave_out(np.zeros(len(row), bool)) == text
    assert row.keep(np.zeros(len(row), bool)) == ""


@pytest.mark.parametrize(
    ("text", "deleted", "left"),
    [
        ("Good? We share it! Yes.", "We share it", "Good?   Yes."),
        ("co-operation", "operation", "co- "),
        ("a-b-c", "b", "a- c"),
        ("We (all of us) meet", "all of us", "We   meet"),
        ("costs £90, or more", "90", "costs   or more"),
        ("- one\n- two", "two", "- one\n-  "),
    ],
)
def test_marks_go_with_the_word_they_are_written_on_to(text: str, deleted: str, left: str) -> None:
    row, start = WordRow(text), text.index(deleted)
    assert row.leave_out(row.cover([(start, start + len(deleted))])) == left


def test_a_word_that_is_touched_counts_as_a_whole_and_one_beside_does_not() -> None:
    row = WordRow("share staff now")
    assert row.cover([(4, 7)]).tolist() == [True, True, False]
    assert row.cover([(5, 6)]).tolist() == [False, False, False]
    assert row.cover([]).tolist() == [False] * 3


def test_marks_and_emoji_alone_are_no_words() -> None:
    assert [len(WordRow(text)) for text in ("", "?!", "👍 £ - …", "👍 ok")] == [0, 0, 0, 1]


@given(mask=st.lists(st.booleans(), min_size=1, max_size=30), seed=st.integers(0, 99))
def test_random_stretches_have_as_many_words_in_as_many_pieces(mask: list[bool], seed: int) -> None:
    words = np.array(mask)
    for drawn in draw_stretches(words, 3, np.random.default_rng(seed)):
        assert drawn.shape == words.shape
        assert (drawn.sum(), count_pieces(drawn)) == (words.sum(), count_pieces(words))


def test_random_stretches_lie_anywhere_with_the_same_chance() -> None:
    words = np.array([1, 1, 0, 0, 0], bool)
    starts = [int(one.argmax()) for one in draw_stretches(words, 4000, np.random.default_rng(0))]
    counts = np.bincount(starts, minlength=4)
    assert len(counts) == 4
    assert np.abs(counts / 4000 - 0.25).max() < 0.03
