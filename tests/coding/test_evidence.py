"""Evidence: a slice of the text as read, whatever was repaired on the way."""

from __future__ import annotations

import itertools
import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.cleaning import repair_text
from textmine.coding.coder import Coder
from textmine.coding.evidence import find_sentences
from textmine.corpus import Corpus

PIECES = ["We share training", "It saves money", "donâ€™t", "Â£5", "&amp;", "\r\n", "\u00a0", "  ", "😀"]
PIECES += [". ", "!", "\u200b", "cafÃ©", "ÐÐ¾", "…", "\t", "no time", "\\n"]
damaged = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


def shown(text: str) -> list[str]:
    """The sentences of the repaired text as they stand in the text as read."""
    return [span.slice(text) for span in find_sentences(text, repair_text(text))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It  saves\r\nus Â£5!  Good", ["It  saves", "us Â£5!", "Good"]),
        ("😀 We donâ€™t know. Itâ€™s fine.", ["We donâ€™t know.", "Itâ€™s fine."]),
        ("Fish &amp; chips.\u00a0Now&nbsp;more", ["Fish &amp; chips.", "Now&nbsp;more"]),
        ("\ufeff  First.\tSecond\u200b. ", ["First.", "Second\u200b."]),
    ],
)
def test_repaired_sentences_are_found_in_the_text_as_read(text: str, wanted: list[str]) -> None:
    assert shown(text) == wanted


@given(damaged | st.text())
def test_sentences_keep_their_order_and_stay_inside_the_text(text: str) -> None:
    spans = find_sentences(text, repair_text(text))
    assert all(0 <= span.start <= span.end <= len(text) for span in spans)
    assert all(a.start <= b.start and a.end <= b.end for a, b in itertools.pairwise(spans))


def test_long_damaged_text_is_aligned_quickly() -> None:
    sentence = "We share training donâ€™t we,  with  café others. "
    started = time.perf_counter()
    found = shown(sentence * 800)
    assert time.perf_counter() - started < 5
    assert found == [sentence.strip()] * 800


@given(said=damaged)
def test_evidence_is_a_slice_of_the_text_as_read(coder: Coder, said: str) -> None:
    text = f"{said}\r\nWe share training days for staff. {said} It saves money!"
    coded = coder.code(Corpus(pd.DataFrame({"doc_id": ["1"], "text": [text]})))
    for row in coded.spans.itertuples():
        assert row.quote == text[row.start : row.end]
        assert row.quote == row.quote.strip() != ""


def test_sentence_that_carries_the_code_is_shown(coder: Coder) -> None:
    text = "The hall is  old.\r\nJoint training for all staff helps!  It saves money, Â£500. Nobody knows 😀."
    coded = coder.code(Corpus(pd.DataFrame({"doc_id": ["1"], "text": [text]})))
    found = dict(zip(coded.spans["code"], coded.spans["quote"], strict=True))
    assert found["training"] == "Joint training for all staff helps!"
    assert found["money"] == "It saves money, Â£500."
