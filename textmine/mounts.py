"""Whether a path lies on a network share or another machine's folder, where SQLite's WAL is not safe."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

#: File systems whose files are another machine's, so that processes on two machines may have one open.
_NETWORK = frozenset(
    (
        *("9p", "afs", "afpfs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "glusterfs", "gpfs"),
        *("lustre", "ncpfs", "nfs", "nfs4", "orangefs", "panfs", "prl_fs", "smb3", "smbfs", "vboxsf"),
        *("virtiofs", "vmhgfs", "webdav"),
    )
)
#: FUSE file systems that keep their files on this machine's own disk; all others are taken for remote.
_LOCAL_FUSE = frozenset(
    (
        *("bindfs", "cryfs", "encfs", "exfat", "fuse-overlayfs", "gocryptfs", "lxcfs", "mergerfs", "ntfs"),
        *("ntfs-3g", "snapfuse", "veracrypt"),
    )
)
_REMOTE_DRIVE = 4
_ESCAPED = re.compile(r"\\([0-7]{3})")
_MAC_LINE = re.compile(r"^.+? on (?P<place>/.*) \((?P<kind>[^,)]+)")
_MOUNTS = Path("/proc/self/mounts")
_WAIT_SECONDS = 2.0


@dataclass(frozen=True)
class Mount:
    """Where a file system is mounted, and of which kind it is."""

    place: str
    kind: str


def name_share(path: Path | str, mounts: Iterable[Mount] | None = None) -> str:
    """The kind of network file system that a path lies on, such as 'nfs4'; '' where it is a local disk.

    The path need not be there yet. ``mounts`` are those of this machine where none are given. Where they
    cannot be told, the answer is ''.

    >>> mounts = [Mount("/", "ext4"), Mount("/data/share", "cifs")]
    >>> name_share("/data/share/study/store.sqlite", mounts), name_share("/data/other", mounts)
    ('cifs', '')
    """
    if mounts is None and sys.platform == "win32":
        return _name_windows_share(Path(path))
    known = read_mounts() if mounts is None else list(mounts)
    whole = PurePosixPath(path) if mounts is not None else PurePosixPath(Path(path).resolve())
    kind, depth = "", -1
    for mount in known:  # the deepest counts, and of those at one place the last, which hides the others
        place = PurePosixPath(mount.place)
        if whole.is_relative_to(place) and len(place.parts) >= depth:
            kind, depth = mount.kind, len(place.parts)
    return kind if is_network(kind) else ""


def is_network(kind: str) -> bool:
    """Whether a kind of file system, as the system's table of mounts calls it, is a network one.

    >>> [is_network(kind) for kind in ("nfs4", "fuse.sshfs", "fuse.gocryptfs", "fuseblk", "apfs")]
    [True, True, False, False, False]
    """
    kind = kind.casefold()
    if kind.startswith(("fuse.", "macfuse", "osxfuse")):
        return kind.partition(".")[2] not in _LOCAL_FUSE
    return kind in _NETWORK


def read_mounts() -> list[Mount]:
    """The mounts of this machine: of Linux its table, of macOS what ``mount`` says; none elsewhere."""
    try:
        if sys.platform == "darwin":
            said = subprocess.run(
                ["/sbin/mount"], capture_output=True, encoding="utf-8", timeout=_WAIT_SECONDS, check=True
            )
            return parse_mac_mounts(said.stdout)
        return parse_mounts(_MOUNTS.read_text(encoding="utf-8", errors="surrogateescape"))
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return []


def parse_mounts(table: str) -> list[Mount]:
    r"""The mounts of Linux's table, in which blanks of a path are written as octal numbers.

    >>> parse_mounts("srv:/x /media/my\\040share nfs4 rw 0 0")
    [Mount(place='/media/my share', kind='nfs4')]
    """
    rows = (line.split(" ") for line in table.splitlines())
    return [Mount(_ESCAPED.sub(_unescape, row[1]), row[2]) for row in rows if len(row) >= 3]


def parse_mac_mounts(said: str) -> list[Mount]:
    """The mounts that macOS's ``mount`` prints.

    >>> parse_mac_mounts("//ann@srv/x on /Volumes/x (smbfs, nodev, nosuid)")
    [Mount(place='/Volumes/x', kind='smbfs')]
    """
    found = (_MAC_LINE.match(line) for line in said.splitlines())
    return [Mount(line["place"], line["kind"].strip()) for line in found if line]


def _name_windows_share(path: Path) -> str:
    drive = path.resolve().anchor
    if is_unc(drive):
        return "UNC path"
    return "mapped drive" if _ask_drive_type(drive) == _REMOTE_DRIVE else ""


def is_unc(drive: str) -> bool:
    r"""Whether the root of a Windows path is a share on a server; ``\\?\C:\`` and ``\\.\C:\`` are local.

    >>> is_unc("\\\\server\\share\\"), is_unc("\\\\?\\UNC\\server\\share\\"), is_unc("\\\\?\\C:\\")
    (True, True, False)
    """
    plain = drive.replace("/", "\\")
    if plain.casefold().startswith("\\\\?\\unc\\"):
        return True
    return plain.startswith("\\\\") and not plain.startswith(("\\\\?\\", "\\\\.\\"))


def _ask_drive_type(drive: str) -> int:
    """What Windows says of a drive; 4 is a remote one, 0 not known."""
    import ctypes

    try:
        return int(getattr(ctypes, "windll").kernel32.GetDriveTypeW(drive))  # noqa: B009 - Windows alone has it
    except (AttributeError, OSError):
        return 0


def _unescape(found: re.Match[str]) -> str:
    return chr(int(found[1], 8))
