"""Reading a coded folder back: the scores of its units and what they were made with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from textmine.coding.certificate import CodebookName, ModelName
from textmine.coding.certifying import ScoredWave
from textmine.errors import InputError
from textmine.forms import check_form
from textmine.reading import read_table

SCORES, PROVENANCE, SUMMARY = "scores.parquet", "provenance.json", "summary.csv"


def read_provenance(folder: Path) -> dict[str, Any]:
    """What ``provenance.json`` of a coded folder says; raises ``InputError`` where there is none to read."""
    path = folder / PROVENANCE
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(
            f"{folder} holds no {PROVENANCE}. Give a folder that textmine code wrote to the end."
        ) from None
    except (OSError, ValueError):
        said = None
    if not isinstance(said, dict):
        raise InputError(f"{PROVENANCE} in {folder} cannot be read. Code the wave anew: textmine code.")
    check_form(said.get("format"), "coded folder", str(folder))
    return said


def read_scored_wave(folder: str | Path) -> ScoredWave:
    """The scores, thresholds and names of a coded folder.

    Raises ``InputError`` where ``scores.parquet`` or ``provenance.json`` is missing, damaged, or the one does
    not fit the other.

    >>> try:
    ...     read_scored_wave("no-such-folder")
    ... except InputError as error:
    ...     str(error)[:14]
    'no-such-folder'
    """
    folder = Path(folder)
    said = read_provenance(folder)
    scores = _read_scores(folder)
    try:
        thresholds = {str(code): float(at) for code, at in said["thresholds"].items()}
        model = ModelName(id=str(said["model"]["id"]), sha256=said["model"]["sha256"])
        book = said["codebook"]
        codebook = CodebookName(id=str(book["id"]), version=str(book["version"]), sha256=book["sha256"])
        fingerprint = str(said["corpus_fingerprint"])
    except (KeyError, TypeError, AttributeError, ValueError, ValidationError):
        raise InputError(
            f"{PROVENANCE} in {folder} does not name the model, the codebook and the thresholds. Code the "
            "wave anew: textmine code."
        ) from None
    if set(thresholds) != set(scores.columns):
        raise InputError(f"{SCORES} and {PROVENANCE} in {folder} name other codes. Code the wave anew.")
    return ScoredWave(scores, thresholds, model, codebook, fingerprint, _read_names(folder))


def _read_scores(folder: Path) -> pd.DataFrame:
    import pyarrow as pa

    try:
        frame = pd.read_parquet(folder / SCORES)
    except FileNotFoundError:
        raise InputError(
            f"{folder} holds no {SCORES}: a coded dataset without scores cannot be used."
        ) from None
    except (OSError, ValueError, pa.ArrowException):
        raise InputError(f"{SCORES} in {folder} cannot be read. Code the wave anew: textmine code.") from None
    if "unit_id" not in frame.columns or not len(frame):
        raise InputError(f"{SCORES} in {folder} holds no unit that was coded. Code a wave with texts in it.")
    return frame.assign(unit_id=frame["unit_id"].astype(str)).set_index("unit_id").astype(float)


def _read_names(folder: Path) -> dict[str, str]:
    """The names of the codes by their ids; none where the summary is missing."""
    if not (folder / SUMMARY).is_file():
        return {}
    frame = read_table(folder / SUMMARY).frame
    if not {"code", "name"} <= set(frame.columns):
        return {}
    return dict(zip(frame["code"].tolist(), frame["name"].tolist(), strict=True))
