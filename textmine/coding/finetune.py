"""Fine-tuning an encoder for many codes at once: one network, its training and its scores.

The question and the answer go in together; the mean of the last states of all their tokens (padding aside)
goes through one linear layer, the largest score over a text's windows counts; the loss is binary
cross-entropy over the codes known. Where people marked the words that carry a code, a second layer scores
each token: its scores, averaged with weights that grow with them, are added, and the loss has a second part,
the cross-entropy over the tokens.
Needs torch, which is imported inside the functions.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from textmine.coding.encoder import Windows, encoder_wanted, require_torch
from textmine.coding.int8_network import Int8Network
from textmine.coding.machine import Machine, quiet_torch, threads_set
from textmine.coding.marked_tokens import MarkedTokens

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float64]
State = dict[str, npt.NDArray[np.float16]]
Ints = npt.NDArray[np.int64]

#: The layer on top learns this much quicker than the encoder below it.
HEAD_SPEED = 20.0
#: Share of the steps over which the learning rate rises; then it falls to nothing in a straight line.
WARM_UP = 0.1
WEIGHT_DECAY = 0.01
LARGEST_GRADIENT = 1.0
#: The weights of the layer that scores tokens start this near to 0.
TOKENS_START = 0.02
#: Where the settings of a saved network say that it scores tokens.
BY_TOKEN = "by_token"
#: A score that no token has: what fills up a window is not heeded.
NO_HEED = -1e4
#: Encoders that number positions from after that of the padding.
_POSITIONS_AFTER_PADDING = ("roberta", "xlm-roberta", "camembert", "mpnet")
#: Settings of an encoder that could have code or other files fetched; a model folder needs none of them.
_NOT_PLAIN = ("architectures", "auto_map", "attn_implementation", "quantization_config")
#: The longest window of an encoder without numbered positions.
NO_LIMIT = 1 << 20
#: Windows scored at once.
SCORED_AT_ONCE = 32
#: Batches that are sorted by length together, so that little is filled up and batches still vary.
SORTED_BATCHES = 16


@dataclass(frozen=True)
class Recipe:
    """How to train: ``rate`` of the encoder (AdamW), texts in a ``batch``, ``epochs``, ``dropout``.

    ``keep_head`` leaves the layer on top as it is, instead of starting it from the codes' shares.
    """

    epochs: int = 8
    rate: float = 1e-4
    batch: int = 16
    dropout: float = 0.1
    seed: int = 0
    keep_head: bool = False


@dataclass(frozen=True)
class Scores:
    """Of ``windows`` (windows, codes), their pooled ``states`` (windows, width); and of single ``tokens``.

    The latter is (windows, tokens, codes), or None where the network does not score them.
    """

    windows: torch.Tensor
    states: torch.Tensor
    tokens: torch.Tensor | None


class Network:
    """An encoder with a linear layer of ``codes`` outputs; its word vectors stay as they were.

    That leaves half of the weights out of training and out of each member that is saved. With ``by_token``
    a second layer scores every token.
    """

    def __init__(
        self, body: Any, n_codes: int, machine: Machine, *, by_token: bool = False, dropout: float = 0.1
    ) -> None:
        import torch

        self.machine = machine
        words = body.get_input_embeddings()
        words.requires_grad_(False)
        words.weight.data = words.weight.data.half().float()  # as they are stored
        self.takes_kinds = body.config.model_type == "bert" and body.config.type_vocab_size > 1
        head = torch.nn.Linear(body.config.hidden_size, n_codes)
        parts = {"body": body, "drop": torch.nn.Dropout(dropout), "head": head}
        if by_token:
            parts["tokens"] = torch.nn.Linear(body.config.hidden_size, n_codes, bias=False)
            torch.nn.init.normal_(parts["tokens"].weight, std=TOKENS_START)
        self.by_token = by_token
        self.module: Any = torch.nn.ModuleDict(parts)
        self.module.to(machine.device)

    @classmethod
    def from_encoder(cls, encoder: str, n_codes: int, machine: Machine, *, by_token: bool = False) -> Network:
        """Of a pretrained encoder: a folder as ``find_encoder`` gives it, weights as safetensors.

        Raises ``ModelError`` where it cannot be had. Nothing is fetched.
        """
        require_torch()
        from transformers import AutoModel

        with quiet_torch(), encoder_wanted(encoder):
            body = AutoModel.from_pretrained(
                encoder,
                trust_remote_code=False,
                use_safetensors=True,
                local_files_only=True,
            )
        return cls(body, n_codes, machine, by_token=by_token)

    @classmethod
    def from_parts(
        cls, config: dict[str, Any], words: npt.NDArray[np.float16], n_codes: int, machine: Machine
    ) -> Network:
        """Of what ``describe`` gives and the word vectors; ``load_state`` brings the rest.

        Nothing is fetched and no code but transformers' own is run, whatever the settings say. Raises
        ``ValueError`` where the vectors do not fit the settings.
        """
        import torch
        from transformers import AutoConfig, AutoModel

        make: Any = AutoModel.from_config
        by_token = config.get(BY_TOKEN, False) is True
        plain = {name: value for name, value in config.items() if name != BY_TOKEN}
        body = make(AutoConfig.for_model(**_keep_plain(plain)), trust_remote_code=False)
        vectors = body.get_input_embeddings().weight
        if words.shape != tuple(vectors.shape) or not np.isfinite(words).all():
            raise ValueError("the vectors of words are not those of the encoder")
        vectors.data = torch.from_numpy(words.astype(np.float32))
        return cls(body, n_codes, machine, by_token=by_token)

    def describe(self) -> dict[str, Any]:
        """The encoder's settings, and whether tokens are scored, as ``from_parts`` takes them."""
        settings = _keep_plain(self.module["body"].config.to_diff_dict())
        return settings | {BY_TOKEN: True} if self.by_token else settings

    @property
    def most_tokens(self) -> int:
        """The longest window that the encoder has positions for."""
        config = self.module["body"].config
        positions = int(getattr(config, "max_position_embeddings", 0) or 0)
        if config.model_type in _POSITIONS_AFTER_PADDING:
            positions -= int(config.pad_token_id or 0) + 1
        return positions if positions > 0 else NO_LIMIT

    @property
    def width(self) -> int:
        """How many numbers the encoder's states have."""
        return int(self.module["body"].config.hidden_size)

    @property
    def n_words(self) -> int:
        """How many words the encoder has vectors of."""
        return int(self.module["body"].get_input_embeddings().num_embeddings)

    def words(self) -> npt.NDArray[np.float16]:
        """The vectors of words, which training leaves as they are."""
        vectors = self.module["body"].get_input_embeddings().weight.detach().cpu()
        found: npt.NDArray[np.float16] = vectors.half().numpy()
        return found

    def state(self) -> State:
        """The weights that training changes, as float16."""
        return {
            name: p.detach().cpu().half().numpy().copy()
            for name, p in self.module.named_parameters()
            if p.requires_grad
        }

    def load_state(self, state: State) -> None:
        """Put back weights of ``state``. Raises ``ValueError`` where they do not fit or are not finite."""
        import torch

        wanted = {name: p for name, p in self.module.named_parameters() if p.requires_grad}
        if set(wanted) != set(state):
            raise ValueError("the weights are those of another network")
        with torch.no_grad():
            for name, parameter in wanted.items():
                if state[name].shape != tuple(parameter.shape) or not np.isfinite(state[name]).all():
                    raise ValueError("the weights have another shape or are not finite")
                parameter.copy_(torch.from_numpy(state[name].astype(np.float32)))

    def run(self, windows: Windows, chosen: Ints) -> Scores:
        """The scores of windows; only training is in half precision."""
        import torch

        length = int(max(len(windows.ids[w]) for w in chosen))
        pad = self.module["body"].config.pad_token_id or 0
        ids = np.full((len(chosen), length), pad, np.int64)
        kinds, mask = np.zeros_like(ids), np.zeros_like(ids)
        for row, w in enumerate(chosen):
            n = len(windows.ids[w])
            ids[row, :n], kinds[row, :n], mask[row, :n] = windows.ids[w], windows.kinds[w], 1
        device = self.machine.device
        taken: dict[str, Any] = {
            "input_ids": torch.from_numpy(ids).to(device),
            "attention_mask": torch.from_numpy(mask).to(device),
        }
        if self.takes_kinds:
            taken["token_type_ids"] = torch.from_numpy(kinds).to(device)
        with self.precision() if self.module.training else contextlib.nullcontext():
            states = self.module["body"](**taken).last_hidden_state
            return score_states(self.module, states, taken["attention_mask"])

    def precision(self) -> contextlib.AbstractContextManager[Any]:
        """Where the machine is quicker in bfloat16, the context that computes in it."""
        import torch

        if not self.machine.half:
            return contextlib.nullcontext()
        return torch.autocast(self.machine.device.split(":")[0], dtype=torch.bfloat16)


def score_states(module: Any, states: torch.Tensor, mask: torch.Tensor) -> Scores:
    """What the layers on top make of an encoder's last states (windows, tokens, width).

    ``mask`` (windows, tokens) is 0 where a window is filled up.
    """
    weight = mask.unsqueeze(-1).to(states.dtype)
    pooled = (states * weight).sum(1) / weight.sum(1)
    scores = module["head"](module["drop"](pooled)).float()
    if "tokens" not in module:
        return Scores(scores, pooled.float(), None)
    tokens = module["tokens"](module["drop"](states)).float()
    heed = tokens.masked_fill(mask.unsqueeze(-1) == 0, NO_HEED).softmax(1)
    return Scores(scores + (heed * tokens).sum(1), pooled.float(), tokens)


def train_network(
    network: Network,
    windows: Windows,
    targets: Floats,
    recipe: Recipe,
    *,
    rows: Ints,
    weights: Floats | None = None,
    marked: MarkedTokens | None = None,
    after_epoch: Callable[[int], bool] = lambda epoch: False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Train in place on the texts ``rows``, targets (texts, codes) in [0, 1], NaN left out; gives the epochs.

    ``marked`` tells which tokens people marked, to a network that scores them. ``after_epoch`` is told each
    epoch that is done (from 1) and stops the training where it gives True. ``progress`` is told how many of
    how many batches are done.
    """
    import torch

    torch.manual_seed(recipe.seed)
    draw = np.random.default_rng(recipe.seed)
    first = np.searchsorted(windows.owner, np.arange(len(targets)))
    counts = np.bincount(windows.owner, minlength=len(targets))
    if not recipe.keep_head:
        _start_from_shares(network, targets[rows])
    per_epoch = math.ceil(len(rows) / recipe.batch)
    optimiser, schedule = _make_optimiser(network, recipe, per_epoch)
    lengths = np.maximum.reduceat(windows.lengths, first)
    weights = np.ones(len(targets)) if weights is None else weights
    levels = None if marked is None else marked.levels(np.flatnonzero(np.isin(windows.owner, rows)))
    with threads_set(network.machine):
        for epoch in range(recipe.epochs):
            network.module.train()
            for step, batch in enumerate(draw_batches(rows, lengths, recipe.batch, draw)):
                chosen = np.concatenate([np.arange(first[t], first[t] + counts[t]) for t in batch])
                found = network.run(windows, chosen)
                loss: Any = _judge_texts(
                    _largest(found.windows, counts[batch]), targets[batch], weights[batch]
                )
                if marked is not None and levels is not None and found.tokens is not None:
                    wanted = marked.targets(chosen, found.tokens.shape[1])
                    of_windows = weights[windows.owner[chosen]]
                    loss = loss + _judge_tokens(found.tokens, wanted, levels, of_windows)
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(network.module.parameters(), LARGEST_GRADIENT)
                optimiser.step()
                schedule.step()
                progress(epoch * per_epoch + step + 1, recipe.epochs * per_epoch)
            if after_epoch(epoch + 1):
                return epoch + 1
    return recipe.epochs


def score_windows(network: Network | Int8Network, windows: Windows) -> Floats:
    """Scores (texts, codes), the largest over each text's windows; in full precision unless it is int8."""
    if isinstance(network, Int8Network):
        return network.score(windows)
    scores, _ = run_all(network, windows)
    starts = np.searchsorted(windows.owner, np.arange(windows.n_texts))
    return np.maximum.reduceat(scores, starts) if len(starts) else scores


def run_all(network: Network, windows: Windows) -> tuple[Floats, Floats]:
    """Scores (windows, codes) and pooled states (windows, width) of all windows, in full precision."""
    import torch

    network.module.eval()
    head = network.module["head"]
    order = np.argsort(windows.lengths, kind="stable")
    scores, states = np.zeros((len(order), head.out_features)), np.zeros((len(order), head.in_features))
    with torch.inference_mode(), threads_set(network.machine):
        for start in range(0, len(order), SCORED_AT_ONCE):
            chosen = order[start : start + SCORED_AT_ONCE]
            found = network.run(windows, chosen)
            scores[chosen], states[chosen] = found.windows.cpu().numpy(), found.states.cpu().numpy()
    return scores, states


def draw_batches(rows: Ints, lengths: Ints, size: int, draw: np.random.Generator) -> Iterator[Ints]:
    """The rows in batches of texts of like length, in random order."""
    shuffled = draw.permutation(rows)
    span = size * SORTED_BATCHES
    parts = [shuffled[i : i + span] for i in range(0, len(shuffled), span)]
    ordered = np.concatenate([part[np.argsort(lengths[part], kind="stable")] for part in parts])
    batches = [ordered[i : i + size] for i in range(0, len(ordered), size)]
    for place in draw.permutation(len(batches)):
        yield batches[place]


def _largest(scores: torch.Tensor, counts: Ints) -> torch.Tensor:
    """The largest score of each run of windows."""
    import torch

    if (counts == 1).all():
        return scores
    return torch.stack([part.max(dim=0).values for part in torch.split(scores, counts.tolist())])


def _judge_texts(scores: torch.Tensor, targets: Floats, weights: Floats) -> torch.Tensor:
    """The cross-entropy over the codes known of each text."""
    import torch

    wanted = torch.from_numpy(targets).float().to(scores.device)
    known = ~torch.isnan(wanted)
    each = torch.nn.functional.binary_cross_entropy_with_logits(
        scores, torch.nan_to_num(wanted), reduction="none"
    )
    weighted = each * known * torch.from_numpy(weights).float().to(scores.device)[:, None]
    return weighted.sum() / known.sum().clamp(min=1)


def _judge_tokens(
    scores: torch.Tensor, targets: npt.NDArray[np.float32], levels: Floats, weights: Floats
) -> torch.Tensor:
    """The cross-entropy over the tokens known, each window and code counting alike whatever the length.

    A token of score 0 has the odds ``levels`` (codes,).
    """
    import torch

    wanted = torch.from_numpy(targets).to(scores.device)
    known = ~torch.isnan(wanted)
    each = torch.nn.functional.binary_cross_entropy_with_logits(
        scores + torch.from_numpy(levels).float().to(scores.device),
        torch.nan_to_num(wanted),
        reduction="none",
    )
    mean = (each * known).sum(1) / known.sum(1).clamp(min=1)
    weighted = mean * torch.from_numpy(weights).float().to(scores.device)[:, None]
    return weighted.sum() / known.any(1).sum().clamp(min=1)


def _start_from_shares(network: Network, targets: Floats) -> None:
    """Set the constants of the head to the codes' shares, so that training does not begin by finding them."""
    import torch

    known = (~np.isnan(targets)).sum(axis=0)
    share = np.clip(np.nansum(targets, axis=0) / np.maximum(known, 1), 0.005, 0.995)
    with torch.no_grad():
        network.module["head"].bias.copy_(torch.from_numpy(np.log(share / (1 - share))).float())


def _make_optimiser(network: Network, recipe: Recipe, per_epoch: int) -> tuple[Any, Any]:
    import torch

    layers = [network.module[name] for name in ("head", "tokens") if name in network.module]
    on_top = [p for layer in layers for p in layer.parameters()]
    parts = [
        {"params": [p for p in network.module["body"].parameters() if p.requires_grad], "lr": recipe.rate},
        {"params": on_top, "lr": recipe.rate * HEAD_SPEED},
    ]
    optimiser = torch.optim.AdamW(parts, weight_decay=WEIGHT_DECAY, fused=True)
    total = per_epoch * recipe.epochs
    warm = max(1.0, WARM_UP * total)

    def factor(step: int) -> float:
        return min((step + 1) / warm, max(0.0, (total - step) / max(1.0, total - warm)))

    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, factor)


def _keep_plain(config: dict[str, Any]) -> dict[str, Any]:
    """Settings without those that are not needed, in one order."""
    return {k: config[k] for k in sorted(config) if k not in _NOT_PLAIN and not k.startswith("_")}
