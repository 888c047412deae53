"""Answers that are no answer, and that 'nothing' is one to some questions."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from textmine.cleaning import is_non_response, repair_text
from textmine.cleaning.pointers import refers_elsewhere

ROOT = Path(__file__).resolve().parents[2]
BARRIER = "What, if anything, gets in the way?"
SUPPORT = "What would help schools like yours to work together?"
BENEFIT = "What, if anything, has your school gained from working with other schools?"
OTHER = "Is there anything else you would like to tell us?"


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
    "text",
    ["None", "nothing.", "No", "nope", "nil", "none at present", "Nowt", "can't think of anything",
     "nothing comes to mind", "No, nothing really", "none that I am aware of", "N/A - nothing",
     "absolutely nothing!",
     "I honestly can’t think of anything sorry", "On this occasion, nothing."],
)  # fmt: skip
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


@pytest.mark.parametrize(
    "question",
    ["What could be better?", "How could we improve?", "What are your main concerns?", "What stops you?",
     "What would you change?", "What should the council do differently?", "What else do you need?"],
)  # fmt: skip
def test_nothing_is_an_answer_to(question: str) -> None:
    assert not is_non_response("Nothing", question)


@pytest.mark.parametrize(
    "question",
    ["What was good?", "FFT Why?", "What did you gain?", "What has improved since you joined?",
     "What went well?",
     "What did you learn?", "How has the training helped you?", "Any other comments?",
     "What were you satisfied and/or dissatisfied with?", "Anything you would like to add?"],
)  # fmt: skip
def test_nothing_is_no_answer_to(question: str) -> None:
    assert is_non_response("Nothing", question)


@pytest.mark.parametrize(
    "text",
    ["x", "xx", "s", "...", "N.A.", "n / a", "na - not applicable", "I don't really know", "Really not sure.",
     "I have no idea!", "I couldn't say", "prefer not to say", "blah blah",
     "Don't know, I only started in May", "No idea, you'd have to ask the head", "n/a as I am new in post",
     "too early to say", "ask the office", "see my last answer, nothing to add",
     "as described previously", "test",
     "Not sure. We are never told.", "see school website", "nothing more to add, thanks"],
)  # fmt: skip
def test_said_in_other_words_is_a_non_response(text: str) -> None:
    assert is_non_response(text, BARRIER)


@pytest.mark.parametrize(
    "text",
    ["not a lot", "very little", "not much", "nothing, everything was fine", "None - great service",
     "No complaints",
     "no parking", "not sure the trust listens", "don't know the rota", "see the doctor sooner",
     "ask patients what they want",
     "nothing to do on the ward", "No answer from the phone line all day", "same staff each time",
     "Knowing who to ask",
     "I can't think of anything worse than another meeting", "test results took weeks",
     "new head, new rules", "yes"],
)  # fmt: skip
def test_little_said_is_still_an_answer(text: str) -> None:
    for question in ("", BARRIER, BENEFIT):
        assert not is_non_response(text, question)


def test_pointer_within_an_answer_refers_elsewhere() -> None:
    assert refers_elsewhere("N/A. As above")
    assert refers_elsewhere("See above, and more money please")
    assert not refers_elsewhere("they treat everyone the same, all the same")
    assert not refers_elsewhere("He went above and beyond")


@pytest.mark.parametrize(
    "text",
    ["really " * 12 + "z", "no " * 23 + "q", "sorry " * 20 + "zz", "not sure " * 11 + "k", "i can not " * 8,
     "as far as i know " * 4 + "j", "nothing i can think of " * 4 + "y"],
)  # fmt: skip
def test_repeated_words_take_no_time(text: str) -> None:
    start = time.process_time()
    is_non_response(text)
    assert time.process_time() - start < 0.2


def test_school_comments_are_told_as_a_reader_told_them() -> None:
    marks = {
        row["comment_id"]: row for row in _rows(ROOT / "benchmarks" / "truth" / "non_response_school.csv")
    }
    found, true = set(), {unit for unit, row in marks.items() if row["non_response"] == "1"}
    for row in _rows(ROOT / "corpora" / "school-collaboration" / "comments.csv"):
        if is_non_response(repair_text(row["text"]), row["question"]):
            found.add(row["comment_id"])
    assert len(found & true) >= 0.97 * len(found)
    assert len(found & true) >= 0.97 * len(true)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
