"""The tables: made, refused when newer, brought up when older; settings that keep what is confirmed."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from textmine.annotations import AnnotationStore, schema
from textmine.codebook import Codebook
from textmine.errors import InputError
from textmine.forms import FORMS


def set_version(path: Path, version: int) -> None:
    engine = schema.open_engine(path)
    with schema.writing(engine) as connection:
        connection.execute(schema.VERSIONS.update().values(version=version))
    engine.dispose()


def test_sqlite_writes_ahead_and_waits_for_the_disk(tmp_path: Path) -> None:
    engine = schema.open_engine(tmp_path / "store.sqlite")
    with schema.reading(engine) as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        ]
    engine.dispose()
    assert found == ["wal", 2]


def test_newer_store_is_refused_and_left_alone(tmp_path: Path, codebook: Codebook) -> None:
    path = tmp_path / "store.sqlite"
    set_version(path, schema.VERSION + 1)
    with pytest.raises(InputError, match="Install a newer textmine"):
        AnnotationStore(path, "study", codebook)


def test_older_store_is_brought_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.sqlite"
    set_version(path, schema.VERSION)
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    monkeypatch.setitem(FORMS, "annotation store", schema.VERSION)
    with pytest.raises(InputError, match="cannot bring up"):
        schema.open_engine(path)
    step = {
        schema.VERSION - 1: lambda connection: connection.exec_driver_sql("CREATE TABLE added (x INTEGER)")
    }
    monkeypatch.setattr(schema, "MIGRATIONS", step)
    engine = schema.open_engine(path)
    assert sa.inspect(engine).has_table("added")
    engine.dispose()
    schema.open_engine(path).dispose()  # and it is done once


def test_file_that_is_no_store_is_refused_without_its_words(
    tmp_path: Path, codebook: Codebook, secret: str
) -> None:
    path = tmp_path / "store.sqlite"
    path.write_text(secret * 200, encoding="utf-8")
    with pytest.raises(InputError, match="cannot be") as met:
        AnnotationStore(path, "study", codebook)
    assert secret not in str(met.value)


@pytest.mark.parametrize(
    "where", ["mysql://host/db", "postgres//x", "://", "sqlite://", "nowhere/store.sqlite"]
)
def test_place_that_cannot_be_is_refused(where: str, codebook: Codebook) -> None:
    with pytest.raises(InputError):
        AnnotationStore(where, "study", codebook)


def test_password_of_an_unreachable_database_is_not_told(codebook: Codebook) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install textmine[postgres]")
    with pytest.raises(InputError, match="cannot be") as met:
        AnnotationStore("postgresql://ann:hunter2@127.0.0.1:1/none", "study", codebook)
    assert "hunter2" not in str(met.value)


_ADDS = """
import sys
from textmine.annotations import AnnotationStore
from textmine.codebook import Codebook
with AnnotationStore(sys.argv[1], "study", Codebook.from_labels(["money", "time"])) as store:
    for n in range(25):
        store.decide(f"u{n}", sys.argv[2], ["money"], id=f"{sys.argv[2]}-{n}")
"""


def test_processes_at_once_lose_nothing(tmp_path: Path, codebook: Codebook) -> None:
    path = tmp_path / "store.sqlite"
    runs = [subprocess.Popen([sys.executable, "-c", _ADDS, str(path), f"a{n}"]) for n in range(3)]
    assert [run.wait(timeout=120) for run in runs] == [0, 0, 0]
    with AnnotationStore(path, "study", codebook) as store:
        assert [event.seq for event in store.events()] == list(range(1, 76))


@pytest.mark.skipif(sys.platform != "linux", reason="open files are listed in /proc")
def test_store_that_cannot_be_opened_is_let_go_of(tmp_path: Path, codebook) -> None:
    path = tmp_path / "store.sqlite"
    AnnotationStore(path, "study", codebook).close()
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE textmine_schema SET version = 99")
        database.commit()
    with pytest.raises(InputError, match="newer"):
        AnnotationStore(path, "study", codebook)
    held = [place for place in Path("/proc/self/fd").iterdir() if place.exists()]
    assert not [place for place in held if str(place.readlink()).startswith(str(path))]
