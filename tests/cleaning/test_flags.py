"""Repairing texts and flagging those that are no answers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.cleaning import flag_each, flag_texts, normalise_text, repair_text, repair_texts

BARRIER = "What, if anything, gets in the way?"
BENEFIT = "What, if anything, has your school gained from working with other schools?"


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("We\u00e2\u20ac\u2122re skint", "We’re skint"),
        ("saved \u00c2\u00a3450 a head", "saved £450 a head"),
        ("caf\u00c3\u00a9", "café"),
        ("don&#39;t, H&amp;S", "don't, H&S"),
        ("of\ufb01ce", "office"),
        ("a\u00a0b\u200bc", "a bc"),
        ("a\x00b\x07", "ab"),
        ("  two  spaces\tand tab ", "two spaces and tab"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("one \n\n\n\n two", "one\n\ntwo"),
        (r"line one\n\nline two", "line one\n\nline two"),
        (r"see C:\new\reports", r"see C:\new\reports"),
    ],
)
def test_damage_is_repaired(raw: str, meant: str) -> None:
    assert repair_text(raw) == meant
    assert repair_texts([raw, "fine"]) == [meant, "fine"]


@pytest.mark.parametrize(
    "text",
    ["", "Plain words.", "one\ntwo\n\nthree", "“typographic” – it’s café £5", "👩\u200d🏫 yes", "AT&T; ok"],
)
def test_sound_text_comes_back_as_it_is(text: str) -> None:
    assert repair_text(text) is text


@given(st.text())
def test_repair_takes_any_text_and_is_done_at_once(text: str) -> None:
    once = repair_text(text)
    assert once == once.strip()


def test_normalising_joins_what_is_the_same() -> None:
    assert normalise_text(" Ｓｅｅ\n  ABOVE ") == normalise_text("see above") == "see above"


def test_flags_of_each_text() -> None:
    texts = ["Joint bids", " ", "as above", "See above. Leave us alone", "n/a", "the flat above the school"]
    flags = flag_texts(texts)
    assert flags["empty"].tolist() == [False, True, False, False, False, False]
    assert flags["non_response"].tolist() == [False, False, True, False, True, False]
    assert flags["refers_elsewhere"].tolist() == [False, False, True, True, False, False]
    assert flags["duplicate_of"].tolist() == [-1] * 6
    kinds = {name: str(kind) for name, kind in flags.dtypes.items()}
    assert [name for name, kind in kinds.items() if kind == "int64"] == ["duplicate_of", "near_duplicate_of"]
    assert [name for name, kind in kinds.items() if kind not in {"bool", "int64"}] == ["language"]


def test_duplicate_points_to_the_first_of_the_same_question() -> None:
    texts = ["Time", "time ", "TIME", "", "", "nothing", "nothing"]
    flags = flag_texts(texts, ["a", "a", "b", "a", "a", BARRIER, BENEFIT])
    assert flags["duplicate_of"].tolist() == [-1, 0, -1, -1, -1, -1, -1]
    assert flags["non_response"].tolist() == [False] * 6 + [True]


def test_repeats_carry_the_flags_of_the_first() -> None:
    flags = flag_texts(["N/A", "n/a", "as above", "As above"])
    assert flags["non_response"].all()
    assert flags["refers_elsewhere"].tolist() == [False, False, True, True]


def test_nothing_to_flag_is_an_empty_table() -> None:
    flags = flag_texts([])
    assert flags.columns.tolist() == [
        "empty", "non_response", "refers_elsewhere", "duplicate_of", "near_duplicate_of", "language",
        "gibberish", "wants_contact", "possible_harm",
    ]  # fmt: skip
    assert len(flags) == 0


def test_number_of_questions_must_fit() -> None:
    with pytest.raises(ValueError, match="shorter"):
        flag_texts(["a", "b"], ["q"])


def test_many_digits_or_marks_take_no_time() -> None:
    start = time.process_time()
    flag_texts(
        ["see " + "1" * 70 + "x", "see " + "q1 " * 20 + "x", "." * 20_000, "see " + " " * 20_000 + "y"]
    )
    assert time.process_time() - start < 2


def test_chunks_flagged_apart_are_flagged_alike() -> None:
    texts = [
        "n/a",
        "asdfgh",
        "Please ring me on 01632 960 111",
        "I want to die",
        "Mae'r staff yn garedig iawn",
        " ",
    ]
    whole = flag_each(texts)
    apart = [flag_each([text]).iloc[0].tolist() for text in texts]
    assert whole.to_numpy().tolist() == apart
    assert whole["gibberish"].tolist() == [False, True, False, False, False, False]
    assert whole["wants_contact"].tolist() == [False, False, True, False, False, False]
    assert whole["possible_harm"].tolist() == [False, False, False, True, False, False]
    assert whole["language"].tolist() == ["", "", "en", "en", "cy", ""]


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_text_can_be_flagged(texts: list[str]) -> None:
    flags = flag_texts(texts)
    assert len(flags) == len(texts)
    assert flags["empty"].tolist() == [not text.strip() for text in texts]
    assert not flags.loc[flags["empty"], ["non_response", "gibberish", "wants_contact"]].to_numpy().any()
