"""Where a table begins and ends: lines above the header, headers of two rows, totals that are no response."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median_low

from textmine.reading.exports import clean_wording, make_unique, recognise_export

#: How many rows are looked at to find the header.
HEAD = 60

_MOST_ABOVE = 25
_NUMBER = re.compile(r"\s*[£$€(+-]?\s*[\d][\d,. ]*\s*[%)]?\s*")
_COUNTED = re.compile(
    rf"(?:n\s*=\s*)?{_NUMBER.pattern}(?:(?:valid )?(?:response|respondent|answer|comment|row)s?)?",
    re.IGNORECASE,
)
_DATE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T]+\d{1,2}:\d{2}.*)?\s*")
_SUMMARY = re.compile(
    r"(?:grand |sub-?\s?|overall |column )?totals?(?: (?:responses?|respondents?|number|count))?"
    r"|(?:overall )?(?:average|mean|median|sum|count|base|minimum|maximum|min|max|std\.? ?dev\.?|n)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Layout:
    """How a table lies in its file.

    ``program`` is the export's, '' for other tables; ``wording`` says what was asked under a column,
    ``metadata`` are columns that the program adds, ``open_ended`` those it calls open, ``respondent`` the one
    that names the respondent, ``unnamed`` those that had no header, ``labels`` SPSS columns shown by their
    labels; ``notes`` are sentences for a person.
    """

    program: str = ""
    sheet: str = ""
    wording: dict[str, str] = field(default_factory=dict)
    metadata: tuple[str, ...] = ()
    respondent: str | None = None
    open_ended: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Header:
    """The column names, how many of the first rows they and what is above them take up, and the layout."""

    names: list[str]
    rows: int
    layout: Layout


def find_header(head: Sequence[Sequence[str]], *, survey: bool = False) -> Header | None:
    """The header among the first rows of a file; None where all are blank.

    Above it may stand a title and other short lines; an export may have two or three header rows. ``survey``
    also takes two header rows of no known program (a question over its options), names the columns that have
    no name and makes names that stand twice differ; else names are as in the file.
    """
    at = _find_row(head)
    if at is None:
        return None
    notes = []
    above = sum(any(cell.strip() for cell in cells) for cells in head[:at])
    if above:
        notes.append(f"{above} line(s) above the header were passed over.")
    if (export := recognise_export(head[at:])) is not None:
        if export.rows > 1:
            notes.append(f"The header has {export.rows} rows.")
        layout = Layout(
            export.program, "", export.wording, export.metadata, export.respondent, export.open_ended,
            notes=tuple(notes),
        )  # fmt: skip
        return Header(export.names, at + export.rows, layout)
    names, rows, wording = [str(cell) for cell in head[at]], 1, {}
    if survey:
        over = at - (at > 0 and sum(bool(cell.strip()) for cell in head[at - 1]) > 1)  # groups of columns
        if (two := _join_two_rows(head[over:])) is not None:
            names, wording, rows = *two, over + 2 - at
            notes = [] if over < at and above == 1 else notes
            notes.append("The header has two rows, a question over its parts.")
        unnamed = tuple(f"column_{i + 1}" for i, name in enumerate(names) if not name.strip())
        names = [name if name.strip() else f"column_{i + 1}" for i, name in enumerate(names)]
        unique = make_unique(names)
        doubled = [name for name, given in zip(unique, names, strict=True) if name != given]
        if doubled:
            notes.append(f"{len(doubled)} column(s) share a name with another and got a number behind it.")
        for name, given in zip(unique, names, strict=True):
            wording[name] = clean_wording(wording.get(given, given)) if given not in unnamed else ""
        return Header(unique, at + rows, Layout(wording=wording, unnamed=unnamed, notes=tuple(notes)))
    return Header(names, at + rows, Layout(notes=tuple(notes)))


def find_summary(cells: Sequence[str], gap: bool, column: Callable[[int], Sequence[str]]) -> str | None:
    """Why a last row is no response: a total, or a remark below the table; None for a response.

    ``gap`` says that a blank row stands above it, ``column`` gives the cells of a column above it. A word
    such as 'mean' may be an answer: it counts only where the numbers beside it bear it out or ids are above.
    """
    filled = [(i, cell.strip()) for i, cell in enumerate(cells) if cell.strip()]
    if len(cells) < 2 or not filled:
        return None
    at, label = filled[0]
    rest = filled[1:]
    if gap and not rest and at == 0 and len(label.split()) >= 3 and len(cells) > 2:
        return "a remark below the table, not a response"
    if not all(_COUNTED.fullmatch(cell) for _, cell in rest):
        return None
    if at <= 1 and _SUMMARY.fullmatch(label.rstrip(" :=")):
        total = "total" in label.lower()
        borne_out = any(_is_summary_of(cell, column(i)) for i, cell in rest)
        if borne_out or (rest and total and at == 0) or ((rest or total) and _holds_ids(column(at))):
            return "a row of totals, not a response"
        return None
    if at > 0 and _is_number(label) and all(_is_summary_of(cell, column(i)) for i, cell in filled):
        return "a row of sums or means without a label, not a response"
    return None


def _find_row(head: Sequence[Sequence[str]]) -> int | None:
    """Position of the (first) header row."""
    filled = [i for i, cells in enumerate(head) if any(cell.strip() for cell in cells)]
    if not filled:
        return None
    first = filled[0]
    above = 0
    for order, at in enumerate(filled[:_MOST_ABOVE]):
        below = [_width(head[i]) for i in filled[order + 1 :]]
        if not below:
            return first
        here = [cell for cell in head[at] if cell.strip()]
        typical = median_low(below)
        if order == 0 and ((_width(head[at]) >= max(2, typical) and len(here) >= 2) or typical == 1):
            return first
        if order and _width(head[at]) >= typical and _is_header(head[at]):
            return at if len(here) >= (2 if above <= 1 else 4) else first
        if order and _is_over(head[at], [head[i] for i in filled[order + 1 : order + 2]], typical):
            continue
        above = max(above, len(here))
        if above > 2:
            break
    return first


def _is_over(cells: Sequence[str], after: Sequence[Sequence[str]], typical: int) -> bool:
    """Whether a row with gaps holds the groups of columns over a full header below it."""
    gaps = sum(not cell.strip() for cell in cells[: _width(cells)])
    return bool(gaps) and any(_is_header(row) and _fill(row) >= max(3, 0.9 * typical) for row in after)


def _fill(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _is_header(cells: Sequence[str]) -> bool:
    """Whether cells read like names: different, none a number or a date, few of them blank."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) < 2 or len(filled) < 0.5 * _width(cells):
        return False
    return not any(_is_number(cell) or _DATE.fullmatch(cell) for cell in filled)


def _join_two_rows(head: Sequence[Sequence[str]]) -> tuple[list[str], dict[str, str]] | None:
    """Names and wordings of a header of two rows, in which merged cells left blanks; None for one row."""
    if len(head) < 3:
        return None
    width = max(_width(head[0]), _width(head[1]))
    over, under = ([*map(clean_wording, row[:width]), *[""] * (width - len(row))] for row in head[:2])
    gaps = [i for i in range(width) if not over[i]]
    whole = all(under)
    if not gaps or not all(under[i] for i in gaps) or not (whole or not under[0]):
        return None
    if any(_is_number(cell) or _DATE.fullmatch(cell) or len(cell) > 120 for cell in under):
        return None
    if whole and not _below_differs(under, head[2:]):
        return None
    names, wording, group = [], {}, ""
    for title, part in zip(over, under, strict=True):
        group = title or group
        asked = f"{group} - {part}" if group and part else group or part
        names.append(part if whole and under.count(part) == 1 else asked)
        wording[names[-1]] = asked
    return names, wording


def _below_differs(cells: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a row is a header and no first response: numbers or dates stand below some of its words."""
    for row in rows[:10]:
        if any(_is_number(c) or _DATE.fullmatch(c) for c in row[: len(cells)] if c.strip()):
            return True
    return False


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _is_summary_of(cell: str, above: Sequence[str]) -> bool:
    values = [float(c.replace(",", "")) for c in above if re.fullmatch(r"\s*-?[\d,]*\.?\d+\s*", c)]
    if len(values) < 2:
        return False
    try:
        given = float(cell.replace(",", "").strip("£$€% "))
    except ValueError:
        return False
    wanted = (sum(values), sum(values) / len(values), float(len(values)))
    return any(abs(given - value) <= 0.006 * max(1.0, abs(value)) for value in wanted)


def _holds_ids(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells[-200:] if cell.strip() and not _SUMMARY.fullmatch(cell.strip(" :="))]
    return bool(filled) and sum(any(c.isdigit() for c in cell) for cell in filled) >= 0.8 * len(filled)


def _width(cells: Sequence[str]) -> int:
    return max((i + 1 for i, cell in enumerate(cells) if cell.strip()), default=0)
