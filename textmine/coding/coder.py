"""The coder: learns from coded texts, gives every text a probability for every code."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from textmine.cleaning import repair_texts
from textmine.codebook import Codebook
from textmine.coding.calibrated import CalibratedCoder, folds_by_respondent
from textmine.coding.features import Analyser, Design, Vocabulary, build_vocabulary
from textmine.coding.quotes import number_rows
from textmine.coding.ridge import Kernel, LinearWeights, weights_from_dual
from textmine.coding.scorer import Scored, Scorer
from textmine.coding.static import DEFAULT_VECTORS, load_static_vectors
from textmine.coding.teaching import Lesson
from textmine.coding.training_texts import TrainingTexts, gather_rows
from textmine.corpus import Corpus
from textmine.locations import find_model

Floats = npt.NDArray[np.float64]


class Coder(CalibratedCoder):
    """A multi-label coder on word pairs, pieces of words and static vectors: the fast tier.

    The constructor stores, ``fit`` learns, names that end in ``_`` are learned. A score before calibration
    is a sum over the tokens of the text, its question and a constant. Probabilities are calibrated and one
    threshold a code is chosen on scores of models that had not seen the text's respondent nor its words.

    Arguments: ``penalty`` of the ridge; ``folds`` of the inner cross-validation, by respondent; ``seed``
    for drawing the folds; ``vectors``, the name or folder of the static vectors.

    >>> texts = ["We share training", "Joint training with others", "Training days together"]
    >>> texts = [*texts, "It saves money", "Saves us money", "Money saved"] * 3
    >>> y = ([[1, 0]] * 3 + [[0, 1]] * 3) * 3
    >>> coder = Coder(folds=3).fit(texts, y, codes=["training", "money"])
    >>> coder.predict(["they save money by training"]).shape
    (1, 2)
    """

    def __init__(
        self, *, penalty: float = 2.0, folds: int = 5, seed: int = 0, vectors: str = DEFAULT_VECTORS
    ) -> None:
        self.penalty = penalty
        self.folds = folds
        self.seed = seed
        self.vectors = vectors

    # --- learning -------------------------------------------------------------------------------------

    def fit(
        self,
        X: Corpus | pd.DataFrame | Sequence[str],
        y: pd.DataFrame | npt.ArrayLike,
        *,
        groups: Sequence[str] | None = None,
        codes: Sequence[str] | None = None,
        codebook: Codebook | None = None,
        quotes: pd.DataFrame | None = None,
        withhold: Collection[str] = (),
        lesson: Lesson | None = None,
        stances: pd.DataFrame | None = None,
    ) -> Coder:
        """Learn from texts and their codes; returns self.

        ``X`` is a ``Corpus``, a DataFrame with ``text`` (and ``question``, ``group``) or a list of texts;
        ``y`` is (n, codes) of 1, 0 and NaN ('not coded', left out for that code). ``groups`` names each
        text's respondent. ``codebook`` adds its definitions and examples as texts to learn from;
        ``quotes`` (``unit_id``, or the text's position ``row``; ``code``, ``quote``), such as those of
        ``read_labels``, the stretches that people marked. No quote and no sentence
        of the codebook whose normalised words are in ``withhold`` is learned from. ``lesson`` holds what a
        teacher says of these texts and of uncoded ones; calibration and thresholds still come from people's
        codes alone. ``stances`` (the same with ``stance``) says which codes are affirmed or denied;
        where there are enough of them, ``stance_`` tells it of new texts. Raises ``InputError`` where nothing
        can be learned.
        """
        corpus, truth = self._take_in(X, y, groups, codes, codebook)
        quotes, stances = number_rows(corpus, quotes), number_rows(corpus, stances, "stance")
        texts, questions, respondents = repair_texts(corpus.texts), corpus.questions, corpus.groups
        vectors = load_static_vectors(find_model(self.vectors))
        rows = gather_rows(
            texts,
            questions,
            respondents,
            truth,
            self.codes_,
            codebook=self.codebook_,
            quotes=quotes,
            withhold=set(withhold),
            lesson=lesson,
        )
        own = [i for i, owner in enumerate(rows.owner) if owner == i or (owner < 0 and rows.writer[i])]
        self.vocabulary_: Vocabulary = build_vocabulary(
            [rows.texts[i] for i in own], [rows.questions[i] for i in own], [rows.writer[i] for i in own]
        )
        design = Analyser(self.vocabulary_, vectors).design(rows.texts, rows.questions)
        gram = Kernel(design)
        held_out = self._scores_out_of_fold(gram, rows, respondents)
        self.held_out_ = held_out
        self._set_thresholds(held_out, truth)
        self.weights_: LinearWeights = self._solve_all(design, gram, rows)
        self.vectors_sha256_ = vectors.sha256
        self.memory_ = self._remember(texts, questions, held_out)
        self.__dict__.pop("_scorer", None)
        self._learn_stance(stances, texts, questions, respondents, truth)
        return self

    def _scores_out_of_fold(self, gram: Kernel, rows: TrainingTexts, respondents: list[str]) -> Floats:
        """Scores (n, codes) of each text by a model that saw neither its respondent nor its words."""
        fold = folds_by_respondent(respondents, self.folds, self.seed)
        scores = np.zeros((len(fold), len(self.codes_)))
        for k in range(self.folds):
            test, train = np.flatnonzero(fold == k), rows.allow(fold, k)
            dual, constant = gram.solve(train, rows.truth[train], rows.weight[train], self.penalty)
            scores[test] = gram.score(test, train, dual) + constant
        return scores

    def _solve_all(self, design: Design, gram: Kernel, rows: TrainingTexts) -> LinearWeights:
        everything = np.arange(len(rows.texts))
        dual, constant = gram.solve(everything, rows.truth, rows.weight, self.penalty)
        return weights_from_dual(design, dual, constant)

    # --- coding ---------------------------------------------------------------------------------------

    @property
    def scorer(self) -> Scorer:
        """The coder's tables, folded for quick look-up; made on first use."""
        check_is_fitted(self, "weights_")
        if "_scorer" not in self.__dict__:
            vectors = load_static_vectors(find_model(self.vectors))
            self._scorer = Scorer(self.vocabulary_, self.weights_, vectors)
        return self._scorer

    def score_repaired(self, texts: Sequence[str], questions: Sequence[str]) -> tuple[Floats, Scored]:
        """Scores (n, codes), sums over tokens, question and constant, and what each sentence adds.

        ``texts`` (n,) are cleaned ones, ``questions`` (n,) what each answers.
        """
        scored = self.scorer.score(texts, questions)
        return scored.scores, scored

    @property
    def known_questions(self) -> tuple[str, ...]:
        """The questions, normalised, that it has weights of its own for."""
        check_is_fitted(self, "vocabulary_")
        return self.vocabulary_.questions
