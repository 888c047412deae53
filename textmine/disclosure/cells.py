"""Cells tied by sums: what an outsider can work out of those that are hidden, and which to hide besides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf, log1p

import numpy as np
import numpy.typing as npt

#: What it costs to hide a total, beside about 1 to 20 for another cell: totals are hidden last.
TOTAL = 1000.0
_CLOSE = 1e-6


@dataclass
class Cell:
    """One figure: its true value, the least and most that an outsider takes it for, and whether it is shown.

    ``cost`` is what hiding it costs; ``inf`` where it can be hidden no more (it is out already, or a rule
    shows it always). ``value`` is None where nobody knows it.
    """

    value: float | None
    low: float = 0.0
    high: float = inf
    shown: bool = False
    cost: float = inf


@dataclass
class Wish:
    """That an outsider must think a cell may be ``low`` and may be ``high``; ``why`` says what for."""

    cell: int
    low: float
    high: float
    why: str = ""


@dataclass
class CellSystem:
    """Cells and the sums that tie them, as an outsider knows them who knows the rule.

    What can be worked out of a hidden cell is the interval of a linear programme (Fischetti and Salazar
    2001); which other cells to hide so that it may take a value is one too: the cheapest change of shown
    cells that leads there (after Kelly, Golden and Assad 1992).

    >>> system = CellSystem()
    >>> parts = [system.add(4, low=1), system.add(15, low=1, shown=True, cost=15)]
    >>> total = system.add(19, shown=True, cost=TOTAL)
    >>> system.tie(total, parts)
    >>> system.bound(parts[0]), system.reach(parts[0], 1)
    ((4.0, 4.0), [1])
    """

    cells: list[Cell] = field(default_factory=list)
    sums: list[tuple[int, list[int]]] = field(default_factory=list)

    def add(
        self,
        value: float | None,
        *,
        low: float = 0.0,
        high: float = inf,
        shown: bool = False,
        cost: float = inf,
    ) -> int:
        """Add a cell; gives its number."""
        self.cells.append(Cell(value, low, high, shown, cost))
        return len(self.cells) - 1

    def tie(self, total: int, parts: Iterable[int]) -> None:
        """Say that a cell is the sum of others."""
        self.sums.append((total, list(parts)))

    def bound(self, cell: int) -> tuple[float, float]:
        """The least and the most that a cell can be by what is shown; (nan, nan) where nothing fits."""
        ends = [self._solve({}, {cell: sign}, movable=()) for sign in (1.0, -1.0)]
        if any(end is None for end in ends):
            return float("nan"), float("nan")
        low, high = (abs(round(float(end[cell]), 6)) for end in ends if end is not None)
        return low, high

    def is_sound(self) -> bool:
        """Whether any values fit all sums and all that is shown."""
        return self._solve({}, {}, movable=()) is not None

    def reach(self, cell: int, value: float) -> list[int] | None:
        """The shown cells to hide so that ``cell`` may be ``value``: [] if it may already, None: no way."""
        movable = [i for i, one in enumerate(self.cells) if one.shown and one.cost < inf and i != cell]
        if self.cells[cell].shown:
            return None
        found = self._solve({cell: value}, {i: self.cells[i].cost for i in movable}, movable=movable)
        if found is None:
            return None
        return [i for i in movable if abs(found[i] - (self.cells[i].value or 0.0)) > _CLOSE]

    def hide(self, wishes: Sequence[Wish]) -> tuple[list[int], list[Wish]]:
        """Hide what the wishes need; gives the cells hidden for it and the wishes that cannot be met.

        Cells that turn out not to be needed, the dearest first, are shown again.
        """
        hidden: list[int] = []
        unmet: list[Wish] = []
        for wish in wishes:
            for value in (wish.low, wish.high):
                more = self.reach(wish.cell, value)
                if more is None:
                    unmet.append(wish)
                    break
                for cell in more:
                    self.cells[cell].shown = False
                hidden += more
        met = [wish for wish in wishes if wish not in unmet]
        if len(hidden) > 1:
            for cell in sorted(hidden, key=lambda i: (-self.cells[i].cost, i)):
                self.cells[cell].shown = True
                if all(self.holds(wish) for wish in met):
                    hidden.remove(cell)
                else:
                    self.cells[cell].shown = False
        return hidden, unmet

    def holds(self, wish: Wish) -> bool:
        """Whether an outsider must think both ends of a wish possible."""
        return all(self._solve({wish.cell: v}, {}, movable=()) is not None for v in (wish.low, wish.high))

    def _solve(
        self, fixed: dict[int, float], cost: dict[int, float], *, movable: Sequence[int]
    ) -> npt.NDArray[np.float64] | None:
        """Values that fit at the least cost; ``movable`` cells cost by how far they go from what is shown."""
        from scipy.optimize import linprog
        from scipy.sparse import coo_array

        n, m = len(self.cells), len(movable)
        bounds: list[tuple[float, float | None]] = []
        may_move = set(movable)
        for i, one in enumerate(self.cells):
            low, high = one.low, one.high
            if one.shown and i not in may_move:
                low = high = float(one.value or 0.0)
            if i in fixed:
                if not low - _CLOSE <= fixed[i] <= high + _CLOSE:
                    return None
                low = high = fixed[i]
            bounds.append((low, None if high == inf else high))
        bounds += [(0.0, None)] * m
        rows = [(r, total, 1.0) for r, (total, _) in enumerate(self.sums)]
        rows += [(r, part, -1.0) for r, (_, parts) in enumerate(self.sums) for part in parts]
        upper = [
            entry
            for k, i in enumerate(movable)
            for entry in (
                (2 * k, i, 1.0),
                (2 * k, n + k, -1.0),
                (2 * k + 1, i, -1.0),
                (2 * k + 1, n + k, -1.0),
            )
        ]
        limits = [sign * float(self.cells[i].value or 0.0) for i in movable for sign in (1.0, -1.0)]
        aim = np.zeros(n + m)
        for i, weight in cost.items():
            aim[n + movable.index(i) if m else i] = weight

        def matrix(entries: list[tuple[int, int, float]], height: int) -> coo_array | None:
            if not entries:
                return None
            r, c, v = zip(*entries, strict=True)
            return coo_array((v, (r, c)), shape=(height, n + m)).tocsr()

        done = linprog(
            aim,
            A_ub=matrix(upper, 2 * m),
            b_ub=limits or None,
            A_eq=matrix(rows, len(self.sums)),
            b_eq=np.zeros(len(self.sums)) if self.sums else None,
            bounds=bounds,
            method="highs",
        )
        if done.status == 3:  # unbounded: only when asking how much a cell can be
            at = next(iter(cost))
            free = np.zeros(n)
            free[at] = inf
            return free
        return None if done.status != 0 else np.asarray(done.x[:n], dtype=np.float64)


def cost_of(count: float) -> float:
    """What hiding a cell costs: more for a larger one, so that the next lowest is hidden first.

    >>> cost_of(15) < cost_of(43) < TOTAL
    True
    """
    return 1.0 + log1p(count)
