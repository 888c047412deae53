"""The table that a person reads in a terminal."""

from __future__ import annotations

import io
import re
from types import SimpleNamespace

import pytest
from rich.console import Console

from textmine.jobs.demo import Theme
from textmine.jobs.show import show_themes

THEMES = [
    Theme(
        "training",
        "Training [shared]",
        30,
        120,
        25,
        60,
        "What has gained?",
        20,
        40,
        ["we [b]train[/b]", "two"],
    ),
    Theme("money", "Money", 0, 120, 0, 60, "What would help?", 0, 0, []),
]
REPORT = SimpleNamespace(
    counts=SimpleNamespace(read=130, non_response=7), coded=SimpleNamespace(coder="tiny")
)


def shown(width: int) -> str:
    stream = io.StringIO()
    show_themes(Console(file=stream, width=width), REPORT, THEMES)
    return stream.getvalue()


@pytest.mark.parametrize("width", [60, 80, 200])
def test_each_theme_has_its_count_its_shares_and_their_bases(width: int) -> None:
    text = shown(width)
    (line,) = [line for line in text.splitlines() if "Training" in line]
    assert line.split()[-3:] == ["30", "25%", "42%"]
    assert "of 120" in text and "of 60" in text
    assert "130 comments by 60 respondents" in " ".join(text.split())
    assert re.search("7 of .*non-responses", " ".join(text.split()))
    assert "tiny" in text


def test_share_of_answers_names_its_question_and_their_number() -> None:
    text = " ".join(shown(110).split())
    assert "50% of the 40 answers to “What has gained?”" in text
    assert "- of the 0 answers to “What would help?”" in text


def test_brackets_in_names_and_quotes_are_words_and_no_markup() -> None:
    text = shown(110)
    assert "Training [shared]" in text
    assert "“we [b]train[/b]”" in text


def test_table_says_that_shares_are_counts() -> None:
    assert "not yet estimates" in shown(110)


@pytest.mark.parametrize("width", [60, 110])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, shown(width).splitlines())) <= width
