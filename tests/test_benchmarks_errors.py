"""The benchmark of errors: causes are counted as they were sorted, and lengths named without a gap."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def errors(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    sys.modules.pop("errors", None)
    return importlib.import_module("errors")


def test_causes_add_up_and_mended_errors_are_told(errors: ModuleType) -> None:
    known = pd.read_csv(errors.CAUSES)
    counted = errors.count_causes(known.iloc[:-1])
    assert counted["errors"].sum() == len(known)
    assert (counted["missed"] + counted["wrongly given"] == counted["errors"]).all()
    assert counted["still errors"].sum() == len(known) - 1


def test_classes_of_length_follow_each_other(errors: ModuleType) -> None:
    assert errors._name_lengths() == ["1 to 10", "11 to 25", "26 to 50", "51 to 100", "101 or more"]
