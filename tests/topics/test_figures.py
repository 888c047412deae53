"""Figures of topics: whole svg, words escaped, no comment in them, html and png on disk."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from textmine.svg import write_figure
from textmine.topics.figures import draw_choice, draw_map, draw_prevalence, draw_words
from textmine.topics.model import TopicModel
from textmine.topics.stability import choose_topics, measure_prevalence


@pytest.fixture(scope="module")
def model(corpus) -> TopicModel:
    return TopicModel(n_topics=3).fit(corpus)


def test_figures_are_whole_and_hold_no_comment(model, corpus, comments) -> None:
    shares = measure_prevalence(model.topics_, ["<a> & b"] * len(comments), len(model))
    names = model.table_["name"].tolist()
    for svg in (draw_map(model, corpus), draw_words(model, [0.9, 0.1, 0.6]), draw_prevalence(shares, names)):
        ElementTree.fromstring(svg)
        assert not any(text in svg for text in comments)


def test_topic_not_fit_to_report_is_grey(model) -> None:
    assert draw_words(model, [0.9, 0.9, 0.9]).count("#b9c1ca") == 0
    assert draw_words(model, [0.9, 0.1, 0.9]).count("#b9c1ca") == 1


def test_choice_marks_the_best(corpus) -> None:
    svg = draw_choice(choose_topics(corpus, [2, 3], runs=1))
    assert svg.count("fill='#0b6e99'") == 1


def test_page_needs_nothing_else_and_picture_is_png(model, tmp_path) -> None:
    page, picture = write_figure(draw_words(model), tmp_path / "words")
    html = page.read_text(encoding="utf-8")
    assert "<svg" in html and "src=" not in html and "<script" not in html
    assert picture.read_bytes().startswith(b"\x89PNG\r\n")
