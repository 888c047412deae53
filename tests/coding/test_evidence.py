"""Evidence: a slice of the text as read, whatever was repaired on the way."""

from __future__ import annotations

import copy
import itertools
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.cleaning import repair_text
from textmine.coding.clauses import Unit
from textmine.coding.coder import Coder
from textmine.coding.evidence import Pairs, find_rivals, find_way_back, take_heaviest
from textmine.coding.tokens import sentence_spans
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.spans import Span

PIECES = ["We share training", "It saves money", "donâ€™t", "Â£5", "&amp;", "\r\n", "\u00a0", "  ", "😀"]
PIECES += [". ", "!", "\u200b", "cafÃ©", "ÐÐ¾", "…", "\t", "no time", "\\n"]
damaged = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


def shown(text: str) -> list[str]:
    """The sentences of the repaired text as they stand in the text as read."""
    return [span.slice(text) for span in found_sentences(text)]


def found_sentences(text: str) -> list[Span]:
    """The sentences of the repaired text, as spans of the text as read."""
    repaired = repair_text(text)
    way_back = find_way_back(text, repaired)
    return [way_back(span) for span in sentence_spans(repaired)]


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
    spans = found_sentences(text)
    assert all(0 <= span.start <= span.end <= len(text) for span in spans)
    assert all(a.start <= b.start and a.end <= b.end for a, b in itertools.pairwise(spans))


def test_long_damaged_text_is_aligned_quickly() -> None:
    sentence = "We share training donâ€™t we,  with  café others. "
    started = time.process_time()
    found = shown(sentence * 800)
    assert time.process_time() - started < 5
    assert found == [sentence.strip()] * 800


@given(said=damaged, unit=st.sampled_from(list(Unit)))
def test_evidence_is_a_slice_of_the_text_as_read(coder: Coder, said: str, unit: Unit) -> None:
    text = f"{said}\r\nWe share training days for staff. {said} It saves money!"
    coded = code(coder, text, unit)
    for row in coded.itertuples():
        assert row.quote == text[row.start : row.end]
        assert row.quote == row.quote.strip() != ""


def test_sentence_that_carries_the_code_is_shown(coder: Coder) -> None:
    text = "The hall is  old.\r\nJoint training for all staff helps!  It saves money, Â£500. Nobody knows 😀."
    found = quotes_of(code(coder, text, Unit.sentence))
    assert found["training"] == ["Joint training for all staff helps!"]
    assert found["money"] == ["It saves money, Â£500."]


def test_clause_that_carries_the_code_is_shown_and_not_that_of_another(coder: Coder) -> None:
    text = "The head is nice, we share joint training for staff, and in the end it saves us money"
    found = quotes_of(code(coder, text, Unit.clause))
    assert found["training"] == ["we share joint training for staff"]
    assert found["money"] == ["in the end it saves us money"]


def test_words_that_carry_the_code_are_shown(coder: Coder) -> None:
    found = quotes_of(code(coder, "The weather was grey and it saves money for everybody there", Unit.word))
    assert set(" ".join(found["money"]).split()) <= {"it", "saves", "money", "for"}
    assert any("money" in quote for quote in found["money"])


def test_several_stretches_are_shown_where_no_single_one_would_do(coder: Coder) -> None:
    text = "We share training for staff. The hall is old and cold in winter. Joint training days help."
    found = code(coder, text, Unit.sentence).query("code == 'training'")
    assert found["quote"].tolist() in (
        ["We share training for staff.", "Joint training days help."],
        ["Joint training days help.", "We share training for staff."],
    )


@pytest.mark.parametrize("unit", list(Unit))
def test_code_falls_when_its_evidence_is_taken_out(coder: Coder, unit: Unit) -> None:
    text = "The old hall has a roof, nobody knows why it leaks. We share joint training days, sometimes."
    found = code(coder, text, unit).query("code == 'training'")
    rest = text
    for start, end in sorted(zip(found["start"], found["end"], strict=True), reverse=True):
        rest = rest[:start] + " " + rest[end:]
    place = coder.codes_.index("training")
    assert coder.predict([text])[0, place] == 1
    assert coder.predict([rest])[0, place] == 0


def test_text_without_words_shows_itself(coder: Coder) -> None:
    everywhere = replace_thresholds(coder, 0.0)
    assert set(code(everywhere, " 😀 ", Unit.clause)["quote"]) == {"😀"}


def test_mark_by_itself_is_no_evidence(coder: Coder) -> None:
    everywhere = replace_thresholds(coder, 0.0)
    assert all(any(map(str.isalnum, q)) for q in code(everywhere, "Good?! Really?!", Unit.sentence)["quote"])


def test_unknown_unit_names_those_that_there_are(coder: Coder) -> None:
    with pytest.raises(InputError, match="word, clause, sentence"):
        coder.code(Corpus(pd.DataFrame({"doc_id": ["1"], "text": ["Hm"]})), evidence="page")


def test_piece_that_adds_nothing_is_not_shown_in_place_of_a_shared_one() -> None:
    pairs = Pairs(
        text=np.array([0, 0]),
        code=np.array([0, 1]),
        pair=np.array([0, 0, 1, 1]),
        piece=np.array([0, 1, 0, 1]),
        weight=np.array([0.4, -0.01, 0.6, 0.0]),  # the first piece carries both codes
        size=np.full(4, 3),
        speaks=np.ones(4, bool),
    )
    rivals = find_rivals(pairs, np.array([True, True]))
    taken = take_heaviest(pairs, rivals, np.zeros((1, 2)), np.array([0.3, 0.3]))
    assert taken.tolist() == [True, False, True, False]


def test_pieces_are_taken_until_the_rest_falls_short() -> None:
    pairs = Pairs(
        text=np.array([0, 0]),
        code=np.array([0, 1]),
        pair=np.array([0, 0, 0, 1, 1, 1]),
        piece=np.array([0, 1, 2, 0, 1, 2]),
        weight=np.array([0.5, 0.4, 0.05, 0.9, -0.2, 0.1]),
        size=np.array([4, 4, 4, 4, 4, 4]),
        speaks=np.ones(6, bool),
    )
    taken = take_heaviest(pairs, np.zeros(6), np.zeros((1, 2)), np.array([0.3, 0.3]))
    assert taken.tolist() == [True, True, False, True, False, False]


def test_piece_goes_to_the_code_that_it_adds_most_to() -> None:
    pairs = Pairs(
        text=np.array([0, 0]),
        code=np.array([0, 1]),
        pair=np.array([0, 0, 1, 1]),
        piece=np.array([0, 1, 0, 1]),
        weight=np.array([0.6, 0.5, 0.3, 0.9]),
        size=np.array([4, 4, 4, 4]),
        speaks=np.ones(4, bool),
    )
    rivals = find_rivals(pairs, np.array([True, True]))
    assert rivals.tolist() == [0.3, 0.9, 0.6, 0.5]
    taken = take_heaviest(pairs, rivals, np.zeros((1, 2)), np.array([0.3, 0.2]))
    assert taken.tolist() == [True, False, False, True]
    alone = find_rivals(pairs, np.array([True, False]))  # the second is not given: it takes nothing away
    assert alone.tolist() == [0.0, 0.0, 0.6, 0.5]


def code(coder: Coder, text: str, unit: Unit) -> pd.DataFrame:
    """The evidence in a text."""
    return coder.code(Corpus(pd.DataFrame({"doc_id": ["1"], "text": [text]})), evidence=unit).spans


def quotes_of(spans: pd.DataFrame) -> dict[str, list[str]]:
    """The quotes of each code."""
    return {str(name): part["quote"].tolist() for name, part in spans.groupby("code")}


def replace_thresholds(coder: Coder, value: float) -> Coder:
    """The same coder with another threshold for every code."""
    other = copy.copy(coder)
    other.thresholds_ = np.full(len(coder.codes_), value)
    return other
