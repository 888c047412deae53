"""What every coder does with its scores: probabilities, decisions, and the memory of its training texts."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from textmine.cleaning import normalise_text, repair_texts
from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.coding.blend import calibrate_each, choose_thresholds
from textmine.coding.features import normalise_question
from textmine.coding.thresholds import Calibration
from textmine.corpus import Corpus, as_strings
from textmine.display import follow_progress
from textmine.errors import InputError
from textmine.frames import UNIT_COLUMNS, as_pandas, is_foreign

if TYPE_CHECKING:
    from textmine.coding.clauses import Unit
    from textmine.coding.evidence import Stretches
    from textmine.coding.scorer import Scored
    from textmine.coding.stance import StanceHead
    from textmine.coding.stance_features import Claims

Floats = npt.NDArray[np.float64]

#: Stands for whatever was asked, where a text comes back without its question.
ANY_QUESTION = "\0any"


@dataclass
class TrainingMemory:
    """What a coder keeps of its training units: salted hashes and out-of-fold probabilities, no words."""

    salt: str = ""
    scores: dict[str, Floats] = field(default_factory=dict)

    def key(self, text: str, question: str) -> str:
        """The salted hash under which a text asked this question is remembered."""
        return self.keys([text], [question])[0]

    def keys(self, texts: Sequence[str], questions: Sequence[str]) -> list[str]:
        """The ``key`` of each text."""
        salt, asked = self.salt.encode(), {q: f"{normalise_question(q)}\x1f" for q in set(questions)}
        units = [asked[q] + normalise_text(t) for t, q in zip(texts, questions, strict=True)]
        return [hmac.digest(salt, u.encode("utf-8", "surrogatepass"), "sha256").hex()[:24] for u in units]


class CalibratedCoder(BaseEstimator):
    """A coder whose scores are calibrated on texts that its models had not seen; see ``Coder``.

    A kind of coder says how it scores (``decision_function``, ``score_repaired``) and learns (``fit``,
    which sets ``codes_``, ``codebook_`` and, through ``_set_thresholds`` and ``_remember``, the rest).
    """

    #: Which kind of coder it is, fast or accurate.
    tier = "fast"
    #: Texts to code between two reports of progress; changes nothing else.
    texts_at_once = 8192

    folds: int
    seed: int
    codes_: list[str]
    codebook_: Codebook
    fingerprint_: str
    name_: str
    sha256_: str
    memory_: TrainingMemory
    calibrations_: list[Calibration]
    thresholds_: Floats
    n_texts_: int
    n_respondents_: int
    n_positives_: npt.NDArray[np.int64]
    stance_: StanceHead | None = None

    def score_repaired(self, texts: Sequence[str], questions: Sequence[str]) -> tuple[Floats, Scored]:
        """Scores (n, codes) of repaired texts, and what each sentence adds, to show evidence by."""
        raise NotImplementedError

    @property
    def known_questions(self) -> tuple[str, ...]:
        """The questions, normalised, that it was trained on answers to; '' for texts without one."""
        raise NotImplementedError

    def knows_question(self, question: str) -> bool:
        """Whether it was trained on answers to this question."""
        return normalise_question(question) in self.known_questions

    def decision_function(self, X: Corpus | pd.DataFrame | Sequence[str]) -> Floats:
        """Scores before calibration, (n, codes)."""
        corpus = as_corpus(X)
        return self.score_repaired(repair_texts(corpus.texts), corpus.questions)[0]

    def predict_proba(self, X: Corpus | pd.DataFrame | Sequence[str]) -> Floats:
        """Calibrated probabilities, (n, codes), to six decimals."""
        return np.round(self.calibrate(self.decision_function(X)), 6)

    def predict(self, X: Corpus | pd.DataFrame | Sequence[str]) -> npt.NDArray[np.int64]:
        """1 where a code applies, else 0; (n, codes). A blank text carries none."""
        written = np.array([bool(t.strip()) for t in repair_texts(as_corpus(X).texts)], dtype=bool)
        applies: npt.NDArray[np.bool_] = (self.predict_proba(X) >= self.thresholds_) & written[:, None]
        return applies.astype(np.int64)

    def code(
        self, corpus: Corpus | pd.DataFrame | Sequence[str], *, evidence: str = "clause"
    ) -> CodedDataset:
        """The coded dataset of a corpus: decisions, probabilities and the stretches that carry each code.

        A table (pandas, polars, Arrow) with ``text`` and ``doc_id`` or a list of texts does as well.
        ``evidence`` says what stretches are made of: 'word', 'clause' or 'sentence'. In a notebook a bar
        shows how far it is.
        """
        from textmine.coding.batch import code_corpus

        taken = as_corpus(corpus)
        progress = follow_progress("coding") if len(taken) > self.texts_at_once else None
        return code_corpus(self, taken, evidence=evidence, progress=progress)[0]

    def find_evidence(
        self,
        scored: Scored,
        applies: npt.NDArray[np.bool_],
        raw: Sequence[str],
        repaired: Sequence[str],
        questions: Sequence[str],
        *,
        unit: Unit,
        given: npt.NDArray[np.bool_] | None = None,
    ) -> Stretches:
        """The stretches of the raw texts that carry each code that ``applies``, (texts, codes).

        ``scored`` is what ``score_repaired`` gave for the repaired texts and their questions. No stretch is
        shared by codes that are ``given`` (all that apply, if not said) unless it carries both.
        """
        from textmine.coding.evidence import find_evidence

        return find_evidence(scored, applies, self.score_cuts, raw, repaired, unit=unit, given=given)

    @property
    def score_cuts(self) -> Floats:
        """The score, before calibration, from which each code applies, (codes,)."""
        return np.array(
            [c.score(t) for c, t in zip(self.calibrations_, self.thresholds_.tolist(), strict=True)]
        )

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
        check_is_fitted(self, "thresholds_")
        if not self.memory_.scores:
            return np.zeros(0, np.int64), np.zeros((0, len(self.codes_)))
        asked = self.remembered_questions(questions)
        found = [self.memory_.scores.get(key) for key in self.memory_.keys(texts, asked)]
        rows = np.array([i for i, score in enumerate(found) if score is not None], dtype=np.int64)
        scores = [score for score in found if score is not None]
        return rows, np.array(scores).reshape(len(rows), len(self.codes_))

    def remembered_questions(self, questions: Sequence[str]) -> list[str]:
        """The question under which each text would be remembered: any, where it was never met."""
        known = set(self.known_questions)
        asked = {q: q if normalise_question(q) in known else ANY_QUESTION for q in set(questions)}
        return [asked[q] for q in questions]

    def stance_features(self, claims: Claims) -> Floats | None:
        """More features of claims, (claims, d), for ``stance_``; None where it was learned without any."""
        return None

    def calibrate(self, scores: Floats) -> Floats:
        """Calibrated probabilities of scores, both (n, codes)."""
        columns = [c.probability(scores[:, k]) for k, c in enumerate(self.calibrations_)]
        return np.column_stack(columns) if len(scores) else np.zeros((0, len(self.codes_)))

    def _take_in(
        self,
        X: Corpus | pd.DataFrame | Sequence[str],
        y: pd.DataFrame | npt.ArrayLike,
        groups: Sequence[str] | None,
        codes: Sequence[str] | None,
        codebook: Codebook | None,
    ) -> tuple[Corpus, Floats]:
        """The corpus and truth (n, codes) to learn from, checked; what any kind of coder keeps of them."""
        corpus = as_corpus(X, groups)
        y = as_labels(y)
        self.codes_ = code_names(y, codes, codebook)
        self.codebook_ = codebook or Codebook.from_labels(self.codes_)
        truth = np.asarray(y, dtype=np.float64)
        self._check(corpus, truth)
        self.fingerprint_ = corpus.fingerprint
        self.n_texts_, self.n_respondents_ = len(corpus), len(set(corpus.groups))
        self.n_positives_ = np.nansum(truth, axis=0).astype(int)
        return corpus, truth

    def _check(self, corpus: Corpus, truth: Floats) -> None:
        check_labels(truth, len(corpus), len(self.codes_))
        if len(set(corpus.groups)) < self.folds:
            raise InputError(
                f"{len(set(corpus.groups))} respondents are too few for {self.folds} folds. "
                "Add coded texts or ask for fewer folds."
            )
        if not (truth == 1).any():
            raise InputError("No text has any code. Train on texts of which some carry a code.")

    def _set_thresholds(self, held_out: Floats, truth: Floats) -> None:
        self.calibrations_ = calibrate_each(held_out, truth)
        self.thresholds_ = choose_thresholds(self.calibrations_, held_out, truth, seed=self.seed)

    def _learn_stance(
        self,
        stances: pd.DataFrame | None,
        texts: list[str],
        questions: list[str],
        respondents: list[str],
        truth: Floats,
        *,
        dense: Floats | None = None,
    ) -> None:
        """Fit ``stance_`` where stances were given, last of all; see ``learn_stance``."""
        from textmine.coding.stance_learning import learn_stance

        self.stance_ = None
        if stances is not None and len(stances):
            scored = self.find_shares(texts, questions)
            self.stance_ = learn_stance(
                scored,
                texts,
                questions,
                respondents,
                truth,
                stances,
                codes=self.codes_,
                memory=self.memory_,
                dense=dense,
                seed=self.seed,
            )

    def find_shares(self, texts: Sequence[str], questions: Sequence[str]) -> Scored:
        """What each sentence of repaired texts adds to the codes, without more work than that takes."""
        return self.score_repaired(texts, questions)[1]

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


def check_labels(truth: Floats, n_texts: int, n_codes: int) -> None:
    """Raise ``InputError`` where labels are not (texts, codes) or hold anything but 1, 0 and NaN."""
    if truth.shape != (n_texts, n_codes):
        raise InputError(
            f"Labels have the shape {truth.shape}; {n_texts} texts and {n_codes} codes want "
            f"({n_texts}, {n_codes})."
        )
    if not np.isin(truth[~np.isnan(truth)], (0, 1)).all():
        raise InputError("A label must be 1, 0 or missing; other values were found.")


def as_corpus(X: Corpus | pd.DataFrame | Sequence[str], groups: Sequence[str] | None = None) -> Corpus:
    """Texts in any form as a corpus: a corpus, a list, a table (pandas, polars, Arrow) with ``text``.

    ``groups`` overrides the respondents.
    """
    if is_foreign(X):
        X = as_pandas(X)
    if isinstance(X, Corpus):
        frame = X.frame
    elif isinstance(X, pd.DataFrame):
        if "text" not in X.columns:
            raise InputError(f"No column 'text'. Columns: {', '.join(map(str, X.columns))}.")
        frame = X
    else:
        frame = pd.DataFrame({"text": list(X)}, dtype=object)
    if isinstance(X, Corpus) and groups is None:
        return X
    frame = frame.reset_index(drop=True)
    ids = frame["doc_id"] if "doc_id" in frame.columns else range(len(frame))
    frame = frame.assign(doc_id=[str(i) for i in ids])
    if groups is not None:
        frame = frame.assign(group=[str(g) for g in groups])
    return Corpus(frame.assign(text=as_strings(frame["text"])))


def as_labels(y: Any) -> Any:
    """Labels of any kind as a DataFrame or array; a table's column of unit ids is left out.

    >>> import pyarrow as pa
    >>> as_labels(pa.table({"unit_id": ["u1", "u2"], "money": [1, None]})).to_numpy().tolist()
    [[1.0], [nan]]
    """
    if not is_foreign(y):
        return y
    frame = as_pandas(y)
    named = [name for name in UNIT_COLUMNS if name in frame.columns]
    return frame.drop(columns=named[:1]).astype(float)


def folds_by_respondent(groups: Sequence[str], folds: int, seed: int) -> npt.NDArray[np.int64]:
    """A fold for each text, 0 to ``folds`` - 1; a respondent's texts share one. Set by ``seed`` alone."""
    names = sorted(set(groups))
    drawn = np.random.default_rng(seed).permutation(len(names)) % folds
    fold_of = dict(zip(names, drawn, strict=True))
    return np.array([fold_of[g] for g in groups], dtype=np.int64)


def code_names(
    y: pd.DataFrame | npt.ArrayLike, codes: Sequence[str] | None, codebook: Codebook | None
) -> list[str]:
    """The names of the codes: those given, else the columns of ``y``, else the codebook's, else numbers."""
    if codes is not None:
        return list(codes)
    if isinstance(y, pd.DataFrame):
        return [str(c) for c in y.columns]
    if codebook is not None:
        return list(codebook.ids)
    return [f"code_{k}" for k in range(np.asarray(y).shape[1])]
