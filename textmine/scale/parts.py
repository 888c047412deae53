"""Parts of a wave on the disk, with a manifest: what is done stays done when the work is cut off."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textmine.errors import InputError
from textmine.files import atomic_text, sha256_of_file

if TYPE_CHECKING:
    import pyarrow as pa

#: The folder of the parts inside the folder that they are for; it goes when the tables are whole.
PARTS = ".parts"
_MANIFEST = "manifest.jsonl"


@dataclass(frozen=True)
class PartEntry:
    """A part that is done: the hash of its rows, its files with their hashes, and what was counted in it."""

    number: int
    rows_sha256: str
    files: Mapping[str, str]
    facts: Mapping[str, Any]


class PartStore:
    """The parts of one piece of work, in the folder ``.parts`` of ``folder``.

    ``plan`` is a hash of all that decides what the parts hold besides their rows. With ``resume`` the parts
    of an earlier run of the same plan are kept; else they are taken away. Raises ``InputError`` where the
    parts are those of another plan.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = PartStore(Path(folder), "plan")
    ...     _ = store.path(0, "a.csv").write_text("1", encoding="utf-8")
    ...     _ = store.add(0, "rows", ["a.csv"], {"read": 1})
    ...     again = PartStore(Path(folder), "plan", resume=True)
    ...     again.find(0, "rows").facts, again.find(0, "other rows")
    ({'read': 1}, None)
    """

    def __init__(self, folder: Path, plan: str, *, resume: bool = False) -> None:
        self.folder = folder / PARTS
        self._manifest = self.folder / _MANIFEST
        self._kept: dict[int, PartEntry] = {}
        self.done: dict[int, PartEntry] = {}
        if resume:
            self._kept = self._read(plan)
        if not self._kept:
            _clear(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        with atomic_text(self._manifest) as handle:
            lines = [{"plan": plan}, *(asdict(entry) for entry in self._kept.values())]
            handle.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    def path(self, number: int, name: str) -> Path:
        """Where a part keeps what it has under a name."""
        return self.folder / f"{number:07d}.{name}"

    def paths(self, name: str) -> list[Path]:
        """That of all parts done, in order."""
        return [self.path(number, name) for number in sorted(self.done)]

    def find(self, number: int, rows_sha256: str) -> PartEntry | None:
        """The entry of a part that an earlier run made of the same rows, if its files are as they were."""
        entry = self._kept.get(number)
        if entry is None or entry.rows_sha256 != rows_sha256:
            return None
        try:
            whole = all(sha256_of_file(self.path(number, n)) == h for n, h in entry.files.items())
        except OSError:
            return None
        if whole:
            self.done[number] = entry
        return entry if whole else None

    def add(self, number: int, rows_sha256: str, names: list[str], facts: Mapping[str, Any]) -> PartEntry:
        """Note that a part is done, whose files lie under ``names``."""
        files = {name: sha256_of_file(self.path(number, name)) for name in names}
        return self.note(PartEntry(number, rows_sha256, files, facts))

    def note(self, entry: PartEntry) -> PartEntry:
        """Note that a part is done."""
        with self._manifest.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
        self.done[entry.number] = entry
        return entry

    def remove(self) -> None:
        """Take the parts away: all at once, so that what is cut off on the way leaves none to be taken up."""
        _clear(self.folder)

    def _read(self, plan: str) -> dict[int, PartEntry]:
        try:
            first, *lines = self._manifest.read_text(encoding="utf-8").splitlines()
            found = json.loads(first)["plan"]
        except (OSError, ValueError, KeyError):  # cut off before anything was done, or after all was
            return {}
        if found != plan:
            raise InputError(
                f"What {self.folder.parent} holds was begun with another model, other options or another "
                "version of textmine. Give the same, or run without --resume."
            )
        entries = {}
        for line in lines:
            try:
                entry = PartEntry(**json.loads(line))
            except (ValueError, TypeError):  # cut off as it was written
                continue
            entries[entry.number] = entry
        return entries


def _clear(folder: Path) -> None:
    """Take a folder of parts away, and what is left of one that was being taken away."""
    leaving = folder.with_name(f"{folder.name}-leaving")
    shutil.rmtree(leaving, ignore_errors=True)
    if folder.is_dir():
        folder.rename(leaving)
        shutil.rmtree(leaving, ignore_errors=True)


def read_arrow(path: Path) -> pa.Table:
    """The table in an arrow file."""
    import pyarrow as pa

    with pa.OSFile(str(path), "rb") as source:
        return pa.ipc.open_file(source).read_all()
