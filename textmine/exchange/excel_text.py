"""A text as a cell of Excel: harmless, whole or said to be cut, its evidence in runs of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from textmine.exchange.workbook import LONGEST_CELL, guard_formula

#: How a run of a cell stands there: as it is, for a code that is only up for review, for one that was given.
PLAIN, REVIEW, GIVEN = 0, 1, 2

#: What XML cannot hold, and halves of surrogate pairs.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HALF = LONGEST_CELL // 2


@dataclass(frozen=True)
class Cell:
    """The runs of a cell, each with how it stands there; ``length`` of the text it was made of where cut."""

    runs: tuple[tuple[str, int], ...]
    length: int | None = None
    replaced: int = 0

    @property
    def text(self) -> str:
        """The cell's text."""
        return "".join(run for run, _ in self.runs)


def make_cell(text: str, stretches: Iterable[tuple[int, int, int]] = ()) -> Cell:
    r"""A text as a cell that no spreadsheet takes for a formula, in runs where ``stretches`` begin and end.

    A stretch is start, end (code points, exclusive) and ``GIVEN`` or ``REVIEW``; where some overlap, what was
    given wins. Line ends become LF, as in all XML; characters that xlsx cannot hold become U+FFFD
    (``replaced`` counts them); what is over 32,767 UTF-16 units, Excel's limit, is cut (``length`` says so).

    >>> make_cell("=1 was\r\nkind 😀", [(7, 14, GIVEN)]).runs
    (("'=1 was", 0), ('\nkind 😀', 2))
    """
    looks = bytearray(len(text))
    for start, end, look in sorted(stretches, key=lambda stretch: stretch[2]):
        inside = range(max(start, 0), min(end, len(text)))
        looks[inside.start : inside.stop] = bytes([look]) * len(inside)
    runs, replaced = [], 0
    first = 0
    while first < len(text):
        last = first
        look = looks[first]
        while last < len(text) and looks[last] == look:
            last += 1
        run = text[first:last]
        if run.endswith("\r") and text.startswith("\n", last):
            run = run[:-1]  # the line end stands in the next run
        run, count = _FORBIDDEN.subn("\ufffd", run.replace("\r\n", "\n").replace("\r", "\n"))
        replaced += count
        if run:
            runs.append((run, look))
        first = last
    if runs and text != guard_formula(text):
        runs = [(f"'{runs[0][0]}", runs[0][1]), *runs[1:]]
    kept = _cut_runs(runs)
    return Cell(tuple(kept), None if kept == runs else len(text), replaced)


def make_safe_cells(cells: Iterable[Any]) -> list[Any]:
    """Cells that xlsx can hold and no spreadsheet takes for formulas, as ``make_cell`` makes them.

    >>> make_safe_cells(["=1", 2, None])
    ["'=1", 2, None]
    """
    return [make_cell(cell).text if isinstance(cell, str) else cell for cell in cells]


def _cut_runs(runs: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """As many runs, and so much of the last, as a cell holds."""
    if sum(len(run) for run, _ in runs) <= _HALF:
        return runs
    kept, room = [], LONGEST_CELL
    for run, look in runs:
        units = run.encode("utf-16-le")
        whole = run if len(units) <= 2 * room else units[: 2 * room].decode("utf-16-le", "ignore")
        if whole:
            kept.append((whole, look))
        room -= min(len(units) // 2, room)
        if not room:
            break
    return kept
