"""Writing files so that a half-written one is never taken for whole, and hashing what was read."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any

from textmine.errors import InputError

#: How the names of files begin that are not whole yet.
_UNFINISHED = ".textmine-"
#: Bytes of a name from data that go into a file's name at most; most disks take 255 in all.
_LONGEST_PIECE = 150
#: What safetensors and readstat raise, in place of ``OSError``, where a file cannot be written.
_FAILED_WRITES = ("SafetensorError", "ReadstatError")


def sha256_of_file(path: Path) -> str:
    """The sha256 of a file's bytes, as 64 hex digits."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sha256_of(value: Any) -> str:
    """The sha256 of a JSON-able value in its canonical form (sorted keys, no spaces), as 64 hex digits.

    >>> sha256_of({"a": 1})[:8]
    '015abd7f'
    """
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def find_damage(folder: Path, files: Mapping[str, str]) -> str:
    """What is wrong with a folder whose ``files`` are named with their sha256; '' where all is well.

    A name that leads out of the folder is damage as well, and is not read.
    """
    for name, sha256 in files.items():
        if leads_out(name):
            return "it names files outside the folder"
        if not (folder / name).is_file():
            return f"{name} is missing"
        if sha256_of_file(folder / name) != sha256:
            return f"{name} is not the file that was saved"
    return ""


def leads_out(name: str) -> bool:
    """Whether a name, read on whatever system, leads out of its folder.

    >>> leads_out("fast/config.json"), leads_out("../x"), leads_out("C:x")
    (False, True, True)
    """
    return any(path(name).anchor or ".." in path(name).parts for path in (PurePosixPath, PureWindowsPath))


def is_anchored(name: str) -> bool:
    """Whether a name begins at a root, a drive or another machine, or is one that no system takes.

    >>> is_anchored("../sample.csv"), is_anchored("//machine/share"), is_anchored("C:x")
    (False, True, True)
    """
    return "\0" in name or any(path(name).anchor for path in (PurePosixPath, PureWindowsPath))


def set_apart(names: Iterable[str], *, joint: str = "-") -> dict[str, str]:
    """For each name that came with data, a piece of a file's name that is good on every system.

    It is the name with ``joint`` for whatever is no letter, digit, '_' or '-'. A long one is cut, and so that
    no two names share a file, also where case or the form of accents is not told apart, names that would
    are told by a hash.

    >>> set_apart(["North West", "region"])
    {'North West': 'North-West', 'region': 'region'}
    >>> sorted(set_apart(["a/b", "a b"]).values())
    ['a-b-5e229e24', 'a-b-f5effa31']
    """
    distinct = dict.fromkeys(names)
    plain = {name: re.sub(r"[^\w-]+", joint, name) for name in distinct}
    alike = {name: unicodedata.normalize("NFKC", piece).casefold() for name, piece in plain.items()}
    shared = Counter(alike.values())
    short = {name: piece.encode()[:_LONGEST_PIECE].decode(errors="ignore") for name, piece in plain.items()}
    return {
        name: piece if shared[alike[name]] == 1 and piece == plain[name] else f"{piece}-{sha256_of(name)[:8]}"
        for name, piece in short.items()
    }


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its name only when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except Exception as error:
        if type(error).__name__ not in _FAILED_WRITES:
            raise
        raise InputError(
            f"{path.name} could not be written to {path.parent}. Check that the disk is not full and that "
            "the folder takes files."
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def refuse_damaged(path: Path, remedy: str) -> Iterator[None]:
    """Around the reading of a file of textmine's own, whose damage becomes an ``InputError`` with a remedy.

    Libraries raise all kinds of errors at a file that was cut short; what a disk or a lack of memory says
    stays what it is.
    """
    try:
        yield
    except (InputError, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InputError(f"{path} is damaged. {remedy}") from None


def clear_unfinished(folder: Path, *, keep: str = "") -> None:
    """Take away what ``atomic_path`` left in a folder when its process was killed, all but ``keep``.

    Call it only where nobody else writes to the folder.
    """
    for path in folder.glob(f"{_UNFINISHED}*"):
        if path.name != keep:
            path.unlink(missing_ok=True)


@contextmanager
def atomic_text(path: Path) -> Iterator[IO[str]]:
    """A UTF-8 text file, line ends as written, that appears under its name only when whole."""
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as handle:
        yield handle


def make_folder(folder: Path) -> None:
    """Make a folder to write to, if need be; raises ``InputError`` where that cannot be.

    Call it before the work, so that an hour's result never meets a folder that takes none.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = "it is a file" if folder.is_file() else error.strerror or type(error).__name__
        raise InputError(f"Cannot write to the folder {folder} ({why}). Choose another with --out.") from None


def write_rows(rows: Iterable[Iterable[Any]], handle: IO[str]) -> None:
    r"""Write csv with lines ended by LF, in which a cell with any line end in it stands in quotes.

    >>> import io
    >>> handle = io.StringIO()
    >>> write_rows([["id", "text"], ["1", "old\rMac"]], handle)
    >>> handle.getvalue()
    'id,text\n1,"old\rMac"\n'
    """
    csv.writer(_UnixLines(handle), lineterminator="\r\n").writerows(rows)


class _UnixLines:
    """Takes rows that end in CR LF, for which csv quotes cells with either, and ends them in LF."""

    def __init__(self, handle: IO[str]) -> None:
        self._handle = handle

    def write(self, row: str) -> int:
        return self._handle.write(row[:-2] + "\n")


def write_json(value: Any, path: Path) -> None:
    """Write a value as readable JSON, with a final line end."""
    with atomic_text(path) as handle:
        json.dump(value, handle, ensure_ascii=False, indent=2)
        handle.write("\n")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
