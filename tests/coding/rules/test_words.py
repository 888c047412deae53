"""A text as words: offsets, folding, what hangs together and what does not."""

from __future__ import annotations

import pytest

from textmine.coding.rules.language import parse_phrase
from textmine.coding.rules.words import fold_word, split_words


def test_offsets_lead_back_to_the_words() -> None:
    text = "😀 The MAT’s naïve head – “didn't” pay £5."
    words = split_words(text)
    cut = [text[a:b] for a, b in zip(words.starts, words.ends, strict=True)]
    assert cut == ["😀", "The", "MAT’s", "naïve", "head", "didn't", "pay", "£", "5"]


@pytest.mark.parametrize("between", [" ", "-", "/", "\t", "  ", ' "', "."])
def test_words_of_a_phrase_may_have_this_between_them(between: str) -> None:
    assert split_words(f"peer{between}review").joined[1]


@pytest.mark.parametrize("between", [". ", ", ", "; ", "\n", "? ", " – ", " (", ": "])
def test_words_of_a_phrase_may_not_have_this_between_them(between: str) -> None:
    assert not split_words(f"peer{between}review").joined[1]


def test_sentences_and_clauses_are_numbered() -> None:
    words = split_words("No, we share. Costs fell but staff left")
    assert list(words.sentences) == [0, 0, 0, 1, 1, 1, 1, 1]
    assert words.clauses[0] != words.clauses[1]  # a comma
    assert words.clauses[4] != words.clauses[5]  # 'but'


def test_no_words_in_marks_alone() -> None:
    assert len(split_words(" ... -- ?! ")) == 0


def test_folding_regards_neither_case_nor_composition_nor_kind_of_apostrophe() -> None:
    assert fold_word("CAFE\u0301’S") == fold_word("café's") == "café's"


@pytest.mark.parametrize("word", ["हिन्दी", "தமிழ்", "q\u0301uay", "עִבְרִית", "العَرَبِيَّة", "❤️", "ไทยนี้"])
def test_a_word_keeps_the_signs_of_its_letters(word: str) -> None:
    assert list(split_words(f"a {word} b").typed)[1:-1] == [word]
    assert parse_phrase(word).words == (word,)
