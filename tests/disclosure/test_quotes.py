"""The gate that quotes go through before a person reads them."""

from __future__ import annotations

import pandas as pd
import pytest

from textmine.disclosure import QuoteRules, gate_quotes
from textmine.disclosure.quotes import HELD, TO_REVIEW
from textmine.errors import InputError

FEW = QuoteRules(smallest_cell=3, per_respondent=1)
TEXTS = {
    "u1": "Dr Patel was kind to all of us here",
    "u2": "The waiting room was cold and far too small",
    "u3": "They never rang back about the results",
    "u4": "We liked the new rooms very much indeed",
}
PEOPLE = {"u1": "p1", "u2": "p1", "u3": "p2", "u4": "p3"}


def make_quotes(*units: str) -> pd.DataFrame:
    return pd.DataFrame(
        [(u, "care", 0, len(TEXTS[u])) for u in units], columns=["unit_id", "code", "start", "end"]
    )


def gate(*units: str, **options):
    return gate_quotes(make_quotes(*units), TEXTS, PEOPLE, engine=None, **{"rules": FEW, **options}).table


def test_quote_is_redacted_and_waits_for_a_person() -> None:
    row = gate("u1").iloc[0]
    assert row["quote"] == "[name removed] was kind to all of us here"
    assert (row["status"], row["removed"]) == (TO_REVIEW, 1)


def test_stretch_is_moved_with_the_redaction() -> None:
    quotes = pd.DataFrame({"unit_id": ["u1"], "code": ["care"], "start": [13], "end": [24]})
    assert gate_quotes(quotes, TEXTS, PEOPLE, rules=FEW, engine=None).table["quote"].tolist() == [
        "kind to all"
    ]


def test_quotes_of_one_person_are_limited_over_all_releases() -> None:
    table = gate("u1", "u2", "u3", earlier={"p2": 1})
    assert table["status"].tolist() == [TO_REVIEW, HELD, HELD]
    assert table["reasons"].tolist()[1:] == ["more than 1 quotes of one person"] * 2


def test_attributes_are_left_out_until_enough_people_share_them() -> None:
    beside = pd.DataFrame({"site": ["a", "a", "a"], "role": ["x", "y", "y"]}, index=["p1", "p2", "p3"])
    assert gate("u1", attributes=beside)[["site", "role"]].values.tolist() == [["a", ""]]
    wide = QuoteRules(smallest_cell=2)
    assert gate("u3", attributes=beside, rules=wide)[["site", "role"]].values.tolist() == [["a", "y"]]


def test_no_quote_of_too_few_people_in_all() -> None:
    assert "fewer than 10 people" in gate("u1", rules=QuoteRules())["reasons"].iloc[0]


@pytest.mark.parametrize("said", ["no", "", "withdrawn", "0"])
def test_no_quote_without_consent(said: str) -> None:
    table = gate("u1", "u3", consent={"p1": said, "p2": "Yes"})
    assert table["status"].tolist() == [HELD, TO_REVIEW]


def test_same_words_are_quoted_once() -> None:
    twice = pd.concat([make_quotes("u3"), make_quotes("u3")])
    table = gate_quotes(twice, TEXTS, PEOPLE, rules=QuoteRules(smallest_cell=3), engine=None).table
    assert table["reasons"].tolist() == ["", "the same words are quoted already"]


def test_rare_words_are_shown_to_the_reviewer() -> None:
    assert "waiting" in gate("u2")["rare_words"].iloc[0]


def test_long_quote_is_held_back() -> None:
    assert "longer than 10" in gate("u2", rules=QuoteRules(smallest_cell=3, longest=10))["reasons"].iloc[0]


def test_unit_that_is_not_there_is_told_without_words() -> None:
    quotes = pd.DataFrame({"unit_id": ["u9"], "code": ["care"], "start": [0], "end": [4]})
    with pytest.raises(InputError, match="1 of 1 quotes"):
        gate_quotes(quotes, TEXTS, PEOPLE, engine=None)
