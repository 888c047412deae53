"""``textmine import``: a project or codebook of another program as documents, codebook and codings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from textmine.codebook import Codebook
from textmine.errors import InputError
from textmine.exchange.coded_reader import CodedFolder, read_coded
from textmine.exchange.pseudonymous import open_pseudonymous
from textmine.exchange.refi.codebooks import read_refi_codes
from textmine.exchange.refi.edits import DECISION_COLUMNS, list_decisions, lost_machine
from textmine.exchange.refi.facts import Loss
from textmine.exchange.refi.folder import CODEBOOK, LOSSES, write_import, write_losses
from textmine.exchange.refi.reading import RefiRead, read_qdc, read_qdpx
from textmine.exchange.refi.relocating import find_units
from textmine.exchange.refi.tables import ProjectTables, tabulate_project
from textmine.files import atomic_text, make_folder, write_rows
from textmine.jobs.redact import read_key

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
    pseudonymous_ids: Path | None = None,
) -> ImportReport:
    """Read a .qdpx or .qdc file and write what it holds into a folder.

    ``codebook`` gives codes back the ids that they had when they went out. ``against`` is the coded folder
    that was exported: what people changed since is written as decisions with their authors. Was it exported
    under pseudonyms, ``pseudonymous_ids`` names the file of the key: decisions are then of the folder's own
    ids. Raises ``InputError`` for a file that cannot be read safely, and where there is no such key.
    """
    if pseudonymous_ids is not None:
        return _import_under_key(file, out, dialect, codebook, against, pseudonymous_ids)
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
    notes = _note_edits(decisions, coded, tables)
    if decisions is not None and lost_machine(read.project):
        notes.append(
            "No coding is the model's here: the other program gave them all to a person as it took them in. "
            "Those that stand where the model put them are taken for the model's, not for decisions."
        )
    return ImportReport(read, paths, counts, [*read.losses, *tables.losses], decisions, notes)


def _import_under_key(
    file: Path, out: Path, dialect: str | None, codebook: str | None, against: Path | None, key_file: Path
) -> ImportReport:
    """The import of a file whose ids are pseudonyms, compared with the folder under the same ones."""
    if against is None:
        raise InputError("--pseudonymous-ids needs the folder that was exported: give it with --against.")
    if not key_file.is_file():
        raise InputError(f"No key file {key_file}. Name the one that the export was made with.")
    ids = read_coded(against, codebook=codebook).coded.decisions.index.astype(str)
    with open_pseudonymous(against, read_key(key_file)) as (copy, pseudonyms):
        report = import_file(file, out, dialect=dialect, codebook=codebook, against=copy)
    own = {pseudonyms.of(id): id for id in ids}
    if report.decisions is None:
        return report
    decisions = report.decisions.assign(unit_id=report.decisions["unit_id"].map(own))
    _write_decisions(decisions, out)
    return replace(report, decisions=decisions)


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
    decisions: pd.DataFrame | None, coded: CodedFolder | None, tables: ProjectTables
) -> list[str]:
    if decisions is None or coded is None:
        return []
    known = tables.units & set(map(str, coded.coded.decisions.index))
    counts = decisions["change"].value_counts().to_dict()
    told = ", ".join(f"{count} {change}" for change, count in sorted(counts.items())) or "none"
    notes = [*coded.notes, f"Decisions of people on what was exported: {told}."]
    elsewhere = int((~tables.codings["doc_id"].isin(known)).sum())
    if not known:
        notes.append(
            "No text of the coded folder stands in this project: it is of other texts, or was edited."
        )
    elif elsewhere:
        notes.append(
            f"{elsewhere} coding(s) stand in no text of the coded folder, or in one that was edited: no "
            "decisions were made of them. codings.csv has them."
        )
    return notes
