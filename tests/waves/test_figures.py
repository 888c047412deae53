"""Figures: one function, one svg, names made safe, breaks drawn, what may not be compared left out."""

from __future__ import annotations

from xml.etree import ElementTree

from textmine.waves.coder import compare_coder
from textmine.waves.codes import compare_codes
from textmine.waves.figures import draw_changes, draw_coder, draw_terms, draw_trend
from textmine.waves.making import compare_making
from textmine.waves.terms import compare_terms
from textmine.waves.trend import trace_trend

OTHER = {"money": "other", "sport": "b"}


def test_changes_have_a_mark_each_and_a_barred_code_has_none(make_wave) -> None:
    old, new = make_wave(), make_wave("new", money=0.6)
    svg = draw_changes(compare_codes(old, new, compare_making(old, new)), "<old>", "new")
    ElementTree.fromstring(svg)
    assert svg.count("<circle") == 2 and "&lt;old&gt;" in svg and "#c2570c" in svg
    new = make_wave("new", book="2", definitions=OTHER)
    barred = draw_changes(compare_codes(old, new, compare_making(old, new)), "old", "new")
    assert barred.count("<circle") == 1 and "not compared" in barred


def test_coder_and_words_are_drawn(make_wave) -> None:
    old, new = make_wave(), make_wave("new")
    for svg in (
        draw_coder(compare_coder(old, new, old.codes)[0], "old", "new"),
        draw_terms(compare_terms(old, new)[0], "old", "new"),
    ):
        ElementTree.fromstring(svg)
        assert svg.count("<circle") >= 4


def test_trend_draws_breaks_and_hollow_naive_counts(make_wave) -> None:
    waves = [make_wave("w0"), make_wave("w1", read=0), make_wave("w2", book="2", definitions=OTHER)]
    svg = draw_trend(trace_trend(waves))
    ElementTree.fromstring(svg)
    assert svg.count("stroke-dasharray") == 1 and svg.count("fill='#ffffff' stroke") == 2
