"""The language of rules: what reads as what, and what is refused in plain words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.coding.rules.language import Either, Near, Phrase, Rule, parse_phrase, parse_rule
from textmine.errors import CodebookError

EITHER = Either((Phrase(("c",)), Phrase(("d",))))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("share* of staff", Rule(Phrase(("share*", "of", "staff")))),
        ('"not only"', Rule(Phrase(("not", "only")))),
        ("well-being", Rule(Phrase(("well", "being")))),
        ("a | b c", Rule(Either((Phrase(("a",)), Phrase(("b", "c")))))),
        ("NEAR(money, sav*, 5)", Rule(Near(Phrase(("money",)), Phrase(("sav*",)), 5))),
        ("BEFORE(a b, (c | d), 2)", Rule(Near(Phrase(("a", "b")), EITHER, 2, True))),
        ("CASE(MAT)", Rule(Phrase(("MAT",), True))),
        ("CASE(MAT) | trust", Rule(Either((Phrase(("MAT",), True), Phrase(("trust",)))))),
        ("trust NOT academy trust", Rule(Phrase(("trust",)), (Phrase(("academy", "trust")),))),
        ("a UNLESS c NOT b a", Rule(Phrase(("a",)), (Phrase(("b", "a")),), (Phrase(("c",)),))),
        ("near miss", Rule(Phrase(("near", "miss")))),
        ("NEAR miss", Rule(Phrase(("NEAR", "miss")))),
        ('"NOT" enough', None),
    ],
)  # fmt: skip
def test_what_reads_as_what(text: str, rule: Rule | None) -> None:
    if rule is None:
        with pytest.raises(CodebookError):
            parse_rule(text)
    else:
        assert parse_rule(text) == rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no word"),
        ("...", "no word"),
        ("*", "wild cards"),
        ("NEAR(a, b)", "comma is missing"),
        ("NEAR(a, b, many)", "number of words from 1 to 100"),
        ("NEAR(a, b, 0)", "number of words from 1 to 100"),
        ("NEAR(a, b, ²)", "number of words from 1 to 100"),
        ("NEAR(a, b, 101)", "number of words from 1 to 100"),
        ("NEAR(a, b, 5", "closing bracket"),
        ("a NOT", "no word"),
        ("NOT a", "no word"),
        ("a | ", "no word"),
        ('say "a', "not closed"),
        ("a) b", "rule should end"),
        ("(" * 9 + "a" + ")" * 9, "brackets within brackets"),
        ("a " * 40, "phrase of 40 words"),
        ("a | " * 600 + "b", "signs"),
    ],
)
def test_what_is_refused_says_why(text: str, said: str) -> None:
    with pytest.raises(CodebookError, match=said):
        parse_rule(text)


def test_a_plain_phrase_knows_no_operators() -> None:
    assert parse_phrase("NOT (a | b)").words == ("NOT", "a", "b")


@given(st.text('ab*?"()|, NEARNOTCASE5', max_size=40))
def test_any_text_is_a_rule_or_told_what_is_wrong(text: str) -> None:
    try:
        assert isinstance(parse_rule(text), Rule)
    except CodebookError as error:
        assert str(error).endswith(".")
