"""``textmine framework``: the matrix of a coded folder, with the summaries written into the last one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from textmine.errors import InputError
from textmine.exchange.coded_reader import CodedFolder, read_coded
from textmine.files import make_folder
from textmine.framework import FrameworkMatrix, FrameworkSummaries, make_framework_matrix
from textmine.framework.summaries import Summary
from textmine.passages.journal import tell_time
from textmine.reading import read_table

FORMS = (".xlsx", ".csv", ".html")
#: The sheet of a workbook that summaries are written into.
CELLS = "cells"
_QUOTE_ID = re.compile(r"^\[(q\w+)\]", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class FrameworkWritten:
    """The matrix, what was written, counts of it, and what a user should know."""

    matrix: FrameworkMatrix
    paths: list[Path]
    counts: dict[str, int]
    notes: list[str]


def write_framework(
    folder: Path,
    out: Path,
    *,
    case: str | None = None,
    codes: Sequence[str] | None = None,
    summaries: Path | None = None,
) -> FrameworkWritten:
    """Write the framework matrix of a coded folder; see ``make_framework_matrix`` for ``case`` and ``codes``.

    Where ``out`` is there already, summaries that were written into it (column ``summary``) are taken up
    first; ``summaries`` keeps them, beside ``out`` without it. Raises ``InputError`` for another kind of
    file, a column or code that is not there, and a matrix that was not written by this command.
    """
    if out.suffix.lower() not in FORMS:
        raise InputError(f"A matrix is written as {', '.join(FORMS)}. Name such a file, not {out.name}.")
    kept = FrameworkSummaries(summaries or out.with_name(f"{out.stem}-summaries.csv"))
    if kept.path.resolve() == out.resolve():
        raise InputError("The matrix and the summaries are two files. Give --summaries another name.")
    read = read_coded(folder)
    coded = read.coded if case is None else replace(read.coded, attributes=_add_case(read, case))
    if coded.texts is None:
        coded = replace(
            coded, texts=pd.Series(read.column("text"), index=coded.decisions.index, dtype=object)
        )
    make_folder(out.parent)
    matrix = make_framework_matrix(coded, case=case, codes=codes, summaries=kept.path)
    fresh = take_up(matrix, out, kept)
    if fresh:
        matrix = make_framework_matrix(coded, case=case, codes=codes, summaries=kept.path)
    matrix.write(out)
    counts = {
        "cases": int(matrix.cells["case"].nunique()),
        "codes": int(matrix.cells["code"].nunique()),
        "summaries": int(matrix.cells["summary"].ne("").sum()),
        "taken_up": fresh,
        "changed": len(matrix.changed()),
    }
    notes = ["It holds respondents' words: keep it in the team. What goes out passes textmine release."]
    if len(matrix.left_over):
        notes.append(f"{len(matrix.left_over)} summaries are of cases or themes that are not there; kept.")
    paths = [out, *([kept.path] if kept.path.is_file() else [])]
    return FrameworkWritten(matrix, paths, counts, notes)


def take_up(matrix: FrameworkMatrix, out: Path, kept: FrameworkSummaries) -> int:
    """Put summaries that differ in an earlier matrix into the file of summaries; gives how many.

    A summary rests on the quotes that the earlier matrix showed in its cell. A cell that was emptied there
    loses its summary.
    """
    if out.suffix.lower() == ".html" or not out.is_file():
        return 0
    frame = read_table(out, **({"sheet": CELLS} if out.suffix.lower() == ".xlsx" else {})).frame
    if missing := [name for name in ("case", "code", "summary", "quotes") if name not in frame.columns]:
        raise InputError(
            f"{out.name} is there, and lacks the columns {', '.join(missing)} of a matrix. "
            "Choose another --out."
        )
    now = {
        key: dict(zip(rows["quote_id"], rows["hash"], strict=True))
        for key, rows in matrix.quotes.groupby(["case", "code"], sort=False)
    }
    held = kept.read()
    fresh = 0
    for row in frame.to_dict("records"):
        key, said = (str(row["case"]).strip(), str(row["code"]).strip()), str(row["summary"]).strip()
        if said == (held[key].summary.strip() if key in held else ""):
            continue
        fresh += 1
        if not said:
            del held[key]
            continue
        seen = _QUOTE_ID.findall(str(row["quotes"]))
        hashes = {quote: now.get(key, {}).get(quote, "gone") for quote in seen}
        held[key] = Summary(said, tuple(seen), hashes, tell_time())
    if fresh:
        kept.write(held)
    return fresh


def _add_case(read: CodedFolder, case: str) -> pd.DataFrame:
    """The attributes with the column of cases, which may be any of the input."""
    if case not in read.source.columns:
        known = ", ".join(map(str, read.source.columns))
        raise InputError(f"No column {case!r} in the coded folder. Columns: {known}. Choose with --case.")
    facts = read.coded.attributes
    base = pd.DataFrame(index=read.coded.decisions.index) if facts is None else facts
    return base.assign(**{case: read.source[case].astype(str).tolist()})
