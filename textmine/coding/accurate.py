"""The accurate tier: an encoder fine-tuned for the codes, averaged with the fast coder's words and pairs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from textmine.cleaning import repair_texts
from textmine.codebook import Codebook
from textmine.coding.blend import cross_fit, fit_blend
from textmine.coding.calibrated import CalibratedCoder, folds_by_respondent
from textmine.coding.clauses import Unit
from textmine.coding.coder import Coder
from textmine.coding.encoder import BUNDLED_ENCODER, find_encoder
from textmine.coding.evidence import Stretches
from textmine.coding.evidence_by_deletion import find_evidence_by_deletion
from textmine.coding.machine import choose_machine
from textmine.coding.members import MemberStore
from textmine.coding.quotes import number_rows
from textmine.coding.scorer import Scored
from textmine.coding.training_texts import TrainingTexts, gather_rows
from textmine.coding.tuned_encoder import Progress, TunedEncoder, Tuning, tell_part, tune_encoder
from textmine.corpus import Corpus
from textmine.errors import InputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class AccurateCoder(CalibratedCoder):
    """A multi-label coder that fine-tunes a sentence encoder: slower than ``Coder``, and more accurate.

    Question and answer go in together; the words that people marked, and the codebook, are learned from too.
    For each fold of respondents a network is trained on the others; what these say of texts that they have
    not seen is averaged with what the fast coder says, calibrated, and cut at one threshold a code. New texts
    are scored by ``members`` networks of each encoder, trained on all texts. A score before calibration is a
    log-odds. Needs torch and transformers (``pip install textmine[train]``).

    Arguments: ``encoder``, the bundled one, a folder or a downloaded one, or several, each fine-tuned by
    itself (one named twice with two seeds), and all averaged as fits held-out texts best; ``epochs``, the
    most rounds over the texts (None: 5, or 3 with quotes; the first network of an encoder may stop the others
    earlier); ``rate``, the encoder's learning rate (None: 1.2e-4, in proportion less where it is wider than
    384); ``batch``, texts a step; ``most_tokens`` of a window; ``folds``; ``members`` of each encoder, whose
    scores are averaged; ``seed``; ``device`` (None: the quickest) and ``threads`` (None: torch's choice).

    >>> coder = AccurateCoder(epochs=3, folds=3)  # .fit(texts, y, codes=[...]), as for ``Coder``
    >>> coder.get_params()["encoder"]
    'all-MiniLM-L6-v2'
    """

    tier = "accurate"
    texts_at_once = 1024

    def __init__(
        self,
        *,
        encoder: str | Sequence[str] = BUNDLED_ENCODER,
        epochs: int | None = None,
        rate: float | None = None,
        batch: int = 32,
        most_tokens: int = 160,
        folds: int = 5,
        members: int = 1,
        seed: int = 0,
        device: str | None = None,
        threads: int | None = None,
    ) -> None:
        self.encoder = encoder
        self.epochs = epochs
        self.rate = rate
        self.batch = batch
        self.most_tokens = most_tokens
        self.folds = folds
        self.members = members
        self.seed = seed
        self.device = device
        self.threads = threads

    @property
    def encoders(self) -> tuple[str, ...]:
        """The encoders asked for, one or more."""
        return (self.encoder,) if isinstance(self.encoder, str) else tuple(self.encoder)

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
        stances: pd.DataFrame | None = None,
        resume_in: Path | None = None,
        progress: Progress = lambda done, total: None,
    ) -> AccurateCoder:
        """Learn from texts and their codes; returns self. Arguments as for ``Coder.fit``, and two more.

        ``groups`` names respondents, ``quotes`` and ``stances`` what people marked and how it was meant,
        ``withhold`` words that are not learned from. ``resume_in`` is a folder where members are put as they
        are done: a training that was killed, and is called again with the same texts, codes and settings,
        takes them up. ``progress`` is told how many of how many steps are done. Raises ``InputError`` where
        nothing can be learned or the device is not here, and ``ModelError`` where torch or the encoder is
        missing. ``X`` are n texts, ``y`` (n, codes) of 1, 0 and NaN; ``codebook`` adds its sentences.
        """
        corpus, truth = self._take_in(X, y, groups, codes, codebook)
        quotes, stances = number_rows(corpus, quotes), number_rows(corpus, stances, "stance")
        choose_machine(self.device, self.threads)  # what is missing is told before the work
        folders = self._find_encoders()
        texts, questions, respondents = repair_texts(corpus.texts), corpus.questions, corpus.groups
        self.fast_ = Coder(folds=self.folds, seed=self.seed)
        self.fast_.fit(corpus, truth, codes=self.codes_, codebook=codebook, quotes=quotes, withhold=withhold)
        rows = gather_rows(
            texts,
            questions,
            respondents,
            truth,
            self.codes_,
            codebook=self.codebook_,
            quotes=quotes,
            withhold=set(withhold),
        )
        fold = folds_by_respondent(respondents, self.folds, self.seed)
        held_out = self._tune_encoders(folders, rows, fold, resume_in, progress)
        self.deep_held_out_ = held_out
        voices = [self.fast_.held_out_, *held_out]
        self.blend_ = fit_blend(voices, truth)
        blended = self.blend_.scores(voices)
        self._set_thresholds(blended, truth)
        self.memory_ = self._remember(texts, questions, blended)
        self._learn_stance(stances, texts, questions, respondents, truth)
        return self

    def _find_encoders(self) -> list[str]:
        """The folders of the encoders asked for; one folder may go by two names."""
        if not self.encoders:
            raise InputError(f"No encoder is named. Name {BUNDLED_ENCODER} or another.")
        return [find_encoder(encoder) for encoder in self.encoders]

    def _tune_encoders(
        self,
        folders: list[str],
        rows: TrainingTexts,
        fold: Ints,
        resume_in: Path | None,
        progress: Progress,
    ) -> Floats:
        """Fine-tune each encoder; gives their held-out scores (encoders, n, codes)."""
        settings = self.get_params()
        tuning = Tuning(**{name: value for name, value in settings.items() if name != "encoder"})
        self.tuned_: list[TunedEncoder] = []
        found = []
        for k, encoder in enumerate(self.encoders):
            again = folders[:k].count(folders[k])
            key = self._training_key(encoder, again, rows, fold)
            store = MemberStore(resume_in, key, first=k * tuning.networks)
            told = tell_part(progress, k, len(self.encoders))
            tuned, held_out = tune_encoder(folders[k], rows, fold, tuning, store, told, again=again)
            self.tuned_.append(tuned)
            found.append(held_out)
        return np.array(found)

    def _training_key(self, encoder: str, again: int, rows: TrainingTexts, fold: Ints) -> str:
        """A hash of all that a member is made from, so that only the same training takes it up.

        ``again`` counts how often the encoder was named before.
        """
        settings = {k: v for k, v in self.get_params().items() if k not in ("device", "threads")}
        settings |= {"encoder": encoder} | ({"again": again} if again else {})
        said = [settings, rows.texts, rows.questions, rows.writer, sorted(rows.marks.items())]
        digest = hashlib.sha256(json.dumps(said).encode())
        for values in (rows.truth, rows.weight, fold):
            digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()

    # --- coding ---------------------------------------------------------------------------------------

    def score_repaired(self, texts: Sequence[str], questions: Sequence[str]) -> tuple[Floats, Scored]:
        """Blended scores (n, codes), log-odds; and what each sentence adds to those of the fast coder.

        ``texts`` (n,) are cleaned ones, ``questions`` (n,) what each answers.
        """
        check_is_fitted(self, "tuned_")
        fast, scored = self.fast_.score_repaired(texts, questions)
        found = [one.score(texts, questions, self.most_tokens) for one in self.tuned_]
        blended = self.blend_.scores([fast, *found])
        return blended, replace(scored, scores=blended)

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
        """The stretches of the raw texts without which each code that ``applies`` would not be given.

        ``scored`` is what the texts were scored with, ``applies`` (n, codes) the codes to be shown,
        ``repaired`` the texts as scored; ``unit`` says what a stretch is made of. ``questions`` (n,) is what
        each text answers.
        """
        return find_evidence_by_deletion(
            lambda texts, asked: self.score_repaired(texts, asked)[0],
            scored,
            applies,
            self.score_cuts,
            raw,
            repaired,
            questions,
            unit=unit,
            given=given,
        )

    def find_shares(self, texts: Sequence[str], questions: Sequence[str]) -> Scored:
        """What each sentence adds to the fast coder's scores.

        ``texts`` (n,) are cleaned ones, ``questions`` (n,) what each answers.
        """
        return self.fast_.find_shares(texts, questions)

    @property
    def known_questions(self) -> tuple[str, ...]:
        """The questions, normalised, that it was trained on answers to."""
        check_is_fitted(self, "tuned_")
        return self.fast_.known_questions

    def judge_held_out(
        self, respondents: Sequence[str], y: pd.DataFrame | npt.ArrayLike
    ) -> tuple[Floats, Floats]:
        """Probabilities and decisions, (n, codes), of each training text by the member that is new to it.

        For the figures of a model card, after ``fit`` with the same respondents and ``y``: blend,
        calibration and thresholds, too, are those of the other folds.
        """
        fold = folds_by_respondent(respondents, self.folds, self.seed)
        truth = np.asarray(y, dtype=np.float64)
        return cross_fit([self.fast_.held_out_, *self.deep_held_out_], truth, fold, seed=self.seed)
