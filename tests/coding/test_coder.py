"""The coder: scikit-learn's manners, splits by respondent without a leak, missing labels left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GridSearchCV

from textmine.cleaning import normalise_text
from textmine.coding.calibrated import as_corpus, folds_by_respondent
from textmine.coding.coder import Coder
from textmine.coding.ridge import Kernel
from textmine.coding.training_texts import gather_rows
from textmine.corpus import Corpus
from textmine.errors import InputError


def test_clone_keeps_the_settings_and_nothing_learned(coder: Coder) -> None:
    copy = clone(Coder(penalty=3.0, folds=4, seed=7))
    assert copy.get_params() == {"penalty": 3.0, "folds": 4, "seed": 7, "vectors": "static-minilm"}
    assert not hasattr(clone(coder), "weights_")


@pytest.mark.parametrize("ask", ["predict", "predict_proba", "decision_function"])
def test_coder_that_learned_nothing_says_so(ask: str) -> None:
    with pytest.raises(NotFittedError):
        getattr(Coder(), ask)(["a text"])
    with pytest.raises(NotFittedError):
        Coder().code(Corpus(pd.DataFrame({"doc_id": ["1"], "text": ["a text"]})))


@pytest.mark.parametrize("form", ["list", "frame"])
def test_grid_search_chooses_a_penalty(answers: pd.DataFrame, given: pd.DataFrame, form: str) -> None:
    texts: Any = answers["text"].tolist() if form == "list" else answers
    search = GridSearchCV(Coder(folds=2), {"penalty": [0.5, 1e6]}, cv=2, error_score="raise")
    search.fit(texts, given)
    assert search.best_params_ == {"penalty": 0.5}
    assert 0.8 < search.best_score_ <= 1


def test_fitting_gives_the_coder_back_and_leaves_its_input_alone(
    answers: pd.DataFrame, given: pd.DataFrame
) -> None:
    texts, labels = answers.copy(), given.copy()
    coder = Coder(folds=2)
    assert coder.fit(answers, given) is coder
    pd.testing.assert_frame_equal(answers, texts)
    pd.testing.assert_frame_equal(given, labels)


def test_same_seed_learns_the_same(answers: pd.DataFrame, given: pd.DataFrame, coder: Coder) -> None:
    again = Coder().fit(answers, given, codebook=coder.codebook_)
    assert again.weights_.terms.tobytes() == coder.weights_.terms.tobytes()
    assert again.thresholds_.tolist() == coder.thresholds_.tolist()
    other = Coder(seed=1).fit(answers, given, codebook=coder.codebook_)
    assert other.weights_.terms.tobytes() == coder.weights_.terms.tobytes()  # only the folds are drawn
    assert other.memory_.salt != coder.memory_.salt


def test_coder_finds_what_was_said(coder: Coder) -> None:
    said = ["Joint training days with staff", "Money was saved by buying", "Nobody finds the time"]
    assert coder.predict(said).tolist() == np.eye(3, dtype=int).tolist()


def test_texts_may_come_in_any_form(answers: pd.DataFrame, coder: Coder) -> None:
    frame = answers[["doc_id", "text", "question"]]
    wanted = coder.predict_proba(Corpus(frame))
    assert coder.predict_proba(frame).tolist() == wanted.tolist()
    numbered = frame.assign(doc_id=range(len(frame)))
    assert as_corpus(numbered).ids == [str(i) for i in range(len(frame))]
    assert len(as_corpus(numbered).fingerprint) == 64
    without = frame.drop(columns="question")
    assert coder.predict_proba(without).tolist() == coder.predict_proba(frame["text"].tolist()).tolist()


def test_missing_text_is_a_blank_one() -> None:
    assert as_corpus(pd.DataFrame({"text": [np.nan, np.nan]})).texts == ["", ""]
    assert as_corpus(pd.DataFrame({"text": ["said", None]})).texts == ["said", ""]


def test_half_a_character_is_taken_as_it_is_read() -> None:
    assert as_corpus(["\ud800 said"]).texts == ["\ud800 said"]
    assert as_corpus(pd.DataFrame({"text": pd.Series(["\udfff"], dtype=object)})).texts == ["\udfff"]


def test_missing_label_is_left_out_of_its_code_alone(answers: pd.DataFrame, given: pd.DataFrame) -> None:
    full, holed = Coder().fit(answers, given), given.copy()
    holed.loc[given.index[:6], "money"] = np.nan
    found = Coder().fit(answers, holed)
    k = list(given.columns).index("money")
    assert found.weights_.terms[:, :, k].tolist() != full.weights_.terms[:, :, k].tolist()
    others = [i for i in range(3) if i != k]
    np.testing.assert_allclose(
        found.weights_.terms[:, :, others], full.weights_.terms[:, :, others], atol=1e-3
    )
    assert found.thresholds_[others].tolist() == full.thresholds_[others].tolist()
    assert found.n_positives_[k] == holed["money"].sum()


def test_code_with_a_single_example_is_not_given_to_everyone(
    answers: pd.DataFrame, given: pd.DataFrame
) -> None:
    rare = given.assign(rare=[1.0] + [0.0] * (len(given) - 1))
    assert Coder().fit(answers, rare).predict(answers)[:, 3].sum() <= 1


def test_quotes_teach_where_a_code_stands(answers: pd.DataFrame, given: pd.DataFrame) -> None:
    marked = [(i, "money", "saves money") for i, t in enumerate(answers["text"]) if "saves money" in t]
    quotes = pd.DataFrame(marked, columns=["row", "code", "quote"])
    plain, taught = Coder().fit(answers, given), Coder().fit(answers, given, quotes=quotes)
    k = list(given.columns).index("money")
    gain = taught.decision_function(["saves money"]) - plain.decision_function(["saves money"])
    assert gain[0, k] > 0
    assert gain[0, [i for i in range(3) if i != k]].max() < gain[0, k]


@pytest.mark.parametrize(
    ("labels", "folds", "wanted"),
    [
        (np.full((60, 2), 2.0), 5, "A label must be 1, 0 or missing"),
        (np.zeros((60, 2)), 5, "No text has any code"),
        (np.ones((59, 2)), 5, r"Labels have the shape \(59, 2\)"),
        (np.ones((60, 2)), 21, "20 respondents are too few for 21 folds"),
    ],
)
def test_labels_that_teach_nothing_are_refused(
    answers: pd.DataFrame, labels: np.ndarray, folds: int, wanted: str
) -> None:
    coder = Coder(folds=folds)
    with pytest.raises(InputError, match=wanted):
        coder.fit(answers, labels)
    with pytest.raises(NotFittedError):
        coder.predict(answers)


def test_table_without_text_is_refused(coder: Coder) -> None:
    with pytest.raises(InputError, match=r"No column 'text'\. Columns: said\."):
        coder.predict(pd.DataFrame({"said": ["a"]}))


# --- splits ---------------------------------------------------------------------------------------------


@for_any(st.lists(st.sampled_from("abcdefghij"), min_size=1), st.integers(2, 6), st.integers(0, 99))
def test_respondents_texts_share_a_fold(groups: list[str], folds: int, seed: int) -> None:
    fold = folds_by_respondent(groups, folds, seed)
    assert {len(set(fold[np.array(groups) == g])) for g in groups} == {1}
    assert set(fold) <= set(range(folds))
    people = [len({g for g, f in zip(groups, fold, strict=True) if f == k}) for k in range(folds)]
    assert max(people) - min(people) <= 1
    assert folds_by_respondent(groups[::-1], folds, seed)[::-1].tolist() == fold.tolist()


def test_held_out_scores_come_from_others_with_other_words(
    monkeypatch: pytest.MonkeyPatch, answers: pd.DataFrame, given: pd.DataFrame
) -> None:
    """Watches the rows that each solving learns from: never the respondent's own, never equal texts."""
    twin = answers.assign(text=answers["text"].str.upper() + " ", group="t" + answers["group"])
    both = pd.concat([answers, twin.assign(doc_id="t" + twin["doc_id"])], ignore_index=True)
    labels = pd.concat([given, given], ignore_index=True)
    quotes = pd.DataFrame({"row": [0], "code": [given.columns[0]], "quote": [both["text"][0][:9]]})
    learned: list[np.ndarray] = []
    tested: list[np.ndarray] = []
    solve, score = Kernel.solve, Kernel.score
    monkeypatch.setattr(Kernel, "solve", lambda self, rows, *a: learned.append(rows) or solve(self, rows, *a))
    monkeypatch.setattr(Kernel, "score", lambda self, rows, *a: tested.append(rows) or score(self, rows, *a))
    coder = Coder().fit(both, labels, quotes=quotes)
    owner = gather_rows(
        *(both[c].tolist() for c in ("text", "question", "group")),
        labels.to_numpy(),
        coder.codes_,
        quotes=quotes,
    ).owner
    assert len(tested) == coder.folds
    assert sorted(np.concatenate(tested)) == list(range(len(both)))
    assert len(learned) == coder.folds + 1
    assert learned[-1].tolist() == list(range(len(owner)))
    for test, train in zip(tested, learned[:-1], strict=True):
        mine = set(owner[train])
        assert not {both["group"][i] for i in test} & {both["group"][i] for i in mine}
        keys = {normalise_text(both["text"][i]) for i in test}
        assert not keys & {normalise_text(both["text"][i]) for i in mine}


def test_what_can_only_be_memorised_is_not_learned(memorisable: tuple[pd.DataFrame, np.ndarray]) -> None:
    frame, truth = memorisable
    coder = Coder().fit(frame, truth[:, None])
    rows, held_out = coder.out_of_fold(frame["text"].tolist(), [""] * len(frame))
    assert len(rows) == len(frame)
    assert average_precision_score(truth, coder.decision_function(frame)[:, 0]) > 0.99
    assert average_precision_score(truth, held_out[:, 0]) < 0.7


def test_training_texts_are_known_again_by_words_and_question(coder: Coder, answers: pd.DataFrame) -> None:
    text, question = answers.loc[0, ["text", "question"]]
    assert coder.out_of_fold([text.upper() + " "], [question])[0].tolist() == [0]
    rows, scores = coder.out_of_fold(["never said"], [question])
    assert rows.tolist() == []
    assert scores.shape == (0, 3)
    assert not any(name in str(coder.memory_) for name in answers["text"])


def test_training_texts_are_known_again_without_their_question(coder: Coder, answers: pd.DataFrame) -> None:
    text, question = answers.loc[0, ["text", "question"]]
    _, asked = coder.out_of_fold([text], [question])
    for other in ("", "Never asked?"):
        rows, scores = coder.out_of_fold([text], [other])
        assert rows.tolist() == [0]
        assert np.abs(scores - asked).max() < 1


def test_a_quote_with_the_words_of_a_test_text_is_not_learned_from(
    answers: pd.DataFrame, given: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = int(np.flatnonzero((answers["group"] != answers["group"][0]).to_numpy())[0])
    said = answers["text"][0]
    longer = answers.copy()
    longer.loc[other, "text"] = f"{said} and a good deal more was said besides by somebody else altogether"
    labels = given.copy()
    labels.iloc[other, 0] = 1
    quotes = pd.DataFrame({"row": [other], "code": [labels.columns[0]], "quote": [said]})
    learned: list[np.ndarray] = []
    tested: list[np.ndarray] = []
    solve, score = Kernel.solve, Kernel.score
    monkeypatch.setattr(Kernel, "solve", lambda self, rows, *a: learned.append(rows) or solve(self, rows, *a))
    monkeypatch.setattr(Kernel, "score", lambda self, rows, *a: tested.append(rows) or score(self, rows, *a))
    Coder().fit(longer, labels, quotes=quotes)
    quote_row = len(longer)
    assert quote_row in learned[-1]
    for test, train in zip(tested, learned[:-1], strict=True):
        assert not (0 in test and quote_row in train)


def test_withheld_words_are_learned_from_in_no_form(answers: pd.DataFrame, given: pd.DataFrame) -> None:
    quotes = pd.DataFrame({"row": [0], "code": [given.columns[0]], "quote": [answers["text"][0][:9]]})
    labels = given.copy()
    labels.iloc[0, 0] = 1
    columns = [answers[c].tolist() for c in ("text", "question", "group")]
    free, held = (
        gather_rows(*columns, labels.to_numpy(), list(labels.columns), quotes=quotes, withhold=withhold)
        for withhold in (set(), {normalise_text(quotes["quote"][0])})
    )
    assert quotes["quote"][0] in free.texts
    assert quotes["quote"][0] not in held.texts


def test_a_blank_text_is_predicted_to_carry_nothing(coder: Coder) -> None:
    assert coder.predict(["", "  "]).sum() == 0
