"""Nested groups: what one column of groups gives away of another."""

from __future__ import annotations

from textmine.disclosure.groups import make_sets
from textmine.disclosure.linked import protect_bases, protect_code
from textmine.disclosure.rules import find_rule


def test_base_of_a_nested_group_cannot_be_worked_out_from_its_parent(survey) -> None:
    sets = make_sets([*survey.codes.index], survey.groups)
    why = protect_bases(sets, find_rule("simple5"))
    assert why["site", "h"] == "base"
    in_north = [why["site", name] for name in ("a", "b")]
    assert "to protect others" in in_north or why["region", "N"] == "to protect others"


def test_count_of_a_nested_group_keeps_its_interval(survey) -> None:
    rule, sets = find_rule("simple5"), make_sets([*survey.codes.index], survey.groups)
    parts = sets.count(survey.codes["money"].to_numpy())
    plan = protect_code(sets, "money", parts, protect_bases(sets, rule), rule)
    low, high = plan.bound(("site", "h"))
    assert low <= 1 and high >= 4
