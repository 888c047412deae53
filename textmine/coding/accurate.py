"""The accurate tier: an encoder fine-tuned for the codes, averaged with the fast coder's words and pairs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

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
from textmine.coding.encoder import BUNDLED_ENCODER, Windows, cut_windows, find_encoder, load_tokenizer
from textmine.coding.evaluation import average_precision
from textmine.coding.evidence import Stretches
from textmine.coding.evidence_by_deletion import find_evidence_by_deletion
from textmine.coding.finetune import Network, Recipe, score_windows, train_network
from textmine.coding.int8_network import Int8Network
from textmine.coding.machine import choose_machine
from textmine.coding.marked_tokens import find_marked_tokens
from textmine.coding.members import KeptMember, MemberStore
from textmine.coding.probing import start_from_ridge
from textmine.coding.quotes import number_rows
from textmine.coding.scorer import Scored
from textmine.coding.training_texts import TrainingTexts, gather_rows
from textmine.corpus import Corpus
from textmine.errors import InputError, ModelError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: The learning rate of an encoder this wide; a wider one is trained more slowly, or it forgets what it knew.
RATE, RATE_WIDTH = 1.2e-4, 384
#: Rounds over the texts; with marked words there is more to learn from each, and too much after fewer.
EPOCHS, EPOCHS_WITH_MARKS = 5, 3
#: With fewer texts the layer on top starts from ridge regression on the states of the encoder as it is, and
#: single words are not judged.
FEW_TEXTS = 1200
#: Epochs without a better average precision on the held-out fold after which the first network stops.
PATIENCE = 2
#: Between the seeds of two coders there is room for this many networks.
SEEDS_APART = 1000
Progress = Callable[[int, int], None]


class AccurateCoder(CalibratedCoder):
    """A multi-label coder that fine-tunes a sentence encoder: slower than ``Coder``, and more accurate.

    Question and answer go in together; the words that people marked, and the codebook, are learned from too.
    For each fold of respondents a network is trained on the others; what these say of texts that they have
    not seen is averaged with what the fast coder says, calibrated, and cut at one threshold a code. New texts
    are scored by ``members`` networks trained on all texts. A score before calibration is a log-odds. Needs
    torch and transformers (``pip install textmine[train]``).

    Arguments: ``encoder``, the bundled one, a folder or a downloaded one; ``epochs``, the most rounds over
    the texts (None: 5, or 3 with quotes; the first network may stop all of them earlier); ``rate``, the
    encoder's learning rate (None: 1.2e-4, in proportion less where it is wider than 384); ``batch``, texts a
    step; ``most_tokens`` of a window; ``folds``; ``members``, whose scores are averaged; ``seed``; ``device``
    (None: the quickest here) and ``threads`` (None: torch's choice).

    >>> coder = AccurateCoder(epochs=3, folds=3)  # .fit(texts, y, codes=[...]), as for ``Coder``
    >>> coder.get_params()["encoder"]
    'all-MiniLM-L6-v2'
    """

    tier = "accurate"
    texts_at_once = 1024

    def __init__(
        self,
        *,
        encoder: str = BUNDLED_ENCODER,
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
        find_encoder(self.encoder)
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
        held_out = self._train_members(rows, fold, resume_in, progress)
        self.deep_held_out_ = held_out
        self.blend_ = fit_blend(self.fast_.held_out_, held_out, truth)
        blended = self.blend_.scores(self.fast_.held_out_, held_out)
        self._set_thresholds(blended, truth)
        self.memory_ = self._remember(texts, questions, blended)
        self._learn_stance(stances, texts, questions, respondents, truth)
        return self

    def _train_members(
        self, rows: TrainingTexts, fold: Ints, resume_in: Path | None, progress: Progress
    ) -> Floats:
        """Train a network for each fold and those that are kept; gives held-out scores (n, codes)."""
        encoder = find_encoder(self.encoder)
        self.tokenizer_ = load_tokenizer(encoder)
        windows = cut_windows(self.tokenizer_, rows.texts, rows.questions, most_tokens=self.most_tokens)
        store = MemberStore(resume_in, self._training_key(rows, fold))
        bench = _Bench(self, encoder, windows, rows, fold)
        scores = np.full((len(fold), len(self.codes_)), np.nan)
        self.epochs_ = self.epochs or (EPOCHS_WITH_MARKS if bench.marked else EPOCHS)
        self.members_: list[Network | Int8Network] = []
        for place in range(self.folds + self.members):
            if (found := store.take(place)) is None:
                found = bench.train(place, _tell_part(progress, place, self.folds + self.members))
                store.put(place, found)
            self.epochs_ = found.epochs
            if place < self.folds:
                scores[fold == place] = found.scores
            else:
                network = bench.make_network(place)
                network.load_state(found.state)
                self.members_.append(network)
        return scores

    def _training_key(self, rows: TrainingTexts, fold: Ints) -> str:
        """A hash of all that a member is made from, so that only the same training takes it up."""
        settings = {k: v for k, v in self.get_params().items() if k not in ("device", "threads")}
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
        check_is_fitted(self, "members_")
        fast, scored = self.fast_.score_repaired(texts, questions)
        windows = cut_windows(self.tokenizer_, texts, questions, most_tokens=self.most_tokens)
        found = [score_windows(network, windows) for network in self.members_]
        blended = self.blend_.scores(fast, np.mean(found, axis=0))
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
        check_is_fitted(self, "members_")
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
        return cross_fit(self.fast_.held_out_, self.deep_held_out_, truth, fold, seed=self.seed)


class _Bench:
    """Trains the networks of one coder: first one for each fold, on all other folds, then those to keep."""

    def __init__(
        self, coder: AccurateCoder, encoder: str, windows: Windows, rows: TrainingTexts, fold: Ints
    ) -> None:
        self.coder, self.encoder, self.windows, self.rows, self.fold = coder, encoder, windows, rows, fold
        self.machine = choose_machine(coder.device, coder.threads)
        many = len(rows.texts) >= FEW_TEXTS
        self.marked = find_marked_tokens(coder.tokenizer_, windows, rows) if many else None

    def make_network(self, place: int) -> Network:
        """A network to train for ``place``; whatever was trained before, it starts from the same weights."""
        import torch

        torch.manual_seed(self._seed(place))
        network = Network.from_encoder(
            self.encoder, self.rows.truth.shape[1], self.machine, by_token=self.marked is not None
        )
        if network.most_tokens < self.coder.most_tokens:
            raise InputError(
                f"The encoder takes windows of {network.most_tokens} tokens at most, not "
                f"{self.coder.most_tokens}. Lower most_tokens."
            )
        return network

    def _rate(self, network: Network) -> float:
        return self.coder.rate or RATE * min(1.0, RATE_WIDTH / network.width)

    def _seed(self, place: int) -> int:
        return self.coder.seed * SEEDS_APART + place

    def train(self, place: int, progress: Progress) -> KeptMember:
        """The network of a fold, or, past the folds, one on all texts.

        The first looks at its held-out fold after each epoch and may stop early; the others then train for
        as long as it did, so that none of the scores they give of their own folds was picked.
        """
        coder, held_out = self.coder, place < self.coder.folds
        test = np.flatnonzero(self.fold == place)
        train = self.rows.allow(self.fold, place) if held_out else np.arange(len(self.rows.texts))
        network = self.make_network(place)
        unseen = self.windows.select(test)
        watch = _Watch(network, unseen, self.rows.truth[test])
        few = len(train) < FEW_TEXTS
        if few:
            start_from_ridge(network, self.windows, self.rows.truth, train, self.rows.weight)
        recipe = Recipe(
            coder.epochs_, self._rate(network), coder.batch, seed=self._seed(place), keep_head=few
        )
        taken = train_network(
            network,
            self.windows,
            self.rows.truth,
            recipe,
            rows=train,
            weights=self.rows.weight,
            marked=self.marked,
            after_epoch=watch.stop if place == 0 else lambda epoch: False,
            progress=progress,
        )
        if not held_out:
            state = network.state()
            _refuse_divergence(state.values())
            return KeptMember(state, np.zeros((0, 0)), taken)
        scores = score_windows(network, unseen)
        _refuse_divergence([scores])
        return KeptMember({}, scores, taken)


class _Watch:
    """Stops a training when the held-out fold has not been ranked better for some epochs."""

    def __init__(self, network: Network, windows: Windows, truth: Floats) -> None:
        self.network, self.windows, self.truth = network, windows, truth
        self.best, self.best_epoch = -1.0, 0

    def stop(self, epoch: int) -> bool:
        scores = score_windows(self.network, self.windows)
        _refuse_divergence([scores])
        precision = mean_average_precision(scores, self.truth)
        if precision > self.best:
            self.best, self.best_epoch = precision, epoch
        return epoch - self.best_epoch >= PATIENCE


def _refuse_divergence(values: Iterable[npt.NDArray[Any]]) -> None:
    if not all(np.isfinite(part).all() for part in values):
        raise ModelError("The training went astray: its weights are no numbers. Train with a lower rate.")


def mean_average_precision(scores: Floats, truth: Floats) -> float:
    """The mean average precision over the codes that some of the texts carry; 0 where none does.

    >>> mean_average_precision(np.array([[2.0], [1.0]]), np.array([[1.0], [0.0]]))
    1.0
    """
    columns = zip(scores.T, truth.T, strict=True)
    found = np.array([average_precision(s[~np.isnan(t)], t[~np.isnan(t)]) for s, t in columns])
    return float(found[~np.isnan(found)].mean()) if (~np.isnan(found)).any() else 0.0


def _tell_part(progress: Progress, part: int, parts: int) -> Progress:
    return lambda done, total: progress(part * total + done, parts * total)
