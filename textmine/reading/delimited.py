"""Csv and its kin: finding out encoding and delimiter, and reading every cell as it stands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from textmine.errors import InputError
from textmine.reading.table import RowGatherer, Table

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 64_000
_SEP_LINE = re.compile(r"sep=([^\r\n])\r?\n", re.IGNORECASE)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ESCAPED_BYTES = re.compile("[\udc80-\udcff]")

# windows-1252 with its five undefined bytes read as latin-1 reads them, so that no byte can fail.
_WINDOWS = {
    0xDC00 + byte: bytes([byte]).decode("cp1252" if byte not in b"\x81\x8d\x8f\x90\x9d" else "latin-1")
    for byte in range(128, 256)
}


def decode_bytes(data: bytes, source: str, encoding: str | None = None) -> tuple[str, str]:
    r"""The text of a file and the name of its encoding, found out unless given.

    A byte order mark decides; else valid UTF-8 is UTF-8 and the rest windows-1252, which never fails. A
    UTF-8 file with a few windows-1252 bytes among its letters (two exports pasted together) gets both right.
    Raises ``InputError`` when a given encoding is unknown or does not fit.

    >>> decode_bytes(b"caf\xe9", "wave3.csv")
    ('café', 'windows-1252')
    """
    if encoding is not None:
        return _decode_as(data, source, encoding), encoding
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name, "replace"), name
    if b"\0" not in data[:64:2] and data[1:64:2].count(0) > len(data[1:64:2]) / 2:
        return data.decode("utf-16-le", "replace"), "utf-16-le"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "surrogateescape")
    bad = len(_ESCAPED_BYTES.findall(text))
    good = sum(not char.isascii() for char in text) - bad
    if good > bad:
        return text.translate(_WINDOWS), "utf-8 with windows-1252"
    return data.decode("ascii", "surrogateescape").translate(_WINDOWS), "windows-1252"


def read_delimited(
    data: bytes, source: str, sha256: str, *, encoding: str | None, tabs: bool = False
) -> Table:
    """The table in the bytes of a csv or tsv file.

    The delimiter is the one of ``, ; tab |`` that the header and the first rows agree on (``tabs`` prefers
    the tab). Line breaks in quotes are kept, nothing is stripped. A wholly blank row is skipped; one with too
    many or too few cells, or with a quotation mark that is not closed, is rejected.
    Raises ``InputError`` for an empty file, a header without rows and a column name that stands twice.
    """
    text, encoding = decode_bytes(data, source, encoding)
    skipped, delimiter = 0, None
    if told := _SEP_LINE.match(text):
        skipped, delimiter, text = 1, told[1], text[told.end() :]
    delimiter = delimiter or _find_delimiter(text[:_SAMPLE], tabs)
    csv.field_size_limit(2**31 - 1)  # the largest that every system takes
    records = _read_records(text, delimiter)
    header = next((cells for _, _, cells in records if cells and any(cells)), None)
    if header is None:
        raise InputError(f"{source} is empty: it has no header. Give a table with a header and rows.")
    rows, width = RowGatherer(header, source), len(header)
    for first, last, cells in records:
        if cells is None:
            rows.reject("a quotation mark is opened and not closed before a delimiter", first + skipped)
        elif not any(cells):
            continue
        elif len(cells) == width:
            rows.add(cells, first + skipped)
        else:
            lines = f" (lines {first + skipped} to {last + skipped})" if last > first else ""
            rows.reject(f"{_count(len(cells))} where the header has {width}{lines}", first + skipped)
    return rows.table(sha256, encoding)


def _decode_as(data: bytes, source: str, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except LookupError:
        raise InputError(f"Encoding {encoding!r} is not known. Try utf-8, utf-16 or windows-1252.") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{source}, line {line}: not valid {encoding}. Leave the encoding out to have it found."
        ) from None
    return text.removeprefix("\ufeff")


def _find_delimiter(sample: str, tabs: bool) -> str:
    scores = {mark: _score_delimiter(sample, mark) for mark in _DELIMITERS}
    if tabs and scores["\t"][0]:
        return "\t"
    return max(_DELIMITERS, key=scores.__getitem__)


def _score_delimiter(sample: str, delimiter: str) -> tuple[bool, float, int]:
    """Whether it divides the header, the share of rows as wide as the header, and that width."""
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
    if len(sample) == _SAMPLE and 2 < len(widths) <= 50:
        widths.pop()  # the sample may end within it
    if not widths:
        return False, 0.0, 0
    agreeing = sum(width == widths[0] for width in widths) / len(widths)
    return widths[0] > 1, agreeing, widths[0]


def _read_records(text: str, delimiter: str) -> Iterator[tuple[int, int, list[str] | None]]:
    """First line, last line and cells of each record; None for one that breaks the rules of quoting.

    After such a record reading goes on with the line after its first, so that one stray quotation mark does
    not swallow the answers below it.
    """
    lines: list[str] = []
    feed: Iterable[str] = io.StringIO(text, newline="")
    done = 0
    while True:
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        read = 0
        try:
            for cells in reader:
                yield done + read + 1, done + reader.line_num, cells
                read = reader.line_num
            return
        except csv.Error as error:
            broken = str(error)
            tried = reader.line_num
        lines = lines or list(io.StringIO(text, newline=""))
        done += read + 1
        within_one_line = tried == read + 1 and "end of data" not in broken
        yield done, done, _read_leniently(lines[done - 1], delimiter) if within_one_line else None
        feed = map(lines.__getitem__, range(done, len(lines)))


def _read_leniently(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line with a quotation mark inside a quoted cell, read as spreadsheets read it."""
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return None


def _count(cells: int) -> str:
    return "1 cell" if cells == 1 else f"{cells} cells"
