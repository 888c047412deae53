"""Which language a text is in."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from textmine.cleaning.language import ENGLISH, LANGUAGES, tell_language

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The staff were kind and helpful", "en"),
        ("SEND support is stretched across the trust", "en"),
        ("Diolch yn fawr, roedd y staff yn wych", "cy"),
        ("Nauczyciele są bardzo mili", "pl"),
        ("عملہ بہت مہربان تھا", "ur"),
        ("الموظفون كانوا طيبين جدا", "ar"),
        ("Profesorii sunt foarte buni", "ro"),
        ("ਸਕੂਲ ਬਹੁਤ ਵਧੀਆ ਹੈ", "pa"),
        ("Les professeurs sont à l'écoute", "fr"),
        ("Los profesores son excelentes", "es"),
        ("老师们都很好，孩子很喜欢学校", "zh"),
    ],
)
def test_language_is_told(text: str, language: str) -> None:
    assert tell_language(text) == language
    assert tell_language(text) == language  # and is told alike each time


@pytest.mark.parametrize(
    "text", ["", "ok", "Time", "Joint bids", "👍👍", "12 34 56", "CPD, NQT, PPG", "café", "Y6 KS2 2024"]
)
def test_what_is_too_short_is_not_told(text: str) -> None:
    assert tell_language(text) == ""


def test_borrowed_words_and_names_leave_a_text_english() -> None:
    assert tell_language("The café was our naïve idea and now they all want one") == "en"
    assert tell_language("We’re “knackered” – honestly…") == "en"


def test_no_school_comment_is_taken_for_another_language() -> None:
    with (ROOT / "corpora" / "school-collaboration" / "comments.csv").open(
        encoding="utf-8", newline=""
    ) as handle:
        texts = [row["text"] for row in csv.DictReader(handle)]
    assert {tell_language(text) for text in texts[::5]} <= {"en", ""}


def test_lists_are_of_use() -> None:
    assert len(LANGUAGES) == len(set(LANGUAGES)) and "en" in LANGUAGES
    assert all(word == word.lower() and word.isalpha() for word in ENGLISH)
