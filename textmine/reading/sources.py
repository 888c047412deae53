"""The bytes of a file, within bounds, and what kind of table they are, whatever the file is called."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import IO

from textmine.errors import InputError
from textmine.reading.archives import name_archive, open_archive

KINDS = ".csv, .tsv, .xlsx, .ods, .sav, .parquet or .jsonl"
MOST_BYTES = 4 * 2**30
MOST_LINE = 64 * 2**20

_STEP = 8 * 2**20
_SUFFIXES = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv", ".xlsx": "xlsx", ".xlsm": "xlsx",
    ".ods": "ods", ".sav": "sav", ".zsav": "sav", ".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}  # fmt: skip
_LINES = {"csv", "tsv", "jsonl"}
_MAGIC = ((b"PAR1", "parquet"), (b"$FL2", "sav"), (b"$FL3", "sav"))
_ADVICE = (
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"%PDF", "a pdf document"),
    (b"{\\rtf", "a rich text document"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_WEB_PAGE = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|table|head|meta)\b", re.IGNORECASE)
_XML_WORKBOOK = re.compile(
    rb"\s*<\?xml[^>]*>\s*(?:<\?mso-application[^>]*>\s*)?<(?:ss:)?workbook", re.IGNORECASE
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = {
    "docx": "a Word document", "odt": "a text document", "pptx": "a slide show",
    "xlsb": "a binary Excel workbook", "zip": "a zip archive: unpack it first",
}  # fmt: skip


def read_source(path: Path | str) -> tuple[bytes, str, str]:
    """The bytes of a file ('-' is standard input), its name without the folder, and its kind of table.

    The kind is csv, tsv, jsonl, xlsx, ods, sav or parquet: told by the bytes where they tell, else by the
    ending of the name. No more is held than a bounded part of a file that turns out to be none of these.
    Raises ``InputError`` for a file that is missing, a folder, too large, of another kind, or whose lines
    have no end.
    """
    if str(path) == "-":
        return _read_within(sys.stdin.buffer, "stdin", "csv"), "stdin", "csv"
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a table. Name a {KINDS} file.")
    try:
        with path.open("rb") as handle:
            start = handle.read(4096)
            kind = _tell_kind(start, path)
            handle.seek(0)
            data = _read_within(handle, path.name, kind)
    except FileNotFoundError:
        raise InputError(f"No file {path}. Check its name and its folder.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be opened ({error.strerror}). Check that it may be read.") from None
    if data.startswith(b"PK\x03\x04"):
        kind = _tell_archive(data, path.name)
    elif data.startswith(_OLE):
        _refuse_ole(data, path.name)
    return data, path.name, kind


def _tell_kind(start: bytes, path: Path) -> str:
    for mark, kind in _MAGIC:
        if start.startswith(mark):
            return kind
    if start.startswith((b"PK\x03\x04", _OLE)):
        return "archive"
    suffix = path.suffix.lower()
    kind = _SUFFIXES.get(suffix, "")
    if suffix == ".xls" and not _WEB_PAGE.match(start) and not _XML_WORKBOOK.match(start):
        raise InputError(f"{path.name} is an old Excel workbook. Open it and save it as .xlsx.")
    if kind not in _LINES or _is_binary(start):
        for mark, what in _ADVICE:
            if start.startswith(mark):
                raise InputError(f"{path.name} is {what}, not a table. Save the table as {KINDS}.")
    if _WEB_PAGE.match(start) or _XML_WORKBOOK.match(start):
        raise InputError(
            f"{path.name} is a web page or XML that a program named like a table. "
            "Open it in a spreadsheet and save it as .xlsx."
        )
    if not kind:
        raise InputError(f"{path.name} is not of a kind that is read as a table. Save it as {KINDS}.")
    return kind


def _is_binary(start: bytes) -> bool:
    """Whether the start of a file holds bytes that no text begins with."""
    controls = any(byte < 9 for byte in start[:512])
    return controls or start.startswith((b"%PDF", b"{\\rtf"))


def _tell_archive(data: bytes, source: str) -> str:
    kind = name_archive(data)
    if kind == "zip":
        open_archive(data, source).close()  # says so where it is damaged
    if kind in {"xlsx", "ods"}:
        return kind
    raise InputError(f"{source} is {_OTHERS[kind]}, not a table. Save the table as {KINDS}.")


def _refuse_ole(data: bytes, source: str) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise InputError(f"{source} is protected with a password. Open it and save it without one.")
    raise InputError(f"{source} is an old Office file (.xls or .doc inside). Open it and save it as .xlsx.")


def _read_within(handle: IO[bytes], source: str, kind: str) -> bytes:
    """All bytes of a file; stops at the first sign that they have no bound."""
    pieces: list[bytes] = []
    total = waiting = 0
    while piece := handle.read(_STEP):
        total += len(piece)
        if total > MOST_BYTES:
            raise InputError(f"{source} is larger than {MOST_BYTES // 2**30} GiB. Split it into parts.")
        if kind in _LINES:
            ended = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
            waiting = waiting + len(piece) if ended < 0 else len(piece) - ended - 1
            if waiting > MOST_LINE:
                line = sum(held.count(b"\n") for held in [*pieces, piece]) + 1
                raise InputError(
                    f"{source}, line {line}: no line end in {MOST_LINE // 2**20} MiB, which no table has. "
                    "Check that the file is a table and save it again."
                )
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
