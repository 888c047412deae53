"""What can be worked out of hidden cells, and what to hide so that it cannot."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.disclosure.cells import TOTAL, CellSystem, Wish, cost_of


def make_row(counts: list[int], hidden: set[int]) -> tuple[CellSystem, list[int]]:
    system = CellSystem()
    parts = [
        system.add(n, low=min(n, 1), shown=i not in hidden, cost=float(n) if n else float("inf"))
        for i, n in enumerate(counts)
    ]
    system.tie(system.add(sum(counts), shown=True, cost=TOTAL), parts)
    return system, parts


def test_one_hidden_cell_is_worked_out_from_the_total() -> None:
    system, parts = make_row([10, 4, 6], {1})
    assert system.bound(parts[1]) == (4, 4)


def test_two_hidden_cells_share_what_is_left() -> None:
    system, parts = make_row([10, 4, 6], {1, 2})
    assert system.bound(parts[1]) == (1, 9)


def test_next_lowest_is_hidden_first_and_a_nought_never() -> None:
    system, parts = make_row([50, 0, 4, 20], {2})
    hidden, unmet = system.hide([Wish(parts[2], 1, 4)])
    assert hidden == [parts[3]] and not unmet


def test_total_is_hidden_where_nothing_else_can_be() -> None:
    system, parts = make_row([3, 0, 0], {0})
    hidden, unmet = system.hide([Wish(parts[0], 1, 4)])
    assert hidden == [3] and not unmet


def test_wish_that_cannot_be_met_is_told() -> None:
    system = CellSystem()
    only = system.add(3, low=1, high=3)
    assert system.hide([Wish(only, 1, 4)]) == ([], [Wish(only, 1, 4)])


def test_contradiction_is_seen() -> None:
    system = CellSystem()
    parts = [system.add(2, shown=True), system.add(3, shown=True)]
    system.tie(system.add(6, shown=True), parts)
    assert not system.is_sound()


def make_grid(counts: np.ndarray) -> tuple[CellSystem, list[Wish]]:
    """A table with both margins and the total shown; what is under five is hidden and may be 1 to 4."""
    system, wishes = CellSystem(), []
    cells = np.empty(counts.shape, dtype=int)
    for at, count in np.ndenumerate(counts):
        small = bool(0 < count < 5)
        cells[at] = system.add(float(count), low=1, shown=not small, cost=cost_of(float(count)))
        wishes += [Wish(int(cells[at]), 1, 4)] * small
    lines = [*cells, *cells.T]
    sums = [
        system.add(sum(system.cells[i].value or 0 for i in line), shown=True, cost=TOTAL) for line in lines
    ]
    for total, line in zip(sums, lines, strict=True):
        system.tie(total, map(int, line))
    return system, wishes


@pytest.mark.parametrize("seed", range(6))
def test_what_is_hidden_protects_and_nothing_is_hidden_that_need_not_be(seed: int) -> None:
    counts = np.random.default_rng(seed).integers(1, 30, size=(4, 4))
    counts[0, 0], counts[2, 1] = 2, 3
    system, wishes = make_grid(counts)
    hidden, unmet = system.hide(wishes)
    assert hidden and not unmet and all(system.holds(wish) for wish in wishes)
    for cell in hidden:
        system.cells[cell].shown = True
        assert not all(system.holds(wish) for wish in wishes), cell
        system.cells[cell].shown = False
