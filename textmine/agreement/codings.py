"""Several coders' codings side by side: coders x units x codes, with each unit's respondent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import CodedDataset
from textmine.errors import InputError

Floats = npt.NDArray[np.float64]
Groups = Mapping[str, str] | pd.Series


@dataclass(frozen=True, eq=False)
class Codings:
    """``values`` is (coders, units, codes): 1 given, 0 not given, NaN not coded.

    ``groups`` names the respondent or document of each unit; ``own`` counts the units of which none is
    known, each a group of its own. ``datasets`` are what all was taken from, in the coders' order.
    """

    values: Floats
    coders: Sequence[str]
    units: Sequence[str]
    codes: Sequence[str]
    groups: Sequence[str]
    own: int = 0
    datasets: Sequence[CodedDataset] = field(default=(), repr=False)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Positions of each two coders, the first before the second."""
        return combinations(range(len(self.coders)), 2)

    @property
    def is_one_person(self) -> bool:
        """Whether all codings are by one coder: agreement of a person with themselves."""
        return len({dataset.coder for dataset in self.datasets}) == 1


def line_up(datasets: Sequence[CodedDataset], by: Groups | None = None) -> Codings:
    """The codings of two or more datasets side by side; ``by`` gives the respondent of each unit.

    Units and codes stand in the order in which they are first met. A code that a dataset has no column for
    was not coded by it. Raises ``InputError`` for fewer than two datasets, and where no unit was coded by
    two of them for one and the same code.
    """
    if len(datasets) < 2:
        raise InputError(f"Agreement needs the codings of two coders or more; {len(datasets)} given.")
    units = list(dict.fromkeys(str(unit) for data in datasets for unit in data.decisions.index))
    codes = list(dict.fromkeys(code for data in datasets for code in data.codes))
    coders = name_coders([data.coder for data in datasets])
    values = np.stack([_place(data, units, codes) for data in datasets])
    if not ((~np.isnan(values)).sum(axis=0) > 1).any():
        sizes = ", ".join(f"{name} {len(data)}" for name, data in zip(coders, datasets, strict=True))
        raise InputError(
            f"No unit was coded by two coders (units: {sizes}). Check that all use the same ids and codes."
        )
    groups, own = _name_groups(units, by)
    return Codings(values, coders, units, codes, groups, own, tuple(datasets))


def name_coders(names: Sequence[str]) -> list[str]:
    """The coders' names, numbered where one stands more than once.

    >>> name_coders(["ann", "ben", "ann"])
    ['ann (1)', 'ben', 'ann (2)']
    """
    named: list[str] = []
    for position, name in enumerate(names):
        number = names[: position + 1].count(name)
        named.append(f"{name} ({number})" if list(names).count(name) > 1 else name)
    return named


def _place(data: CodedDataset, units: Sequence[str], codes: Sequence[str]) -> Floats:
    frame = data.decisions.set_axis(data.decisions.index.astype(str), axis=0)
    if frame.index.has_duplicates:
        raise InputError(f"{data.coder}: some unit ids are the same when written out. Give each its own.")
    placed = frame.reindex(index=list(units), columns=list(codes)).to_numpy(dtype=np.float64, na_value=np.nan)
    if (~np.isin(placed, (0.0, 1.0)) & ~np.isnan(placed)).any():
        raise InputError(f"{data.coder}: a decision is 1, 0 or missing; something else was met.")
    return placed


def _name_groups(units: Sequence[str], by: Groups | None) -> tuple[list[str], int]:
    if by is None:
        return list(units), len(units)
    known = {str(unit): group for unit, group in by.items() if not pd.isna(group) and str(group) != ""}
    groups = [f"g {known[unit]}" if unit in known else f"u {unit}" for unit in units]
    return groups, sum(unit not in known for unit in units)
