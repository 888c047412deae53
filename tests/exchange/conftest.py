"""A coded dataset made by hand, with cells that are hard to write."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Code, Codebook
from textmine.coded import CodedDataset


@pytest.fixture
def source() -> pd.DataFrame:
    """The input's columns, every cell a string."""
    text = ['It "saves", =money\r\nÂ£5 😀', "", "=HYPERLINK(1)", "-5 +1 @x"]
    return pd.DataFrame({"id": ["01", "02", "03", "04"], "said": text, "=odd": ["n/a", "", "1.0", "None"]})


@pytest.fixture
def coded(source: pd.DataFrame) -> CodedDataset:
    codes = (Code("money", "Money, saved", "D."), Code("time", definition="D."))
    index = pd.Index(source["id"], name="unit_id")
    scores = pd.DataFrame({"money": [0.9, np.nan, 0.8, 0.1], "time": [0.2, np.nan, 0.7, 0.3]}, index=index)
    spans = pd.DataFrame(
        [
            ("01", "money", 0, 10, 'It "saves"', "m", ""),
            ("03", "money", 0, 13, "=HYPERLINK(1)", "m", ""),
            ("03", "time", 1, 6, "HYPER", "m", ""),
        ],
        columns=["unit_id", "code", "start", "end", "quote", "coder", "stance"],
    )
    decisions = (scores >= 0.5).astype(float).where(scores.notna())
    cuts = {"money": 0.5, "time": 0.5}
    return CodedDataset(
        decisions,
        Codebook(id="b", version="1", codes=codes),
        "m",
        scores=scores,
        spans=spans,
        thresholds=cuts,
    )
