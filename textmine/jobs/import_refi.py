"""``textmine import``: a project or codebook of another program as documents, codebook and codings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from textmine.codebook import Codebook
from textmine.errors import InputError
from textmine.exchange.coded_reader import CodedFolder, read_coded
from textmine.exchange.refi.codebooks import read_refi_codes
from textmine.exchange.refi.edits import DECISION_COLUMNS, list_decisions
from textmine.exchange.refi.facts import Loss
from textmine.exchange.refi.folder import CODEBOOK, LOSSES, write_import, write_losses
from textmine.exchange.refi.reading import RefiRead, read_qdc, read_qdpx
from textmine.exchange.refi.relocating import find_units
from textmine.exchange.refi.tables import tabulate_project
from textmine.files import atomic_text, make_folder, write_rows

_DECISIONS = "decisions.csv"


@dataclass(frozen=True)
class ImportReport:
    """What came over, beside what the file holds, in which dialect, and what did not come whole."""

    read: RefiRead
    paths: list[Path]
    counts: dict[str, int]
    losses: list[Loss]
    decisions: pd.DataFrame | None = None
    notes: list[str] = field(default_factory=list)


def import_file(
    file: Path,
    out: Path,
    *,
    dialect: str | None = None,
    codebook: str | None = None,
    against: Path | None = None,
) -> ImportReport:
    """Read a .qdpx or .qdc file and write what it holds into a folder.

    ``codebook`` gives codes back the ids that they had when they went out. ``against`` is the coded folder
    that was exported: what people changed since is written as decisions with their authors. Raises
    ``InputError`` for a file that cannot be read safely.
    """
    kind = file.suffix.lower()
    if kind not in (".qdpx", ".qdc"):
        raise InputError(f"{file.name} is no .qdpx or .qdc file. Export the project as REFI-QDA.")
    if kind == ".qdc" and (dialect or against):
        raise InputError("A .qdc file holds no codings: --dialect and --against are for .qdpx files.")
    coded = None if against is None else read_coded(against, codebook=codebook)
    known = Codebook.load(codebook) if codebook else coded.coded.codebook if coded else None
    if kind == ".qdc":
        return _import_codebook(file, out, known)
    read = read_qdpx(file, dialect=dialect)
    units = None if coded is None else find_units(read.project, coded)
    tables = tabulate_project(read.project, known=known, units=units)
    paths = write_import(read, tables, out)
    decisions = None
    if coded is not None:
        decisions = list_decisions(read.project, tables, coded)
        paths.append(_write_decisions(decisions, out))
    counts = {
        "codes": len(tables.codebook.codes),
        "codings": read.project.count_codings(),
        "documents": len(tables.documents),
        "coders": tables.codings["coder"].nunique(),
    }
    notes = _note_edits(decisions, coded, tables.documents)
    return ImportReport(read, paths, counts, [*read.losses, *tables.losses], decisions, notes)


def _import_codebook(file: Path, out: Path, known: Codebook | None) -> ImportReport:
    read = read_qdc(file)
    made = read_refi_codes(read.project.codes, id=file.stem, known=known)
    make_folder(out)
    with atomic_text(out / CODEBOOK) as handle:
        handle.write(made.codebook.dumps())
    sets = len(read.project.sets)
    losses = [*read.losses, *made.losses]
    if sets:
        losses.append(Loss("sets of codes", sets, "left out: a textmine codebook has no sets"))
    write_losses(losses, out / LOSSES)
    counts = {"codes": len(made.codebook.codes), "codings": 0, "documents": 0, "coders": 0}
    return ImportReport(read, [out / CODEBOOK, out / LOSSES], counts, losses)


def _write_decisions(decisions: pd.DataFrame, out: Path) -> Path:
    with atomic_text(out / _DECISIONS) as handle:
        write_rows([DECISION_COLUMNS], handle)
        write_rows(decisions.itertuples(index=False, name=None), handle)
    return out / _DECISIONS


def _note_edits(
    decisions: pd.DataFrame | None, coded: CodedFolder | None, documents: pd.DataFrame
) -> list[str]:
    if decisions is None or coded is None:
        return []
    known = set(documents["doc_id"]) & set(map(str, coded.coded.decisions.index))
    counts = decisions["change"].value_counts().to_dict()
    told = ", ".join(f"{count} {change}" for change, count in sorted(counts.items())) or "none"
    notes = [*coded.notes, f"Decisions of people on what was exported: {told}."]
    if not known:
        notes.append(
            "No text of the coded folder stands in this project: it is of other texts, or was edited."
        )
    return notes
