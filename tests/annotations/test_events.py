"""What an event may hold."""

from __future__ import annotations

import pytest

from textmine.annotations.events import (
    Event,
    check_event,
    check_name,
    check_payload,
    event_from_row,
    event_to_row,
)
from textmine.codebook import Code, Codebook
from textmine.errors import InputError


def event(kind: str = "decision", **given) -> Event:
    return Event(**{"id": "e", "kind": kind, "unit_id": "u1", "annotator": "ann", **given})


def test_decision_says_of_every_code_whether_it_applies(codebook: Codebook) -> None:
    full = check_payload(event(payload={"codes": ["time"]}), codebook)
    assert full == {"codes": {"money": 0, "time": 1}, "stances": {}, "spans": [], "reason": ""}


def test_none_is_not_coded_and_stays_out(codebook: Codebook) -> None:
    full = check_payload(event(payload={"codes": {"money": None, "time": 0}}), codebook)
    assert full["codes"] == {"time": 0}


def test_quote_is_taken_from_the_text_by_code_points(codebook: Codebook) -> None:
    text = "😀 cafe\u0301 money"
    span = {"code": "money", "start": 2, "end": 7}
    full = check_payload(event(payload={"codes": ["money"], "spans": [span]}), codebook, text)
    assert full["spans"] == [{**span, "quote": "cafe\u0301"}]


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ({}, "needs codes"),
        ({"codes": "money"}, "list of those that apply"),
        ({"codes": ["love"]}, "No code 'love'.*money, time"),
        ({"codes": {"money": 2}}, "1 .applies., 0"),
        ({"codes": [], "stances": {"money": "affirms"}}, "not given to the unit"),
        ({"codes": ["money"], "stances": {"money": "loves"}}, "No stance 'loves'"),
        ({"codes": [], "spans": [{"code": "money", "start": 0, "end": 1}]}, "not given to the unit"),
        ({"codes": ["money"], "spans": [{"code": "money", "start": 3, "end": 3}]}, "No stretch"),
        ({"codes": ["money"], "spans": [{"code": "money", "start": 0, "end": 99}]}, "text of 12"),
        ({"codes": ["money"], "spans": [{"code": "money", "start": 0.0, "end": 1}]}, "whole numbers"),
        ({"codes": [], "notes": 1}, "unknown key"),
        ({"codes": [], "reason": "\ud800"}, "half a character"),
        ({"codes": [], "reason": "x" * 300_000}, "too long"),
    ],
)
def test_wrong_decision_is_refused(codebook: Codebook, payload: dict, told: str) -> None:
    with pytest.raises(InputError, match=told):
        check_payload(event(payload=payload), codebook, "money, money")


def test_quote_that_is_not_there_is_refused_without_its_words(codebook: Codebook, secret: str) -> None:
    span = {"code": "money", "start": 0, "end": 3, "quote": secret}
    with pytest.raises(InputError, match="not what stands at 0 to 3") as met:
        check_payload(event(payload={"codes": ["money"], "spans": [span]}), codebook, f"a {secret}")
    assert secret not in str(met.value)


def test_one_code_a_unit_where_the_codebook_says_so() -> None:
    single = Codebook(codes=(Code("a", definition="A."), Code("b", definition="B.")), multi_label=False)
    with pytest.raises(InputError, match="one code a unit"):
        check_payload(event(payload={"codes": ["a", "b"]}), single)


@pytest.mark.parametrize("kind", ["question", "ruling"])
def test_question_and_ruling_need_words(codebook: Codebook, kind: str) -> None:
    with pytest.raises(InputError, match="without words"):
        check_payload(event(kind, payload={"text": " ", "code": "money"}), codebook)


@pytest.mark.parametrize("name", ["ann", "coder_1", "a.b-c", "9"])
def test_name_that_can_be_a_file(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "Ann", "a/b", "..", "con", "nul.x", "tasks", "a.", "é", "a" * 65, "a\n"]
)
def test_name_that_cannot_be_a_file_somewhere(name: str) -> None:
    with pytest.raises(InputError, match="annotator's name"):
        check_name(name)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"kind": "guess"},
        {"unit_id": ""},
        {"unit_id": "a\0"},
        {"role": "lucky"},
        {"probability": 0.0},
        {"probability": 1.5},
        {"seconds": float("nan")},
        {"round": -1},
        {"kind": "undo"},
    ],
)
def test_wrong_field_is_refused(wrong: dict) -> None:
    with pytest.raises(InputError):
        check_event(event(**wrong))


def test_event_survives_its_row() -> None:
    made = event(payload={"text": "x"}, seconds=0.0, probability=0.25, suggestions_shown=True, round=0, seq=3)
    assert event_from_row(event_to_row(made)) == made


@pytest.mark.parametrize(
    "row",
    [{}, {"id": "e", "kind": "memo", "annotator": "a", "x": 1}, {"id": 1, "kind": "memo", "annotator": "a"}],
)
def test_row_of_something_else_is_refused(row: dict) -> None:
    with pytest.raises(InputError, match="Not an event"):
        event_from_row(row)
