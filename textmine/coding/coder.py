"""The coder: learns from coded texts, gives every text a probability for every code."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from textmine.cleaning import normalise_text, repair_texts
from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.coding.features import Analyser, Design, Vocabulary, build_vocabulary, normalise_question
from textmine.coding.ridge import Kernel, LinearWeights, weights_from_dual
from textmine.coding.scorer import Scorer
from textmine.coding.static import DEFAULT_VECTORS, load_static_vectors
from textmine.coding.thresholds import Calibration, choose_stable_threshold, fit_calibration
from textmine.corpus import Corpus, as_strings
from textmine.errors import InputError
from textmine.locations import find_model

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]

#: A quote is a training text of its own unless it is more than this share of its comment.
LONGEST_QUOTE_SHARE = 0.85
#: Stands for whatever was asked, where a text comes back without its question.
ANY_QUESTION = "\0any"
#: What a quote, or a comment without its quotes, counts for beside a whole comment.
QUOTE_WEIGHT = 0.3


@dataclass(frozen=True)
class TrainingTexts:
    """Rows to learn from: whole comments first, then quotes, remainders and codebook sentences.

    ``owner`` is the comment that a row was cut from (its own position for a comment), -1 for the codebook.
    """

    texts: list[str]
    questions: list[str]
    truth: Floats
    weight: Floats
    owner: npt.NDArray[np.int64]


@dataclass
class TrainingMemory:
    """What a coder keeps of its training units: salted hashes and out-of-fold probabilities, no words."""

    salt: str = ""
    scores: dict[str, Floats] = field(default_factory=dict)

    def key(self, text: str, question: str) -> str:
        """The salted hash under which a text asked this question is remembered."""
        unit = f"{normalise_question(question)}\x1f{normalise_text(text)}"
        return hmac.digest(self.salt.encode(), unit.encode("utf-8", "surrogatepass"), "sha256").hex()[:24]


class Coder(BaseEstimator):
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
    ) -> Coder:
        """Learn from texts and their codes; returns self.

        ``X`` is a ``Corpus``, a DataFrame with ``text`` (and ``question``, ``group``) or a list of texts;
        ``y`` is (n, codes) of 1, 0 and NaN ('not coded', left out for that code). ``groups`` names each
        text's respondent. ``codebook`` adds its definitions and examples as texts to learn from;
        ``quotes`` (``row``, ``code``, ``quote``) the stretches that people marked. No quote and no sentence
        of the codebook whose normalised words are in ``withhold`` is learned from. Raises ``InputError``
        where nothing can be learned.
        """
        corpus = as_corpus(X, groups)
        self.codes_ = _code_names(y, codes, codebook)
        self.codebook_ = codebook or Codebook.from_labels(self.codes_)
        truth = np.asarray(y, dtype=np.float64)
        self._check(corpus, truth)
        texts, questions, respondents = repair_texts(corpus.texts), corpus.questions, corpus.groups
        vectors = load_static_vectors(find_model(self.vectors))
        self.vocabulary_: Vocabulary = build_vocabulary(texts, questions, respondents)
        rows = self._training_texts(texts, questions, truth, quotes, set(withhold))
        design = Analyser(self.vocabulary_, vectors).design(rows.texts, rows.questions)
        gram = Kernel(design)
        held_out = self._scores_out_of_fold(gram, rows, texts, respondents)
        self._set_thresholds(held_out, truth)
        self.weights_: LinearWeights = self._solve_all(design, gram, rows)
        self.vectors_sha256_ = vectors.sha256
        self.fingerprint_ = corpus.fingerprint
        self.memory_ = self._remember(texts, questions, held_out)
        self.n_texts_, self.n_respondents_ = len(corpus), len(set(respondents))
        self.n_positives_ = np.nansum(truth, axis=0).astype(int)
        self.__dict__.pop("_scorer", None)
        return self

    def _check(self, corpus: Corpus, truth: Floats) -> None:
        if truth.shape != (len(corpus), len(self.codes_)):
            raise InputError(
                f"Labels have the shape {truth.shape}; {len(corpus)} texts and {len(self.codes_)} codes want "
                f"({len(corpus)}, {len(self.codes_)})."
            )
        if not np.isin(truth[~np.isnan(truth)], (0, 1)).all():
            raise InputError("A label must be 1, 0 or missing; other values were found.")
        if len(set(corpus.groups)) < self.folds:
            raise InputError(
                f"{len(set(corpus.groups))} respondents are too few for {self.folds} folds. "
                "Add coded texts or ask for fewer folds."
            )
        if not (truth == 1).any():
            raise InputError("No text has any code. Train on texts of which some carry a code.")

    def _training_texts(
        self,
        texts: list[str],
        questions: list[str],
        truth: Floats,
        quotes: pd.DataFrame | None,
        withhold: set[str],
    ) -> TrainingTexts:
        """The comments and, weighing less, the texts cut from them and the codebook's sentences."""
        extra: list[tuple[str, str, Floats, float, int]] = []
        if quotes is not None and len(quotes):
            extra += _quoted_texts(texts, questions, truth, quotes, self.codes_)
        for sentence, code in _codebook_sentences(self.codebook_):
            extra.append((sentence, "", (np.array(self.codes_) == code).astype(float), 1.0, -1))
        extra = [row for row in extra if normalise_text(row[0]) not in withhold]
        n = len(texts)
        return TrainingTexts(
            texts + [e[0] for e in extra],
            questions + [e[1] for e in extra],
            np.vstack([truth, *[e[2][None, :] for e in extra]]),
            np.concatenate([np.ones(n), [e[3] for e in extra]]),
            np.concatenate([np.arange(n), [e[4] for e in extra]]).astype(np.int64),
        )

    def _scores_out_of_fold(
        self, gram: Kernel, rows: TrainingTexts, texts: list[str], respondents: list[str]
    ) -> Floats:
        """Scores (n, codes) of each text by a model that saw neither its respondent nor its words.

        Its words are kept out in every form: as another's comment, as a quote, as a codebook's sentence.
        """
        fold = folds_by_respondent(respondents, self.folds, self.seed)
        keys = np.array([normalise_text(t) for t in rows.texts], dtype=object)
        scores = np.zeros((len(texts), len(self.codes_)))
        for k in range(self.folds):
            test = np.flatnonzero(fold == k)
            seen = set(keys[test])
            unseen = np.array([key not in seen for key in keys])
            allowed = (fold != k) & unseen[: len(texts)]
            train = np.flatnonzero(unseen & ((rows.owner < 0) | allowed[rows.owner]))
            dual, constant = gram.solve(train, rows.truth[train], rows.weight[train], self.penalty)
            scores[test] = gram.score(test, train, dual) + constant
        return scores

    def _set_thresholds(self, held_out: Floats, truth: Floats) -> None:
        self.calibrations_: list[Calibration] = []
        self.thresholds_ = np.ones(len(self.codes_))
        for k in range(len(self.codes_)):
            known = ~np.isnan(truth[:, k])
            calibration = fit_calibration(held_out[known, k], truth[known, k])
            self.calibrations_.append(calibration)
            self.thresholds_[k] = choose_stable_threshold(
                calibration.probability(held_out[known, k]), truth[known, k], seed=self.seed
            )

    def _solve_all(self, design: Design, gram: Kernel, rows: TrainingTexts) -> LinearWeights:
        everything = np.arange(len(rows.texts))
        dual, constant = gram.solve(everything, rows.truth, rows.weight, self.penalty)
        return weights_from_dual(design, dual, constant)

    def _remember(self, texts: list[str], questions: list[str], held_out: Floats) -> TrainingMemory:
        salt = hashlib.sha256(f"{self.seed}:{self.fingerprint_}".encode()).hexdigest()[:32]
        memory = TrainingMemory(salt)
        probabilities = np.round(self.calibrate(held_out), 6)
        found: dict[str, list[Floats]] = {}
        for text, question, row in zip(texts, questions, probabilities, strict=True):
            for asked in (question, ANY_QUESTION):
                found.setdefault(memory.key(text, asked), []).append(row)
        memory.scores = {key: np.round(np.vstack(found[key]).mean(axis=0), 6) for key in sorted(found)}
        return memory

    # --- coding ---------------------------------------------------------------------------------------

    @property
    def scorer(self) -> Scorer:
        """The coder's tables, folded for quick look-up; made on first use."""
        check_is_fitted(self, "weights_")
        if "_scorer" not in self.__dict__:
            vectors = load_static_vectors(find_model(self.vectors))
            self._scorer = Scorer(self.vocabulary_, self.weights_, vectors)
        return self._scorer

    def decision_function(self, X: Corpus | pd.DataFrame | Sequence[str]) -> Floats:
        """Scores before calibration, (n, codes): sums over tokens, question and constant."""
        corpus = as_corpus(X)
        return self.scorer.score(repair_texts(corpus.texts), corpus.questions).scores

    def predict_proba(self, X: Corpus | pd.DataFrame | Sequence[str]) -> Floats:
        """Calibrated probabilities, (n, codes), to six decimals."""
        return np.round(self.calibrate(self.decision_function(X)), 6)

    def predict(self, X: Corpus | pd.DataFrame | Sequence[str]) -> npt.NDArray[np.int64]:
        """1 where a code applies, else 0; (n, codes). A blank text carries none."""
        written = np.array([bool(t.strip()) for t in repair_texts(as_corpus(X).texts)], dtype=bool)
        applies: npt.NDArray[np.bool_] = (self.predict_proba(X) >= self.thresholds_) & written[:, None]
        return applies.astype(np.int64)

    def code(self, corpus: Corpus) -> CodedDataset:
        """The coded dataset of a corpus: decisions, probabilities and the sentence that carries each code."""
        from textmine.coding.batch import code_corpus

        return code_corpus(self, corpus)[0]

    def score(self, X: Corpus | pd.DataFrame | Sequence[str], y: npt.ArrayLike) -> float:
        """Micro-F1 over the labels that are known, for scikit-learn's model selection."""
        truth, given = np.asarray(y, dtype=np.float64), self.predict(X)
        known = ~np.isnan(truth)
        hits = float(((given == 1) & (truth == 1)).sum())
        return 2 * hits / max(float(given[known].sum() + truth[known].sum()), 1.0)

    def out_of_fold(
        self, texts: Sequence[str], questions: Sequence[str]
    ) -> tuple[npt.NDArray[np.int64], Floats]:
        """Which (repaired) texts the coder was trained on, and their held-out probabilities.

        A text that comes with a question never met, or none, is known by its words alone.
        """
        check_is_fitted(self, "weights_")
        asked = [
            q if normalise_question(q) in self.vocabulary_.questions else ANY_QUESTION for q in questions
        ]
        found = [self.memory_.scores.get(self.memory_.key(t, q)) for t, q in zip(texts, asked, strict=True)]
        rows = np.array([i for i, score in enumerate(found) if score is not None], dtype=np.int64)
        scores = [score for score in found if score is not None]
        return rows, np.array(scores).reshape(len(rows), len(self.codes_))

    def calibrate(self, scores: Floats) -> Floats:
        """Calibrated probabilities of scores, both (n, codes)."""
        columns = [c.probability(scores[:, k]) for k, c in enumerate(self.calibrations_)]
        return np.column_stack(columns) if len(scores) else np.zeros((0, len(self.codes_)))


def as_corpus(X: Corpus | pd.DataFrame | Sequence[str], groups: Sequence[str] | None = None) -> Corpus:
    """Texts in any accepted form as a corpus; ``groups`` overrides the respondents."""
    if isinstance(X, Corpus):
        frame = X.frame
    elif isinstance(X, pd.DataFrame):
        if "text" not in X.columns:
            raise InputError(f"No column 'text'. Columns: {', '.join(map(str, X.columns))}.")
        frame = X
    else:
        frame = pd.DataFrame({"text": list(X)})
    if isinstance(X, Corpus) and groups is None:
        return X
    frame = frame.reset_index(drop=True)
    ids = frame["doc_id"] if "doc_id" in frame.columns else range(len(frame))
    frame = frame.assign(doc_id=[str(i) for i in ids])
    if groups is not None:
        frame = frame.assign(group=[str(g) for g in groups])
    return Corpus(frame.assign(text=as_strings(frame["text"])))


def folds_by_respondent(groups: Sequence[str], folds: int, seed: int) -> npt.NDArray[np.int64]:
    """A fold for each text, 0 to ``folds`` - 1; a respondent's texts share one. Set by ``seed`` alone."""
    names = sorted(set(groups))
    drawn = np.random.default_rng(seed).permutation(len(names)) % folds
    fold_of = dict(zip(names, drawn, strict=True))
    return np.array([fold_of[g] for g in groups], dtype=np.int64)


def _code_names(
    y: pd.DataFrame | npt.ArrayLike, codes: Sequence[str] | None, codebook: Codebook | None
) -> list[str]:
    if codes is not None:
        return list(codes)
    if isinstance(y, pd.DataFrame):
        return [str(c) for c in y.columns]
    if codebook is not None:
        return list(codebook.ids)
    return [f"code_{k}" for k in range(np.asarray(y).shape[1])]


def _codebook_sentences(codebook: Codebook) -> list[tuple[str, str]]:
    return [
        (sentence, code.id)
        for code in codebook.codes
        for sentence in (code.definition, *code.include, *code.examples)
        if sentence
    ]


def _quoted_texts(
    texts: list[str], questions: list[str], truth: Floats, quotes: pd.DataFrame, codes: list[str]
) -> list[tuple[str, str, Floats, float, int]]:
    """Each quote with the codes it carries, and each comment without its quotes, which carries none."""
    place = {code: k for k, code in enumerate(codes)}
    marked: dict[int, list[tuple[int, int, int]]] = {}
    for row, code, quote in zip(quotes["row"], quotes["code"], quotes["quote"], strict=True):
        start = texts[row].find(quote) if quote else -1
        if start >= 0 and code in place and truth[row, place[code]] == 1:
            marked.setdefault(int(row), []).append((start, start + len(quote), place[code]))
    cut: list[tuple[str, str, Floats, float, int]] = []
    for row in sorted(marked):
        text, unknown = texts[row], np.isnan(truth[row])
        for start, end in sorted({(s, e) for s, e, _ in marked[row]}):
            if end - start > LONGEST_QUOTE_SHARE * len(text):
                continue
            carried = np.where(unknown, np.nan, 0.0)
            for s, e, k in marked[row]:
                if min(end, e) - max(start, s) >= (end - start) / 2:
                    carried[k] = 1.0
            cut.append((text[start:end], questions[row], carried, QUOTE_WEIGHT, row))
        rest = list(text)
        for s, e, _ in marked[row]:
            rest[s:e] = " " * (e - s)
        remainder = " ".join("".join(rest).split())
        if len(remainder.split()) >= 4:
            cut.append((remainder, questions[row], np.where(unknown, np.nan, 0.0), QUOTE_WEIGHT, row))
    return cut
