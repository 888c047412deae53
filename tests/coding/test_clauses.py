"""Cutting texts into clauses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.coding.clauses import Unit, cut_texts
from textmine.coding.tokens import TypeIndex, token_spans


def pieces(texts: list[str], unit: Unit = Unit.clause) -> list[list[str]]:
    """The pieces of each text, from the first to the last token of each."""
    index = TypeIndex()
    cut = cut_texts(texts, np.arange(len(texts)), index.tokenise(texts), index, unit)
    found: list[list[str]] = [[] for _ in texts]
    owner = np.repeat(np.arange(len(texts)), np.diff(cut.text_ends, prepend=0))
    for first, stop in zip(cut.piece_bounds[:-1], cut.piece_bounds[1:], strict=True):
        text = int(owner[first])
        assert owner[stop - 1] == text
        found[text].append(texts[text][cut.starts[first] : cut.ends[stop - 1]])
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("We share staff, it saves money", ["We share staff", "it saves money"]),
        (
            "We all share our staff because it saves money",
            ["We all share our staff", "because it saves money"],
        ),
        ("Time and money", ["Time and money"]),
        ("It cost £1,000 - a lot: too much", ["It cost £1,000", "a lot", "too much"]),
        ("TAs/teachers work 24/7 on site/home", ["TAs/teachers work 24/7 on site/home"]),
        ("No time / no money/ no staff // none", ["No time", "no money", "no staff", "none"]),
        ("A well-run cluster (of six). Good!", ["A well-run cluster", "of six", "Good!"]),
    ],
)
def test_clauses_end_at_marks_and_before_words_that_open_one(text: str, wanted: list[str]) -> None:
    assert pieces([text]) == [wanted]


def test_units_differ_in_size() -> None:
    text = "Good, we share £500. It works"
    assert pieces([text], Unit.sentence) == [["Good, we share £500", "It works"]]
    assert pieces([text], Unit.word) == [["Good", "we", "share", "£500", "It", "works"]]


def test_texts_do_not_run_into_each_other() -> None:
    assert pieces(["one", "", "two", "…", "three four"]) == [["one"], [], ["two"], [], ["three four"]]


@given(st.lists(st.text(alphabet="ab1 ,.'’\n?£-–é😀", max_size=20), max_size=4), st.sampled_from(list(Unit)))
def test_every_token_is_in_one_piece_of_its_own_text(texts: list[str], unit: Unit) -> None:
    index = TypeIndex()
    cut = cut_texts(texts, np.arange(len(texts)), index.tokenise(texts), index, unit)
    wanted = [(span.start, span.end) for text in texts for span, _ in token_spans(text)]
    assert list(zip(cut.starts.tolist(), cut.ends.tolist(), strict=True)) == wanted
    assert set(np.diff(cut.piece).tolist()) <= {0, 1}
