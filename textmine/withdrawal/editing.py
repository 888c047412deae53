"""Each file of a study in its kind: what of it is a person's, and the file without that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from zipfile import BadZipFile, is_zipfile

from textmine.errors import TextmineError
from textmine.files import atomic_path
from textmine.withdrawal.files import DELIMITED, LINES
from textmine.withdrawal.pages import OFFICE, TEXTS, edit_office, edit_page
from textmine.withdrawal.person import Person
from textmine.withdrawal.projects import edit_project
from textmine.withdrawal.stores import is_store, purge_store
from textmine.withdrawal.tables import (
    Change,
    edit_delimited,
    edit_json,
    edit_lines,
    edit_parquet,
    edit_sav,
)

_PROJECTS = (".qdpx", ".qdc")
#: Files in which nothing can be told without a program of their own.
SEALED = (
    ".pdf",
    ".doc",
    ".rtf",
    ".xls",
    ".zip",
    ".gz",
    ".bz2",
    ".xz",
    ".7z",
    ".nvp",
    ".nvpx",
    ".mx22",
    ".atlproj",
)
#: Files that hold no words: pictures, sound and arrays of numbers.
WORDLESS = (
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".safetensors",
    ".ico",
    ".woff",
    ".woff2",
    ".wav",
    ".mp3",
    ".mp4",
)
_TEMPORARY = ".textmine-"


class CannotEdit(Exception):
    """A file holds, or may hold, what is the person's, and cannot be written without it."""


def is_whole(path: Path, person: Person) -> bool:
    """Whether a file is the person's as a whole: a transcript named after them."""
    return path.stem == person.name and path.suffix.lower() in (
        *(".docx", ".odt", ".pdf", ".txt", ".md", ".vtt", ".srt", ".rtf", ".doc"),
    )


def edit_file(path: Path, person: Person, *, dry_run: bool = False) -> Change:
    """Write a file without what is the person's, whole or not at all; what was taken out of it.

    A half-written file of an interrupted run is removed. With ``dry_run`` the file stays. Raises
    ``CannotEdit`` where the file cannot be looked into or written, and ``InputError`` for a store in use.
    """
    suffix = path.suffix.lower()
    if path.name.startswith(_TEMPORARY) or is_whole(path, person):
        if not dry_run:
            path.unlink()
        return Change(rows=1)
    if is_store(path):
        return purge_store(path, person, dry_run=dry_run)
    if suffix in WORDLESS or path.name.endswith(("-wal", "-shm")):
        return Change()
    if path.stat().st_size == 0:
        return Change()
    try:
        return _edit(path, suffix, person, dry_run)
    except CannotEdit:
        raise
    except (TextmineError, ValueError, KeyError, IndexError, OSError, BadZipFile, SyntaxError) as error:
        raise CannotEdit(f"it cannot be read as {suffix or 'a file'} ({type(error).__name__})") from None
    except Exception as error:  # a library's own error; its message may hold words
        raise CannotEdit(f"it cannot be read as {suffix or 'a file'} ({type(error).__name__})") from None


def _edit(path: Path, suffix: str, person: Person, dry_run: bool) -> Change:
    plain = {
        ".json": edit_json,
        **dict.fromkeys(DELIMITED, edit_delimited),
        **dict.fromkeys(LINES, edit_lines),
    }
    plain |= dict.fromkeys(TEXTS, edit_page)
    if suffix in plain:
        change, data = plain[suffix](path, person)
        if change and not dry_run:
            with atomic_path(path) as temporary:
                temporary.write_bytes(data)
        return change
    packed = {".parquet": edit_parquet, ".sav": edit_sav, **dict.fromkeys(OFFICE, edit_office)}
    if suffix in packed or suffix in _PROJECTS:
        spare = path.with_name(f"{_TEMPORARY}forget{suffix}")
        try:
            change = _edit_packed(path, suffix, person, spare, packed)
            if change and not dry_run:
                with atomic_path(path) as temporary:
                    spare.replace(temporary)
            return change
        finally:
            spare.unlink(missing_ok=True)
    return _look_into(path, suffix, person)


def _edit_packed(
    path: Path,
    suffix: str,
    person: Person,
    spare: Path,
    packed: Mapping[str, Callable[[Path, Person, Path], Change]],
) -> Change:
    if suffix not in _PROJECTS:
        return packed[suffix](path, person, spare)
    made = edit_project(path, person, spare)
    if made is None:
        raise CannotEdit("it has parts of another program that cannot be looked into, or would be lost")
    return made


def _look_into(path: Path, suffix: str, person: Person) -> Change:
    """A file of no kind known here: it is left alone if its bytes hold nothing of the person's."""
    if suffix in SEALED or is_zipfile(path):
        raise CannotEdit("it cannot be looked into")
    data = path.read_bytes()
    told = [*person.telling, *(text for text in person.texts if len(text.split()) >= 3)]
    forms = [
        form for said in told for form in (said.encode(errors="ignore"), said.encode("utf-16-le", "ignore"))
    ]
    if any(form in data for form in forms) or person.words.find(data.decode("utf-8", "ignore")):
        raise CannotEdit("it holds what is this person's")
    return Change()
