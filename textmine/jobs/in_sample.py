"""Units of a coded folder whose scores come from a model that learned from them, told by the model itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textmine.cleaning import repair_texts
from textmine.errors import InputError, ModelError
from textmine.locations import find_model
from textmine.reading import read_table

_WIDE = ("coded_wide.csv", "coded_wide.parquet", "coded_wide.xlsx")

#: A score is the model's own if it is as near to it as this, and as far from the held-out one as that.
_SAME, _APART = 1e-4, 1e-3


def find_in_sample(folder: Path, said: Mapping[str, Any], scores: pd.DataFrame, units: pd.Index) -> list[str]:
    """The ``units`` of a folder whose scores are those of the model that saw them, not its out-of-fold ones.

    ``textmine code`` writes out-of-fold scores for texts that a model was trained on; scores from elsewhere
    may not be so. The model keeps salted hashes of its training texts and is asked where it is at hand: by
    its name in the provenance (``said``) and the sha256 there. Only the fast tier is, for it is quick to
    load. ``scores`` are those of the folder.
    """
    coder = _load_model(said.get("model", {}))
    if coder is None or not coder.memory_.scores:
        return []
    wide = read_wide(folder, str(said.get("columns", {}).get("id") or "unit_id"))
    names = said.get("columns", {})
    text, question = names.get("text"), names.get("question")
    units = units.intersection(scores.index).intersection(wide.index)
    if text not in wide.columns or not len(units):
        return []
    codes = [code for code in coder.codes_ if code in scores.columns]
    columns = [list(coder.codes_).index(code) for code in codes]
    texts = repair_texts(wide.loc[units, text].astype(str).tolist())
    asked = wide.loc[units, question].astype(str).tolist() if question in wide.columns else [""] * len(units)
    rows, held_out = coder.out_of_fold(texts, asked)
    if not len(rows) or not codes:
        return []
    raw, _ = coder.score_repaired([texts[row] for row in rows], [asked[row] for row in rows])
    own = coder.calibrate(raw)
    told = scores.loc[units[rows], codes].to_numpy(dtype=np.float64)
    same = np.abs(told - own[:, columns]).max(axis=1) < _SAME
    apart = np.abs(told - held_out[:, columns]).max(axis=1) > _APART
    return [str(unit) for unit in units[rows][same & apart]]


def read_wide(folder: Path, id: str) -> pd.DataFrame:
    """The wide table of a coded folder by unit id; ``InputError`` where there is none or no such column."""
    path = next((folder / name for name in _WIDE if (folder / name).is_file()), None)
    if path is None:
        raise InputError(f"{folder} holds no coded_wide table. Code the wave anew: textmine code.")
    frame = read_table(path).frame
    if id not in frame.columns:
        raise InputError(f"coded_wide in {folder} has no column {id!r}. Code the wave anew: textmine code.")
    return frame.set_index(pd.Index(frame[id].astype(str), name="unit_id"))


def _load_model(said: Mapping[str, Any]) -> Any:
    """The model of this name and hash, if it is at hand and of the fast tier."""
    from textmine.coding.artefact import load_coder
    from textmine.coding.coder import Coder

    try:
        folder = Path(find_model(str(said.get("id", ""))))
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config.get("tier") != "fast":
            return None
        coder = load_coder(folder)
    except (ModelError, OSError, ValueError):
        return None
    return coder if isinstance(coder, Coder) and coder.sha256_ == said.get("sha256") else None
