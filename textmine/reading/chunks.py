"""Tables read a chunk at a time, so that a file of millions of rows needs no more memory than a small one."""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa

from textmine.errors import InputError
from textmine.reading.delimited import (
    MOST_CELL,
    SAMPLE,
    SEP_LINE,
    find_delimiter,
    tell_why_unfit,
)
from textmine.reading.files import read_file
from textmine.reading.formats import as_text, parse_line, refuse_sparse, strings_of, unreadable
from textmine.reading.layout import HEAD, find_header
from textmine.reading.quoting import AHEAD, Patience, mend_record, swallows, usual_width
from textmine.reading.table import RejectedRow, RowGatherer, Table, check_names, string_array

#: Files of up to this many bytes are read whole; larger csv, jsonl and parquet files chunk by chunk.
WHOLE = 32 * 2**20
#: Rows of a chunk.
ROWS = 10_000

_Record = tuple[int, int, list[str] | None]
_Entry = tuple[list[str] | str | None, int]


@dataclass(frozen=True)
class TableChunks:
    """A table in parts: ``chunks`` gives them in order, each a ``Table`` whose row numbers run on.

    ``source``, ``sha256`` and ``encoding`` are those of the whole file.
    """

    source: str
    sha256: str
    encoding: str
    chunks: Iterator[Table]


def read_chunks(path: Path | str, *, encoding: str | None = None, rows: int = ROWS) -> TableChunks:
    """The table in a file, ``rows`` rows at a time, read as strictly as by ``read_table``.

    Csv, tsv and jsonl in UTF-8 (or with a byte order mark) and parquet stream from the disk; other kinds,
    other encodings, small files and '-' (standard input) are read whole and handed on in parts. In a file
    that streams, a last row of totals is told by the last chunk. Raises ``InputError`` as ``read_table``.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "wave3.csv")
    ...     _ = path.write_text("id,comment\\n1,a\\n2,b\\n3,c\\n", encoding="utf-8")
    ...     [len(part.frame) for part in read_chunks(path, rows=2).chunks]
    [2, 1]
    """
    path = Path(path)
    kind = path.suffix.lower()
    large = str(path) != "-" and path.is_file() and path.stat().st_size > WHOLE
    if large and kind in {".parquet", ".pq"}:
        return TableChunks(path.name, _sha256(path), "", _parquet_chunks(path, rows))
    if large and kind in {".csv", ".tsv", ".tab", ".jsonl", ".ndjson"}:
        sha256, found = _look_over(path, encoding)
        if found is not None:
            read = _jsonl_chunks if kind in {".jsonl", ".ndjson"} else _csv_chunks
            return TableChunks(path.name, sha256, found, read(path, sha256, found, rows))
    table = read_file(path, encoding=encoding)
    return TableChunks(table.source, table.sha256, table.encoding, _cut(table, rows))


def _cut(table: Table, rows: int) -> Iterator[Table]:
    """A table read whole, in parts; all that was rejected is told with the first."""
    numbers = np.arange(1, len(table.frame) + 1) if table.rows is None else table.rows
    for start in range(0, len(table.frame), rows):
        part = slice(start, start + rows)
        lines = None if table.lines is None else table.lines[part]
        frame = table.frame.iloc[part].reset_index(drop=True)
        rejected = [] if start else table.rejected
        yield replace(table, frame=frame, rejected=rejected, rows=numbers[part], lines=lines)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _look_over(path: Path, encoding: str | None) -> tuple[str, str | None]:
    """The file's hash and the encoding it can be streamed in, None where it has to be read whole."""
    digest, decoder, found = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), encoding
    with path.open("rb") as handle:
        start = handle.read(4)
        handle.seek(0)
        if start.startswith(codecs.BOM_UTF8):
            found = found or "utf-8-sig"
        elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "", None  # UTF-16 or UTF-32
        try:
            while block := handle.read(2**20):
                digest.update(block)
                decoder.decode(block)
                if b"\\0" in block:
                    return "", None
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "", None
    if found not in {None, "utf-8", "utf-8-sig", "utf8", "UTF-8"}:
        return "", None
    return digest.hexdigest(), "utf-8-sig" if found == "utf-8-sig" else "utf-8"


def _lines_of(handle: IO[str], source: str) -> Iterator[str]:
    """The lines of a text file with their ends; one that is too long for any table is an error."""
    number = 0
    while line := handle.readline(MOST_CELL):
        number += 1
        if len(line) == MOST_CELL and line[-1] not in "\r\n":
            raise InputError(
                f"{source}, line {number}: longer than {MOST_CELL // 2**20} MB. It is no table of comments, "
                "or its line breaks are lost: export it again."
            )
        yield line


class _Feed:
    """Lines for a csv reader, some of which may be given back to be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.taken: list[str] = []  # since the last whole record
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self._size += len(line)
        if self._size > MOST_CELL:
            raise csv.Error("end of data: the record is too long")
        return line

    def keep(self) -> None:
        """Forget the lines of a whole record."""
        self.taken.clear()
        self._size = 0

    def give_back(self) -> str:
        """Give back all lines taken but the first, which is what comes back from here."""
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        self.keep()
        return first

    def look_ahead(self, count: int) -> list[str]:
        """The next lines, which stay to be read."""
        while len(self._again) < count and (line := next(self._lines, None)) is not None:
            self._again.append(line)
        return list(islice(self._again, count))

    def pass_over(self, count: int) -> None:
        """Leave lines out that ``look_ahead`` gave."""
        for _ in range(count):
            self._again.popleft()


def _records(lines: Iterator[str], delimiter: str, width: int) -> Iterator[_Record]:
    """First line, last line and cells of each record, as ``read_delimited`` takes them.

    None for one that breaks the rules of quoting and cannot be mended; reading goes on with the line below.
    """
    feed, done, patience = _Feed(lines), 0, Patience()
    while True:
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                count = len(feed.taken)
                if count > 1 and swallows(cells, delimiter):
                    raise csv.Error("a quotation mark is closed in a later record")
                feed.keep()
                yield done + 1, done + count, cells
                done += count
            return
        except csv.Error:
            first = feed.give_back()
        patience.lines = done
        mended = mend_record([first, *feed.look_ahead(AHEAD)], delimiter, width, patience)
        cells_, count = mended if mended else (None, 1)
        feed.pass_over(count - 1)
        yield done + 1, done + count, cells_
        done += count


def _csv_chunks(path: Path, sha256: str, encoding: str, rows: int) -> Iterator[Table]:
    source, tabs = path.name, path.suffix.lower() != ".csv"
    csv.field_size_limit(MOST_CELL)
    with path.open(encoding=encoding, newline="") as handle:
        sample = handle.read(SAMPLE)
        handle.seek(0)
        lines = _lines_of(handle, source)
        skipped, delimiter = 0, None
        if told := SEP_LINE.match(sample):
            skipped, delimiter, sample = 1, told[1], sample[told.end() :]
            next(lines)
        delimiter = delimiter or find_delimiter(sample, tabs)
        records = _records(lines, delimiter, usual_width(sample, delimiter))
        head = list(islice(records, HEAD))
        header = find_header([cells or [] for _, _, cells in head])
        if header is None:
            raise InputError(f"{source} is empty: it has no header. Give a table with a header and rows.")
        first = RowGatherer(header.names, source, header.layout)
        rest = chain(head[header.rows :], records)
        entries = (_entry_of(record, len(header.names), skipped) for record in rest)
        yield from _tables(entries, first, sha256, encoding, rows)


def _entry_of(record: _Record, width: int, skipped: int) -> _Entry:
    """A csv record as a row to keep, a reason to reject it, or nothing for a blank one; and its line."""
    first, last, cells = record[0] + skipped, record[1] + skipped, record[2]
    if cells is not None and not any(cells):
        return None, first
    if cells is not None and len(cells) == width:
        return cells, first
    return tell_why_unfit(cells, width, first, last), first


def _tables(
    entries: Iterator[_Entry], form: RowGatherer, sha256: str, encoding: str, rows: int
) -> Iterator[Table]:
    """Tables of so many entries; the last one has totals and remarks below its rows set aside."""
    before, any_kept = 0, False
    part = list(islice(entries, rows))
    if not part:
        form.table(sha256, encoding)  # tells that the file has no rows
    while part:
        after = list(islice(entries, rows))
        kept = any(isinstance(what, list) for what, _ in part)
        last = not after and (kept or not any_kept)
        table = (_end if last else _middle)(form, part, sha256, encoding)
        any_kept = any_kept or kept
        numbers = np.zeros(0, np.int64) if table.rows is None else table.rows
        moved = [replace(one, row=one.row + before) for one in table.rejected]
        yield replace(table, rows=numbers + before, rejected=moved)
        before += sum(what is not None for what, _ in part)
        part = after


def _end(form: RowGatherer, part: list[_Entry], sha256: str, encoding: str) -> Table:
    """The last table of a file, at whose end totals and remarks may stand."""
    gathered = RowGatherer(form.names, form.source, form.layout)
    for what, line in part:
        if what is None:
            gathered.skip_blank()
        elif isinstance(what, str):
            gathered.reject(what, line)
        else:
            gathered.add(what, line)
    return gathered.table(sha256, encoding)


def _middle(form: RowGatherer, part: list[_Entry], sha256: str, encoding: str) -> Table:
    """A table that others follow: nothing in it is a total, and it may be that all of it is rejected."""
    kept: list[list[str]] = []
    rejected: list[RejectedRow] = []
    rows, lines, count = [], [], 0
    for what, line in part:
        count += what is not None
        if isinstance(what, list):
            kept.append(what)
            rows.append(count)
            lines.append(line)
        elif what is not None:
            rejected.append(RejectedRow(form.source, count, line, "", what))
    columns = list(zip(*kept, strict=True)) or [() for _ in form.names]
    frame = pa.table([string_array(cells) for cells in columns], names=form.names).to_pandas()
    places = np.array(rows, np.int64), np.array(lines, np.int64)
    return Table(frame, rejected, form.source, sha256, encoding, *places, form.layout)


def _jsonl_chunks(path: Path, sha256: str, encoding: str, rows: int) -> Iterator[Table]:
    source = path.name
    names: dict[str, None] = {}
    for _, record in _json_lines(path, encoding):
        if isinstance(record, dict):
            names |= dict.fromkeys(record)
            refuse_sparse(len(names), 0, 0, source)
    if not names:
        raise InputError(f"{source} is empty: it holds no JSON object with a key. Give one object a line.")
    entries: Iterator[_Entry] = (
        ([as_text(record.get(name)) for name in names], number)
        if isinstance(record, dict)
        else ("the line holds JSON, but not an object", number)
        for number, record in _json_lines(path, encoding)
    )
    yield from _tables(entries, RowGatherer(list(names), source), sha256, encoding, rows)


def _json_lines(path: Path, encoding: str) -> Iterator[tuple[int, Any]]:
    with path.open(encoding=encoding, newline="\n") as handle:
        for number, line in enumerate(_lines_of(handle, path.name), start=1):
            if line.strip():
                yield number, parse_line(line, path.name, number)


def _parquet_chunks(path: Path, rows: int) -> Iterator[Table]:
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            check_names(file.schema_arrow.names, path.name)
            before = 0
            for batch in file.iter_batches(batch_size=rows):
                batch.validate(full=True)
                arrays = [strings_of(pa.chunked_array([column])) for column in batch.columns]
                frame = pa.table(arrays, names=batch.schema.names).to_pandas()
                yield Table(frame, [], path.name, "", "", np.arange(before + 1, before + len(frame) + 1))
                before += len(frame)
    except InputError:
        raise
    except Exception as error:
        raise unreadable(path.name, "a parquet file", error) from error
