"""Annotation stores without a person: rows deleted, free pages overwritten, all other history kept."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from textmine.annotations.events import dump_json
from textmine.errors import InputError
from textmine.withdrawal.person import Person
from textmine.withdrawal.tables import Change, clean_value

_MAGIC = b"SQLite format 3\0"
_WAIT = 5.0


def is_store(path: Path) -> bool:
    """Whether a file is an annotation store of textmine's in SQLite."""
    try:
        with path.open("rb") as handle:
            if handle.read(16) != _MAGIC:
                return False
        with closing(_connect(path)) as database:
            return _has_tables(database)
    except (OSError, sqlite3.Error):
        return False


def purge_store(path: Path, person: Person, *, dry_run: bool = False) -> Change:
    """Take the person's units out of a store; memos and rulings that quote them lose the quote.

    Events keep their numbers. Afterwards no deleted page is left in the file or its log. Raises
    ``InputError`` where somebody else has the store open.
    """
    try:
        with closing(_connect(path)) as database:
            database.execute("PRAGMA secure_delete = ON")
            database.execute("BEGIN IMMEDIATE")
            change = _purge(database, person, path.parent)
            if dry_run:
                database.execute("ROLLBACK")
                return change
            database.execute("COMMIT")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            mode = database.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            if mode != "delete":
                raise sqlite3.OperationalError
            return change
    except sqlite3.Error:
        raise InputError(
            f"{path.name} is in use or damaged. Stop textmine annotate, then run the same command again."
        ) from None


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_WAIT, isolation_level=None)


def _has_tables(database: sqlite3.Connection) -> bool:
    names = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {"textmine_schema", "events", "tasks"} <= names


def _purge(database: sqlite3.Connection, person: Person, folder: Path) -> Change:
    change = Change()
    rows = database.execute(
        "SELECT project, seq, id, kind, unit_id, payload, supersedes FROM events"
    ).fetchall()
    rulings = {row[2] for row in rows if row[3] == "ruling"}
    for project, seq, _, kind, unit, payload, supersedes in rows:
        where = (project, seq)
        mine = person.owns(unit, folder)
        stays = kind == "ruling" or (kind == "undo" and supersedes in rulings)
        if mine and not stays:
            database.execute("DELETE FROM events WHERE project = ? AND seq = ?", where)
            change += Change(rows=1)
            continue
        fresh, did = clean_value(json.loads(payload), "", person, folder)
        if did:
            database.execute(
                "UPDATE events SET payload = ? WHERE project = ? AND seq = ?", (dump_json(fresh), *where)
            )
        if mine:
            database.execute("UPDATE events SET unit_id = '' WHERE project = ? AND seq = ?", where)
            did += Change(places=1)
        change += did
    for project, annotator, unit, number in database.execute(
        "SELECT project, annotator, unit_id, round FROM tasks"
    ).fetchall():
        if person.owns(unit, folder):
            database.execute(
                "DELETE FROM tasks WHERE project = ? AND annotator = ? AND unit_id = ? AND round = ?",
                (project, annotator, unit, number),
            )
            change += Change(rows=1)
    return change
