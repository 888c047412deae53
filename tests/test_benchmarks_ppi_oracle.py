"""Corrected figures beside ppi-python, where it is installed."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    pytest.importorskip("ppi_py", reason="ppi-python is not installed; it is a check, not a dependency")
    monkeypatch.syspath_prepend(str(FOLDER))
    sys.modules.pop("ppi_oracle", None)
    return importlib.import_module("ppi_oracle")


def test_means_of_two_samples_are_those_of_ppi_python(bench: ModuleType) -> None:
    rows = bench.compare_means(7)
    assert len(rows) == 6
    for row in rows:
        assert row["textmine"] == pytest.approx(row["ppi_py"], abs=1e-9), row["what"]


@pytest.mark.filterwarnings("ignore")
def test_logit_fits_with_lambda_1_solve_the_same_equations(bench: ModuleType) -> None:
    rows = [row for row in bench.compare_fits(7) if row["what"].startswith("logit")]
    same = [row for row in rows if row["what"].endswith("lambda 1")]
    assert len(same) == 2 and all(abs(row["apart_in_se"]) < 0.1 for row in same)
    assert all(abs(row["apart_in_se"]) < 2 for row in rows if row["figure"] == "estimate")
