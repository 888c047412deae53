"""Repairing texts and flagging those that are no answers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.cleaning import flag_texts, is_non_response, normalise_text, repair_text, repair_texts

BARRIER = "What, if anything, gets in the way?"
SUPPORT = "What would help schools like yours to work together?"
BENEFIT = "What, if anything, has your school gained from working with other schools?"
OTHER = "Is there anything else you would like to tell us?"


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


@pytest.mark.parametrize("question", ["", BARRIER, SUPPORT, BENEFIT, OTHER, "q_barrier"])
@pytest.mark.parametrize(
    "text",
    ["n/a", "N/A.", "na", "-", ".", "?", "???", "No comment", "not sure", "Don’t know", "dont know", "TBC!",
     "nothing to add", "Nothing further at this time thank you", "no idea sorry", "did not answer",
     "as above", "see previous", "See above!", "as previous", "n/a - see above",
     "Please refer to my earlier answers",
     "see my head's response", "same as previous answer", "ditto", "covered this on the previous page"],
)  # fmt: skip
def test_non_response_to_any_question(text: str, question: str) -> None:
    assert is_non_response(text, question)


@pytest.mark.parametrize(
    "text", ["None", "nothing.", "No", "nope", "nil", "not a lot", "none at present", "Nowt"]
)
def test_denial_is_an_answer_to_what_is_wrong_or_wanted(text: str) -> None:
    for question in (
        BARRIER,
        SUPPORT,
        "What could be improved?",
        "q_support",
        "Is anything worse than before?",
    ):
        assert not is_non_response(text, question)
    for question in ("", BENEFIT, OTHER, "q_other", "Any other comments that would help us?"):
        assert is_non_response(text, question)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "nothing needed", "None needed thankyou", "nothing we're fine thanks", "no cover",
     "nothing financially",
     "No time", "see the school down the road", "same page", "Not sure it saved us anything", "👍", "7",
     "apathy, see ii", "Not twilights", "first aid", "as one trust", "x" * 500],
)  # fmt: skip
@pytest.mark.parametrize("question", ["", SUPPORT])
def test_answer_is_no_non_response(text: str, question: str) -> None:
    assert not is_non_response(text, question)


def test_flags_of_each_text() -> None:
    texts = ["Joint bids", " ", "as above", "See above. Leave us alone", "n/a", "the flat above the school"]
    flags = flag_texts(texts)
    assert flags["empty"].tolist() == [False, True, False, False, False, False]
    assert flags["non_response"].tolist() == [False, False, True, False, True, False]
    assert flags["refers_elsewhere"].tolist() == [False, False, True, True, False, False]
    assert flags["duplicate_of"].tolist() == [-1] * 6
    assert [str(kind) for kind in flags.dtypes] == ["bool", "bool", "bool", "int64"]


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
    assert flag_texts([]).columns.tolist() == ["empty", "non_response", "refers_elsewhere", "duplicate_of"]


def test_number_of_questions_must_fit() -> None:
    with pytest.raises(ValueError, match="shorter"):
        flag_texts(["a", "b"], ["q"])


def test_many_digits_or_marks_take_no_time() -> None:
    start = time.perf_counter()
    flag_texts(
        ["see " + "1" * 70 + "x", "see " + "q1 " * 20 + "x", "." * 20_000, "see " + " " * 20_000 + "y"]
    )
    assert time.perf_counter() - start < 2
