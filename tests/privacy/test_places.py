"""Schools, trusts, councils and places by what they are called; general words for them are left."""

from __future__ import annotations

import pytest

from textmine.privacy import find_identifiers
from textmine.privacy.found import settle_overlaps
from textmine.privacy.places import find_places
from textmine.privacy.wording import Wording


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.span.slice(text)) for one in settle_overlaps(find_places(Wording(text)), text)]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("we joined St Mary's CofE Primary School", "school", "St Mary's CofE Primary School"),
        ("so Wrenborough High took over", "school", "Wrenborough High"),
        ("with Wrenmoor Lane infants", "school", "Wrenmoor Lane infants"),
        ("the Wrenhelm Academies Trust", "trust", "Wrenhelm Academies Trust"),
        ("from Wrenshire County Council", "organisation", "Wrenshire County Council"),
        ("the Diocese of Wrenborough", "organisation", "Diocese of Wrenborough"),
        ("a school in Harrogate", "place", "Harrogate"),
        ("it met in Reading", "place", "Reading"),
        ("over near Wrenholt", "place", "Wrenholt"),
        ("on Station Road", "place", "Station Road"),
    ],
)
def test_name_is_found_with_its_kind(text: str, kind: str, name: str) -> None:
    assert found(text) == [(kind, name)]


def test_two_trusts_are_two() -> None:
    text = "Wrenhelm Academies Trust and Tarrowdene Learning Trust"
    assert [name for _, name in found(text)] == ["Wrenhelm Academies Trust", "Tarrowdene Learning Trust"]


@pytest.mark.parametrize(
    "text",
    [
        "The Academy and our Teaching School Hub", "a Multi Academy Trust", "the local Primary School",
        "an FE college",
        "progress in Reading, Writing and Maths", "England and the UK", "the Duke of Edinburgh award",
        "Sister school",
        "a Breakfast & After school club", "Bath time is over", "VIRTUAL SCHOOL", "I trust them",
        "our Year 6",
    ],
)  # fmt: skip
def test_general_words_are_left(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("Ysgol Gynradd Cwm Quill is near", "school", "Ysgol Gynradd Cwm Quill"),
        ("our lady of quillmoor is full", "school", "our lady of quillmoor"),
        ("Three Bridges Multi Academy Trust pays", "trust", "Three Bridges Multi Academy Trust"),
        ("Quill Sixth Form had a talk", "school", "Quill Sixth Form"),
        ("buses to Quennel-le-Moors stop", "place", "Quennel-le-Moors"),
        ("they travel to Bath daily", "place", "Bath"),
        ("Camden and Hackney do well", "place", "Hackney"),
    ],
)
def test_name_is_taken_whole_by_its_form(text: str, kind: str, found: str) -> None:
    assert found in [f.span.slice(text) for f in find_identifiers(text, engine=None) if f.kind == kind]


@pytest.mark.parametrize("text", ["Two Primary Schools share", "Early Years Foundation Stage team"])
def test_kind_without_a_name_is_no_school(text: str) -> None:
    assert find_identifiers(text, engine=None) == []
