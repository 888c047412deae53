"""The rows that a coder learns from, and which of them a fold's model must never see."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.cleaning import normalise_text
from textmine.codebook import Code, Codebook
from textmine.coding.teaching import Lesson
from textmine.coding.training_texts import QUOTE_WEIGHT, TrainingTexts, gather_rows
from textmine.corpus import Corpus

TEXTS = ["We share training and it saves money too", "It rained", "Money was saved", "No time"]
PEOPLE = ["a", "a", "b", "c"]
TRUTH = np.array([[1.0, 1.0], [0.0, 0.0], [0.0, 1.0], [np.nan, 0.0]])
CODES = ["training", "money"]
FOLD = np.array([0, 0, 1, 2])
_CODES = (Code("training", definition="Skills are shared."), Code("money", examples=("It rained",)))
BOOK = Codebook(id="b", version="1", codes=_CODES)


def corpus_of(rows: list[tuple[str, str, str]]) -> Corpus:
    frame = pd.DataFrame(rows, columns=["doc_id", "text", "group"])
    return Corpus(frame.assign(question="Why?"))


@pytest.fixture
def lesson() -> Lesson:
    uncoded = corpus_of(
        [
            ("n1", "A new text by a", "a"),
            ("n2", "  MONEY was  saved ", "d"),
            ("n3", "A new text by d", "d"),
            ("n4", "  ", "d"),
        ]
    )
    told = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, np.nan], [0.5, 0.5]])
    labelled = np.array([[0.6, 0.2], [np.nan, np.nan], [0.0, 1.0], [0.4, 0.0]])
    return Lesson(labelled, uncoded, told)


def gather(**more) -> TrainingTexts:
    return gather_rows(TEXTS, [""] * 4, PEOPLE, TRUTH, CODES, **more)


def quotes_of(*rows: tuple[int, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["row", "code", "quote"])


# --- what is learned from ---------------------------------------------------------------------------------


def test_comments_come_first_and_whole() -> None:
    rows = gather(codebook=BOOK)
    assert rows.texts[:4] == TEXTS and rows.owner[:4].tolist() == [0, 1, 2, 3]
    assert rows.weight[:4].tolist() == [1.0] * 4 and rows.writer[:4] == PEOPLE
    np.testing.assert_array_equal(rows.truth[:4], TRUTH)


def test_sentences_of_the_codebook_carry_their_code_and_have_no_writer() -> None:
    rows = gather(codebook=BOOK)
    assert rows.texts[4:] == ["Skills are shared.", "It rained"]
    assert rows.truth[4:].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert rows.writer[4:] == ["", ""] and rows.owner[4:].tolist() == [-1, -1]


def test_quote_carries_its_code_and_the_rest_carries_none() -> None:
    rows = gather(quotes=quotes_of((0, "training", "share training")))
    assert rows.texts[4:] == ["share training", "We and it saves money too"]
    assert rows.truth[4:].tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert rows.weight[4:].tolist() == [QUOTE_WEIGHT] * 2
    assert rows.writer[4:] == ["a", "a"] and rows.owner[4:].tolist() == [0, 0]


@pytest.mark.parametrize(
    "quote",
    [
        (0, "training", "not in it"),
        (1, "money", "rained"),
        (0, "unheard", "share training"),
        (0, "money", ""),
    ],
)
def test_quote_that_does_not_fit_is_passed_over(quote: tuple[int, str, str]) -> None:
    assert len(gather(quotes=quotes_of(quote)).texts) == 4


def test_quote_that_is_the_whole_comment_is_no_second_text() -> None:
    assert len(gather(quotes=quotes_of((2, "money", TEXTS[2]))).texts) == 4


def test_withheld_words_are_in_no_row_but_the_comments_themselves() -> None:
    quotes = quotes_of((0, "training", "share training"))
    rows = gather(quotes=quotes, codebook=BOOK, withhold={"share training", "it rained"})
    assert rows.texts == [*TEXTS, "We and it saves money too", "Skills are shared."]


# --- a teacher --------------------------------------------------------------------------------------------


def test_people_have_the_last_word_and_the_teacher_fills_in_what_nobody_coded(lesson: Lesson) -> None:
    truth = gather(lesson=lesson).truth
    known = ~np.isnan(TRUTH)
    assert truth[:4][known].tolist() == TRUTH[known].tolist()
    assert truth[3, 0] == pytest.approx(0.4)


def test_texts_that_only_the_teacher_coded_are_learned_from(lesson: Lesson) -> None:
    rows = gather(lesson=lesson)
    assert len(rows.texts) == 7 and rows.texts[4] == "A new text by a"  # n4 is blank
    assert rows.weight[4:].tolist() == [1.0] * 3
    assert rows.writer[4:] == ["a", "d", "d"] and rows.questions[4:] == ["Why?"] * 3
    np.testing.assert_array_equal(rows.truth[4:], lesson.unlabelled[:3])


def test_what_people_marked_stays_their_word(lesson: Lesson) -> None:
    rows = gather(lesson=lesson, quotes=quotes_of((0, "training", "share training")))
    assert rows.truth[rows.texts.index("share training")].tolist() == [1.0, 0.0]


# --- what a fold's model must not see ---------------------------------------------------------------------


def test_model_of_a_fold_sees_neither_its_respondents_nor_its_words(lesson: Lesson) -> None:
    rows = gather(lesson=lesson, codebook=BOOK, quotes=quotes_of((0, "training", "share training")))
    seen = [{rows.texts[i] for i in rows.allow(FOLD, k)} for k in range(3)]
    assert not seen[0] & {*TEXTS[:2], "share training", "We and it saves money too", "A new text by a"}
    assert "It rained" not in seen[0]  # not as an example of the codebook either
    other = rows.texts[-2]
    assert normalise_text(other) == "money was saved"
    assert other in seen[0] and "A new text by d" in seen[0]
    assert not seen[1] & {TEXTS[2], other}  # said by d, but it is b's text
    assert "A new text by a" in seen[1] and "share training" in seen[1]
    assert all("Skills are shared." in part for part in seen)


def test_quote_of_a_comment_that_is_not_to_be_seen_is_not_seen() -> None:
    """Another person's comment with the fold's words is left out, and so is what was cut from it."""
    texts = ["We share training days and save money", "we share TRAINING days  and save money"]
    rows = gather_rows(
        texts,
        ["", ""],
        ["a", "b"],
        np.ones((2, 2)),
        CODES,
        quotes=quotes_of((1, "training", "share TRAINING days")),
    )
    assert len(rows.texts) == 4
    assert rows.allow(np.array([0, 1]), 0).tolist() == []


@pytest.mark.parametrize("seed", range(5))
def test_random_studies_never_leak(seed: int) -> None:
    rng = np.random.default_rng(seed)
    words = ["rain", "sun", "money", "time"]
    said = lambda n: [" ".join(rng.choice(words, 2)) for _ in range(n)]  # noqa: E731
    texts, people = said(30), [f"p{i}" for i in rng.integers(0, 9, 30)]
    uncoded = corpus_of([(f"n{i}", t, f"p{rng.integers(0, 15)}") for i, t in enumerate(said(20))])
    lesson = Lesson(rng.random((30, 1)), uncoded, rng.random((20, 1)))
    rows = gather_rows(texts, [""] * 30, people, np.ones((30, 1)), ["x"], lesson=lesson)
    fold = np.array([int(p[1:]) % 3 for p in people])
    for k in range(3):
        allowed = rows.allow(fold, k)
        test = np.flatnonzero(fold == k)
        assert not {rows.writer[i] for i in allowed} & {people[i] for i in test}
        assert not {rows.texts[i] for i in allowed} & {texts[i] for i in test}
