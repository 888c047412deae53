"""Fine-tuning an encoder for the codes: a network for each fold, and those on all texts, which are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from textmine.coding.encoder import Windows, cut_windows, load_tokenizer
from textmine.coding.evaluation import average_precision
from textmine.coding.finetune import Network, Recipe, score_windows, train_network
from textmine.coding.int8_network import Int8Network
from textmine.coding.machine import choose_machine
from textmine.coding.marked_tokens import find_marked_tokens
from textmine.coding.members import KeptMember, MemberStore
from textmine.coding.probing import start_from_ridge
from textmine.coding.training_texts import TrainingTexts
from textmine.errors import InputError, ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Progress = Callable[[int, int], None]

#: The learning rate of an encoder this wide; a wider one is trained more slowly, or it forgets what it knew.
RATE, RATE_WIDTH = 1.2e-4, 384
#: Rounds over the texts; with marked words there is more to learn from each, and too much after fewer.
EPOCHS, EPOCHS_WITH_MARKS = 5, 3
#: With fewer texts the layer on top starts from ridge regression on the states of the encoder as it is, and
#: single words are not judged.
FEW_TEXTS = 1200
#: Epochs without a better average precision on the held-out fold after which the first network stops.
PATIENCE = 2
#: Between the seeds of two coders there is room for this many networks, and for so many of an encoder that
#: is named again.
SEEDS_APART, SEEDS_OF_ONE = 1000, 100


@dataclass(frozen=True)
class Tuning:
    """How encoders are fine-tuned: settings of ``AccurateCoder``, which says what each means."""

    epochs: int | None
    rate: float | None
    batch: int
    most_tokens: int
    folds: int
    members: int
    seed: int
    device: str | None
    threads: int | None

    @property
    def networks(self) -> int:
        """How many are trained of each encoder."""
        return self.folds + self.members


@dataclass(frozen=True)
class TunedEncoder:
    """A fine-tuned encoder: its ``tokenizer``, its ``members``, and the ``epochs`` they learned for."""

    tokenizer: Tokenizer
    members: list[Network | Int8Network]
    epochs: int

    def score(self, texts: Sequence[str], questions: Sequence[str], most_tokens: int) -> Floats:
        """The members' mean scores (n, codes) of cleaned ``texts`` (n,), answers to ``questions`` (n,)."""
        windows = cut_windows(self.tokenizer, texts, questions, most_tokens=most_tokens)
        return np.asarray(np.mean([score_windows(network, windows) for network in self.members], axis=0))


def tune_encoder(
    folder: str,
    rows: TrainingTexts,
    fold: Ints,
    tuning: Tuning,
    store: MemberStore,
    progress: Progress,
    *,
    again: int = 0,
) -> tuple[TunedEncoder, Floats]:
    """Fine-tune the encoder in a folder; and scores (n, codes) of ``fold``'s n texts by members new to them.

    Members that ``store`` has are taken from there, and put there as they are done. ``progress`` is told how
    many of how many steps are done. ``again`` is how often this encoder was tuned before, with other seeds.
    Raises ``ModelError`` where the encoder cannot be had.
    """
    tokenizer = load_tokenizer(folder)
    bench = _Bench(tuning, folder, tokenizer, rows, fold, again)
    scores = np.full((len(fold), rows.truth.shape[1]), np.nan)
    members: list[Network | Int8Network] = []
    for place in range(tuning.networks):
        if (found := store.take(place)) is None:
            found = bench.train(place, tell_part(progress, place, tuning.networks))
            store.put(place, found)
        bench.epochs = found.epochs
        if place < tuning.folds:
            scores[fold == place] = found.scores
        else:
            network = bench.make_network(place)
            network.load_state(found.state)
            members.append(network)
    return TunedEncoder(tokenizer, members, bench.epochs), scores


class _Bench:
    """Trains the networks of one encoder: first one for each fold, on all other folds, then those to keep."""

    def __init__(
        self,
        tuning: Tuning,
        encoder: str,
        tokenizer: Tokenizer,
        rows: TrainingTexts,
        fold: Ints,
        again: int,
    ) -> None:
        self.tuning, self.encoder, self.rows, self.fold = tuning, encoder, rows, fold
        self.first_seed = tuning.seed * SEEDS_APART + again * SEEDS_OF_ONE
        self.machine = choose_machine(tuning.device, tuning.threads)
        self.windows = cut_windows(tokenizer, rows.texts, rows.questions, most_tokens=tuning.most_tokens)
        many = len(rows.texts) >= FEW_TEXTS
        self.marked = find_marked_tokens(tokenizer, self.windows, rows) if many else None
        self.epochs = tuning.epochs or (EPOCHS if self.marked is None else EPOCHS_WITH_MARKS)

    def make_network(self, place: int) -> Network:
        """A network to train for ``place``; whatever was trained before, it starts from the same weights."""
        import torch

        torch.manual_seed(self._seed(place))
        network = Network.from_encoder(
            self.encoder, self.rows.truth.shape[1], self.machine, by_token=self.marked is not None
        )
        if network.most_tokens < self.tuning.most_tokens:
            raise InputError(
                f"The encoder takes windows of {network.most_tokens} tokens at most, not "
                f"{self.tuning.most_tokens}. Lower most_tokens."
            )
        return network

    def _rate(self, network: Network) -> float:
        return self.tuning.rate or RATE * min(1.0, RATE_WIDTH / network.width)

    def _seed(self, place: int) -> int:
        return self.first_seed + place

    def train(self, place: int, progress: Progress) -> KeptMember:
        """The network of a fold, or, past the folds, one on all texts.

        The first looks at its held-out fold after each epoch and may stop early; the others then train for
        as long as it did, so that none of the scores they give of their own folds was picked.
        """
        tuning, held_out = self.tuning, place < self.tuning.folds
        test = np.flatnonzero(self.fold == place)
        train = self.rows.allow(self.fold, place) if held_out else np.arange(len(self.rows.texts))
        network = self.make_network(place)
        unseen = self.windows.select(test)
        watch = _Watch(network, unseen, self.rows.truth[test])
        few = len(train) < FEW_TEXTS
        if few:
            start_from_ridge(network, self.windows, self.rows.truth, train, self.rows.weight)
        recipe = Recipe(self.epochs, self._rate(network), tuning.batch, seed=self._seed(place), keep_head=few)
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


def tell_part(progress: Progress, part: int, parts: int) -> Progress:
    """Tells of the steps of one of some parts as of steps of the whole."""
    return lambda done, total: progress(part * total + done, parts * total)
