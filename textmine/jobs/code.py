"""``textmine code``: from survey files and a model to a coded folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textmine.coded import BANDS, REVIEW_SHARE, CodedDataset
from textmine.coding.artefact import load_coder
from textmine.coding.batch import CodingCounts, code_corpus
from textmine.coding.calibrated import CalibratedCoder
from textmine.coding.certificate import Certificate, put_in_bands
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.exchange.coded_folder import WideOptions, refuse_clash, write_coded_folder
from textmine.jobs.certify import read_fresh_certificate
from textmine.jobs.code_facts import RunFacts, describe_model, list_versions, note_coding, note_promise
from textmine.jobs.labelled import ColumnNames
from textmine.jobs.read import is_speech, read_speech
from textmine.jobs.record import record_coded
from textmine.reading import Columns, RejectedRow, Table, pick_columns, read_table
from textmine.reading.turns import find_interviewer, holds_turns
from textmine.scale.folder_lock import hold_folder


@dataclass(frozen=True)
class RunReport:
    """What became of the texts, how many carry each code, and where it was written."""

    code_counts: dict[str, int]
    counts: CodingCounts
    rejected: list[RejectedRow]
    folder: Path
    paths: list[Path]
    notes: list[str]
    seconds: float


@dataclass(frozen=True)
class CodeReport(RunReport):
    """The same with the coded dataset itself."""

    coded: CodedDataset
    corpus: Corpus


@dataclass(frozen=True)
class Wave:
    """Files of one form as one wave: all rows that have an id of their own, and those that have not."""

    source: pd.DataFrame
    corpus: Corpus
    rejected: list[RejectedRow]
    inputs: list[dict[str, str]]
    columns: Columns


def code_files(
    inputs: Sequence[Path],
    model: str,
    out: Path,
    *,
    columns: ColumnNames,
    options: WideOptions | None = None,
    with_interviewer: bool = False,
    evidence: str = "clause",
    certificate: Path | None = None,
    seconds_per_unit: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CodeReport:
    """Code the texts of one or several files of the same form and write the coded folder.

    Several files are one wave, in the order given. Transcripts are read turn by turn, each with the question
    before it; what the interviewer says is coded only ``with_interviewer``. A table of turns is the same.
    ``evidence`` says what its stretches are made of: 'word', 'clause' or 'sentence'.
    A ``certificate`` of this model and codebook sets the bands; ``seconds_per_unit`` is how long a person
    takes for a unit of the work list. Raises ``InputError`` or ``ModelError`` where an input is not what was
    wanted; nothing is written then.
    """
    started = time.monotonic()
    coder = load_coder(model)
    promised = None
    if certificate is not None:
        promised = read_fresh_certificate(certificate, model=coder.sha256_, codebook=coder.codebook_.sha256)
    wave = read_wave(inputs, columns)
    refuse_clash(coder.codes_, wave.source.columns, options or WideOptions())
    with hold_folder(out):
        asked = np.zeros(len(wave.corpus), bool) if with_interviewer else find_interviewer(wave.source)
        coded, counts = code_corpus(
            coder,
            wave.corpus,
            leave_out=asked,
            evidence=evidence,
            floors=None if promised is None else review_floors(coder, promised),
            progress=progress,
        )
        return write_wave(
            coded,
            wave,
            counts,
            out,
            model=describe_model(coder),
            software=list_versions(coder.tier),
            notes=note_coding(coder, set(wave.corpus.questions), counts, wave.columns),
            started=started,
            promised=promised,
            options=options,
            seconds_per_unit=seconds_per_unit,
        )


def write_wave(
    coded: CodedDataset,
    wave: Wave,
    counts: CodingCounts,
    out: Path,
    *,
    model: Mapping[str, Any],
    software: Mapping[str, str],
    notes: Sequence[str],
    started: float,
    promised: Certificate | None = None,
    options: WideOptions | None = None,
    seconds_per_unit: float | None = None,
) -> CodeReport:
    """Write the coded folder of a wave, with its provenance, in the bands of the certificate ``promised``.

    ``model`` and ``software`` are what the provenance says of them; ``started`` is the monotonic time at
    which coding began.
    """
    notes = list(notes)
    if promised is not None:
        coded = put_in_bands(coded, promised)
        notes += note_promise(promised, wave.corpus.fingerprint)
    to_review = int((coded.band_numbers == BANDS.index("review")).any(axis=1).sum())
    facts = RunFacts(
        model,
        software,
        wave.inputs,
        wave.corpus.fingerprint,
        wave.columns,
        counts,
        len(wave.rejected),
        to_review,
        promised,
    )
    provenance = facts.describe(coded) | {"seconds": round(time.monotonic() - started, 3)}
    shared = facts.describe_shared(coded)
    provenance["record"] = record_coded(coded, wave.corpus, out, facts=shared, promised=promised)
    paths = write_coded_folder(
        coded,
        wave.source,
        out,
        provenance=provenance,
        rejected=wave.rejected,
        groups=wave.corpus.groups if wave.columns.group is not None else None,
        options=options,
        seconds_per_unit=seconds_per_unit,
        notes=notes,
    )
    seconds = time.monotonic() - started
    return CodeReport(
        coded.counts(), counts, wave.rejected, out, paths, notes, seconds, coded=coded, corpus=wave.corpus
    )


def read_wave(inputs: Sequence[Path], columns: ColumnNames) -> Wave:
    """The rows of one or several files of one form, in order. Raises ``InputError`` where forms differ."""
    tables = _read_tables(inputs)
    first = tables[0]
    for table in tables[1:]:
        if list(table.frame.columns) != list(first.frame.columns):
            raise InputError(
                f"{table.source} has other columns than {first.source}. Code files of different form apart."
            )
    named = pick_columns(first, **asdict(columns))
    if named.question is None and holds_turns(first.frame) and "question" in first.frame.columns:
        named = replace(named, question="question")  # what the interviewer asked last: 'Both.' needs it
    frames, rejected = [], []
    seen: set[str] = set()
    for table in tables:
        keep, refused = _usable_rows(table, named.id, seen)
        frames.append(table.frame if keep.all() else table.frame[keep])
        rejected += [*table.rejected, *refused]
    source = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0].reset_index(drop=True)
    if not len(source):
        raise InputError(f"No row of {first.source} has an id. Name the id column with --id.")
    corpus = Corpus.from_frame(source, **asdict(named))
    names = [{"file": t.source, "sha256": t.sha256} for t in tables]
    return Wave(source, corpus, sorted(rejected, key=lambda r: (r.file, r.row)), names, named)


def _read_tables(inputs: Sequence[Path]) -> list[Table]:
    """The inputs as tables; transcripts all get the columns that any of them has (case_date and so on)."""
    if not all(is_speech(Path(path)) for path in inputs):
        return [read_table(path) for path in inputs]
    talks = [read_speech(Path(path)) for path in inputs]
    names = list(dict.fromkeys(name for talk in talks for name in talk.frame.columns))
    return [replace(talk, frame=talk.frame.reindex(columns=names, fill_value="")) for talk in talks]


def _usable_rows(table: Table, id_column: str, seen: set[str]) -> tuple[np.ndarray, list[RejectedRow]]:
    """Which rows have an id of their own; the others are named with the reason."""
    keep, refused = np.ones(len(table.frame), bool), []
    for position, unit in enumerate(table.frame[id_column].tolist()):
        if unit.strip() and unit not in seen:
            seen.add(unit)
            continue
        row, line = table.place(position)
        reason = "the id stands already in an earlier row" if unit.strip() else "no id"
        refused.append(RejectedRow(table.source, row, line, unit, reason))
        keep[position] = False
    return keep, refused


def review_floors(coder: CalibratedCoder, certificate: Certificate) -> np.ndarray:
    """The score from which each code is up for review and so shows its evidence, (codes,)."""
    pairs = zip(coder.codes_, coder.thresholds_, strict=True)
    return np.array([certificate.review_from.get(code, REVIEW_SHARE * cut) for code, cut in pairs])
