"""Redaction in the wording of reports: titles, wards, and codings carried along."""

from __future__ import annotations

import pandas as pd

from textmine.privacy import carry_codes, redact_texts

TEXT = "Dr Patel on Ward 7B, call 07700 900123"


def test_known_answer_with_the_offsets_of_a_later_coding() -> None:
    text = f"{TEXT} about the letter"
    done = redact_texts([text], mode="removed", engine=None)
    assert done.texts == ["[name removed] on [ward removed], call [phone removed] about the letter"]
    start = text.index("letter")
    codes = pd.DataFrame(
        {"id": ["0"], "code": ["post"], "start": [start], "end": [start + 6], "quote": ["letter"]}
    )
    moved, lost = carry_codes(codes, done, [text])
    place = slice(int(moved.loc[0, "start"]), int(moved.loc[0, "end"]))
    assert (lost, done.texts[0][place], moved.loc[0, "quote"]) == (0, "letter", "letter")
    assert place.start == start + len(done.texts[0]) - len(text)


def test_redacting_twice_changes_nothing() -> None:
    once = redact_texts([TEXT], mode="removed", engine=None).texts
    assert redact_texts(once, mode="removed", engine=None).texts == once


def test_named_ward_is_taken_out_and_a_ward_of_no_name_is_not() -> None:
    done = redact_texts(["On Nightingale Ward the ward was full"], mode="removed", engine=None)
    assert done.texts == ["On [ward removed] the ward was full"]


def test_other_modes_are_as_they_were() -> None:
    assert redact_texts([TEXT], engine=None).texts == ["Dr [PERSON] on Ward 7B, call [PHONE]"]
