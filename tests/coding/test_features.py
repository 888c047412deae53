"""Features: no term of fewer than three respondents, blocks of known length, questions with shares."""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

from textmine.coding.coder import Coder
from textmine.coding.features import (
    LENGTH_CENTRE,
    LENGTH_POWER,
    MAX_QUESTIONS,
    Analyser,
    build_vocabulary,
    normalise_question,
    word_pieces,
)
from textmine.coding.static import DEFAULT_VECTORS, load_static_vectors
from textmine.coding.tokens import TypeIndex, fold, token_spans
from textmine.locations import find_model


@pytest.fixture(scope="module")
def analyser(coder: Coder) -> Analyser:
    return Analyser(coder.vocabulary_, load_static_vectors(find_model(DEFAULT_VECTORS)))


def respondents_of_terms(answers: pd.DataFrame) -> dict[str, dict[str, set[str]]]:
    """Who used each word, pair of words and piece of a word, counted the slow way."""
    used: dict[str, dict[str, set[str]]] = {k: defaultdict(set) for k in ("words", "pairs", "pieces")}
    for text, person in zip(answers["text"], answers["group"], strict=True):
        tokens = [span.slice(fold(text)) for span, _ in token_spans(text)]
        for word in tokens:
            used["words"][word].add(person)
            for piece in word_pieces(word):
                used["pieces"][piece].add(person)
        for first, second in itertools.pairwise(tokens):
            used["pairs"][f"{first} {second}"].add(person)
    return used


def test_vocabulary_is_what_three_respondents_used(coder: Coder, answers: pd.DataFrame) -> None:
    used = respondents_of_terms(answers)
    common = {kind: {t for t, who in terms.items() if len(who) >= 3} for kind, terms in used.items()}
    vocabulary, n = coder.vocabulary_, len(coder.vocabulary_.words)
    pairs = {f"{vocabulary.words[key // n]} {vocabulary.words[key % n]}" for key in vocabulary.pairs}
    assert set(vocabulary.words) == common["words"]
    assert pairs == common["pairs"]
    assert set(vocabulary.pieces) == common["pieces"]


def test_word_said_often_by_two_respondents_stays_out() -> None:
    texts, people = ["zirconium zirconium"] * 6 + ["the house"] * 3, ["a", "b"] * 3 + ["a", "b", "c"]
    vocabulary = build_vocabulary(texts, [""] * 9, people)
    assert vocabulary.words == ("house", "the")
    assert not [piece for piece in vocabulary.pieces if "zir" in piece]


def test_pair_does_not_reach_over_the_end_of_a_text() -> None:
    vocabulary = build_vocabulary(["we share", "money"] * 3, [""] * 6, ["a", "a", "b", "b", "c", "c"])
    assert len(vocabulary.pairs) == 1


def test_vocabulary_does_not_hang_on_the_order_of_texts(answers: pd.DataFrame) -> None:
    columns = ["text", "question", "group"]
    ahead, back = (build_vocabulary(*(f[c].tolist() for c in columns)) for f in (answers, answers[::-1]))
    assert ahead.words == back.words
    assert ahead.pieces == back.pieces
    assert ahead.pairs.tolist() == back.pairs.tolist()
    assert ahead.term_idf.tolist() == back.term_idf.tolist()


def test_question_is_known_by_its_words_alone() -> None:
    assert normalise_question(" What\n HELPS? ") == normalise_question("what helps?")


def test_only_common_questions_of_three_respondents_are_kept() -> None:
    people = [f"p{i}" for i in range(3)]
    questions = [f"q{i:02d}" for i in range(25) for _ in people] + ["said to one alone"] * 9
    groups = people * 25 + ["p0"] * 9
    vocabulary = build_vocabulary(["we meet"] * len(questions), questions, groups)
    assert len(vocabulary.questions) == MAX_QUESTIONS
    assert "said to one alone" not in vocabulary.questions
    assert vocabulary.question_shares.sum() == pytest.approx(1, abs=1e-3)


def test_question_never_met_gets_the_shares_of_all(analyser: Analyser) -> None:
    known, unknown = analyser.question_rows(["question 1?", "Never asked?"])
    assert sorted(known) == [0, 0, 1]
    assert unknown.tolist() == analyser.vocabulary.question_shares.tolist()


def test_blocks_have_the_length_that_the_text_asks_for(analyser: Analyser) -> None:
    text = "We share training days. It saves money."
    design = analyser.design([text], ["Question 0?"])
    n_tokens = len(TypeIndex().tokenise([text]).types)
    wanted = np.exp(LENGTH_POWER * (np.log1p(n_tokens) - LENGTH_CENTRE))
    for block in (design.terms.toarray(), design.pieces.toarray(), design.static):
        assert np.linalg.norm(block) == pytest.approx(wanted)


def test_text_without_tokens_has_no_features(analyser: Analyser) -> None:
    design = analyser.design(["", "..."], ["", ""])
    assert not design.terms.nnz
    assert not design.pieces.nnz
    assert not design.static.any()
