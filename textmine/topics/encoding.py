"""A sentence encoder in place of static vectors, for whoever has the time: sentence-transformers by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from textmine.coding.encoder import encoder_wanted, find_encoder, require_torch
from textmine.topics.space import Floats, unit_rows

#: Texts whose rows are kept, so that fits to resamples of the same texts do not encode them anew.
MOST_KEPT = 20_000


@lru_cache(maxsize=1)
def make_encoder(name: str) -> Callable[[Sequence[str]], Floats]:
    """A function from texts to unit rows (n, dimensions), by a sentence-transformers name or folder.

    A text is encoded once while no more than ``MOST_KEPT`` others are. Raises ``ModelError`` where torch is
    missing or the encoder cannot be had.
    """
    place = find_encoder(name)  # a name that is none is told before torch is loaded
    require_torch()
    from sentence_transformers import SentenceTransformer

    from textmine.coding.machine import quiet_torch

    with quiet_torch(), encoder_wanted(place):
        model = SentenceTransformer(place, device="cpu", local_files_only=True)
    kept: dict[str, npt.NDArray[np.float32]] = {}

    def encode(texts: Sequence[str]) -> Floats:
        new = sorted(set(texts) - kept.keys())
        rows = np.asarray(model.encode(new, batch_size=32, show_progress_bar=False)) if new else ()
        fresh = {text: np.asarray(row, dtype=np.float32) for text, row in zip(new, rows, strict=True)}
        known = kept | fresh
        if len(known) <= MOST_KEPT:
            kept.update(fresh)
        found = np.array([known[text] for text in texts], dtype=np.float64)
        return unit_rows(found.reshape(len(texts), -1).round(6))

    return encode
