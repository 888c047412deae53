"""Coded datasets made by hand: one with cells that are hard to write, one of a study with people."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Code, Codebook
from textmine.coded import CodedDataset
from textmine.exchange.coded_folder import write_coded_folder


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


ANSWERS = [
    # id, person, question, age, text
    ("01", "A", "What helped?", "41", "Joint training 😀 helped\r\nand it saved money"),
    ("02", "B", "What helped?", "", "Nothing =really"),
    ("03", "A", "What hindered?", "41", "Money, money"),
    ("04", "C", "What hindered?", "29", ""),
    ("05", "C", "What hindered?", "29", "It saved money for café staff"),
]


def write_study(folder: Path) -> Path:
    """A coded folder with two questions, three people, two codes, an emoji and a line end of two signs."""
    ids = pd.Index([row[0] for row in ANSWERS], name="unit_id")
    scores = pd.DataFrame(
        {"training": [0.9, 0.1, 0.1, np.nan, 0.3], "money": [0.8, 0.2, 0.95, np.nan, 0.7]}, index=ids
    )
    decisions = (scores >= 0.5).astype(float).where(scores.notna())
    texts = {row[0]: row[4] for row in ANSWERS}
    marked = [
        ("01", "training", "Joint training 😀"),
        ("01", "money", "helped\r\nand it saved money"),
        ("03", "money", "Money"),
        ("05", "money", "saved money"),
        ("05", "training", "staff"),
    ]
    rows = [(u, c, texts[u].index(q), texts[u].index(q) + len(q), q, "tiny", "affirms") for u, c, q in marked]
    book = Codebook(
        id="b",
        version="1",
        codes=(
            Code("training", "Training", "Shared skill.", include=("courses",), exclude=("money",)),
            Code("money", "Money saved", "Money.", colour="#00FF00", parent="training"),
        ),
    )
    coded = CodedDataset(
        decisions,
        book,
        "tiny",
        scores=scores,
        spans=pd.DataFrame(rows, columns=["unit_id", "code", "start", "end", "quote", "coder", "stance"]),
        thresholds={"training": 0.5, "money": 0.5},
        accept_from={"money": 0.9},
    )
    source = pd.DataFrame(ANSWERS, columns=["id", "person", "question", "age", "said"])
    columns = {"text": "said", "id": "id", "question": "question", "group": "person", "wave": None}
    provenance = {
        "model": {"id": "tiny", "sha256": "0123456789ab" + "0" * 52, "tier": "fast"},
        "codebook": {"id": "b", "version": "1", "sha256": book.sha256},
        "columns": columns,
        "thresholds": dict(coded.thresholds),
        "corpus_fingerprint": "f" * 64,
    }
    write_coded_folder(coded, source, folder, provenance=provenance)
    (folder / "codebook.yaml").write_text(book.dumps(), encoding="utf-8")
    os.utime(folder / "provenance.json", (1_769_853_600, 1_769_853_600))
    return folder


@pytest.fixture
def study_folder(tmp_path: Path) -> Path:
    return write_study(tmp_path / "coded")
