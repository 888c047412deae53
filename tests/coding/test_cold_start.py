"""The cold start ranks by the codebook alone, promises nothing, and fades into what labels teach."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from textmine.codebook import Code, Codebook
from textmine.coding.cold_start import (
    COLD_NAME,
    NOTHING_SAID,
    ColdStartCoder,
    describe_code,
    says_something,
)
from textmine.coding.evaluation import average_precision
from textmine.corpus import Corpus
from textmine.errors import CodebookError, InputError, ModelError
from textmine.jobs.labelled import ColumnNames, read_labelled
from textmine.locations import shipped_folder

TOY = Codebook(
    codes=(
        Code("waiting", name="Waiting", definition="delay before being seen; queue; hours"),
        Code("staff", name="Staff", definition="manner of nurses, doctors, reception"),
        Code("food", name="Food", definition="meals, temperature, choice"),
    )
)
TEXTS = ["we queued for three hours", "the nurse was rude", "soup was cold", "n/a", ""]


@pytest.fixture(scope="module")
def toy() -> ColdStartCoder:
    return ColdStartCoder().fit(TEXTS, codebook=TOY)


@pytest.fixture(scope="module")
def study():
    """The adjudicated school comments and their codebook."""
    folder = shipped_folder("corpora") / "school-collaboration"
    annotations = folder.parents[1] / "annotations" / "school-collaboration" / "adjudicated.jsonl"
    if not annotations.is_file():
        pytest.skip("the annotations of the school comments are not installed with the package")
    book = Codebook.load(folder / "codebook.yaml")
    names = ColumnNames("text", "comment_id", "question", "respondent_id")
    labelled = read_labelled(folder / "comments.csv", [annotations], columns=names, codes=book.ids)
    return labelled.corpus, labelled.y.to_numpy(dtype=float), book


def macro_precision(scores, truth) -> float:
    return float(np.mean([average_precision(scores[:, k], truth[:, k]) for k in range(truth.shape[1])]))


def test_right_code_comes_first(toy) -> None:
    assert [codes[0] for codes in toy.rank(TEXTS)[:3]] == ["waiting", "staff", "food"]


def test_text_that_says_nothing_gets_no_code(toy) -> None:
    assert toy.rank(["n/a", "", "  ", "-"]) == [[], [], [], []]
    assert (toy.decision_function(["n/a", ""]) == NOTHING_SAID).all()


def test_answer_that_denies_is_no_non_response_where_the_question_asks_for_faults() -> None:
    frame = pd.DataFrame({"doc_id": ["1"], "text": ["none"], "question": ["What could we do better?"]})
    assert says_something(Corpus(frame)).tolist() == [True]


@pytest.mark.parametrize("corpus", [[], ["n/a", ""], ["the nurse was rude"], TEXTS * 30])
def test_works_on_a_corpus_of_any_size(corpus) -> None:
    coder = ColdStartCoder().fit(corpus, codebook=TOY)
    assert [codes[0] for codes in coder.rank(TEXTS)[:3]] == ["waiting", "staff", "food"]
    assert np.isfinite(coder.decision_function(TEXTS)).all()


def test_codebook_of_one_code_and_of_bare_labels_can_be_ranked() -> None:
    one = ColdStartCoder().fit(TEXTS, codebook=Codebook(codes=TOY.codes[:1]))
    scores = one.decision_function(TEXTS)[:, 0]
    assert scores[0] == scores.max()
    bare = ColdStartCoder().fit(TEXTS, codebook=Codebook.from_labels(["Nurses & doctors", "Cold soup"]))
    assert bare.rank(["the nurse was rude"])[0][0] == "Nurses & doctors"


def test_texts_not_met_before_are_ranked_alone_as_among_others() -> None:
    coder = ColdStartCoder().fit(TEXTS * 30, codebook=TOY)
    new = ["Hours in the queue.", "Lovely doctors!"]
    together = coder.decision_function(new)
    alone = np.vstack([coder.decision_function([text]) for text in new])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert coder.decision_function([]).shape == (0, 3)


def test_same_texts_and_seed_give_the_same_scores() -> None:
    texts = [f"{text} {n}" for n in range(20) for text in TEXTS[:3]]
    first, second = (ColdStartCoder(seed=1).fit(texts, codebook=TOY).decision_function(texts) for _ in "ab")
    np.testing.assert_array_equal(first, second)


def test_it_never_gives_probabilities_or_decisions(toy) -> None:
    for refuse in (toy.predict, toy.predict_proba, toy.auto_accept):
        with pytest.raises(ModelError, match="uncalibrated"):
            refuse(TEXTS)


def test_coded_dataset_is_all_for_review_and_says_who_coded(toy) -> None:
    coded = toy.code(TEXTS, most=2)
    assert coded.coder == COLD_NAME == "cold-start (uncalibrated)"
    assert sum(coded.counts().values()) == 0
    long = coded.long()
    assert set(long["band"]) == {"review"} and set(long["coder"]) == {COLD_NAME}
    assert (long["applies"] == 0).all() and len(long) == 2 * 3
    assert set(coded.bands.to_numpy().ravel()) == {"review", "reject", ""}
    assert not coded.is_coded.iloc[3] and not coded.is_coded.iloc[4]


def test_suggestion_shows_the_sentence_it_rests_on(toy) -> None:
    text = "Good morning. The nurse was rude!  We queued for hours."
    found = toy.suggest([text], most=2).set_index("code")
    assert found.loc["staff", "quote"] == "The nurse was rude!"
    assert found.loc["waiting", "quote"] == "We queued for hours."
    for row in found.itertuples():
        assert text[row.start : row.end] == row.quote
    assert sorted(found["rank"]) == [1, 2]
    assert toy.suggest(["n/a", ""]).empty
    with pytest.raises(InputError, match="at least one"):
        toy.suggest([text], most=0)


def test_exclude_note_lowers_its_code() -> None:
    staff = Code("staff", definition="How staff treat people.")
    strict = Code("staff", definition="How staff treat people.", exclude=("parking attendants and car park",))
    other = Code("food", definition="Meals and drinks.")
    texts = ["The parking attendants in the car park", "How people are treated", "Meals were cold"]
    plain, limited = (
        ColdStartCoder().fit(texts, codebook=Codebook(codes=(code, other))).decision_function(texts)
        for code in (staff, strict)
    )
    assert limited[0, 0] - limited[0, 1] < plain[0, 0] - plain[0, 1]


def test_codes_can_be_chosen_and_unknown_ones_are_refused() -> None:
    coder = ColdStartCoder().fit(TEXTS, codebook=TOY, codes=["food", "staff"])
    assert sorted(coder.rank(TEXTS)[2]) == ["food", "staff"] and coder.rank(TEXTS)[2][0] == "food"
    with pytest.raises(CodebookError, match="parking"):
        ColdStartCoder().fit(TEXTS, codebook=TOY, codes=["parking"])


@pytest.mark.parametrize("y", [np.zeros((5, 2)), np.full((5, 3), 2.0)])
def test_labels_that_do_not_fit_are_refused(y) -> None:
    with pytest.raises(InputError):
        ColdStartCoder().fit(TEXTS, y, codebook=TOY)


def test_labels_follow_the_names_of_their_columns() -> None:
    texts = [f"{text} {n}" for n in range(8) for text in TEXTS[:3]]
    y = pd.DataFrame({"food": [0, 0, 1] * 8, "waiting": [1, 0, 0] * 8, "staff": [0, 1, 0] * 8})
    coder = ColdStartCoder(folds=2).fit(texts, y, codebook=TOY)
    assert coder.codes_ == ["food", "waiting", "staff"]
    assert [codes[0] for codes in coder.rank(TEXTS)[:3]] == ["waiting", "staff", "food"]
    assert coder.coder_ is not None and coder.coder_.codes_ == coder.codes_


@pytest.mark.parametrize("labels", [None, "none", "negative", "one"])
def test_too_few_labels_leave_the_ranks_as_they_were(labels) -> None:
    y = np.full((5, 3), np.nan)
    if labels == "negative":
        y[:3] = 0
    if labels == "one":
        y[0] = (1, 0, 0)
    coder = ColdStartCoder().fit(TEXTS, None if labels is None else y, codebook=TOY)
    assert coder.share_ == 0 and coder.coder_ is None
    plain = ColdStartCoder().fit(TEXTS, codebook=TOY)
    np.testing.assert_array_equal(coder.decision_function(TEXTS), plain.decision_function(TEXTS))


def test_has_the_manners_of_scikit_learn() -> None:
    coder = clone(ColdStartCoder(seed=3, folds=4))
    assert coder.get_params() == {"seed": 3, "folds": 4, "vectors": "static-minilm"}
    with pytest.raises(Exception, match="not fitted"):
        coder.decision_function(TEXTS)
    y = np.full((5, 3), np.nan)
    frame = y.copy()
    coder.fit(TEXTS, y, codebook=TOY)
    np.testing.assert_array_equal(y, frame)


def test_description_of_a_code_leaves_out_what_it_excludes() -> None:
    code = Code("a", name="Car_park", definition="Parking.", include=("fees",), exclude=("buses",))
    assert describe_code(code) == "Car park. Parking.. fees"


def test_nothing_said_in_an_error_is_a_respondents_word() -> None:
    with pytest.raises(InputError) as caught:
        ColdStartCoder().fit(["very private words"], np.zeros((1, 9)), codebook=TOY)
    assert "private" not in str(caught.value)


@pytest.mark.slow
def test_school_comments_without_a_label_reach_the_target(study) -> None:
    corpus, truth, book = study
    scores = ColdStartCoder().fit(corpus, codebook=book).decision_function(corpus)
    assert macro_precision(scores, truth) >= 0.40


@pytest.mark.slow
def test_thirty_labels_raise_the_precision_on_other_respondents(study) -> None:
    corpus, truth, book = study
    groups = np.array(corpus.groups)
    names = np.unique(groups)
    np.random.default_rng(0).shuffle(names)
    test = np.isin(groups, names[: len(names) // 3])
    cold = ColdStartCoder().fit(corpus, codebook=book).decision_function(corpus)[test]
    y = np.where(test[:, None], np.nan, truth)
    rng = np.random.default_rng(1)
    drawn = np.unique(
        np.concatenate([rng.permutation(np.flatnonzero(y[:, k] == 1))[:30] for k in range(y.shape[1])])
    )
    y[np.setdiff1d(np.arange(len(y)), drawn)] = np.nan
    faded = ColdStartCoder(folds=3).fit(corpus, y, codebook=book)
    assert 0 < faded.share_ < 1
    gain = macro_precision(faded.decision_function(corpus)[test], truth[test]) - macro_precision(
        cold, truth[test]
    )
    assert gain >= 0.05


@pytest.mark.slow
def test_estimate_helped_by_cold_scores_covers_the_truth(study) -> None:
    """PPI++ of a simple random sample: (Y - lam f) over the sample plus the mean of lam f over all."""
    corpus, truth, book = study
    scores = ColdStartCoder().fit(corpus, codebook=book).decision_function(corpus)
    said = says_something(corpus)
    k = book.ids.index("expertise_sharing")
    y, f = truth[said, k], scores[said, k]
    rng, n, covered = np.random.default_rng(0), 200, 0
    for _ in range(300):
        s = rng.choice(len(y), n, replace=False)
        lam = np.clip(np.cov(y[s], f[s])[0, 1] / f.var(), 0, None)
        rest = y[s] - lam * f[s]
        estimate = lam * f.mean() + rest.mean()
        error = 1.96 * np.sqrt((1 - n / len(y)) * rest.var(ddof=1) / n)
        covered += abs(estimate - y.mean()) <= error
    assert covered >= 0.93 * 300
