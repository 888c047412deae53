"""The peers beside textmine: TF-IDF and logistic regression, tuned as fairly as textmine is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from joblib import Parallel, delayed
from protocols import text_keys
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from textmine.cleaning import repair_texts
from textmine.coding.coder import folds_by_respondent
from textmine.coding.features import normalise_question
from textmine.coding.thresholds import choose_threshold
from textmine.corpus import Corpus

Floats = npt.NDArray[np.float64]

#: Strengths of the regression that the inner cross-validation chooses from.
STRENGTHS = (1.0, 5.0, 20.0)
INNER_FOLDS = 5
_JOBS = 2


class TfidfLogistic(BaseEstimator):
    """TF-IDF of words (one and two) and, with ``chars``, of pieces of words; a logistic regression a label.

    With ``question`` the question is a feature of its own. Strength and one threshold a label are chosen
    by cross-validation by respondent inside the training texts, with equal texts never on both sides, as
    textmine chooses its thresholds. Has the manners of ``textmine.Coder``, so that
    ``textmine.cross_validate`` can judge it on the same folds; quotes and a codebook are of no use to it.
    """

    def __init__(self, *, chars: bool = False, question: bool = False, seed: int = 0) -> None:
        self.chars = chars
        self.question = question
        self.seed = seed

    def fit(self, X: Corpus, y: pd.DataFrame, **not_used: Any) -> TfidfLogistic:
        """Learn from texts and their labels, (texts, labels) of 1 and 0; quotes and codebook are not used."""
        truth = y.to_numpy(dtype=float)
        self._learn_features(X)
        features = self._features(X)
        splits = _inner_splits(X, self.seed)
        tried = []
        for strength in STRENGTHS:
            held_out = np.zeros(truth.shape)
            for learn, test in splits:
                held_out[test] = _predict_all(
                    _fit_all(features[learn], truth[learn], strength), features[test]
                )
            cuts = np.array([choose_threshold(p, t) for p, t in zip(held_out.T, truth.T, strict=True)])
            tried.append((_micro_plus_macro(truth, held_out >= cuts), -strength, cuts))
        _, negative, self.thresholds_ = max(tried, key=lambda one: one[:2])
        self.strength_ = -negative
        self._models = _fit_all(features, truth, self.strength_)
        return self

    def predict_proba(self, X: Corpus) -> Floats:
        """Probabilities, (texts, labels)."""
        return _predict_all(self._models, self._features(X))

    def predict(self, X: Corpus) -> Floats:
        """1 where a label applies, else 0; (texts, labels)."""
        return (self.predict_proba(X) >= self.thresholds_).astype(float)

    def _learn_features(self, corpus: Corpus) -> None:
        texts = repair_texts(corpus.texts)
        self._vectorizers = [TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit(texts)]
        if self.chars:
            chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True)
            self._vectorizers.append(chars.fit(texts))
        self._questions = sorted({normalise_question(q) for q in corpus.questions})

    def _features(self, corpus: Corpus) -> sp.csr_matrix:
        texts = repair_texts(corpus.texts)
        blocks = [vectorizer.transform(texts) for vectorizer in self._vectorizers]
        if self.question:
            asked = np.array([normalise_question(q) for q in corpus.questions], dtype=object)
            blocks.append(sp.csr_matrix(np.column_stack([asked == q for q in self._questions]).astype(float)))
        return sp.hstack(blocks).tocsr()


def _inner_splits(corpus: Corpus, seed: int) -> list[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    fold, keys = folds_by_respondent(corpus.groups, INNER_FOLDS, seed), text_keys(corpus.texts)
    tests = [fold == k for k in range(INNER_FOLDS)]
    return [(~test & ~keys.isin(set(keys[test])).to_numpy(), test) for test in tests]


def _fit_all(features: sp.csr_matrix, truth: Floats, strength: float) -> list[LogisticRegression | None]:
    fits = (delayed(_fit_one)(features, labels, strength) for labels in truth.T)
    return list(Parallel(n_jobs=_JOBS, prefer="threads")(fits))


def _fit_one(features: sp.csr_matrix, labels: Floats, strength: float) -> LogisticRegression | None:
    if labels.min() == labels.max():
        return None
    # The dual solver gives the same figures as the others here and is some fifty times quicker.
    model = LogisticRegression(C=strength, solver="liblinear", dual=True, max_iter=1000, random_state=0)
    return model.fit(features, labels)


def _predict_all(models: Sequence[LogisticRegression | None], features: sp.csr_matrix) -> Floats:
    never = np.zeros(features.shape[0])
    return np.column_stack([never if m is None else m.predict_proba(features)[:, 1] for m in models])


def _micro_plus_macro(truth: Floats, given: npt.NDArray[np.bool_]) -> float:
    hits, both = (truth * given).sum(axis=0), truth.sum(axis=0) + given.sum(axis=0)
    return float(2 * hits.sum() / max(both.sum(), 1) + (2 * hits / np.maximum(both, 1)).mean())
