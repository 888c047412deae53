"""The benchmark of the cold start: its mapping of sections, its matching of words, its figures."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Code, Codebook
from textmine.corpus import Corpus

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    sys.modules.pop("cold_start", None)
    return importlib.import_module("cold_start")


def test_every_section_is_a_code_of_the_codebook(bench) -> None:
    book = Codebook.load(ROOT / "codebooks" / "partnership-evidence.yaml")
    assert set(bench.SECTIONS.values()) <= set(book.ids)
    assert len(set(bench.SECTIONS.values())) == 12


def test_definitions_alone_leave_nothing_else(bench) -> None:
    full = Code("a", definition="D.", include=("i",), exclude=("x",), examples=("e",), keywords=("k",))
    (code,) = bench.keep_definitions(Codebook(codes=(full,))).codes
    assert (code.definition, code.include, code.exclude, code.examples, code.keywords) == (
        "D.",
        (),
        (),
        (),
        (),
    )


def test_words_are_matched_whole_and_each_once(bench) -> None:
    book = Codebook(codes=(Code("a", name="Food", definition="Meals and drinks.", keywords=("soup",)),))
    corpus = Corpus(pd.DataFrame({"doc_id": ["1", "2"], "text": ["Soup, soup and meals", "soups"]}))
    assert bench.match_words(corpus, book, ["a"]).tolist() == [[2.0], [0.0]]
    assert bench.match_words(corpus, book, ["a"], names=True).tolist() == [[1.0], [0.0]]


def test_hit_rates_count_places(bench) -> None:
    row = bench._hit_rates(np.array([0, 2, 3, 0]))
    assert (row["paragraphs"], row["first"], row["first_three"]) == (4, 0.5, 0.75)
    assert row["first_low"] < 0.5 < row["first_high"]


def test_review_reaches_its_targets_where_it_is_at_hand(bench) -> None:
    path = bench.find_review()
    if path is None:
        pytest.skip("the review's text is not beside the checkout; name its folder with TEXTMINE_TEXTS")
    everything, scored, truth = bench.read_review(path)
    assert len(scored) >= 80 and len(everything) > 200
    book = Codebook.load(ROOT / "codebooks" / "partnership-evidence.yaml")
    codes = [code for code in book.ids if code in set(truth)]
    ranks = bench.tm.ColdStartCoder().fit(everything, codebook=book, codes=codes).rank(scored)
    place = bench._places(ranks, truth)
    assert (place < 1).mean() >= 0.60 and (place < 3).mean() >= 0.85


def test_headings_are_no_part_of_the_paragraphs(bench) -> None:
    path = bench.find_review()
    if path is None:
        pytest.skip("the review's text is not beside the checkout; name its folder with TEXTMINE_TEXTS")
    _, scored, _ = bench.read_review(path)
    last = [section.split(" > ")[-1] for section in scored.frame["section"]]
    assert not any(
        text.startswith(f"{head} ")
        for text, head in zip(scored.texts, last, strict=True)
        if len(head.split()) > 1
    )
