"""``textmine read``: survey files and transcripts as one table of documents, with what was taken for what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from textmine.corpus import as_strings
from textmine.errors import InputError
from textmine.files import atomic_path, atomic_text, sha256_of_file, write_rows
from textmine.reading import DOCUMENT_COLUMNS, Reading, RejectedRow, Table, make_reading
from textmine.reading.files import is_text_table, read_file
from textmine.reading.table import REJECTED_COLUMNS

#: Endings of files that hold captions, which are always speech.
CAPTIONS = frozenset({".vtt", ".srt"})
#: Endings of files that hold speech or prose, not a table.
SPEECH = CAPTIONS | {".docx", ".odt", ".pdf", ".txt", ".md", ".markdown"}

_FORMS = (".jsonl", ".csv", ".parquet")


@dataclass(frozen=True)
class ReadOptions:
    """What a user named; all else is found out. ``interviewer`` is for transcripts, the rest for tables."""

    texts: tuple[str, ...] = ()
    id: str | None = None
    question: str | None = None
    group: str | None = None
    attributes: tuple[str, ...] = ()
    sheet: str | None = None
    encoding: str | None = None
    interviewer: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class FileRead:
    """One file as documents: what was taken for what (part, column, why), and what a person should know."""

    path: Path
    frame: pd.DataFrame
    explained: list[str]
    parts: list[dict[str, str]]
    notes: list[str]
    rejected: list[RejectedRow]


@dataclass(frozen=True, eq=False)
class ReadReport:
    """The documents of all files, a row each, what each file was taken for, and where they were written."""

    frame: pd.DataFrame
    files: list[FileRead]
    notes: list[str]
    paths: list[Path]

    @property
    def rejected(self) -> list[RejectedRow]:
        """The rows that are no documents."""
        return [row for file in self.files for row in file.rejected]

    @property
    def empty(self) -> int:
        """How many documents have no text."""
        return int((self.frame["text"].str.strip() == "").sum())


def read_files(inputs: Sequence[Path], out: Path | None, *, options: ReadOptions | None = None) -> ReadReport:
    """Read survey files and transcripts into one table of documents, and write it where ``out`` is given.

    ``out`` is a .jsonl, .csv or .parquet file; rows that are no documents are named in a csv file beside it
    (``docs_rejected.csv``). Several files get a column ``source_file``, and where their ids clash each id has
    the file's name in front. Survey files with the same columns have the same open questions.
    Raises ``InputError`` where a file cannot be read, its text cannot be told, or ``out`` is of another kind.
    """
    if out is not None and out.suffix.lower() not in _FORMS:
        raise InputError(
            f"Documents are written as .jsonl, .csv or .parquet. Name such a file, not {out.name}."
        )
    if len({Path(path).resolve() for path in inputs}) < len(inputs):
        raise InputError("A file is named twice. Name each file once.")
    files = _read_all([Path(path) for path in inputs], options or ReadOptions())
    frame, notes = _join(files)
    rejected = [row for file in files for row in file.rejected]
    paths = [] if out is None else _write(frame, rejected, out)
    return ReadReport(frame, files, notes, paths)


def is_speech(path: Path) -> bool:
    """Whether a file is read as speech or prose: by its ending, but for a .txt file that holds a table."""
    return path.suffix.lower() in SPEECH and not is_text_table(path)


def read_speech(path: Path, interviewer: Sequence[str] = ()) -> Table:
    """A transcript (or a report) as a table, a row a turn (or a paragraph), every cell a string.

    Raises ``InputError`` as ``read_transcript`` does.
    """
    found = _read_speech(path, ReadOptions(interviewer=tuple(interviewer)))
    return Table(found.frame.astype(str), [], path.name, sha256_of_file(path), "")


def _read_all(paths: Sequence[Path], options: ReadOptions) -> list[FileRead]:
    found: dict[Path, FileRead] = {}
    tables: dict[Path, Table] = {}
    for path in paths:
        if is_speech(path):
            found[path] = _read_speech(path, options)
        else:
            tables[path] = read_file(path, encoding=options.encoding, sheet=options.sheet, survey=True)
    for path, reading in _read_surveys(tables, options).items():
        parts = [{"part": use.part, "column": use.name, "why": use.why} for use in reading.parts.uses]
        found[path] = FileRead(
            path, reading.corpus.frame, reading.explain(), parts, reading.notes, reading.rejected
        )
    return [found[path] for path in paths]


def _read_speech(path: Path, options: ReadOptions) -> FileRead:
    from textmine.reading.transcripts import read_transcript

    transcript = read_transcript(path, interviewer=list(options.interviewer) or None)
    if transcript.frame["speaker"].any() or path.suffix.lower() in CAPTIONS:
        line = f"{path.name}: transcript, {len(transcript.frame)} turns"
        return FileRead(path, transcript.frame, [line], [], transcript.notes, [])
    from textmine.reading.documents import read_document

    report = read_document(path)
    line = f"{path.name}: a document without speakers, {len(report.frame)} paragraphs"
    return FileRead(path, report.frame, [line], [], report.notes, [])


def _read_surveys(tables: dict[Path, Table], options: ReadOptions) -> dict[Path, Reading]:
    """Tables as documents; those of one form have the same open questions, whichever of them shows them."""
    read: dict[Path, Reading] = {}
    failed: dict[Path, InputError] = {}
    for path, table in tables.items():
        try:
            read[path] = _make_reading(table, options.texts, options)
        except InputError as error:
            failed[path] = error
    for path, table in tables.items():
        form = list(table.frame.columns)
        alike = [read[other] for other in read if list(tables[other].frame.columns) == form]
        if path in failed and not alike:
            raise failed[path]
        texts = [name for name in form if any(name in reading.parts.texts for reading in alike)]
        if path in failed or tuple(texts) != read[path].parts.texts:
            read[path] = _make_reading(table, tuple(texts), options)
    return {path: read[path] for path in tables}


def _make_reading(table: Table, texts: Sequence[str], options: ReadOptions) -> Reading:
    named = {"id": options.id, "question": options.question, "group": options.group}
    return make_reading(table, texts=texts, named=named, attributes=options.attributes)


def _join(files: Sequence[FileRead]) -> tuple[pd.DataFrame, list[str]]:
    """One frame of strings in the order of the columns' meanings; notes on what was done to the ids."""
    notes = []
    frames = [file.frame for file in files]
    if len(files) > 1:
        ids = pd.concat([frame["doc_id"] for frame in frames])
        fronts = [file.path.stem for file in files]
        if ids.duplicated().any():
            if len(set(fronts)) < len(fronts):
                fronts = [file.path.name for file in files]
            if len(set(fronts)) < len(fronts):
                fronts = [f"file{number}" for number in range(1, len(files) + 1)]
            frames = [
                f.assign(doc_id=front + ":" + f["doc_id"]) for f, front in zip(frames, fronts, strict=True)
            ]
            notes.append("Ids stand in more than one file, so each has its file's name in front.")
        frames = [f.assign(source_file=file.path.name) for f, file in zip(frames, files, strict=True)]
    joined = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    if joined["doc_id"].duplicated().any():
        raise InputError("Ids of the files clash even with the files' names in front. Read them one by one.")
    first = [name for name in DOCUMENT_COLUMNS if name in joined.columns]
    rest = [name for name in joined.columns if name not in first]
    return joined[[*first, *rest]].apply(as_strings), notes


def _write(frame: pd.DataFrame, rejected: Sequence[RejectedRow], out: Path) -> list[Path]:
    kind = out.suffix.lower()
    if kind == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        with atomic_path(out) as temporary:
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), temporary)
    else:
        rows = frame.itertuples(index=False, name=None)
        with atomic_text(out) as handle:
            if kind == ".csv":
                write_rows([list(frame.columns)], handle)
                write_rows(rows, handle)
            else:
                names = list(frame.columns)
                for row in rows:
                    handle.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")
    beside = out.with_name(f"{out.stem}_rejected.csv")
    if not rejected and not beside.exists():
        return [out]
    with atomic_text(beside) as handle:
        write_rows([REJECTED_COLUMNS], handle)
        write_rows(([r.file, r.row, r.line or "", r.id, r.reason] for r in rejected), handle)
    return [out, beside]
