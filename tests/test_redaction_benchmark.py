"""Redaction holds its figures: 500 made UK cases, and names in the shipped study against marked truth."""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path

import pytest

from textmine.privacy import find_in_texts
from textmine.spans import Span

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(FOLDER))

    def one(name: str):
        sys.modules.pop(name, None)
        return importlib.import_module(name)

    return one


def test_made_cases_are_500_and_a_third_has_nothing_to_find(load) -> None:
    cases = load("redaction_cases").make_cases()
    assert len(cases) == 500
    assert sum(not case.marks for case in cases) == 180
    assert all(case.text[a:b].strip() == case.text[a:b] != "" for case in cases for a, b, _ in case.marks)
    again = load("redaction_cases").make_cases()
    assert [case.text for case in again] == [case.text for case in cases]


@pytest.mark.parametrize("seed", [20261122, 7, 8, 9])
def test_identifiers_of_made_cases_are_found_whole_and_little_else(load, seed: int) -> None:
    cases = load("redaction_cases").make_cases(seed=seed)
    finds = find_in_texts([case.text for case in cases], names=False)
    marks = [(i, Span(a, b), kind) for i, case in enumerate(cases) for a, b, kind in case.marks]
    whole = sum(
        any(f.kind == kind and f.span.start <= span.start and span.end <= f.span.end for f in finds[i])
        for i, span, kind in marks
    )
    given = [(i, f) for i, found in enumerate(finds) for f in found]
    right = sum(any(i == j and f.span.overlaps(span) for j, span, _ in marks) for i, f in given)
    assert whole / len(marks) >= 0.99
    assert right / len(given) >= 0.98


@pytest.mark.slow
def test_names_of_the_shipped_study_are_found(load) -> None:
    redaction = load("redaction")
    for setting, ids, texts in redaction.read_study():
        marks = redaction.read_truth(redaction.TRUTH / f"names_{setting}.csv", ids)
        row = redaction.measure(setting, "person", marks, find_in_texts(texts), ["person"])
        assert row["recall"] >= 0.95, setting
        assert row["precision"] >= 0.85, setting


@pytest.mark.parametrize(
    "text", ["Abq " * 5000, "St Mary " * 3000, "call me on 1 " * 3000, "a dot " * 5000, "@a" * 9000]
)
def test_long_odd_texts_take_no_longer_than_they_are_long(text: str) -> None:
    started = time.perf_counter()
    find_in_texts([text], engine=None)
    assert time.perf_counter() - started < 10


def test_blind_suite_is_read_with_its_marks_and_holds_the_aims(load) -> None:
    blind, redaction = load("redaction_blind"), load("redaction")
    texts, marks = blind.read_blind_cases()
    assert (len(texts), sum(bool(marked) for marked in marks)) == (494, 298)
    assert not any("{" in text or "}" in text for text in texts)
    rows = {row["kind"]: row for row in redaction.measure_blind("now", blind.CASES)}
    assert rows["all told by form"]["recall"] >= 0.99 and rows["all told by form"]["precision"] >= 0.98
    assert rows["person"]["recall"] >= 0.95 and rows["person"]["precision"] >= 0.85
