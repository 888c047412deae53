"""Answers that others published or computed, read where the files with them are beside the checkout."""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from textmine.agreement import (
    LEVELS,
    measure_ac1,
    measure_alpha,
    measure_brennan_prediger,
    measure_conger,
    measure_fleiss,
    measure_kappa,
    measure_masi,
    measure_unitizing,
)
from textmine.agreement.sets import find_sets, measure_distances

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("TEXTMINE_BENCHMARKS") or ROOT.parent / "shared" / "benchmarks")
CASES = SHARED.parent / "methods_testcases.json"
SIGHT = SHARED / "sight" / "comments.csv"


@pytest.fixture(scope="module")
def cases() -> SimpleNamespace:
    if not CASES.is_file():
        pytest.skip("methods_testcases.json is not beside the checkout")
    return SimpleNamespace(**json.loads(CASES.read_text(encoding="utf-8")))


def test_alphas_of_values(cases) -> None:
    seen = 0
    for case in (case for case in cases.alpha if "coders" in case):
        for level in LEVELS:
            wanted = case.get(level, case["alpha"] if level == case.get("level") else None)
            if wanted is not None:
                seen += 1
                assert measure_alpha(case["coders"], level=level) == pytest.approx(wanted, abs=5e-7)
        if case.get("alpha") == "nan":
            seen += 1
            assert np.isnan(measure_alpha(case["coders"]))
    assert seen >= 7


def test_other_coefficients_of_the_same_values(cases) -> None:
    case = next(case for case in cases.alpha if "gwet_ac1" in case)
    ac1, error, *_ = measure_ac1(case["coders"])
    assert (ac1, error) == pytest.approx((case["gwet_ac1"], case["gwet_ac1_se"]), abs=5e-6)
    assert measure_fleiss(case["coders"]) == pytest.approx(case["fleiss_gwet_generalised"], abs=5e-6)
    assert measure_conger(case["coders"]) == pytest.approx(case["conger"], abs=5e-6)
    assert measure_brennan_prediger(case["coders"]) == pytest.approx(case["brennan_prediger"], abs=5e-6)


def test_alphas_of_sets(cases) -> None:
    case = next(case for case in cases.alpha if "sets" in case)
    codes = sorted({code for unit in case["sets"] for given in unit for code in given})
    values = [[[float(c in unit[coder]) for c in codes] for unit in case["sets"]] for coder in range(2)]
    numbers, members = find_sets(np.array(values))
    for kind in ("masi", "jaccard", "exact"):
        found = measure_alpha(numbers.astype(float), distance=measure_distances(members, members, kind))
        assert found == pytest.approx(case[f"alpha_{kind}"])


def test_distances_of_sets(cases) -> None:
    for one, other, wanted in cases.masi_distance:
        assert measure_masi(frozenset(one), frozenset(other)) == pytest.approx(wanted)


def test_tables_of_two_by_two(cases) -> None:
    for case in cases.two_by_two:
        cells = [(i, j) for i, row in enumerate(case["table"]) for j, n in enumerate(row) for _ in range(n)]
        codings = np.array(cells).T
        found = {"cohen": measure_kappa(*codings), "alpha": measure_alpha(codings)}
        found |= {"scott": measure_fleiss(codings), "ac1": measure_ac1(codings)[0]}
        wanted = {name: value for name, value in case.items() if name in found}
        assert wanted and {name: found[name] for name in wanted} == pytest.approx(wanted, abs=5e-6)


def test_fleiss_kappa(cases) -> None:
    ratings = [[v for v, n in enumerate(row) for _ in range(n)] for row in cases.fleiss["table"]]
    assert measure_fleiss(np.array(ratings).T) == pytest.approx(cases.fleiss["kappa"])


def test_unitizing_alphas(cases) -> None:
    for case in cases.unitizing:
        observers = {name: [tuple(s) for s in segments] for name, segments in case["observers"].items()}
        found = measure_unitizing(observers, case["L"])
        assert found.nominal == pytest.approx(case["u_nominal"], abs=5e-6)
        assert found.binary == pytest.approx(case["u_binary"], abs=5e-6)
        if "book" in case:
            low, high = case["cu_nominal_range"]
            assert low <= found.coincident <= high
            assert found.coincident == pytest.approx(case["book"][2], abs=5e-4)


@pytest.mark.skipif(not SIGHT.is_file(), reason="the sight comments are not beside the checkout")
def test_published_kappas_come_out_to_three_decimals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    benchmark = importlib.import_module("agreement")
    table = benchmark.compare_sight(SIGHT)
    assert len(table) == 9
    assert table["kappa"].tolist() == table["published kappa"].tolist()
    assert table["n_units"].tolist() == [289] + [286] * 8
