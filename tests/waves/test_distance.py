"""Discrepancy and classifier: the known answer, and what they see and do not see."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from textmine.errors import InputError
from textmine.waves.distance import compare_places, measure_mmd, try_classifier
from textmine.waves.parting import part_respondents

CASES = Path(__file__).resolve().parents[2] / "shared" / "methods_testcases.json"


def test_known_answer_of_the_discrepancy() -> None:
    assert measure_mmd([0, 1], [2, 3], gamma=0.5) == pytest.approx(0.7689062080632163, abs=1e-12)


def test_known_answers_of_the_methods_file() -> None:
    place = next((p for p in (CASES, CASES.parents[2] / "shared" / CASES.name) if p.is_file()), None)
    if place is None:
        pytest.skip("the methods' known answers are not beside the checkout")
    case = json.loads(place.read_text("utf-8"))["topic"]["mmd2u"]
    assert measure_mmd(case["X"], case["Y"], gamma=case["gamma"]) == pytest.approx(case["value"], abs=1e-12)


def test_one_text_makes_no_discrepancy() -> None:
    with pytest.raises(InputError, match="two or more a wave"):
        measure_mmd([0.0], [1.0, 2.0])


def places_of(shift: float, n: int = 150, seed: int = 0):
    rng = np.random.default_rng(seed)
    places = rng.normal(size=(2 * n, 8))
    places[n:, 0] += shift
    names = [[f"{w}{k // 2}" for k in range(n)] for w in "on"]
    return places, np.arange(2 * n) % 2, part_respondents(*names, n=199)


def test_fold_of_blocks_is_the_plain_discrepancy() -> None:
    places, _, parting = places_of(0.5)
    found = compare_places(places, np.zeros(300, dtype=int), parting, themes={})
    assert found.value == pytest.approx(measure_mmd(places[:150], places[150:]), abs=1e-9)


def test_shift_is_seen_and_chance_is_not() -> None:
    places, questions, parting = places_of(1.0)
    assert compare_places(places, questions, parting, themes={}).p == 0.005
    assert try_classifier(places, questions, parting).p < 0.01
    places, questions, parting = places_of(0.0, seed=3)
    assert compare_places(places, questions, parting, themes={}).p > 0.05
    assert try_classifier(places, questions, parting).p > 0.05


def test_texts_of_another_question_are_not_another_wave() -> None:
    rng = np.random.default_rng(1)
    questions = np.concatenate([rng.random(150) < 0.8, rng.random(150) < 0.2]).astype(int)
    places = rng.normal(size=(300, 8)) + 3 * questions[:, None]
    parting = part_respondents(list(map(str, range(150))), list(map(str, range(150, 300))), n=199)
    assert compare_places(places, questions, parting, themes={}).p > 0.05


def test_detectable_share_is_told_by_the_codes() -> None:
    places, questions, parting = places_of(0.0)
    marked = places[:, 1] > 1.0
    found = compare_places(places, questions, parting, themes={"money": marked, "rare": places[:, 2] > 9})
    assert 0 < found.share < 2


def test_too_few_respondents_are_not_told_apart() -> None:
    places, questions, parting = places_of(2.0, n=20)
    assert np.isnan(try_classifier(places, questions, parting).p)
