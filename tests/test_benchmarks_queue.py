"""The benchmark of the queue: a short run on synthetic labels, and its figure."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.corpus import Corpus

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def queue(monkeypatch):
    """The benchmark as a module."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import annotation_queue

    yield annotation_queue
    for name in ("annotation_queue", "annotation_queue_figure"):
        sys.modules.pop(name, None)


def make_bench(queue):
    said = ["We train together", "It saves money", "Nothing much here"]
    texts = [f"{said[n % 3]} {n}" for n in range(240)]
    y = np.array([[float(n % 3 == 0), float(n % 3 == 1)] for n in range(240)])
    corpus = Corpus(pd.DataFrame({"doc_id": [f"u{n}" for n in range(240)], "text": texts}))
    half, codes = np.arange(120), ["training", "money"]
    book = Codebook.from_labels(codes)
    return queue.Bench(corpus.select(half), y[:120], corpus.select(half + 120), y[120:], codes, book)


@pytest.mark.parametrize("strategy", ["random", "rare", "mix20"])
def test_simulation_reads_to_its_budget_and_is_the_same_twice(queue, strategy: str) -> None:
    bench = make_bench(queue)
    first = queue.simulate(bench, strategy, 0, budget=100, step=20, cold=None)
    assert [row[2] for row in first] == [100] and 0.5 < first[0][4] <= 1.0
    assert queue.simulate(bench, strategy, 0, budget=100, step=20, cold=None) == first


def test_figure_has_a_line_a_strategy(queue) -> None:
    from annotation_queue_figure import draw_curves
    from defusedxml.ElementTree import fromstring

    rows = [("random", 100, 0.3), ("random", 1000, 0.5), ("rare", 100, 0.35), ("rare", 1000, 0.55)]
    mean = pd.DataFrame(rows, columns=["strategy", "read", "macro_f1"]).assign(spread=0.01, seeds=3)
    svg = draw_curves(mean, queue.NAMES, "nhs")
    assert fromstring(svg).tag.endswith("svg") and svg.count("<polyline") == 2
