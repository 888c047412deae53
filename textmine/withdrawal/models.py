"""Models that learned from a person: told by the salted hashes that each keeps of its training texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from textmine.cleaning import repair_texts
from textmine.coding.artefact import memory_from
from textmine.coding.calibrated import ANY_QUESTION
from textmine.withdrawal.files import is_model, list_folders

_MEMORIES = ("memory.safetensors", "weights.safetensors")


def find_models(
    folders: Sequence[Path], said: Iterable[tuple[str, str]], fingerprints: Iterable[str]
) -> list[tuple[Path, str]]:
    """The models under folders to train anew, each with the reason.

    ``said`` are the person's texts, each with its question; ``fingerprints`` those of the corpora that they
    were in. A coder is told by its memory of training texts, a topic model by its corpus.
    """
    pairs = {(text, question) for text, question in said if text.strip()}
    pairs |= {(text, other) for text, _ in pairs for other in ("", ANY_QUESTION)}
    texts = [text for text, _ in pairs]
    repaired = (
        list(zip(repair_texts(texts), [question for _, question in pairs], strict=True)) if texts else []
    )
    known = set(fingerprints)
    found = []
    for folder in sorted(set(list_folders(folders))):
        if not is_model(folder):
            continue
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        memory = _read_memory(folder, config)
        if memory is not None:
            keys = sum(memory.key(text, question) in memory.scores for text, question in repaired)
            if keys:
                found.append((folder, "it learned from texts of this person"))
        elif config.get("fingerprint") in known:
            found.append((folder, "it was fitted to a corpus that this person was in"))
    return found


def _read_memory(folder: Path, config: dict[str, Any]) -> Any:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    for name in _MEMORIES:
        if (folder / name).is_file() and "salt" in config:
            try:
                arrays = load_file(folder / name)
                if "memory_keys" in arrays:
                    return memory_from(arrays, str(config["salt"]))
            except (SafetensorError, OSError, ValueError):
                continue
    return None
