"""Dictionaries of quanteda: their categories as a tree of codes, their values as rules."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from textmine.coding.rules import RuleCoder, read_quanteda
from textmine.coding.rules.quanteda import parse_quanteda
from textmine.errors import CodebookError

#: As ``quanteda::as.yaml`` writes it: a category with values and categories keeps its values under '__'.
NESTED = """\
ECONOMY:
  TAX:
    - tax*
    - value added tax
  JOBS: unemploy*
  __:
    - econom*
    - '*flation'
NO:
  - norw?y
"""


def test_nested_categories_are_a_tree_of_codes() -> None:
    book = parse_quanteda(NESTED).codebook
    assert book.ids == ["ECONOMY", "ECONOMY.TAX", "ECONOMY.JOBS", "NO"]
    assert book.children("ECONOMY") == ["ECONOMY.TAX", "ECONOMY.JOBS"]
    assert book.code("ECONOMY.TAX").name == "TAX"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("TAXES rose", ["ECONOMY", "ECONOMY.TAX"]),
        ("Value Added Tax", ["ECONOMY", "ECONOMY.TAX"]),
        ("value of added tax", ["ECONOMY", "ECONOMY.TAX"]),
        ("inflation", ["ECONOMY"]),
        ("Norway", ["NO"]),
        ("nor way", []),
    ],
)
def test_values_are_globs_and_categories_take_what_is_below(text: str, codes: list[str]) -> None:
    coder = RuleCoder(parse_quanteda(NESTED))
    given = coder.predict([text])[0]
    assert [code for code, applies in zip(coder.codes_, given, strict=True) if applies] == codes


def test_categories_within_a_list_are_read_too() -> None:
    rules = parse_quanteda("A:\n  - word\n  - B: [other, third]\n")
    assert rules.ids == ["A", "A.B"]
    assert [rule.find.words for rule in rules.of("A.B")] == [("other",), ("third",)]


def test_operators_are_plain_words_in_a_dictionary() -> None:
    assert parse_quanteda("A: ['NOT here']").of("A")[0].find.words == ("NOT", "here")


def test_a_value_without_a_word_is_left_out_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        rules = parse_quanteda("A: [good, ':-)', '...']")
    assert rules.left_out == ("category 'A', value 2", "category 'A', value 3")
    assert caplog.messages == ["dictionary: 2 value(s) without a word were left out."]


@pytest.mark.parametrize("text", ["- a\n- b", "", "just words", "A: []"])
def test_what_is_no_dictionary_is_told(text: str) -> None:
    with pytest.raises(CodebookError):
        parse_quanteda(text)


def test_a_file_tells_its_form_by_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "own dictionary.yml"
    path.write_text(NESTED, encoding="utf-8")
    coder = RuleCoder.from_file(path)
    assert coder.rules == read_quanteda(path)
    assert coder.codebook_.id == "own dictionary"
    coder.save(tmp_path / "saved.yaml")
    again = RuleCoder.from_file(tmp_path / "saved.yaml")
    assert (again.rules, again.name_) == (coder.rules, coder.name_)
    path.write_text("id: [x]\nname: [y]\n", encoding="utf-8")
    assert RuleCoder.from_file(path, form="quanteda").codes_ == ["id", "name"]
    with pytest.raises(CodebookError, match="codes: is missing"):
        RuleCoder.from_file(path)
