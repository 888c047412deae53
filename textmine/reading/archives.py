"""Zip files inside: what an .xlsx, .ods, .docx or .odt really is, and whether it is safe to unpack."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from textmine.errors import InputError

#: The most bytes that all parts of one file may unpack to, and how many times its size from where on.
MOST_BYTES = 768 * 2**20
MOST_PARTS = 20_000
_MOST_RATIO = 250
_RATIO_FROM = 64 * 2**20
_STEP = 2**20
_DECLARATIONS = (b"<!doctype", b"<!entity")


def open_archive(data: bytes, source: str) -> zipfile.ZipFile:
    """A zip file whose parts were unpacked once, for their true size, and hold no document type.

    Neither the sizes that the file claims nor its ratio are trusted. An office file has no use for a document
    type, and only there can an XML entity be declared, so any is refused.
    Raises ``InputError`` for a damaged or encrypted file, for one that unpacks to more than ``MOST_BYTES`` or
    has more than ``MOST_PARTS`` parts, and for one that declares entities.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise InputError(
            f"{source} is a damaged zip file. Save it again from the program it is from."
        ) from None
    if len(parts) > MOST_PARTS:
        raise InputError(f"{source} has {len(parts)} parts; an office file has far fewer. It was not opened.")
    if any(part.flag_bits & 1 for part in parts):
        raise InputError(f"{source} is protected with a password. Save it without one.")
    total = 0
    for part in parts:
        tail = b""
        for piece in _unpack(archive, part, source):
            total += len(piece)
            _refuse_bomb(total, len(data), source)
            if part.filename.lower().endswith((".xml", ".rels")):
                tail = _refuse_entities(tail + piece, source)
    return archive


def name_archive(data: bytes) -> str:
    """What a zip file is, by its parts: 'xlsx', 'xlsb', 'ods', 'docx', 'odt', 'pptx' or 'zip'."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype").decode("ascii", "replace")
                if "opendocument" in kind:
                    return {"spreadsheet": "ods", "text": "odt"}.get(kind.strip().rsplit(".", 1)[-1], "zip")
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, zlib.error, RuntimeError):
        return "zip"
    if "xl/workbook.bin" in names:
        return "xlsb"
    for folder, kind in (("xl/", "xlsx"), ("word/", "docx"), ("ppt/", "pptx")):
        if any(name.startswith(folder) for name in names):
            return kind
    return "zip"


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, source: str) -> Iterator[bytes]:
    """The bytes of a part, piece by piece, never more than it claims to hold and checked against its sum."""
    try:
        with archive.open(part) as handle:
            while piece := handle.read(_STEP):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError):
        raise InputError(f"{source} is damaged: a part of it cannot be unpacked. Save it again.") from None


def _refuse_bomb(total: int, packed: int, source: str) -> None:
    if total > MOST_BYTES or (total > _RATIO_FROM and total > _MOST_RATIO * packed):
        raise InputError(
            f"{source} unpacks to more than {total // 2**20} MiB from {max(1, packed // 1024)} KiB, "
            "as a zip bomb does, and was not read. Save the table as csv if it is sound."
        )


def _refuse_entities(piece: bytes, source: str) -> bytes:
    """The end of what was looked through, for a declaration that is cut in two."""
    plain = piece.replace(b"\0", b"").lower()  # XML may be UTF-16
    if any(mark in plain for mark in _DECLARATIONS):
        raise InputError(
            f"{source} declares XML entities or a document type, which no spreadsheet or document needs and "
            "which can harm; it was not read. Save it again from the program it is from."
        )
    return piece[-32:]
