"""Fine-tuning an encoder for many codes at once: one network, its training and its scores.

The question and the answer go in together; the mean of the last states of all their tokens (padding aside)
goes through one linear layer, the largest score over a text's windows counts; the loss is binary
cross-entropy over the codes known.
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
from textmine.errors import InputError

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
class Machine:
    """Where it runs: torch ``device``, CPU ``threads`` (0: torch's own choice), bfloat16 or not."""

    device: str = "cpu"
    threads: int = 0
    half: bool = False


def choose_machine(device: str | None = None, threads: int | None = None) -> Machine:
    """The quickest device here (CUDA, then Apple's MPS, then the processor) unless one is named.

    bfloat16 is used on processors and GPUs that calculate with it; elsewhere it would be slower. Raises
    ``InputError`` for a device that is not here and ``ModelError`` where torch is not installed.
    """
    require_torch()
    import torch

    if device is not None:
        _check_device(device)
    if device is None:
        mps = torch.backends.mps.is_available()
        device = "cuda" if torch.cuda.is_available() else "mps" if mps else "cpu"
    if device.startswith("cuda"):
        half = torch.cuda.is_bf16_supported()
    else:
        capable = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
        half = device == "cpu" and bool(capable())
    return Machine(device, threads or 0, half)


def _check_device(device: str) -> None:
    import torch

    try:
        if device.split(":")[0] not in ("cpu", "cuda", "mps"):
            raise ValueError
        torch.zeros(1, device=device)
    except Exception:  # torch's reasons run over pages
        raise InputError(f"No device {device} here. Choose cpu, or cuda or mps where there is one.") from None


class Network:
    """An encoder with a linear layer of ``codes`` outputs; its word vectors stay as they were.

    That leaves half of the weights out of training and out of each member that is saved.
    """

    def __init__(self, body: Any, n_codes: int, machine: Machine, *, dropout: float = 0.1) -> None:
        import torch

        self.machine = machine
        words = body.get_input_embeddings()
        words.requires_grad_(False)
        words.weight.data = words.weight.data.half().float()  # as they are stored
        self.takes_kinds = body.config.model_type == "bert" and body.config.type_vocab_size > 1
        head = torch.nn.Linear(body.config.hidden_size, n_codes)
        drop = torch.nn.Dropout(dropout)
        self.module: Any = torch.nn.ModuleDict({"body": body, "drop": drop, "head": head})
        self.module.to(machine.device)

    @classmethod
    def from_encoder(cls, encoder: str, n_codes: int, machine: Machine) -> Network:
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
        return cls(body, n_codes, machine)

    @classmethod
    def from_parts(
        cls, config: dict[str, Any], words: npt.NDArray[np.float16], n_codes: int, machine: Machine
    ) -> Network:
        """Of an encoder's settings and its word vectors; ``load_state`` brings the rest.

        Nothing is fetched and no code but transformers' own is run, whatever the settings say. Raises
        ``ValueError`` where the vectors do not fit the settings.
        """
        import torch
        from transformers import AutoConfig, AutoModel

        make: Any = AutoModel.from_config
        body = make(AutoConfig.for_model(**_keep_plain(config)), trust_remote_code=False)
        vectors = body.get_input_embeddings().weight
        if words.shape != tuple(vectors.shape) or not np.isfinite(words).all():
            raise ValueError("the vectors of words are not those of the encoder")
        vectors.data = torch.from_numpy(words.astype(np.float32))
        return cls(body, n_codes, machine)

    def describe(self) -> dict[str, Any]:
        """The encoder's settings, as ``from_parts`` takes them."""
        return _keep_plain(self.module["body"].config.to_diff_dict())

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

    def run(self, windows: Windows, chosen: Ints) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores (windows, codes) and pooled states (windows, width); only training is in half precision."""
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
            weight = taken["attention_mask"].unsqueeze(-1).to(states.dtype)
            pooled = (states * weight).sum(1) / weight.sum(1)
            scores = self.module["head"](self.module["drop"](pooled))
        return scores.float(), pooled.float()

    def precision(self) -> contextlib.AbstractContextManager[Any]:
        """Where the machine is quicker in bfloat16, the context that computes in it."""
        import torch

        if not self.machine.half:
            return contextlib.nullcontext()
        return torch.autocast(self.machine.device.split(":")[0], dtype=torch.bfloat16)


def train_network(
    network: Network,
    windows: Windows,
    targets: Floats,
    recipe: Recipe,
    *,
    rows: Ints,
    weights: Floats | None = None,
    after_epoch: Callable[[int], bool] = lambda epoch: False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Train in place on the texts ``rows``, targets (texts, codes) in [0, 1], NaN left out; gives the epochs.

    ``after_epoch`` is told each epoch that is done (from 1) and stops the training where it gives True.
    ``progress`` is told how many of how many batches are done.
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
    each = torch.nn.BCEWithLogitsLoss(reduction="none")
    with threads_set(network.machine):
        for epoch in range(recipe.epochs):
            network.module.train()
            for step, batch in enumerate(draw_batches(rows, lengths, recipe.batch, draw)):
                chosen = np.concatenate([np.arange(first[t], first[t] + counts[t]) for t in batch])
                scores = _largest(network.run(windows, chosen)[0], counts[batch])
                wanted = torch.from_numpy(targets[batch]).float().to(scores.device)
                known = ~torch.isnan(wanted)
                loss = each(scores, torch.nan_to_num(wanted)) * known
                if weights is not None:
                    loss = loss * torch.from_numpy(weights[batch]).float().to(scores.device)[:, None]
                optimiser.zero_grad(set_to_none=True)
                (loss.sum() / known.sum().clamp(min=1)).backward()
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
            found, pooled = network.run(windows, chosen)
            scores[chosen], states[chosen] = found.cpu().numpy(), pooled.cpu().numpy()
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


def _start_from_shares(network: Network, targets: Floats) -> None:
    """Set the constants of the head to the codes' shares, so that training does not begin by finding them."""
    import torch

    known = (~np.isnan(targets)).sum(axis=0)
    share = np.clip(np.nansum(targets, axis=0) / np.maximum(known, 1), 0.005, 0.995)
    with torch.no_grad():
        network.module["head"].bias.copy_(torch.from_numpy(np.log(share / (1 - share))).float())


def _make_optimiser(network: Network, recipe: Recipe, per_epoch: int) -> tuple[Any, Any]:
    import torch

    parts = [
        {"params": [p for p in network.module["body"].parameters() if p.requires_grad], "lr": recipe.rate},
        {"params": list(network.module["head"].parameters()), "lr": recipe.rate * HEAD_SPEED},
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


@contextlib.contextmanager
def threads_set(machine: Machine) -> Iterator[None]:
    """Run with the machine's number of CPU threads, then put back what was."""
    import torch

    before = torch.get_num_threads()
    if machine.threads:
        torch.set_num_threads(machine.threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def quiet_torch() -> Iterator[None]:
    """Keep transformers' progress bars and notes off the screen while a model loads."""
    from transformers.utils import logging

    noise: Any = logging
    level = noise.get_verbosity()
    bars = noise.is_progress_bar_enabled()
    noise.set_verbosity_error()
    noise.disable_progress_bar()
    try:
        yield
    finally:
        noise.set_verbosity(level)
        if bars:
            noise.enable_progress_bar()
