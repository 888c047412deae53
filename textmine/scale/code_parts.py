"""The rows of a wave coded a part at a time: what a process does with a part and leaves on the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import BANDS, STANCES
from textmine.coding.batch import count_coded
from textmine.coding.calibrated import CalibratedCoder
from textmine.coding.coded_texts import RecentTexts
from textmine.coding.work_list import MILLION, count_words, sum_scores
from textmine.exchange.arrow_csv import render_csv
from textmine.exchange.summary import make_summary
from textmine.files import atomic_path
from textmine.scale.code_frame import (
    CodedPart,
    CodingPlan,
    code_part,
    load_once,
    tabulate_long,
    tabulate_spans,
    tabulate_wide,
)
from textmine.scale.parts import PARTS, PartEntry

if TYPE_CHECKING:
    import pyarrow as pa

#: Before the names of columns that hold what was found, so that no input's column is named alike.
MARK = "\0"
#: Columns of the summary that are added up over parts.
ADDED_UP = ("count", "base", "auto_accepted", "to_review", *STANCES, "stance_unsure")
#: What stands for a score where there was nothing to code.
NOT_CODED = -1


@dataclass(frozen=True)
class PartTask:
    """Rows to code, as an arrow stream, with the hash of it; ``left_out`` masks those that are not to be."""

    number: int
    rows: bytes
    rows_sha256: str
    left_out: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class _Desk:
    """What a process works with."""

    coder: CalibratedCoder
    plan: CodingPlan
    folder: Path
    recent: RecentTexts


_desks: list[_Desk] = []


def set_up_coding(plan: CodingPlan, folder: Path) -> None:
    """Make this process ready to ``do_part`` for the parts of a folder."""
    from threadpoolctl import threadpool_limits

    coder = load_once(plan.model)
    threadpool_limits(1)
    _desks[:] = [_Desk(coder, plan, folder / PARTS, RecentTexts(len(coder.codes_)))]


def make_task(number: int, rows: pd.DataFrame, left_out: npt.NDArray[np.bool_]) -> PartTask:
    """The task to code some rows."""
    import pyarrow as pa

    table = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data = sink.getvalue().to_pybytes()
    digest = hashlib.sha256(data + left_out.tobytes()).hexdigest()
    return PartTask(number, data, digest, left_out if left_out.any() else None)


def do_part(task: PartTask) -> PartEntry:
    """Code the rows of a task and write what the tables need of them; gives the part's entry."""
    import pyarrow as pa

    (desk,) = _desks
    plan = desk.plan
    source = pa.ipc.open_stream(task.rows).read_all().to_pandas()
    part = code_part(source, desk.coder, plan, leave_out=task.left_out, recent=desk.recent)
    long, safe = tabulate_long(part), plan.options.excel_safe
    files: dict[str, Any] = {
        "long.csv": render_csv(long, excel_safe=safe),
        "spans.csv": render_csv(tabulate_spans(part), excel_safe=safe),
        "units.arrow": _as_file(_tabulate_units(part)),
    }
    if "csv" in plan.options.formats:
        files["wide.csv"] = render_csv(tabulate_wide(part, plan.options), excel_safe=safe)
    if "parquet" in plan.options.formats:
        files["long.arrow"] = _as_file(long)
    hashes = {}
    for name, data in files.items():
        with atomic_path(desk.folder / f"{task.number:07d}.{name}") as temporary:
            temporary.write_bytes(memoryview(data))
        hashes[name] = hashlib.sha256(memoryview(data)).hexdigest()
    return PartEntry(task.number, task.rows_sha256, hashes, tell_facts(part, long))


def tell_facts(part: CodedPart, long: pa.Table | None = None) -> Mapping[str, Any]:
    """What is counted in a part and added up over all; ``long`` is its long table, if made already."""
    long = tabulate_long(part) if long is None else long
    shown = long.select(["code", "applies", "stance"]).to_pandas()
    summary = make_summary(part.coded, long=shown)
    review = (part.coded.band_numbers == BANDS.index("review")).any(axis=1)
    return {
        "counts": asdict(count_coded(part.found, part.left_out)),
        "to_review": int(review.sum()),
        "score_sums": sum_scores(part.found.scores).tolist(),
        "summary": {
            name: None if summary[name].isna().any() else summary[name].astype(int).tolist()
            for name in ADDED_UP
        },
    }


def _tabulate_units(part: CodedPart) -> pa.Table:
    """The input's columns, scores in millionths and, of units up for review, their words."""
    import pyarrow as pa

    table = pa.Table.from_pandas(part.source, preserve_index=False).replace_schema_metadata(None)
    scores = np.nan_to_num(np.rint(part.found.scores * MILLION), nan=NOT_CODED).astype(np.int32)
    for place, code in enumerate(part.coded.codes):
        table = table.append_column(MARK + code, pa.array(scores[:, place]))
    review = (part.coded.band_numbers == BANDS.index("review")).any(axis=1)
    words = np.zeros(len(part.ids), np.int32)
    words[review] = [count_words(part.texts[i]) for i in np.flatnonzero(review).tolist()]
    return table.append_column(MARK, pa.array(words))


def _as_file(table: pa.Table) -> Any:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()
