"""The learning curve: nested respondents, the same tests, figures that rise with what is learned."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from textmine.coding.evaluation import cross_validate
from textmine.coding.learning_curve import MEASURES, trace_learning_curve
from textmine.corpus import Corpus
from textmine.errors import InputError

LEARNED: list[list[str]] = []
ASKED: list[list[str]] = []


class WordCoder(BaseEstimator):
    """Knows the code of each word that it has met; of which it keeps a record."""

    def fit(self, X, y, *, quotes=None, withhold=(), fewest: int = 0):
        if len(set(X.groups)) < fewest:
            raise InputError(f"Fewer than {fewest} respondents.")
        LEARNED.append(X.groups)
        self.codes_, self.thresholds_ = [str(c) for c in y.columns], np.full(y.shape[1], 0.5)
        self.known_ = dict(zip((t.split()[0] for t in X.texts), y.to_numpy(dtype=float), strict=True))
        return self

    def predict_proba(self, X):
        ASKED.append(X.ids)
        return np.array([self.known_.get(t.split()[0], np.zeros(len(self.codes_))) for t in X.texts])


@pytest.fixture(scope="module")
def words() -> tuple[Corpus, pd.DataFrame]:
    """200 texts by 100 people; a text's first word tells its codes, and there are 60 words."""
    rng = np.random.default_rng(0)
    codes = (rng.random((60, 2)) < 0.5).astype(float)
    chosen = rng.integers(0, 60, 200)
    frame = pd.DataFrame(
        {"doc_id": [f"u{i}" for i in range(200)], "group": [f"p{i // 2}" for i in range(200)]}
    )
    frame["text"] = [f"word{w} said {i}" for i, w in enumerate(chosen)]
    return Corpus(frame), pd.DataFrame(codes[chosen], columns=["c", "d"])


@pytest.fixture(scope="module")
def curve(words: tuple[Corpus, pd.DataFrame]) -> pd.DataFrame:
    LEARNED.clear()
    ASKED.clear()
    return trace_learning_curve(WordCoder(), *words, sizes=(1.0, 0.1, 0.4), folds=4)


def test_more_respondents_bring_better_figures(curve: pd.DataFrame) -> None:
    micro = curve[curve["measure"] == "micro_f1"]
    assert micro["respondents"].tolist() == [8, 30, 75]
    assert micro["texts"].tolist() == [16, 60, 150]
    assert micro["value"].is_monotonic_increasing and micro["value"].iloc[-1] > 0.8
    assert set(curve["measure"]) == set(MEASURES)
    assert (curve["low"] <= curve["value"]).all() and (curve["value"] <= curve["high"]).all()


def test_gain_is_over_the_size_before(curve: pd.DataFrame) -> None:
    micro = curve[curve["measure"] == "micro_f1"]
    assert micro["gain"].iloc[1:].tolist() == pytest.approx(micro["value"].diff().iloc[1:].tolist(), abs=2e-4)
    assert micro[["gain", "gain_low", "gain_high"]].iloc[0].isna().all()
    assert (micro["gain_low"].iloc[1:] > 0).all()


def test_smaller_sets_of_respondents_stand_in_larger_ones_and_tests_stay(curve: pd.DataFrame) -> None:
    small, middle, whole = LEARNED[:4], LEARNED[4:8], LEARNED[8:]
    for fold in range(4):
        assert set(small[fold]) < set(middle[fold]) < set(whole[fold])
        assert ASKED[fold] == ASKED[4 + fold] == ASKED[8 + fold]


def test_last_size_is_the_cross_validation(curve: pd.DataFrame, words) -> None:
    found = cross_validate(WordCoder(), *words, folds=4).overall.set_index("measure")
    last = curve.tail(3).set_index("measure")
    for measure in MEASURES:
        assert last.loc[measure, ["value", "low", "high"]].tolist() == (
            found.loc[measure, ["value", "low", "high"]].tolist()
        )


def test_size_too_small_to_learn_from_says_so(words) -> None:
    table = trace_learning_curve(WordCoder(), *words, sizes=(4, 40), folds=2, fewest=5)
    assert table["value"].isna().tolist() == [True] * 3 + [False] * 3
    assert table["note"].tolist() == ["Fewer than 5 respondents."] * 3 + [""] * 3
    assert table["gain"].isna().all()


def test_texts_learned_from_only_are_part_of_the_sizes(words) -> None:
    only = np.arange(200) >= 100
    table = trace_learning_curve(WordCoder(), *words, sizes=(1.0,), folds=2, learn_only=only)
    assert table["respondents"].iloc[0] == 25 + 50


@pytest.mark.parametrize("size", [0, -0.5, 1.5])
def test_size_that_is_none_is_refused(words, size: float) -> None:
    with pytest.raises(InputError, match="neither a share"):
        trace_learning_curve(WordCoder(), *words, sizes=(size,))
