"""The tables of the store, their version, and connections that keep what they have confirmed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError, SQLAlchemyError

from textmine.errors import InputError, StoreUnavailable
from textmine.forms import FORMS, check_form
from textmine.mounts import name_share

log = logging.getLogger(__name__)

#: The form of the tables. A change of form takes the next number and a step in ``MIGRATIONS``.
VERSION = FORMS["annotation store"]
#: What brings a store of an older form one number up.
MIGRATIONS: dict[int, Callable[[Connection], None]] = {}

_BUSY_SECONDS = 30.0
#: Seconds to wait for a server that does not answer.
_CONNECT_SECONDS = 10
#: Kept open, one for each thread of a usual web server; opening one anew costs more than a write.
_CONNECTIONS = 40
_META = sa.MetaData()
#: Databases on a network share that were warned of; once each is enough.
_WARNED: set[str] = set()

VERSIONS = sa.Table("textmine_schema", _META, sa.Column("version", sa.Integer, primary_key=True))

EVENTS = sa.Table(
    "events",
    _META,
    sa.Column("project", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("unit_id", sa.Text, nullable=False),
    sa.Column("annotator", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("codebook", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("probability", sa.Double),
    sa.Column("supersedes", sa.Text),
    sa.Column("seconds", sa.Double),
    sa.Column("suggestions_shown", sa.Boolean, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.UniqueConstraint("project", "id", name="events_once"),
    sa.Index("events_of_unit", "project", "unit_id", "annotator"),
    sa.Index("events_of_annotator", "project", "annotator", "seq"),
)

TASKS = sa.Table(
    "tasks",
    _META,
    sa.Column("project", sa.Text, primary_key=True),
    sa.Column("annotator", sa.Text, primary_key=True),
    sa.Column("unit_id", sa.Text, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("probability", sa.Double),
    sa.Column("sample", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.Index("tasks_next", "project", "annotator", "closed", "position"),
    sa.Index("tasks_of_unit", "project", "unit_id"),
)

ANNOTATORS = sa.Table(
    "annotators",
    _META,
    sa.Column("project", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("token_sha256", sa.Text, unique=True),
    sa.Column("added", sa.Text, nullable=False),
)


def open_engine(where: Path | str) -> Engine:
    """Connections to the store in an SQLite file or, by its URL, in a PostgreSQL database.

    The tables are made where there are none, and brought up to the present form where they are older.
    SQLite writes ahead (WAL) and waits for the disk before a write counts as done; on a network share that
    is not safe, and a warning is logged once. Errors never show what was being written. Raises
    ``InputError`` where the store cannot be opened or is of a newer form.
    """
    url = find_url(where)
    # What only reads is one statement and needs no transaction; what writes begins its own.
    alone: dict[str, Any] = {}
    if url.get_backend_name() == "postgresql":
        # A connection that the server has ended meanwhile is changed for a new one before it is used.
        alone = {"isolation_level": "AUTOCOMMIT", "pool_pre_ping": True}
        if "connect_timeout" not in url.query:
            alone["connect_args"] = {"connect_timeout": _CONNECT_SECONDS}
    try:
        engine = sa.create_engine(url, hide_parameters=True, pool_size=_CONNECTIONS, **alone)
    except ArgumentError:
        raise InputError("The address of the store is none that can be used. Check its form.") from None
    if engine.dialect.name == "sqlite":
        _warn_of_share(url)
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        sa.event.listen(engine, "begin", _begin_postgres)
    try:
        with writing(engine) as connection:
            _bring_up_to_date(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def find_url(where: Path | str) -> URL:
    """The address of a store: the path of an SQLite file, or a PostgreSQL URL with its driver named.

    >>> find_url("postgresql://db.example/study").drivername
    'postgresql+psycopg'
    """
    if isinstance(where, Path) or "://" not in where:
        path = Path(where)
        if not path.parent.is_dir():
            raise InputError(f"No folder {path.parent} for the store. Make it first, or check the path.")
        return URL.create("sqlite", database=str(path))
    try:
        url = make_url(where)
    except ArgumentError:
        raise InputError("The address of the store is no URL. Write postgresql://USER@HOST/NAME.") from None
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database and url.database != ":memory:":
        return URL.create("sqlite", database=url.database)
    if kind not in ("postgresql", "postgres"):
        raise InputError("A store is an SQLite file or a PostgreSQL database (postgresql://USER@HOST/NAME).")
    if find_spec("psycopg") is None:
        raise InputError(
            "PostgreSQL needs the package psycopg. Install it with: pip install textmine[postgres]"
        )
    return url.set(drivername="postgresql+psycopg")


def _warn_of_share(url: URL) -> None:
    """Say once that a database lies where its writes are not safe."""
    place = url.database
    if not place or place == ":memory:" or place in _WARNED:
        return
    if kind := name_share(place):
        _WARNED.add(place)
        log.warning(
            "%s lies on a network share (%s), where SQLite may lose or spoil what two machines write. Keep "
            "the database on a local disk, or use PostgreSQL: set database: in project.yaml, or the "
            "environment variable TEXTMINE_DATABASE.",
            place,
            kind,
        )


@contextmanager
def writing(engine: Engine, lock: str = "textmine") -> Iterator[Connection]:
    """A transaction that writes, one at a time; SQLAlchemy's errors become ``InputError`` without data."""
    try:
        with engine.connect().execution_options(textmine_lock=lock) as connection, connection.begin():
            yield connection
    except SQLAlchemyError as error:
        raise _plain_error(error, "written to") from None


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads, and so waits for nobody."""
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise _plain_error(error, "read") from None


def _plain_error(error: SQLAlchemyError, doing: str) -> InputError:
    """What to tell of an error: of the data that was sent, or else of the store, which may come back."""
    cause = getattr(error, "orig", None) or error
    of_data = isinstance(error, DataError | IntegrityError)
    why = "another process has locked it" if "is locked" in str(cause) else type(cause).__name__
    return (InputError if of_data else StoreUnavailable)(
        f"The store cannot be {doing} ({why}). Check that its file or database is there, is a store of "
        "textmine's and can be written, and that the disk is not full."
    )


def _set_up_sqlite(connection: Any, record: Any) -> None:
    del record
    connection.isolation_level = None  # transactions begin where _begin_sqlite says so
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000)}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A write takes its lock at the start: one that finds out late that others wrote would have to fail.

    What only reads is one statement, which sees one state of the store without a transaction around it.
    """
    if "textmine_lock" in connection.get_execution_options():
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgres(connection: Connection) -> None:
    """A write begins and waits for its turn in one way there and back.

    The lock is a number made of the project's name, so that nothing of the name stands in the statement.
    """
    lock = connection.get_execution_options().get("textmine_lock")
    if lock is not None:
        number = int.from_bytes(hashlib.sha256(lock.encode("utf-8")).digest()[:8], "big", signed=True)
        connection.exec_driver_sql(f"BEGIN; SELECT pg_advisory_xact_lock({number})")


def _bring_up_to_date(connection: Connection) -> None:
    if not sa.inspect(connection).has_table(VERSIONS.name):
        _META.create_all(connection)
        connection.execute(VERSIONS.insert().values(version=VERSION))
        return
    found = int(connection.execute(sa.select(sa.func.max(VERSIONS.c.version))).scalar_one() or 0)
    check_form(found, "annotation store", "This database")
    for version in range(found, VERSION):
        if version not in MIGRATIONS:
            raise InputError(f"The store has form {found}, which this textmine cannot bring up to {VERSION}.")
        MIGRATIONS[version](connection)
        connection.execute(VERSIONS.insert().values(version=version + 1))
