"""Groups of what no code covers, and their widening to texts that have a code for something else."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.topics.leftovers import group_leftovers
from textmine.topics.space import unit_rows


@pytest.fixture
def made():
    """90 places around three themes on three axes, drawn at random: places, questions, lengths, codes.

    The first theme has the only code. Of the second, a third has that code as well.
    """
    rng = np.random.default_rng(0)
    places = unit_rows(np.repeat(np.eye(3, 12), 30, axis=0) + 0.1 * rng.normal(size=(90, 12)))
    given = np.zeros((90, 1))
    given[:40] = 1.0
    return places, np.ones((90, 1)), np.full(90, 12.0), given


def test_theme_without_a_code_is_a_group_of_its_own(made) -> None:
    found = group_leftovers(*made, groups=2, min_size=5)
    third = set(range(60, 90))
    assert any(set(group.tolist()) == third for group in found)


def test_group_is_widened_to_like_texts_that_have_another_code(made) -> None:
    found = group_leftovers(*made, groups=2, min_size=5)
    second = [set(group.tolist()) for group in found if 45 in group]
    assert second and any(len(group & set(range(30, 40))) >= 5 for group in second)
    assert all(group <= set(range(30, 60)) for group in second)


def test_groups_that_share_most_of_their_texts_come_once(made) -> None:
    found = group_leftovers(*made, groups=2, min_size=5)
    assert len(found) == 2


def test_short_texts_do_not_draw_a_group_wider(made) -> None:
    places, asked, lengths, given = made
    lengths[60:] = 1.0
    found = group_leftovers(places, asked, lengths, given, groups=1, min_size=5)
    wide = min(found, key=lambda group: len(set(group.tolist()) & set(range(60, 90))))
    assert not set(wide.tolist()) & set(range(60, 90))


def test_small_groups_are_left_out_and_every_text_covered_gives_none(made) -> None:
    places, asked, lengths, given = made
    assert group_leftovers(places, asked, lengths, given, groups=2, min_size=60) == []
    assert group_leftovers(places, asked, lengths, np.ones((90, 1)), groups=2, min_size=5) == []


def test_same_texts_give_the_same_groups(made) -> None:
    first, second = (group_leftovers(*made, groups=3, min_size=5) for _ in range(2))
    assert [g.tolist() for g in first] == [g.tolist() for g in second]
