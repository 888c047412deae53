"""What a table of figures keeps beside it: the id of each figure, what it is of, and what made it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.files import sha256_of_file, write_json
from textmine.report.figure_ids import hash_inputs, name_figure

FORM = "textmine figures 1"
ENDING = ".figures.json"
_VALUES = (
    *("estimate", "low", "high", "se", "naive", "n_coded", "n_read", "n_base"),
    *("before", "after", "change", "p_adjusted", "n_read_before", "n_read_after"),
)


def note_figures(
    table: pd.DataFrame,
    path: Path,
    *,
    kind: str,
    keys: Sequence[str],
    inputs: Mapping[str, Any],
    command: str,
    estimator: str,
) -> tuple[pd.DataFrame, Path]:
    """The table with a last column ``figure``, and the file beside ``path`` that tells of each figure.

    ``keys`` are the columns that say what a row is of, ``inputs`` all that the figures depend on. The file
    has the form that ``textmine trace`` reads.
    """
    digest = hash_inputs(inputs)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    figures: dict[str, Any] = {}
    for number, row in enumerate(rows):
        parts = ["" if row.get(key) is None else str(row[key]) for key in keys]
        figures[name_figure(kind, *parts, inputs=digest)] = {
            "kind": kind,
            "parts": parts,
            "table": path.stem,
            "row": number,
            "values": {name: _plain(row[name]) for name in _VALUES if row.get(name) is not None},
            "estimator": estimator,
            "base": row.get("base_in_words"),
            "weights": dict(inputs.get("options") or {}).get("weight"),
            "command": command,
        }
    beside = path.with_name(f"{path.stem}{ENDING}")
    said = {"form": FORM, "inputs": dict(inputs), "inputs_sha256": digest, "command": command}
    write_json({**said, "figures": figures}, beside)
    return table.assign(figure=list(figures)), beside


def describe_inputs(
    folder: Path, said: Mapping[str, Any], files: Mapping[str, Iterable[Path]], options: Mapping[str, Any]
) -> dict[str, Any]:
    """All that figures of a coded folder depend on; ``said`` is its provenance."""
    return {
        "folder": name_path(folder),
        **{name: said.get(name) for name in ("corpus_fingerprint", "model", "codebook", "thresholds")},
        "files": {
            kind: [{"file": name_path(path), "sha256": sha256_of_file(path)} for path in paths]
            for kind, paths in files.items()
        },
        "options": dict(options),
    }


def write_command(words: Sequence[str], options: Mapping[str, Any]) -> str:
    """A command to type again; options that are None, False or empty are left out.

    >>> write_command(["textmine", "waves", "old dir"], {"--by": ["role"], "--weight": None, "--panel": True})
    "textmine waves 'old dir' --by role --panel"
    """
    found = list(words)
    for option, value in options.items():
        several = value if isinstance(value, (list, tuple)) else [value]
        for one in several:
            if one is True:
                found.append(option)
            elif one is not None and one is not False:
                found += [option, name_path(one) if isinstance(one, Path) else str(one)]
    return shlex.join(found)


def name_path(path: Path) -> str:
    """A path as it was given, without the folders of one machine.

    >>> name_path(Path("out/coded"))
    'out/coded'
    """
    return path.name if path.is_absolute() else path.as_posix()


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return round(value, 9) if isinstance(value, float) else value
