"""Names that are everyday words or on no list, told by what stands beside them."""

from __future__ import annotations

import pytest

from textmine.privacy import find_identifiers


def names_in(text: str) -> list[str]:
    return [one.span.slice(text) for one in find_identifiers(text, engine=None) if one.kind == "person"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hope in the kitchen is leaving", ["Hope"]),
        ("Joy was our class teacher", ["Joy"]),
        ("Faith (the school nurse) came", ["Faith"]),
        ("Grace took my bloods and Will held me", ["Grace"]),
        ("my daughter Autumn is happy", ["Autumn"]),
        ("our son, Storm, cried", ["Storm"]),
        ("a porter called Sunny helped", ["Sunny"]),
        ("They asked Dean & Rose", ["Dean", "Rose"]),
        ("Ken and Pat did the doors", ["Ken", "Pat"]),
        ("Zarfinda was so kind", ["Zarfinda"]),
    ],
)
def test_name_that_is_a_word_is_told_by_job_deed_kin_or_company(text: str, names: list[str]) -> None:
    assert [name for name in names_in(text) if name in names] == names


@pytest.mark.parametrize(
    "text",
    [
        "Hope is all we have",
        "Faith and charity were taught",
        "The April meeting moved. And nobody came",
        "Holly and ivy decorations everywhere",
        "Behavour was so kind of left to us",
        "Podiatrists were kind",
        "The Bill was passed",
        "The support from Quiddlestone is an angel",
        "P.E. is boring and I.T. was dull",
        "Macbeth is hard and so is Dickens",
        "20min late",
        "i miss a lesson",
    ],
)
def test_word_that_is_no_name_is_left(text: str) -> None:
    assert names_in(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I saw Sarah Pike there", "Sarah Pike"),
        ("Theo M in my form", "Theo M"),
        ("Quavindra Hussain came", "Quavindra Hussain"),
        ("Wrenna Quillfold told us", "Wrenna Quillfold"),
        ("J.S. in year 9 left", "J.S."),
        ("mrs s does assemblies", "s"),
    ],
)
def test_whole_name_is_taken(text: str, name: str) -> None:
    assert names_in(text) == [name]


def test_word_behind_a_name_that_begins_the_next_thought_stays() -> None:
    assert names_in("please ask Sarah She knows") == ["Sarah"]


def test_titled_person_with_an_authors_name_is_found() -> None:
    assert names_in("ask Mrs Dickens about it") == ["Dickens"]
