"""The jobs of ``textmine codebook diff`` and ``migrate``: versions compared, old codings brought over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from textmine import __version__
from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.files import make_folder, sha256_of_file, write_json
from textmine.jobs.coder_files import name_files, read_coder_files
from textmine.jobs.migrated_files import (
    ABOUT,
    SIDES,
    check_names,
    note_unrecorded,
    read_codings,
    read_record,
    write_codings,
    write_record,
    write_table,
)
from textmine.migration import (
    Changes,
    CodebookDifference,
    Migration,
    compare_codebooks,
    compare_sides,
    draft_changes,
    fill_codings,
    migrate_codings,
    return_codings,
)
from textmine.migration.changes import name_versions


@dataclass(frozen=True, eq=False)
class MigratedCodings:
    """One coder's codings of one file before and after; ``open`` counts units and codes still to be read."""

    file: str
    coder: str
    before: CodedDataset
    migration: Migration
    after: CodedDataset
    open: int

    def to_dict(self) -> dict[str, Any]:
        """Counts for a report."""
        to_read = self.migration.to_read
        return {
            "file": self.file,
            "coder": self.coder,
            "units": int(self.before.is_coded.sum()),
            "units_to_read": int(to_read["unit_id"].nunique()),
            "cells_to_read": len(to_read),
            "still_open": self.open,
            "kept_in_the_record": len(self.migration.kept),
            "without_scores": list(self.migration.unscored),
        }


@dataclass(frozen=True, eq=False)
class MigrationReport:
    """What changed, the codings, agreement and accuracy on both sides, notes and the paths written."""

    changes: Changes
    codings: list[MigratedCodings]
    sides: pd.DataFrame
    notes: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values."""
        rows = [
            {str(key): None if value != value else value for key, value in row.items()}
            for row in self.sides.to_dict("records")
        ]
        return {
            "changes": [change.words for change in self.changes.changes],
            "codings": [one.to_dict() for one in self.codings],
            "sides": rows,
            "notes": self.notes,
            "paths": [str(path) for path in self.paths],
        }


def compare_codebook_files(
    old: Path, new: Path, *, changes: Path | None = None, draft: Path | None = None
) -> CodebookDifference:
    """What differs between the codebooks of two files, in words.

    ``changes`` is a file that says what happened; ``draft`` is where to write one that the codebooks alone
    suggest. Raises ``CodebookError`` as ``Codebook.load`` and ``compare_codebooks`` do.
    """
    books = Codebook.load(old), Codebook.load(new)
    told = None if changes is None else Changes.load(changes)
    found = compare_codebooks(*books, told)
    if draft is not None:
        draft_changes(*books).save(draft)
    return found


def migrate_files(
    old: Path,
    new: Path,
    changes: Path,
    codings: Sequence[Path],
    out: Path,
    *,
    id: str | None = None,
    truth: Path | None = None,
    read_again: Sequence[Path] = (),
    back: Path | None = None,
) -> MigrationReport:
    """Bring codings in files or coded folders to another version of their codebook, and write them.

    ``truth`` is an agreed set by the old codebook, migrated too; ``read_again`` are labels by the new one of
    units that had to be read again, each coder's own or, where only one gave them, for all. ``back`` is a
    folder of an earlier migration: the codings are then by the new codebook and go back to the old one, with
    the record kept there. Raises ``InputError`` and ``CodebookError`` for files that are not what was wanted;
    nothing is written then.
    """
    old_book, new_book = Codebook.load(old), Codebook.load(new)
    told = name_versions(Changes.load(changes), old_book, new_book)
    told.require(old_book, new_book)
    start, end = (new_book, old_book) if back is not None else (old_book, new_book)
    if not codings:
        raise InputError("No file of codings was given. Name at least one with --codings.")
    again = [d for path in read_again for d in read_coder_files([path], id=id, codebook=end).datasets]
    names = name_files(list(codings))
    check_names(names)
    found = []
    for path, name in zip(codings, names, strict=True):
        for coded in read_codings(path, start, old if back is None else new, id=id):
            moved = _move(coded, told, end, name, back)
            own = [one for one in again if one.coder == coded.coder] or (again if len(again) == 1 else [])
            after, left = moved.coded, len(moved.to_read)
            for one in own:
                after, left = fill_codings(replace(moved, coded=after), one)
            found.append(MigratedCodings(name, coded.coder, coded, moved, after, left))
    sides = _compare(found, told, truth, old_book, new_book, id) if back is None else pd.DataFrame()
    make_folder(out)
    paths = []
    for path, name in zip(codings, names, strict=True):
        own = [one.after for one in found if one.file == name]
        paths += write_codings(path, name, own, start, end, out, id=id)
    paths += write_record([(one.file, one.coder, one.migration) for one in found], out)
    if len(sides):
        write_table(sides, out / SIDES)
        paths.append(out / SIDES)
    notes = [*note_unrecorded(names, back), *_notes(found, back is not None)]
    report = MigrationReport(told, found, sides, notes, paths)
    about: dict[str, Any] = {"textmine": __version__, "direction": "forth" if back is None else "back"}
    for name, book in (("old", old_book), ("new", new_book)):
        about[name] = {"id": book.id, "version": book.version, "sha256": book.sha256}
    about["files"] = {path.name: sha256_of_file(path) for path in (changes, *codings) if path.is_file()}
    listed = report.to_dict()
    write_json(about | {key: listed[key] for key in ("changes", "codings", "notes")}, out / ABOUT)
    return replace(report, paths=[*paths, out / ABOUT])


def _move(coded: CodedDataset, changes: Changes, book: Codebook, name: str, back: Path | None) -> Migration:
    if back is None:
        return migrate_codings(coded, changes, book)
    kept, spans = read_record(back, name, coded.coder)
    return return_codings(coded, changes, book, kept=kept, kept_spans=spans)


def _compare(
    found: Sequence[MigratedCodings],
    changes: Changes,
    truth: Path | None,
    old: Codebook,
    new: Codebook,
    id: str | None,
) -> pd.DataFrame:
    """Agreement and accuracy on both sides of the change."""
    agreed = None
    if truth is not None:
        datasets = read_coder_files([truth], id=id, codebook=old).datasets
        if len(datasets) != 1:
            raise InputError(f"{truth} holds {len(datasets)} coders. Give one agreed set with --truth.")
        agreed = (datasets[0], migrate_codings(datasets[0], changes, new).coded)
    before = [one.before for one in found]
    return compare_sides(before, [one.after for one in found], changes, truth=agreed)


def _notes(found: Sequence[MigratedCodings], back: bool) -> list[str]:
    notes = []
    for one in found:
        units = one.migration.to_read["unit_id"].nunique()
        who = f"{one.file}, {one.coder}" if one.coder != one.file else one.file
        if back and units:
            notes.append(f"{who}: what {units} units had before cannot be told; they are blank.")
        elif one.open:
            filled = len(one.migration.to_read) - one.open
            said = f" ({filled} of them were)" if filled else ""
            notes.append(
                f"{who}: {units} of {int(one.before.is_coded.sum())} coded units must be read again, for "
                f"{len(one.migration.to_read)} codes in all{said}. They are blank until then."
            )
        if one.migration.unscored:
            notes.append(
                f"{who}: no model has scored {', '.join(one.migration.unscored)}. For corrected shares of "
                "these train a model by the new codebook and code the texts anew."
            )
    return notes
