"""The model card: names each code with its figures, says what it rests on, quotes nobody."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from textmine.coding.card import write_card
from textmine.coding.coder import Coder
from textmine.coding.evaluation import Evaluation, cross_validate
from textmine.coding.tokens import fold, token_spans
from textmine.corpus import Corpus
from textmine.locations import find_model


@pytest.fixture(scope="module")
def judged(answers: pd.DataFrame, given: pd.DataFrame) -> Evaluation:
    return cross_validate(Coder(folds=2), Corpus(answers.drop(columns="chosen")), given, folds=3)


@pytest.fixture(scope="module")
def card(coder: Coder, judged: Evaluation) -> str:
    return write_card(coder, "synthetic", judged, folds=3, learn_only=7)


def test_card_has_a_row_with_figures_for_each_code(card: str, coder: Coder, judged: Evaluation) -> None:
    for k, row in enumerate(judged.per_code.to_dict("records")):
        (line,) = re.findall(rf"^\| {row['code']} \|.*$", card, re.MULTILINE)
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[1:3] == [str(coder.n_positives_[k]), str(row["n_human"])]
        assert cells[5] == f"{row['f1']:.2f} ({row['f1_low']:.2f} to {row['f1_high']:.2f})"
        assert float(cells[6]) == pytest.approx(coder.thresholds_[k], abs=5e-4)


def test_card_says_what_it_rests_on(card: str, coder: Coder) -> None:
    for wanted in (
        "60 texts by 20 respondents",
        "7 of them learned from and never scored",
        coder.fingerprint_[:12],
        coder.codebook_.sha256[:12],
        "Cross-validated in 3 folds by respondent on 60 texts",
        "at least 3 respondents",
        "not for",
    ):
        assert wanted in card


def test_card_quotes_no_respondent(card: str, answers: pd.DataFrame, private_names: list[str]) -> None:
    low = " ".join(fold(card).split())
    assert not [name for name in private_names if name.lower() in low]
    for text in answers["text"]:
        words = [span.slice(fold(text)) for span, _ in token_spans(text)]
        assert not [i for i in range(len(words) - 2) if " ".join(words[i : i + 3]) in low]


def test_shipped_card_names_every_code() -> None:
    from textmine.coding.artefact import load_coder

    card = (find_model("school-collaboration") / "card.md").read_text("utf-8")
    assert all(f"| {code} |" in card for code in load_coder("school-collaboration").codes_)
