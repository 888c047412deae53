"""Rows without an id of their own, told from the others in a file of any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from textmine.cleaning.signatures import hash_texts
from textmine.reading import RejectedRow
from textmine.reading.table import Table

Hashes = npt.NDArray[np.uint64]


class IdRegister:
    """Which ids were met, as 64-bit hashes; in a million ids two share one once in thirty million files.

    Eight bytes an id, in sorted runs, each less than half as long as the one before.
    """

    def __init__(self) -> None:
        self._runs: list[Hashes] = []

    def __len__(self) -> int:
        return sum(map(len, self._runs))

    def add(self, units: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which of the ids are new, to earlier calls and among each other.

        >>> IdRegister().add(["1", "2", "1"]).tolist()
        [True, True, False]
        """
        return self.add_hashes(hash_texts(units))

    def add_hashes(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """The same for ids of which only the hashes are known."""
        different, first = np.unique(hashes, return_index=True)
        fresh = np.ones(len(different), bool)
        for run in self._runs:
            places = np.minimum(np.searchsorted(run, different), len(run) - 1)
            fresh &= run[places] != different
        new = np.zeros(len(hashes), bool)
        new[first[fresh]] = True
        if fresh.any():
            self._keep(different[fresh])
        return new

    def _keep(self, run: Hashes) -> None:
        while self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = np.concatenate([self._runs.pop(), run])
            run.sort()
        self._runs.append(run)


def set_aside(table: Table, id_column: str, ids: IdRegister) -> tuple[Table, list[RejectedRow]]:
    """A table without the rows that have no id of their own, and those rows with the ones rejected before."""
    units = table.frame[id_column].tolist()
    written = np.array([bool(unit.strip()) for unit in units], dtype=bool)
    keep = written.copy()
    keep[written] = ids.add([unit for unit in units if unit.strip()])
    aside = list(table.rejected)
    for position in np.flatnonzero(~keep).tolist():
        row, line = table.place(position)
        reason = "the id stands already in an earlier row" if written[position] else "no id"
        aside.append(RejectedRow(table.source, row, line, units[position], reason))
    if aside:
        frame = table.frame[keep].reset_index(drop=True)
        rows, lines = (None if one is None else one[keep] for one in (table.rows, table.lines))
        table = replace(table, frame=frame, rejected=[], rows=rows, lines=lines)
    return table, sorted(aside, key=lambda row: row.row)
