"""Many patterns at once: the same finds as one by one, in time that grows with the text alone."""

from __future__ import annotations

import time

import pytest

from textmine.cleaning.scan import compile_search


def test_numbers_of_all_found_patterns_come_back() -> None:
    find = compile_search(r"\bone\b", r"\btwo\b", r"\bthree\b")
    assert sorted(find("three and one") or []) == [0, 2]
    assert find("twofold") is None


def test_text_beyond_ascii_is_searched() -> None:
    find = compile_search("café", r"\bnil\b")
    assert find("le café") == [0]
    assert find("日本 nil 😀") == [1]


def test_pattern_that_re2_cannot_read_is_named_by_its_number() -> None:
    with pytest.raises(ValueError, match="Pattern 1 "):
        compile_search("one", "two(?! birds)")


def test_nested_repeats_take_no_time() -> None:
    find = compile_search(r"^(?:(?:a|aa)+ ?)+b$")
    started = time.process_time()
    assert find("a" * 20_000) is None
    assert time.process_time() - started < 2
