"""Rows without an id of their own, told from the others in a file of any size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from textmine.cleaning.seen import FirstSeen
from textmine.cleaning.signatures import hash_texts
from textmine.reading import RejectedRow
from textmine.reading.table import Table


class IdRegister:
    """Which ids were met, as 64-bit hashes; in a million ids two share one once in thirty million files."""

    def __init__(self) -> None:
        self._seen = FirstSeen()
        self._rows = 0

    def add(self, units: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which of the ids are new, to earlier calls and among each other.

        >>> IdRegister().add(["1", "2", "1"]).tolist()
        [True, True, False]
        """
        rows = np.arange(self._rows, self._rows + len(units), dtype=np.int64)
        self._rows += len(units)
        return np.asarray(self._seen.find_or_add(hash_texts(units), rows) == rows)


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
        table = Table(frame, [], table.source, table.sha256, table.encoding)
    return table, sorted(aside, key=lambda row: row.row)
