"""The benchmark of intervals: they cover as said in few runs, and naive counts do not."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    sys.modules.pop("estimates", None)
    return importlib.import_module("estimates")


def test_name_of_the_measuring_tool_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.delitem(sys.modules, "coverage", raising=False)
    with pytest.raises(ImportError, match=r"estimates\.py"):
        importlib.import_module("coverage")


def covers(rows: list[dict[str, object]], name: str) -> float:
    return float(next(row["covers"] for row in rows if row["figure"] == name))  # type: ignore[arg-type]


def test_corrected_shares_cover_and_naive_counts_do_not(bench: ModuleType) -> None:
    rows = bench.simulate_random(bench.SETTINGS[0], 150).rows("x")
    assert covers(rows, "textmine (PPI++ on scores)") >= 0.9
    assert covers(rows, "naive count") < 0.05


@pytest.mark.slow
def test_every_setting_is_covered_within_the_bounds(bench: ModuleType) -> None:
    for setting in bench.SETTINGS:
        rows = bench.simulate_random(setting, 600).rows(setting.name)
        assert 0.915 <= covers(rows, "textmine (PPI++ on scores)") <= 0.985, setting.name
    for setting in bench.STRATIFIED:
        rows = bench.simulate_stratified(setting, 400).rows(setting.name)
        assert 0.915 <= covers(rows, "textmine, drawn by plan") <= 0.985, setting.name


@pytest.mark.slow
def test_differences_and_coefficients_are_covered_where_the_coder_errs_by_group(bench: ModuleType) -> None:
    rows = bench.simulate_groups(400).rows("groups")
    for name in ("share: textmine", "difference: textmine", "logit coefficient: textmine"):
        assert 0.92 <= covers(rows, name) <= 0.985, name
    for name in ("share: naive count", "difference: naive counts", "logit coefficient: naive counts"):
        assert covers(rows, name) < 0.05, name


def test_population_is_covered_by_both_ways_of_reading(bench: ModuleType) -> None:
    rng = np.random.default_rng(0)
    truth = (rng.random((3000, 1)) < 0.2).astype(float)
    scores = 1 / (1 + np.exp(2 - 3.5 * truth - rng.normal(size=(3000, 1))))
    row = bench.cover_population(scores, truth, ["code"], np.array([0]), 80).iloc[0]
    assert min(row["plan_covers"], row["random_covers"]) >= 0.88
    assert row["ratio_plan"] < 0.8
