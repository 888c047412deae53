"""Unitizing alpha: the book's example, one worked by hand, and lines that cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.agreement import measure_unitizing
from textmine.agreement.unitizing import GAP
from textmine.errors import InputError

# Krippendorff (2019), 'Content analysis', figure 12.11: three observers on a line of 60.
BOOK = {
    "alex": [(0, 7, "1"), (7, 13, "2"), (30, 32, "5"), (32, 37, "6"), (37, 44, "6"), (44, 60, "7")],
    "paul": [(0, 7, "1"), (7, 13, "3"), (13, 21, "5"), (32, 44, "6")],
    "suzan": [(0, 7, "1"), (7, 13, "4"), (13, 21, "5"), (32, 37, "6"), (37, 41, "6"), (41, 44, "6")],
}


def test_example_of_the_book_comes_out() -> None:
    found = measure_unitizing(BOOK, 60)
    assert found.nominal == pytest.approx(0.50998, abs=5e-6)
    assert found.binary == pytest.approx(0.41360, abs=5e-6)
    assert found.coincident == pytest.approx(0.724, abs=5e-4)


def test_shift_of_one_segment_is_as_worked_by_hand() -> None:
    # Marked 10 of 20, shared 6; 100 / (20 - 60 / 20) expected against 4 seen, both ways.
    found = measure_unitizing({"a": [(0, 5, "A")], "b": [(2, 7, "A")]}, 10)
    assert found.nominal == found.binary == pytest.approx(0.32)
    assert np.isnan(found.coincident)  # one value only: no variation


def test_same_segments_agree_wholly_and_other_names_do_not() -> None:
    one, other = [(0, 5, "A"), (8, 9, "B")], [(0, 5, "B"), (8, 9, "A")]
    assert measure_unitizing([one, one], 12).nominal == 1
    named = measure_unitizing([one, other], 12)
    assert named.binary == 1 and named.nominal < 0.5 and named.coincident < 0


def test_scale_of_the_line_does_not_matter_for_gaps_and_order_does_not_matter_at_all() -> None:
    found = measure_unitizing(BOOK, 60)
    turned = {name: segments[::-1] for name, segments in reversed(BOOK.items())}
    assert measure_unitizing(turned, 60).nominal == pytest.approx(found.nominal)
    assert measure_unitizing(list(BOOK.values()), 60) == found


def test_unmarked_line_has_no_answer() -> None:
    assert np.isnan(measure_unitizing([[], []], 10).nominal)
    assert np.isnan(measure_unitizing([[(0, 10, "A")], [(0, 10, "A")]], 10).binary)


def test_word_for_a_gap_may_be_a_value() -> None:
    assert measure_unitizing([[(0, 4, str(GAP))], [(0, 4, str(GAP))]], 10).nominal == 1


@pytest.mark.parametrize(
    ("segments", "wanted"),
    [
        ([(0, 5, "A"), (4, 6, "B")], "Observer a: segments overlap at 4"),
        ([(3, 3, "A")], "a segment 3 to 3"),
        ([(-1, 3, "A")], "a segment -1 to 3"),
        ([(8, 11, "A")], "a segment 8 to 11 on a line of 10"),
    ],
)
def test_line_that_cannot_be_is_refused(segments, wanted: str) -> None:
    with pytest.raises(InputError, match=wanted):
        measure_unitizing({"a": segments, "b": []}, 10)


def test_one_observer_is_not_enough() -> None:
    with pytest.raises(InputError, match="two observers or more; 1 given"):
        measure_unitizing({"a": [(0, 5, "A")]}, 10)


def test_nothing_may_be_a_value() -> None:
    assert measure_unitizing([[(0, 5, None)], [(0, 5, None)]], 10).binary == 1


def test_stretch_marked_twice_is_refused_whatever_the_values() -> None:
    with pytest.raises(InputError, match="overlap at 0"):
        measure_unitizing([[(0, 5, "A"), (0, 5, 1)], []], 10)


def test_line_may_be_short() -> None:
    halves = [(0, 0.2, "A"), (0.2, 0.4, "B")]
    assert measure_unitizing([halves, halves], 0.4).nominal == pytest.approx(1)
