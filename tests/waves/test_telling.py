"""The answers in words: what differs is named, what was not found comes with what would have been."""

from __future__ import annotations

import pandas as pd

from textmine.waves.codes import compare_codes
from textmine.waves.making import compare_making
from textmine.waves.telling import (
    tell_certificate,
    tell_codes,
    tell_making,
    tell_news,
    tell_terms,
    tell_words,
)


def test_what_differs_in_the_making_is_named(make_wave) -> None:
    new = make_wave("new", model="9", book="2", definitions={"money": "other", "sport": "b"})
    said = tell_making(compare_making(make_wave(), new))
    assert said["found"] == "yes"
    assert "model, codebook, definition" in said["answer"] and "Not compared: money" in said["answer"]


def test_codes_not_found_come_with_what_would_have_been(make_wave) -> None:
    old, new = make_wave(), make_wave("new")
    said = tell_codes(compare_codes(old, new, compare_making(old, new)))
    assert said["found"] == "not found" and "changes of" in said["detectable"]


def test_what_was_not_asked_says_what_it_needs() -> None:
    for said in (tell_words(None), tell_terms(None, ""), tell_certificate(None, False), tell_news(None)):
        assert said["found"] == "not asked" and said["answer"]


def test_certificate_is_shown_only_where_every_code_holds() -> None:
    table = pd.DataFrame({"code": ["a", "b"], "verdict": ["holds", "not shown"]})
    said = tell_certificate(table, True)
    assert said["found"] == "not found" and said["answer"] == "Shown anew: a; not shown: b."
    assert tell_certificate(table[:1], True)["found"] == "yes"


def test_other_version_of_the_codebook_names_the_way_to_compare_more(make_wave) -> None:
    new = make_wave("new", book="2", definitions={"money": "other", "sport": "b"})
    assert "textmine codebook migrate" in tell_making(compare_making(make_wave(), new))["answer"]
    other_model = make_wave("new", model="9")
    assert "migrate" not in tell_making(compare_making(make_wave(), other_model))["answer"]
