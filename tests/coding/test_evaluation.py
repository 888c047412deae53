"""Evaluation: figures that were worked out by hand, intervals by respondent, splits without a leak."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.metrics import average_precision_score, f1_score

from textmine.coding import evaluation as module
from textmine.coding.coder import Coder
from textmine.coding.evaluation import (
    average_precision,
    compare,
    cross_validate,
    draw_average_precisions,
    evaluate_coder,
    expected_calibration_error,
)
from textmine.corpus import Corpus
from textmine.errors import InputError

NAN = np.nan
TRUTH = np.array([[1, 0], [1, 1], [0, 0], [NAN, 1], [0, 0]])
APPLIES = np.array([[1, 1], [0, 1], [0, 0], [1, 0], [0, 0]], dtype=float)
IDS, GROUPS = list("vwxyz"), list("aabcc")


def compare_small(**changes: object) -> module.Evaluation:
    given = {"truth": TRUTH, "probabilities": APPLIES * 0.8 + 0.1, "applies": APPLIES} | changes
    return compare(*given.values(), ["c", "d"], IDS, GROUPS)  # type: ignore[arg-type]


def test_overall_figures_are_those_worked_out_by_hand() -> None:
    # c: 1 hit of 1 given and 2 real (the label that is missing counts for nothing); d: 1 of 2 and 2.
    # Texts: 2/3, 2/3, 1 (nothing given, nothing real), 0, 1.
    overall = compare_small().overall.set_index("measure")["value"]
    assert overall["micro_f1"] == pytest.approx(2 * 2 / (3 + 4), abs=1e-4)
    assert overall["macro_f1"] == pytest.approx((2 / 3 + 1 / 2) / 2, abs=1e-4)
    assert overall["samples_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1 + 0 + 1) / 5, abs=1e-4)


def test_figures_of_each_code_are_those_worked_out_by_hand() -> None:
    c, d = compare_small().per_code.to_dict("records")
    assert (c["code"], c["n"], c["n_human"], c["n_coder"]) == ("c", 4, 2, 1)
    assert (c["precision"], c["recall"], c["f1"]) == (1.0, 0.5, 0.6667)
    assert (d["n"], d["n_human"], d["n_coder"]) == (5, 2, 2)
    assert (d["precision"], d["recall"], d["f1"]) == (0.5, 0.5, 0.5)
    assert c["average_precision"] == pytest.approx((1 / 1) / 2 + (2 / 4) / 2)
    assert c["calibration_error"] == pytest.approx((0.1 + abs(1 - 0.3)) / 4)


def test_figures_agree_with_sklearn_where_nothing_is_missing() -> None:
    rng = np.random.default_rng(0)
    truth, applies = rng.integers(0, 2, (2, 80, 4)).astype(float)
    people = [f"p{i % 20}" for i in range(80)]
    found = compare(truth, applies, applies, list("abcd"), [str(i) for i in range(80)], people)
    for name, value in zip(found.overall["measure"], found.overall["value"], strict=True):
        kind = name.removesuffix("_f1")
        if kind not in ("micro", "macro", "samples"):
            continue
        assert value == pytest.approx(f1_score(truth, applies, average=kind, zero_division=1.0), abs=1e-4)


def test_predictions_hold_every_label_that_is_known() -> None:
    predictions = compare_small().predictions
    assert len(predictions) == 9
    assert not ((predictions["unit_id"] == "y") & (predictions["code"] == "c")).any()
    assert predictions[predictions["code"] == "d"]["truth"].tolist() == [0, 1, 0, 1, 0]


def test_intervals_hold_the_value() -> None:
    found = compare_small()
    assert (found.overall["low"] <= found.overall["value"]).all()
    assert (found.overall["value"] <= found.overall["high"]).all()
    for measure in ("precision", "recall", "f1", "average_precision", "calibration_error"):
        assert (found.per_code[f"{measure}_low"] <= found.per_code[measure]).all()
        assert (found.per_code[measure] <= found.per_code[f"{measure}_high"]).all()


def test_one_respondent_has_figures_and_no_interval() -> None:
    one = compare(TRUTH, APPLIES, APPLIES, ["c", "d"], IDS, ["a"] * 5)
    assert (
        one.overall["value"].tolist()
        == compare(TRUTH, APPLIES, APPLIES, ["c", "d"], IDS, GROUPS).overall["value"].tolist()
    )
    assert one.overall[["low", "high"]].isna().all(axis=None)
    assert one.per_code[["f1_low", "calibration_error_high"]].isna().all(axis=None)


def test_seed_sets_the_intervals() -> None:
    def low(seed: int) -> list[float]:
        people = [f"p{i}" for i in range(40)]
        truth, applies = np.random.default_rng(1).integers(0, 2, (2, 40, 2)).astype(float)
        found = compare(truth, applies, applies, ["c", "d"], people, people, seed=seed)
        return list(found.overall["low"])

    assert low(1) == low(1)
    assert low(1) != low(2)


def test_calibration_error_and_precision_of_nothing_are_unknown() -> None:
    assert np.isnan(expected_calibration_error(np.array([]), np.array([])))
    assert np.isnan(average_precision(np.array([0.5, 0.4]), np.zeros(2)))


def test_what_can_only_be_memorised_fails_in_cross_validation(
    memorisable: tuple[pd.DataFrame, np.ndarray],
) -> None:
    frame, truth = memorisable
    found = cross_validate(Coder(folds=3), Corpus(frame), pd.DataFrame({"odd": truth}), folds=3)
    assert len(found.predictions) == len(frame)
    assert found.per_code["average_precision"][0] < 0.7


def test_training_side_has_neither_the_writers_nor_the_words_of_the_test_side(
    monkeypatch: pytest.MonkeyPatch, answers: pd.DataFrame, given: pd.DataFrame
) -> None:
    twin = answers.assign(text=answers["text"].str.upper(), group="t" + answers["group"])
    both = pd.concat([answers, twin.assign(doc_id="t" + twin["doc_id"])], ignore_index=True)
    labels = pd.concat([given, given], ignore_index=True)
    only = np.arange(len(both)) % 7 == 0
    learned: list[Corpus] = []
    asked: list[Corpus] = []
    fit, ask = Coder.fit, Coder.predict_proba
    monkeypatch.setattr(Coder, "fit", lambda self, X, y, **k: learned.append(X) or fit(self, X, y, **k))
    monkeypatch.setattr(Coder, "predict_proba", lambda self, X: asked.append(X) or ask(self, X))
    corpus = Corpus(both.drop(columns="chosen"))
    found = cross_validate(Coder(folds=2), corpus, labels, folds=3, learn_only=only)
    assert sorted(i for test in asked for i in test.ids) == sorted(both["doc_id"][~only])
    assert set(found.predictions["unit_id"]) == set(both["doc_id"][~only])
    for train, test in zip(learned, asked, strict=True):
        assert not set(train.groups) & set(test.groups)
        assert not {t.casefold() for t in train.texts} & {t.casefold() for t in test.texts}
    assert any(set(both["doc_id"][only]) & set(train.ids) for train in learned)


def test_quotes_follow_their_rows_into_each_fold(answers: pd.DataFrame, given: pd.DataFrame) -> None:
    quotes = pd.DataFrame({"row": [0, 1, 5], "code": ["money"] * 3, "quote": ["a", "b", "c"]})
    kept = module._renumber(quotes, np.array([1, 3, 5]))
    assert kept[["row", "quote"]].to_numpy().tolist() == [[0, "b"], [2, "c"]]


def test_coder_is_judged_by_held_out_scores_on_its_own_texts(
    coder: Coder, answers: pd.DataFrame, given: pd.DataFrame
) -> None:
    corpus = Corpus(answers[["doc_id", "text", "question", "group"]])
    found = evaluate_coder(coder, corpus, given[given.columns[::-1]])
    _, held_out = coder.out_of_fold(corpus.texts, corpus.questions)
    by_code = found.predictions.pivot(index="unit_id", columns="code", values="probability")
    wanted = pd.DataFrame(held_out, index=corpus.ids, columns=coder.codes_)
    np.testing.assert_allclose(by_code.loc[corpus.ids, coder.codes_], wanted)


def test_average_precision_of_each_sample_is_sklearns_with_weights() -> None:
    rng = np.random.default_rng(2)
    for _ in range(40):
        n = int(rng.integers(3, 40))
        p, truth = np.round(rng.random(n), 1), (rng.random(n) < 0.3).astype(float)  # with many ties
        draws = np.vstack([np.ones(n), rng.integers(0, 3, (4, n))]).astype(np.float32)
        for found, weight in zip(draw_average_precisions(p, truth, draws), draws, strict=True):
            if (truth * weight).sum() == 0:
                assert np.isnan(found)
            else:
                wanted = average_precision_score(truth, p, sample_weight=weight)
                assert found == pytest.approx(wanted, abs=1e-6)


def test_coder_that_ranks_wholly_right_has_average_precision_one_and_random_ranks_the_share() -> None:
    rng = np.random.default_rng(0)
    truth = (rng.random((4000, 2)) < 0.2).astype(float)
    p = np.column_stack([truth[:, 0] * 0.5 + 0.2, rng.random(4000)])
    people = [str(i) for i in range(4000)]
    found = compare(truth, p, (p > 0.5).astype(float), ["c", "d"], people, people)
    assert found.per_code["average_precision"].tolist() == pytest.approx([1, 0.2], abs=0.03)
    assert found.overall.set_index("measure").loc["macro_average_precision", "value"] == pytest.approx(
        found.per_code["average_precision"].mean(), abs=1e-4
    )


def test_code_that_people_never_gave_has_no_recall_and_weighs_on_no_mean() -> None:
    truth = np.array([[1.0, 0, 1], [0, 0, 0], [1, 0, NAN]])
    applies = np.array([[1.0, 0, 1], [0, 0, 0], [1, 0, 0]])
    found = compare(truth, applies * 0.9, applies, list("cde"), list("uvw"), list("uvw"))
    never = found.per_code.set_index("code").loc["d"]
    assert never[["precision", "recall", "f1", "average_precision"]].isna().all()
    assert never[["n", "n_human", "n_coder"]].tolist() == [3, 0, 0]
    overall = found.overall.set_index("measure")["value"]
    assert overall["macro_f1"] == 1 and overall["macro_average_precision"] == 1


def test_code_that_the_coder_gave_and_nobody_else_costs() -> None:
    truth, applies = np.array([[1.0, 0], [1, 0]]), np.array([[1.0, 1], [1, 0]])
    found = compare(truth, applies * 0.9, applies, ["c", "d"], ["u", "v"], ["u", "v"])
    assert found.per_code["precision"].tolist() == [1, 0]
    assert found.overall.set_index("measure").loc["macro_f1", "value"] == 0.5


def test_code_that_every_text_has_is_judged() -> None:
    ones = np.ones((4, 1))
    found = compare(ones, ones * 0.8, ones, ["c"], list("uvwx"), list("uvwx")).per_code.iloc[0]
    assert found[["precision", "recall", "f1", "average_precision"]].tolist() == [1, 1, 1, 1]
    assert found["calibration_error"] == pytest.approx(0.2)
    assert found["precision_low"] < 0.6  # four texts are not enough to be sure


def test_coder_without_probabilities_is_judged_by_its_decisions() -> None:
    found = compare(TRUTH, None, APPLIES, ["c", "d"], IDS, GROUPS)
    assert found.per_code["f1"].tolist() == compare_small().per_code["f1"].tolist()
    unknown = [
        "average_precision",
        "average_precision_low",
        "calibration_error",
        "calibration_error_by_chance",
    ]
    assert found.per_code[unknown].isna().all(axis=None)
    assert found.overall["value"].isna().tolist() == [False] * 3 + [True] * 2


def test_truth_of_another_shape_is_refused() -> None:
    with pytest.raises(InputError, match=r"\(5, 2\)"):
        compare(TRUTH[:4], APPLIES, APPLIES, ["c", "d"], IDS, GROUPS)


def test_samples_of_two_evaluations_can_be_compared() -> None:
    one, same = compare_small(), compare_small()
    assert (one.drawn["micro_f1"] - same.drawn["micro_f1"] == 0).all()
    assert one.drawn["micro_f1"][0] == pytest.approx(one.overall["value"][0], abs=1e-4)
    assert len(one.drawn["micro_f1"]) == 1001


class Parrot(BaseEstimator):
    """Gives a text the codes of the same text in training, if it met it; no probabilities."""

    def fit(self, X, y, *, quotes=None, withhold=()):
        self.codes_ = [str(c) for c in y.columns]
        self.heard_ = dict(zip(X.texts, y.to_numpy(dtype=float), strict=True))
        return self

    def predict(self, X):
        return np.array([self.heard_.get(text, np.zeros(len(self.codes_))) for text in X.texts])


def test_random_rows_flatter_what_was_only_memorised(memorisable: tuple[pd.DataFrame, np.ndarray]) -> None:
    frame, truth = memorisable
    corpus, y = Corpus(frame), pd.DataFrame({"odd": truth})
    honest = cross_validate(Parrot(), corpus, y, folds=4)
    flattered = cross_validate(Parrot(), corpus, y, folds=4, by="rows")
    assert honest.overall["value"][0] == 0
    assert flattered.overall["value"][0] > 0.8
    assert flattered.predictions["unit_id"].tolist() == honest.predictions["unit_id"].tolist()


def test_rows_learned_from_only_are_never_scored_by_rows_either(
    memorisable: tuple[pd.DataFrame, np.ndarray],
) -> None:
    frame, truth = memorisable
    only = np.arange(len(frame)) < 40
    found = cross_validate(
        Parrot(), Corpus(frame), pd.DataFrame({"odd": truth}), folds=4, by="rows", learn_only=only
    )
    assert set(found.predictions["unit_id"]) == set(frame["doc_id"][~only])
    assert found.overall["value"][0] == 1  # every text's twin is learned from


def test_too_few_respondents_and_odd_ways_to_split_are_refused(answers, given) -> None:
    corpus = Corpus(answers[["doc_id", "text"]].assign(group="one"))
    with pytest.raises(InputError, match="Too few respondents"):
        cross_validate(Parrot(), corpus, given, folds=3)
    with pytest.raises(InputError, match="'pages'"):
        cross_validate(Parrot(), corpus, given, folds=3, by="pages")  # type: ignore[arg-type]


def test_any_fitted_coder_with_codes_and_thresholds_can_be_judged(answers, given) -> None:
    corpus = Corpus(answers[["doc_id", "text", "group"]])
    found = evaluate_coder(Parrot().fit(corpus, given), corpus, given)
    assert found.overall["value"][0] > 0.9 and found.predictions["probability"].isna().all()


def test_blank_text_counts_as_given_nothing(coder: Coder) -> None:
    corpus = Corpus(pd.DataFrame({"doc_id": ["1", "2"], "text": ["", "It saves money"]}))
    y = pd.DataFrame({"training": [1.0, 0.0], "money": [0.0, 1.0], "time": [0.0, 0.0]})
    found = evaluate_coder(coder, corpus, y).per_code.set_index("code")
    assert found.loc["training", ["n_human", "n_coder"]].tolist() == [1, 0]
    assert found.loc["money", "f1"] == 1
