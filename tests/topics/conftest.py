"""Comments of three plain themes, for the topic tests; all made up."""

from __future__ import annotations

import pandas as pd
import pytest

from textmine.corpus import Corpus

THEMES = {
    "cover": ("supply cover", "agency staff", "cover costs", "lesson cover"),
    "sport": ("sports day", "football pitch", "swimming pool", "netball team"),
    "buses": ("school bus", "minibus licence", "taxi fares", "bus timetable"),
}
FRAMES = ("We lack {} here", "The {} was poor", "More {} please", "{} worked well", "Our {} is shared")


def make_comments(themes=tuple(THEMES)) -> list[str]:
    """Sixty comments a theme: each of its phrases beside each other in five frames."""
    return [
        frame.format(f"{a} and {b}").capitalize()
        for theme in themes
        for a in THEMES[theme]
        for b in THEMES[theme]
        if a != b
        for frame in FRAMES
    ]


@pytest.fixture(scope="session")
def comments() -> list[str]:
    return make_comments()


@pytest.fixture(scope="session")
def corpus(comments) -> Corpus:
    ids = [f"u{i}" for i in range(len(comments))]
    asked = [f"q{i % 2}" for i in range(len(comments))]
    return Corpus(pd.DataFrame({"doc_id": ids, "text": comments, "question": asked}))


@pytest.fixture
def themes_of(comments):
    """The number of each comment's theme."""
    return [i // 60 for i in range(len(comments))]


@pytest.fixture(scope="session")
def make():
    """Makes the comments of some themes."""
    return make_comments
