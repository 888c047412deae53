"""The store: once and for all, in order, checked against the plan; what was confirmed survives a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from textmine.annotations import AnnotationStore, Event, Task
from textmine.codebook import Codebook
from textmine.errors import InputError


def test_read_and_found_nothing_is_not_unread(store: AnnotationStore) -> None:
    store.decide("u4", "ann", [])
    coded = store.coded("ann")
    assert coded.decisions.loc["u4"].tolist() == [0.0, 0.0]
    assert "u1" not in coded.decisions.index


def test_skipped_unit_is_unread(store: AnnotationStore) -> None:
    store.skip("u1", "ann")
    store.decide("u2", "ann", [])
    assert list(store.coded("ann").decisions.index) == ["u2"]


def test_event_sent_twice_is_stored_once(store: AnnotationStore) -> None:
    one = store.decide("u1", "ann", ["money"], id="e1")
    assert store.decide("u1", "ann", ["money"], id="e1") == one
    assert len(store.events()) == 1


def test_same_id_for_another_decision_is_refused(store: AnnotationStore) -> None:
    store.decide("u1", "ann", ["money"], id="e1")
    with pytest.raises(InputError, match="id of its own"):
        store.decide("u1", "ann", ["time"], id="e1")
    assert store.coded("ann").counts() == {"money": 1, "time": 0}


def test_undo_sent_twice_is_one_undo(store: AnnotationStore) -> None:
    made = store.decide("u1", "ann", ["money"])
    first = store.undo(made.id, "ann", id="x")
    assert store.undo(made.id, "ann", id="x") == first
    with pytest.raises(InputError, match="before"):
        store.undo(made.id, "ann")


def test_numbers_go_on_when_the_clock_goes_back(store: AnnotationStore, monkeypatch) -> None:
    clock = iter(["2025-10-26T01:30:00.000Z", "2025-10-26T01:10:00.000Z"])
    monkeypatch.setattr("textmine.annotations.writing.utc_now", lambda: next(clock))
    store.decide("u1", "ann", ["money"])
    store.decide("u1", "ann", ["time"])
    first, second = store.history("u1")
    assert (first.seq, second.seq) == (1, 2) and first.at > second.at
    assert store.coded("ann").counts() == {"money": 0, "time": 1}


def test_new_decision_is_a_correction_and_both_stay(store: AnnotationStore) -> None:
    first = store.decide("u1", "ann", ["money"])
    second = store.decide("u1", "ann", ["time"])
    assert second.supersedes == first.id
    assert [event.id for event in store.history("u1")] == [first.id, second.id]


def test_nobody_takes_back_what_another_decided(store: AnnotationStore) -> None:
    made = store.decide("u1", "ann", ["money"])
    with pytest.raises(InputError, match="one's own"):
        store.undo(made.id, "ben")


def test_several_are_stored_all_or_none(store: AnnotationStore) -> None:
    good = Event(id="a", kind="flag", unit_id="u1", annotator="ann")
    bad = Event(id="b", kind="flag", unit_id="nowhere", annotator="ann")
    with pytest.raises(InputError, match="no unit of that id"):
        store.record_all([good, bad])
    assert store.events() == []
    assert store.record(good).seq == 1


def test_decision_keeps_how_its_unit_was_drawn_through_corrections(store: AnnotationStore) -> None:
    store.assign([Task(annotator="ann", unit_id="u1", role="audit", probability=0.2, sample="audit")])
    store.decide("u1", "ann", ["money"])
    again = store.decide("u1", "ann", ["time"])
    assert (again.role, again.probability) == ("audit", 0.2)


def test_decision_without_a_plan_is_a_convenience(store: AnnotationStore) -> None:
    made = store.decide("u1", "ann", [])
    assert (made.role, made.probability, made.round) == ("convenience", None, 0)


def test_codebook_of_the_time_is_kept(store: AnnotationStore, make_store, codebook: Codebook) -> None:
    store.decide("u1", "ann", ["money"])
    wider = make_store(codebook=Codebook.from_labels(["money", "time", "place"]))
    made = wider.decide("u2", "ann", ["place"])
    assert made.codebook != store.history("u1")[0].codebook == codebook.sha256
    decisions = wider.coded("ann").decisions
    assert decisions.loc["u1"].isna().tolist() == [False, False, True]  # nobody asked for it then
    assert decisions.loc["u2"].tolist() == [0.0, 0.0, 1.0]


def test_projects_in_one_store_do_not_meet(make_store) -> None:
    one, other = make_store(project="one"), make_store(project="other")
    one.decide("u1", "ann", ["money"], id="e")
    other.decide("u1", "ann", ["time"], id="e")
    assert one.coded("ann").counts() == {"money": 1, "time": 0}
    assert [event.seq for event in other.events()] == [1]


def test_last_event_is_what_undo_takes_back(store: AnnotationStore) -> None:
    first = store.decide("u1", "ann", ["money"])
    store.undo(store.flag("u1", "ann").id, "ann")
    assert store.last_event("ann") == first
    assert store.last_event("ben") is None


# --- people -----------------------------------------------------------------------------------------------


def test_token_is_known_and_a_forged_one_is_not(store: AnnotationStore) -> None:
    token = store.add_annotator("ann")
    person = store.who(token)
    assert person is not None and (person.name, person.role) == ("ann", "annotator")
    assert store.who(token[:-1] + ("a" if token[-1] != "a" else "b")) is None
    assert store.who("") is None


def test_token_itself_is_nowhere_in_the_file(store: AnnotationStore, tmp_path: Path) -> None:
    token = store.add_annotator("ann")
    store.close()
    assert all(token.encode() not in path.read_bytes() for path in tmp_path.glob("store.sqlite*"))


def test_new_token_ends_the_old_and_revoking_ends_all(store: AnnotationStore) -> None:
    old = store.add_annotator("ann")
    new = store.new_token("ann")
    assert store.who(old) is None and store.who(new) is not None
    store.revoke("ann")
    assert store.who(new) is None
    store.add_annotator("ben")
    with pytest.raises(InputError, match="not among"):
        store.decide("u1", "ann", [])


def test_stranger_and_anothers_unit_are_refused(store: AnnotationStore) -> None:
    store.add_annotator("ann")
    store.assign([Task(annotator="ann", unit_id="u1")])
    store.decide("u1", "ann", [])
    with pytest.raises(InputError, match="not among those given"):
        store.decide("u2", "ann", [])
    with pytest.raises(InputError, match="not among this project"):
        store.decide("u1", "mallory", [])


def test_only_an_adjudicator_settles_and_only_the_owner_rules(store: AnnotationStore) -> None:
    for name, role in (("ann", "annotator"), ("ada", "adjudicator"), ("olu", "owner")):
        store.add_annotator(name, role)
    store.assign([Task(annotator="ann", unit_id="u1")])
    asked = store.ask("u1", "ann", "Does it count?", code="money")
    with pytest.raises(InputError, match="adjudicator or owner"):
        store.adjudicate("u1", "ann", ["money"], reason="because")
    assert store.adjudicate("u1", "ada", ["money"], reason="because").seq == 2
    with pytest.raises(InputError, match="role owner"):
        store.answer(asked.id, "ada", "It does.")
    assert store.answer(asked.id, "olu", "It does.").event.kind == "ruling"


def test_reflexive_project_has_no_gold(make_store) -> None:
    store = make_store(approach="reflexive")
    store.decide("u1", "ann", ["money"])
    store.decide("u1", "ben", ["time"])
    assert set(store.codings()) == {"ann", "ben"}
    for refused in (
        lambda: store.adjudicate("u1", "ann", ["money"], reason="because"),
        lambda: store.coded(adjudicated=True),
        lambda: store.drift("ann"),
    ):
        with pytest.raises(InputError, match="reflexive"):
            refused()


# --- many at once, and the end of a process ---------------------------------------------------------------


def test_writers_at_once_lose_and_double_nothing(make_store) -> None:
    store = make_store(corpus=None)
    wrong: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for n in range(20):
                for _ in range(2):  # each sent twice
                    store.decide(f"{name}-{n}", name, ["money"], id=f"{name}-{n}")
                if n % 5 == 0:
                    with pytest.raises(InputError):
                        store.decide(f"{name}-{n}", name, ["love"])
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(f"a{n}",)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    events = store.events()
    assert sorted(event.id for event in events) == sorted(f"a{w}-{n}" for w in range(12) for n in range(20))
    assert [event.seq for event in events] == list(range(1, 241))


_WRITER = """
import sys
from textmine.annotations import AnnotationStore
from textmine.codebook import Codebook
store = AnnotationStore(sys.argv[1], "study", Codebook.from_labels(["money", "time"]))
for n in range(100_000):
    store.decide(f"u{n}", "ann", ["money"], id=f"e{n}")
    print(f"e{n}", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_confirmed_decision_survives_a_kill(tmp_path: Path, codebook: Codebook) -> None:
    path = tmp_path / "store.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, encoding="utf-8"
    ) as run:
        assert run.stdout is not None
        confirmed = [run.stdout.readline().strip() for _ in range(30)]
        os.kill(run.pid, signal.SIGKILL)
        confirmed += run.stdout.read().split("\n")[:-1]
    with AnnotationStore(path, "study", codebook) as store:
        stored = [event.id for event in store.events()]
        assert stored[: len(confirmed)] == confirmed
        assert len(stored) <= len(confirmed) + 1  # one may have been written and not yet told
        assert store.decide("u999999", "ann", []).seq == len(stored) + 1


def test_store_that_fails_stores_nothing_and_goes_on(store: AnnotationStore, monkeypatch) -> None:
    def fail(*given):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("textmine.annotations.store.write_requests", fail)
        with pytest.raises(RuntimeError):
            store.decide("u1", "ann", [])
    assert store.events() == []
    assert store.decide("u1", "ann", []).seq == 1  # and the line moves on


def test_next_of_many_units_comes_at_once(make_store) -> None:
    store = make_store(corpus=None)
    store.assign([Task(annotator="ann", unit_id=f"u{n}") for n in range(1500)])
    store.record_all(
        [
            Event(id=f"e{n}", kind="decision", unit_id=f"u{n}", annotator="ann", payload={"codes": []})
            for n in range(1400)
        ]
    )
    start = time.process_time()
    task = store.next_task("ann")
    assert time.process_time() - start < 0.1
    assert task is not None and task.unit_id == "u1400"


def test_tasks_are_a_table_in_the_order_of_reading(store: AnnotationStore) -> None:
    store.assign([Task(annotator="ann", unit_id="u2"), Task(annotator="ann", unit_id="u1")])
    store.decide("u2", "ann", [])
    frame = store.tasks("ann")
    assert frame["unit_id"].tolist() == ["u2", "u1"] and frame["closed"].tolist() == [True, False]
    assert isinstance(frame, pd.DataFrame) and store.unassigned(["u1", "u5"]) == ["u5"]
