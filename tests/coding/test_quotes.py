"""People's quotes: found in damaged texts, offsets into the text as read, compared word by word."""

from __future__ import annotations

import pandas as pd
import pytest

from textmine.coding.quotes import compare_words, find_stretches, locate_quotes, number_rows
from textmine.corpus import Corpus
from textmine.errors import InputError


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("share staff", "We share staff.", ["share staff"]),
        ("SHARE, staff!", "we share  staff", ["share  staff"]),
        ("it’s £5", "Itâ€™s Â£5 each", ["Itâ€™s Â£5"]),
        ("We meet … at noon", "We meet, mostly, at noon", ["We meet", "at noon"]),
        ("[...] at noon", "We meet at noon", ["at noon"]),
        ("aring staf", "Sharing staff", ["aring staf"]),
        ("art", "part of art", ["art"]),
        ("never said", "We meet", []),
        ("at noon ... We meet", "We meet at noon", []),
        ("", "We meet", []),
    ],
)
def test_a_quote_is_found_by_its_words(quote: str, text: str, found: list[str]) -> None:
    assert [span.slice(text) for span in find_stretches(quote, text)] == found


def test_a_short_quote_is_a_word_of_its_own_before_it_is_part_of_one() -> None:
    assert find_stretches("art", "part of art")[0].start == 8


def test_quotes_come_with_their_units_and_those_not_found_are_told() -> None:
    corpus = Corpus(pd.DataFrame({"doc_id": ["a", "b"], "text": ["One two three", "Four"]}))
    quotes = pd.DataFrame(
        {"unit_id": ["a", "a", "b", "elsewhere"], "code": "c", "quote": ["two", "", "five", "two"]}
    )
    assert locate_quotes(corpus, quotes).to_numpy().tolist() == [
        ["a", "c", 4, 7], ["a", "c", -1, -1], ["b", "c", -1, -1]
    ]  # fmt: skip
    by_row = pd.DataFrame({"row": [1], "code": ["c"], "quote": ["four"]})
    assert locate_quotes(corpus, by_row).to_numpy().tolist() == [["b", "c", 0, 4]]


def test_known_offsets_are_taken_as_they_are() -> None:
    corpus = Corpus(pd.DataFrame({"doc_id": ["a"], "text": ["so so"]}))
    quotes = pd.DataFrame({"unit_id": "a", "code": "c", "quote": "so", "start": [3, -1], "end": [5, -1]})
    assert locate_quotes(corpus, quotes)["start"].tolist() == [3, 0]


def test_quotes_without_their_columns_are_an_error() -> None:
    corpus = Corpus(pd.DataFrame({"doc_id": ["a"], "text": ["so"]}))
    for frame in ({"code": [], "quote": []}, {"unit_id": [], "code": []}):
        with pytest.raises(InputError, match="unit_id"):
            locate_quotes(corpus, pd.DataFrame(frame))


def test_words_are_compared_as_by_hand() -> None:
    found, quoted = [True, True, True, False, False], [False, True, True, True, True]
    assert compare_words(found, quoted) == {
        "overlap": 1.0,
        "token_precision": pytest.approx(2 / 3),
        "token_recall": 0.5,
        "token_f1": pytest.approx(4 / 7),
        "same_stretch": 0.0,
    }
    assert compare_words([True, True], [True, False])["same_stretch"] == 1.0  # just half
    assert set(compare_words([True, False], [False, True]).values()) == {0.0}
    assert set(compare_words([False], [False]).values()) == {0.0}


def test_quotes_by_unit_id_teach_the_same_as_by_row() -> None:
    corpus = Corpus(
        pd.DataFrame({"doc_id": ["a", "b", "c"], "text": ["We train", "It saves", "So we train"]})
    )
    by_unit = pd.DataFrame(
        {"unit_id": ["c", "b", "x", "a"], "code": "money", "quote": ["train", "saves", "y", ""]}
    )
    assert number_rows(corpus, by_unit)[["row", "quote"]].values.tolist() == [[2, "train"], [1, "saves"]]
    by_row = pd.DataFrame({"row": [1], "code": ["money"], "quote": ["saves"]})
    assert number_rows(corpus, by_row) is by_row and number_rows(corpus, None) is None


@pytest.mark.parametrize(
    ("quotes", "said"),
    [
        ({"unit_id": ["a"], "code": ["money"]}, "quote was not found"),
        ({"unit_id": ["z"], "code": ["money"], "quote": ["w"]}, "same ids"),
    ],
)
def test_quotes_that_fit_no_text_are_an_error(quotes, said) -> None:
    corpus = Corpus(pd.DataFrame({"doc_id": ["a"], "text": ["We train"]}))
    with pytest.raises(InputError, match=said):
        number_rows(corpus, pd.DataFrame(quotes))
