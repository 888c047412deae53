"""A fine-tuned network as int8 on ONNX Runtime: codes without torch, in half the space, on a processor.

``int8_export`` makes one. The weights are whole numbers with a scale a column; what each product takes in is
rounded to 8 bits with a scale a token, so a text's scores do not hang on the texts that are scored beside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from textmine.coding.encoder import Windows
from textmine.errors import ModelError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: What goes in, each (windows, tokens) of int64. An encoder without kinds of tokens leaves out the last.
INPUTS = ("ids", "mask", "kinds")
OUTPUT = "scores"
#: Windows scored at once.
SCORED_AT_ONCE = 32
#: A file may point to others for its weights under this key; such a file is refused.
_POINTER = b"location"


class Int8Network:
    """Scores windows as a ``Network`` does, of the bytes of an onnx file.

    ``network`` holds ``most_tokens``, ``words`` (how many it knows) and ``pad``, as ``describe`` gives them
    back; ``threads`` is the number of processor threads (None: ONNX Runtime's choice). Raises ``ModelError``
    where onnxruntime is missing or the bytes are no such network, or point to another file.
    """

    form = "int8"

    def __init__(self, content: bytes, network: dict[str, Any], *, threads: int | None = None) -> None:
        self.content = content
        self.most_tokens, self.n_words = int(network["most_tokens"]), int(network["words"])
        self.pad = int(network["pad"])
        self._session = _start(content, threads)
        self._taken = [given.name for given in self._session.get_inputs()]
        shape = self._session.get_outputs()[0].shape
        if self._taken not in ([*INPUTS], [*INPUTS[:2]]) or len(shape) != 2:
            raise ModelError("The int8 network takes or gives something else than textmine's do.")
        self.n_codes = int(shape[1])

    def describe(self) -> dict[str, Any]:
        """What the constructor takes besides the bytes."""
        return {
            "form": self.form,
            "most_tokens": self.most_tokens,
            "words": self.n_words,
            "pad": self.pad,
        }

    def score(self, windows: Windows) -> Floats:
        """Scores (texts, codes), the largest over each text's windows; windows of like length go together."""
        order = np.argsort(windows.lengths, kind="stable")
        scores = np.zeros((len(order), self.n_codes))
        for start in range(0, len(order), SCORED_AT_ONCE):
            chosen = order[start : start + SCORED_AT_ONCE]
            scores[chosen] = self._session.run([OUTPUT], self._fill(windows, chosen))[0]
        starts = np.searchsorted(windows.owner, np.arange(windows.n_texts))
        return np.maximum.reduceat(scores, starts) if len(starts) else scores

    def _fill(self, windows: Windows, chosen: Ints) -> dict[str, Ints]:
        """Windows filled up to the longest of them."""
        length = max(len(windows.ids[w]) for w in chosen)
        filled = {name: np.zeros((len(chosen), length), np.int64) for name in INPUTS}
        filled["ids"].fill(self.pad)
        for row, w in enumerate(chosen):
            n = len(windows.ids[w])
            filled["ids"][row, :n], filled["kinds"][row, :n] = windows.ids[w], windows.kinds[w]
            filled["mask"][row, :n] = 1
        return {name: filled[name] for name in self._taken}


def require_onnxruntime() -> Any:
    """The module ``onnxruntime``; raises ``ModelError`` where it is not installed."""
    try:
        import onnxruntime
    except ImportError:
        raise ModelError(
            "An int8 model needs onnxruntime. Install it with: pip install textmine[onnx]"
        ) from None
    return onnxruntime


def _start(content: bytes, threads: int | None) -> Any:
    """A session on the processor, from bytes: no file is looked for beside them, nothing is reported."""
    runtime = require_onnxruntime()
    runtime.disable_telemetry_events()
    if _POINTER in content:
        raise ModelError("The int8 network points to another file for its weights, which is not allowed.")
    options = runtime.SessionOptions()
    options.log_severity_level = 3  # errors alone
    options.inter_op_num_threads = 1
    if threads:
        options.intra_op_num_threads = threads
    try:
        return runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # of many kinds, with the file's own words in them
        raise ModelError(f"The int8 network cannot be read ({type(error).__name__}).") from error
