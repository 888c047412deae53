"""``textmine redact``: from a table to the same with redacted texts, a log apart, and what to review."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from textmine.errors import InputError
from textmine.files import atomic_text, make_folder, write_rows
from textmine.privacy import (
    KINDS,
    Missed,
    Redacted,
    carry_codes,
    estimate_missed,
    read_decisions,
    redact_texts,
    write_review,
)
from textmine.privacy.lexicon import read_terms
from textmine.privacy.review import keep_private
from textmine.reading import Columns, RejectedRow, Table, make_corpus, pick_columns, read_table

OUTPUT_COLUMN = "redacted_text"
#: What `textmine read` makes a table of; a table is wanted here.
TRANSCRIPTS = frozenset({".docx", ".odt", ".pdf", ".vtt", ".srt", ".md", ".txt"})


@dataclass(frozen=True)
class RedactOptions:
    """What to look for, how to replace it, and what else to read and write.

    ``mode`` is that of ``redact_texts``; ``key_file`` is read, or made where it is not there; ``drop_text``
    leaves the column of raw texts out; ``also`` names other columns to redact in their place, such as a
    transcript's speaker and question; ``originals`` names a file for the words that were taken out.
    """

    kinds: tuple[str, ...] | None = None
    names: bool = True
    engine: str = "spacy"
    mode: str = "placeholder"
    key_file: Path | None = None
    allow: Path | None = None
    deny: Path | None = None
    drop_text: bool = False
    also: tuple[str, ...] = ()
    codes: Path | None = None
    codes_out: Path | None = None
    review: Path | None = None
    decisions: Path | None = None
    checked: Path | None = None
    originals: Path | None = None


@dataclass(frozen=True)
class RedactReport:
    """What was found, how often, what a checked sample says was missed, and where things were written."""

    read: int
    changed: int
    counts: dict[str, int]
    missed: Missed | None
    rejected: list[RejectedRow]
    paths: list[Path]
    notes: list[str] = field(default_factory=list)


def redact_file(
    source: Path,
    out: Path,
    log: Path,
    *,
    text: str | None = None,
    id: str | None = None,
    options: RedactOptions | None = None,
    on_step: Callable[[str], object] = lambda step: None,
) -> RedactReport:
    """Redact the texts of a table; ``out`` gets the columns of the input and ``redacted_text`` behind them.

    ``log`` gets ``id, start, end, kind, replacement`` (code points of the input text) and no word that was
    taken out. Rows without an id of their own are set aside and counted in the notes.
    Raises ``InputError`` for files and columns that will not do.
    """
    options = options or RedactOptions()
    _check(options, source, out, log)
    on_step("reading")
    table = read_table(source)
    columns = pick_columns(table, text=text, id=id)
    if OUTPUT_COLUMN in table.frame.columns and columns.text != OUTPUT_COLUMN:
        raise InputError(f"{table.source} has a column {OUTPUT_COLUMN} already. Rename it.")
    corpus, refused = make_corpus(table, text=columns.text, id=columns.id)
    ids, texts = corpus.ids, corpus.texts
    cells = _cells_of(table, columns, options.also)
    on_step("looking for names and numbers")
    redacted, beside = _redact(ids, texts, cells, options)
    on_step("writing")
    paths = [_write_table(table, columns, redacted, beside, out, options)]
    paths.append(_write_log(redacted, log))
    notes = _write_others(redacted, texts, options, paths)
    missed = None
    if options.checked is not None:
        missed = estimate_missed(read_table(options.checked).frame, ids, redacted.finds, texts)
    rejected = [*table.rejected, *refused]
    if rejected:
        first = min(rejected, key=lambda r: r.row)
        notes.append(f"{len(rejected)} row(s) were set aside; the first is row {first.row}: {first.reason}.")
    if not options.drop_text:
        notes.append(f"{out.name} still holds the raw column {columns.text}; --drop-text leaves it out.")
    searched = [columns.text, *options.also]
    others = [c for c in table.frame.columns if c not in {columns.id, *searched}]
    if others:
        notes.append(
            f"Searched: {', '.join(searched)}. {len(others)} other column(s) stand as they were; "
            "--also COLUMN redacts one."
        )
    changed = sum(not made.is_identity for made in redacted.maps)
    return RedactReport(len(texts), changed, redacted.counts, missed, rejected, paths, notes)


def read_key(path: Path) -> bytes:
    """The secret key in a file (its first word); one is made, for its owner alone, where none is there."""
    if not path.exists():
        make_folder(path.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", newline="\n") as handle:
            handle.write(secrets.token_hex(32) + "\n")
    lines = path.read_text(encoding="utf-8").split()
    if not lines or len(lines[0]) < 16:
        raise InputError(
            f"The key in {path.name} is shorter than 16 characters. Name a file that is not there yet."
        )
    return lines[0].encode("utf-8")


def _check(options: RedactOptions, source: Path, out: Path, log: Path) -> None:
    if options.mode == "pseudonym" and options.key_file is None:
        raise InputError(
            "Pseudonyms need a secret key. Name its file with --key-file; it is made if not there."
        )
    if (options.codes is None) != (options.codes_out is None):
        raise InputError(
            "--codes and --codes-out go together: name the codes to carry over and where to put them."
        )
    if unknown := sorted(set(options.kinds or ()) - set(KINDS)):
        raise InputError(f"No kind {', '.join(unknown)}. Choose among: {', '.join(KINDS)}.")
    if out.suffix.lower() not in {".csv", ".tsv"}:
        raise InputError(f"{out.name} cannot be written: name a .csv or .tsv file with --out.")
    if options.review is not None and options.review.suffix.lower() not in {".html", ".htm", ".csv"}:
        raise InputError(f"{options.review.name} cannot be written: name a .html or .csv file with --review.")
    if source.suffix.lower() in TRANSCRIPTS:
        raise InputError(
            f"{source.name} is a transcript, not a table. Make one of it first (textmine read {source.name} "
            "--out turns.csv) and redact that."
        )
    others = (options.codes_out, options.review, options.originals)
    written = [path.resolve() for path in (out, log, *others) if path is not None]
    inputs = (source, options.codes, options.decisions, options.checked, options.allow, options.deny)
    read = {path.resolve() for path in (*inputs, options.key_file) if path is not None}
    if len(set(written)) < len(written) or read & set(written):
        raise InputError(
            "Two of the files to write, or one of them and a file that is read, are the same. Name others."
        )
    for folder in {path.parent for path in written}:
        make_folder(folder)


def _cells_of(table: Table, columns: Columns, also: Sequence[str]) -> list[str]:
    """The different cells of other columns that are to be redacted."""
    for name in also:
        if name not in table.frame.columns or name in {columns.id, columns.text}:
            raise InputError(
                f"No other column {name!r} in {table.source}. Columns: {', '.join(table.frame.columns)}. "
                "Choose with --also, beside those of the text and the id."
            )
    return list(dict.fromkeys(cell for name in also for cell in table.frame[name].tolist() if cell))


def _redact(
    ids: list[str], texts: list[str], cells: list[str], options: RedactOptions
) -> tuple[Redacted, dict[str, str]]:
    """The texts redacted, and what each cell of other columns becomes; a name in one is looked for in all."""
    key = read_key(options.key_file) if options.key_file is not None and options.mode == "pseudonym" else None
    everything, count = [*texts, *cells], len(texts)
    names = [*ids, *(f"\0{place}" for place in range(len(cells)))]
    redacted = redact_texts(
        everything,
        ids=names,
        mode=options.mode,
        key=key,
        kinds=options.kinds,
        names=options.names,
        engine=options.engine,
        allow=_read_terms(options.allow),
        deny=_read_terms(options.deny),
    )
    if options.decisions is not None:
        settled, _ = read_decisions(read_table(options.decisions).frame, ids, texts, redacted.finds[:count])
        finds = [*settled, *redacted.finds[count:]]
        redacted = redact_texts(everything, ids=names, mode=options.mode, key=key, finds=finds)
    log = redacted.log[redacted.log["id"].isin(set(ids))].reset_index(drop=True)
    main = Redacted(ids, redacted.texts[:count], log, redacted.maps[:count], redacted.finds[:count])
    return main, dict(zip(cells, redacted.texts[count:], strict=True))


def _read_terms(path: Path | None) -> Iterable[str]:
    if path is None:
        return ()
    try:
        return sorted(read_terms(path.read_text(encoding="utf-8-sig").splitlines()))
    except FileNotFoundError:
        raise InputError(f"No file {path}. Check its name and its folder.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not UTF-8 text. Save it with one term a line in UTF-8.") from None


def _write_table(
    table: Table,
    columns: Columns,
    redacted: Redacted,
    beside: dict[str, str],
    out: Path,
    options: RedactOptions,
) -> Path:
    ids = table.frame[columns.id]
    frame = table.frame[~ids.duplicated() & ids.str.strip().ne("")]
    frame = frame.assign(**{name: [beside.get(c, c) for c in frame[name].tolist()] for name in options.also})
    frame = frame.assign(**{OUTPUT_COLUMN: redacted.texts})
    if options.drop_text and columns.text != OUTPUT_COLUMN:
        frame = frame.drop(columns=[columns.text])
    with atomic_text(out) as handle:
        if out.suffix.lower() == ".tsv":
            frame.to_csv(handle, index=False, sep="\t", lineterminator="\n")
        else:
            write_rows([frame.columns], handle)
            write_rows(frame.itertuples(index=False, name=None), handle)
    return out


def _write_log(redacted: Redacted, path: Path) -> Path:
    with atomic_text(path) as handle:
        write_rows([redacted.log.columns], handle)
        write_rows(redacted.log.itertuples(index=False, name=None), handle)
    return path


def _write_others(
    redacted: Redacted, texts: list[str], options: RedactOptions, paths: list[Path]
) -> list[str]:
    """Write codes, review and originals where asked for; gives the notes on them."""
    notes = []
    if options.codes is not None and options.codes_out is not None:
        moved, lost = carry_codes(read_table(options.codes).frame, redacted, texts)
        _write_frame(moved, options.codes_out)
        paths.append(options.codes_out)
        if lost:
            notes.append(
                f"{lost} coding(s) could not be placed in their text; their offsets and quotes are empty."
            )
    if options.review is not None:
        paths.append(write_review(redacted, texts, options.review))
        notes.append(f"{options.review.name} holds original words: keep it with the raw data.")
    if options.originals is not None:
        place = {name: text for name, text in zip(redacted.ids, texts, strict=True)}
        said = [place[i][a:b] for i, a, b in redacted.log[["id", "start", "end"]].itertuples(index=False)]
        _write_frame(redacted.log.assign(original=said), options.originals)
        keep_private(options.originals)
        paths.append(options.originals)
        notes.append(f"{options.originals.name} undoes the redaction: keep it apart from {OUTPUT_COLUMN}.")
    return notes


def _write_frame(frame: pd.DataFrame, path: Path) -> None:
    with atomic_text(path) as handle:
        write_rows([frame.columns], handle)
        write_rows(frame.itertuples(index=False, name=None), handle)
