"""Disclosure rules by name."""

from __future__ import annotations

import pytest

from textmine.disclosure import RULES, DisclosureRule, find_rule
from textmine.errors import InputError


def test_rules_have_names_sources_and_words() -> None:
    assert list(RULES) == ["nhs_hes", "gpps", "ons_srs", "simple5"]
    assert all(rule.source and rule.in_words().endswith(".") for rule in RULES.values())


def test_unknown_rule_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"No disclosure rule 'hes'\. Choose among: nhs_hes, gpps"):
        find_rule("hes")


def test_limit_under_one_is_refused() -> None:
    with pytest.raises(InputError, match="1 or more"):
        DisclosureRule("odd", count_below=0)


def test_base_limit_is_no_lower_than_the_limit_of_counts() -> None:
    assert DisclosureRule("house", count_below=12).base_below == 12


@pytest.mark.parametrize(
    ("count", "shown"), [(8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (22, 20), (23, 25)]
)
def test_nhs_rounds_to_the_nearest_five(count: int, shown: int) -> None:
    assert find_rule("nhs_hes").show(count) == shown
