"""Small datasets of codings, coder by coder."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.coded import CodedDataset


@pytest.fixture
def make_coded() -> Callable[..., CodedDataset]:
    """Makes what one coder gave: for each unit its values in the order of the codes, spans if any."""

    def make(
        coder: str,
        values: dict[str, Sequence[float]],
        codes: Sequence[str] = ("a", "b", "c"),
        spans: Sequence[tuple[str, str, int, int]] = (),
    ) -> CodedDataset:
        frame = pd.DataFrame.from_dict(values, orient="index", columns=list(codes), dtype=float)
        listed = pd.DataFrame(spans, columns=["unit_id", "code", "start", "end"]) if spans else None
        return CodedDataset.from_labels(frame, Codebook.from_labels(list(codes)), coder=coder, spans=listed)

    return make
