"""Csv and its kin: finding out delimiter and header, and reading every cell as it stands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from textmine.errors import InputError
from textmine.reading.columns import ID_WORDS, TEXT_WORDS, plain_name
from textmine.reading.encodings import decode_bytes
from textmine.reading.layout import HEAD, find_header
from textmine.reading.quoting import AHEAD, Patience, mend_record, swallows, usual_width
from textmine.reading.table import RowGatherer, Table

_DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 64_000
SEP_LINE = re.compile(r"sep=([^\r\n])\r?\n", re.IGNORECASE)
MOST_CELL = 32 * 2**20
_LOOK_ROWS = 60
_SPEAKERS = frozenset({"speaker", "speaker_name", "who"})
_TIME = re.compile(r"\W?\d{1,3}:\d{2}")


def read_delimited(
    data: bytes, source: str, sha256: str, *, encoding: str | None, tabs: bool = False, survey: bool = False
) -> Table:
    """The table in the bytes of a csv or tsv file.

    The delimiter is the one of ``, ; tab |`` that the header and the first rows agree on (``tabs`` prefers
    the tab). Line breaks in quotes are kept, nothing is stripped. Lines above the header and header rows
    of exports are known (``find_header``, which explains ``survey``). A wholly blank row is skipped; one
    that breaks the rules of quoting is mended where its cells are plain (``mend_record``); one with too many
    or too few cells is rejected, and so are totals.
    Raises ``InputError`` for an empty file, a header without rows and a column name that stands twice.
    """
    text, encoding = decode_bytes(data, source, encoding)
    skipped, delimiter = 0, None
    if told := SEP_LINE.match(text):
        skipped, delimiter, text = 1, told[1], text[told.end() :]
    delimiter = delimiter or find_delimiter(text[:SAMPLE], tabs)
    csv.field_size_limit(MOST_CELL)
    records = _read_records(text, delimiter, usual_width(text[:SAMPLE], delimiter))
    head = list(islice(records, HEAD))
    header = find_header([cells or [] for _, _, cells in head], survey=survey)
    if header is None:
        raise InputError(f"{source} is empty: it has no header. Give a table with a header and rows.")
    rows, width = RowGatherer(header.names, source, header.layout), len(header.names)
    for first, last, cells in chain(head[header.rows :], records):
        if cells is not None and not any(cells):
            rows.skip_blank()
        elif cells is not None and len(cells) == width:
            rows.add(cells, first + skipped)
        else:
            rows.reject(tell_why_unfit(cells, width, first + skipped, last + skipped), first + skipped)
    return rows.table(sha256, encoding)


def looks_delimited(text: str, *, whole: bool) -> bool:
    """Whether the start of a text file is that of a table: a header of names, and rows as wide as it.

    A header with a column of speakers is a transcript's. Two columns, and lines with commas, must have a name
    that says id or text.

    >>> looks_delimited("id\\tphase\\twhy\\n1\\tprimary\\tTime\\n", whole=True)
    True
    >>> looks_delimited("Int:\\tWhy?\\nR:\\tTime.\\n", whole=True)
    False
    """
    delimiter = find_delimiter(text[:SAMPLE], tabs=True)
    csv.field_size_limit(MOST_CELL)
    records = _read_records(text[:SAMPLE], delimiter, usual_width(text[:SAMPLE], delimiter))
    rows = [cells or [] for _, _, cells in islice(records, _LOOK_ROWS)]
    if len(rows) < _LOOK_ROWS and not (whole and len(text) <= SAMPLE):
        rows = rows[:-1]  # it may be cut
    rows = [cells for cells in rows if any(cells)]
    header = find_header(rows, survey=True)
    if header is None or len(rows) <= header.rows:
        return False
    names = [plain_name(name) for name in header.names]
    width, body = len(names), rows[header.rows :]
    if width < 2 or _SPEAKERS & set(names) or any(_TIME.match(name) for name in header.names):
        return False
    if any(name.rstrip().endswith((":", ".")) or len(name) > 300 for name in header.names):
        return False
    told = any(name in TEXT_WORDS or name in ID_WORDS or name.endswith("_id") for name in names)
    agreeing = sum(len(cells) == width for cells in body) / len(body)
    sure = told or bool(header.layout.program) or (delimiter == "\t" and width > 2 and len(body) > 2)
    return agreeing >= 0.9 and sure


def find_delimiter(sample: str, tabs: bool) -> str:
    """The mark that divides the cells of the start of a table; a tab where one may be meant by ``tabs``."""
    scores = {mark: _score_delimiter(sample, mark) for mark in _DELIMITERS}
    if tabs and scores["\t"][0]:
        return "\t"
    return max(_DELIMITERS, key=scores.__getitem__)


def _score_delimiter(sample: str, delimiter: str) -> tuple[bool, float, int]:
    """Whether it divides the rows, the share of rows as wide as the header (or as most), and that width."""
    records = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    widths: list[int] = []
    try:
        for cells in records:
            if any(cells):
                widths.append(len(cells))
            if len(widths) > 50:
                break
    except csv.Error:
        pass
    if len(sample) == SAMPLE and 2 < len(widths) <= 50:
        widths.pop()  # the sample may end within it
    if not widths:
        return False, 0.0, 0
    width = widths[0]
    if width == 1:  # perhaps a title above the header
        width = max(set(widths), key=lambda w: (widths.count(w), w))
    agreeing = sum(other == width for other in widths) / len(widths)
    return width > 1, agreeing, width


def _read_records(text: str, delimiter: str, width: int) -> Iterator[tuple[int, int, list[str] | None]]:
    """First line, last line and cells of each record; None for one that breaks the rules of quoting.

    Such a record is mended where it is plain how it was meant (``mend_record``). Reading goes on with the
    line after it, so that one stray quotation mark does not swallow the answers below it.
    """
    lines: list[str] = []
    patience = Patience()
    feed: Iterable[str] = io.StringIO(text, newline="")
    done = 0
    while True:
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        read = 0
        try:
            for cells in reader:
                if reader.line_num > read + 1 and swallows(cells, delimiter):
                    raise csv.Error("a quotation mark is closed in a later record")
                yield done + read + 1, done + reader.line_num, cells
                read = reader.line_num
            return
        except csv.Error:
            lines = lines or list(io.StringIO(text, newline=""))
        done += read
        patience.lines = done
        mended = mend_record(lines[done : done + 1 + AHEAD], delimiter, width, patience)
        cells_, count = mended if mended else (None, 1)
        yield done + 1, done + count, cells_
        done += count
        feed = map(lines.__getitem__, range(done, len(lines)))


def tell_why_unfit(cells: list[str] | None, width: int, first: int, last: int) -> str:
    """Why a record, from its first to its last line, is no row of a table of so many columns.

    >>> tell_why_unfit(["a"], 2, 4, 5)
    '1 cell where the header has 2 (lines 4 to 5)'
    """
    if cells is None:
        return "a quotation mark is opened and not closed before a delimiter"
    count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    return f"{count} where the header has {width}" + (f" (lines {first} to {last})" if last > first else "")
