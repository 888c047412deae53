"""A small synthetic survey, coded, and a coder trained on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Code, Codebook
from textmine.coding.accurate import AccurateCoder
from textmine.coding.artefact import save_coder
from textmine.coding.coder import Coder

_SAID = {
    "training": ["We share training days", "Joint training for all staff", "Training together helps us"],
    "money": ["It saves money", "Buying together saves money", "The money is shared fairly"],
    "time": ["There is no time to meet", "Time is short for everyone", "Finding time is hard"],
}
_ELSE = ["Nothing more to tell", "The weather was fine", "Our hall was painted"]

#: Said over and over, but by one respondent, and by two: no model may hold either.
ONE_PERSON, TWO_PERSONS = "Zebulon Quackenbush", "Wilhelmina Featherstonehaugh"


@pytest.fixture(scope="session")
def answers() -> pd.DataFrame:
    """Sixty synthetic answers: twenty respondents, three questions, two names that must stay private."""
    rng = np.random.default_rng(3)
    rows = []
    for n in range(60):
        person, question = divmod(n, 3)
        chosen = [code for code in _SAID if rng.random() < 0.4]
        parts = [_SAID[code][rng.integers(3)] for code in chosen] or [_ELSE[rng.integers(3)]]
        if person == 4:
            parts.append(f"{ONE_PERSON} and {ONE_PERSON} of {ONE_PERSON} Road")
        if person in (5, 6):
            parts.append(f"Ask {TWO_PERSONS}, {TWO_PERSONS.upper()} knows")
        rows.append((f"u{n}", ". ".join(parts) + ".", f"Question {question}?", f"r{person}", chosen))
    return pd.DataFrame(rows, columns=["doc_id", "text", "question", "group", "chosen"])


@pytest.fixture(scope="session")
def given(answers: pd.DataFrame) -> pd.DataFrame:
    """The codes of the synthetic answers, 1.0 or 0.0."""
    return pd.DataFrame({code: [float(code in chosen) for chosen in answers["chosen"]] for code in _SAID})


@pytest.fixture
def marked(answers: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """For each code given the word that carries it, as people mark it."""
    rows = [
        (row, code, word)
        for code in given
        for row in np.flatnonzero(given[code] == 1)
        for word in (code, code.capitalize())
        if word in answers["text"][row]
    ]
    return pd.DataFrame(rows, columns=["row", "code", "quote"])


@pytest.fixture(scope="session")
def book() -> Codebook:
    codes = (Code(c, definition=f"It is about {c}.", examples=(f"more {c}",)) for c in _SAID)
    return Codebook(id="synthetic", version="1.0", codes=tuple(codes))


@pytest.fixture(scope="session")
def coder(answers: pd.DataFrame, given: pd.DataFrame, book: Codebook) -> Coder:
    """A coder trained on the synthetic survey; to be used, not changed."""
    return Coder().fit(answers, given, codebook=book)


@pytest.fixture(scope="session")
def saved(coder: Coder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that coder; to be read, not changed."""
    return save_coder(coder, tmp_path_factory.mktemp("models") / "synthetic")


@pytest.fixture(scope="session")
def private_names() -> list[str]:
    return [*ONE_PERSON.split(), *TWO_PERSONS.split()]


@pytest.fixture(scope="session")
def memorisable() -> tuple[pd.DataFrame, np.ndarray]:
    """Forty texts of one odd word, each said by three respondents; which carry the code is drawn by lot."""
    rng = np.random.default_rng(1)
    words = ["".join(rng.choice(list("bcdfghjklmnpqrstvwxz"), 7)) for _ in range(40)]
    frame = pd.DataFrame({"text": words * 3, "group": [f"p{i}" for i in range(120)]})
    return frame.assign(doc_id=frame.index.astype(str)), np.tile(rng.random(40) < 0.4, 3).astype(float)


@pytest.fixture(scope="session")
def accurate_settings(tiny_encoder: Path) -> dict[str, Any]:
    """Settings with which a random encoder learns in seconds."""
    return {
        "encoder": str(tiny_encoder),
        "epochs": 2,
        "rate": 5e-3,
        "folds": 2,
        "threads": 1,
        "device": "cpu",
    }


@pytest.fixture(scope="session")
def accurate(
    answers: pd.DataFrame, given: pd.DataFrame, book: Codebook, accurate_settings: dict[str, Any]
) -> AccurateCoder:
    """An accurate coder of the synthetic survey; to be used, not changed."""
    return AccurateCoder(**accurate_settings).fit(answers, given, codebook=book)


@pytest.fixture(scope="session")
def accurate_saved(accurate: AccurateCoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that coder; to be read, not changed."""
    return save_coder(accurate, tmp_path_factory.mktemp("models") / "accurate")
