"""``textmine agree``: how far the coders of several files agree, as tables and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.agreement import Agreement, measure_agreement
from textmine.agreement.resampling import DRAWS
from textmine.codebook import Codebook
from textmine.errors import InputError
from textmine.files import atomic_text, make_folder, write_json, write_rows
from textmine.jobs.coder_files import read_coder_files
from textmine.jobs.labelled import ColumnNames
from textmine.reading import make_corpus, pick_columns, read_table

#: Every file that may stand in the folder, and what it holds.
FILES = {
    "agreement.json": "all of it, for machines",
    "codes.csv": "each code's coefficients with intervals, prevalence, and what to know of them",
    "overall.csv": "whole sets of codes compared, and means over codes",
    "pairs.csv": "each code and pair of coders: the table of two by two, kappa, alpha",
    "prevalence.csv": "how often each coder gave each code",
    "confusions.csv": "which code one coder gave where another gave which other one",
    "disputed.csv": "the units that coders differ on, most disputed first; ids, no words",
    "evidence.csv": "each code's agreement on stretches of text (unitizing alpha)",
}


@dataclass(frozen=True)
class AgreementReport:
    """What was found, what to know of it, and where it was written."""

    agreement: Agreement
    notes: list[str]
    paths: list[Path]

    def to_dict(self) -> dict[str, Any]:
        """The whole report as plain values."""
        return self.agreement.to_dict() | {"notes": self.notes}


def agree_files(
    files: Sequence[Path],
    *,
    units: Path | None = None,
    columns: ColumnNames | None = None,
    codebook: Path | None = None,
    approach: str = "codebook",
    out: Path | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> AgreementReport:
    """Measure the agreement of the coders of label files and coded folders, and write the tables to ``out``.

    ``units`` is the file of the texts, whose ``columns`` give respondents to the intervals and texts to the
    stretches of evidence. Raises ``InputError`` where the files hold fewer than two coders.
    """
    columns = columns or ColumnNames()
    if units is None and (columns.group is not None or columns.text is not None):
        raise InputError("--text and --group are columns of the file of units. Name that file with --units.")
    texts, groups, id = _read_units(units, columns) if units is not None else (None, None, columns.id)
    book = Codebook.load(codebook) if codebook is not None else None
    read = read_coder_files(files, id=id, codebook=book, texts=texts)
    if len(read.datasets) < 2:
        raise InputError(
            f"Only one coder, {read.datasets[0].coder}, in {files[0].name}. Give a file for each coder, or "
            "one with a column 'coder' that names several."
        )
    if out is not None:
        make_folder(out)
    found = measure_agreement(
        *read.datasets, by=groups, texts=texts, approach=approach, draws=draws, seed=seed
    )
    report = AgreementReport(found, [*read.notes, *found.notes], [])
    return report if out is None else AgreementReport(found, report.notes, _write_folder(report, out))


def _read_units(source: Path, columns: ColumnNames) -> tuple[dict[str, str], dict[str, str] | None, str]:
    """The text and the respondent of each unit, and the name of the column of ids."""
    table = read_table(source)
    named = pick_columns(table, text=columns.text, id=columns.id, group=columns.group)
    corpus, _ = make_corpus(table, text=named.text, id=named.id, group=named.group)
    texts = dict(zip(corpus.ids, corpus.texts, strict=True))
    groups = dict(zip(corpus.ids, corpus.groups, strict=True)) if named.group is not None else None
    return texts, groups, named.id


def _write_folder(report: AgreementReport, out: Path) -> list[Path]:
    found = report.agreement
    tables = {
        "codes.csv": found.codes,
        "overall.csv": found.overall,
        "pairs.csv": found.pairs,
        "prevalence.csv": found.prevalence,
        "confusions.csv": found.confusions,
        "disputed.csv": found.disputed,
    }
    if found.evidence is not None:
        tables["evidence.csv"] = found.evidence.codes
    for name in FILES.keys() - tables.keys():
        (out / name).unlink(missing_ok=True)  # of an earlier run, with other options
    for name, table in tables.items():
        _write(table, out / name)
    write_json(report.to_dict(), out / "agreement.json")
    return [out / name for name in FILES if name in tables or name == "agreement.json"]


def _write(table: pd.DataFrame, path: Path) -> None:
    rounded = table.round(6).astype(object)
    with atomic_text(path) as handle:
        write_rows([table.columns], handle)
        write_rows(rounded.where(table.notna(), "").itertuples(index=False), handle)
