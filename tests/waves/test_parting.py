"""Random partings: respondents stay whole, people of a panel change places with themselves."""

from __future__ import annotations

import numpy as np

from textmine.waves.parting import find_p, part_respondents


def test_respondents_stay_whole_and_waves_keep_their_number() -> None:
    parting = part_respondents(["a", "a", "b", "c"], ["x", "y", "y"], n=50)
    assert len(parting.person) == 5 and (parting.is_new.sum(axis=0) == 2).all()
    assert parting.is_new[:, 0].tolist() == [0, 0, 0, 1, 1]
    assert parting.add([1, 2, 4, 8, 16, 32, 64]).tolist() == [3, 4, 8, 16, 96]


def test_same_name_is_another_person_unless_it_is_a_panel() -> None:
    apart = part_respondents(["a", "b"], ["a", "c"], n=20)
    assert len(set(apart.person.tolist())) == 4
    panel = part_respondents(["a", "b"], ["a", "c"], n=200, panel=True)
    assert panel.person.tolist()[0] == panel.person.tolist()[2]
    twice = panel.is_new[[0, 2]]
    assert (twice.sum(axis=0) == 1).all() and 0.3 < twice[0].mean() < 0.7


def test_same_seed_gives_the_same_partings() -> None:
    one, two = (part_respondents(["a", "b", "c"], ["d", "e"], n=9, seed=4).is_new for _ in range(2))
    assert np.array_equal(one, two)


def test_p_counts_the_real_parting_in() -> None:
    assert find_p(np.array([5.0, *range(4)])) == 0.2
