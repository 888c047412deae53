"""Reading tables, corpora and labels from files, verbatim; what cannot be read is named, never dropped."""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.reading.columns import Columns, make_corpus, pick_columns
from textmine.reading.delimited import read_delimited
from textmine.reading.formats import read_jsonl, read_parquet, read_workbook
from textmine.reading.labels import Labels, join_labels
from textmine.reading.table import RejectedRow, Table

__all__ = [
    "Columns",
    "Labels",
    "RejectedRow",
    "Table",
    "make_corpus",
    "pick_columns",
    "read_corpus",
    "read_labels",
    "read_table",
]

_LOG = logging.getLogger(__name__)
_KINDS = ".csv, .tsv, .xlsx, .parquet or .jsonl"


def read_table(path: Path | str, *, encoding: str | None = None) -> Table:
    """The table in a csv, tsv, xlsx, parquet or jsonl file (told by its ending), every cell a string.

    Reading is verbatim: 'n/a' and 'None' are answers, nothing is stripped, an empty cell is ''. '-' reads csv
    from standard input. ``encoding`` is found out unless given: a byte order mark, else UTF-8, else
    windows-1252. Rows that cannot be read stand in ``rejected`` with the reason.
    Raises ``InputError`` for a file that is missing, empty or damaged, or whose columns share a name.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "wave3.csv")
    ...     _ = path.write_text("id;comment\\n1;n/a\\n2\\n", encoding="utf-8")
    ...     table = read_table(path)
    >>> table.frame.to_dict("records")
    [{'id': '1', 'comment': 'n/a'}]
    >>> table.rejected[0].reason
    '1 cell where the header has 2'
    """
    if str(path) == "-":
        data, source, kind = sys.stdin.buffer.read(), "stdin", ".csv"
    else:
        path = Path(path)
        data, source, kind = _read_bytes(path), path.name, path.suffix.lower()
    sha256 = hashlib.sha256(data).hexdigest()
    if kind in {".csv", ".tsv", ".tab"}:
        return read_delimited(data, source, sha256, encoding=encoding, tabs=kind != ".csv")
    if kind in {".jsonl", ".ndjson"}:
        return read_jsonl(data, source, sha256, encoding=encoding)
    if kind in {".xlsx", ".xlsm"}:
        return read_workbook(data, source, sha256)
    if kind in {".parquet", ".pq"}:
        return read_parquet(data, source, sha256)
    raise InputError(f"{source} is not of a kind that is read as a table. Save it as {_KINDS}.")


def read_corpus(
    path: Path | str,
    *,
    text: str | None = None,
    id: str | None = None,
    question: str | None = None,
    group: str | None = None,
    wave: str | None = None,
    weight: str | None = None,
    encoding: str | None = None,
) -> Corpus:
    """The corpus in a file: ``read_table`` and ``make_corpus`` in one.

    Columns are named; the text and the id are found out where they are not. Rows that are set aside (unread,
    without an id, with an id seen before) are counted in one logged warning; ``make_corpus`` gives them.
    Raises ``InputError`` as those two do.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "wave3.csv")
    ...     _ = path.write_text("id,comment,region\\n1,Joint training,London\\n", encoding="utf-8")
    ...     read_corpus(path)
    Corpus(1 documents, attributes: region)
    """
    table = read_table(path, encoding=encoding)
    corpus, unfit = make_corpus(
        table, text=text, id=id, question=question, group=group, wave=wave, weight=weight
    )
    if aside := table.rejected + unfit:
        first = min(aside, key=lambda rejected: rejected.row)
        _LOG.warning(
            "%d row(s) of %s were set aside; the first is row %d: %s",
            len(aside), table.source, first.row, first.reason,
        )  # fmt: skip
    return corpus


def read_labels(
    paths: Path | str | Sequence[Path | str], *, id: str, codes: Sequence[str] | None = None
) -> Labels:
    """The labels in one or several files: units x codes, each 1.0, 0.0 or NaN for 'not coded'.

    A file with a column ``code`` is long: a row a unit and code (optionally ``quote, coder, stance``), code
    ``none`` for a unit read and found empty. A unit that appears is coded for all codes, that is ``codes`` or
    the union over the long files. Where several coders of one file differ, a code counts as given if any row
    gives it. Any other file is wide: a column a code, holding 1, 0 (or true, false) or nothing for not coded;
    other columns are passed over unless ``codes`` names them. A wide file that lacks a code leaves it NaN.

    ``id`` is the column of unit ids; without it comment_id, unit_id, id, doc_id are tried, then transcript
    and turn ('t1:4'). Files add to each other: same values agree, NaN is filled.
    Raises ``InputError`` for a cell that is no label (with row and column), a code that ``codes`` lacks, and
    units that are coded differently in two places.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "labels.csv")
    ...     _ = path.write_text("id,code\\n1,funding\\n2,none\\n", encoding="utf-8")
    ...     read_labels(path, id="id").frame["funding"].to_dict()
    {'1': 1.0, '2': 0.0}
    """
    chosen = [paths] if isinstance(paths, (str, Path)) else list(paths)
    return join_labels([read_table(path) for path in chosen], id=id, codes=codes)


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a table. Name a {_KINDS} file.")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"No file {path}. Check its name and its folder.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be opened ({error.strerror}). Check that it may be read.") from None
