"""Tables of counts made fit to go out: small cells hidden, and others so that no sum gives them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.disclosure.cells import TOTAL, CellSystem, Wish, cost_of
from textmine.disclosure.rules import HIDDEN, DisclosureRule, find_rule
from textmine.errors import InputError

#: The name of the margins.
MARGIN = "total"
HIDDEN_COLUMNS = ("row", "column", "why", "low", "high")
TOTALS = ("both", "rows", "columns", "none")


@dataclass(frozen=True, eq=False)
class ProtectedTable:
    """A table that may go out, and what was hidden.

    ``table`` has the counts as they are shown, ``*`` where hidden, with margins called 'total' where they
    were asked for. ``hidden`` has a row for each hidden cell: ``row, column, why`` ('small', 'base', 'class',
    or 'to protect others') and ``low, high``, the interval that can be worked out of what is shown (empty
    where the rule rounds). It must not go out with the table.

    >>> counts = pd.DataFrame({"north": [40, 3], "south": [60, 20]}, index=["a", "b"])
    >>> protect_table(counts, rule="simple5").hidden["why"].tolist().count("small")
    1
    """

    table: pd.DataFrame
    hidden: pd.DataFrame
    rule: DisclosureRule


def protect_counts(
    counts: Sequence[int], *, rule: str | DisclosureRule = "simple5", total: bool = True
) -> list[int | str]:
    """A row of counts that add up to a total, as they may be shown.

    ``total`` says that the total is published as well, so that one hidden count alone could be worked out;
    the next lowest is then hidden too. Raises ``InputError`` for a rule there is none of and for counts
    that are not whole and 0 or more.

    >>> protect_counts([120, 43, 4, 15], rule="gpps")
    [120, 43, '*', '*']
    >>> protect_counts([0, 7, 8, 12, 13], rule="nhs_hes")
    [0, '*', 10, 10, 15]
    """
    frame = pd.DataFrame([list(counts)])
    done = protect_table(frame, rule=rule, totals="rows" if total else "none", groups=None)
    shown: list[int | str] = [cell for column, cell in done.table.iloc[0].items() if column != MARGIN]
    return shown


def protect_table(
    table: pd.DataFrame,
    *,
    rule: str | DisclosureRule = "simple5",
    totals: str = "both",
    groups: str | None = "columns",
    figures: pd.DataFrame | None = None,
    national: bool = False,
) -> ProtectedTable:
    """A table of counts of people in which each is counted once, as it may be shown.

    Use it for topics by group, for a crosswalk, for any table whose cells add up; for codes, of which a
    person may have several, use ``protect_shares``. ``totals`` are the margins that go out with it: 'both',
    'rows' (a total beside each row), 'columns' or 'none'. ``groups`` says where the groups of people stand,
    'columns' or 'rows' (None: nowhere): a group under the rule's base is withheld, and so is one all of whose
    people are in one cell. ``figures`` (of the same shape) are shown in place of the counts, for instance
    weighted shares; the rule always looks at the unweighted counts. ``national`` says that the table is of
    the nation, which some rules leave as it is.

    Every hidden cell from 1 to under the rule's limit may be any of these counts by all that is shown: that
    is found by linear programming (see ``CellSystem``). Raises ``InputError`` for counts that are none.

    >>> counts = pd.DataFrame({"north": [40, 3], "south": [60, 20]}, index=["a", "b"])
    >>> print(protect_table(counts, rule="simple5").table)
          north south total
    a         *     *   100
    b         *     *    23
    total    43    80   123
    """
    found = find_rule(rule)
    if totals not in TOTALS:
        raise InputError(f"No totals {totals!r}. Choose among: {', '.join(TOTALS)}.")
    if groups not in {"columns", "rows", None}:
        raise InputError(f"No groups {groups!r}. Say 'columns', 'rows' or None.")
    if groups == "rows":
        flipped = {"rows": "columns", "columns": "rows"}.get(totals, totals)
        done = protect_table(
            table.T,
            rule=found,
            totals=flipped,
            figures=None if figures is None else figures.T,
            national=national,
        )
        hidden = done.hidden.rename(columns={"row": "column", "column": "row"})
        return ProtectedTable(done.table.T, hidden[list(HIDDEN_COLUMNS)], found)
    grid = _with_margins(check_counts(table))
    if figures is not None and figures.shape != table.shape:
        raise InputError(f"figures has the shape {figures.shape}, the counts {table.shape}: make them alike.")
    keep = _margins_kept(totals, table.shape)
    if national and found.national_free:
        why = np.full(grid.shape, "", dtype=object)
        return _show(table, grid, why, keep, {}, found, figures, exact=True)
    why = _find_sensitive(grid, keep, found, groups == "columns")
    if found.round_to:
        return _show(table, grid, why, keep, {}, found, figures)
    system, place = _build(grid, keep, why)
    besides, unmet = system.hide(_list_wishes(grid, keep, why, place, found))
    for cell in besides:
        at = next(at for at, number in place.items() if number == cell)
        why[at] = "to protect others"
    if unmet:  # nothing but withholding all of it will do
        why[keep & (why == "")] = "to protect others"
    bounds = {at: system.bound(number) for at, number in place.items() if keep[at] and why[at] and not unmet}
    return _show(table, grid, why, keep, bounds, found, figures)


def protect_pairs(
    pairs: pd.DataFrame, base: int, *, rule: str | DisclosureRule = "simple5"
) -> ProtectedTable:
    """How many people gave two codes together, as it may be shown.

    ``pairs`` is square, codes by codes, each code's own count in the diagonal; ``base`` is the people
    asked. A pair is hidden if those with both codes, with one and not the other, or with neither are few:
    all four can be worked out where the pair is shown. A code whose own count is hidden hides its row.

    ``rule`` is a rule or its name. Raises ``InputError`` where ``pairs`` is not square or counts what cannot
    be.

    >>> pairs = pd.DataFrame([[30, 28], [28, 60]], index=["a", "b"], columns=["a", "b"])
    >>> protect_pairs(pairs, 100).table.loc["a"].tolist()
    [30, '*']
    """
    found = find_rule(rule)
    counts = check_counts(pairs)
    if counts.shape[0] != counts.shape[1] or (counts != counts.T).any():
        raise InputError("A table of pairs is square and the same both ways, codes by codes.")
    size = len(counts)
    own = np.diag(counts)
    if (counts > np.minimum.outer(own, own)).any() or (own > base).any():
        raise InputError("A pair is counted more often than one of its codes, or a code more than the base.")
    why = np.full(counts.shape, "", dtype=object)
    for i in range(size):
        why[i, i] = judge_share(int(own[i]), base, found)
    hidden = np.array([bool(why[i, i]) for i in range(size)], dtype=bool)
    four = (counts, own[:, None] - counts, own - counts, base - own[:, None] - own + counts)
    few = np.any([(n > 0) & (n < found.count_below) for n in four], axis=0)
    apart = ~np.eye(size, dtype=bool)
    aside = apart & (hidden[:, None] | hidden)
    small = apart & few & ~aside
    why[aside], why[small] = "to protect others", "small"
    bounds = {
        (i, j): (float(max(0, own[i] + own[j] - base)), float(min(own[i], own[j])))
        for i, j in np.argwhere(small).tolist()
    }
    return _show(pairs, counts, why, np.ones(counts.shape, dtype=bool), bounds, found, None)


def judge_share(count: int, base: int, rule: DisclosureRule) -> str:
    """Why the count of those of a base who said something may not be shown; '' where it may.

    >>> [judge_share(n, 20, find_rule("simple5")) for n in (0, 4, 10, 17, 20)]
    ['', 'small', '', 'complement', 'class']
    """
    if base < rule.base_below:
        return "base"
    if rule.is_small(count):
        return "small"
    if rule.is_small(base - count):
        return "complement"
    if (count == 0 and rule.hide_nobody) or (count == base and rule.hide_everybody):
        return "class"
    return ""


def check_counts(table: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The counts as whole numbers; raises ``InputError`` that says where one is none.

    >>> check_counts(pd.DataFrame({"a": [1.0, 2.0]})).tolist()
    [[1], [2]]
    """
    values: npt.NDArray[np.float64] = table.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    wrong = ~np.isfinite(values) | (values < 0) | (values != np.floor(values))
    if wrong.any():
        i, j = (int(axis[0]) for axis in np.nonzero(wrong))
        raise InputError(
            f"Row {table.index[i]!r}, column {table.columns[j]!r}: no count of people. Counts are whole "
            "numbers of 0 or more, unweighted; give weighted figures with figures=."
        )
    return values.astype(np.int64)


def _with_margins(counts: np.ndarray) -> np.ndarray:
    grid = np.zeros((counts.shape[0] + 1, counts.shape[1] + 1), dtype=np.int64)
    grid[:-1, :-1] = counts
    grid[:-1, -1], grid[-1, :-1], grid[-1, -1] = counts.sum(axis=1), counts.sum(axis=0), counts.sum()
    return grid


def _margins_kept(totals: str, shape: tuple[int, int]) -> np.ndarray:
    """Which cells of the grid with margins go out."""
    keep = np.ones((shape[0] + 1, shape[1] + 1), dtype=bool)
    keep[:-1, -1] = totals in {"both", "rows"}
    keep[-1, :-1] = totals in {"both", "columns"}
    keep[-1, -1] = totals == "both"
    return keep


def _find_sensitive(grid: np.ndarray, keep: np.ndarray, rule: DisclosureRule, groups: bool) -> np.ndarray:
    why = np.full(grid.shape, "", dtype=object)
    why[(grid > 0) & (grid < rule.count_below)] = "small"
    if groups:
        inner = grid[:-1]
        for j in range(grid.shape[1] - 1):
            base = grid[-1, j]
            if 0 < base < rule.base_below:
                why[:, j] = "base"
            elif rule.hide_everybody and base and len(inner) > 1 and (inner[:, j] == base).any():
                why[:-1, j] = "class"
            elif rule.round_to:
                few = base - inner[:, j]
                why[:-1, j][(few > 0) & (few < rule.count_below)] = "complement"
    if grid[-1, -1] < rule.base_below:
        why[:] = "base"
    return np.where(keep, why, "")


def _build(
    grid: np.ndarray, keep: np.ndarray, why: np.ndarray
) -> tuple[CellSystem, dict[tuple[int, int], int]]:
    system = CellSystem()
    place: dict[tuple[int, int], int] = {}
    last = (grid.shape[0] - 1, grid.shape[1] - 1)
    for at in np.ndindex(grid.shape):
        value, shown = int(grid[at]), bool(keep[at]) and not why[at]
        margin = at[0] == last[0] or at[1] == last[1]
        apart = why[at] in {"base", "class"} or not keep[at]  # a nought may stand behind the star
        place[at] = system.add(
            value,
            low=0.0 if apart else float(min(value, 1)),
            shown=shown,
            cost=np.inf if value == 0 else TOTAL if margin else cost_of(value),
        )
    for i in range(last[0] + 1):
        system.tie(place[i, last[1]], [place[i, j] for j in range(last[1])])
    for j in range(last[1]):
        system.tie(place[last[0], j], [place[i, j] for i in range(last[0])])
    return system, place


def _list_wishes(
    grid: np.ndarray,
    keep: np.ndarray,
    why: np.ndarray,
    place: dict[tuple[int, int], int],
    rule: DisclosureRule,
) -> list[Wish]:
    wishes = []
    for at in np.ndindex(grid.shape):
        value, margin = int(grid[at]), at[0] == grid.shape[0] - 1
        limit = rule.base_below if margin and why[at] == "base" else rule.count_below
        if why[at] == "class" and value:
            wishes.append(Wish(place[at], max(0, value - rule.count_below + 1), value, "class"))
        elif why[at] and 0 < value < limit:
            wishes.append(Wish(place[at], 1, limit - 1, "small"))
    return wishes


def _show(
    table: pd.DataFrame,
    grid: np.ndarray,
    why: np.ndarray,
    keep: np.ndarray,
    bounds: dict[tuple[int, int], tuple[float, float]],
    rule: DisclosureRule,
    figures: pd.DataFrame | None,
    *,
    exact: bool = False,
) -> ProtectedTable:
    rows, columns = list(table.index), list(table.columns)
    margins = grid.shape != table.shape
    if margins:
        rows, columns = [*rows, MARGIN], [*columns, MARGIN]
    cells = np.empty(grid.shape, dtype=object)
    hidden = []
    for at in np.ndindex(grid.shape):
        if why[at]:
            cells[at] = HIDDEN
            low, high = bounds.get(at, (float("nan"), float("nan")))
            hidden.append((rows[at[0]], columns[at[1]], why[at], low, high))
        elif figures is not None and at[0] < len(table) and at[1] < table.shape[1]:
            cells[at] = figures.iloc[at]
        else:
            cells[at] = int(grid[at]) if exact else rule.show(int(grid[at]))
    shown = pd.DataFrame(cells, index=pd.Index(rows, name=table.index.name), columns=columns)
    if margins:
        shown = shown.loc[
            keep.any(axis=1) & np.append(np.ones(len(table), dtype=bool), keep[-1, :-1].any()),
            np.append(np.ones(table.shape[1], dtype=bool), keep[:-1, -1].any()),
        ]
    return ProtectedTable(shown, pd.DataFrame(hidden, columns=list(HIDDEN_COLUMNS)), rule)
