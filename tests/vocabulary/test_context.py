"""Rules of context: what beside and near a hit lets it pass."""

from __future__ import annotations

import pytest

from textmine.vocabulary.context import REACH, Rule, read_phrases


def rule(**lists: str) -> Rule:
    return Rule(**{name: read_phrases(value) for name, value in lists.items()})


@pytest.mark.parametrize(
    ("before", "after", "passes"),
    [
        ("in our", "met", True),
        ("big", "board met", True),
        ("some", "met", False),
        ("our", "between us", False),
        ("", "", False),
    ],
)
def test_one_positive_list_is_enough_and_one_negative_too_much(before: str, after: str, passes: bool) -> None:
    told = rule(before="our, the", after="board", not_after="between")
    assert told.lets_pass(before.split(), after.split()) is passes


def test_a_rule_of_negatives_lets_all_else_pass() -> None:
    assert rule(not_before="no").lets_pass([], [])
    assert not rule(not_before="no").lets_pass(["no"], [])


def test_near_ends_with_the_sentence_and_after_twelve_words() -> None:
    told = rule(near="school")
    assert told.lets_pass(["school", ",", "and"], [])
    assert not told.lets_pass(["school", ".", "and"], [])
    assert told.lets_pass([], ["x"] * (REACH - 1) + ["school"])
    assert not told.lets_pass([], ["x"] * REACH + ["school"])


def test_a_phrase_near_does_not_reach_across_the_hit() -> None:
    assert not rule(near="high school").lets_pass(["high"], ["school"])


def test_word_lists_numbers_edges_and_all_but() -> None:
    assert rule(before="@determiner").lets_pass(["14"], [])
    assert rule(before="@plain").lets_pass(["local"], [])
    assert rule(before=".").lets_pass([","], [])
    told = rule(not_after="of !@determiner")
    assert told.lets_pass([], ["of", "the", "school"])
    assert not told.lets_pass([], ["of", "maths"])


def test_phrases_are_read_without_case_and_possessives() -> None:
    assert read_phrases("Heads' group, our , NHS's") == (("heads", "group"), ("our",), ("nhs",))
