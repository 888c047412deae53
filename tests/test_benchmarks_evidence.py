"""The benchmark of evidence: its own people, its own clock."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from textmine.coding.coder import Coder
from textmine.reading import read_labels

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def evidence(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    sys.modules.pop("evidence", None)
    return importlib.import_module("evidence")


def test_two_people_are_compared_wherever_both_gave_the_code(evidence: ModuleType) -> None:
    study = evidence.take_respondents(evidence.read_study()[0], 40)
    found = evidence.compare_people(study)
    quoted = []
    for name in evidence.PEOPLE:
        path = evidence.ROOT / "annotations" / evidence.STUDY / f"{name}.jsonl"
        quotes = read_labels(path, id="comment_id", codes=list(study.y.columns)).quotes
        kept = quotes[quotes["unit_id"].isin(study.corpus.ids) & (quotes["quote"] != "")]
        quoted.append(set(zip(kept["unit_id"], kept["code"], strict=True)))
    row = found.table.iloc[0]
    assert row["n"] == row["n_quoted"] == len(quoted[0] & quoted[1]) > 20
    assert row["token_f1"] > 0.7 and np.isnan(row["falls"])
    shown = evidence.show(found.table.assign(by="two people", evidence="quote"))
    assert shown["falls without it"].unique().tolist() == [""]
    assert shown["token F1"][0].startswith(f"{row['token_f1']:.2f} (")


def test_respondents_are_taken_with_their_texts_labels_and_quotes(evidence: ModuleType) -> None:
    whole = evidence.read_study()[0]
    part = evidence.take_respondents(whole, 25)
    assert len(set(part.corpus.groups)) == 25
    assert len(part.corpus) == len(part.y) == len(part.learn_only)
    first = part.quotes.iloc[0]
    unit = part.corpus.ids[first["row"]]
    there = whole.quotes[whole.quotes["row"] == whole.corpus.ids.index(unit)]
    assert first["quote"] in there["quote"].tolist()
    assert part.y.iloc[first["row"]][first["code"]] == 1


def test_clock_runs_with_evidence_and_without_and_leaves_the_coder_as_it_was(
    evidence: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "TIMED_COMMENTS", 60)
    monkeypatch.setattr(evidence, "REPEATS", 1)
    study = evidence.take_respondents(evidence.read_study()[0], 40)
    coder = Coder(folds=2).fit(study.corpus, study.y)
    times = evidence.time_coding(coder, study, ["clause"])
    assert times["what"].tolist() == ["coder.code"] * 2 + ["textmine code"] * 2
    assert times["evidence"].tolist() == ["none", "clause"] * 2
    assert set(times["comments"]) == {60} and times["on top"][0] == times["on top"][2] == 0
    assert len(coder.code(study.corpus).spans) > 0
