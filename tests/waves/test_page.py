"""The page: it fetches nothing, runs nothing, and its names are made safe."""

from __future__ import annotations

from textmine.waves.compare import compare_waves
from textmine.waves.page import make_page
from textmine.waves.trend import trace_trend


def test_page_stands_by_itself_and_shows_each_answer(make_wave) -> None:
    waves = [make_wave(name, n=200) for name in ("first", "<b>old", "new")]
    found = compare_waves(waves[1], waves[2], topics=False, partings=99)
    page = make_page(found, trace_trend(waves), {"codes": "<svg></svg>"}, ["a <note>"])
    assert "<script" not in page and "http" not in page.replace("http://www.w3.org", "")
    assert all(question in page for question in found.answers["question"])
    assert "&lt;b&gt;old" in page and "<b>old" not in page and "a &lt;note&gt;" in page
    assert "no series is cut" in page


def test_note_of_every_row_is_said_once(make_wave) -> None:
    found = compare_waves(make_wave(n=200), make_wave("new", n=200, read=0), topics=False, partings=99)
    assert make_page(found, None, {}, []).count("until people read units of both waves") == 1
