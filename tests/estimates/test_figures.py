"""Figures of corrected shares: every mark and interval is there, and the axis ends past all of them."""

from __future__ import annotations

import re

import numpy as np
import pytest

from textmine.errors import InputError
from textmine.estimates.differences import estimate_differences
from textmine.estimates.fairness import measure_fairness
from textmine.estimates.figures import draw_differences, draw_fairness, draw_groups, draw_shares
from textmine.estimates.prevalence import estimate_prevalence


@pytest.fixture(scope="module")
def tables(make_wave):
    made = make_wave(1500)
    labels, by = made.read(400), {"region": made.group}
    shares = estimate_prevalence(made.wave, labels, by=by)
    return shares, estimate_differences(made.wave, labels, by=by), measure_fairness(made.wave, labels, by=by)


def marks(svg: str) -> list[str]:
    return re.findall(r"<title>([\d.-]+ \([\d.na-]+ to [\d.na-]+\))</title>", svg)


def test_each_code_has_its_corrected_share_with_its_interval_and_the_naive_count(tables) -> None:
    shares = tables[0]
    svg = draw_shares(shares)
    whole = shares[shares["by"] == ""]
    for row in whole.to_dict("records"):
        assert f"{row['estimate']:.3f} ({row['low']:.3f} to {row['high']:.3f})" in marks(svg)
        assert f"<title>{row['naive']:.3f}</title>" in svg
    assert len(marks(svg)) == 2 * len(whole)  # the naive count has no interval
    assert "Share of answers that were not blank" in svg
    assert svg.index("code0") < svg.index("code1")  # the commoner first


def test_each_group_has_its_mark(tables) -> None:
    svg = draw_groups(tables[0], "region")
    assert len(marks(svg)) == 2 * 2 and "north" in svg and "south" in svg


def test_differences_stand_about_a_line_at_none(tables) -> None:
    svg = draw_differences(tables[1], "region")
    assert len(marks(svg)) == 2 and "south less north" in svg and "-" in svg


def test_fairness_shows_recall_and_precision(tables) -> None:
    for measure in ("recall", "precision"):
        svg = draw_fairness(tables[2].figures, "region", measure)
        assert len(marks(svg)) == 3 * 2 and svg.count(measure.capitalize()) >= 1


def test_a_share_that_is_not_estimable_says_so(tables) -> None:
    table = tables[0][tables[0]["by"] == ""].copy()
    table.loc[table.index[0], ["estimate", "low", "high"]] = np.nan
    assert draw_shares(table).count("too few to tell") == 1


def test_a_column_that_is_not_there_is_told_with_those_that_are(tables) -> None:
    with pytest.raises(InputError, match="No rows by 'phase' in the table"):
        draw_groups(tables[0], "phase")


def test_more_groups_than_can_be_told_apart_are_refused(make_wave) -> None:
    made = make_wave(600)
    groups = [str(n % 13) for n in range(600)]
    table = estimate_prevalence(made.wave, made.read(300), by={"site": groups})
    with pytest.raises(InputError, match="13 groups of site; a figure shows 12"):
        draw_groups(table, "site")


def test_many_pairs_of_groups_are_drawn_in_part_and_it_is_said(make_wave) -> None:
    made = make_wave(900)
    groups = [str(n % 7) for n in range(900)]
    table = estimate_differences(made.wave, made.read(600), by={"site": groups})
    figure = draw_differences(table, "site")
    assert "12 of 21 pairs are drawn" in figure
    largest = table.loc[table["difference"].abs().idxmax()]
    assert f"{largest['group']} less {largest['than']}" in figure
