"""Records of a csv file that break the rules of quoting: read as they were meant where that is plain."""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

#: How many lines below a broken one are looked at for the end of its cell.
AHEAD = 60
_QUOTE = '"'
_RUN = re.compile('"+')
_MOST = 200_000  # characters of a record that is mended


@dataclass
class Patience:
    """How much of a file was looked at over and over to mend its records; a hostile one would take for ever.

    It grows with the ``lines`` that were read, so that a file reads the same whole and in chunks.
    """

    lines: int = 0
    spent: int = 0

    def lasts(self, characters: int) -> bool:
        """Spend so many characters, and say whether that was still within bounds."""
        self.spent += characters
        return self.spent <= 3_000_000 + 2_000 * self.lines


def usual_width(sample: str, delimiter: str) -> int:
    """How many cells most records at the start of a file have.

    >>> usual_width("Wave 3\\nid,why\\n1,a\\n2,b\\n", ",")
    2
    """
    widths: Counter[int] = Counter()
    try:
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            widths[len(cells)] += bool(any(cells))
            if widths.total() >= 200:
                break
    except csv.Error:
        pass
    return max(widths, key=lambda width: (widths[width], width)) if widths else 1


def mend_record(
    lines: Sequence[str], delimiter: str, width: int, patience: Patience | None = None
) -> tuple[list[str], int] | None:
    r"""The cells of a broken record that starts in the first line, and how many lines it takes up; or None.

    A quotation mark inside a quoted cell ends it only before a delimiter or the end of a line; one that opens
    a cell and is never closed is a character of that cell. Only a reading of ``width`` cells counts, and none
    takes in a line that is a record by itself. Where ``patience`` is at its end, only the first line is
    looked at.

    >>> mend_record(['1,"a "fair, kind" head",N\n'], ",", 3)
    (['1', 'a "fair, kind" head', 'N'], 1)
    >>> mend_record(['4,N,"I mean it\n', "5,S,No\n"], ",", 3)
    (['4', 'N', '"I mean it'], 1)
    """
    text = first = lines[0]
    patience = patience or Patience()
    if len(text) > _MOST:
        return None
    if (cells := _split(text, delimiter, width)) is not None:
        return cells, 1
    alone = _split(first, delimiter, width, loose=True)
    for count, line in enumerate(lines[1 : AHEAD + 1], start=2):
        if len(text) + len(line) > _MOST or _is_record(line, delimiter, width, alone):
            break
        if not patience.lasts(len(text)):
            break
        text += line
        if _QUOTE in line and (cells := _split(text, delimiter, width)) is not None:
            return cells, count
    return (alone, 1) if alone is not None else None


def swallows(cells: Sequence[str], delimiter: str) -> bool:
    """Whether a cell of a whole record holds the records below it, as a stray quotation mark makes it do.

    Every line after the first must then have as many cells, and its first cell must go on from the record's:
    8 after 7, or as long and of the same digits and letters ('R01' and 'R02', '118240' and '118377').

    >>> swallows(["7", "N", "I mean it\\n8,S,so be it"], ","), swallows(["7", "N", "costs:\\n12,5"], ",")
    (True, False)
    """
    width, first = len(cells), cells[0]
    place = next((n for n, cell in enumerate(cells) if "\n" in cell or "\r" in cell), 0)
    if not place or not any(char.isdigit() for char in first):
        return False
    pieces = re.split(r"\r\n|\n|\r", cells[place])
    below = [*pieces[1:-1], delimiter.join([pieces[-1], *cells[place + 1 :]])]
    for line in below:
        parts = line.split(delimiter)
        if len(parts) != width or not _follows(first, parts[0]):
            return False
        first = parts[0]
    return True


def _follows(first: str, second: str) -> bool:
    first, second = first.strip().strip(_QUOTE), second.strip().strip(_QUOTE)
    if not any(char.isdigit() for char in first):
        return False
    if first.isdecimal() and second.isdecimal() and int(second) == int(first) + 1:
        return True
    return len(first) > 2 and len(first) == len(second) and _shape(first) == _shape(second)


def _shape(cell: str) -> str:
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", cell))


def _is_record(line: str, delimiter: str, width: int, above: list[str] | None) -> bool:
    """Whether a line is a record by itself, if need be one with a stray mark that goes on from ``above``."""
    if above is not None and _follows(above[0], line.split(delimiter, 1)[0]):
        return True
    try:
        return width > 1 and len(next(csv.reader([line], delimiter=delimiter, strict=True))) == width
    except (csv.Error, StopIteration):
        return False


def _split(text: str, delimiter: str, width: int, *, loose: bool = False) -> list[str] | None:
    """The ``width`` cells of a record, or None; a mark that is never closed is a character if ``loose``.

    First two marks in a row stand for one, as they should; if that gives other cells, the last may close.
    """
    text = text.rstrip("\r\n")
    closing = _Closing(text, delimiter)
    ways = [(False, True), (False, False)] + [(True, True)] * loose
    for is_loose, doubled in ways:
        cells = _cut(text, delimiter, closing, is_loose, doubled)
        if cells is not None and len(cells) == width:
            return cells
    return None


def _cut(text: str, delimiter: str, closing: _Closing, loose: bool, doubled: bool) -> list[str] | None:
    cells: list[str] = []
    place = 0
    while True:
        end = closing.find(place + 1, doubled) if text.startswith(_QUOTE, place) else -1
        if end >= 0:
            cells.append(text[place + 1 : end].replace(_QUOTE * 2, _QUOTE))
            place = end + 1
        elif text.startswith(_QUOTE, place) and not loose:
            return None
        else:
            stop = text.find(delimiter, place)
            stop = len(text) if stop < 0 else stop
            cells.append(text[place:stop])
            place = stop
        if place >= len(text):
            return cells
        place += len(delimiter)


class _Closing:
    """The marks of a record that may end a quoted cell: runs before a delimiter or at the end."""

    def __init__(self, text: str, delimiter: str) -> None:
        runs = [found.span() for found in _RUN.finditer(text)]
        runs = [run for run in runs if run[1] >= len(text) or text.startswith(delimiter, run[1])]
        self._starts, self._ends = [start for start, _ in runs], [end for _, end in runs]
        self._odd = [end for start, end in runs if (end - start) % 2]

    def find(self, start: int, doubled: bool) -> int:
        """Where the mark stands that ends a cell whose words begin at ``start``; -1 for none."""
        ends = self._ends
        at = bisect_right(ends, start)
        if doubled and at < len(ends) and self._starts[at] > start:  # marks in pairs stand for themselves
            ends, at = self._odd, bisect_right(self._odd, start)
        return ends[at] - 1 if at < len(ends) else -1
