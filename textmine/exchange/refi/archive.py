"""The zip of a project and the XML in it: read without trust, written so that equal parts are equal bytes."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from textmine.errors import InputError
from textmine.files import atomic_path

#: The most bytes that the project's XML, and one text, may unpack to; and all texts together.
MOST_XML = 512 * 2**20
MOST_TEXT = 256 * 2**20
MOST_TEXTS = 1024 * 2**20
MOST_PARTS = 200_000
#: How deep XML may be nested; real projects stay under 30.
DEEPEST = 400

_STEP = 2**20
_SCHEME = re.compile(r"^(?:internal|relative|absolute|file):/*", re.IGNORECASE)


class ProjectArchive:
    """A .qdpx file opened for reading: nothing is unpacked to disk, every size is checked as it unpacks.

    Raises ``InputError`` for a file that is no zip, is protected by a password, has a part whose name leads
    out of the folder, or more than ``MOST_PARTS`` parts.
    """

    def __init__(self, path: Path) -> None:
        self.source = path.name
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise InputError(f"No file {path}. Check the path.") from None
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            raise InputError(
                f"{self.source} is no zip file or a damaged one. Export the project again."
            ) from None
        try:
            self._check_parts()
        except InputError:
            self._zip.close()
            raise
        self._unpacked = 0

    def __enter__(self) -> ProjectArchive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def read_project(self) -> bytes:
        """The project's XML: ``project.qde``, or the one .qde file there is, whatever it is called."""
        found = sorted(n for n in self._parts if n.endswith(".qde") and not n.startswith("__macosx/"))
        if not found:
            raise InputError(
                f"{self.source} holds no project.qde, so it is no REFI-QDA project. Export it again as .qdpx."
            )
        found.sort(key=lambda name: (name.count("/"), name != "project.qde", name))
        return self._unpack(self._parts[found[0]], MOST_XML)

    def read_text(self, path: str) -> bytes | None:
        """The bytes of a text that the project names, wherever in the zip it lies; None where it is not.

        Paths may be 'internal://NAME', bare, or lead to a disk: only the zip is looked into.
        """
        name = _SCHEME.sub("", path).replace("\\", "/").casefold().rstrip("/")
        parts = [name, f"sources/{name}"] if name else []
        base = name.rsplit("/", 1)[-1]
        found = next((self._parts[part] for part in parts if part in self._parts), None)
        found = found or (self._by_base.get(base) if base else None)
        if found is None:
            return None
        data = self._unpack(found, MOST_TEXT)
        self._unpacked += len(data)
        if self._unpacked > MOST_TEXTS:
            raise InputError(f"The texts of {self.source} unpack to more than {MOST_TEXTS // 2**20} MiB.")
        return data

    def _check_parts(self) -> None:
        parts = self._zip.infolist()
        if len(parts) > MOST_PARTS:
            raise InputError(f"{self.source} has {len(parts)} parts; at most {MOST_PARTS} are read.")
        if any(part.flag_bits & 1 for part in parts):
            raise InputError(f"{self.source} is protected with a password. Export it without one.")
        self._parts: dict[str, zipfile.ZipInfo] = {}
        self._by_base: dict[str, zipfile.ZipInfo] = {}
        for part in parts:
            name = part.filename.replace("\\", "/")
            if name.startswith("/") or re.match(r"^[A-Za-z]:", name) or ".." in name.split("/"):
                raise InputError(
                    f"{self.source} has a part whose name leads out of its folder, as no program writes it; "
                    "it was not read. Export the project again."
                )
            if part.filename and not part.is_dir():
                self._parts.setdefault(name.casefold(), part)
                self._by_base.setdefault(name.rsplit("/", 1)[-1].casefold(), part)

    def _unpack(self, part: zipfile.ZipInfo, most: int) -> bytes:
        pieces, size = [], 0
        try:
            with self._zip.open(part) as handle:
                while piece := handle.read(_STEP):
                    size += len(piece)
                    if size > most:
                        raise InputError(
                            f"A part of {self.source} unpacks to over {most // 2**20} MiB, as a zip bomb "
                            "does; it was not read."
                        )
                    pieces.append(piece)
        except InputError:
            raise
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            ValueError,
            NotImplementedError,
            RuntimeError,
            OSError,
        ):
            raise InputError(
                f"{self.source} is damaged: a part of it cannot be unpacked. Export it again."
            ) from None
        return b"".join(pieces)


def parse_xml(data: bytes, source: str) -> ET.Element:
    """The root of an XML text that declares no document type; processing instructions are kept.

    Raises ``InputError`` for XML that is not well formed, declares a document type or an entity (as XML bombs
    do), or is nested deeper than ``DEEPEST``.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=_Builder(source), forbid_dtd=True)
    try:
        parser.feed(data.lstrip(b" \t\r\n"))
        root = parser.close()
    except DefusedXmlException:
        raise InputError(
            f"{source} declares a document type or XML entities, which no project needs and which can "
            "harm; it was not read. Export it again."
        ) from None
    except ET.ParseError as error:
        line, column = error.position
        raise InputError(
            f"{source} is not well-formed XML (line {line}, column {column + 1}). Export it again."
        ) from None
    except (ValueError, LookupError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{source} is written in an encoding that is not known. Export it again.") from None
    if not isinstance(root, ET.Element):
        raise InputError(f"{source} holds no XML. Export it again.")
    return root


def decode_text(data: bytes) -> tuple[str, bool]:
    """A text without its byte order mark, and whether it was UTF-8 (or marked UTF-16) as the standard has it.

    >>> decode_text(b"\\xef\\xbb\\xbfCaf\\xc3\\xa9"), decode_text(b"Caf\\xe9")
    (('Café', True), ('Café', False))
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16"), True
        except UnicodeDecodeError:
            pass
    try:
        return data.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), False


def write_archive(parts: Mapping[str, bytes], path: Path) -> None:
    """Write a zip whose bytes hang on its parts alone: in the order given, all of one fixed time."""
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, date_time=(2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)


class _Builder(ET.TreeBuilder):
    """Builds a tree with its processing instructions and refuses one that is nested too deeply."""

    def __init__(self, source: str) -> None:
        super().__init__(insert_pis=True)
        self._source, self._depth = source, 0

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        self._depth += 1
        if self._depth > DEEPEST:
            raise InputError(f"{self._source} is nested deeper than {DEEPEST} levels; it was not read.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag)
