"""A small synthetic coded dataset with attributes, evidence, stances and a text that holds html."""

from __future__ import annotations

import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.coded import CodedDataset

TEXTS = {
    "u1": "It saves money and we train together",
    "u2": "Money is wasted on travel",
    "u3": "<script>alert('x')</script> saves money",
    "u4": "We train on Fridays",
    "u5": "Nobody rang",
}
BOOK = """\
codes:
  - {id: money, name: Money & cost, definition: Money., children: [{id: travel, definition: Travel cost.}]}
  - {id: training, name: Training, definition: Skills.}
"""


@pytest.fixture
def coded() -> CodedDataset:
    units = pd.Index(TEXTS, name="unit_id")
    given = pd.DataFrame(
        {"money": [1, 1, 1, 0, 0.0], "travel": [0, 1, 0, 0, float("nan")], "training": [1, 0, 0, 1, 0.0]},
        index=units,
    )
    scores = pd.DataFrame(
        {"money": [0.7, 0.9, 0.8, 0.3, 0.1], "travel": [0.1, 0.8, 0.1, 0.1, None], "training": 0.6},
        index=units,
    )
    spans = [
        ("u1", "money", 0, 14, "affirms"),
        ("u2", "money", 0, 15, "denies"),
        ("u2", "travel", 19, 25, ""),
        ("u3", "money", 28, 39, "affirms"),
        ("u1", "training", 19, 36, ""),
    ]
    frame = pd.DataFrame(
        [(u, c, s, e, TEXTS[u][s:e], "m", stance) for u, c, s, e, stance in spans],
        columns=["unit_id", "code", "start", "end", "quote", "coder", "stance"],
    )
    facts = pd.DataFrame(
        {"region": ["North", "North", "South", "South", None], "wave": [1.0, 2.0, 2.0, 1.0, 1.0]}, index=units
    )
    return CodedDataset(
        given,
        Codebook.loads(BOOK),
        "m",
        scores=scores.astype(float),
        spans=frame,
        thresholds=dict.fromkeys(given.columns, 0.5),
        texts=pd.Series(TEXTS),
        attributes=facts,
    )
