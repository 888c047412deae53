"""Tokens and sentences: the same whether counted in a batch or placed in one text."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from textmine.coding.tokens import TypeIndex, fold, sentence_spans, token_spans

texts = st.text(st.sampled_from("aB9 .,'’\n?!£İßΣé😀_-")) | st.text()


def tokens_of(text: str) -> list[str]:
    return [span.slice(fold(text)) for span, _ in token_spans(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Don’t STOP", ["don't", "stop"]),
        ("£5,000.50 on 2nd at 9:30", ["£", "5,000.50", "on", "2nd", "at", "9:30"]),
        ("50% more!", ["50", "%", "more", "!"]),
        ("the 'quoted' word", ["the", "quoted", "word"]),
        ("😀 (ok) -", ["ok"]),
        ("...", []),
        ("", []),
    ],
)
def test_text_is_cut_into_these_tokens(text: str, wanted: list[str]) -> None:
    assert tokens_of(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("We share. It works, mostly!", ["We share.", "It works, mostly!"]),
        ("Dr. Who came, e.g. today. Good", ["Dr. Who came, e.g. today.", "Good"]),
        ("It grew 1.5 times\nand more", ["It grew 1.5 times", "and more"]),
        ("Why? Because", ["Why?", "Because"]),
        ("He said “it works.”\nYes", ["He said “it works.”", "Yes"]),
        (" \n ", []),
    ],
)
def test_text_is_cut_into_these_sentences(text: str, wanted: list[str]) -> None:
    assert [span.slice(text) for span in sentence_spans(text)] == wanted


@given(texts)
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.lists(texts, max_size=5))
@example(["aΣ İ"])  # a last 'Σ' is another small letter, whatever else the text holds
def test_batch_counts_the_tokens_and_sentences_that_spans_place(batch_of: list[str]) -> None:
    index = TypeIndex()
    batch = index.tokenise(batch_of)
    names = list(index.numbers)
    placed = [token_spans(text) for text in batch_of]
    assert batch.text.tolist() == [i for i, spans in enumerate(placed) for _ in spans]
    assert [names[t] for t in batch.types] == [token for text in batch_of for token in tokens_of(text)]
    assert batch.text_ends.tolist() == np.cumsum([len(spans) for spans in placed], dtype=int).tolist()
    sentences = [sentence_spans(text) for text in batch_of]
    assert batch.sentence_text.tolist() == [i for i, spans in enumerate(sentences) for _ in spans]
    before = np.cumsum([0, *map(len, sentences)])
    wanted = [before[i] + sentence for i, spans in enumerate(placed) for _, sentence in spans]
    assert batch.sentence.tolist() == wanted


@given(texts)
def test_sentences_stand_in_order_and_hold_every_token(text: str) -> None:
    sentences = sentence_spans(text)
    assert all(a.start < b.start for a, b in itertools.pairwise(sentences))
    for span, number in token_spans(text):
        assert sentences[number].start <= span.start < span.end <= sentences[number].end


def test_types_keep_their_numbers_from_batch_to_batch() -> None:
    index = TypeIndex()
    first = index.tokenise(["share money"]).types.tolist()
    assert index.tokenise(["money share more"]).types.tolist() == [first[1], first[0], 2]
