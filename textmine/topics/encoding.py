"""A sentence encoder in place of static vectors, for whoever has the time: sentence-transformers by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from textmine.coding.encoder import encoder_wanted, find_encoder, require_torch
from textmine.topics.space import Floats, unit_rows


def make_encoder(name: str) -> Callable[[Sequence[str]], Floats]:
    """A function from texts to unit rows (n, dimensions), by a sentence-transformers name or folder.

    Raises ``ModelError`` where torch is missing or the encoder cannot be had.
    """
    require_torch()
    from sentence_transformers import SentenceTransformer

    place = find_encoder(name)
    with encoder_wanted(place):
        model = SentenceTransformer(place, device="cpu")

    def encode(texts: Sequence[str]) -> Floats:
        rows = model.encode(list(texts), batch_size=32, show_progress_bar=False)
        return unit_rows(np.asarray(rows, dtype=np.float64).reshape(len(texts), -1))

    return encode
