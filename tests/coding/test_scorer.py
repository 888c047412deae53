"""The scorer: a score is a sum over tokens, the question and a constant, whatever else is in the batch."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.cleaning import repair_text
from textmine.coding import scorer as scorer_module
from textmine.coding.coder import Coder
from textmine.coding.features import Analyser
from textmine.coding.scorer import Scorer
from textmine.coding.static import load_static_vectors
from textmine.coding.tokens import token_spans
from textmine.locations import find_model

WORDS = ["we", "share", "training", "money", "saves", "time", "no", "there", "to", "Our", "STAFF’s", "qwxz"]
MARKS = [".", "!", "?", "\n", ",", "£5", "😀"]
texts = st.lists(st.sampled_from(WORDS + MARKS), max_size=30).map(" ".join) | st.text(max_size=60)
questions = st.sampled_from(["Question 0?", "question  1?", "Never asked?", ""])


def fresh_scorer(coder: Coder) -> Scorer:
    return Scorer(coder.vocabulary_, coder.weights_, load_static_vectors(find_model(coder.vectors)))


def ask(coder: Coder, pairs: list[tuple[str, str]]) -> np.ndarray:
    return coder.predict_proba(pd.DataFrame(pairs, columns=["text", "question"]))


@given(text=texts, question=questions)
def test_score_is_the_sum_of_token_shares_and_a_constant(coder: Coder, text: str, question: str) -> None:
    repaired = repair_text(text)
    shares, constant = coder.scorer.token_shares(repaired, question)
    whole = coder.decision_function(pd.DataFrame({"text": [text], "question": [question]}))[0]
    assert len(shares) == len(token_spans(repaired))
    np.testing.assert_allclose(shares.sum(axis=0) + constant, whole, rtol=0, atol=1e-5)


@given(pairs=st.lists(st.tuples(texts, questions), min_size=1, max_size=6))
def test_probabilities_do_not_hang_on_the_batch(coder: Coder, pairs: list[tuple[str, str]]) -> None:
    together = ask(coder, pairs)
    alone = np.vstack([ask(coder, [pair]) for pair in pairs])
    assert together.tolist() == alone.tolist()
    assert ask(coder, pairs[::-1])[::-1].tolist() == together.tolist()


@given(pairs=st.lists(st.tuples(texts, questions), min_size=1, max_size=4))
def test_sentences_and_constant_add_up_to_the_score(coder: Coder, pairs: list[tuple[str, str]]) -> None:
    said, asked = map(list, zip(*pairs, strict=True))
    scored = coder.scorer.score(said, asked)
    starts = np.concatenate(([0], scored.sentence_ends[:-1]))
    for i, (start, end) in enumerate(zip(starts, scored.sentence_ends, strict=True)):
        _, constant = coder.scorer.token_shares(said[i], asked[i])
        total = scored.sentences[start:end].astype(float).sum(axis=0) + constant
        np.testing.assert_allclose(total, scored.scores[i], atol=1e-5)


def test_scores_are_those_of_the_weights_on_the_features(coder: Coder, answers: pd.DataFrame) -> None:
    said, asked = answers["text"].tolist(), answers["question"].tolist()
    asked[:5] = ["Never asked?"] * 5
    design = Analyser(coder.vocabulary_, load_static_vectors(find_model(coder.vectors))).design(said, asked)
    weights = coder.weights_
    wanted = design.questions @ weights.constant
    for q in range(design.questions.shape[1]):
        own = design.terms @ weights.terms[q] + design.pieces @ weights.pieces[q]
        wanted += design.questions[:, [q]] * (own + design.static @ weights.static[q])
    np.testing.assert_allclose(coder.scorer.score(said, asked).scores, wanted, atol=1e-4)


def test_forgetting_words_between_batches_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, coder: Coder, answers: pd.DataFrame
) -> None:
    said, asked = answers["text"].tolist(), answers["question"].tolist()
    wanted = fresh_scorer(coder).score(said, asked).scores
    monkeypatch.setattr(Analyser, "MOST_TYPES", 3)
    monkeypatch.setattr(scorer_module, "BATCH", 2)
    found = fresh_scorer(coder).score(said, asked).scores
    np.testing.assert_array_equal(found, wanted)


def test_no_texts_have_no_scores(coder: Coder) -> None:
    scored = coder.scorer.score([], [])
    assert scored.scores.shape == (0, 3)
    assert len(scored.sentence_ends) == 0
