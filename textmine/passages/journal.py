"""A file of entries that are only ever added: a line each, written at once, checked when read."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textmine.errors import InputError
from textmine.files import sha256_of
from textmine.privacy.review import keep_private

_LOG = logging.getLogger(__name__)
_CHECK = "check"


def add_entry(path: Path, entry: Mapping[str, Any]) -> None:
    """Write an entry behind the others, in one piece and onto the disk; nothing before it is touched.

    A new file is for its owner alone to read. An unfinished line, left by a computer that went off, is
    closed, so that it spoils no other.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "quotes.jsonl")
    ...     add_entry(path, {"kind": "memo", "text": "Money is said with relief."})
    ...     [entry["kind"] for entry in read_entries(path)]
    ['memo']
    """
    line = json.dumps({**entry, _CHECK: _sign(entry)}, ensure_ascii=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("ab") as handle:
        if is_new:
            keep_private(path)
        torn = not is_new and not _ends_whole(path)
        handle.write((b"\n" if torn else b"") + line.encode("utf-8", "surrogatepass"))
        handle.flush()
        os.fsync(handle.fileno())


def read_entries(path: Path) -> list[dict[str, Any]]:
    """The entries, in the order in which they were written; none where there is no file.

    A line that was never finished is passed over with a warning. Raises ``InputError`` with the line where
    one was changed by other means.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    found, torn = [], 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line.decode("utf-8", "surrogatepass"))
            whole = isinstance(entry, dict) and line.rstrip().endswith(b"}")
        except ValueError:
            torn += 1
            continue
        if not whole or entry.pop(_CHECK, None) != _sign(entry):
            raise InputError(
                f"{path.name}, line {number}: it is not as it was written. Put back a copy that is."
            )
        found.append(entry)
    if torn:
        _LOG.warning("%d unfinished line(s) of %s were passed over; they were never whole.", torn, path.name)
    return found


def seal_anew(entry: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """An entry that was rightly changed (words of a person who withdrew) with a check of its own again.

    ``before`` is the line as it was: what had no right check, or none, gets none.

    >>> was = {"kind": "memo", "text": "Said R7", "check": _sign({"kind": "memo", "text": "Said R7"})}
    >>> seal_anew({**was, "text": "Said somebody"}, was)["check"] == was["check"]
    False
    """
    given = {name: cell for name, cell in before.items() if name != _CHECK}
    if before.get(_CHECK) != _sign(given):
        return dict(entry)
    plain = {name: cell for name, cell in entry.items() if name != _CHECK}
    return {**plain, _CHECK: _sign(plain)}


def tell_time(at: str | None = None) -> str:
    """The time in UTC to the second, or the one given."""
    if at is not None:
        return at
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _sign(entry: Mapping[str, Any]) -> str:
    return sha256_of(dict(entry))[:16]


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as handle:
        if handle.seek(0, os.SEEK_END) == 0:
            return True
        handle.seek(-1, os.SEEK_END)
        return handle.read(1) == b"\n"
