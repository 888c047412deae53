"""The page and the markdown: whatever stands in a cell stays words."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from textmine.report.blocks import make_section, make_table, write_csv
from textmine.report.markdown import render_markdown
from textmine.report.page import render_html
from textmine.report.plots import plot_agreement, plot_pairs, plot_shares

NASTY = "</script><script>alert(1)</script> [x](http://a.b) | `c` \"q\" 'r' & =1+1"


def make_summary(words: str) -> dict:
    table = make_table("t", words, {"name": (words, "text"), "n": ("n", "count")}, [{"name": words, "n": 3}])
    section = make_section("s", words, lead=[words], tables=[table], notes=[words])
    return {"title": words, "data": words, "sections": [section]}


def test_no_words_become_markup_of_the_page() -> None:
    page = render_html(make_summary(NASTY), [])
    assert page.count("<script") == 1 and "alert(1)</" not in page
    held = re.search(r'id="report-data">(.*?)</script>', page, re.S)
    assert held and json.loads(held.group(1))["title"] == NASTY


def test_no_words_become_links_or_cells_of_the_markdown() -> None:
    text = render_markdown(make_summary(NASTY), [], pictures="p")
    assert not re.search(r"(?<!\\)\]\(", text) and not re.search(r"(?<!\\)<", text)
    row = next(line for line in text.splitlines() if line.endswith("| 3 |"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 3


def test_no_cell_of_a_csv_is_a_formula() -> None:
    table = make_table("t", "t", {"x": ("x", "text")}, [{"x": "=1+1"}, {"x": "-2"}, {"x": "plain"}])
    assert write_csv(table).splitlines() == ["x", "'=1+1", "'-2", "plain"]


@pytest.mark.parametrize("words", ["a<b>", "it's", 'say "x"'])
def test_words_of_a_figure_are_escaped(words: str) -> None:
    row = {"name": words, "estimate": 0.2, "low": 0.1, "high": 0.3, "naive": float("nan")}
    svg = plot_shares(pd.DataFrame([row])).svg
    assert "<b>" not in svg
    label = re.search(r"aria-label='([^']*)'", svg)
    assert label and label.group(1).startswith("How common each theme is: ")


def test_hidden_pairs_are_stars_in_the_figure() -> None:
    pairs = pd.DataFrame([[30, "*"], ["*", 20]], index=["a", "b"], columns=["a", "b"])
    assert ">*<" in plot_pairs(pairs, 100).svg


def test_agreement_below_chance_has_a_place_on_the_axis() -> None:
    table = pd.DataFrame([{"name": "a", "machine_human": -0.2, "human_human": 0.5}])
    assert "-0.2" in plot_agreement(table).svg
