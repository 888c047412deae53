"""The files of a study, and its tables a row at a time: what a withdrawal looks through."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textmine.provenance.record import FOLDER as RECORD
from textmine.scale.parts import PARTS

#: Files of a withdrawal itself.
TOMBSTONES, PLAN = "withdrawals.jsonl", ".textmine-forget.json"
_SKIPPED = {".git", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".mypy_cache", ".ruff_cache"}
DELIMITED = (".csv", ".tsv")
LINES = (".jsonl", ".ndjson")
_HEADER_ROWS = 20
#: Folders of a coding run that was cut off: texts and codes in forms of their own.
_LEFT = (PARTS, f"{PARTS}-leaving")


def list_files(folders: Sequence[Path]) -> list[Path]:
    """The files under folders, sorted; not those of models, records, version control and withdrawals.

    What coding runs that were cut off left (``list_left_parts``) is not among them either.
    """
    found: set[Path] = set()
    for folder in folders:
        for root, names, files in os.walk(folder):
            here = Path(root)
            names[:] = [n for n in names if n not in {*_SKIPPED, *_LEFT} and not (here / n).is_symlink()]
            if is_model(here):
                names.clear()
                continue
            if (here / RECORD / "events.jsonl").is_file():
                names[:] = [name for name in names if name != RECORD]
            kept = [here / name for name in files if name not in (TOMBSTONES, PLAN)]
            found |= {path for path in kept if path.is_file() and not path.is_symlink()}
    return sorted(found)


def list_left_parts(folders: Sequence[Path]) -> list[Path]:
    """The folders in which coding runs that were cut off keep what they had done, sorted."""
    return sorted({here / name for here in list_folders(folders) for name in _LEFT if (here / name).is_dir()})


def list_folders(folders: Sequence[Path]) -> Iterator[Path]:
    """All folders under folders, themselves included."""
    for folder in folders:
        for root, names, _ in os.walk(folder):
            names[:] = sorted(n for n in names if n not in _SKIPPED)
            yield Path(root)


def is_model(folder: Path) -> bool:
    """Whether a folder holds a coder or a topic model: its files are hashed and hold no texts."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return isinstance(config, dict) and {"format", "files"} <= set(config)
    except (OSError, ValueError):
        return False


@dataclass(frozen=True)
class Decoded:
    """A text file: its words, its encoding and the mark it began with."""

    text: str
    encoding: str
    mark: bytes = b""

    def encode(self, text: str) -> bytes:
        """A text in the file's own form."""
        return self.mark + text.encode(
            self.encoding, "surrogatepass" if "utf" in self.encoding else "replace"
        )


def read_text(path: Path) -> Decoded:
    """A text file of any usual encoding; every byte comes back as it was."""
    data = path.read_bytes()
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if data.startswith(mark):
            return Decoded(data[len(mark) :].decode(encoding, "surrogatepass"), encoding, mark)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return Decoded(data.decode("latin-1"), "latin-1")


@dataclass(frozen=True)
class RawTable:
    """A delimited file as records of raw text, of which the first ``header`` are titles and names."""

    records: list[str]
    header: int
    names: list[str]
    delimiter: str

    def split(self, record: str) -> list[str]:
        """The cells of a record."""
        return next(csv.reader([record], delimiter=self.delimiter), [])


def split_table(text: str, suffix: str, is_id: Any) -> RawTable:
    """A delimited text as records; its header is the first row in which ``is_id`` knows a name."""
    csv.field_size_limit(2**31 - 1)
    records = list(_cut_records(text))
    marks = "\t" if suffix == ".tsv" else ",;\t|"
    for number, record in enumerate(records[:_HEADER_ROWS]):
        for mark in marks:
            names = _split_once(record, mark)
            if any(is_id(name) for name in names):
                return RawTable(records, number + 1, names, mark)
    first = records[0] if records else ""
    mark = max(marks, key=first.count)
    return RawTable(records, min(1, len(records)), _split_once(first, mark), mark)


def _split_once(record: str, mark: str) -> list[str]:
    """The cells of a record, if this is the mark between them; none where it cannot be."""
    try:
        return next(csv.reader([record], delimiter=mark), [])
    except csv.Error:
        return []


def _cut_records(text: str) -> Iterator[str]:
    """The records of a delimited text, each with its line end: a line, or more where quotes are open."""
    held = ""
    for line in io.StringIO(text, newline=""):
        held += line
        if held.count('"') % 2 == 0:
            yield held
            held = ""
    if held:
        yield held


def read_rows(path: Path, is_id: Any) -> Iterator[tuple[list[str], list[Any]]]:
    """The rows of any table in a file, each with its column names; nothing of a file that is none.

    Raises nothing for a damaged file: what can be read is.
    """
    suffix = path.suffix.lower()
    try:
        if suffix in DELIMITED:
            table = split_table(read_text(path).text, suffix, is_id)
            for record in table.records[table.header :]:
                yield table.names, table.split(record)
        elif suffix in LINES:
            for line in read_text(path).text.splitlines():
                row = json.loads(line) if line.strip() else None
                if isinstance(row, dict):
                    yield (
                        list(row),
                        [cell if isinstance(cell, str | None) else str(cell) for cell in row.values()],
                    )
        elif suffix == ".parquet":
            yield from _read_parquet(path)
        elif suffix in (".xlsx", ".xlsm"):
            yield from _read_workbook(path, is_id)
        elif suffix == ".sav":
            yield from _read_sav(path)
    except Exception:  # damaged: the run over the files says so
        return


def _read_parquet(path: Path) -> Iterator[tuple[list[str], list[Any]]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        names = list(file.schema_arrow.names)
        for batch in file.iter_batches():
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                yield names, list(cells)


def _read_workbook(path: Path, is_id: Any) -> Iterator[tuple[list[str], list[Any]]]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    try:
        for sheet in book.worksheets:
            names: list[str] | None = None
            for number, row in enumerate(sheet.iter_rows(values_only=True)):
                cells = ["" if cell is None else str(cell) for cell in row]
                if names is None or (number < _HEADER_ROWS and not any(map(is_id, names))):
                    names = cells
                else:
                    yield names, cells
    finally:
        book.close()


def _read_sav(path: Path) -> Iterator[tuple[list[str], list[Any]]]:
    import pyreadstat

    frame, about = pyreadstat.read_sav(str(path), user_missing=True)
    labels = about.column_names_to_labels
    names = [str(labels.get(name) or name) for name in frame.columns]
    for cells in frame.astype(object).itertuples(index=False, name=None):
        yield names, ["" if cell is None or cell != cell else as_id(cell) for cell in cells]


def as_id(cell: Any) -> str:
    """A cell of SPSS as the id that it stands for: a whole number without a point."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
