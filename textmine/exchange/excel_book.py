"""A coded dataset as a workbook for a colleague: summary with a chart, comments, codes, codebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.exchange.coded_batches import open_stored
from textmine.exchange.coded_reader import read_coded
from textmine.exchange.coded_tables import TableOptions, TablesWritten, open_coded_tables
from textmine.exchange.excel_chart import ABOVE, BELOW, add_gaps, add_share_chart
from textmine.exchange.excel_sheets import Sheets, open_sheets
from textmine.exchange.excel_text import GIVEN, REVIEW
from textmine.exchange.summary import read_summary
from textmine.exchange.workbook import MOST_ROWS

_LEGEND = (
    "Bold in the sheet of comments: what shows a code that was given. Blue and bold: what speaks for a code "
    "that is only up for review."
)
_NAIVE = (
    "Counts and naive shares are as the coder gave the codes; its errors are not corrected. Publish the "
    "corrected shares (textmine prevalence), with their intervals."
)


@dataclass(frozen=True, eq=False)
class BookContent:
    """What goes into the workbook.

    ``source`` has the input's columns to hand on, a row a unit in the order of ``coded``; ``columns`` says
    which of them is the text, the id and so on.
    """

    coded: CodedDataset
    source: pd.DataFrame
    columns: Mapping[str, str | None]
    summary: pd.DataFrame
    provenance: Mapping[str, Any] = field(default_factory=dict)


def check_sheet_rows(rows: int, what: str) -> None:
    """Raise ``InputError`` where rows do not fit into a sheet of xlsx.

    >>> check_sheet_rows(1_048_575, "comments")
    """
    if rows > MOST_ROWS:
        raise InputError(
            f"{rows} {what} do not fit into xlsx ({MOST_ROWS} rows at most). Ask for csv or parquet."
        )


def write_xlsx(folder: Path, path: Path, *, options: TableOptions | None = None) -> TablesWritten:
    """Write a coded folder as a workbook: summary with a chart, comments, codes, codebook, notes.

    Rows are counted before anything else is read. Raises ``InputError`` where they do not fit into a sheet,
    and as ``read_coded``.

    ``options`` say what the tables hold. ``path`` is the workbook to write.

    >>> from textmine.errors import InputError
    >>> try:
    ...     write_xlsx(Path("no-such-folder"), Path("wave.xlsx"))
    ... except InputError as error:
    ...     str(error)[:41]
    'no-such-folder holds no coded_wide table.'
    """
    options = options or TableOptions()
    check_sheet_rows(open_stored(folder, "coded_wide").count_rows(), "comments")
    check_sheet_rows(open_stored(folder, "coded_long").count_rows(), "rows of units and codes")
    chosen = open_coded_tables(folder, codebook=options.codebook).choose_columns(options.attributes)
    read = read_coded(folder, codebook=options.codebook)
    summary, notes = read_summary(folder, prevalence=options.prevalence)
    content = BookContent(read.coded, read.source[chosen], read.columns, summary, read.provenance)
    notes += write_coded_workbook(content, path)
    return TablesWritten((path,), len(read.coded), len(read.coded.codes), (*read.notes, *notes))


def write_coded_workbook(content: BookContent, path: Path, *, drop_long: bool = False) -> list[str]:
    """Write the workbook; equal content gives equal bytes. What a cell could not hold comes back as notes.

    Its sheets: ``summary`` with a chart, ``comments`` with the evidence in bold, ``codes`` (a row a unit and
    code, as ``coded_long``), ``codebook`` and ``notes``. Raises ``InputError`` before anything is written
    when rows do not fit; with ``drop_long`` the sheet of codes is then left out and the notes say so.
    """
    check_sheet_rows(len(content.coded), "comments")
    long = content.coded.long()
    has_codes = not drop_long or len(long) <= MOST_ROWS
    if has_codes:
        check_sheet_rows(len(long), "rows of units and codes")
    with open_sheets(path) as sheets:
        _add_summary(sheets, content.summary)
        _add_comments(sheets, content)
        if has_codes:
            names = {code.id: code.name for code in content.coded.codebook.codes}
            long.insert(2, "name", [names.get(code, "") for code in long["code"]])
            sheets.add("codes", long, wrapped=["name", "evidence"], frozen=2)
        _add_codebook(sheets, content.coded)
        notes = sheets.notes
        if not has_codes:
            notes.append(f"The {len(long)} rows of units and codes do not fit; they are in coded_long.csv.")
        _add_notes(sheets, content, notes)
    return notes


def _add_summary(sheets: Sheets, summary: pd.DataFrame) -> None:
    shown = summary.copy()
    for name in shown.columns:
        if name not in _WORDS:
            shown[name] = [_as_number(cell) for cell in shown[name].tolist()]
    shown = add_gaps(shown)
    shares = [name for name in shown.columns if name.endswith("_share") or name in _BOUNDS]
    wrapped = [name for name in shown.columns if name in (*_WORDS[1:], "corrected_share")]
    page = sheets.add("summary", shown, wrapped=wrapped, frozen=2, percents=shares)
    add_share_chart(sheets.book, page, shown)


_BOUNDS = ("corrected_low", "corrected_high", BELOW, ABOVE)
_WORDS = ("code", "name", "base_in_words", "corrected_base", "may_be_summed")


def _add_comments(sheets: Sheets, content: BookContent) -> None:
    """A row a unit: its text with the evidence in bold, the codes that it has and those up for review."""
    coded, source, columns = content.coded, content.source, content.columns
    text_column = columns.get("text")
    if text_column in source.columns:
        texts = source[text_column].astype(str).tolist()
    elif coded.texts is not None:
        texts = coded.texts.astype(str).tolist()
    else:
        return
    leading = [columns.get(name) for name in ("id", "group", "question")]
    leading = [name for name in dict.fromkeys(leading) if name in source.columns]
    others = [name for name in source.columns if name not in {*leading, text_column}]
    parts: dict[str, Any] = {str(name): source[name].astype(str).tolist() for name in leading}
    if columns.get("id") not in source.columns:
        parts = {"unit_id": [str(unit) for unit in coded.decisions.index], **parts}
    text_name = str(text_column or "text")
    parts[text_name] = list(zip(texts, _find_stretches(coded), strict=True))
    given, review = _name_codes(coded)
    extra = {"codes": given, "up for review": review}
    parts |= {_free(name, [*parts, *others]): cells for name, cells in extra.items()}
    parts |= {str(name): source[name].astype(str).tolist() for name in others}
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in parts.items()})
    question = columns.get("question")
    wrapped = [text_name, *map(str, parts if question is None else [question]), *extra]
    sheets.add("comments", frame, wrapped=wrapped, frozen=1)


def _free(name: str, taken: Sequence[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _find_stretches(coded: CodedDataset) -> list[list[tuple[int, int, int]]]:
    """For each unit where its evidence stands and whether the code was given or is up for review."""
    found: list[list[tuple[int, int, int]]] = [[] for _ in range(len(coded))]
    spans = coded.spans
    if not len(spans):
        return found
    units = coded.decisions.index.get_indexer(pd.Index(spans["unit_id"]))
    codes = pd.Index(coded.codes).get_indexer(pd.Index(spans["code"]))
    known = (units >= 0) & (codes >= 0) & (spans["start"].to_numpy(dtype=int) >= 0)
    given = coded.decisions.to_numpy()[units, codes] == 1
    looks = np.where(given, GIVEN, REVIEW)
    places = zip(units, spans["start"].tolist(), spans["end"].tolist(), looks.tolist(), known, strict=True)
    for unit, start, end, look, here in places:
        if here:
            found[unit].append((int(start), int(end), look))
    return found


def _name_codes(coded: CodedDataset) -> tuple[list[str], list[str]]:
    """For each unit the names of the codes given, and of those that are not given but up for review."""
    names = [coded.codebook.code(code).name or code for code in coded.codes]
    applies = coded.decisions.to_numpy() == 1
    review = (coded.band_numbers == 1) & ~applies
    return tuple(  # type: ignore[return-value]
        ["; ".join([names[place] for place in np.flatnonzero(row)]) for row in marks]
        for marks in (applies, review)
    )


def _add_codebook(sheets: Sheets, coded: CodedDataset) -> None:
    rows = [
        {
            "code": code.id,
            "name": code.name,
            "parent": code.parent or "",
            "definition": code.definition,
            "include": "\n".join(code.include),
            "exclude": "\n".join(code.exclude),
            "examples": "\n".join(code.examples),
        }
        for code in coded.codebook.codes
    ]
    names = ["code", "name", "parent", "definition", "include", "exclude", "examples"]
    sheets.add("codebook", pd.DataFrame(rows, columns=names), wrapped=names[1:], frozen=2)


def _add_notes(sheets: Sheets, content: BookContent, notes: Sequence[str]) -> None:
    said = content.provenance
    model, book = dict(said.get("model") or {}), content.coded.codebook
    about = {
        "coded by": str(model.get("id") or content.coded.coder),
        "sha256 of the model": str(model.get("sha256") or ""),
        "codebook": " ".join(part for part in (book.id, book.version) if part),
        "sha256 of the codebook": str(dict(said.get("codebook") or {}).get("sha256") or book.sha256),
        "texts": str(len(content.coded)),
        "texts that were coded": str(int(content.coded.is_coded.sum())),
    }
    rows: Iterable[tuple[str, str]] = chain(
        ((name, cell) for name, cell in about.items() if cell),
        [("evidence", _LEGEND), ("shares", _NAIVE)],
        (("not whole", note) for note in notes),
    )
    sheets.add("notes", pd.DataFrame(list(rows), columns=["what", "note"]), wrapped=["note"], frozen=0)


def _as_number(cell: Any) -> Any:
    """A number where a cell of text holds one, else the cell."""
    if isinstance(cell, str):
        try:
            return float(cell) if cell else None
        except ValueError:
            return cell
    return cell
