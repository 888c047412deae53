"""Known answers for topics and waves: as plain values, and as a file beside the checkout holds them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textmine.estimates.formulas import adjust_bh, compare_shares
from textmine.topics.crosswalk import measure_lift
from textmine.topics.quality import compare_topics, measure_npmi
from textmine.topics.stability import match_topics, score_matches
from textmine.waves.distance import measure_mmd

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("TEXTMINE_BENCHMARKS") or ROOT.parent / "shared" / "benchmarks")
CASES = SHARED.parent / "methods_testcases.json"

#: Two runs of three topics: the first two change places and one word each, the third has no match.
ONE_RUN = [
    words.split() for words in ("wait long queue hour", "staff kind nice nurse", "food cold meal menu")
]
OTHER_RUN = [
    words.split() for words in ("staff kind rude nurse", "wait long queue time", "park car cost pay")
]


@pytest.fixture(scope="module")
def cases() -> dict[str, Any]:
    if not CASES.is_file():
        pytest.skip("methods_testcases.json is not beside the checkout")
    found: dict[str, Any] = json.loads(CASES.read_text(encoding="utf-8"))
    return found


def test_coherence_of_pairs_by_the_formula() -> None:
    # 'a' in 3 of 4 texts, 'b' in 2, both in 2: ln((2/4) / (3/4 * 2/4)) / -ln(2/4) = .415037
    texts = [["a", "b"], ["a", "b"], ["a"], ["c"]]
    assert measure_npmi([["a", "b"]], texts)[0] == pytest.approx(0.4150375, abs=1e-7)
    assert measure_npmi([["a", "c"]], texts)[0] == -1.0


def test_matches_of_two_runs() -> None:
    matches = match_topics(ONE_RUN, OTHER_RUN)
    assert [(i, j) for i, j, _ in matches] == [(0, 1), (1, 0), (2, 2)]
    assert [value for _, _, value in matches] == pytest.approx([0.6, 0.6, 0.0])
    assert np.mean(score_matches(ONE_RUN, [OTHER_RUN])) == pytest.approx(0.4)


def test_change_of_a_share_between_waves() -> None:
    z, p = compare_shares((0.135, 0.011), (0.18, 0.012))
    assert float(z) == pytest.approx(2.764328, abs=1e-6)
    assert float(p) == pytest.approx(0.005704, abs=1e-6)


def test_benjamini_hochberg_of_ten() -> None:
    found = adjust_bh([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216])
    assert found.round(4).tolist() == [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.1057, 0.216, 0.216, 0.216]


def test_file_coherence(cases) -> None:
    case = cases["topic"]
    for pair, wanted in case["npmi"].items():
        assert measure_npmi([pair.split("|")], case["docs"])[0] == pytest.approx(wanted, abs=5e-5)
    for words, wanted in case["topic_npmi"].items():
        assert measure_npmi([words.split()], case["docs"])[0] == pytest.approx(wanted, abs=5e-5)
    assert case["npmi"] and case["topic_npmi"]


def test_file_stability_of_the_two_runs(cases) -> None:
    found = float(np.mean(score_matches(ONE_RUN, [OTHER_RUN])))
    assert found == pytest.approx(cases["topic"]["stability_mean"])


def test_file_agreement_beyond_chance(cases) -> None:
    first, second, wanted = cases["topic"]["ari"]
    found = compare_topics(first, second)
    assert found["ari"] == pytest.approx(wanted, abs=1e-9)
    assert found["ami"] == pytest.approx(cases["topic"]["ami"], abs=1e-9)


def test_file_lift(cases) -> None:
    counts, wanted = cases["topic"]["lift"]
    assert np.asarray(measure_lift(counts)) == pytest.approx(np.array(wanted), abs=5e-5)


def test_file_discrepancy(cases) -> None:
    case = cases["topic"]["mmd2u"]
    assert measure_mmd(case["X"], case["Y"], gamma=case["gamma"]) == pytest.approx(case["value"], abs=1e-9)


def test_file_change_of_a_share_and_many_looks(cases) -> None:
    wave = cases["wave"]
    (p2, p1), (se2, se1) = wave["p"], wave["se"]
    z, p = compare_shares((p1, se1), (p2, se2))
    assert float(z) == pytest.approx(wave["z"], abs=1e-9)
    assert float(p) == pytest.approx(wave["pvalue"], abs=1e-9)
    given, wanted = cases["bh"]
    assert adjust_bh(given).round(4).tolist() == pytest.approx(wanted, abs=5e-5)
