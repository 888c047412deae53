"""Figures of topics: whole svg, words escaped, no comment in them, html and png on disk."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from textmine.errors import InputError
from textmine.svg import write_figure
from textmine.topics.figures import draw_choice, draw_map, draw_prevalence, draw_waves, draw_words
from textmine.topics.model import TopicModel
from textmine.topics.prevalence import measure_prevalence
from textmine.topics.stability import choose_topics


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


def test_waves_have_a_panel_a_topic_in_the_order_of_the_waves(model, comments) -> None:
    waves = ["wave 2", "wave 10", "wave 1"] * (len(comments) // 3)
    table = measure_prevalence(model.topics_, waves, len(model))
    svg = draw_waves(table, [f"<{n}> & b" for n in model.table_["name"]])
    ElementTree.fromstring(svg)
    assert svg.count("<polyline") == len(model) and svg.count("<circle") == 3 * len(model)
    assert svg.index("wave 1:") < svg.index("wave 2:") < svg.index("wave 10:")
    turned = draw_waves(table, model.table_["name"].tolist(), waves=["wave 10", "wave 1"])
    assert turned.index("wave 10:") < turned.index("wave 1:") and "wave 2:" not in turned


def test_height_in_a_panel_is_the_share_and_whiskers_are_its_interval() -> None:
    table = measure_prevalence([0] * 5 + [1] * 5 + [0] * 10, ["a"] * 10 + ["b"] * 10, 1)
    svg = draw_waves(table, ["cover"])
    spots = re.search(r"<polyline points='([^']*)'", svg)
    assert spots is not None
    half, whole = (float(at.split(",")[1]) for at in spots[1].split())
    foot, top = 74 + 16 + 72, 74 + 16
    assert whole == pytest.approx(top, abs=0.1)  # the highest end of an interval is 1
    assert half == pytest.approx((foot + top) / 2, abs=0.1)
    assert "a: 50.0% of 10 (23.7% to 76.3%)" in svg


def test_wave_that_is_none_is_told(model, comments) -> None:
    table = measure_prevalence(model.topics_, ["a"] * len(comments), len(model))
    with pytest.raises(InputError, match=r"No wave b in the table\. Waves: a"):
        draw_waves(table, model.table_["name"].tolist(), waves=["b"])


def test_names_of_groups_stay_within_the_figure() -> None:
    regions = [f"Region of the far north {number}" for number in range(12)]
    svg = draw_prevalence(measure_prevalence([0] * 24, regions * 2, 1), ["cover"])
    spots = [float(x) for x in re.findall(r"<circle cx='([\d.]+)' cy='\d+' r='4'", svg)]
    assert len(spots) == 12 and max(spots) + 20 + 6.4 * len(regions[0]) < 880
    names = {float(y) for y in re.findall(r"y='([\d.]+)'[^>]*>Region", svg)}
    dots = [float(y) for y in re.findall(r"cy='([\d.]+)' r='3\.4'", svg)]
    assert len(names) > 1 and max(names) < min(dots)
    more = measure_prevalence([0] * 13, [f"g{number}" for number in range(13)], 1)
    with pytest.raises(InputError, match="13 groups; a figure shows 12"):
        draw_prevalence(more, ["cover"])


def test_choice_marks_the_best(corpus) -> None:
    svg = draw_choice(choose_topics(corpus, [2, 3], runs=1))
    assert svg.count("fill='#0b6e99'") == 1


def test_page_needs_nothing_else_and_picture_is_png(model, tmp_path) -> None:
    page, picture = write_figure(draw_words(model), tmp_path / "words")
    html = page.read_text(encoding="utf-8")
    assert "<svg" in html and "src=" not in html and "<script" not in html
    assert picture.read_bytes().startswith(b"\x89PNG\r\n")
