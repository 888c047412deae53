"""Codings read for a change of the codebook, and written after it: label files, coded folders, the record."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.codebook import RESERVED, Codebook
from textmine.coded import SPAN_COLUMNS, CodedDataset
from textmine.errors import InputError
from textmine.exchange.coded_folder import write_coded_folder
from textmine.exchange.coded_reader import read_coded, read_scores_table
from textmine.files import atomic_path, atomic_text, write_rows
from textmine.jobs.coder_files import read_coder_files
from textmine.migration import Migration
from textmine.migration.codings import KEPT_COLUMNS, TO_READ_COLUMNS
from textmine.reading import read_table
from textmine.reading.labels import find_unit_ids

KEPT, KEPT_EVIDENCE, TO_READ, SIDES = "kept.csv", "kept-evidence.csv", "to-read.csv", "sides.csv"
#: The list of what a migration did, beside its record.
ABOUT = "migration.json"
#: Columns that say whose codings a row of the record is about.
_WHOSE = ["file", "by"]
_IDS = ("comment_id", "unit_id", "id", "doc_id")
_REFUSED = {"0", "0.0", "false"}


def read_codings(path: Path, book: Codebook, codebook: Path, *, id: str | None = None) -> list[CodedDataset]:
    """Each coder's codings in a label file or a coded folder, by this codebook (``codebook`` is its file).

    Evidence keeps every column of a long file. Raises ``InputError`` as reading the files does.
    """
    if path.is_dir():
        return [read_coded(path, codebook=codebook).coded]
    datasets = read_coder_files([path], id=id, codebook=book).datasets
    table = read_table(path)
    if "code" not in table.frame.columns:
        return datasets
    frame = table.frame.rename(columns={} if "quote" in table.frame.columns else {"evidence": "quote"})
    frame = frame.assign(
        unit_id=find_unit_ids(table, id or "id"), code=[code.strip() for code in frame["code"].tolist()]
    )
    for name in ("coder", "quote", "stance"):
        frame[name] = frame[name] if name in frame.columns else ""
    for name in ("start", "end"):
        offsets = frame[name] if name in frame.columns else pd.Series("", index=frame.index)
        frame[name] = pd.to_numeric(offsets, errors="coerce").fillna(-1).astype(int)
    given = frame["code"].str.casefold().ne(RESERVED)
    if "applies" in frame.columns:
        given &= ~frame["applies"].str.strip().str.casefold().isin(_REFUSED)
    extra = [name for name in frame.columns if name not in (*SPAN_COLUMNS, "applies", "not_coded")]
    spans = frame.loc[given, [*SPAN_COLUMNS, *extra]]
    alone = len(datasets) == 1
    return [
        replace(one, spans=spans[alone | (spans["coder"] == one.coder)].assign(coder=one.coder))
        for one in datasets
    ]


def check_names(names: Sequence[str]) -> None:
    """Raise ``InputError`` where two files of codings, or one and the record, would be written as one."""
    taken = {Path(file).stem: "the record" for file in (KEPT, KEPT_EVIDENCE, TO_READ, SIDES)}
    for name in names:
        for stem in (_name_stem(name), f"{_name_stem(name)}-evidence"):
            key = unicodedata.normalize("NFC", stem).casefold()
            if key in taken:
                raise InputError(
                    f"{name} and {taken[key]} would both be written as {stem}.csv. Rename the file {name}."
                )
            taken[key] = name


def write_codings(
    path: Path,
    name: str,
    datasets: Sequence[CodedDataset],
    before: Codebook,
    after: Codebook,
    out: Path,
    *,
    id: str | None = None,
) -> list[Path]:
    """Write the codings of a file as ``NAME.csv`` (wide; blank: to be read) and ``NAME-evidence.csv``.

    A coded folder is written as one: ``NAME/``. Of a wide file all columns that are no codes are kept. Gives
    the paths written.
    """
    stem = _name_stem(name)
    if path.is_dir():
        return _write_folder(path, out / stem, datasets[0], after)
    table = read_table(path)
    frame = table.frame
    if "code" in frame.columns:
        key = next((column for column in (id or "id", *_IDS) if column in frame.columns), "unit_id")
        several = "coder" in frame.columns
        parts = []
        for one in datasets:
            part = one.wide().astype(object).where(one.decisions.notna(), "")
            part.insert(0, key, part.index)
            if several:
                part.insert(1, "coder", one.coder)
            parts.append(part)
        wide = pd.concat(parts)
    else:
        if "coder" in frame.columns:
            frame = frame.assign(coder=[str(who).strip() or path.stem for who in frame["coder"].tolist()])
        wide = _replace_columns(frame, find_unit_ids(table, id or "id"), datasets, before)
    target = out / f"{stem}.csv"
    write_table(wide, target)
    spans = pd.concat([one.spans for one in datasets], ignore_index=True)
    if not len(spans):
        return [target]
    spans[["start", "end"]] = spans[["start", "end"]].astype(object).where(spans[["start", "end"]] >= 0, "")
    write_table(spans, out / f"{stem}-evidence.csv")
    return [target, out / f"{stem}-evidence.csv"]


def write_record(found: Sequence[tuple[str, str, Migration]], out: Path) -> list[Path]:
    """Write what must be read again and what cannot be told from the new codings; gives the paths.

    ``found`` has the file, the coder and the migration of each. Evidence that belongs to no new code is kept.
    """
    tables = (
        (TO_READ, TO_READ_COLUMNS, "to_read"),
        (KEPT, KEPT_COLUMNS, "kept"),
        (KEPT_EVIDENCE, SPAN_COLUMNS, "kept_spans"),
    )
    paths = []
    for file, columns, part in tables:
        parts = [getattr(m, part).assign(file=name, by=coder) for name, coder, m in found]
        parts = [one for one in parts if len(one)]
        table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*columns, *_WHOSE])
        write_table(table[[*_WHOSE, *(c for c in table.columns if c not in _WHOSE)]], out / file)
        paths.append(out / file)
    return paths


def read_record(folder: Path, name: str, coder: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The old values and evidence that a migration kept of one coder's codings in one file.

    ``name`` may be what the file was called before migrating ('ann/labels') or what migrating wrote it as
    ('ann-labels'). Raises ``InputError`` for a folder that holds no record.
    """
    kept, spans = (_read_own(folder / file, name, coder) for file in (KEPT, KEPT_EVIDENCE))
    kept["value"] = pd.to_numeric(kept["value"])
    for column in ("start", "end"):
        spans[column] = pd.to_numeric(spans[column]).astype(int)
    return kept, spans


def note_unrecorded(names: Sequence[str], folder: Path | None) -> list[str]:
    """A note where files go back (``folder`` is where the record lies) that the migration was not of."""
    try:
        listed = [] if folder is None else json.loads((folder / ABOUT).read_text(encoding="utf-8"))["codings"]
        held = dict.fromkeys(_name_stem(str(one["file"])) for one in listed)
    except (OSError, ValueError, KeyError, TypeError):
        return []  # an older record, without a list
    lacking = [name for name in names if _name_stem(name) not in held]
    if folder is None or not lacking or not held:
        return []
    return [
        f"The record in {folder.name} holds nothing of {', '.join(lacking)}; it has {', '.join(held)}. Only "
        "what the new codes tell went back: name the file as migrating wrote it."
    ]


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as csv; what is not known is empty."""
    cells = frame.astype(object).where(frame.notna(), "")
    with atomic_text(path) as handle:
        write_rows([list(frame.columns)], handle)
        write_rows(cells.itertuples(index=False, name=None), handle)


def _name_stem(name: str) -> str:
    return name.replace("/", "-")


def _is_named_by_file(coder: str, name: str) -> bool:
    return coder in (name, name.rsplit("/", 1)[-1])


def _read_own(path: Path, name: str, coder: str) -> pd.DataFrame:
    if not path.is_file():
        raise InputError(f"{path.parent} holds no {path.name}. Give the folder that migrating wrote.")
    lines = path.read_text(encoding="utf-8").split("\n", 1)
    if not lines[-1].strip():  # nothing but a header
        return pd.DataFrame(columns=[c for c in lines[0].split(",") if c not in _WHOSE])
    frame = read_table(path).frame
    own = frame[frame["file"].map(_name_stem) == _name_stem(name)]
    by = set(own["by"])
    if len(by) != 1 or not _is_named_by_file(coder, name):  # else one coder, then and now without a name
        own = own[own["by"] == coder]
    return own.drop(columns=_WHOSE).reset_index(drop=True)


def _replace_columns(
    frame: pd.DataFrame, units: Sequence[str], datasets: Sequence[CodedDataset], before: Codebook
) -> pd.DataFrame:
    """A wide table with the new codes in the place of the old ones, everything else as it was."""
    given = pd.concat([one.decisions.assign(__coder=one.coder) for one in datasets])
    codes = [name for name in given.columns if name != "__coder"]
    own = frame["coder"].tolist() if "coder" in frame.columns and len(datasets) > 1 else None
    keys: Any = list(units) if own is None else list(zip(units, own, strict=True))
    rows = given if own is None else given.set_index("__coder", append=True)
    found = rows.reindex(keys)[codes].astype("Int8").reset_index(drop=True).astype(object)
    found = found.where(found.notna(), "")
    old = [name for name in frame.columns if name in before.ids]
    place = list(frame.columns).index(old[0]) if old else len(frame.columns)
    left = frame.iloc[:, :place].reset_index(drop=True)
    right = frame.iloc[:, place:].drop(columns=old).reset_index(drop=True)
    return pd.concat([left, found, right], axis=1)


def _write_folder(source: Path, target: Path, after: CodedDataset, book: Codebook) -> list[Path]:
    """A coded folder by the other codebook; scores of the codes that went on as they were."""
    if target.resolve() == source.resolve():
        raise InputError(f"{source} would be written over. Choose another folder with --out.")
    folder = read_coded(source)
    said = dict(folder.provenance)
    was = dict(said.get("codebook") or {})
    said["codebook"] = {**was, "id": book.id, "version": book.version, "sha256": book.sha256}
    said["migrated_from"] = was
    said["thresholds"] = dict(after.thresholds)
    paths = write_coded_folder(
        after,
        folder.source,
        target,
        provenance=said,
        groups=folder.column("group") if folder.columns.get("group") else None,
    )
    book.save(target / "codebook.yaml")
    scores = target / "scores.parquet"
    if scores.is_file():
        held = read_scores_table(scores).dropna(axis="columns", how="all")
        with atomic_path(scores) as temporary:
            held.to_parquet(temporary, index=False)
    return [*paths, target / "codebook.yaml"]
