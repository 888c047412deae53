"""The vocabulary holds its figures: glossary entries found, hits read by hand right, wrong ones gone."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def vocabulary(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    sys.modules.pop("vocabulary", None)
    return importlib.import_module("vocabulary")


def test_every_entry_of_the_glossaries_is_found_in_the_review(vocabulary: ModuleType) -> None:
    folder = vocabulary.find_texts()
    if folder is None:
        pytest.skip("the shared texts are not here (set TEXTMINE_TEXTS)")
    table = vocabulary.measure_coverage((folder / vocabulary.REVIEW).read_text(encoding="utf-8"))
    assert table["entry"][table["in the glossaries"].eq(0)].tolist() == []


def test_hits_read_by_hand_are_right_and_the_wrong_ones_are_gone(vocabulary: ModuleType) -> None:
    texts = dict(vocabulary.read_texts(vocabulary.find_texts()))
    table = vocabulary.measure_precision(texts).set_index("draw")
    assert table["read"].tolist() == [200, 200, 200]
    assert table.loc[["2", "3"], "precision"].min() >= 0.95
    assert table["at hand"].min() >= 90
    assert table["wrong ones still found"].sum() == 0
    lost = table["at hand"] - table["wrong ones"] - table["right ones still found"]
    assert lost.sum() <= 6
