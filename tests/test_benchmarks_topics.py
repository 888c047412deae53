"""The benchmark of topics: withheld codes and planted themes are scored as its page says."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.corpus import Corpus
from textmine.topics.model import TopicModel

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
THEMES = ("the lunch menu", "parking by the gate", "the choir concert", "radiators in winter")
FRAMES = ("We liked {}", "{} was poor", "More of {} please", "I asked about {}", "{} again and again")


@pytest.fixture
def topics_(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    sys.modules.pop("topics", None)
    return importlib.import_module("topics")


@pytest.fixture
def study() -> tuple[Corpus, pd.DataFrame]:
    """Made-up comments of four themes, each a code: 50 a theme."""
    texts = [f"{f.format(t)} in week {w}" for t in THEMES for f in FRAMES for w in range(10)]
    ids = [f"u{i}" for i in range(len(texts))]
    corpus = Corpus(pd.DataFrame({"doc_id": ids, "text": texts, "question": "q", "group": ids}))
    codes = {f"code_{k}": np.arange(len(texts)) // 50 == k for k in range(len(THEMES))}
    return corpus, pd.DataFrame(codes).astype(float)


def test_withheld_code_is_scored_by_its_nearest_draft(topics_, study) -> None:
    corpus, y = study
    book = topics_.Codebook(version="1", codes=tuple(topics_.Code(c) for c in y.columns), bare=True)
    best = topics_.find_withheld(TopicModel(n_topics=4).fit(corpus), corpus, y, book, "code_3")
    assert best["precision"] >= 0.9 and best["recall"] >= 0.2


def test_code_that_words_tell_can_be_taught_and_a_coin_cannot(topics_, study) -> None:
    corpus, y = study
    features = topics_.place_corpus(TopicModel(n_topics=4).fit(corpus), corpus)
    assert topics_.can_be_taught(features, y["code_1"].to_numpy() == 1, corpus.groups)
    coin = np.random.default_rng(0).random(len(y)) < 0.1
    assert not topics_.can_be_taught(features, coin, corpus.groups)


def test_planted_theme_raises_its_alarm(topics_, study, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus, y = study
    monkeypatch.setattr(topics_, "WAVE", 100)
    monkeypatch.setattr(topics_, "PLANTED", 20)
    theme = y["code_2"].to_numpy() == 1
    assert topics_.try_wave(corpus, theme, True, 0) == (1, True)
    assert topics_.try_wave(corpus, theme, False, 0) == (0, False)


def test_one_method_is_measured_end_to_end(topics_) -> None:
    found = topics_.run_method("textmine", "school", 1, 1, 300)
    assert found["texts"] == 300 and found["topics"] >= 2
    assert 0 <= found["outliers"] <= 1 and 0 <= found["over_subsamples"] <= 1 and found["seconds"] > 0
