"""Network shares are told from local disks on every system, and a store on one is warned of."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from textmine import mounts
from textmine.annotations import schema
from textmine.annotations.schema import open_engine
from textmine.mounts import Mount, is_unc, name_share, parse_mac_mounts, parse_mounts

LINUX = r"""
proc /proc proc rw 0 0
/dev/sda1 / ext4 rw,relatime 0 0
srv:/export/people /people nfs4 rw,vers=4.2 0 0
//srv/share /media/my\040share cifs rw 0 0
ann@host: /people/ann/remote fuse.sshfs rw 0 0
/dev/sdb1 /media/stick fuseblk rw 0 0
gocryptfs /people/ann/vault fuse.gocryptfs rw 0 0
/dev/sda2 /people/ann/fast xfs rw 0 0
C:\134 /media/c 9p rw 0 0
srv:/a /srv/twice nfs rw 0 0
/dev/sdc1 /srv/twice ext4 rw 0 0
"""
MAC = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
//ann@srv/Study on /Volumes/My Study (smbfs, nodev, nosuid, mounted by ann)
srv:/x on /Volumes/x (nfs, nodev)
map auto_home on /System/Volumes/Data/people (autofs, automounted, nobrowse)
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/store.sqlite", ""),
        ("/people/ben/store.sqlite", "nfs4"),
        ("/peoplework/store.sqlite", ""),
        ("/media/my share/study/store.sqlite", "cifs"),
        ("/people/ann/remote/store.sqlite", "fuse.sshfs"),
        ("/people/ann/vault/store.sqlite", ""),
        ("/people/ann/fast/store.sqlite", ""),
        ("/media/stick/store.sqlite", ""),
        ("/media/c/study/store.sqlite", "9p"),
        ("/srv/twice/store.sqlite", ""),
    ],
)
def test_deepest_and_latest_mount_says_where_a_file_lies(path: str, kind: str) -> None:
    assert name_share(path, parse_mounts(LINUX)) == kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/Applications/s.sqlite", ""), ("/Volumes/My Study/s.sqlite", "smbfs"), ("/Volumes/x/s.sqlite", "nfs")],
)
def test_mac_mounts_are_read(path: str, kind: str) -> None:
    assert name_share(path, parse_mac_mounts(MAC)) == kind


@pytest.mark.parametrize(
    ("drive", "unc"),
    [("\\\\srv\\share\\", True), ("\\\\?\\UNC\\srv\\share\\", True), ("\\\\?\\C:\\", False), ("C:\\", False)],
)
def test_unc_paths_are_shares(drive: str, unc: bool) -> None:
    assert is_unc(drive) is unc


@pytest.mark.parametrize(("answer", "kind"), [(4, "mapped drive"), (3, ""), (0, "")])
def test_mapped_drive_is_what_windows_calls_remote(
    monkeypatch: pytest.MonkeyPatch, answer: int, kind: str
) -> None:
    monkeypatch.setattr(mounts.sys, "platform", "win32")
    monkeypatch.setattr(mounts, "_ask_drive_type", lambda drive: answer)
    assert name_share("store.sqlite") == kind


def test_machine_that_cannot_tell_its_mounts_warns_of_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mounts.sys, "platform", "linux")
    monkeypatch.setattr(mounts, "_MOUNTS", tmp_path / "no table")
    assert mounts.read_mounts() == [] and name_share(tmp_path / "s.sqlite") == ""


def test_store_on_a_share_is_warned_of_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(schema, "name_share", lambda place: "nfs4")
    monkeypatch.setattr(schema, "_WARNED", set())
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            open_engine(tmp_path / "store.sqlite").dispose()
    (said,) = caplog.messages
    assert "network share (nfs4)" in said and "PostgreSQL" in said and str(tmp_path) in said


def test_store_on_a_local_disk_is_not_warned_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(mounts, "read_mounts", lambda: [Mount("/", "ext4")])
    open_engine(tmp_path / "store.sqlite").dispose()
    assert not caplog.messages
