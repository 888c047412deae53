"""The same store in PostgreSQL: a server of the machine's own, started for the test and thrown away."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from textmine.annotations import (
    AnnotationStore,
    Event,
    Settings,
    Task,
    create_project,
    export_annotations,
    import_annotations,
)
from textmine.annotations.schema import open_engine, writing
from textmine.annotations.writing import insert_events
from textmine.codebook import Codebook
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.jobs.forget import forget_respondent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def database(make_postgres: Callable[[], Any]) -> str:
    return os.environ.get("TEXTMINE_POSTGRES") or make_postgres().url


@pytest.fixture
def make_store(database: str, codebook: Codebook) -> Iterator:
    opened: list[AnnotationStore] = []

    def make(project: str) -> AnnotationStore:
        opened.append(AnnotationStore(database, project, codebook))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


def test_odd_characters_corrections_and_undo(make_store, secret: str) -> None:
    store = make_store("odd")
    store.assign([Task(annotator="ann", unit_id="ü😀:1", role="audit", probability=0.25, sample="audit")])
    first = store.decide("ü😀:1", "ann", ["money"], reason="nul \u0000 and 😀", seconds=1.5)
    assert store.history("ü😀:1") == [first]
    second = store.decide("ü😀:1", "ann", [])
    assert second.supersedes == first.id and store.next_task("ann") is None
    store.undo(second.id, "ann")
    assert store.coded("ann").counts() == {"money": 1, "time": 0}
    assert store.labels(sample=True)["inclusion_probability"].tolist() == [0.25]
    with pytest.raises(InputError) as met:
        store.decide("a\0b", "ann", [], reason=secret)
    assert secret not in str(met.value)


def test_people_and_tokens(make_store) -> None:
    store = make_store("people")
    token = store.add_annotator("ann")
    found = store.who(token)
    assert found is not None and found.name == "ann" and store.who("forged") is None
    with pytest.raises(InputError, match="not among"):
        store.decide("u1", "ben", [])


def test_files_carry_a_store_from_one_database_to_another(make_store, tmp_path: Path) -> None:
    store, other = make_store("there"), make_store("back")
    store.assign([Task(annotator="ann", unit_id="u1")])
    store.decide("u1", "ann", ["money"], seconds=0.1)
    export_annotations(store, tmp_path)
    import_annotations(other, tmp_path)
    assert other.events() == store.events() and other.list_tasks() == store.list_tasks()


def test_writers_of_two_servers_lose_and_double_nothing(make_store) -> None:
    stores = [make_store("busy"), make_store("busy")]  # two processes of the app, as it were
    wrong: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for n in range(20):
                for store in stores:  # each decision sent to both
                    store.decide(f"u{number}-{n}", f"a{number}", ["money"], id=f"{number}-{n}")
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert [event.seq for event in stores[0].events()] == list(range(1, 201))


def test_a_write_that_fails_half_way_leaves_nothing(make_store, database: str) -> None:
    store, engine = make_store("half"), open_engine(database)
    with pytest.raises(ZeroDivisionError), writing(engine, "half") as connection:
        insert_events(connection, "half", [Event(id="e1", kind="memo", unit_id="u1", annotator="ann", seq=1)])
        raise ZeroDivisionError
    assert store.events() == []
    store.decide("u1", "ann", ["money"])  # the lock is free again
    with writing(engine, "half") as connection:  # and so is the connection
        insert_events(connection, "half", [Event(id="e1", kind="memo", unit_id="u1", annotator="ann", seq=2)])
    engine.dispose()
    assert len(store.events()) == 2


def test_person_who_withdraws_leaves_their_own_project_alone(database: str, tmp_path: Path) -> None:
    """Of two studies in one database that use the same ids only the one that is meant is touched."""
    frame = pd.DataFrame(
        {"doc_id": ["u1", "u2"], "group": ["R1", "R2"], "text": ["Money is pooled", "We train"]}
    )
    projects = [
        create_project(tmp_path / name, Corpus(frame), Codebook.from_labels(["money"]), Settings(name=name))
        for name in ("leaving", "staying")
    ]
    for project in projects:
        with AnnotationStore(database, project.name, project.codebook) as store:
            store.assign([Task(annotator="ann", unit_id=unit) for unit in ("u1", "u2")])
            for unit in ("u1", "u2"):
                store.decide(unit, "ann", ["money"])
            store.record(
                Event(id=project.name, kind="memo", unit_id="u2", annotator="ann", payload={"text": "not u1"})
            )
    dry = forget_respondent("R1", [tmp_path / "leaving"], store=database, dry_run=True)
    assert [path.name for path in dry.edited if "PostgreSQL" in path.name] == ["leaving (PostgreSQL)"]
    report = forget_respondent("R1", [tmp_path / "leaving"], store=database, date="2026-03-01")
    assert not report.unedited and any("VACUUM" in note for note in report.notes)
    left = {}
    for project in projects:
        with AnnotationStore(database, project.name, project.codebook) as store:
            left[project.name] = {event.unit_id for event in store.events() if event.kind == "decision"}
    assert left == {"leaving": {"u2"}, "staying": {"u1", "u2"}}
    with pytest.raises(InputError, match=r"no project\.yaml"):
        forget_respondent("R2", [tmp_path / "leaving" / "corpora"], store=database)


def test_store_that_cannot_be_reached_is_told_and_the_rest_is_done(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install textmine[postgres]")
    frame = pd.DataFrame(
        {"doc_id": ["u1", "u2"], "group": ["R1", "R2"], "text": ["Money is pooled", "We train"]}
    )
    nowhere = "postgresql://ann:secretword@127.0.0.1:1/nowhere"
    settings = Settings(name="st", database=nowhere)
    create_project(tmp_path / "st", Corpus(frame), Codebook.from_labels(["money"]), settings)
    report = forget_respondent("R1", [tmp_path / "st"], date="2026-03-01")
    ((path, why),) = report.unedited
    assert path.name == "project.yaml" and path.is_file() and "cannot be reached" in why
    assert "secretword" not in str(report) and "R1" not in (tmp_path / "st" / "withdrawals.jsonl").read_text()
