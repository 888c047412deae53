"""Files of rules: what they say comes back, and what is wrong is told by code and rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from textmine.codebook import Codebook
from textmine.coding.rules import RuleCoder, RuleSet
from textmine.errors import CodebookError, InputError

FULL = """\
id: demo
version: 1.2.0
title: Rules to try
roll_up: false
negation: {window: 3, then: denies, words: [not, no], except: [not only]}
codes:
  - id: money
    name: Money
    definition: Money is saved.
    not: [cost of living]
    rules:
      - sav* money
      - {find: cost*, not: [cost centre], unless: [house*], case: true, negated: keep, note: why}
  - {id: fees, parent: money, rules: ['*fee | fees']}
"""


def test_what_a_file_says_comes_back(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FULL, encoding="utf-8")
    rules = RuleSet.load(tmp_path / "a.yaml")
    rules.save(tmp_path / "b.yaml")
    again = RuleSet.load(tmp_path / "b.yaml")
    assert again == rules
    assert again.sha256 == rules.sha256
    assert again.dumps() == rules.dumps()
    assert rules.codebook.children("money") == ["fees"]


def test_exclusions_of_the_code_hold_for_each_rule() -> None:
    assert [len(rule.without) for rule in RuleSet.loads(FULL).of("money")] == [1, 2]


@pytest.mark.parametrize(
    "change", [("sav* money", "sav*"), ("window: 3", "window: 4"), ("roll_up: false\n", "")]
)
def test_the_hash_changes_with_what_the_rules_do(change: tuple[str, str]) -> None:
    assert RuleSet.loads(FULL).sha256 != RuleSet.loads(FULL.replace(*change)).sha256


@pytest.mark.parametrize("change", [("note: why", "note: other"), ("name: Money", "name: Cash"), ("# x", "")])
def test_the_hash_does_not_change_with_words_about_them(change: tuple[str, str]) -> None:
    assert RuleSet.loads(FULL).sha256 == RuleSet.loads(FULL.replace(*change)).sha256


def test_a_bare_key_negation_takes_the_words_that_come_with_textmine() -> None:
    rules = RuleSet.loads("negation:\ncodes: [{id: a, rules: [x]}]")
    assert rules.negation is not None
    assert "never" in rules.negation.words
    assert RuleSet.loads("codes: [{id: a, rules: [x]}]").negation is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("codes: [{id: a, rules: ['NEAR(a, b)']}]", "r.yaml: code 'a', rule 1: a comma is missing"),
        ("codes: [{id: a, rules: [x, '*']}]", "code 'a', rule 2: nothing but wild cards"),
        ("codes: [{id: a, rule: [x]}]", "code 'a', rule: unknown key; did you mean rules"),
        ("codes: [{id: a, rules: [{fnd: x}]}]", "code 'a', rule 1, fnd: unknown key; did you mean find"),
        ("codes: [{id: a, rules: [{find: x, not: ['(']}]}]", "code 'a', rule 1: no word"),
        ("codes: [{id: a, rules: [[x]]}]", "code 'a', rule 1: wanted a mapping"),
        ("codes: [{rules: [x]}]", "code 1, id: is missing"),
        ("codes: [{id: a, rules: [x], not: ['*']}]", "code 'a', rule 1: nothing but"),
        ("codes: {a: [b]}", "codes: wanted a list"),
        ("codes: [{id: a, rules: [*x]}]", "line 1: .*quotes"),
        ("codes: [{id: a}]", "no code has a rule"),
        ("codes: []", "no codes"),
        ("codes: [{id: a, rules: [x]}, {id: a, rules: [x]}]", "stands twice"),
        ("codes: [{id: a, id: b, rules: [x]}]", "stands twice"),
        ("codes: [{id: none, rules: [x]}]", "kept for units"),
        ("codes: [{id: a, parent: b, rules: [x]}]", "parent 'b' does not exist"),
        ("negation: {window: 0}\ncodes: [{id: a, rules: [x]}]", "negation, window: input should be greater"),
        ("negation: {then: run}\ncodes: [{id: a, rules: [x]}]", "negation, then"),
        ("negation: {words: [no more]}\ncodes: [{id: a, rules: [x]}]", "negation, words 1: one word each"),
        ("- a", "holds no rules"),
        ("", "holds no rules"),
        ("[" * 3000, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_told_by_file_code_and_rule(text: str, said: str) -> None:
    with pytest.raises(CodebookError, match=said) as caught:
        RuleSet.loads(text, "r.yaml")
    assert "r.yaml" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(CodebookError) as caught:
        RuleSet.loads("codes: [{id: a, rules: ['*']}, {id: b, rules: ['(a', 'b']}]")
    assert len(caught.value.problems) == 2


def test_yaml_builds_nothing_but_text() -> None:
    with pytest.raises(CodebookError, match="tag"):
        RuleSet.loads("codes: [{id: a, rules: [!!python/name:os.system x]}]")
    assert RuleSet.loads("codes: [{id: no, rules: [2016, yes, 1.10]}]").of("no")[2].find.words == ("1", "10")


def test_keywords_of_a_codebook_are_rules() -> None:
    text = "codes: [{id: a, definition: d, keywords: [peer review, shar*]}, {id: b, definition: d}]"
    coder = RuleCoder.from_codebook(Codebook.loads(text))
    assert coder.predict(["Peer-review", "sharing"]).tolist() == [[1, 0], [1, 0]]
    assert coder.has_rule("a")
    assert not coder.has_rule("b")


def test_a_codebook_without_keywords_is_told() -> None:
    with pytest.raises(InputError, match="No code of codebook 'x' has keywords"):
        RuleCoder.from_codebook(Codebook.from_labels(["a"], id="x"))


def test_a_missing_or_foreign_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="No file of rules"):
        RuleSet.load(tmp_path / "gone.yaml")
    (tmp_path / "utf16.yaml").write_text("codes: []", encoding="utf-16")
    with pytest.raises(CodebookError, match="not UTF-8"):
        RuleSet.load(tmp_path / "utf16.yaml")
