"""From a file of any kind that holds a table to a ``Table``."""

from __future__ import annotations

import hashlib
from pathlib import Path

from textmine.errors import InputError
from textmine.reading.delimited import looks_delimited, read_delimited
from textmine.reading.encodings import decode_bytes
from textmine.reading.formats import read_jsonl, read_parquet
from textmine.reading.sources import read_source
from textmine.reading.table import Table

_LOOK = 64 * 1024  # bytes of a .txt file that tell whether it is a table


def read_file(
    path: Path | str, *, encoding: str | None = None, sheet: str | None = None, survey: bool = False
) -> Table:
    """The table in a file, whose kind is found out; see ``read_table``.

    ``survey`` also takes headers of two rows, columns without a name and names that stand twice; see
    ``find_header``.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "wave3.csv")
    ...     _ = path.write_text("Wave 3\\n\\nid,why,why\\n1,n/a,Time\\n", encoding="utf-8")
    ...     read_file(path, survey=True).frame.columns.tolist()
    ['id', 'why', 'why (2)']
    """
    data, source, kind = read_source(path)
    sha256 = hashlib.sha256(data).hexdigest()
    if kind in {"csv", "tsv"}:
        return read_delimited(data, source, sha256, encoding=encoding, tabs=kind == "tsv", survey=survey)
    if kind == "jsonl":
        return read_jsonl(data, source, sha256, encoding=encoding, flat=survey)
    if kind in {"xlsx", "ods"}:
        from textmine.reading.workbook import read_workbook

        return read_workbook(data, source, sha256, kind=kind, sheet=sheet, survey=survey)
    if kind == "sav":
        from textmine.reading.spss import read_sav

        return read_sav(data, source, sha256, encoding=encoding)
    return read_parquet(data, source, sha256)


def is_text_table(path: Path | str) -> bool:
    """Whether a .txt file holds a table (Excel's 'Unicode text', say), not speech or prose.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "wave3.txt")
    ...     _ = path.write_text("id\\tphase\\twhy\\n1\\tprimary\\tTime\\n", encoding="utf-8")
    ...     is_text_table(path)
    True
    """
    path = Path(path)
    if path.suffix.lower() != ".txt" or not path.is_file():
        return False
    with path.open("rb") as handle:
        start = handle.read(_LOOK)
    try:
        text, _ = decode_bytes(start[: len(start) // 4 * 4], path.name)
    except InputError:
        return False
    return looks_delimited(text, whole=len(start) < _LOOK)
