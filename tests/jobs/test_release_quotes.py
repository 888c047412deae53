"""How quotes are picked for the reviewer."""

from __future__ import annotations

import pandas as pd

from textmine.codebook import Codebook
from textmine.coded import SPAN_COLUMNS, CodedDataset
from textmine.exchange.coded_reader import CodedFolder
from textmine.jobs.release_quotes import pick_quotes

TEXTS = {"u1": "They saved us a lot of money", "u2": "Money went a long way here", "u3": "Saved money"}


def test_surest_texts_come_first_and_short_stretches_are_left_out() -> None:
    scores = pd.DataFrame({"money": [0.7, 0.9, 0.95]}, index=list(TEXTS))
    spans = [(u, "money", 0, len(t), t, "m", "") for u, t in TEXTS.items()]
    coded = CodedDataset(
        (scores > 0.5).astype(float),
        Codebook.from_labels(["money"]),
        "m",
        scores=scores,
        spans=pd.DataFrame(spans, columns=SPAN_COLUMNS),
    )
    folder = CodedFolder(coded, pd.DataFrame(), {}, {}, pd.DataFrame(), "")
    assert pick_quotes(folder, TEXTS, {"money"}, 5)["unit_id"].tolist() == ["u2", "u1"]
    assert pick_quotes(folder, TEXTS, {"money"}, 1)["unit_id"].tolist() == ["u2"]
    assert pick_quotes(folder, TEXTS, set(), 5).empty
