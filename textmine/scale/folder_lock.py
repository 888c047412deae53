"""One run at a time writes to a folder: a lock that ends with its process, however that ends."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from textmine.errors import InputError
from textmine.files import clear_unfinished, make_folder

#: The file that is locked; it goes when the run does.
LOCK = ".textmine-lock"
#: Seconds to wait for the processes of a run that was killed to end.
PATIENCE = 5.0


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Make a folder and keep other runs out of it. Processes forked meanwhile hold it as well.

    What a run that was killed left half-written is taken away.

    Raises ``InputError`` where another run holds it, or it cannot be written to. Where a disk knows no locks
    there is none.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name, hold_folder(Path(name)):
    ...     [path.name for path in Path(name).iterdir()]
    ['.textmine-lock']
    """
    make_folder(folder)
    path = folder / LOCK
    handle = _take(path, time.monotonic() + PATIENCE)
    try:
        clear_unfinished(folder, keep=LOCK)
        yield
    finally:
        if os.name == "posix":  # while it is still held, so that nobody else's is taken away
            path.unlink(missing_ok=True)
        os.close(handle)


def _take(path: Path, until: float) -> int:
    """The locked file, open."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if _lock(handle):
            if _is_there(path, handle):
                return handle
            os.close(handle)  # its run took it away between the two
            continue
        os.close(handle)
        if time.monotonic() > until:
            raise InputError(
                f"Another run writes to {path.parent}. Wait until it has ended, or choose another with --out."
            )
        time.sleep(0.1)


def _lock(handle: int) -> bool:
    """Whether the file could be locked; True as well where the disk knows no locks."""
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


def _is_there(path: Path, handle: int) -> bool:
    """Whether the open file is the one under its name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False
