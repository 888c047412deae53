"""Possible disclosures of harm: found widely, and by the phrases that say so."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import pytest

from textmine.cleaning.harm import EVERYDAY, KINDS, kinds_of_harm, tells_of_harm
from textmine.cleaning.keys import plain_words
from textmine.cleaning.pointers import any_of

CASES = Path(__file__).resolve().parents[2] / "benchmarks" / "cases" / "harm.csv"


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I want to kill myself", "suicide and self-harm"),
        ("She’s been self-harming since May", "suicide and self-harm"),
        ("My uncle touches me", "abuse"),
        ("He hits me when he is drunk", "violence"),
        ("A boy brought a knife in", "threats and weapons"),
        ("She is being bullied every day", "threats and weapons"),
        ("The children are left alone all night", "neglect"),
        ("I raised a safeguarding concern", "safeguarding"),
        ("I do not feel safe here", "danger and fear"),
        ("A patient died on the trolley", "death, grave errors and addiction"),
    ],
)
def test_disclosure_is_found_with_its_kind(text: str, kind: str) -> None:
    assert tells_of_harm(text)
    assert kind in kinds_of_harm(text)


def test_denial_is_found_too() -> None:
    assert tells_of_harm("Nobody was hurt")
    assert tells_of_harm("I am not suicidal")


@pytest.mark.parametrize(
    "text",
    ["", "We share a safeguarding lead with two schools", "The schools were at risk of closure",
     "a heart attack clinic",
     "We were hit by the funding formula", "Nobody can beat our choir", "I felt safe on the ward",
     "a licence to print",
     "We are starved of information", "The stabbing pain has gone"],
)  # fmt: skip
def test_everyday_talk_is_not_found(text: str) -> None:
    assert not tells_of_harm(text)


def test_kinds_are_those_whose_phrases_are_found_one_by_one() -> None:
    patterns = {kind: re.compile(rf"\b{any_of(phrases)}\b") for kind, phrases in KINDS.items()}
    harmless = re.compile(rf"\b{EVERYDAY}\b")
    for row in read_cases():
        said = harmless.sub(" ", " ".join(plain_words(row["text"])))
        assert kinds_of_harm(row["text"]) == [kind for kind, p in patterns.items() if p.search(said)]


@pytest.mark.parametrize(
    "text",
    ["He hit her hard", "She was kicked in the head", "He killed two of them", "pushed down the stairs",
     "He was dead on the floor", "starved by her mother"],
)  # fmt: skip
def test_everyday_phrase_hides_no_harm_beside_it(text: str) -> None:
    assert kinds_of_harm(text)


def test_made_sentences_that_nothing_was_fitted_to_are_found_at_the_rate_the_page_says() -> None:
    unseen = [row for row in read_cases() if row["batch"] == "8"]
    true = [row["text"] for row in unseen if row["possible_harm"] == "1"]
    false = [row["text"] for row in unseen if row["possible_harm"] == "0"]
    assert len(true) == len(false) == 60
    assert sum(map(tells_of_harm, true)) >= 0.88 * len(true)
    assert sum(map(tells_of_harm, false)) <= 0.15 * len(false)


def test_long_and_odd_texts_take_no_time() -> None:
    start = time.process_time()
    for text in ("not " * 5000, "left " * 5000, "i want to " * 3000, "he made me " * 3000, "x" * 100_000):
        tells_of_harm(text)
    assert time.process_time() - start < 3


def test_every_kind_has_phrases() -> None:
    assert len(KINDS) == 8
    assert all(phrases.strip() for phrases in KINDS.values())
