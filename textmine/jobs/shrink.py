"""Make an accurate model smaller and quicker: networks as int8 for ONNX Runtime, in a folder of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from textmine.errors import ModelError
from textmine.files import atomic_text, make_folder
from textmine.locations import find_model

_NOTE = (
    "\n## Form\n\nThe networks of `{name}` as int8 for ONNX Runtime, made by `textmine shrink`. The figures "
    "above were measured before that; `docs/tiers.md` says what int8 changes.\n"
)


@dataclass(frozen=True)
class Shrunk:
    """Where the model is now, and the bytes of the folder before and after."""

    out: Path
    bytes_before: int
    bytes_after: int


def shrink_model(model: str | Path, out: Path) -> Shrunk:
    """Write the int8 form of an accurate model into another folder; its card goes with it.

    Raises ``ModelError`` for a model of the fast tier, one that is int8 already, where torch, onnx or
    onnxruntime is missing, and where ``out`` is the model's own folder.
    """
    from textmine.coding.artefact import load_coder, save_coder

    folder = find_model(model)
    if out.resolve() == folder.resolve():
        raise ModelError("The int8 model would take the place of the model itself. Choose another --out.")
    tier = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("tier")
    if tier == "fast":
        raise ModelError(
            f"Model {folder.name} is of the fast tier, which needs no int8. Name an accurate one."
        )
    make_folder(out)
    from textmine.coding.accurate import AccurateCoder
    from textmine.coding.card import RELIABILITY
    from textmine.coding.int8_export import shrink_coder

    coder = load_coder(folder)
    if not isinstance(coder, AccurateCoder):
        raise ModelError(f"Model {folder.name} is not of the accurate tier. Name an accurate one.")
    save_coder(shrink_coder(coder), out)
    card = folder / "card.md"
    if card.is_file():
        with atomic_text(out / "card.md") as handle:
            handle.write(
                card.read_text(encoding="utf-8").rstrip("\n") + "\n" + _NOTE.format(name=folder.name)
            )
    plot = folder / RELIABILITY
    if plot.is_file():
        with atomic_text(out / RELIABILITY) as handle:
            handle.write(plot.read_text(encoding="utf-8"))
    return Shrunk(out, _size(folder), _size(out))


def _size(folder: Path) -> int:
    """The bytes of the files that make up a model, and of its card."""
    named = json.loads((folder / "config.json").read_text(encoding="utf-8"))["files"]
    files = [folder / name for name in (*named, "config.json", "card.md")]
    return sum(path.stat().st_size for path in files if path.is_file())
