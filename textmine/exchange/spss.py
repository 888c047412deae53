"""A coded dataset as an SPSS .sav file: a 0/1 variable a code, one multiple-response set, labels, syntax."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textmine.exchange.coded_reader import CodedFolder
from textmine.exchange.spss_sets import ResponseSet, add_response_sets
from textmine.files import atomic_path, atomic_text

#: The value of a code that was not given a decision; declared missing, so that no share counts it.
NOT_CODED = 9
#: The most bytes of a text that a .sav file holds.
LONGEST_TEXT = 32_767
_LABELS: dict[int | float, str] = {0: "Not mentioned", 1: "Mentioned", NOT_CODED: "Not coded"}
_RESERVED = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}
_LONGEST_NAME = 64
_LONGEST_LABEL = 250
_INTEGER = re.compile(r"[+-]?(?:0|[1-9]\d{0,14})")
_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d{0,14})(?:\.\d+)?")
_SET_NAME, _SET_LABEL = "themes", "Themes mentioned"


@dataclass(frozen=True)
class SavWritten:
    """Where the file and its syntax went, and what it could not hold (sentences)."""

    paths: tuple[Path, ...]
    notes: tuple[str, ...] = field(default=())


def write_sav(
    folder: CodedFolder, path: Path, *, scores: bool = False, attributes: Sequence[str] | None = None
) -> SavWritten:
    """Write the coded dataset as .sav, and a .sps beside it that defines the same set for older versions.

    Input columns come first (numbers where all cells are numbers; ids and the rest as text; ``attributes``
    chooses them, None takes all), then a nominal variable a code: 0, 1 and the user-missing 9 'Not coded'.
    ``scores`` adds a scale variable a code. Names that SPSS does not take are changed and keep their wording
    as the label. Texts over 32,767 bytes are cut, with a variable NAME_cut that says so.
    """
    import pyreadstat

    codes = folder.coded.codes
    chosen = [str(c) for c in folder.source.columns if attributes is None or c in _needed(folder, attributes)]
    wanted = [*chosen, *codes, *([f"{code}_score" for code in codes] if scores else [])]
    words = {folder.columns.get(part) for part in ("id", "text", "question", "group")}
    names = dict(zip(wanted, make_sav_names(wanted), strict=True))
    columns: dict[str, Any] = {}
    labels: dict[str, str] = {}
    measures: dict[str, str] = {}
    notes = _note_names(names)
    taken = {name.casefold() for name in names.values()}
    for column in chosen:
        name = names[column]
        cells = [str(cell) for cell in folder.source[column].tolist()]
        values, measure, cut = _as_values(cells, text=column in words)
        columns[name], labels[name], measures[name] = values, column, measure
        if cut is not None:
            flag = _free_name(f"{name}_cut", taken)
            columns[flag], labels[flag], measures[flag] = cut, f"{column}: text was cut", "nominal"
            notes.append(
                f"{int(cut.sum())} text(s) of {column} are over {LONGEST_TEXT} bytes and were cut ({flag})."
            )
    for code in codes:
        name = names[code]
        columns[name] = folder.coded.decisions[code].fillna(NOT_CODED).to_numpy(dtype=float)
        labels[name], measures[name] = folder.coded.codebook.code(code).name, "nominal"
    if scores and folder.coded.scores is not None:
        for code in codes:
            name = names[f"{code}_score"]
            columns[name] = folder.coded.scores[code].to_numpy(dtype=float)
            labels[name] = f"{folder.coded.codebook.code(code).name}: score"
            measures[name] = "scale"
    marked = [names[code] for code in codes]
    with atomic_path(path) as temporary:
        pyreadstat.write_sav(
            pd.DataFrame(columns),
            str(temporary),
            column_labels=[_cut_bytes(labels[name], _LONGEST_LABEL) for name in columns],
            variable_value_labels={name: dict(_LABELS) for name in marked},
            missing_ranges={name: [NOT_CODED] for name in marked},
            variable_measure=measures,
            variable_format={name: "F1.0" for name in marked},
        )
        add_response_sets(temporary, [ResponseSet(_SET_NAME, _SET_LABEL, tuple(marked))])
    syntax = path.with_suffix(".sps")
    with atomic_text(syntax) as handle:
        handle.write(write_syntax(path.name, marked))
    return SavWritten((path, syntax), tuple(notes))


def write_syntax(sav: str, variables: Sequence[str]) -> str:
    """SPSS syntax that opens the file and defines and shows the set of themes; no line is over 250 bytes."""
    quoted = sav.replace("'", "''")
    return "\n".join(
        [
            "* Encoding: UTF-8.",
            f"GET FILE='{quoted}'.",
            f"MRSETS /MDGROUP NAME=${_SET_NAME} LABEL='{_SET_LABEL}'",
            "  CATEGORYLABELS=VARLABELS",
            "  VARIABLES=",
            *(f"    {name}" for name in variables),
            "  VALUE=1",
            f"  /DISPLAY NAME=[${_SET_NAME}].",
            f"* Each theme's share of texts: tables of ${_SET_NAME} in Custom Tables, or:",
            "FREQUENCIES VARIABLES=",
            *(f"    {name}" for name in variables),
            "  /ORDER=ANALYSIS.",
            "",
        ]
    )


def make_sav_names(names: Iterable[str]) -> list[str]:
    """Names that SPSS takes: up to 64 bytes, a letter first, no blanks or marks, all different.

    >>> make_sav_names(["What helped?", "what_helped", "2026", "with", "café"])
    ['What_helped', 'what_helped_2', 'v_2026', 'v_with', 'café']
    """
    taken: set[str] = set()
    made = []
    for name in names:
        plain = re.sub(r"[^\w.]+", "_", name).strip("_.") or "v"
        if not plain[0].isalpha() or plain.casefold() in _RESERVED:
            plain = f"v_{plain}"
        made.append(_free_name(_cut_bytes(plain, _LONGEST_NAME - 4).rstrip("_."), taken))
    return made


def _free_name(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found.casefold() in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found.casefold())
    return found


def _needed(folder: CodedFolder, attributes: Sequence[str]) -> set[str]:
    return {*attributes, *(name for name in folder.columns.values() if name is not None)}


def _note_names(names: dict[str, str]) -> list[str]:
    changed = sum(old != new for old, new in names.items())
    return [f"{changed} name(s) were changed to ones that SPSS takes; the labels hold the old."] * bool(
        changed
    )


def _as_values(cells: Sequence[str], *, text: bool) -> tuple[Any, str, np.ndarray | None]:
    """A column as numbers (blank is system-missing) or texts, its measure, and which were cut if any were."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if filled and not text and all(_NUMBER.fullmatch(cell) for cell in filled):
        numbers = np.array([float(cell) if cell.strip() else np.nan for cell in cells])
        whole = all(_INTEGER.fullmatch(cell) for cell in filled)
        return numbers, "nominal" if whole and len(set(filled)) <= 10 else "scale", None
    texts = [_sound(cell) for cell in cells]
    short = [_cut_bytes(text, LONGEST_TEXT) for text in texts]
    cut = np.array([float(a != b) for a, b in zip(texts, short, strict=True)])
    return np.array(short, dtype=object), "nominal", cut if cut.any() else None


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def _cut_bytes(text: str, most: int) -> str:
    """As much of a text as takes no more than so many bytes of UTF-8.

    >>> _cut_bytes("café", 4)
    'caf'
    """
    data = text.encode("utf-8")
    return text if len(data) <= most else data[:most].decode("utf-8", "ignore")
