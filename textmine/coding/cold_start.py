"""The cold start: texts ranked by the codebook alone, fading into a trained coder as labels arrive."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from textmine.cleaning import is_non_response, normalise_text, repair_texts
from textmine.codebook import Code, Codebook
from textmine.coded import SPAN_COLUMNS, CodedDataset
from textmine.coding.calibrated import as_corpus, check_labels
from textmine.coding.coder import Coder
from textmine.coding.fading import Fade, fit_fade
from textmine.coding.likeness import Likeness
from textmine.coding.quotes import number_rows
from textmine.coding.scorer import Scorer
from textmine.coding.spreading import spread_scores
from textmine.coding.static import DEFAULT_VECTORS, load_static_vectors
from textmine.coding.tokens import sentence_spans
from textmine.corpus import Corpus
from textmine.errors import InputError, ModelError
from textmine.locations import find_model

log = logging.getLogger(__name__)

#: Who coded, in every dataset that a cold start makes.
COLD_NAME = "cold-start (uncalibrated)"
#: The score of a text that says nothing, for every code: below any other.
NOTHING_SAID = -100.0
#: What the scores spread over the corpus count for beside the likeness to the codebook itself.
SPREAD_SHARE = 1.5
#: At most so many texts of the corpus are learned from, drawn by the seed.
MOST_TEXTS = 4000
#: Codes a text that are suggested, where nothing else is asked for.
SUGGESTED = 3

Floats = npt.NDArray[np.float64]
Texts = Corpus | pd.DataFrame | Sequence[str]


class ColdStartCoder(BaseEstimator):
    """Ranks the codes of a codebook for texts that nobody has coded yet.

    Use it to choose what to read first, before there are labels; a person decides. It gives ranks, never
    probabilities: ``predict`` and ``predict_proba`` refuse, and nothing it says is accepted unread. With
    labels (``y``) its scores fade into those of a ``Coder`` trained on them: ``share_`` says how far, from 0
    (the codebook alone) to 1 (the labels alone), and ``coder_`` is that coder, None for too few labels.

    Arguments: ``folds`` of the trained coder's inner cross-validation; ``seed`` for drawing; ``vectors``,
    the name or folder of the static vectors.

    >>> delay = Code("waiting", definition="Delay before being seen; queue; hours.")
    >>> staff = Code("staff", definition="Manner of nurses, doctors, reception.")
    >>> texts = ["We queued for three hours", "The nurse was rude", "n/a"]
    >>> coder = ColdStartCoder().fit(texts, codebook=Codebook(codes=(delay, staff)))
    >>> coder.rank(texts)
    [['waiting', 'staff'], ['staff', 'waiting'], []]
    """

    #: Which kind of coder it is; one of this kind is never certified.
    tier = "cold-start"

    def __init__(self, *, folds: int = 5, seed: int = 0, vectors: str = DEFAULT_VECTORS) -> None:
        self.folds = folds
        self.seed = seed
        self.vectors = vectors

    # --- learning -------------------------------------------------------------------------------------

    def fit(
        self,
        X: Texts,
        y: pd.DataFrame | npt.ArrayLike | None = None,
        *,
        codebook: Codebook,
        codes: Sequence[str] | None = None,
        groups: Sequence[str] | None = None,
        quotes: pd.DataFrame | None = None,
        withhold: Collection[str] = (),
    ) -> ColdStartCoder:
        """Learn from a codebook and the texts to be coded; returns self.

        ``X`` is a ``Corpus``, a DataFrame with ``text`` (and ``question``, ``group``) or a list of texts, the
        more the better. ``codes`` names those to rank, all of the codebook where it is not given. ``y`` is
        (n, codes) of 1, 0 and NaN, in that order of codes (a DataFrame names them): a text without any label
        has NaN throughout. ``groups`` names the respondents; ``quotes`` and ``withhold`` are as in
        ``Coder.fit``. Raises ``InputError`` for labels or codes that do not fit, ``CodebookError`` for an
        unknown code.
        """
        corpus = as_corpus(X, groups)
        truth = self._take_labels(corpus, y, codebook, codes)
        self.codebook_ = codebook
        self.fingerprint_ = corpus.fingerprint
        said = self._choose_texts(corpus)
        texts, questions = repair_texts(said.texts), said.questions
        vectors = load_static_vectors(find_model(self.vectors))
        wanted = [describe_code(codebook.code(code)) for code in self.codes_]
        unwanted = [". ".join(codebook.code(code).exclude) for code in self.codes_]
        self._likeness = Likeness(vectors, texts, wanted, unwanted)
        alike = self._likeness.score(texts)
        self._spread: Scorer | None = spread_scores(alike, texts, questions, said.groups, vectors)
        self._set_scale(alike, texts, questions)
        self.coder_: Coder | None = None
        self.fade_ = Fade(1.0, 0.0, np.zeros(len(self.codes_)))
        if truth is not None:
            self._learn_labels(corpus, truth, number_rows(corpus, quotes), withhold)
        return self

    def _take_labels(
        self,
        corpus: Corpus,
        y: pd.DataFrame | npt.ArrayLike | None,
        codebook: Codebook,
        codes: Sequence[str] | None,
    ) -> Floats | None:
        """The labels, checked, with the codes they are of; None where there are none."""
        if codes is None:
            codes = [str(c) for c in y.columns] if isinstance(y, pd.DataFrame) else codebook.ids
        if isinstance(y, pd.DataFrame) and [str(c) for c in y.columns] != list(codes):
            y = y.rename(columns=str).reindex(columns=list(codes))
        self.codes_ = [codebook.code(code).id for code in codes]
        if not self.codes_:
            raise InputError("The codebook has no codes. Give one that lists at least one.")
        if y is None:
            return None
        truth = np.asarray(y, dtype=np.float64)
        check_labels(truth, len(corpus), len(self.codes_))
        return truth

    def _choose_texts(self, corpus: Corpus) -> Corpus:
        """The texts to learn words from: each said but once, none that says nothing, not too many."""
        keys = pd.Series([normalise_text(text) for text in corpus.texts], dtype=object)
        kept = np.flatnonzero(says_something(corpus) & ~keys.duplicated().to_numpy())
        if len(kept) > MOST_TEXTS:
            kept = np.sort(np.random.default_rng(self.seed).permutation(kept)[:MOST_TEXTS])
        return corpus.select(kept)

    def _set_scale(self, alike: Floats, texts: Sequence[str], questions: Sequence[str]) -> None:
        """Put likeness and spread scores on one scale, by the texts learned from."""
        parts = [alike]
        self._scales: list[tuple[float | Floats, float]] = [(0.0, _spread_of(alike))]
        if self._spread is not None:
            parts.append(self._spread.score(texts, questions).scores)
            self._scales.append((parts[1].mean(axis=0), _spread_of(parts[1])))
        self._size = 1.0
        self._size = _spread_of(self._blend(parts))

    def _learn_labels(
        self, corpus: Corpus, truth: Floats, quotes: pd.DataFrame | None, withhold: Collection[str]
    ) -> None:
        """Train a coder on the texts that have labels and fit what it counts for beside the codebook."""
        rows = np.flatnonzero(~np.isnan(truth).all(axis=1))
        labelled, known = corpus.select(rows), truth[rows]
        folds = min(self.folds, len(set(labelled.groups)))
        if folds < 2 or not (known == 1).any():
            log.warning("Cold start: too few labels to train on (%d texts); ranks stay cold.", len(rows))
            return
        if quotes is not None:
            place = {int(row): i for i, row in enumerate(rows)}
            quotes = quotes[quotes["row"].isin(place)]
            quotes = quotes.assign(row=quotes["row"].map(place))
        coder = Coder(folds=folds, seed=self.seed, vectors=self.vectors)
        coder.fit(
            labelled, known, codes=self.codes_, codebook=self.codebook_, quotes=quotes, withhold=withhold
        )
        self.coder_ = coder
        cold = self._score_cold(repair_texts(labelled.texts), labelled.questions)
        self._trained_scale = (float(coder.held_out_.mean()), _spread_of(coder.held_out_))
        self.fade_ = fit_fade(cold, self._rescale(coder.held_out_), known)

    @property
    def share_(self) -> float:
        """What the labels count for beside the codebook, from 0 to 1."""
        check_is_fitted(self, "fade_")
        return self.fade_.share

    # --- ranking --------------------------------------------------------------------------------------

    def decision_function(self, X: Texts) -> Floats:
        """Scores (n, codes) to rank by, no probabilities: texts within a code, and codes within a text.

        A text that is blank or a non-response has ``NOTHING_SAID`` (-100) for every code. ``X`` are n texts,
        as for ``fit``.
        """
        check_is_fitted(self, "fade_")
        corpus = as_corpus(X)
        texts, questions = repair_texts(corpus.texts), corpus.questions
        scores = self._score_cold(texts, questions)
        if self.coder_ is not None:
            trained = self.coder_.score_repaired(texts, questions)[0]
            scores = self.fade_.scores(scores, self._rescale(trained))
        return np.where(says_something(corpus)[:, None], scores, NOTHING_SAID)

    def rank(self, X: Texts) -> list[list[str]]:
        """For each text its codes, the likeliest first; an empty list for one that says nothing.

        ``X`` are n texts, as for ``fit``.
        """
        corpus = as_corpus(X)
        order = np.argsort(-self.decision_function(corpus), axis=1, kind="stable")
        said = says_something(corpus)
        return [[self.codes_[k] for k in row] if some else [] for row, some in zip(order, said, strict=True)]

    def suggest(self, X: Texts, *, most: int = SUGGESTED) -> pd.DataFrame:
        """The ``most`` likeliest codes of each text, for a person to read: a row a text and code.

        The columns are ``unit_id, code, rank`` (1 is the likeliest), ``start, end`` (code points into the
        text as read) and ``quote`` of the sentence that looks most like the code, and ``coder``. Raises
        ``InputError`` for ``most`` below 1. ``X`` are n texts, as for ``fit``.
        """
        if most < 1:
            raise InputError(f"most={most}; ask for at least one code a text.")
        corpus = as_corpus(X)
        texts, questions, units = corpus.texts, corpus.questions, corpus.ids
        ranks = [codes[:most] for codes in self.rank(corpus)]
        wanted = [(row, code) for row, codes in enumerate(ranks) for code in codes]
        spans = self._find_sentences(texts, questions, wanted)
        found = {
            "unit_id": [units[row] for row, _ in wanted],
            "code": [code for _, code in wanted],
            "rank": [place for codes in ranks for place in range(1, len(codes) + 1)],
            "start": [start for start, _ in spans],
            "end": [end for _, end in spans],
            "quote": [texts[row][s:e] for (row, _), (s, e) in zip(wanted, spans, strict=True)],
            "coder": [COLD_NAME] * len(wanted),
        }
        whole = ("rank", "start", "end")
        return pd.DataFrame(
            {name: pd.Series(of, dtype=int if name in whole else object) for name, of in found.items()}
        )

    def code(self, X: Texts, *, most: int = SUGGESTED) -> CodedDataset:
        """The suggestions as a coded dataset by 'cold-start (uncalibrated)': all to review, nothing applies.

        The scores are 1, 1/2, 1/3 ... by rank; the ``most`` likeliest codes of a text are up for review.
        ``X`` are n texts, as for ``fit``.
        """
        corpus = as_corpus(X)
        place = {code: k for k, code in enumerate(self.codes_)}
        scores = np.full((len(corpus), len(self.codes_)), np.nan)
        for row, codes in enumerate(self.rank(corpus)):
            for number, code in enumerate(codes, 1):
                scores[row, place[code]] = 1 / number
        units = pd.Index(corpus.ids)
        found = self.suggest(corpus, most=most).assign(stance="").reindex(columns=SPAN_COLUMNS)
        return CodedDataset(
            pd.DataFrame(np.where(np.isnan(scores), np.nan, 0.0), index=units, columns=self.codes_),
            self.codebook_,
            COLD_NAME,
            scores=pd.DataFrame(scores, index=units, columns=self.codes_),
            spans=found,
            review_from=dict.fromkeys(self.codes_, 1 / most),
            texts=pd.Series(corpus.texts, index=units, dtype=object),
            attributes=corpus.facts,
        )

    # --- what it refuses ------------------------------------------------------------------------------

    def predict(self, X: Texts) -> NoReturn:
        """Refuses, with ``ModelError``: whether a code applies is not known before there are labels.

        ``X`` is not looked at.
        """
        self._refuse("decisions")

    def predict_proba(self, X: Texts) -> NoReturn:
        """Refuses, with ``ModelError``: a rank is no probability.

        ``X`` is not looked at.
        """
        self._refuse("probabilities")

    def auto_accept(self, *_: Any, **__: Any) -> NoReturn:
        """Refuses, with ``ModelError``: nothing is accepted without a certificate, and this can have none."""
        self._refuse("accepted codes")

    def _refuse(self, wanted: str) -> NoReturn:
        raise ModelError(
            f"A cold start is uncalibrated and gives ranks, no {wanted}. Use rank() or suggest(), have texts "
            "read, then train a Coder on the labels."
        )

    # --- scores ---------------------------------------------------------------------------------------

    def _score_cold(self, texts: Sequence[str], questions: Sequence[str]) -> Floats:
        parts = [self._likeness.score(texts)]
        if self._spread is not None:
            parts.append(self._spread.score(texts, questions).scores)
        return self._blend(parts)

    def _blend(self, parts: Sequence[Floats]) -> Floats:
        shares = (1.0, SPREAD_SHARE)
        scaled = [
            share * (part - mean) / spread
            for part, share, (mean, spread) in zip(parts, shares, self._scales, strict=False)
        ]
        return np.asarray(sum(scaled)) / self._size

    def _rescale(self, trained: Floats) -> Floats:
        mean, spread = self._trained_scale
        return np.asarray((trained - mean) / spread)

    def _find_sentences(
        self, texts: Sequence[str], questions: Sequence[str], wanted: Sequence[tuple[int, str]]
    ) -> list[tuple[int, int]]:
        """For each text (by place) and code the span of the sentence that scores highest for the code."""
        spans = {row: [(s.start, s.end) for s in sentence_spans(texts[row])] for row, _ in wanted}
        long = [row for row, own in spans.items() if len(own) > 1]
        parts = [(texts[row][s:e], questions[row]) for row in long for s, e in spans[row]]
        scores = self._score_cold(repair_texts([t for t, _ in parts]), [q for _, q in parts])
        ends = np.cumsum([len(spans[row]) for row in long])
        by_row = dict(zip(long, np.split(scores, ends[:-1]), strict=True)) if long else {}
        column = {code: k for k, code in enumerate(self.codes_)}
        best = {
            (row, code): int(by_row[row][:, column[code]].argmax()) for row, code in wanted if row in by_row
        }
        return [(spans[row] or [(0, len(texts[row]))])[best.get((row, code), 0)] for row, code in wanted]


def describe_code(code: Code) -> str:
    """All that the codebook says a code covers: name, definition, include notes, examples and keywords.

    >>> describe_code(Code("waiting", definition="Delay.", keywords=("queue",)))
    'waiting. Delay.. queue'
    """
    name = code.name.replace("_", " ")
    parts = (name, code.definition, *code.include, *code.examples, *code.keywords)
    return ". ".join(part for part in parts if part)


def says_something(corpus: Corpus) -> npt.NDArray[np.bool_]:
    """Whether each document says anything: it is not blank and no non-response to its question."""
    pairs = zip(repair_texts(corpus.texts), corpus.questions, strict=True)
    return np.array([bool(t.strip()) and not is_non_response(t, q) for t, q in pairs], dtype=bool)


def _spread_of(scores: Floats) -> float:
    spread = float(scores.std()) if scores.size else 0.0
    return spread if spread > 1e-9 else 1.0
