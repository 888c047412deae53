"""The folder that ``textmine code`` writes: wide, long, spans, summary, review, scores, provenance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textmine.coded import BANDS, CodedDataset
from textmine.coding.work_list import make_work_list
from textmine.errors import InputError
from textmine.exchange.datapackage import SUMMARY_COLUMNS, describe_tables
from textmine.exchange.workbook import guard_formula, write_workbook
from textmine.files import atomic_path, atomic_text, make_folder, write_json, write_rows
from textmine.reading import RejectedRow
from textmine.reading.table import REJECTED_COLUMNS

#: Forms of the wide table.
FORMS = ("csv", "parquet", "xlsx")
#: Half the width of the interval for a share that reading by hand should reach.
WANTED_PRECISION = 0.05


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
) -> list[Path]:
    """Write the whole folder, ``provenance.json`` last; gives the paths written.

    ``review.csv`` is the work list of what is up for review (``make_work_list``). ``source`` holds the
    input's columns for the units, in their order. Raises ``InputError`` when an input column is named like a
    column to be added.
    """
    options = options or WideOptions()
    wide = make_wide(coded, source, options)
    make_folder(folder)
    _clear_earlier(folder)
    paths = _write_wide(wide, folder, options)
    long = coded.long()
    _write_csv(long, folder / "coded_long.csv", options)
    _write_csv(make_spans(coded), folder / "coded_spans.csv", options)
    _write_csv(make_summary(coded, groups), folder / "summary.csv", options)
    rows = pd.DataFrame([asdict(r) for r in rejected], columns=REJECTED_COLUMNS)
    _write_csv(rows, folder / "rejected.csv", options)
    _write_csv(make_work_list(coded, seconds_per_unit=seconds_per_unit), folder / "review.csv", options)
    paths += [folder / f"{n}.csv" for n in ("coded_long", "coded_spans", "summary", "rejected", "review")]
    if coded.scores is not None:
        _write_parquet(coded.scores[coded.is_coded].reset_index(), folder / "scores.parquet")
        paths.append(folder / "scores.parquet")
    write_json(describe_tables(coded, wide, provenance, options.formats), folder / "datapackage.json")
    write_json(provenance, folder / "provenance.json")
    return [*paths, folder / "datapackage.json", folder / "provenance.json"]


def make_spans(coded: CodedDataset) -> pd.DataFrame:
    """All stretches of evidence, and whether the code applies (1) or is only up for review (0)."""
    spans = coded.spans.reindex(columns=["unit_id", "code", "start", "end", "quote"])
    given = (coded.decisions == 1).stack()
    applies = given.reindex(pd.MultiIndex.from_frame(spans[["unit_id", "code"]])).to_numpy()
    return spans.rename(columns={"quote": "evidence"}).assign(applies=applies.astype(int))


def _clear_earlier(folder: Path) -> None:
    """Take away what would make an earlier run's tables look like this run's, or a cut-off run look whole."""
    stale = [
        "provenance.json",
        "datapackage.json",
        "scores.parquet",
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


def make_summary(coded: CodedDataset, groups: Sequence[str] | None = None) -> pd.DataFrame:
    """Per code the count, the naive share and its base in words, and what a corrected share still needs.

    ``groups`` names each unit's respondent; with it the share of respondents is given too.
    """
    is_coded = coded.is_coded.to_numpy()
    base = int(is_coded.sum())
    owner = None if groups is None else np.asarray(groups, dtype=object)
    respondents = len(set(owner[is_coded])) if owner is not None else None
    accepted, review = (
        (coded.band_numbers == BANDS.index(band)).sum(axis=0) for band in ("accept", "review")
    )
    by_model = coded.scores is not None
    rows = []
    for place, code in enumerate(coded.codes):
        applies = coded.decisions[code].to_numpy() == 1
        count = int(applies.sum())
        share = count / base if base else float("nan")
        said_by = len(set(owner[applies])) if owner is not None else None
        rows.append(
            {
                "code": code,
                "name": coded.codebook.code(code).name,
                "count": count,
                "base": base,
                "base_in_words": "texts that were not blank, non-responses among them",
                "naive_share": round(share, 4),
                "respondents": said_by,
                "respondent_base": respondents,
                "respondent_share": round(said_by / respondents, 4)
                if respondents and said_by is not None
                else None,
                "auto_accepted": int(accepted[place]) if by_model else 0,
                "to_review": int(review[place]),
                "corrected_share": f"not estimable: read {texts_to_read(share, base)} more",
            }
        )
    return pd.DataFrame(rows, columns=SUMMARY_COLUMNS)


def texts_to_read(share: float, base: int) -> int:
    """How many texts, drawn at random, to read by hand for a 95% interval of +-5 points around a share.

    The usual normal approximation with the finite population correction (Cochran 1977, section 4.2); a
    share under 5% is taken as 5%, since nothing is known of it yet.

    >>> texts_to_read(0.2, 900)
    194
    """
    if base == 0:
        return 0
    p = min(max(share, 0.05), 0.95)
    needed = 1.96**2 * p * (1 - p) / WANTED_PRECISION**2
    return min(base, ceil(needed / (1 + needed / base)))


def _write_wide(wide: pd.DataFrame, folder: Path, options: WideOptions) -> list[Path]:
    paths = []
    for form in options.formats:
        path = folder / f"coded_wide.{form}"
        if form == "csv":
            _write_csv(wide, path, options)
        elif form == "parquet":
            _write_parquet(wide, path)
        elif form == "xlsx":
            cells = [_as_cells(wide[name]) for name in wide.columns]
            write_workbook([*map(str, wide.columns)], cells, path, sheet="coded_wide")
        else:
            raise InputError(f"No format {form!r}. Formats: {', '.join(FORMS)}.")
        paths.append(path)
    return paths


def _write_csv(frame: pd.DataFrame, path: Path, options: WideOptions) -> None:
    columns = [_as_cells(frame[name]) for name in frame.columns]
    if options.excel_safe:
        columns = [[guard_formula(cell) for cell in column] for column in columns]
    with atomic_text(path) as handle:
        write_rows([frame.columns], handle)
        write_rows(zip(*columns, strict=True), handle)


def _as_cells(column: pd.Series) -> list[Any]:
    """The cells as they are written: '' where missing, whole numbers without a point."""
    if pd.api.types.is_integer_dtype(column.dtype) and column.isna().any():
        filled = column.fillna(-1).astype(int).astype(str).to_numpy(object)
        filled[column.isna().to_numpy()] = ""
        return list(filled)
    values = column.tolist()
    if column.hasnans:
        return ["" if value is None or value != value else value for value in values]
    return values


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with atomic_path(path) as temporary:
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), temporary)
