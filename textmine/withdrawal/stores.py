"""Annotation stores without a person: rows deleted, free pages overwritten, all other history kept."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from textmine.annotations.events import dump_json
from textmine.annotations.project import DATABASE_VARIABLE, SETTINGS, read_settings
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
            change = _purge(database.execute, person, path.parent)
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


def find_servers(files: Sequence[Path], given: str | None = None) -> dict[Path, tuple[str, str]]:
    """The projects (their ``project.yaml``) whose store is a PostgreSQL database: the name and the URL.

    ``given`` goes before what the environment or the project's settings name. Raises ``InputError`` where it
    is given and no project is among the files: only rows of a project's own name may be touched.
    """
    found = {}
    for path in files:
        if path.name != SETTINGS:
            continue
        try:
            settings = read_settings(path.read_text(encoding="utf-8-sig"))
        except (InputError, OSError, UnicodeDecodeError):
            continue
        where = given or os.environ.get(DATABASE_VARIABLE) or settings.database
        if where.startswith("postgres"):
            found[path] = (settings.name, where)
    if given is not None and not found:
        raise InputError(
            "--store names a database, but no project.yaml says which project in it is meant. Name the "
            "study's folder with --in, and a URL such as postgresql://USER@HOST/NAME."
        )
    return found


def purge_server(url: str, project: str, folder: Path, person: Person, *, dry_run: bool = False) -> Change:
    """The same in a PostgreSQL database, of one project; ``folder`` is the study's.

    The server keeps deleted rows in its files and its log until it clears them away (VACUUM). Raises
    ``InputError`` where the database cannot be reached.
    """
    import sqlalchemy as sa

    from textmine.annotations.schema import open_engine, writing

    engine = open_engine(url)
    try:
        with writing(engine) as connection:

            def run(words: str, given: Mapping[str, Any] | None = None) -> Any:
                return connection.execute(sa.text(words), given or {})

            change = _purge(run, person, folder / "annotations", project=project)
            if dry_run:
                connection.rollback()
        return change
    finally:
        engine.dispose()


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_WAIT, isolation_level=None)


def _has_tables(database: sqlite3.Connection) -> bool:
    names = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {"textmine_schema", "events", "tasks"} <= names


def _purge(run: Callable[..., Any], person: Person, folder: Path, *, project: str | None = None) -> Change:
    """Take the person's rows out by ``run``, which runs SQL; of one project, or of all there are."""
    change = Change()
    only = "" if project is None else " WHERE project = :project"
    which = {} if project is None else {"project": project}
    rows = run(
        f"SELECT project, seq, id, kind, unit_id, payload, supersedes FROM events{only}", which
    ).fetchall()
    rulings = {row[2] for row in rows if row[3] == "ruling"}
    for name, seq, _, kind, unit, payload, supersedes in rows:
        where = {"project": name, "seq": seq}
        mine = person.owns(unit, folder)
        stays = kind == "ruling" or (kind == "undo" and supersedes in rulings)
        if mine and not stays:
            run("DELETE FROM events WHERE project = :project AND seq = :seq", where)
            change += Change(rows=1)
            continue
        fresh, did = clean_value(json.loads(payload), "", person, folder)
        if did:
            run(
                "UPDATE events SET payload = :payload WHERE project = :project AND seq = :seq",
                {**where, "payload": dump_json(fresh)},
            )
        if mine:
            run("UPDATE events SET unit_id = '' WHERE project = :project AND seq = :seq", where)
            did += Change(places=1)
        change += did
    for name, annotator, unit, number in run(
        f"SELECT project, annotator, unit_id, round FROM tasks{only}", which
    ).fetchall():
        if person.owns(unit, folder):
            run(
                "DELETE FROM tasks WHERE project = :project AND annotator = :annotator AND unit_id = :unit "
                "AND round = :round",
                {"project": name, "annotator": annotator, "unit": unit, "round": number},
            )
            change += Change(rows=1)
    return change
