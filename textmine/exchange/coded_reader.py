"""Reading a coded folder back as a coded dataset, with the input's columns and the codebook it had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textmine.codebook import Code, Codebook
from textmine.coded import SPAN_COLUMNS, CodedDataset
from textmine.errors import CodebookError, InputError, ModelError
from textmine.exchange.scored_wave import PROVENANCE, SUMMARY, read_provenance
from textmine.exchange.workbook import bare_cell
from textmine.files import refuse_damaged
from textmine.locations import find_codebook, find_model
from textmine.reading import Table, read_table

_WIDE = ("coded_wide.csv", "coded_wide.parquet", "coded_wide.xlsx")
_CODEBOOK = "codebook.yaml"


@dataclass(frozen=True, eq=False)
class CodedFolder:
    """What a coded folder holds.

    ``source`` has the input's columns, a row a unit in the order of ``coded``; ``columns`` says which of them
    is the text, the id, the question and so on (None where there is none); ``long`` is ``coded_long.csv``,
    every cell a string. ``written`` is when the folder was written, as XML writes times.
    """

    coded: CodedDataset
    source: pd.DataFrame
    columns: dict[str, str | None]
    provenance: dict[str, Any]
    long: pd.DataFrame
    written: str
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> list[str]:
        """The cells of a named part ('text', 'question', 'group' ...); '' throughout where there is none."""
        column = self.columns.get(name)
        if column is None or column not in self.source.columns:
            return [""] * len(self.source)
        return [str(cell) for cell in self.source[column].tolist()]

    @property
    def attributes(self) -> list[str]:
        """The input's columns that are neither text nor id nor question nor respondent nor weight."""
        used = {name for name in self.columns.values() if name is not None}
        return [str(name) for name in self.source.columns if name not in used]


def read_coded(folder: str | Path, *, codebook: str | Path | None = None) -> CodedFolder:
    """The coded dataset that ``textmine code`` wrote into a folder.

    The codebook is ``codebook`` if given, else the one in the folder, else that of the model or the shipped
    one of the same hash, else the bare names of the codes (said in ``notes``). Raises ``InputError`` where
    the folder is not whole or the codebook given lacks one of its codes.

    >>> from textmine.errors import InputError
    >>> try:
    ...     read_coded("no-such-folder")
    ... except InputError as error:
    ...     str(error)[:41]
    'no-such-folder holds no provenance.json. '
    """
    folder = Path(folder)
    said = read_provenance(folder)
    names = _read_names(folder)
    book, notes = find_coded_codebook(folder, said, names, codebook)
    wide = _read_wide(folder)
    columns = {str(k): v for k, v in dict(said.get("columns") or {}).items()}
    id_column, text_column = columns.get("id"), columns.get("text")
    missing = [name for name in (*names, id_column, text_column) if name not in wide.columns]
    if missing:
        raise InputError(
            f"The wide table in {folder} lacks column(s) {', '.join(map(str, missing))}. Code the wave anew."
        )
    units = pd.Index(wide[id_column].astype(str), name="unit_id")
    decisions = wide[list(names)].apply(pd.to_numeric, errors="coerce").astype(float).set_axis(units, axis=0)
    added = {*names, *(f"{code}{end}" for code in names for end in ("__band", "__score"))}
    source = wide[[c for c in wide.columns if c not in added]]
    texts = pd.Series(source[text_column].astype(str).to_numpy(), index=units)
    long = _read_strings(folder / "coded_long.csv")
    model = dict(said.get("model") or {})
    coded = CodedDataset(
        decisions,
        book,
        str(model.get("id") or "unknown"),
        scores=_read_scores(folder, units, list(names)),
        spans=_read_spans(folder, long, texts),
        thresholds={str(k): float(v) for k, v in dict(said.get("thresholds") or {}).items()},
        texts=texts,
        attributes=_gather_attributes(source, columns, units),
    )
    written = str(said.get("coded_at") or _time_of(folder / PROVENANCE))
    return CodedFolder(coded, source, columns, said, long, written, tuple(notes))


def _gather_attributes(source: pd.DataFrame, columns: dict[str, str | None], units: pd.Index) -> pd.DataFrame:
    """The input's columns but the text and the id; question, group and wave under these names as well."""
    known = source.drop(columns=[columns[name] for name in ("text", "id") if columns.get(name) in source])
    known = known.set_axis(units, axis=0)
    for name in ("question", "group", "wave"):
        column = columns.get(name)
        if column in known.columns and name not in known.columns:
            known[name] = known[column]
    return known


def _read_names(folder: Path) -> dict[str, str]:
    frame = _read_strings(folder / SUMMARY)
    if not {"code", "name"} <= set(frame.columns) or not len(frame):
        raise InputError(f"{SUMMARY} in {folder} names no codes. Code the wave anew: textmine code.")
    return dict(zip(frame["code"].tolist(), frame["name"].tolist(), strict=True))


def _read_wide(folder: Path) -> pd.DataFrame:
    found = next((folder / name for name in _WIDE if (folder / name).is_file()), None)
    if found is None:
        raise InputError(f"{folder} holds no coded_wide table. Give a folder that textmine code wrote.")
    frame = read_table(found).frame
    if found.suffix != ".xlsx":
        return frame
    return pd.DataFrame(
        {bare_cell(str(name)): [bare_cell(cell) for cell in frame[name].tolist()] for name in frame.columns}
    )


def _read_strings(path: Path) -> pd.DataFrame:
    try:
        table: Table = read_table(path)
    except InputError:
        if path.is_file():  # a table of which only the header was written
            return pd.DataFrame(columns=path.read_text(encoding="utf-8").splitlines()[0].split(","))
        raise InputError(
            f"{path.parent} holds no {path.name}. Give a folder that textmine code wrote to the end."
        ) from None
    return table.frame


def _read_scores(folder: Path, units: pd.Index, codes: list[str]) -> pd.DataFrame | None:
    path = folder / "scores.parquet"
    if not path.is_file():
        return None
    frame = read_scores_table(path)
    frame = frame.assign(unit_id=frame["unit_id"].astype(str)).set_index("unit_id")
    return frame.reindex(index=units, columns=codes).astype(float)


def read_scores_table(path: Path) -> pd.DataFrame:
    """The table of ``scores.parquet`` as it stands. Raises ``InputError`` where the file is damaged."""
    with refuse_damaged(path, "Code the wave anew, or copy the folder anew."):
        frame = pd.read_parquet(path)
        frame["unit_id"]
    return frame


def _read_spans(folder: Path, long: pd.DataFrame, texts: pd.Series) -> pd.DataFrame:
    """All stretches; where the folder has no table of them, the heaviest of each."""
    path = folder / "coded_spans.csv"
    spans = (_read_strings(path) if path.is_file() else long).rename(columns={"evidence": "quote"})
    for name in ("start", "end"):
        spans[name] = pd.to_numeric(spans[name], errors="coerce").fillna(-1).astype(int)
    spans = spans[(spans["start"] >= 0) & (spans["end"] > spans["start"])]
    said = long.drop_duplicates(["unit_id", "code"]).set_index(["unit_id", "code"])[["stance", "coder"]]
    about = said.reindex(pd.MultiIndex.from_frame(spans[["unit_id", "code"]]))
    spans = spans.assign(stance=about["stance"].fillna("").to_numpy(), coder=about["coder"].to_numpy())
    known = spans["unit_id"].isin(texts.index)
    spans = spans[known].reset_index(drop=True)
    words = texts.reindex(spans["unit_id"]).tolist()
    quotes = [t[s:e] for t, s, e in zip(words, spans["start"], spans["end"], strict=True)]
    off = int(np.sum([q != w for q, w in zip(quotes, spans["quote"].tolist(), strict=True)]))
    if off:
        raise InputError(
            f"{off} stretches of evidence in {folder} are not what stands at their place. If its tables were "
            "made with --excel-safe or as xlsx only, or changed by hand, code the wave anew as csv."
        )
    return spans[SPAN_COLUMNS]


def find_coded_codebook(
    folder: Path, said: dict[str, Any], names: dict[str, str], given: str | Path | None
) -> tuple[Codebook, list[str]]:
    """The codebook that a folder was coded with, and notes: ``given``, or found by its hash, or bare names.

    ``said`` is the folder's provenance, ``names`` its codes' names by id. Raises ``InputError`` where the
    codebook given lacks one of the codes.
    """
    about = dict(said.get("codebook") or {})
    if given is not None:
        book = Codebook.load(given)
        lacking = [code for code in names if code not in book.ids]
        if lacking:
            raise InputError(f"The codebook lacks {', '.join(lacking)}, which {folder} was coded with.")
        same = book.sha256 == about.get("sha256")
        return book, [] if same else ["The codebook is not the version that the texts were coded with."]
    for path in _places(folder, said):
        try:
            book = Codebook.load(path())
        except (CodebookError, ModelError):
            continue
        if book.sha256 == about.get("sha256"):
            return book, []
    codes = tuple(Code(id, name) for id, name in names.items())
    bare = Codebook(
        id=str(about.get("id") or "codebook"),
        version=str(about.get("version") or ""),
        bare=True,
        codes=codes,
    )
    return bare, ["The codebook was not found, so codes have names only; give it with --codebook."]


def _places(folder: Path, said: dict[str, Any]) -> list[Any]:
    model = str(dict(said.get("model") or {}).get("id") or "")
    book = str(dict(said.get("codebook") or {}).get("id") or "")
    return [
        lambda: folder / _CODEBOOK,
        lambda: find_model(model) / _CODEBOOK,
        lambda: find_codebook(book),
    ]


def _time_of(path: Path) -> str:
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
