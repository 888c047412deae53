"""The benchmark of certificates: the simulated truth is the true one, and too low a precision stays out."""

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
    sys.modules.pop("certificates", None)
    return importlib.import_module("certificates")


def test_simulated_scores_are_probabilities_and_their_truth_is_known(bench: ModuleType) -> None:
    setting = bench.Setting("large", 200_000, apart=3.0)
    scores, truth = setting.draw(np.random.default_rng(1))
    for at in (0.3, 0.6, 0.9):
        above = scores >= at
        assert truth[above].mean() == pytest.approx(setting.true_precision(at), abs=0.01)
        assert above[truth == 1].mean() == pytest.approx(setting.true_recall(at), abs=0.01)
    near = (scores > 0.55) & (scores < 0.65)
    assert truth[near].mean() == pytest.approx(0.6, abs=0.03)


def test_wrongly_certified_in_no_more_than_a_tenth_of_1000_runs(bench: ModuleType) -> None:
    for setting in bench.SETTINGS[:4:3]:
        ours = bench.simulate(setting, bench.METHODS["certificate"], runs=1000)
        assert ours["wrongly_certified"] <= 0.1, setting.name
        naive = bench.simulate(setting, bench.cut_naively, runs=100)
        assert naive["wrongly_certified"] > 0.3, setting.name


@pytest.mark.slow
def test_wrongly_certified_in_no_more_than_a_tenth_in_every_setting(bench: ModuleType) -> None:
    for setting in bench.SETTINGS:
        for name, choose in bench.METHODS.items():
            share = bench.simulate(setting, choose, runs=1000)["wrongly_certified"]
            assert (share <= 0.1) == (name != "naive best cut"), (setting.name, name)


def test_naive_cut_is_the_lowest_at_which_enough_is_right(bench: ModuleType) -> None:
    scores = np.linspace(1, 0, 30)
    truth = np.array([1] * 18 + [0, 1] + [0] * 10, dtype=float)
    at = bench.cut_naively(scores, truth)
    assert at == scores[20]  # 19 of 21 are right, 19 of 22 are not enough
    assert bench.cut_naively(scores, np.zeros(30)) is None


def test_answers_are_coded_by_confidence_where_enough_are_wholly_right(bench: ModuleType) -> None:
    rng = np.random.default_rng(0)
    scores = rng.random((600, 2))
    truth = (rng.random((600, 2)) < scores).astype(float)
    calibration, other = bench._split(scores, truth, np.arange(600) < 300)
    share, right = bench.code_by_confidence(calibration, other, np.array([0.5, 0.5]))
    assert 0.1 < share < 0.9 and right == pytest.approx(0.8, abs=0.12)


def test_promise_is_judged_on_what_is_accepted_alone(bench: ModuleType) -> None:
    half = bench.Half(
        np.array([[0.9, 0.2], [0.8, 0.9], [0.1, 0.1]]), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    )
    n, right, p = bench.judge(np.array([0.5, np.inf]), half)
    assert (n[0], right[0]) == (2, 1) and p[0] == pytest.approx(0.19)
    assert n[1] == 0 and np.isnan(p[1])
