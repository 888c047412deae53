"""The parts of a coded wave put together: each table of the folder by one process, in flat memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.cleaning.signatures import hash_texts
from textmine.coded import BANDS, CodedDataset
from textmine.coding.work_list import MILLION, WORK_COLUMNS, WorkEntries, rank_work
from textmine.exchange.arrow_csv import render_csv
from textmine.exchange.coded_folder import make_spans, make_wide
from textmine.exchange.summary import make_summary, texts_to_read
from textmine.exchange.tables import make_arrow
from textmine.files import atomic_path
from textmine.provenance import RunPart
from textmine.reading.table import string_array
from textmine.scale.code_frame import CodingPlan, dataset_of, load_once
from textmine.scale.code_parts import ADDED_UP, MARK, NOT_CODED
from textmine.scale.parts import PARTS, read_arrow

if TYPE_CHECKING:
    import pyarrow as pa

#: Units of the work list that are written at once.
_ROWS = 32_768


@dataclass(frozen=True)
class JoinPlan:
    """What the tables are made of: the parts done, a row of the input to show its columns, and the sums."""

    plan: CodingPlan
    folder: Path
    numbers: tuple[int, ...]
    sample: pd.DataFrame
    score_sums: tuple[int, ...]
    seconds_per_unit: float | None = None

    def paths(self, name: str) -> list[Path]:
        """Where the parts keep what they have under a name."""
        return [self.parts / f"{number:07d}.{name}" for number in self.numbers]

    @property
    def parts(self) -> Path:
        """The folder of the parts."""
        return self.folder / PARTS


@dataclass(frozen=True)
class Units:
    """Units of one part: ids, texts and the scores (units, codes), NaN where not coded."""

    table: pa.Table
    codes: Sequence[str]

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """The scores, (units, codes)."""
        found = np.column_stack([self.table.column(MARK + code).to_numpy() for code in self.codes])
        return np.where(found == NOT_CODED, np.nan, found / MILLION)

    @property
    def words(self) -> npt.NDArray[np.int64]:
        """The words of each unit that is up for review."""
        return np.asarray(self.table.column(MARK).to_numpy().astype(np.int64))

    def column(self, name: str | None) -> list[str]:
        """An input column, empty where there is none."""
        return [] if name is None else list(self.table.column(name).to_pylist())


def name_tables(plan: CodingPlan) -> list[str]:
    """The tables that are joined, the longest work first."""
    forms = [form for form in ("parquet", "csv") if form in plan.options.formats]
    more = ["coded_long.parquet"] if "parquet" in forms else []
    wide = [f"coded_wide.{form}" for form in forms]
    return ["review.csv", *more, *wide, "scores.parquet", "coded_long.csv", "coded_spans.csv"]


_joins: list[JoinPlan] = []


def set_up_joining(join: JoinPlan) -> None:
    """Make this process ready to ``join_table``."""
    _joins[:] = [join]


def current_join() -> JoinPlan:
    """What this process was made ready for."""
    (join,) = _joins
    return join


def join_table(name: str) -> Path:
    """Write one of the tables of ``name_tables``; gives its path."""
    join = current_join()
    path = join.folder / name
    if name == "review.csv":
        _write_review(join, path)
    elif name.endswith(".csv"):
        _join_csv(join, path)
    else:
        _join_parquet(join, path)
    return path


def show_wide(join: JoinPlan) -> tuple[CodedDataset, pd.DataFrame]:
    """A dataset of the sample row, and its wide table."""
    coder, id_column = load_once(join.plan.model), join.plan.columns.id
    scores = np.zeros((len(join.sample), len(coder.codes_)))
    coded = dataset_of(coder, join.plan, join.sample[id_column].tolist(), scores)
    return coded, make_wide(coded, join.sample, join.plan.options)


def _join_csv(join: JoinPlan, path: Path) -> None:
    coded, wide = show_wide(join)
    frames = {"coded_wide": wide, "coded_long": coded.long(), "coded_spans": make_spans(coded)}
    header = make_arrow(frames[path.stem].iloc[:0])
    with atomic_path(path) as temporary, temporary.open("wb") as handle:
        handle.write(render_csv(header, header=True, excel_safe=join.plan.options.excel_safe))
        for part in join.paths(path.name.removeprefix("coded_")):
            with part.open("rb") as source:
                shutil.copyfileobj(source, handle, 1 << 20)


def _join_parquet(join: JoinPlan, path: Path) -> None:
    import pyarrow.parquet as pq

    schema, tables = _tables_of(join, path.stem)
    with atomic_path(path) as temporary, pq.ParquetWriter(temporary, schema) as writer:
        for table in tables:
            writer.write_table(table.select(schema.names).cast(schema))


def _tables_of(join: JoinPlan, name: str) -> tuple[pa.Schema, Iterator[pa.Table]]:
    """The schema of a table in parquet, and its parts."""
    coded, wide = show_wide(join)
    schema = schema_of(name, coded, wide)
    if name == "coded_wide":
        return schema, _widen(join, coded)
    if name == "coded_long":
        return schema, map(read_arrow, join.paths("long.arrow"))
    return schema, _scores(join, coded.codes)


def schema_of(name: str, coded: CodedDataset, wide: pd.DataFrame) -> pa.Schema:
    """The schema in parquet of a table (coded_wide, coded_long, coded_spans or scores) of a dataset."""
    import pyarrow as pa

    if name == "coded_wide":
        return pa.Schema.from_pandas(wide, preserve_index=False)
    if name == "coded_long":
        return make_arrow(coded.long()).schema
    if name == "coded_spans":
        numbers = {"start", "end", "applies"}
        names = make_spans(coded).columns
        return pa.schema([(name, pa.int64() if name in numbers else pa.large_string()) for name in names])
    assert coded.scores is not None
    return pa.Schema.from_pandas(coded.scores.reset_index(), preserve_index=False)


def _widen(join: JoinPlan, coded: CodedDataset) -> Iterator[pa.Table]:
    import pyarrow as pa

    options, coder = join.plan.options, load_once(join.plan.model)
    for units in _units(join, coded.codes):
        scores, table = units.scores, units.table
        missing = np.isnan(scores).all(axis=1)
        part = dataset_of(coder, join.plan, range(len(scores)), scores)  # type: ignore[arg-type]
        bands = part.bands if options.bands else None
        decided = np.nan_to_num(part.decisions.to_numpy()).astype(np.int8)
        for place, code in enumerate(coded.codes):
            table = table.append_column(code, pa.array(decided[:, place], mask=missing))
            if bands is not None:
                table = table.append_column(f"{code}__band", pa.array(bands[code], pa.large_string()))
            if options.scores:
                values = np.ascontiguousarray(scores[:, place])
                table = table.append_column(f"{code}__score", pa.array(values, mask=missing))
        yield table


def _scores(join: JoinPlan, codes: Sequence[str]) -> Iterator[pa.Table]:
    import pyarrow as pa

    for units in _units(join, codes):
        scores = units.scores
        known = ~np.isnan(scores).all(axis=1)
        ids = units.table.column(join.plan.columns.id).filter(pa.array(known))
        columns = [pa.array(np.ascontiguousarray(scores[known, k])) for k in range(len(codes))]
        yield pa.table([ids, *columns], names=["unit_id", *codes])


def _units(join: JoinPlan, codes: Sequence[str]) -> Iterator[Units]:
    for path in join.paths("units.arrow"):
        yield Units(read_arrow(path), codes)


def _write_review(join: JoinPlan, path: Path) -> None:
    """The work list: all that is up for review in memory as numbers, its rows written some at a time."""
    import pyarrow as pa

    coder = load_once(join.plan.model)
    gathered: list[tuple[npt.NDArray[Any], ...]] = []
    ids: list[Any] = []
    before = 0
    for units in _units(join, coder.codes_):
        scores = units.scores
        part = dataset_of(coder, join.plan, range(len(scores)), scores)  # type: ignore[arg-type]
        rows, codes = np.nonzero(part.band_numbers == BANDS.index("review"))
        millionths = np.rint(scores[rows, codes] * MILLION).astype(np.int32)
        applies = part.decisions.to_numpy()[rows, codes] == 1
        words = units.words[np.unique(rows)].astype(np.int32)
        places = (rows + before).astype(np.int32)
        gathered.append((places, codes.astype(np.int16), millionths, applies, words))
        ids.append(string_array(units.column(join.plan.columns.id)))  # a slice would keep the whole part
        before += len(scores)
    work = WorkEntries(*(np.concatenate(column) for column in zip(*gathered, strict=True)))
    ranked = rank_work(work, np.array(join.score_sums), seconds_per_unit=join.seconds_per_unit)
    names = pa.chunked_array(ids, pa.large_string())
    safe = join.plan.options.excel_safe

    def name_units(places: npt.NDArray[Any]) -> list[str]:
        return list(names.take(pa.array(places)).to_pylist())

    with atomic_path(path) as temporary, temporary.open("wb") as handle:
        empty = make_arrow(pd.DataFrame(columns=WORK_COLUMNS))
        handle.write(render_csv(empty, header=True, excel_safe=safe))
        for first in range(0, len(ranked.unit), _ROWS):
            block = slice(first, first + _ROWS)
            frame = ranked.tabulate(block, coder.codes_, name_units)
            handle.write(render_csv(make_arrow(frame), excel_safe=safe))


def add_summaries(join: JoinPlan, facts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The summary of all parts: counts added up, shares made anew. ``facts`` are those of the parts."""
    coded, _ = show_wide(join)
    groups = None if join.plan.columns.group is None else [""] * len(coded)
    summary = make_summary(coded, groups)
    for name in ADDED_UP:
        told = [part["summary"][name] for part in facts if part["summary"][name] is not None]
        summary[name] = np.sum(told, axis=0, dtype=np.int64) if told else None
    counts = list(zip(summary["count"].tolist(), summary["base"].tolist(), strict=True))
    shares = [count / base if base else float("nan") for count, base in counts]
    summary["naive_share"] = [round(share, 4) for share in shares]
    summary["corrected_share"] = [
        f"not estimable: read {texts_to_read(share, base)} more"
        for share, (_, base) in zip(shares, counts, strict=True)
    ]
    if groups is not None:
        said_by, base = count_respondents(join)
        summary["respondents"], summary["respondent_base"] = said_by, base
        summary["respondent_share"] = [round(n / base, 4) if base else None for n in said_by]
    return summary


def count_respondents(join: JoinPlan) -> tuple[list[int], int]:
    """How many respondents carry each code, and how many were coded at all; told apart by 64-bit hashes."""
    coder = load_once(join.plan.model)
    coded: list[npt.NDArray[np.uint64]] = []
    by_code: list[list[npt.NDArray[np.uint64]]] = [[] for _ in coder.codes_]
    for units in _units(join, coder.codes_):
        scores = units.scores
        owner = hash_texts(_respondents(units, join.plan))
        coded.append(np.unique(owner[~np.isnan(scores).all(axis=1)]))
        for place, found in enumerate(by_code):
            found.append(np.unique(owner[scores[:, place] >= coder.thresholds_[place]]))
    return [len(np.unique(np.concatenate(found))) for found in by_code], len(np.unique(np.concatenate(coded)))


def _respondents(units: Units, plan: CodingPlan) -> list[str]:
    """The respondent of each unit; one without is a respondent of its own."""
    pairs = zip(units.column(plan.columns.group), units.column(plan.columns.id), strict=True)
    return [group or f"\0{unit}" for group, unit in pairs]


def list_run_parts(join: JoinPlan) -> Iterator[RunPart]:
    """The parts as the provenance record takes them."""
    coder, named = load_once(join.plan.model), join.plan.columns
    for units in _units(join, coder.codes_):
        scores = units.scores
        values = np.where(np.isnan(scores), np.nan, (scores >= coder.thresholds_) * 1.0)
        groups = [] if named.group is None else _respondents(units, join.plan)
        ids, texts, asked = (units.column(name) for name in (named.id, named.text, named.question))
        yield RunPart(ids, texts, values, scores, groups, asked, units.column(named.wave))
