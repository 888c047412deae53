"""People in groups, now and in earlier releases: the smallest sets that published figures are sums over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.disclosure.rules import DisclosureRule

#: A group of people: the column it is of and its name there; ('', '') is everybody.
Group = tuple[str, str]
EVERYBODY: Group = ("", "")
#: How the group of those is called whose column is blank.
NOT_STATED = "(not stated)"


@dataclass(frozen=True)
class Figure:
    """A count of people and whether it is shown."""

    count: int
    shown: bool


@dataclass(frozen=True)
class EarlierTable:
    """A table that went out before: who was in it, and what was shown of whom.

    ``members`` has each person's groups, in the order of ``by``; ``bases`` the people of each group and
    ``counts``, by code, those who had it. Counts that were hidden are there too, since the new table must not
    give them away: what holds this is private.
    """

    release: str
    by: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]]
    bases: Mapping[Group, Figure]
    counts: Mapping[str, Mapping[Group, Figure]]


@dataclass(frozen=True, eq=False)
class Sets:
    """People in sets, each set alike in all groups of all tables.

    ``sizes`` counts the people of each set; ``of`` says which sets make up a group of a table (0 is the new
    one, 1 the first of the earlier); ``rows`` has the set of each person of the new table.
    """

    sizes: npt.NDArray[np.int64]
    of: list[dict[Group, npt.NDArray[np.int64]]]
    rows: npt.NDArray[np.int64]
    earlier: Sequence[EarlierTable] = field(default=())

    def count(self, flags: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """How many people of each set are flagged, from 0/1 a person of the new table."""
        return np.bincount(self.rows, weights=flags, minlength=len(self.sizes)).astype(np.int64)


def make_sets(people: Sequence[str], groups: pd.DataFrame, earlier: Sequence[EarlierTable] = ()) -> Sets:
    """The sets of the people of a table (``groups``: a row each) and of earlier tables with some of them.

    >>> sets = make_sets(["p", "q"], pd.DataFrame({"site": ["a", "b"]}))
    >>> sets.sizes.tolist(), sets.of[0]["site", "b"].tolist()
    ([1, 1], [1])
    """
    by = [str(name) for name in groups.columns]
    rows = list(zip(*(groups[name].tolist() for name in groups.columns), strict=True)) or [()] * len(people)
    now = dict(zip(people, rows, strict=True))
    everyone = [*people, *sorted({p for table in earlier for p in table.members} - set(people))]
    numbers: dict[tuple[object, ...], int] = {}
    found = [
        numbers.setdefault((now.get(p), *(table.members.get(p) for table in earlier)), len(numbers))
        for p in everyone
    ]
    sizes = np.bincount(found, minlength=len(numbers)).astype(np.int64)
    of: list[dict[Group, npt.NDArray[np.int64]]] = []
    for place, names in enumerate([by, *(list(table.by) for table in earlier)]):
        held: dict[Group, list[int]] = {}
        for signature, number in numbers.items():
            values = signature[place]
            if isinstance(values, tuple):
                for group in (EVERYBODY, *zip(names, values, strict=True)):
                    held.setdefault(group, []).append(number)
        ordered = [g for name in ["", *names] for g in sorted(held) if g[0] == name]
        of.append({group: np.array(held[group]) for group in ordered})
    return Sets(sizes, of, np.array(found[: len(people)], dtype=np.int64), tuple(earlier))


def find_small_differences(
    sets: Sets, rule: DisclosureRule
) -> dict[tuple[int, ...], tuple[str, Group, Group]]:
    """Sets of too few people that are in a group of the new table and not in one of an earlier one, or the
    other way round, where both groups have people in common; with the release and the two groups.

    >>> before = EarlierTable("r1", (), {"p": (), "q": ()}, {}, {})
    >>> sets = make_sets(["p"], pd.DataFrame(index=["p"]), [before])
    >>> [where for where in find_small_differences(sets, DisclosureRule("five")).values()]
    [('r1', ('', ''), ('', ''))]
    """
    found: dict[tuple[int, ...], tuple[str, Group, Group]] = {}
    for table, old in zip(sets.earlier, sets.of[1:], strict=True):
        for before, first in old.items():
            for now, second in sets.of[0].items():
                if not len(np.intersect1d(first, second)):
                    continue
                for apart in (np.setdiff1d(first, second), np.setdiff1d(second, first)):
                    if 0 < sets.sizes[apart].sum() < rule.base_below:
                        found.setdefault(tuple(apart.tolist()), (table.release, before, now))
    return found
