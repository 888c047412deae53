"""The bytes of a transcript or a report, within bounds, and what kind of file they are."""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass
from pathlib import Path

from textmine.errors import InputError
from textmine.reading.archives import name_archive
from textmine.reading.encodings import decode_bytes

KINDS = ".docx, .odt, .pdf, .txt, .md, .vtt or .srt"
_SUFFIXES = {
    ".docx": "docx", ".docm": "docx", ".odt": "odt", ".pdf": "pdf", ".txt": "txt", ".text": "txt",
    ".md": "md", ".markdown": "md", ".vtt": "vtt", ".srt": "srt",
}  # fmt: skip
_MOST_BYTES = {"docx": 256 * 2**20, "odt": 256 * 2**20, "pdf": 256 * 2**20}
_MOST_TEXT = 32 * 2**20  # a day of speech is about half a megabyte
_MOST_LINES = 500_000
_MOST_PAGES = 3_000
_MOST_SECONDS = 120
_ARCHIVES = {"docx", "odt"}
_OTHERS = {
    "xlsx": "a workbook: read it as a table", "xlsb": "a workbook: read it as a table",
    "ods": "a workbook: read it as a table", "pptx": "a slide show", "zip": "a zip archive: unpack it first",
}  # fmt: skip
_MARKS = (
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "a rich text document: save it as .docx"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")


@dataclass(frozen=True)
class Prose:
    """A file of words: its name without the folder, its kind by its bytes, and its bytes or its text.

    ``text`` is '' for docx and odt; a pdf's pages stand in it with form feeds between. ``notes`` say what
    had to be mended.
    """

    source: str
    kind: str
    data: bytes
    text: str
    notes: tuple[str, ...] = ()


def read_prose(path: Path | str) -> Prose:
    """A transcript or report as it was saved, its kind told by its bytes rather than its name.

    Raises ``InputError`` for a file that is missing, a folder, of another kind (a program, a workbook, an
    old .doc), larger than any transcript (32 MiB or half a million lines of text, 256 MiB of docx, odt or
    pdf), or damaged.
    """
    path = Path(path)
    data, kind = _read_bytes(path)
    if kind in _ARCHIVES:
        return Prose(path.name, kind, data, "")
    if kind == "pdf":
        return Prose(path.name, kind, b"", "\f".join(read_pages(data, path.name)))
    text, encoding = decode_bytes(data, path.name)
    if text.count("\n") + text.count("\r") + text.count("\f") > _MOST_LINES:
        raise InputError(f"{path.name} has more than {_MOST_LINES} lines, which no transcript has. Split it.")
    notes = [] if encoding in {"utf-8", "utf-8-sig"} else [f"Encoding: read as {encoding}."]
    controls = len(_CONTROLS.findall(text))
    if controls > 20 and controls > len(text) / 50:
        raise InputError(f"{path.name} is not text, whatever its name says. Save the words as {KINDS}.")
    if controls:
        text = _CONTROLS.sub("", text)
        notes.append(f"Control characters: {controls} taken out.")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return Prose(path.name, kind, b"", text.replace("\u0085", "\n").removeprefix("\ufeff"), tuple(notes))


def read_pages(data: bytes, source: str) -> list[str]:
    """The text of each page of a pdf, by pypdf.

    Raises ``InputError`` for a pdf that is damaged, needs a password, has no text (a scan), has more than
    3,000 pages or takes more than two minutes.
    """
    import io

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    started = time.monotonic()
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(f"{source} is protected with a password. Save it without one.")
        count = len(reader.pages)
        if count > _MOST_PAGES:
            raise InputError(f"{source} has {count} pages; {_MOST_PAGES} at most are read. Split it.")
        pages = []
        for number in range(count):
            pages.append(reader.pages[number].extract_text().replace("\f", "\n"))
            if time.monotonic() - started > _MOST_SECONDS:
                raise InputError(
                    f"{source} takes more than {_MOST_SECONDS} seconds to read (page {number + 1} of "
                    f"{count}). Save it as .docx or .txt."
                )
    except InputError:
        raise
    except (Exception, RecursionError) as error:  # a damaged pdf fails in many ways, all of them its own
        raise InputError(
            f"{source} cannot be read as pdf ({type(error).__name__}). Save it again, or as .docx or .txt."
        ) from None
    if not any(page.strip() for page in pages):
        raise InputError(f"{source} has no text, only pictures of pages. Have its text recognised first.")
    return pages


def _read_bytes(path: Path) -> tuple[bytes, str]:
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a transcript. Name a {KINDS} file.")
    try:
        with path.open("rb") as handle:
            start = handle.read(4096)
            kind = _tell_kind(start, path)
            most = _MOST_BYTES.get(kind, _MOST_TEXT)
            handle.seek(0)
            data = handle.read(most + 1)
    except FileNotFoundError:
        raise InputError(f"No file {path}. Check its name and its folder.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be opened ({error.strerror}). Check that it may be read.") from None
    if len(data) > most:
        raise InputError(
            f"{path.name} is larger than {most // 2**20} MiB, which no transcript is. Split it into parts."
        )
    if kind in _ARCHIVES:
        kind = name_archive(data)
        if kind not in _ARCHIVES:
            raise InputError(f"{path.name} is {_OTHERS.get(kind, 'a zip archive')}. Wanted: {KINDS}.")
    return data, kind


def _tell_kind(start: bytes, path: Path) -> str:
    kind = _SUFFIXES.get(path.suffix.lower(), "")
    if not kind:
        raise InputError(f"{path.name} is not of a kind that is read as a transcript. Save it as {KINDS}.")
    if not start.strip():
        raise InputError(f"{path.name} is empty. Give a file with words in it.")
    if start.startswith(b"PK\x03\x04"):
        return "docx"
    if b"%PDF-" in start[:1024]:
        return "pdf"
    if start.startswith(_OLE):
        raise InputError(
            f"{path.name} is an old Word file or protected with a password. Save it as .docx without one."
        )
    for mark, what in _MARKS:
        if start.startswith(mark):
            raise InputError(f"{path.name} is {what}, not a transcript. Save the words as {KINDS}.")
    if kind in _ARCHIVES or kind == "pdf":
        raise InputError(
            f"{path.name} is not a {kind} file, whatever its name says. Save it again as {kind}."
        )
    return "vtt" if start.lstrip(b"\xef\xbb\xbf").startswith(b"WEBVTT") else kind
