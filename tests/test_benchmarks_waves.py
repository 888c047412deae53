"""The benchmark of waves: chance alone raises few alarms, planted changes are seen."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        return importlib.import_module("waves")


def share(rows: list[dict[str, object]], question: str) -> float:
    return float(next(row["answered yes"] for row in rows if row["question"] == question))  # type: ignore[arg-type]


@pytest.mark.slow
def test_chance_raises_few_alarms_and_a_worse_coder_is_seen(bench: ModuleType) -> None:
    population = bench.Population()
    still = bench.measure("chances", 100, population)
    for question in ("codes", "coder", "chances"):
        assert share(still, question) <= 0.12, question  # 5%, and three standard errors
    worse = bench.measure("worse", 20, population)
    assert share(worse, "coder: recall") >= 0.8


@pytest.mark.slow
def test_shorter_answers_are_seen_and_chance_is_not(bench: ModuleType) -> None:
    population = bench.Population()
    assert share(bench.measure("nothing", 30, population), "words") <= 0.17
    assert share(bench.measure("shorter", 10, population), "words") >= 0.7
