"""Reading tables, corpora and labels from files, verbatim; what cannot be read is named, never dropped."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from textmine.corpus import Corpus
from textmine.reading.columns import Columns, make_corpus, pick_columns
from textmine.reading.files import read_file
from textmine.reading.labels import Labels, join_labels
from textmine.reading.survey import DOCUMENT_COLUMNS, Reading, make_reading, read_survey
from textmine.reading.table import RejectedRow, Table

__all__ = [
    "DOCUMENT_COLUMNS",
    "Columns",
    "Labels",
    "Reading",
    "RejectedRow",
    "Table",
    "make_corpus",
    "make_reading",
    "pick_columns",
    "read_corpus",
    "read_labels",
    "read_survey",
    "read_table",
]

_LOG = logging.getLogger(__name__)


def read_table(path: Path | str, *, encoding: str | None = None, sheet: str | None = None) -> Table:
    """The table in a csv, tsv, xlsx, ods, sav, parquet or jsonl file, every cell a string.

    Reading is verbatim: 'n/a' and 'None' are answers, nothing is stripped, an empty cell is ''. '-' reads csv
    from standard input. ``encoding`` is found out unless given (see ``decode_bytes``), and so are the header
    below a title, the header rows of an export and the ``sheet`` of a workbook. Rows that cannot be read, and
    a row of totals at the end, stand in ``rejected`` with the reason; ``layout`` tells what was found. Raises
    ``InputError`` for a file that is missing, empty, damaged, of another kind than its name says or unsafe to
    unpack, or whose columns share a name. ``path`` is the file.

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
    return read_file(path, encoding=encoding, sheet=sheet)


def read_corpus(
    path: Path | str,
    *,
    text: str | Sequence[str] | None = None,
    id: str | None = None,
    question: str | None = None,
    group: str | None = None,
    wave: str | None = None,
    weight: str | None = None,
    encoding: str | None = None,
) -> Corpus:
    """The corpus in a survey file, wide surveys included: ``read_survey`` without its explanations.

    Columns are named; those that are not are found out. Rows that are set aside (unread, without an id, with
    an id seen before, totals, previews) are counted in one logged warning; ``read_survey`` gives them. Raises
    ``InputError`` as that does. ``path`` is the file; ``text`` (one column or several), ``id``, ``question``,
    ``group`` (the respondent), ``wave`` and ``weight`` name columns; ``encoding`` is that of a csv, found out
    unless given.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "wave3.csv")
    ...     _ = path.write_text("id,comment,region\\n1,Joint training,London\\n", encoding="utf-8")
    ...     read_corpus(path)
    Corpus(1 documents, attributes: region)
    """
    reading = read_survey(
        path, text=text, id=id, question=question, group=group, wave=wave, weight=weight, encoding=encoding
    )
    if aside := reading.rejected:
        first = min(aside, key=lambda rejected: rejected.row)
        _LOG.warning(
            "%d row(s) of %s were set aside; the first is row %d: %s",
            len(aside), reading.source, first.row, first.reason,
        )  # fmt: skip
    return reading.corpus


def read_labels(
    paths: Path | str | Sequence[Path | str], *, id: str, codes: Sequence[str] | None = None
) -> Labels:
    """The labels in one or several files: units x codes, each 1.0, 0.0 or NaN for 'not coded'.

    A file with a column ``code`` is long: a row a unit and code (optionally ``quote, coder, stance``), code
    ``none`` for a unit read and found empty. A unit that appears is coded for all codes, that is ``codes`` or
    the union over the long files, but for those that its column ``not_coded`` names (with ';' between), which
    are NaN. Where several coders of one file differ, a code counts as given if any row
    gives it. Any other file is wide: a column a code, holding 1, 0 (or true, false) or nothing for not coded;
    other columns are passed over unless ``codes`` names them. A wide file that lacks a code leaves it NaN.

    ``id`` is the column of unit ids; without it comment_id, unit_id, id, doc_id are tried, then transcript
    and turn ('t1:4'). Files add to each other: same values agree, NaN is filled. Raises ``InputError`` for a
    cell that is no label (with row and column), a code that ``codes`` lacks, and units that are coded
    differently in two places. ``paths`` is one file or several.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "labels.csv")
    ...     _ = path.write_text("id,code\\n1,funding\\n2,none\\n", encoding="utf-8")
    ...     read_labels(path, id="id").frame["funding"].to_dict()
    {'1': 1.0, '2': 0.0}
    """
    chosen = [paths] if isinstance(paths, (str, Path)) else list(paths)
    return join_labels([read_table(path) for path in chosen], id=id, codes=codes)
