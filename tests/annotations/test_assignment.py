"""The plan: known probabilities, double coding, the first day, re-reads; the same for the same seed."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from textmine.annotations import plan_tasks
from textmine.annotations.assignment import shuffle_units
from textmine.errors import InputError

UNITS = [f"u{n}" for n in range(200)]
PEOPLE = ["ann", "ben", "cleo", "dot"]


def test_every_unit_of_a_whole_plan_has_probability_one() -> None:
    plan = plan_tasks(UNITS, ["ann"], overlap=0)
    assert {task.unit_id for task in plan} == set(UNITS) and len(plan) == 200
    assert {(task.role, task.probability) for task in plan} == {("random", 1.0)}


def test_calibration_set_and_audit_are_one_sample_with_one_probability() -> None:
    plan = plan_tasks(UNITS, PEOPLE, sample=50, calibration=10, overlap=0)
    assert {task.probability for task in plan} == {0.25}  # 50 of 200, not 10 and 40 of 200
    assert len({task.unit_id for task in plan}) == 50
    for name in PEOPLE:
        mine = [task for task in plan if task.annotator == name]
        assert [task.purpose for task in mine[:10]] == ["calibration"] * 10
    assert len({tuple(t.unit_id for t in plan if t.annotator == name)[:10] for name in PEOPLE}) == 1


def test_every_unit_is_as_likely_as_the_sample_says() -> None:
    drawn: Counter[str] = Counter()
    for seed in range(400):
        drawn.update(task.unit_id for task in plan_tasks(UNITS[:20], ["ann"], sample=5, overlap=0, seed=seed))
    assert all(60 <= drawn[unit] <= 140 for unit in UNITS[:20])  # 100 wanted, 4.6 standard errors either way


def test_overlap_is_read_by_two_and_all_pairs_meet() -> None:
    plan = plan_tasks(UNITS, PEOPLE, overlap=0.3)
    readers: dict[str, set[str]] = {}
    for task in plan:
        readers.setdefault(task.unit_id, set()).add(task.annotator)
    sizes = Counter(map(len, readers.values()))
    assert sizes == {1: 140, 2: 60}
    pairs = Counter(frozenset(names) for names in readers.values() if len(names) == 2)
    assert len(pairs) == 6 and max(pairs.values()) - min(pairs.values()) <= 2
    loads = Counter(task.annotator for task in plan)
    assert max(loads.values()) - min(loads.values()) <= 2


def test_review_pile_has_no_probability_but_for_what_was_drawn_anyway() -> None:
    pile = UNITS[:40]
    plan = plan_tasks(UNITS, ["ann"], sample=50, review=pile, overlap=0)
    roles = {task.unit_id: task for task in plan}
    drawn = {unit for unit, task in roles.items() if task.role == "audit"}
    assert len(drawn) == 50 and drawn & set(pile)
    assert all(roles[unit].probability is None for unit in set(pile) - drawn)
    assert set(roles) == drawn | set(pile)


def test_pile_and_sample_are_mixed() -> None:
    plan = plan_tasks(UNITS, ["ann"], sample=50, review=UNITS[:100], overlap=0)
    roles = [task.role for task in plan]
    assert sum(one != other for one, other in pairwise(roles)) > 20


def test_rereads_come_well_after_the_first_reading() -> None:
    plan = plan_tasks(UNITS, ["ann"], rereads=0.1, overlap=0)
    order = [(task.unit_id, task.purpose) for task in plan]
    again = [unit for unit, purpose in order if purpose == "reread"]
    assert len(again) == 20
    for unit in again:
        assert order.index((unit, "reread")) - order.index((unit, "code")) >= 50
    assert {task.probability for task in plan if task.purpose == "reread"} == {None}


def test_plan_hangs_on_the_seed_alone() -> None:
    assert plan_tasks(UNITS, PEOPLE, seed=3) == plan_tasks(UNITS[::-1], PEOPLE, seed=3)
    assert plan_tasks(UNITS, PEOPLE, seed=3) != plan_tasks(UNITS, PEOPLE, seed=4)


def test_sample_grows_from_the_same_start() -> None:
    small = {task.unit_id for task in plan_tasks(UNITS, ["ann"], sample=20)}
    large = {task.unit_id for task in plan_tasks(UNITS, ["ann"], sample=60)}
    assert small < large
    assert shuffle_units(UNITS, 0)[:20] == [u for u in shuffle_units([*UNITS, "new"], 0) if u != "new"][:20]


@pytest.mark.parametrize(
    "wrong", [{"overlap": 1.5}, {"rereads": -0.1}, {"calibration": 30, "sample": 20}, {"review": ["nowhere"]}]
)
def test_wrong_number_is_refused(wrong: dict) -> None:
    with pytest.raises(InputError):
        plan_tasks(UNITS, ["ann"], **wrong)


def test_plan_needs_somebody() -> None:
    with pytest.raises(InputError, match="Nobody to read"):
        plan_tasks(UNITS, [])
