"""spaCy's text classifiers as peers: bags of words, and a small convolutional network, on the same splits."""

from __future__ import annotations

import random
import warnings
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator

from textmine.cleaning import repair_texts
from textmine.corpus import Corpus

Floats = npt.NDArray[np.float64]

#: spaCy's defaults for ``textcat_multilabel``; the network is that of its quickstart for accuracy on a CPU.
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "bow": {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": False,
        "ngram_size": 1,
        "no_output_layer": False,
        "length": 262_144,
    },
    "cnn": {
        "@architectures": "spacy.TextCatReduce.v1",
        "exclusive_classes": False,
        "use_reduce_first": False,
        "use_reduce_last": False,
        "use_reduce_max": False,
        "use_reduce_mean": True,
        "tok2vec": {
            "@architectures": "spacy.HashEmbedCNN.v2",
            "pretrained_vectors": None,
            "width": 96,
            "depth": 4,
            "embed_size": 2000,
            "window_size": 1,
            "maxout_pieces": 3,
            "subword_features": True,
        },
    },
}
BATCH, DROPOUT = 64, 0.2


class SpacyTextcat(BaseEstimator):
    """A blank English pipeline with ``textcat_multilabel``, the question before the text, cut at 0.5."""

    def __init__(self, kind: str = "bow", *, epochs: int = 20, seed: int = 0) -> None:
        self.kind = kind
        self.epochs = epochs
        self.seed = seed

    def fit(self, X: Corpus, y: pd.DataFrame, **not_used: Any) -> Self:
        """Learn from texts and labels, (texts, labels) of 1 and 0."""
        import spacy
        from spacy.training import Example
        from spacy.util import fix_random_seed

        fix_random_seed(self.seed)
        self._nlp = spacy.blank("en")
        self._labels = [str(name) for name in y.columns]
        self._nlp.add_pipe("textcat_multilabel", config={"model": ARCHITECTURES[self.kind]})
        rows = zip(self._inputs(X), y.to_numpy(dtype=float), strict=True)
        examples = [
            Example.from_dict(
                self._nlp.make_doc(text), {"cats": dict(zip(self._labels, row.tolist(), strict=True))}
            )
            for text, row in rows
        ]
        shuffled = random.Random(self.seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            optimizer = self._nlp.initialize(lambda: examples)
            for _ in range(self.epochs):
                shuffled.shuffle(examples)
                for first in range(0, len(examples), BATCH):
                    self._nlp.update(examples[first : first + BATCH], sgd=optimizer, drop=DROPOUT)
        self.thresholds_ = np.full(y.shape[1], 0.5)
        return self

    def predict_proba(self, X: Corpus) -> Floats:
        """Probabilities, (texts, labels)."""
        docs = self._nlp.pipe(self._inputs(X), batch_size=256)
        return np.array([[doc.cats[name] for name in self._labels] for doc in docs])

    def predict(self, X: Corpus) -> Floats:
        """1 where a label applies, else 0; (texts, labels)."""
        return (self.predict_proba(X) >= self.thresholds_).astype(float)

    def _inputs(self, corpus: Corpus) -> list[str]:
        pairs = zip(corpus.questions, repair_texts(corpus.texts), strict=True)
        return [f"{question} {text}".strip() for question, text in pairs]
