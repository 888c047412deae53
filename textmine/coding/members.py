"""Members of an accurate coder that are done, kept so that a training that was killed goes on from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from textmine.coding.finetune import State
from textmine.files import atomic_path, clear_unfinished

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class KeptMember:
    """A trained network's ``state``, its ``scores`` of the fold it has not seen, and its ``epochs``."""

    state: State
    scores: Floats
    epochs: int


class MemberStore:
    """Puts members into a folder and takes them out again, if they are of the same training (``key``).

    Without a folder it keeps nothing. ``first`` is the number of the first in the folder, where there are
    others before it.
    """

    def __init__(self, folder: Path | None, key: str, first: int = 0) -> None:
        self.folder, self.key, self.first = folder, key, first

    def take(self, place: int) -> KeptMember | None:
        """The member of a fold, or None where it is not there, is damaged or is of another training."""
        from safetensors import SafetensorError, safe_open

        if self.folder is None or not self._path(place).is_file():
            return None
        try:
            with safe_open(self._path(place), framework="numpy") as file:
                about = file.metadata() or {}
                if about.get("key") != self.key:
                    return None
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            if about.get("sha256") != _digest(tensors):
                return None
            scores = tensors.pop("held_out_scores").astype(np.float64)
            return KeptMember(tensors, scores, int(about["epochs"]))
        except (SafetensorError, OSError, KeyError, ValueError):
            return None

    def put(self, place: int, member: KeptMember) -> None:
        """Keep a member; it is there whole or not at all."""
        from safetensors.numpy import save_file

        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        tensors: dict[str, npt.NDArray[Any]] = {**member.state, "held_out_scores": member.scores}
        about = {"key": self.key, "epochs": str(member.epochs), "sha256": _digest(tensors)}
        with atomic_path(self._path(place)) as temporary:
            save_file(tensors, temporary, metadata=about)

    def forget(self) -> None:
        """Remove the members kept, once the coder that they are part of is saved."""
        if self.folder is None or not self.folder.is_dir():
            return
        for path in self.folder.glob("member-*.safetensors"):
            path.unlink()
        clear_unfinished(self.folder)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _path(self, place: int) -> Path:
        assert self.folder is not None
        return self.folder / f"member-{self.first + place}.safetensors"


def _digest(tensors: Mapping[str, npt.NDArray[Any]]) -> str:
    """A hash of what a file holds: safetensors itself would not notice a changed byte."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        values = np.ascontiguousarray(tensors[name])
        digest.update(f"{name} {values.dtype} {values.shape}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()
