"""Where rules hit: phrases, nearness in and out of order, exclusions, negations, and long texts."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.coding.rules.form import EXCEPTIONS, NEGATIONS
from textmine.coding.rules.language import parse_phrase, parse_rule
from textmine.coding.rules.matching import Matcher
from textmine.coding.rules.words import split_words


def find(rule: str, text: str, *, window: int = 4) -> list[tuple[str, bool, bool]]:
    """The quotes that a rule hits, each with whether it is negated and excluded."""
    exceptions = [parse_phrase(e) for e in EXCEPTIONS]
    matcher = Matcher([parse_rule(rule)], negations=NEGATIONS, exceptions=exceptions, window=window)
    words = split_words(text)
    return [
        (text[words.starts[j.hit.start] : words.ends[j.hit.end - 1]], j.negated, j.excluded)
        for j in matcher.find(words)
    ]


def quotes(rule: str, text: str) -> list[str]:
    return [quote for quote, _, excluded in find(rule, text) if not excluded]


@pytest.mark.parametrize(
    ("rule", "text", "found"),
    [
        ("share* of staff", "A shared, of staff; shares of staff", ["shares of staff"]),
        ("a b", "a b b a b", ["a b", "a b"]),
        ("a a", "a a a", ["a a", "a a"]),
        ("peer * review", "peer led review, peer review", ["peer led review"]),
        ("health & safety", "Health & Safety, health safety", ["Health & Safety"]),
        ("well-being", "well-being, well being, wellbeing", ["well-being", "well being"]),
        ("NEAR(money, sav*, 5)", "Savings of money", ["Savings of money"]),
        ("NEAR(money, sav*, 1)", "saved money. Saved no money", ["saved money"]),
        ("NEAR(money, sav*, 5)", "money w w w w saved", ["money w w w w saved"]),
        ("NEAR(money, sav*, 5)", "money w w w w w saved", []),
        ("NEAR(money, sav*, 5)", "About money. Saved time.", []),
        ("NEAR(school, school*, 5)", "one school alone", []),
        ("NEAR(school, school*, 5)", "one school and schools", ["school and schools"]),
        ("BEFORE(lack*, trust, 3)", "trust lacks", []),
        ("BEFORE(lack*, trust, 3)", "lack of any trust", ["lack of any trust"]),
        ("NEAR(share* of staff, cost*, 4)", "cost of a share of staff", ["cost of a share of staff"]),
        ("NEAR(NEAR(a, b, 2), c, 2)", "a b w c", ["a b w c"]),
        ("CASE(MAT)", "mat MAT Mat", ["MAT"]),
        ("trust NOT academy trust", "academy trust, trust", ["trust"]),
        ("trust NOT trust board", "the trust board, the trust", ["trust"]),
        ("bank UNLESS river", "river and bank. A bank", ["bank"]),
    ],
)
def test_where_a_rule_hits(rule: str, text: str, found: list[str]) -> None:
    assert quotes(rule, text) == found


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("we never saved", True),
        ("we didn't really get to save", True),
        ("we didn't really ever get to save", False),  # five words on
        ("we didn’t really save", True),
        ("we dont save", True),
        ("No, we saved", False),
        ("not sure but we saved", False),
        ("It did not work. We saved", False),
        ("not only did we save", False),
        ("no doubt we saved", False),
        ("without a saving", True),
        ("saved, not spent", False),
        ("nothing saved", True),
    ],
)
def test_negation_before_a_hit_in_its_clause(text: str, negated: bool) -> None:
    assert [n for _, n, _ in find("sav*", text)] == [negated]


def test_a_negation_within_a_near_hit_counts() -> None:
    assert find("NEAR(money, sav*, 5)", "money was never saved") == [("money was never saved", True, False)]


def test_a_negation_that_the_rule_itself_names_does_not() -> None:
    assert find("no saving* | not enough money", "There are no savings") == [("no savings", False, False)]


@given(st.lists(st.sampled_from(["a", "b", "w", "."]), max_size=20), st.integers(1, 4))
def test_near_hits_where_a_pair_stands_near(words: list[str], within: int) -> None:
    text = " ".join(words)
    split = split_words(text)
    near = any(
        split.typed[i] == "a" and split.typed[j] == "b" and abs(i - j) <= within
        and split.sentences[i] == split.sentences[j]
        for i in range(len(split))
        for j in range(len(split))
    )  # fmt: skip
    assert bool(find(f"NEAR(a, b, {within})", text)) is near


@pytest.mark.parametrize(
    "rule", ["NEAR(a*, NEAR(a*, a*, 100), 100)", "a a a a a", "NEAR(a, NEAR(a, NEAR(a, a, 100), 100), 100)"]
)
def test_hits_grow_with_the_text_and_no_faster(rule: str) -> None:
    matcher = Matcher([parse_rule(rule)])
    short, long = (len(matcher.find(split_words("a " * n))) for n in (2_000, 8_000))
    assert 0 < long < 5 * short


def test_a_hostile_rule_is_soon_done_with_a_long_text() -> None:
    matcher = Matcher([parse_rule("NEAR(NEAR(a*a*a*b | a*, a, 99), NEAR(a, a, 99), 99) NOT a b UNLESS a c")])
    started = time.process_time()
    matcher.find(split_words("a " * 5_000))
    assert time.process_time() - started < 10
