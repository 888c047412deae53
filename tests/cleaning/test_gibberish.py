"""Keys struck at random, and words that look a little like it."""

from __future__ import annotations

import pytest

from textmine.cleaning.gibberish import is_gibberish


@pytest.mark.parametrize(
    "text",
    [
        "asdfgh",
        "jkjkjk",
        "aaaaaa",
        "qwerty",
        "xxxxx",
        "hgfdkjh sdkfj",
        "ASDFGHJKL",
        "dfgdfg!!",
        "zzzzz",
        "lkjhg.",
    ],
)
def test_struck_keys_are_gibberish(text: str) -> None:
    assert is_gibberish(text)


@pytest.mark.parametrize(
    "text",
    ["", "n/a", "-", "SENDCo", "NQT", "PPG", "MAT", "CEIAG", "hahaha", "hmmmm", "property", "strengths",
     "Krzysztof",
     "Ngcobo", "Llwchwr", "it's xxxx", "your xxxx was amazing", "someone@example.org",
     "asdfgh is what the cat typed",
     "12345", "Wrzesniewska", "LGB", "szkoła", "بہت", "Aaargh", "power tools"],
)  # fmt: skip
def test_words_names_and_acronyms_are_none(text: str) -> None:
    assert not is_gibberish(text)
