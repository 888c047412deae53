"""How quotes are picked for the reviewer."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.coded import SPAN_COLUMNS, CodedDataset
from textmine.errors import InputError
from textmine.exchange.coded_reader import CodedFolder
from textmine.jobs.release_quotes import pick_quotes, take_from_bank
from textmine.passages import QuoteBank

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


def make_folder(stances: dict[str, str], scores: dict[str, float]) -> CodedFolder:
    texts = {unit: f"{unit} says a lot of money" for unit in scores}
    table = pd.DataFrame({"money": scores})
    spans = [(u, "money", 0, len(t), t, "m", stances.get(u, "")) for u, t in texts.items()]
    coded = CodedDataset(
        (table > 0.5).astype(float),
        Codebook.from_labels(["money"]),
        "m",
        scores=table,
        spans=pd.DataFrame(spans, columns=SPAN_COLUMNS),
        texts=pd.Series(texts),
    )
    return CodedFolder(coded, pd.DataFrame(), {}, {}, pd.DataFrame(), "")


SURE = {"u1": 0.99, "u2": 0.98, "u3": 0.97, "u4": 0.6, "u5": 0.55}


@pytest.mark.parametrize(
    ("stances", "per_code", "picked"),
    [
        ({"u4": "denies", "u5": "mixed"}, 3, ["u1", "u2", "u4"]),
        ({"u4": "denies"}, 2, ["u1", "u4"]),
        ({"u4": "denies"}, 1, ["u1"]),
        ({}, 3, ["u1", "u2", "u3"]),
        ({"u5": "unsure"}, 3, ["u1", "u2", "u3"]),
        (dict.fromkeys(["u1", "u2", "u3", "u4"], "denies"), 3, ["u5", "u1", "u2"]),
    ],
)
def test_one_in_three_quotes_speaks_against_the_theme_where_any_does(stances, per_code, picked) -> None:
    folder = make_folder(stances, SURE)
    texts = folder.coded.texts.to_dict()
    assert pick_quotes(folder, texts, {"money"}, per_code)["unit_id"].tolist() == picked


def test_same_words_are_picked_once() -> None:
    folder = make_folder({}, SURE)
    texts = {**folder.coded.texts.to_dict(), "u2": "U1 says a lot of money"}
    assert pick_quotes(folder, texts, {"money"}, 3)["unit_id"].tolist() == ["u1", "u3", "u4"]


def test_quotes_of_a_bank_are_taken_where_their_words_still_stand(tmp_path: Path) -> None:
    bank = QuoteBank(tmp_path / "ann.jsonl")
    for unit, text in TEXTS.items():
        bank.add_quote(unit, "money", 0, 5, text)
    bank.add_quote("u1", "time", 0, 5, TEXTS["u1"])
    now = {**TEXTS, "u2": "Other words", "u3": TEXTS["u3"]}
    fit, left_out = take_from_bank(bank.path, now, {"money"})
    assert fit["unit_id"].tolist() == ["u1", "u3"] and left_out == 2
    with pytest.raises(InputError, match="No quote bank"):
        take_from_bank(tmp_path / "none.jsonl", now, {"money"})
