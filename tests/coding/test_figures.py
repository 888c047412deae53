"""Figures: well-formed svg that holds every figure, and odd names as they are."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pandas as pd

from textmine.coding.comparison import Comparison
from textmine.coding.figures import Series, draw_intervals, draw_learning_curve, draw_reliability
from textmine.coding.reliability import measure_reliability

SVG = "{http://www.w3.org/2000/svg}"
ODD = "a <b> & 'c'"


def shapes(svg: str, name: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter(f"{SVG}{name}"))


def words(svg: str) -> str:
    return " ".join("".join(element.itertext()) for element in shapes(svg, "text"))


def test_reliability_has_a_panel_a_code_and_a_point_a_bin() -> None:
    rng = np.random.default_rng(0)
    p = rng.random((80, 3))
    names = [str(i) for i in range(80)]
    comparison = Comparison((rng.random((80, 3)) < p) * 1.0, p, p, [ODD, "two", "three"], names, names)
    table = measure_reliability(comparison)
    svg = draw_reliability(table, {"two": "a note"})
    assert len(shapes(svg, "rect")) == 1 + 4
    assert len(shapes(svg, "circle")) == len(table)
    assert ODD in words(svg) and "a note" in words(svg)
    hollow = [c for c in shapes(svg, "circle") if c.get("fill") == "#ffffff"]
    assert len(hollow) == (table["n"] < 5).sum() > 0


def test_points_stand_where_the_figures_are() -> None:
    row = {"code": "c", "bin_low": 0.2, "bin_high": 0.3, "n": 50, "mean_probability": 0.25}
    table = pd.DataFrame([row | {"share": 0.75, "share_low": 0.5, "share_high": 1.0}])
    svg = draw_reliability(table)
    panel, circle = shapes(svg, "rect")[1], shapes(svg, "circle")[0]
    x, y, side = (float(panel.get(name, "")) for name in ("x", "y", "width"))
    assert float(circle.get("cx", "")) == round(x + side * 0.25, 1)
    assert float(circle.get("cy", "")) == round(y + side * 0.25, 1)


def test_interval_without_a_figure_says_too_few() -> None:
    nan = float("nan")
    svg = draw_intervals("Recall", [ODD, "b"], [Series("recall", [(0.5, 0.4, 0.6), (nan, nan, nan)])])
    assert "too few to tell" in words(svg) and ODD in words(svg)
    assert len(shapes(svg, "circle")) == 2  # the key and the one figure


def test_learning_curve_has_a_line_a_measure() -> None:
    rows = [
        {"texts": n, "measure": m, "value": v, "low": v - 0.02, "high": v + 0.02}
        for m in ("micro_f1", "macro_f1")
        for n, v in ((100, 0.5), (200, 0.6))
    ]
    nothing = [{"texts": 10, "measure": "micro_f1", "value": np.nan, "low": np.nan, "high": np.nan}]
    svg = draw_learning_curve(pd.DataFrame(nothing + rows))
    assert len(shapes(svg, "polyline")) == 2 and len(shapes(svg, "circle")) == 4
    assert "micro F1 0.60" in words(svg) and "100" in words(svg)
    assert ElementTree.fromstring(draw_learning_curve(pd.DataFrame(nothing))) is not None


def test_same_figures_give_the_same_bytes() -> None:
    series = [Series("f1", [(0.5, 0.4, 0.6)])]
    assert draw_intervals("F1", ["a"], series) == draw_intervals("F1", ["a"], series)
