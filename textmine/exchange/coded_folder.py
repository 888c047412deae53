"""The folder that ``textmine code`` writes: wide, long, spans, summary, review, scores, provenance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.coded import CodedDataset
from textmine.coding.work_list import make_work_list
from textmine.errors import InputError
from textmine.exchange.datapackage import describe_tables
from textmine.exchange.excel_book import BookContent, check_sheet_rows, write_coded_workbook
from textmine.exchange.excel_sheets import open_sheets
from textmine.exchange.summary import make_summary
from textmine.exchange.tables import make_arrow, open_table, write_frame
from textmine.files import atomic_path, make_folder, write_json
from textmine.reading import RejectedRow
from textmine.reading.table import REJECTED_COLUMNS

#: Forms of the wide table.
FORMS = ("csv", "parquet", "xlsx")
#: What is written beside the wide table in xlsx: comments, codes, summary and codebook for a colleague.
WORKBOOK = "coded.xlsx"
_FILES = {
    *(f"{name}.csv" for name in ("coded_long", "coded_spans", "summary", "rejected", "review")),
    *(f"coded_wide.{form}" for form in FORMS),
    *(
        WORKBOOK,
        "coded_long.parquet",
        "scores.parquet",
        "codebook.yaml",
        "datapackage.json",
        "provenance.json",
    ),
}


def is_folder_file(name: str) -> bool:
    """Whether a coded folder has a file of this name, which no export may take the place of.

    >>> is_folder_file("summary.csv"), is_folder_file("wave3.csv")
    (True, False)
    """
    return name in _FILES


@dataclass(frozen=True)
class WideOptions:
    """What ``coded_wide`` holds beside the decisions, and in which forms it is written."""

    bands: bool = False
    scores: bool = False
    formats: tuple[str, ...] = ("csv",)
    excel_safe: bool = False


def write_coded_folder(
    coded: CodedDataset,
    source: pd.DataFrame,
    folder: Path,
    *,
    provenance: dict[str, Any],
    rejected: Sequence[RejectedRow] = (),
    groups: Sequence[str] | None = None,
    options: WideOptions | None = None,
    seconds_per_unit: float | None = None,
    notes: list[str] | None = None,
) -> list[Path]:
    """Write the whole folder, ``provenance.json`` last; gives the paths written.

    ``review.csv`` is the work list of what is up for review (``make_work_list``), ``codebook.yaml`` the
    codebook that the texts were coded with. ``source`` holds the input's columns for the units, in their
    order. What xlsx could not hold is added to ``notes``. Raises ``InputError`` when an input column is
    named like a column to be added, and when xlsx is asked for more rows than it holds; nothing is written
    then.
    """
    options = options or WideOptions()
    if "xlsx" in options.formats:
        check_sheet_rows(len(coded), "rows")
    wide = make_wide(coded, source, options)
    make_folder(folder)
    clear_earlier(folder)
    long = coded.long()
    summary = make_summary(coded, groups, long=long)
    paths = []
    for form in options.formats:
        path = folder / f"coded_wide.{form}"
        if form == "xlsx":
            columns = {str(k): v for k, v in dict(provenance.get("columns") or {}).items()}
            content = BookContent(coded, source, columns, summary, provenance)
            told = [
                *_write_sheet(wide, path),
                *write_coded_workbook(content, folder / WORKBOOK, drop_long=True),
            ]
            paths.append(folder / WORKBOOK)
            if notes is not None:
                notes += told
        elif form == "parquet":
            _write_parquet(wide, path)
        elif form == "csv":
            write_frame(wide, path, excel_safe=options.excel_safe)
        else:
            raise InputError(f"No format {form!r}. Formats: {', '.join(FORMS)}.")
        paths.append(path)
    tables = {
        "coded_long": long,
        "coded_spans": make_spans(coded),
        "summary": summary,
        "rejected": pd.DataFrame([asdict(r) for r in rejected], columns=REJECTED_COLUMNS),
        "review": make_work_list(coded, seconds_per_unit=seconds_per_unit),
    }
    for name, frame in tables.items():
        write_frame(frame, folder / f"{name}.csv", excel_safe=options.excel_safe)
        paths.append(folder / f"{name}.csv")
    if "parquet" in options.formats:
        with open_table(folder / "coded_long.parquet", make_arrow(long).schema) as write:
            write(make_arrow(long))
        paths.append(folder / "coded_long.parquet")
    if coded.scores is not None:
        _write_parquet(coded.scores[coded.is_coded].reset_index(), folder / "scores.parquet")
        paths.append(folder / "scores.parquet")
    coded.codebook.save(folder / "codebook.yaml")
    write_json(describe_tables(coded, wide, provenance, options.formats), folder / "datapackage.json")
    write_json(provenance, folder / "provenance.json")
    return [*paths, *(folder / name for name in ("codebook.yaml", "datapackage.json", "provenance.json"))]


def make_spans(coded: CodedDataset) -> pd.DataFrame:
    """All stretches of evidence, and whether the code applies (1) or is only up for review (0)."""
    spans = coded.spans.reindex(columns=["unit_id", "code", "start", "end", "quote"])
    given = (coded.decisions == 1).stack()
    applies = given.reindex(pd.MultiIndex.from_frame(spans[["unit_id", "code"]])).to_numpy()
    return spans.rename(columns={"quote": "evidence"}).assign(applies=applies.astype(int))


def clear_earlier(folder: Path) -> None:
    """Take away what would make an earlier run's tables look like this run's, or a cut-off run look whole."""
    stale = [
        "provenance.json",
        "datapackage.json",
        "scores.parquet",
        "coded_long.parquet",
        WORKBOOK,
        *(f"coded_wide.{form}" for form in FORMS),
    ]
    for name in stale:
        (folder / name).unlink(missing_ok=True)


def make_wide(coded: CodedDataset, source: pd.DataFrame, options: WideOptions) -> pd.DataFrame:
    """The input's columns with one column per code: 1, 0 or missing."""
    refuse_clash(coded.codes, source.columns, options)
    added: dict[str, Any] = {}
    bands = coded.bands if options.bands else pd.DataFrame()
    for code in coded.codes:
        values = coded.decisions[code].to_numpy()
        added[code] = pd.array(values, dtype="Float64").astype("Int8")
        if options.bands:
            added[f"{code}__band"] = bands[code].to_numpy()
        if options.scores and coded.scores is not None:
            added[f"{code}__score"] = coded.scores[code].to_numpy()
    return pd.concat([source.reset_index(drop=True), pd.DataFrame(added)], axis=1)


def refuse_clash(codes: Sequence[str], columns: Iterable[str], options: WideOptions) -> None:
    """Raise ``InputError`` when an input column is named like one that the wide table adds."""
    ends = ["", *(["__band"] if options.bands else []), *(["__score"] if options.scores else [])]
    taken = set(columns)
    clash = [name for code in codes for end in ends if (name := f"{code}{end}") in taken]
    if clash:
        raise InputError(
            f"Input column(s) named like a column to be written: {', '.join(clash)}. "
            "Rename or take out these input columns."
        )


def _write_sheet(wide: pd.DataFrame, path: Path) -> list[str]:
    """Write the wide table as the only sheet of a workbook; gives notes on what its cells could not hold."""
    with open_sheets(path) as sheets:
        sheets.add("coded_wide", wide, frozen=1)
    return sheets.notes


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with atomic_path(path) as temporary:
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), temporary)
