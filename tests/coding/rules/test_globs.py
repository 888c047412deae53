"""Patterns of words: what they match, and that none can hang."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.coding.rules.globs import LONGEST_WORD, WordPatterns, matches_glob


@pytest.mark.parametrize(
    ("pattern", "word", "matches"),
    [
        ("collaborat*", "Collaborating", True),
        ("collaborat*", "collaborat", True),
        ("collaborat*", "uncollaborative", False),
        ("wom?n", "women", True),
        ("wom?n", "womn", False),
        ("*ship", "leadership", True),
        ("co*operat*", "cooperation", True),
        ("head", "head's", True),
        ("head", "heads", False),
        ("head's", "head’s", True),
        ("strasse", "Straße", True),
        ("café", "cafe\u0301", True),
        ("cafe", "café", False),
        ("z??", "zoo", True),
        ("z??", "zoos", False),
    ],
)
def test_what_a_pattern_matches(pattern: str, word: str, matches: bool) -> None:
    patterns = WordPatterns()
    number = patterns.add(pattern)
    assert (number in patterns.match(word)) is matches


@pytest.mark.parametrize(
    ("word", "matches"), [("MAT", True), ("mat", False), ("Mat", False), ("MAT's", True)]
)
def test_case_matters_only_where_asked(word: str, matches: bool) -> None:
    patterns = WordPatterns()
    strict, loose = patterns.add("MAT", case=True), patterns.add("MAT")
    assert (strict in patterns.match(word)) is matches
    assert loose in patterns.match(word)


def test_a_pattern_added_again_keeps_its_number_even_if_it_was_the_last() -> None:
    patterns = WordPatterns()
    assert patterns.add("a*") == patterns.add("A*") == 0
    assert patterns.add("b") == 1
    assert patterns.add("a**") == 0


def test_a_pattern_added_later_is_found_in_words_seen_before() -> None:
    patterns = WordPatterns()
    assert not patterns.match("money")
    number = patterns.add("mon*")
    assert patterns.match("money") == {number}


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=10))
def test_globs_are_those_of_fnmatch(pattern: str, word: str) -> None:
    assert matches_glob(pattern, word) == fnmatchcase(word, pattern)


def test_no_pattern_and_no_word_can_hang() -> None:
    patterns = WordPatterns()
    for n in range(20):
        patterns.add("*a" * (20 + n) + "*b")
    started = time.process_time()
    assert not patterns.match("a" * LONGEST_WORD)
    assert not patterns.match("a" * 1_000_000)
    assert time.process_time() - started < 2
