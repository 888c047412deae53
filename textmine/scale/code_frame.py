"""One function from a frame of texts to a frame of codes: what every engine runs on its part of the rows."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine import __version__
from textmine.coded import BANDS, LONG_COLUMNS, CodedDataset
from textmine.coding.artefact import load_coder
from textmine.coding.batch import code_texts, cut_quotes
from textmine.coding.calibrated import CalibratedCoder
from textmine.coding.coded_texts import TOLD, CodedTexts, RecentTexts
from textmine.corpus import FIELDS, as_strings
from textmine.errors import InputError
from textmine.exchange.coded_folder import WideOptions, make_wide, refuse_clash
from textmine.files import sha256_of
from textmine.reading import Columns
from textmine.reading.table import string_array

if TYPE_CHECKING:
    import pyarrow as pa

Mask = npt.NDArray[np.bool_]

#: A coder learns words as it meets them, so that in one process only one thread codes at a time.
ONE_AT_A_TIME = threading.RLock()


@dataclass(frozen=True)
class CodingPlan:
    """All that decides how rows are coded, besides the rows.

    ``model`` is its name or folder, ``model_sha256`` what it must be. ``accept_from`` and ``review_from``
    are the scores, by code, at which a certificate begins the bands; empty without one.
    """

    model: str
    columns: Columns
    options: WideOptions = field(default_factory=WideOptions)
    model_sha256: str = ""
    evidence: str = "clause"
    with_interviewer: bool = False
    accept_from: tuple[tuple[str, float], ...] = ()
    review_from: tuple[tuple[str, float], ...] = ()

    @property
    def sha256(self) -> str:
        """The same for plans that give the same tables from the same rows, with this version of textmine."""
        return sha256_of({**asdict(self), "model": "", "version": __version__})


@dataclass(frozen=True)
class CodedPart:
    """Rows that were coded: the frame as it came in, what was found in each text, and all but the stretches
    as a dataset."""

    source: pd.DataFrame
    ids: list[str]
    texts: list[str]
    found: CodedTexts
    left_out: Mask
    coded: CodedDataset

    @property
    def listed(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Rows and codes of the long table: those that apply or are up for review."""
        bands = self.coded.band_numbers
        applies = self.coded.decisions.to_numpy() == 1
        rows, codes = np.nonzero(applies | (bands == BANDS.index("review")))
        return rows, codes


def code_frame(
    frame: pd.DataFrame,
    model: str,
    *,
    text: str,
    id: str,
    question: str | None = None,
    bands: bool = False,
    scores: bool = False,
) -> pd.DataFrame:
    """The rows of a frame with a column per code and one of evidence; the same for a row in any frame.

    Meant for ``dask.dataframe.map_partitions``, ``mapInPandas`` of Spark and the like: it takes a part of a
    table and gives it back coded. ``model`` is a model's name or folder, loaded once in a process; threads of
    one process take turns. After the
    columns of ``frame`` stand one per code (Int8: 1, 0, missing where there was no text), with
    ``CODE__band`` and ``CODE__score`` if asked for, and ``evidence``: for each row a list of what
    ``coded_long.csv`` holds in rows of its own, as dicts. A frame without rows gives the schema. Raises
    ``InputError`` where a column is missing or named like one to be added.

    >>> frame = pd.DataFrame({"id": ["1", "2"], "said": ["We share training days.", ""]})
    >>> coded = code_frame(frame, "school-collaboration", text="said", id="id")
    >>> coded["expertise_sharing"].tolist(), [len(found) for found in coded["evidence"]]
    ([1, <NA>], [2, 0])
    """
    import pyarrow as pa

    plan = CodingPlan(model, Columns(text, id, question), WideOptions(bands, scores))
    with ONE_AT_A_TIME:
        part = code_part(_as_written(frame, plan.columns), load_once(model), plan)
    wide = make_wide(part.coded, frame, plan.options)
    long = tabulate_long(part).drop_columns(["unit_id"])
    rows, _ = part.listed
    offsets = np.searchsorted(rows, np.arange(len(frame) + 1)).astype(np.int32)
    structs = pa.StructArray.from_arrays(
        [long.column(name).combine_chunks() for name in long.column_names], names=long.column_names
    )
    nested = pa.ListArray.from_arrays(pa.array(offsets), structs)
    return wide.assign(evidence=pd.arrays.ArrowExtensionArray(nested)).set_axis(frame.index)


def _as_written(frame: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """The same rows with the columns that are read as strings; a missing one is empty."""
    named = {"text": columns.text, "id": columns.id, "question": columns.question}
    for option, name in named.items():
        if name is not None and name not in frame.columns:
            there = ", ".join(map(str, frame.columns))
            raise InputError(f"No column {name!r} in the frame. Columns: {there}. Choose one with {option}=.")
    cells = {name: as_strings(frame[name]).to_numpy() for name in named.values() if name is not None}
    return frame.reset_index(drop=True).assign(**cells)


@lru_cache(maxsize=2)
def load_once(model: str) -> CalibratedCoder:
    """The coder of this name or folder, read once in a process. Raises ``ModelError`` as ``load_coder``."""
    return load_coder(model)


def code_part(
    source: pd.DataFrame,
    coder: CalibratedCoder,
    plan: CodingPlan,
    *,
    leave_out: Mask | None = None,
    recent: RecentTexts | None = None,
) -> CodedPart:
    """Code the rows of a frame of strings; ``leave_out`` masks those that are not to be coded.

    Raises ``InputError`` where an input column is named like one to be added.
    """
    refuse_clash(coder.codes_, source.columns, plan.options)
    left_out = np.zeros(len(source), bool) if leave_out is None else leave_out
    named = plan.columns
    texts = source[named.text].tolist()
    asked = [""] * len(texts) if named.question is None else source[named.question].tolist()
    bare = bare_dataset(coder, plan)
    found = code_texts(
        coder,
        texts,
        asked,
        leave_out=left_out,
        evidence=plan.evidence,
        floors=np.array([bare.review_floor(code) for code in coder.codes_]),
        recent=recent,
    )
    ids = source[named.id].tolist()
    coded = dataset_of(coder, plan, ids, found.scores)
    units = coded.decisions.index
    told = replace(
        coded, texts=pd.Series(texts, index=units), attributes=_attributes_of(source, named, units)
    )
    return CodedPart(source, ids, texts, found, left_out, told)


def _attributes_of(source: pd.DataFrame, named: Columns, units: pd.Index) -> pd.DataFrame:
    """What is known of each unit besides its text, named as ``Corpus.facts`` names it."""
    taken = {column: part for part, column in asdict(named).items() if column is not None}
    kept = [name for name in source.columns if name not in (named.text, named.id)]
    names = [taken.get(name) or (f"{name}_" if name in FIELDS else name) for name in kept]
    return source[kept].set_axis(names, axis=1).set_axis(units, axis=0)


def dataset_of(
    coder: CalibratedCoder, plan: CodingPlan, ids: Sequence[str], scores: npt.NDArray[np.float64]
) -> CodedDataset:
    """Scores (units, codes) as a coded dataset, without evidence."""
    index = pd.Index(np.array(ids, dtype=object), name="unit_id")
    decisions = np.where(np.isnan(scores), np.nan, (scores >= coder.thresholds_) * 1.0)
    return CodedDataset(
        pd.DataFrame(decisions, index=index, columns=coder.codes_),
        coder.codebook_,
        coder.name_,
        scores=pd.DataFrame(scores, index=index, columns=coder.codes_),
        thresholds=dict(zip(coder.codes_, map(float, coder.thresholds_), strict=True)),
        accept_from=dict(plan.accept_from),
        review_from=dict(plan.review_from),
    )


def bare_dataset(coder: CalibratedCoder, plan: CodingPlan) -> CodedDataset:
    """A dataset without units: what the tables of any part look like."""
    return dataset_of(coder, plan, [], np.zeros((0, len(coder.codes_))))


def tabulate_wide(part: CodedPart, options: WideOptions) -> pa.Table:
    """The input's columns and those of the codes, as ``make_wide`` has them."""
    import pyarrow as pa

    coded, missing = part.coded, ~part.coded.is_coded.to_numpy()
    table = pa.Table.from_pandas(part.source, preserve_index=False).replace_schema_metadata(None)
    decided = np.nan_to_num(coded.decisions.to_numpy()).astype(np.int8)
    bands = np.array([*BANDS, ""], dtype=object)[coded.band_numbers] if options.bands else None
    for place, code in enumerate(coded.codes):
        table = table.append_column(code, pa.array(decided[:, place], mask=missing))
        if bands is not None:
            table = table.append_column(f"{code}__band", pa.array(bands[:, place], pa.large_string()))
        if options.scores:
            scores = np.ascontiguousarray(part.found.scores[:, place])
            table = table.append_column(f"{code}__score", pa.array(scores, mask=missing))
    return table


def tabulate_long(part: CodedPart) -> pa.Table:
    """The rows of ``CodedDataset.long``: a row per unit and code that applies or is up for review."""
    import pyarrow as pa

    found, coded = part.found, part.coded
    rows, codes = part.listed
    n_codes = len(coded.codes)
    keys, wanted = found.owner * n_codes + found.code, rows * n_codes + codes
    first = np.searchsorted(keys, wanted)
    shown = np.append(keys, -1)[first] == wanted
    start, end, stance = (
        np.where(shown, np.append(getattr(found, name), other)[first], other)
        for name, other in (("start", -1), ("end", -1), ("stance", 0))
    )
    spans = zip(rows.tolist(), start.tolist(), end.tolist(), shown.tolist(), strict=True)
    columns = {
        "unit_id": string_array(part.ids).take(pa.array(rows)),
        "code": _name(codes, coded.codes),
        "score": pa.array(found.scores[rows, codes]),
        "applies": pa.array((coded.decisions.to_numpy()[rows, codes] == 1).astype(np.int64)),
        "band": _name(coded.band_numbers[rows, codes], BANDS),
        "stance": _name(stance, TOLD),
        "start": pa.array(start),
        "end": pa.array(end),
        "evidence": string_array([part.texts[i][a:b] if known else "" for i, a, b, known in spans]),
        "coder": _name(np.zeros(len(rows), np.int64), [coded.coder]),
        "codebook_version": _name(np.zeros(len(rows), np.int64), [coded.codebook.version]),
    }
    return pa.table({name: columns[name] for name in LONG_COLUMNS})


def tabulate_spans(part: CodedPart) -> pa.Table:
    """All stretches, as ``make_spans`` has them."""
    import pyarrow as pa

    found, coded = part.found, part.coded
    applies = coded.decisions.to_numpy()[found.owner, found.code] == 1
    columns = {
        "unit_id": string_array(part.ids).take(pa.array(found.owner)),
        "code": _name(found.code, coded.codes),
        "start": pa.array(found.start),
        "end": pa.array(found.end),
        "evidence": string_array(cut_quotes(part.texts, found)),
        "applies": pa.array(applies.astype(np.int64)),
    }
    return pa.table(columns)


def tabulate_scores(part: CodedPart) -> pa.Table:
    """The scores of the units that were coded."""
    import pyarrow as pa

    known = part.coded.is_coded.to_numpy()
    scores = part.found.scores[known]
    columns = [pa.array(np.ascontiguousarray(scores[:, place])) for place in range(scores.shape[1])]
    ids = string_array(part.ids).filter(pa.array(known))
    return pa.table([ids, *columns], names=["unit_id", *part.coded.codes])


def _name(places: npt.NDArray[Any], names: Sequence[str]) -> Any:
    """The names at places, as an arrow array of strings."""
    import pyarrow as pa

    values = pa.array(list(names), pa.large_string())
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), values).cast(pa.large_string())


def with_certificate(plan: CodingPlan, coded: CodedDataset) -> CodingPlan:
    """The plan with the bands that a dataset has."""
    return replace(
        plan,
        accept_from=tuple(sorted(coded.accept_from.items())),
        review_from=tuple(sorted(coded.review_from.items())),
    )
