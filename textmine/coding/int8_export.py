"""Making an int8 network for ONNX Runtime of a fine-tuned one. Needs torch and onnx; using it needs neither.

The graph is torch's own export. In it every product with fixed weights becomes one of whole numbers, and the
table of word vectors whole numbers with a scale a word.
"""

from __future__ import annotations

import copy
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from textmine.coding.accurate import AccurateCoder
from textmine.coding.finetune import Network, score_states
from textmine.coding.int8_network import INPUTS, OUTPUT, Int8Network, require_onnxruntime
from textmine.errors import ModelError

#: Largest weight as a whole number. Products of 8 by 7 bits, two added, fit the 16 bits in which processors
#: without VNNI add them; with 8 bits by 8 they would run over there and the same file score differently.
WEIGHT_LIMIT = 64
VECTOR_LIMIT = 127
#: What goes into a product is rounded to -127..127 and moved by this, since runtimes want it without a sign.
MIDDLE = 128
_OPSET = 17
#: Tables shorter than this (positions, kinds of tokens) stay as they are.
_FEWEST_ROWS = 1000


def shrink_coder(coder: AccurateCoder) -> AccurateCoder:
    """The same coder with its networks as int8; its calibration and thresholds stay.

    Save it with ``save_coder``: the folder codes without torch. Raises ``ModelError`` where the coder is
    int8 already or a package is missing.

    >>> coder = AccurateCoder(folds=3)
    >>> coder.tuned_ = []  # what ``fit`` learns: for each encoder its networks
    >>> shrink_coder(coder) is coder  # another coder; the one given stays as it was
    False
    """
    small = copy.copy(coder)
    small.tuned_ = [
        replace(tuned, members=[make_int8(member, threads=coder.threads) for member in tuned.members])
        for tuned in coder.tuned_
    ]
    return small


def make_int8(network: Network | Int8Network, *, threads: int | None = None) -> Int8Network:
    """The int8 network of a fine-tuned one. Raises ``ModelError`` where it is int8 already."""
    if isinstance(network, Int8Network):
        raise ModelError("This model is int8 already. Name the one it was made of.")
    require_onnxruntime()
    try:
        import onnx
    except ImportError:
        raise ModelError("To make an int8 model, onnx is needed: pip install textmine[train]") from None
    model = onnx.load_from_string(export_plain(network))
    _quantise(model)
    onnx.checker.check_model(model)
    config = network.module["body"].config
    described = {
        "most_tokens": network.most_tokens,
        "words": network.n_words,
        "pad": int(config.pad_token_id or 0),
    }
    return Int8Network(model.SerializeToString(deterministic=True), described, threads=threads)


def export_plain(network: Network) -> bytes:
    """The network as an onnx file in full precision, without notes of where it was made."""
    import torch

    class Scoring(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = network.module

        def forward(self, ids: Any, mask: Any, kinds: Any = None) -> Any:
            more = {} if kinds is None else {"token_type_ids": kinds}
            states = self.parts["body"](input_ids=ids, attention_mask=mask, **more).last_hidden_state
            return score_states(self.parts, states, mask).windows

    names = INPUTS if network.takes_kinds else INPUTS[:2]
    device = network.machine.device
    example = {name: torch.ones((2, 7), dtype=torch.int64, device=device) for name in names}
    example["mask"][0, 5:] = 0
    axes = {name: {0: "windows", 1: "tokens"} for name in names} | {OUTPUT: {0: "windows"}}
    written = io.BytesIO()
    with _plain_attention(network), warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Scoring().eval(),
            tuple(example.values()),
            written,  # type: ignore[arg-type]
            input_names=[*names],
            output_names=[OUTPUT],
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
    return written.getvalue()


@contextmanager
def _plain_attention(network: Network) -> Iterator[None]:
    """Attention written out in products, as the export wants it; and no log lines of the export."""
    body = network.module["body"]
    before, level = body.config._attn_implementation, logging.getLogger("torch.onnx").level
    body.set_attn_implementation("eager")
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        yield
    finally:
        body.set_attn_implementation(before)
        logging.getLogger("torch.onnx").setLevel(level)


def _quantise(model: Any) -> None:
    """Change a model in place; notes, and weights that nothing uses any more, go."""
    graph, writer = model.graph, _Writer({part.name: part for part in model.graph.initializer})
    for node in graph.node:
        node.doc_string = ""
        if node.op_type == "MatMul" and node.input[1] in writer.fixed:
            writer.write_product(node)
        elif node.op_type == "Gather" and writer.has_rows(node.input[0]):
            writer.write_look_up(node)
        else:
            writer.nodes.append(node)
    used = {name for node in writer.nodes for name in node.input}
    fixed = [part for part in (*graph.initializer, *writer.added) if part.name in used]
    for kept, new in ((graph.node, writer.nodes), (graph.initializer, fixed)):
        del kept[:]
        kept.extend(new)


@dataclass
class _Writer:
    """Writes nodes; ``rounded`` remembers what was rounded already, since three products may share it."""

    fixed: dict[str, Any]
    nodes: list[Any] = field(default_factory=list)
    added: list[Any] = field(default_factory=list)
    rounded: dict[str, tuple[str, str]] = field(default_factory=dict)

    def has_rows(self, name: str) -> bool:
        return name in self.fixed and self.fixed[name].dims[0] >= _FEWEST_ROWS

    def write_product(self, node: Any) -> None:
        weights, scale = round_weights(self._values(node.input[1]), WEIGHT_LIMIT, axis=0)
        whole, size = self._round(node.input[0])
        summed = self._add("MatMulInteger", whole, self._keep(weights), self._keep(np.uint8(MIDDLE)))
        sized = self._add("Mul", self._add("Cast", summed, to=1), self._keep(scale[0]))
        self._add("Mul", sized, size, gives=node.output)

    def write_look_up(self, node: Any) -> None:
        vectors, scale = round_weights(self._values(node.input[0]), VECTOR_LIMIT, axis=1)
        found = self._add("Cast", self._add("Gather", self._keep(vectors), node.input[1]), to=1)
        self._add("Mul", found, self._add("Gather", self._keep(scale), node.input[1]), gives=node.output)

    def _round(self, name: str) -> tuple[str, str]:
        """What goes into a product, (..., width), as 8 bits and the scale of each row."""
        if name not in self.rounded:
            largest = self._add("ReduceMax", self._add("Abs", name), axes=[-1], keepdims=1)
            size = self._add("Div", self._add("Max", largest, self._keep(1e-12)), self._keep(127.0))
            moved = self._add("Add", self._add("Div", name, size), self._keep(float(MIDDLE)))
            self.rounded[name] = (self._add("Cast", self._add("Round", moved), to=2), size)
        return self.rounded[name]

    def _values(self, name: str) -> npt.NDArray[np.float32]:
        from onnx import numpy_helper

        return np.asarray(numpy_helper.to_array(self.fixed[name]), dtype=np.float32)

    def _keep(self, values: Any) -> str:
        """The name under which fixed values stand in the file; floats as 32 bits."""
        from onnx import numpy_helper

        array = np.asarray(values, dtype=np.float32 if isinstance(values, float) else None)
        self.added.append(numpy_helper.from_array(array, f"int8_{len(self.added)}"))
        return str(self.added[-1].name)

    def _add(self, kind: str, *taken: str, gives: Sequence[str] = (), **settings: Any) -> str:
        """The name of what a new node gives."""
        from onnx import helper

        given = list(gives) or [f"int8_{kind}_{len(self.nodes)}"]
        self.nodes.append(helper.make_node(kind, [*taken], given, **settings))
        return given[0]


def round_weights(
    weights: npt.NDArray[np.float32], limit: int, *, axis: int
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Weights as whole numbers within ``limit``, and their scale along an axis: weights = numbers * scale.

    >>> numbers, scale = round_weights(np.array([[0.5, -2.0], [1.0, 1.0]], np.float32), 64, axis=0)
    >>> numbers.tolist(), scale.tolist()
    ([[32, -64], [64, 32]], [[0.015625, 0.03125]])
    """
    scale = np.maximum(np.abs(weights).max(axis=axis, keepdims=True), np.float32(1e-12)) / np.float32(limit)
    return np.round(weights / scale).astype(np.int8), scale.astype(np.float32)
