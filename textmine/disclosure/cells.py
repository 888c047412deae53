"""Cells tied by sums: what an outsider can work out of those that are hidden, and which to hide besides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf, log1p
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csc_array

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
    _built: csc_array | None = field(default=None, repr=False, compare=False)

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
        ends = [self._solve({}, {cell: sign}) for sign in (1.0, -1.0)]
        if any(end is None for end in ends):
            return float("nan"), float("nan")
        low, high = (abs(round(float(end[cell]), 6)) for end in ends if end is not None)
        return low, high

    def is_sound(self) -> bool:
        """Whether any values fit all sums and all that is shown."""
        return self._solve({}, {}) is not None

    def reach(self, cell: int, value: float) -> list[int] | None:
        """The shown cells to hide so that ``cell`` may be ``value``: [] if it may already, None: no way."""
        found = self._reach(cell, value)
        return None if found is None else found[0]

    def hide(self, wishes: Sequence[Wish]) -> tuple[list[int], list[Wish]]:
        """Hide what the wishes need; gives the cells hidden for it and the wishes that cannot be met.

        Cells that turn out not to be needed, the dearest first, are shown again.
        """
        hidden: list[int] = []
        unmet: list[Wish] = []
        least = most = np.full(len(self.cells), np.nan)  # of values found to fit: what lies between fits too
        for wish in wishes:
            for value in (wish.low, wish.high):
                if least[wish.cell] <= value <= most[wish.cell]:
                    continue
                found = self._reach(wish.cell, value)
                if found is None:
                    unmet.append(wish)
                    break
                more, values = found
                for cell in more:
                    self.cells[cell].shown = False
                hidden += more
                least, most = np.fmin(least, values), np.fmax(most, values)
        if len(hidden) > 1:
            self._show_again(hidden, [wish for wish in wishes if wish not in unmet])
        return hidden, unmet

    def holds(self, wish: Wish) -> bool:
        """Whether an outsider must think both ends of a wish possible."""
        return all(self._solve({wish.cell: v}, {}) is not None for v in (wish.low, wish.high))

    def _reach(self, cell: int, value: float) -> tuple[list[int], npt.NDArray[np.float64]] | None:
        """The shown cells that move, at the least cost, where ``cell`` is ``value``; and all values then."""
        if self.cells[cell].shown:
            return None
        movable = [i for i, one in enumerate(self.cells) if one.shown and one.cost < inf and i != cell]
        values = self._solve({cell: value}, {i: self.cells[i].cost for i in movable}, movable=movable)
        if values is None:
            return None
        return [i for i in movable if self._is_moved(values, i)], values

    def _show_again(self, hidden: list[int], wishes: Sequence[Wish]) -> None:
        """Show those of the ``hidden`` cells again without which all wishes hold, and take them off the list.

        For each end of a wish, values that fit are kept, in which as few of the hidden cells as can be are
        moved: only where a cell is moved there must others be looked for.
        """
        cost = {i: self.cells[i].cost for i in hidden}
        ends = [(wish.cell, value) for wish in wishes for value in (wish.low, wish.high)]
        fits = {end: self._solve({end[0]: end[1]}, cost, movable=hidden) for end in dict.fromkeys(ends)}
        if any(values is None for values in fits.values()):
            return
        for cell in sorted(hidden, key=lambda i: (-self.cells[i].cost, i)):
            self.cells[cell].shown = True
            left = {i: self.cells[i].cost for i in hidden if i != cell}
            fresh = {}
            for end, values in fits.items():
                if values is None or not self._is_moved(values, cell):
                    continue
                found = self._solve({end[0]: end[1]}, left, movable=list(left))
                if found is None:
                    self.cells[cell].shown = False
                    fits = {end: fits[end], **fits}  # likely to need the next cell too: asked first
                    break
                fresh[end] = found
            else:
                hidden.remove(cell)
                fits |= fresh

    def _is_moved(self, values: npt.NDArray[np.float64], cell: int) -> bool:
        return abs(float(values[cell]) - (self.cells[cell].value or 0.0)) > _CLOSE

    def _solve(
        self, fixed: dict[int, float], cost: dict[int, float], *, movable: Sequence[int] = ()
    ) -> npt.NDArray[np.float64] | None:
        """Values that fit at the least cost; ``movable`` cells cost by how far they go from their value."""
        from scipy.optimize import linprog
        from scipy.sparse import hstack

        n, steps = len(self.cells), [i for i in movable if i not in fixed]
        low, high = self._limits()
        for i in steps:  # a step up or down from the value, each a variable of its own
            low[i] = high[i] = float(self.cells[i].value or 0.0)
        for i, value in fixed.items():
            if not low[i] - _CLOSE <= value <= high[i] + _CLOSE:
                return None
            low[i] = high[i] = value
        ups = [self.cells[i].high - low[i] for i in steps]
        downs = [low[i] - self.cells[i].low for i in steps]
        aim = np.zeros(n)
        if not steps:
            for i, weight in cost.items():
                aim[i] = weight
        weights = [cost.get(i, 0.0) for i in steps]
        sums = self._matrix()
        moves = sums[:, steps]
        done = linprog(
            np.concatenate([aim, weights, weights]),
            A_eq=hstack([sums, moves, -moves], format="csc") if self.sums else None,
            b_eq=np.zeros(len(self.sums)) if self.sums else None,
            bounds=np.column_stack(
                [np.concatenate([low, np.zeros(2 * len(steps))]), np.concatenate([high, ups, downs])]
            ),
            method="highs",
        )
        if done.status == 3:  # unbounded: only when asking how much a cell can be
            at = next(iter(cost))
            free = np.zeros(n)
            free[at] = inf
            return free
        if done.status != 0:
            return None
        values = np.asarray(done.x[:n], dtype=np.float64)
        values[steps] += done.x[n : n + len(steps)] - done.x[n + len(steps) :]
        return values

    def _limits(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """The least and the most that each cell can be by itself: its value where it is shown."""
        held = [(float(one.value or 0.0),) * 2 if one.shown else (one.low, one.high) for one in self.cells]
        low, high = np.array(held, dtype=np.float64).reshape(-1, 2).T
        return low.copy(), high.copy()

    def _matrix(self) -> csc_array:
        """The sums as rows of a matrix: a total less its parts is nought. Built anew only after changes."""
        from scipy.sparse import coo_array

        size = (len(self.sums), len(self.cells))
        if self._built is None or self._built.shape != size:
            rows = [(r, total, 1.0) for r, (total, _) in enumerate(self.sums)]
            rows += [(r, part, -1.0) for r, (_, parts) in enumerate(self.sums) for part in parts]
            r, c, v = zip(*rows, strict=True) if rows else ((), (), ())
            self._built = coo_array((v, (r, c)), shape=size, dtype=np.float64).tocsc()
        return self._built


def cost_of(count: float) -> float:
    """What hiding a cell costs: more for a larger one, so that the next lowest is hidden first.

    >>> cost_of(15) < cost_of(43) < TOTAL
    True
    """
    return 1.0 + log1p(count)
