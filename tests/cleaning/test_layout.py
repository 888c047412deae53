"""Broken lines: what is joined, and what is left because somebody wrote it so."""

from __future__ import annotations

import pytest

from textmine.cleaning.layout import join_bullets, join_hard_wraps

WRAPPED = """\
We have shared a lead for special needs with the two schools down
the road since last autumn and it has made more of a difference than
any course. Mrs Example from the hub comes on Mondays to hold a
clinic for all of us, which the governors pay for between them."""


def test_wrapped_paragraph_becomes_one_line() -> None:
    assert join_hard_wraps(WRAPPED)[0] == WRAPPED.replace("\n", " ")


def test_paragraphs_stay_apart() -> None:
    both = f"{WRAPPED}\n\n{WRAPPED}"
    assert join_hard_wraps(both)[0] == both.replace("\n\n", "@").replace("\n", " ").replace("@", "\n\n")


def test_paragraph_that_ends_early_begins_no_join() -> None:
    text = f"{WRAPPED}\nThat is all. {WRAPPED}"
    assert "between them.\nThat is all." in join_hard_wraps(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "more time\nmore money\nsomeone to ring",
        "A cheaper deal on broadband with the local consortium\nbetter filtering\nsomeone to ring",
        "A cheaper deal on broadband with the local consortium please\nbetter filtering",
        "- who pays for all of it, year after year\n- who hosts the meetings and takes the minutes",
        "1. Fund the cover for teachers who go to the meetings.\n2. fund it for longer than a single year",
        "Interviewer: and what would you say has made the most difference\nParticipant: the cover, really",
        "We gave up on it in the end because nobody had the time for it.\nthe trust took it over",
        "Short line\nthen a much longer line that could well have stood on the first one too",
        "one\n\ntwo",
        "",
    ],
)
def test_lines_somebody_meant_stay(text: str) -> None:
    assert join_hard_wraps(text)[0] == text


@pytest.mark.parametrize(
    ("end", "start", "joined"),
    [
        ("the schools in our collab-", "oration share a lead", "collaboration share"),
        ("the lead for well-", "being is shared between us", "well-being is"),
        ("the pre-school and the pre-", "school next door", "pre-school next"),
        ("we like the re-use of things and re-", "use them a lot", "re-use them"),
    ],
)
def test_cut_words_are_put_together(end: str, start: str, joined: str) -> None:
    assert joined in join_hard_wraps(f"For the last two years or more {end}\n{start}")[0]


def test_joined_lines_map_back() -> None:
    clean, found = join_hard_wraps(WRAPPED)
    assert len(clean) == len(WRAPPED)
    assert len(found.edits) == 3


@pytest.mark.parametrize(
    ("raw", "joined"),
    [
        ("•\nJoint training\n•\nShared cover", "• Joint training\n• Shared cover"),
        ("Gains:\n•\n\nJoint training", "Gains:\n• Joint training"),
        ("\uf0b7\nJoint training", "\uf0b7 Joint training"),
        ("-\nJoint training\n-\nShared cover", "- Joint training\n- Shared cover"),
        ("1.\nJoint training\n2.\nShared cover", "1. Joint training\n2. Shared cover"),
        ("o\nJoint training\no\nShared cover", "o Joint training\no Shared cover"),
    ],
)
def test_bullet_joins_its_line(raw: str, joined: str) -> None:
    assert join_bullets(raw)[0] == joined


@pytest.mark.parametrize(
    "text", ["-", "•", "•\n•", "•\n\n\nText", "-\nJoint training", "7.\nYes", "• a\n• b", "x\n•"]
)
def test_lone_marks_stay(text: str) -> None:
    assert join_bullets(text)[0] == text
