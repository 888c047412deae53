"""Coding a corpus: blank is not coded, training texts get held-out scores, equal texts one answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.coding import batch
from textmine.coding.batch import code_corpus
from textmine.coding.coder import Coder
from textmine.corpus import Corpus


def corpus_of(texts: list[str], question: str = "Question 0?") -> Corpus:
    ids = [f"n{i}" for i in range(len(texts))]
    return Corpus(pd.DataFrame({"doc_id": ids, "text": texts, "question": question}))


@pytest.mark.parametrize("blank", ["", " ", "\r\n\t", "\u00a0", "&nbsp;", "\u200b", "\ufeff "])
def test_blank_text_gets_no_code(coder: Coder, blank: str) -> None:
    coded, counts = code_corpus(coder, corpus_of([blank, "Nothing of the kind"]))
    assert coded.decisions.loc["n0"].isna().all()
    assert coded.scores is not None
    assert coded.scores.loc["n0"].isna().all()
    assert coded.decisions.loc["n1"].tolist() == [0, 0, 0]
    assert (counts.read, counts.empty, counts.coded) == (2, 1, 1)
    assert coded.is_coded.tolist() == [False, True]


def test_probabilities_and_decisions_are_the_coders(coder: Coder) -> None:
    corpus = corpus_of(["We share joint training", "no time, no money", "n/a"])
    coded, counts = code_corpus(coder, corpus)
    assert coded.scores is not None
    assert coded.scores.to_numpy().tolist() == coder.predict_proba(corpus).tolist()
    assert coded.decisions.to_numpy().tolist() == coder.predict(corpus).tolist()
    assert dict(coded.thresholds) == dict(zip(coder.codes_, coder.thresholds_, strict=True))
    assert (counts.non_response, counts.trained_on) == (1, 0)


def test_training_text_gets_the_probability_of_models_that_had_not_seen_it(
    coder: Coder, answers: pd.DataFrame
) -> None:
    corpus = as_asked(answers)
    coded, counts = code_corpus(coder, corpus)
    rows, held_out = coder.out_of_fold(answers["text"].tolist(), answers["question"].tolist())
    assert counts.trained_on == len(rows) == len(answers)
    assert coded.scores is not None
    assert coded.scores.to_numpy().tolist() == held_out.tolist()
    assert coded.scores.to_numpy().tolist() != coder.predict_proba(corpus).tolist()


def as_asked(answers: pd.DataFrame) -> Corpus:
    return Corpus(answers[["doc_id", "text", "question"]])


def test_codes_that_apply_or_are_up_for_review_have_evidence_and_no_others(
    coder: Coder, answers: pd.DataFrame
) -> None:
    coded, _ = code_corpus(coder, as_asked(answers))
    bands = coded.bands
    wanted = {(u, c) for c in coded.codes for u in bands.index[bands[c] == "review"]}
    assert wanted > {(u, c) for c in coded.codes for u in coded.decisions.index[coded.decisions[c] == 1]}
    assert wanted == set(zip(coded.spans["unit_id"], coded.spans["code"], strict=True))


def test_floors_say_which_codes_have_evidence(coder: Coder, answers: pd.DataFrame) -> None:
    coded, _ = code_corpus(coder, as_asked(answers), floors=coder.thresholds_)
    given = {(u, c) for c in coded.codes for u in coded.decisions.index[coded.decisions[c] == 1]}
    assert given == set(zip(coded.spans["unit_id"], coded.spans["code"], strict=True))


def test_equal_texts_get_equal_codes_and_spans_of_their_own(coder: Coder) -> None:
    texts = ["It saves money", "We meet", "It saves money"]
    coded, _ = code_corpus(coder, corpus_of(texts), floors=coder.thresholds_)
    assert coded.decisions.loc["n0"].tolist() == coded.decisions.loc["n2"].tolist()
    assert coded.spans["unit_id"].tolist() == ["n0", "n2"]


def test_chunks_change_nothing_and_tell_of_progress(
    monkeypatch: pytest.MonkeyPatch, coder: Coder, answers: pd.DataFrame
) -> None:
    whole, _ = code_corpus(coder, as_asked(answers))
    monkeypatch.setattr(batch, "CHUNK", 7)
    told: list[tuple[int, int]] = []
    pieces, _ = code_corpus(coder, as_asked(answers), progress=lambda *done: told.append(done))
    pd.testing.assert_frame_equal(pieces.spans, whole.spans)
    pd.testing.assert_frame_equal(pieces.decisions, whole.decisions)
    n = len(answers[["text", "question"]].drop_duplicates())
    assert told[-1] == (n, n)
    assert len(told) == int(np.ceil(n / 7))


def test_empty_corpus_gives_an_empty_dataset(coder: Coder) -> None:
    coded, counts = code_corpus(coder, corpus_of([]))
    assert (len(coded), counts.read, counts.coded) == (0, 0, 0)
    assert coded.codes == coder.codes_
    assert len(coded.long()) == 0
