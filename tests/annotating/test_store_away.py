"""A store that goes away and comes back: the page is told 'not saved', keeps it, and it is stored once."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from typing import Any

import pytest

from textmine.annotations import AnnotationStore, schema
from textmine.codebook import Codebook
from textmine.errors import InputError, StoreUnavailable


def test_store_that_another_process_has_locked_is_told_as_not_saved_and_taken_later(
    monkeypatch: pytest.MonkeyPatch, make_work
) -> None:
    monkeypatch.setattr(schema, "_BUSY_SECONDS", 0.1)
    work = make_work()
    ann = work.enter("ann")
    unit = ann.told("next")["units"][0]
    other = sqlite3.connect(work.project.folder / "annotations" / "study.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    told = ann.decide(unit, ["money"])
    assert told.status_code == 503 and "another process has locked it" in told.json()["error"]
    assert ann.ask("next").status_code == 200  # reading goes on
    with pytest.raises(StoreUnavailable):
        work.store.add_annotator("eve")
    other.execute("ROLLBACK")
    other.close()
    assert ann.decide(unit, ["money"]).status_code == 200  # the page sends it again, with its id
    assert ann.decide(unit, ["money"]).status_code == 200
    assert len(work.store.events(annotator="ann")) == 1


def test_event_that_breaks_a_rule_is_still_refused_for_good(make_work) -> None:
    work = make_work()
    ann = work.enter("ann")
    assert ann.decide(ann.told("next")["units"][0], ["no such code"]).status_code == 422


@pytest.mark.slow
def test_server_that_is_stopped_and_started_again_loses_nothing_and_its_old_connections_are_replaced(
    make_postgres,
) -> None:
    server = make_postgres()
    with AnnotationStore(server.url, "study", Codebook.from_labels(["money"])) as store:
        store.decide("u1", "ann", ["money"], id="e1")
        server.stop()
        for _ in range(3):
            with pytest.raises(StoreUnavailable) as met:
                store.decide("u2", "ann", ["money"], id="e2")
            assert isinstance(met.value, InputError) and "127.0.0.1" not in str(met.value)
        with pytest.raises(StoreUnavailable):
            store.events()
        server.start()
        store.decide("u2", "ann", ["money"], id="e2")  # at once: no connection of before is used
        store.decide("u2", "ann", ["money"], id="e2")
        server.stop()
        server.start()
        assert [event.id for event in store.events()] == ["e1", "e2"]  # reading over a stale one as well


@pytest.mark.slow
def test_page_keeps_decisions_while_the_server_is_away_and_each_is_there_once_after(
    make_postgres, make_work, serve, open_page
) -> None:
    server = make_postgres()
    work = make_work(database=server.url)
    address = serve(work)
    page = open_page(address.link(work.tokens["ann"]))
    decide(page)
    wait_stored(work, 1)
    server.stop()
    decide(page)
    deadline = time.monotonic() + 30
    while "not saved yet" not in (page.text_content("#saved") or ""):
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
    page.reload()  # what was decided is kept beside the page, not in it
    time.sleep(1)
    server.start()
    page.goto(f"{address.url}/read")
    page.wait_for_selector("#main[data-ready]")
    wait_stored(work, 2)
    decide(page)
    wait_stored(work, 3)
    time.sleep(1)  # whatever might be sent twice
    stored = Counter(event.unit_id for event in work.store.events(annotator="ann"))
    assert set(stored.values()) == {1} and len(stored) == 3 and not page.troubles


def decide(page: Any) -> None:
    page.keyboard.press("2")
    page.keyboard.press("Enter")


def wait_stored(work: Any, count: int) -> None:
    deadline = time.monotonic() + 30
    while len(work.store.events(annotator="ann")) < count:
        assert time.monotonic() < deadline, f"waited in vain for {count} decisions"
        time.sleep(0.05)
