"""The peers that textmine is measured beside: TF-IDF and logistic regression, tuned as fairly as textmine is."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from joblib import Parallel, delayed
from protocols import text_keys
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from textmine.cleaning import repair_texts
from textmine.coding.coder import folds_by_respondent
from textmine.coding.features import normalise_question
from textmine.coding.thresholds import choose_threshold

Floats = npt.NDArray[np.float64]

#: Strengths of the regression that the inner cross-validation chooses from.
STRENGTHS = (1.0, 5.0)
INNER_FOLDS = 5
JOBS = 2


@dataclass
class Peer:
    """TF-IDF of words (one and two) and, with ``chars``, of pieces of words; logistic regression a label.

    With ``question`` the question is a feature of its own. Strength and one threshold a label are chosen
    by cross-validation by respondent inside the training texts, as textmine chooses its thresholds: equal
    texts are never on both sides.
    """

    name: str
    chars: bool = False
    question: bool = False

    def fit(
        self,
        texts: Sequence[str],
        questions: Sequence[str],
        truth: Floats,
        respondents: Sequence[str],
        *,
        seed: int = 0,
    ) -> Peer:
        """Learn from texts and their labels, (texts, labels) of 1 and 0."""
        self._learn_features(texts, questions)
        features = self._features(texts, questions)
        fold = folds_by_respondent(respondents, INNER_FOLDS, seed)
        keys = text_keys(texts)
        found = []
        for strength in STRENGTHS:
            held_out = np.zeros(truth.shape)
            for k in range(INNER_FOLDS):
                test = fold == k
                learn = ~test & ~np.isin(keys, keys[test])
                models = _fit_all(features[learn], truth[learn], strength)
                held_out[test] = _predict_all(models, features[test])
            cuts = np.array([choose_threshold(p, t) for p, t in zip(held_out.T, truth.T, strict=True)])
            found.append((sum(_f1_both(truth, held_out >= cuts)), strength, cuts))
        _, self.strength_, self.thresholds_ = max(found, key=lambda one: (one[0], -one[1]))
        self._models = _fit_all(features, truth, self.strength_)
        return self

    def predict(self, texts: Sequence[str], questions: Sequence[str]) -> Floats:
        """1 where a label applies, else 0; (texts, labels)."""
        probabilities = _predict_all(self._models, self._features(texts, questions))
        return (probabilities >= self.thresholds_).astype(float)

    def _learn_features(self, texts: Sequence[str], questions: Sequence[str]) -> None:
        self._vectorizers = [TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)]
        if self.chars:
            self._vectorizers.append(
                TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True)
            )
        for vectorizer in self._vectorizers:
            vectorizer.fit(repair_texts(texts))
        self._questions = sorted({normalise_question(q) for q in questions})

    def _features(self, texts: Sequence[str], questions: Sequence[str]) -> sp.csr_matrix:
        blocks = [vectorizer.transform(repair_texts(texts)) for vectorizer in self._vectorizers]
        if self.question:
            place = {q: i for i, q in enumerate(self._questions)}
            one_hot = np.zeros((len(texts), len(place)))
            for row, question in enumerate(map(normalise_question, questions)):
                if question in place:
                    one_hot[row, place[question]] = 1.0
            blocks.append(sp.csr_matrix(one_hot))
        return sp.hstack(blocks).tocsr()


def _fit_all(features: sp.csr_matrix, truth: Floats, strength: float) -> list[LogisticRegression | None]:
    fits = (delayed(_fit_one)(features, column, strength) for column in truth.T)
    return list(Parallel(n_jobs=JOBS, prefer="threads")(fits))


def _fit_one(features: sp.csr_matrix, truth: Floats, strength: float) -> LogisticRegression | None:
    if truth.min() == truth.max():
        return None
    model = LogisticRegression(C=strength, solver="liblinear", dual=True, max_iter=1000, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(features, truth)


def _predict_all(models: Sequence[LogisticRegression | None], features: sp.csr_matrix) -> Floats:
    columns = [
        np.zeros(features.shape[0]) if model is None else model.predict_proba(features)[:, 1] for model in models
    ]
    return np.column_stack(columns)


def _f1_both(truth: Floats, given: npt.NDArray[np.bool_]) -> tuple[float, float]:
    hits, both = (truth * given).sum(axis=0), truth.sum(axis=0) + given.sum(axis=0)
    return 2 * hits.sum() / max(both.sum(), 1), float((2 * hits / np.maximum(both, 1)).mean())
