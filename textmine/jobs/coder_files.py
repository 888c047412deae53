"""Files of codings, one or several coders each, as datasets that can be laid side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textmine.agreement.codings import name_coders
from textmine.agreement.stretches import Stretch, place_stretch
from textmine.codebook import RESERVED, Codebook
from textmine.coded import SPAN_COLUMNS, CodedDataset
from textmine.errors import InputError
from textmine.reading import Table, read_table
from textmine.reading.labels import join_labels

#: Columns of ids that label files may have, in the order in which they are taken (see ``read_labels``).
_IDS = ("comment_id", "unit_id", "id", "doc_id")
_NOT_GIVEN = {"0", "0.0", "false"}
_UNKNOWN = {"", "-1", "-1.0"}


@dataclass(frozen=True)
class CoderFiles:
    """The coders' datasets, in the order of the files, and what to know of how they were read."""

    datasets: list[CodedDataset]
    notes: list[str]


@dataclass
class _Part:
    """What one coder gave in one file."""

    coder: str
    source: str
    frame: pd.DataFrame
    whole: bool  # a unit that is there was read for all codes
    stretches: list[Stretch] = field(default_factory=list)
    torn: int = 0  # units that are both 'none' and coded
    wide: Table | None = None  # the file itself, where it is wide


def read_coder_files(
    paths: Sequence[Path],
    *,
    id: str | None = None,
    codebook: Codebook | None = None,
    texts: Mapping[str, str] | None = None,
) -> CoderFiles:
    """The codings in label files, long or wide, and in folders that ``textmine code`` wrote.

    A coder is named by the file's column ``coder``, else by the file; one file may hold several. Parts of
    one coder with different units are put together; with the same units they stay apart, as codings of one
    person at different times. In a long file a unit that appears was read for all codes, ``none`` is read
    and found empty, and a row whose ``applies`` is 0 gives no code. Offsets (``start``, ``end``: code
    points, exclusive) or else quotes, looked up in the ``texts``, are kept as stretches of evidence.
    Raises ``InputError`` for files without labels, offsets that are none, and codes the codebook lacks.
    """
    known = None if codebook is None else codebook.ids
    names = name_files(paths)
    parts = [
        part for path, name in zip(paths, names, strict=True) for part in _read_path(path, name, id, known)
    ]
    codes = known or list(dict.fromkeys(code for part in parts for code in part.frame.columns))
    if not codes:
        raise InputError(
            "No code is given in these files; every unit is 'none'. There is nothing to compare."
        )
    _check_spelling(codes)
    _check_cells(parts, codes, id)
    book = codebook or Codebook.from_labels(codes)
    lost = [0, 0]
    datasets = []
    for name, own in _gather(parts):
        frames = [part.frame.reindex(columns=codes, fill_value=0.0 if part.whole else np.nan) for part in own]
        stretches = [stretch for part in own for stretch in part.stretches]
        spans = _place_all(stretches, texts, lost)
        datasets.append(CodedDataset.from_labels(pd.concat(frames), book, coder=name, spans=spans))
    return CoderFiles(datasets, _notes(parts, lost, texts))


def name_files(paths: Sequence[Path]) -> list[str]:
    """A coder's name for each file: the file's, with its folder's or a number where two would be the same.

    >>> name_files([Path("ann/labels.csv"), Path("ben/labels.csv"), Path("cleo.csv")])
    ['ann/labels', 'ben/labels', 'cleo']
    """
    stems = [path.stem for path in paths]
    longer = [f"{path.resolve().parent.name}/{path.stem}" for path in paths]
    names = [long if stems.count(stem) > 1 else stem for stem, long in zip(stems, longer, strict=True)]
    return name_coders(names)


def _read_path(path: Path, name: str, id: str | None, known: Sequence[str] | None) -> list[_Part]:
    if path.is_dir():
        if (path / "project.yaml").is_file():
            raise InputError(
                f"{path} is a project. Name the label files of its readers, which textmine annotate writes "
                "when it is stopped: annotations/NAME/labels/*.jsonl."
            )
        return [_read_folder(path, known)]
    table = read_table(path)
    coders = _name_coders(table, name)
    parts = []
    for coder in dict.fromkeys(coders):
        rows = np.flatnonzero(np.array([name == coder for name in coders]))
        own = _take(table, rows)
        long = "code" in own.frame.columns
        labels = join_labels([_drop_refused(own) if long else own], id=id or "id", codes=known)
        units = list(_units_of(own, id)) if long else []
        stretches = _list_stretches(own, units) if long else []
        torn = _count_torn(own, units) if long else 0
        wide = None if long else own
        parts.append(_Part(coder, table.source, labels.frame, long, stretches, torn, wide))
    return parts


def _name_coders(table: Table, file: str) -> list[str]:
    """Who gave each row of the table."""
    if "coder" not in table.frame.columns:
        return [file] * len(table.frame)
    return [str(name).strip() or file for name in table.frame["coder"].tolist()]


def _take(table: Table, rows: Any) -> Table:
    places = np.array([table.place(int(row)) for row in rows], dtype=np.int64).reshape(-1, 2)
    frame = table.frame.iloc[rows].reset_index(drop=True)
    return replace(table, frame=frame, rows=places[:, 0], lines=places[:, 1])


def _drop_refused(table: Table) -> Table:
    """A long table in which a code that does not apply, as of a model's review pile, is no code."""
    if "applies" not in table.frame.columns:
        return table
    refused = table.frame["applies"].str.strip().str.casefold().isin(_NOT_GIVEN)
    frame = table.frame.assign(code=table.frame["code"].where(~refused, RESERVED))
    return replace(table, frame=frame)


def _units_of(table: Table, id: str | None) -> Sequence[str]:
    """The unit of each row, as ``join_labels`` names it."""
    columns = [name for name in (id or "id", *_IDS) if name in table.frame.columns]
    if columns:
        return [str(unit) for unit in table.frame[columns[0]]]
    turns = zip(table.frame["transcript"], table.frame["turn"], strict=True)
    return [f"{transcript}:{turn}" for transcript, turn in turns]


def _count_torn(table: Table, units: Sequence[str]) -> int:
    """How many units are given the code 'none' and another one."""
    codes = [code.strip().casefold() == RESERVED for code in table.frame["code"].tolist()]
    empty = {unit for unit, none in zip(units, codes, strict=True) if none}
    return len(empty & {unit for unit, none in zip(units, codes, strict=True) if not none})


def _list_stretches(table: Table, units: Sequence[str]) -> list[Stretch]:
    frame = _drop_refused(table).frame
    blank = [""] * len(frame)
    columns = {name: frame[name].tolist() if name in frame else blank for name in ("start", "end")}
    quotes = next((frame[name].tolist() for name in ("quote", "evidence") if name in frame), blank)
    stretches = []
    for row, (unit, code) in enumerate(zip(units, frame["code"].tolist(), strict=True)):
        start, end = (_read_offset(table, row, name, columns[name][row]) for name in ("start", "end"))
        if (start is None) != (end is None):
            raise InputError(f"{table.source}, {table.name_place(row)}: start or end is missing. Give both.")
        if code.strip().casefold() != RESERVED and (start is not None or quotes[row]):
            stretches.append(Stretch(unit, code.strip(), start, end, quotes[row]))
    return stretches


def _read_offset(table: Table, row: int, column: str, cell: str) -> int | None:
    if cell.strip() in _UNKNOWN:
        return None
    try:
        number = float(cell)
    except ValueError:
        number = -1.0
    if number < 0 or number != int(number):
        raise InputError(
            f"{table.source}, {table.name_place(row)}, column {column!r}: not an offset. "
            "Give a whole number of code points from 0 up, or leave it empty."
        )
    return int(number)


def _read_folder(folder: Path, known: Sequence[str] | None) -> _Part:
    """What a model gave: the wide table and the stretches of a folder that ``textmine code`` wrote."""
    try:
        about = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        column, name, codes = about["columns"]["id"], about["model"]["id"], list(about["thresholds"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"{folder} is no folder that textmine code wrote (provenance.json is missing or damaged). "
            "Give such a folder, or a file of labels."
        ) from None
    unknown = [code for code in codes if known is not None and code not in known]
    if unknown:
        raise InputError(f"{folder.name} has codes that the codebook lacks: {', '.join(unknown)}.")
    forms = [path for path in (folder / f"coded_wide.{form}" for form in ("csv", "parquet")) if path.exists()]
    if not forms:
        raise InputError(f"{folder} has no coded_wide.csv or .parquet. Run textmine code with --format csv.")
    wide = read_table(forms[0])
    missing = [one for one in (column, *codes) if one not in wide.frame.columns]
    if missing:
        raise InputError(f"{forms[0].name} lacks column(s) {', '.join(missing)}. Run textmine code again.")
    labels = join_labels([_drop_columns(wide, [column, *codes])], id=column, codes=codes)
    spans = folder / "coded_spans.csv"
    stretches = _list_machine(read_table(spans)) if spans.exists() and _has_rows(spans) else []
    return _Part(str(name), folder.name, labels.frame.dropna(how="all"), False, stretches)


def _drop_columns(table: Table, kept: Sequence[str]) -> Table:
    return replace(table, frame=table.frame[list(kept)])


def _has_rows(path: Path) -> bool:
    with path.open(encoding="utf-8") as lines:
        return sum(1 for _, _ in zip(range(2), lines, strict=False)) == 2


def _list_machine(table: Table) -> list[Stretch]:
    frame = table.frame
    if "applies" in frame.columns:  # 0: up for review alone
        frame = frame[frame["applies"] == "1"]
    rows = zip(frame["unit_id"], frame["code"], frame["start"], frame["end"], strict=True)
    return [
        Stretch(str(unit), str(code), int(start), int(end), "")
        for unit, code, start, end in rows
        if start not in _UNKNOWN and end not in _UNKNOWN
    ]


def _gather(parts: Sequence[_Part]) -> list[tuple[str, list[_Part]]]:
    """Each coder's parts: those of one name together where no unit stands in two of them."""
    gathered: dict[str, list[_Part]] = {}
    for part in parts:
        gathered.setdefault(part.coder, []).append(part)
    coders = []
    for name, own in gathered.items():
        units = [unit for part in own for unit in part.frame.index]
        if len(units) == len(set(units)):
            coders.append((name, own))
        else:
            coders += [(name, [part]) for part in own]
    return coders


def _place_all(
    stretches: Sequence[Stretch], texts: Mapping[str, str] | None, lost: list[int]
) -> pd.DataFrame:
    """The stretches as spans; counts in ``lost`` the quotes not found and the offsets that do not fit."""
    rows = []
    for stretch in stretches:
        text = None if texts is None else texts.get(stretch.unit)
        placed = place_stretch(stretch, text)
        if text is not None and placed is None:
            lost[0 if stretch.start is None else 1] += 1
        start, end = placed or (-1, -1)
        rows.append([stretch.unit, stretch.code, start, end, stretch.quote])
    return pd.DataFrame(rows, columns=SPAN_COLUMNS[:5])


def _check_spelling(codes: Sequence[str]) -> None:
    folded: dict[str, list[str]] = {}
    for code in codes:
        folded.setdefault(code.casefold(), []).append(code)
    alike = [" and ".join(names) for names in folded.values() if len(names) > 1]
    if alike:
        raise InputError(
            f"Codes that differ in capitals only: {'; '.join(alike)}. Give each code one spelling."
        )


def _check_cells(parts: Sequence[_Part], codes: Sequence[str], id: str | None) -> None:
    """Raise ``InputError`` where a wide file's column of a code was passed over for a bad cell."""
    for part in parts:
        if part.wide is None:
            continue
        there = [code for code in codes if code in part.wide.frame.columns and code not in part.frame.columns]
        if there:
            join_labels([part.wide], id=id or "id", codes=[*map(str, part.frame.columns), *there])


def _notes(parts: Sequence[_Part], lost: Sequence[int], texts: Mapping[str, str] | None) -> list[str]:
    notes = []
    torn = sum(part.torn for part in parts)
    if torn:
        notes.append(f"{torn} unit(s) are both {RESERVED!r} and coded by the same coder; the codes count.")
    if lost[0]:
        notes.append(f"{lost[0]} quote(s) do not stand in their texts; their place is not known.")
    if lost[1]:
        notes.append(f"{lost[1]} stretch(es) do not fit their texts and quotes; their place is not known.")
    if texts is not None:
        units = {unit for part in parts for unit in part.frame.index}
        absent = len([unit for unit in units if unit not in texts])
        if absent:
            notes.append(f"{absent} of {len(units)} coded unit(s) do not stand in the file of units.")
    listed = [part.source for part in parts if part.whole and part.source.startswith("coded_long.")]
    if listed:
        notes.append(
            "coded_long lists only units with a code, so units that the model found empty do not count. "
            "Give the folder that textmine code wrote instead."
        )
    return notes
