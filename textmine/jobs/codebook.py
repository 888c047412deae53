"""The job of ``textmine codebook check``: a codebook read, held against itself and against a corpus."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from textmine.codebook import Codebook
from textmine.coding.codebook_check import CodebookReport, check_codebook
from textmine.errors import InputError
from textmine.jobs.labelled import ColumnNames
from textmine.reading import read_corpus


def check_codebook_file(
    source: Path, *, corpus: Path | None = None, columns: ColumnNames | None = None
) -> CodebookReport:
    """Everything that is wrong with the codebook of a file, all together; with a corpus, its hits as well.

    Raises ``CodebookError`` for a file that holds no codebook and ``InputError`` for a corpus that cannot be
    read, or for columns without a corpus.
    """
    named = columns or ColumnNames()
    if corpus is None and any(asdict(named).values()):
        raise InputError("A column was named without a corpus. Add --corpus FILE.")
    book = Codebook.load(source, strict=False)
    texts = None if corpus is None else read_corpus(corpus, **asdict(named))
    return check_codebook(book, texts)
