"""Repeats of texts, exact and near, however the texts are cut into chunks."""

from __future__ import annotations

import random

import numpy as np
import pytest

from textmine.cleaning import DuplicateFinder, flag_texts
from textmine.cleaning import duplicates as room
from textmine.cleaning.keys import word_set
from textmine.cleaning.seen import FirstSeen
from textmine.cleaning.signatures import hash_texts, sign_texts

LONG = (
    "We share training days with four other schools and it saves us money every year "
    "because nobody pays twice"
)


def near(first: str, second: str) -> bool:
    return bool(flag_texts([first, second])["near_duplicate_of"][1] == 0)


@pytest.mark.parametrize(
    "second",
    [
        LONG + "!!",
        LONG.replace("training", "trainig"),
        LONG.replace("schools", "shcools"),
        LONG.replace("because", "becuase"),
        LONG.replace("money", "time"),
        LONG.replace(" every year", " year"),
        LONG.replace("money", "cash").replace("twice", "double"),
        "because nobody pays twice " + LONG.replace(" because nobody pays twice", ""),
        LONG.replace("four other", "four, other (local)"),
    ],
)
def test_small_change_in_a_long_answer_is_near(second: str) -> None:
    assert near(LONG, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("communication is good", "comunication is good"),
        ("Staff very helpful", "very helpful staff!"),
        ("Time.", "time"),
        ("Don't know", "Dont know"),
        ("co-operation between heads", "cooperation between heads"),
    ],
)
def test_small_change_in_a_short_answer_is_near(first: str, second: str) -> None:
    assert near(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("good staff", "bad staff"),
        ("more money", "more time"),
        ("communication is good", "communication is poor"),
        (LONG, LONG.replace("saves", "never saves")),
        (LONG, LONG.replace("four", "4")),
        (LONG + " 2023", LONG + " 2024"),
        ("We do feel supported by the trust", "We do not feel supported by the trust"),
        ("", " "),
        ("-", "?"),
    ],
)
def test_other_answers_are_not_near(first: str, second: str) -> None:
    assert not near(first, second)


def test_near_is_only_to_the_same_question() -> None:
    texts = [LONG, LONG + "!", LONG + "!"]
    assert flag_texts(texts, ["a", "b", "a"])["near_duplicate_of"].tolist() == [-1, -1, 0]


def test_exact_repeat_is_no_near_one() -> None:
    flags = flag_texts([LONG, LONG.upper(), LONG + "."])
    assert flags["duplicate_of"].tolist() == [-1, 0, -1]
    assert flags["near_duplicate_of"].tolist() == [-1, -1, 0]


def test_chunks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "NEAR_ROWS", 64)
    monkeypatch.setattr(room, "_ROWS_AT_ONCE", 40)
    texts, ids = _many(400), [f"r{i}" for i in range(400)]
    whole = DuplicateFinder().find(ids, texts)
    assert any(whole[0]) and any(whole[1])
    for size in (1, 7, 63, 399):
        finder, parts = DuplicateFinder(), ([], [])
        for start in range(0, len(texts), size):
            for part, found in zip(
                parts, finder.find(ids[start : start + size], texts[start : start + size]), strict=True
            ):
                part.extend(found)
        assert parts == whole


def test_near_ones_are_forgotten_and_exact_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "NEAR_ROWS", 8)
    between = [f"another answer of number {i}" for i in range(40)]
    same, found = DuplicateFinder().find_positions([LONG, *between, LONG, LONG + "!"])
    assert same[41] == 0
    assert found[42] == -1


def test_ids_come_back_as_they_were() -> None:
    finder = DuplicateFinder()
    finder.find(["é-1", ""], ["Time", "Money"])
    assert finder.find(["x", "y"], ["money", "time"])[0] == ["", "é-1"]


def test_lengths_must_fit() -> None:
    with pytest.raises(ValueError, match="1 ids for 2 texts"):
        DuplicateFinder().find(["a"], ["x", "y"])
    with pytest.raises(ValueError, match="questions"):
        DuplicateFinder().find(["a"], ["x"], ["q", "r"])


def test_memory_is_some_bytes_a_text() -> None:
    finder = DuplicateFinder()
    n = 50_000
    for start in range(0, n, 5_000):
        rows = range(start, start + 5_000)
        finder.find([f"r{i}" for i in rows], [f"{i} {i * 7919 % 104729}" for i in rows])
    held = finder._exact._keys.nbytes + finder._exact._places.nbytes
    held += sum(len(names) + ends.nbytes for names, ends in finder._ids)
    assert held <= 50 * n


def test_table_finds_what_was_put_in_as_it_grows() -> None:
    rng = np.random.default_rng(0)
    keys = rng.integers(1, 2**63, 30_000, dtype=np.uint64)
    seen = FirstSeen()
    for start in range(0, len(keys), 1_000):
        seen.find_or_add(keys[start : start + 1_000], np.arange(start, start + 1_000))
    assert len(seen) == len(set(keys.tolist()))
    assert seen.find(keys).tolist() == list(range(len(keys)))
    assert (seen.find(keys + np.uint64(2**63)) == -1).all()


def test_signatures_of_odd_texts() -> None:
    texts = ["", "?!", "é" * 30, "a" * 20_000, "1 2 3", "👍 ok"]
    signed, keys, others = sign_texts(texts, hash_texts(["q"] * len(texts)))
    assert signed.n_words.tolist() == [0, 0, 1, 1, 3, 2]
    assert not keys[:2].any() and not others[:2].any()


def _many(n: int) -> list[str]:
    rng = random.Random(3)
    words = sorted(
        word_set("cover time money heads trust staff meet share train bus pupils local sports music")
    )
    texts = [" ".join(rng.choice(words) for _ in range(rng.randrange(1, 25))) for _ in range(n // 3)]
    return [text if rng.random() < 0.5 else text.replace("e", "", 1) for text in rng.choices(texts, k=n)]
