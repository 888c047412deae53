"""Whether a coder serves all alike: precision and recall by subgroup, and which differences are real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coding.comparison import ALL_CODES, Comparison, Counts
from textmine.coding.intervals import (
    adjust_holm,
    f1_interval,
    find_interval,
    p_of_no_difference,
    share_interval,
)
from textmine.errors import InputError

Floats = npt.NDArray[np.float64]

#: With fewer codes given (by people for recall, by the coder for precision) no figure is shown.
FEWEST_CASES = 10
#: From fewer respondents no bootstrap sample tells anything.
FEWEST_RESPONDENTS = 5
#: A column with more values than this is no column of subgroups.
MOST_GROUPS = 30
TOO_FEW = "too few to tell"
NOT_GIVEN = "(not given)"
OTHERS = "(the others)"
#: A difference with a corrected p-value below this is flagged.
LEVEL = 0.05


@dataclass(frozen=True)
class Subgroups:
    """``table``: figures of each subgroup; ``differences``: each subgroup against the others.

    ``table`` has ``by, group, code, n, n_respondents, n_human, n_coder``, precision, recall and F1 with
    intervals, and a ``note`` where a figure is left out for being too few to tell. ``differences`` has
    ``by, group, than, code, measure, difference, low, high, p_holm, differs``: the interval is of this
    difference alone, ``p_holm`` is corrected for all looks at the same column (over all codes, and code by
    code), and ``differs`` is 'yes' below .05.
    """

    table: pd.DataFrame
    differences: pd.DataFrame


def measure_subgroups(comparison: Comparison, by: Mapping[str, Sequence[Any]]) -> Subgroups:
    """Precision and recall in each subgroup, all codes together and code by code.

    ``by`` names columns, each with a value a text; a missing value is a group '(not given)'. Groups are
    compared on the same bootstrap samples of respondents, so that one who stands in two groups counts in
    both. Raises ``InputError`` for a column of other length or with too many values. ``comparison`` is the
    coder's codes beside people's, from an ``Evaluation``.

    >>> ones = np.ones((20, 1))
    >>> people = [str(i) for i in range(20)]
    >>> found = measure_subgroups(Comparison(ones, ones, ones, ["c"], people, people), {"phase": ["a"] * 20})
    >>> found.table[["group", "code", "recall", "recall_low"]].values.tolist()[0]
    ['a', '(all codes)', 1.0, 0.8389]
    """
    rows: list[dict[str, Any]] = []
    looks: list[dict[str, Any]] = []
    for name, values in by.items():
        groups = check_groups(name, values)
        if len(groups) != len(comparison.ids):
            raise InputError(
                f"Column {name!r} has {len(groups)} values for {len(comparison.ids)} texts. "
                "Give one for each text."
            )
        whole = comparison.counts()
        found = [(group, _Part(comparison, groups == group, whole)) for group in _order(groups)]
        for group, part in found:
            rows += [{"by": name, "group": group} | row for row in part.figures()]
        pairs = found[:1] if len(found) == 2 else found if len(found) > 2 else []
        than = found[1][0] if len(found) == 2 else OTHERS
        here = [{"by": name, "group": g, "than": than} | row for g, part in pairs for row in part.looks()]
        for pooled in (True, False):
            family = [look for look in here if (look["code"] == ALL_CODES) == pooled]
            for look, p in zip(family, adjust_holm([look.pop("p") for look in family]), strict=True):
                looks.append(look | {"p_holm": p, "differs": "yes" if p < LEVEL else ""})
    columns = ["by", "group", "than", "code", "measure", "difference", "low", "high", "p_holm", "differs"]
    return Subgroups(pd.DataFrame(rows), pd.DataFrame(looks, columns=columns))


def check_groups(name: str, values: Sequence[Any]) -> npt.NDArray[np.object_]:
    """The group of each text by a column's values; raises ``InputError`` for more than ``MOST_GROUPS``."""
    column = pd.Series(list(values), dtype=object)
    named = column.where(column.notna(), "").astype(str).str.strip()
    groups = named.where(named != "", NOT_GIVEN).to_numpy(dtype=object)
    found = len(set(groups))
    if found > MOST_GROUPS:
        raise InputError(
            f"Column {name!r} holds {found} different values; subgroups want at most {MOST_GROUPS}. "
            "Name a column of groups, or put its values into bands first."
        )
    return groups


class _Part:
    """One subgroup of the texts, and the others."""

    def __init__(self, comparison: Comparison, rows: npt.NDArray[np.bool_], whole: Counts) -> None:
        self.comparison = comparison
        self.inside = comparison.counts(rows)
        self.outside = Counts(*(all_ - part for all_, part in zip(whole, self.inside, strict=True)))
        self.rows = rows
        self.cases = [self._count_cases(rows), self._count_cases(~rows)]

    def _count_cases(self, rows: npt.NDArray[np.bool_]) -> dict[str, list[int]]:
        """Respondents behind precision and recall: all codes together, then each."""
        found = {}
        for name, matrix in (("precision", self.comparison.given), ("recall", self.comparison.real)):
            marked = (matrix == 1) & rows[:, None]
            pooled = self.comparison.count_respondents(marked.any(axis=1)[:, None])
            found[name] = [*pooled.tolist(), *self.comparison.count_respondents(marked).tolist()]
        return found

    def figures(self) -> list[dict[str, Any]]:
        """A row for all codes together, then one a code."""
        known = self.comparison.known & self.rows[:, None]
        seen = np.column_stack([known.any(axis=1), known])
        people = self.comparison.count_respondents(seen)
        rows = []
        for k, code in enumerate([ALL_CODES, *self.comparison.codes]):
            counts = _pick(self.inside, k)
            row: dict[str, Any] = {"code": code, "n": int(seen[:, k].sum()), "n_respondents": int(people[k])}
            row |= {"n_human": int(counts.real[0, 0]), "n_coder": int(counts.given[0, 0])}
            short: list[str] = []
            found = {}
            for measure, values in (("precision", counts.precision()), ("recall", counts.recall())):
                cases = self.cases[0][measure][k]
                shown = share_interval(values[:, 0], cases)
                if not _enough(counts, measure, cases):
                    shown, short = (np.nan, np.nan, np.nan), [*short, measure]
                found[measure] = shown
            f1 = counts.f1()[:, 0] if not short else np.array([np.nan])
            found["f1"] = f1_interval(f1, found["precision"], found["recall"])
            for measure, shown in found.items():
                row |= dict(zip((measure, f"{measure}_low", f"{measure}_high"), shown, strict=True))
            rows.append(row | {"note": f"{' and '.join(short)}: {TOO_FEW}" if short else ""})
        return rows

    def looks(self) -> list[dict[str, Any]]:
        """The differences to the other texts that there are cases enough to look at."""
        found = []
        for k, code in enumerate([ALL_CODES, *self.comparison.codes]):
            sides = (_pick(self.inside, k), _pick(self.outside, k))
            for measure in ("precision", "recall"):
                cases = [side[measure][k] for side in self.cases]
                if not all(_enough(s, measure, n) for s, n in zip(sides, cases, strict=True)):
                    continue
                here, there = (s.precision() if measure == "precision" else s.recall() for s in sides)
                values = (here - there)[:, 0]
                difference, low, high = find_interval(values)
                least = _error_at_edge(float(here[0, 0]), cases[0]) + _error_at_edge(
                    float(there[0, 0]), cases[1]
                )
                row = {"code": code, "measure": measure, "difference": difference, "low": low, "high": high}
                found.append(row | {"p": p_of_no_difference(values, least**0.5)})
        return found


def _order(groups: npt.NDArray[np.object_]) -> list[str]:
    """The groups, the largest first; '(not given)' last."""
    sizes = pd.Series(groups).value_counts()
    return sorted(sizes.index, key=lambda g: (g == NOT_GIVEN, -sizes[g], g))


def _pick(counts: Counts, k: int) -> Counts:
    """All codes together for 0, else the code before."""
    return counts.pooled() if k == 0 else Counts(*(part[:, k - 1 : k] for part in counts))


def _enough(counts: Counts, measure: str, respondents: int) -> bool:
    n = counts.given if measure == "precision" else counts.real
    return bool(n[0, 0] >= FEWEST_CASES and respondents >= FEWEST_RESPONDENTS)


def _error_at_edge(share: float, n: int) -> float:
    """The variance (Agresti & Coull 1998) of a share of 0 or 1, where the bootstrap sees none; else 0."""
    if 0 < share < 1:
        return 0.0
    middle = (share * n + 2) / (n + 4)
    return middle * (1 - middle) / (n + 4)
