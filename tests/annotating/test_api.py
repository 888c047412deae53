"""What pages ask for: units in order, decisions stored once, nothing of others before one's own word."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from textmine.annotating.desk import Desk
from textmine.annotations import Task
from textmine.corpus import Corpus


def test_coding_from_the_first_unit_to_the_last(work) -> None:
    ann = work.enter("ann")
    read = []
    while units := ann.told("next", limit=3)["units"]:
        assert ann.decide(units[0], ["money"]).status_code == 200
        read.append(units[0]["id"])
    assert read == work.project.units
    assert work.store.coded("ann").counts()["money"] == len(read)
    assert ann.told("start")["count"] == {"total": 12, "open": 0}


def test_read_and_found_nothing_is_a_decision_and_a_skip_is_none(work) -> None:
    ann = work.enter("ann")
    first, second = ann.told("next", limit=2)["units"]
    assert ann.decide(first, []).status_code == 200
    assert ann.ask("event", id="s1", kind="skip", unit_id=second["id"]).status_code == 200
    decisions = work.store.decisions()
    assert decisions["unit_id"].tolist() == [first["id"]]
    assert decisions[["training", "money", "time"]].iloc[0].tolist() == [0, 0, 0]


@pytest.mark.parametrize("said", [{}, {"codes": None}, {"codes": "money"}], ids=["none", "null", "text"])
def test_codes_that_were_not_sent_are_not_nothing_found(work, said) -> None:
    ann = work.enter("ann")
    assert ann.ask("event", id="d1", kind="decision", unit_id="u00", **said).status_code == 422
    assert work.store.events() == []


def test_units_on_their_way_are_not_given_again(work) -> None:
    ann = work.enter("ann")
    first = ann.told("next", limit=2)["units"]
    rest = ann.told("next", limit=2, passed=[unit["reading"] for unit in first])["units"]
    assert [unit["id"] for unit in first + rest] == ["u00", "u01", "u02", "u03"]


def test_the_same_event_sent_twice_is_stored_once(work) -> None:
    ann = work.enter("ann")
    (unit,) = ann.told("next", limit=1)["units"]
    answers = [ann.decide(unit, ["time"], id="once").json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(work.store.events()) == 1


def test_an_id_used_for_something_else_is_refused(work) -> None:
    ann = work.enter("ann")
    first, second = ann.told("next", limit=2)["units"]
    assert ann.decide(first, ["time"], id="once").status_code == 200
    assert ann.decide(second, ["money"], id="once").status_code == 422


def test_places_are_code_points_and_the_server_puts_the_words_in(work) -> None:
    ann = work.enter("ann")
    (unit,) = ann.told("next", limit=1)["units"]
    text = unit["text"]
    for words in ("the nai\u0308ve cafe\u0301", "👩‍🏫 saved money", "😀 Sharing"):
        start = text.index(words)
        span = {"code": "money", "start": start, "end": start + len(words)}
        sent = ann.decide(unit, ["money"], id=f"e{start}", spans=[span])
        assert sent.status_code == 200, sent.text
        (kept,) = work.store.coded("ann").spans.to_dict("records")
        assert kept["quote"] == words == text[kept["start"] : kept["end"]]


def test_a_quote_that_is_not_there_is_refused_without_its_words(work) -> None:
    ann = work.enter("ann")
    (unit,) = ann.told("next", limit=1)["units"]
    span = {"code": "money", "start": 2, "end": 9, "quote": "Quillfeather"}
    answer = ann.decide(unit, ["money"], spans=[span])
    assert answer.status_code == 422
    assert "Quillfeather" not in answer.text and "Sharing" not in answer.text


def test_undo_takes_back_and_undoing_that_brings_back(work) -> None:
    ann = work.enter("ann")
    (unit,) = ann.told("next", limit=1)["units"]
    ann.decide(unit, ["time"], id="d1")
    assert ann.told("event", id="x1", kind="undo", supersedes="d1")["unit_id"] == unit["id"]
    assert ann.told("next", limit=1)["units"][0]["id"] == unit["id"]
    ann.told("event", id="x2", kind="undo", supersedes="x1")
    assert ann.told("next", limit=1)["units"][0]["id"] != unit["id"]
    assert ann.told("unit", id=unit["id"])["mine"]["codes"] == ["time"]


def test_recent_says_what_undo_would_take_back(work) -> None:
    ann = work.enter("ann")
    first, second = ann.told("next", limit=2)["units"]
    ann.decide(first, ["time"], id="d1", stances={"time": "denies"})
    ann.ask("event", id="m1", kind="memo", unit_id=second["id"], text="odd")
    recent = ann.told("start")["recent"]
    assert [event["id"] for event in recent] == ["m1", "d1"]
    assert recent[1]["coding"]["stances"] == {"time": "denies"}
    assert recent[1]["reading"] == first["reading"]


def test_a_correction_replaces_and_keeps_the_first(work) -> None:
    ann = work.enter("ann")
    (unit,) = ann.told("next", limit=1)["units"]
    ann.decide(unit, ["time"], id="d1")
    ann.decide({"id": unit["id"]}, ["money"], id="d2")
    assert work.store.coded("ann").counts() == {"training": 0, "money": 1, "time": 0}
    assert [event.id for event in work.store.history(unit["id"])] == ["d1", "d2"]


# --- blindness ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("allowed", [False, True])
def test_others_show_only_after_ones_own_decision_if_the_project_allows(make_work, allowed: bool) -> None:
    work = make_work(show_suggestions_after=allowed)
    ann, ben = work.enter("ann"), work.enter("ben")
    (unit,) = ann.told("next", limit=1)["units"]
    ann.decide(unit, ["time"])
    ann.ask("event", id="m1", kind="memo", unit_id=unit["id"], text="only mine")
    seen = ben.told("unit", id=unit["id"])
    assert seen["others"] is None and seen["suggestions"] is None and seen["memos"] == []
    assert ben.ask("after", id=unit["id"]).status_code == 403
    ben.decide(seen, ["money"])
    after = ben.told("after", id=unit["id"])
    if allowed:
        assert [(one["annotator"], one["codes"]) for one in after["others"]] == [("ann", ["time"])]
    else:
        assert after["others"] is None and after["suggestions"] is None


def test_a_decision_changed_after_a_look_at_others_says_so(make_work) -> None:
    work = make_work(show_suggestions_after=True)
    ann, ben = work.enter("ann"), work.enter("ben")
    (unit,) = ann.told("next", limit=1)["units"]
    ann.decide(unit, ["time"])
    ben.decide(unit, ["money"], id="b1")
    assert ben.told("after", id=unit["id"])["others"]
    ben.decide({"id": unit["id"]}, ["time"], id="b2")
    shown = {event.id: event.suggestions_shown for event in work.store.history(unit["id"])}
    assert (shown["b1"], shown["b2"]) == (False, True)


def test_suggestions_come_after_ones_own_decision(make_work) -> None:
    work = make_work(show_suggestions_after=True)
    path = work.project.annotations / "suggestions.csv"
    path.write_text("unit_id,code,score,band\nu00,money,0.91,accept\n", "utf-8")
    ann = work.enter("ann")
    (unit,) = ann.told("next", limit=1)["units"]
    assert unit["suggestions"] is None
    ann.decide(unit, ["time"])
    made = ann.told("after", id="u00")["suggestions"]
    assert made == [{"code": "money", "score": 0.91, "band": "accept"}]


def test_suggestions_of_a_later_round_take_the_place_of_the_earlier(make_work) -> None:
    work = make_work(show_suggestions_after=True)
    path = work.project.annotations / "suggestions.csv"
    ann = work.enter("ann")
    ann.decide({"id": "u00"}, ["time"])
    assert ann.told("after", id="u00")["suggestions"] == []  # no model yet
    for score, code in ((0.91, "money"), (0.5, "training")):
        path.write_text(f"unit_id,code,score,band\nu00,{code},{score},accept\n", "utf-8")
        made = ann.told("after", id="u00")["suggestions"]
        assert made == [{"code": code, "score": score, "band": "accept"}]
        found = ann.told("passages", source="model", code=code)
        assert [row["id"] for row in found["passages"]] == ["u00"]


def test_a_silent_reread_looks_like_a_unit_never_seen(work) -> None:
    ann = work.enter("ann")
    for unit in ann.told("next", limit=10)["units"]:
        ann.decide(unit, ["time"])
    ann.ask("event", id="m1", kind="memo", unit_id="u00", text="first thought")
    again = Task(annotator="ann", unit_id="u00", purpose="reread", role="reread")
    work.store.assign([again], first=True)
    unit, other = ann.told("next", limit=2)["units"]
    assert unit["id"] == "u00" and set(unit) == set(other)
    hidden = {"mine": None, "memos": [], "flag": None, "others": None, "suggestions": None, "ruling": None}
    assert {name: unit[name] for name in hidden} == hidden
    assert ann.decide(unit, ["money"], id="again").status_code == 200
    rounds = {event.id: (event.round, event.role) for event in work.store.history("u00")}
    assert rounds["again"] == (1, "reread")
    assert work.store.coded("ann").counts()["money"] == 0  # a silent re-read changes no decision


def test_columns_that_give_codes_away_are_no_facts(make_work, corpus) -> None:
    frame = corpus.frame.assign(money="1", money__score="0.9", phase="primary")
    work = make_work(type(corpus)(frame))
    (unit,) = work.enter("ann").told("next", limit=1)["units"]
    assert [fact["name"] for fact in unit["facts"]] == ["region", "phase"]


# --- conversations, grid, search, notes ---------------------------------------------------------------------


def test_a_turn_comes_with_its_whole_conversation(make_work, talk) -> None:
    work = make_work(talk)
    ann = work.enter("ann")
    (unit,) = ann.told("next", limit=1)["units"]
    assert (unit["id"], unit["talk"]) == ("t1:2", "t1")
    turns = ann.told("talk", id="t1:2")["turns"]
    assert [turn["id"] for turn in turns] == [f"t1:{n}" for n in range(1, 7)]
    assert [turn["own"] for turn in turns] == [False, True] * 3
    assert turns[0]["speaker"] == "INT"


def test_a_unit_without_a_conversation_has_none(work) -> None:
    assert work.enter("ann").ask("talk", id="u00").status_code == 404


def test_grid_gives_rows_in_pages_with_ones_own_codes(work) -> None:
    ann, ben = work.enter("ann"), work.enter("ben")
    ann.decide({"id": "u00"}, ["time"])
    ben.decide({"id": "u01"}, ["money"])
    told = ann.told("rows", offset=0, limit=5)
    assert (told["total"], [row["id"] for row in told["rows"]]) == (12, ["u00", "u01", "u02", "u03", "u04"])
    assert told["rows"][0]["mine"]["codes"] == ["time"] and told["rows"][1]["mine"] is None
    assert ann.told("rows", offset=0, limit=5, unread=True)["total"] == 11


def test_search_finds_ones_own_units_whatever_the_case(work) -> None:
    told = work.enter("ann").told("search", words="SAVES money")
    assert told["count"] == 3 and all("saves money" in hit["text"] for hit in told["found"])
    assert work.enter("ann").told("search", words="  ")["count"] == 0


def test_search_without_accents_finds_words_that_have_them(make_work) -> None:
    texts = ["Diolch i Ll\u0177r", "Ll\u0302yr a Sia\u0302n", "Llyr", "na\u00efve"]
    work = make_work(Corpus(pd.DataFrame({"doc_id": ["u0", "u1", "u2", "u3"], "text": texts})))
    ann = work.enter("ann")
    assert [hit["id"] for hit in ann.told("search", words="LLYR")["found"]] == ["u0", "u1", "u2"]
    assert [hit["id"] for hit in ann.told("search", words="Ll\u0177r")["found"]] == ["u0"]
    assert [hit["id"] for hit in ann.told("search", words="sian naive")["found"]] == []


def test_search_finds_an_accent_however_it_is_typed(work) -> None:
    ann = work.enter("ann")
    for words in ("caf\u00e9", "CAFE\u0301", "na\u00efve costs"):
        assert [hit["id"] for hit in ann.told("search", words=words)["found"]] == ["u00"]


def test_search_does_not_reach_units_of_others(make_work) -> None:
    work = make_work(tasks=False)
    work.store.assign([Task(annotator="ann", unit_id="u01"), Task(annotator="ben", unit_id="u05")])
    assert [hit["id"] for hit in work.enter("ann").told("search", words="money")["found"]] == ["u01"]


def test_notes_are_ones_own_and_newest_first(work) -> None:
    ann, ben = work.enter("ann"), work.enter("ben")
    ann.ask("event", id="m1", kind="memo", unit_id="u00", text="first")
    ann.ask("event", id="f1", kind="flag", unit_id="u01", text="")
    ben.ask("event", id="a1", kind="act_on", unit_id="u02", text="")
    assert [(note["kind"], note["note"]) for note in ann.told("notes")["notes"]] == [
        ("flag", ""),
        ("memo", "first"),
    ]
    assert [note["kind"] for note in ben.told("notes")["notes"]] == ["act_on"]


def test_leads_see_what_others_marked_once_they_have_read_it(work) -> None:
    work.store.assign([Task(annotator="ada", unit_id="u01")])
    ann, ben, ada = work.enter("ann"), work.enter("ben"), work.enter("ada")
    ann.ask("event", id="m1", kind="memo", unit_id="u00", text="ones own")
    ann.ask("event", id="a1", kind="act_on", unit_id="u00", text="call them")
    ann.ask("event", id="f1", kind="flag", unit_id="u02", text="")
    ben.ask("event", id="a2", kind="act_on", unit_id="u01", text="")
    ben.ask("event", id="a3", kind="act_on", unit_id="u03", text="")
    ben.ask("event", id="x3", kind="undo", supersedes="a3")
    told = ada.told("notes")
    assert [(c["kind"], c["annotator"], c["unit_id"], c["note"]) for c in told["calls"]] == [
        ("act_on", "ann", "u00", "call them"),
        ("flag", "ann", "u02", ""),
    ]
    assert told["waiting"] == 1 and told["notes"] == []
    ada.decide({"id": "u01"}, [])
    assert [call["unit_id"] for call in ada.told("notes")["calls"]] == ["u01", "u00", "u02"]
    assert ben.told("notes")["calls"] == []
    assert "What others marked" in ada.client.get("/memos").text
    assert "What others marked" not in ben.client.get("/memos").text


# --- the lead -----------------------------------------------------------------------------------------------


def test_a_question_becomes_a_ruling_beside_the_code_and_queues_what_it_may_touch(work) -> None:
    ann, ben, olu = work.enter("ann"), work.enter("ben"), work.enter("olu")
    for unit in ("u00", "u01", "u02"):
        ann.decide({"id": unit}, ["money"] if unit != "u02" else ["time"])
    ben.ask("event", id="q1", kind="question", unit_id="u03", text="Does pooling count?", code="money")
    (asked,) = olu.told("questions")["questions"]
    assert asked["text"] == "Does pooling count?" and asked["ruling"] is None
    ruled = olu.told(
        "answer", id="r1", question="q1", text="Pooling counts not.", code="money", effect="narrows"
    )
    assert ruled["queued"] == 2
    (ruling,) = ann.told("start")["rulings"]["money"]
    assert ruling["text"] == "Pooling counts not." and ruling["touched"] == 2 and ruling["date"]
    again = ann.told("next", limit=2)["units"]
    assert {unit["id"] for unit in again} == {"u00", "u01"}
    assert again[0]["ruling"]["text"] == "Pooling counts not." and again[0]["mine"]["codes"] == ["money"]


def test_differences_are_settled_with_a_reason(work) -> None:
    ann, ben, ada = work.enter("ann"), work.enter("ben"), work.enter("ada")
    span = {"code": "money", "start": 0, "end": 1}
    ann.decide({"id": "u00"}, ["money"], spans=[span])
    ben.decide({"id": "u00"}, ["time"])
    for person in (ann, ben):
        person.decide({"id": "u01"}, ["money"])
    told = ada.told("differences")
    assert [(unit["id"], unit["codes"]) for unit in told["units"]] == [("u00", ["money", "time"])]
    one = ada.told("difference", id="u00")
    assert [(r["annotator"], r["codes"]["money"]) for r in one["readings"]] == [("ann", 1), ("ben", 0)]
    assert one["readings"][0]["spans"][0]["quote"] == "😀"
    event = {"id": "s1", "kind": "adjudication", "unit_id": "u00", "codes": ["money"], "spans": [span]}
    assert ada.ask("event", **event).status_code == 422  # no reason
    assert ada.ask("event", **event, reason="Money is named.").status_code == 200
    assert ada.told("differences")["open"] == 0
    assert work.store.coded(adjudicated=True).counts()["money"] == 2


def test_a_lead_who_is_still_to_read_a_unit_sees_nobodys_reading_of_it(work) -> None:
    work.store.assign([Task(annotator="ada", unit_id=unit) for unit in ("u00", "u01")])
    ann, ben, ada = work.enter("ann"), work.enter("ben"), work.enter("ada")
    for unit in ("u00", "u01", "u02"):
        ann.decide({"id": unit}, ["money"])
        ben.decide({"id": unit}, ["time"])
    assert [unit["id"] for unit in ada.told("differences")["units"]] == ["u02"]
    assert ada.ask("difference", id="u00").status_code == 403
    ada.decide({"id": "u00"}, ["time"])
    assert [unit["id"] for unit in ada.told("differences")["units"]] == ["u00", "u02"]
    assert len(ada.told("difference", id="u00")["readings"]) == 3
    assert not work.store.decisions().query("annotator == 'ada'")["suggestions_shown"].any()
    ada.decide({"id": "u00"}, ["money"], id="after")
    assert work.store.decisions().query("annotator == 'ada'")["suggestions_shown"].all()


def test_reflexive_projects_settle_nothing_and_measure_no_agreement(make_work) -> None:
    work = make_work(approach="reflexive", assignment={"overlap": 0})
    olu = work.enter("olu")
    assert olu.ask("differences").status_code == 404
    assert [olu.client.get(path).status_code for path in ("/agreement", "/settle", "/drift")] == [404] * 3
    menu = olu.client.get("/memos").text
    assert "/agreement" not in menu and "/settle" not in menu and "/questions" in menu
    assert olu.told("start")["memos_first"] is True


def test_no_more_units_are_made_ready_than_are_sent(work, monkeypatch) -> None:
    shown = []
    show = Desk.show
    monkeypatch.setattr(Desk, "show", lambda desk, *given: shown.append(given) or show(desk, *given))
    assert len(work.enter("ann").told("next", limit=2)["units"]) == 2
    assert len(shown) == 2


@pytest.mark.slow
def test_the_next_of_a_hundred_thousand_units_comes_in_a_tenth_of_a_second(make_work, corpus) -> None:
    rows = [{"doc_id": f"r{n}", "text": f"short answer {n}"} for n in range(100_000)]
    work = make_work(type(corpus)(pd.DataFrame(rows)), tasks=False)
    work.store.assign([Task(annotator="ann", unit_id=unit) for unit in work.project.units])
    ann = work.enter("ann")
    ann.told("next", limit=3)
    spent = []
    for number in range(30):
        began = time.perf_counter()
        (unit,) = ann.told("next", limit=1)["units"]
        spent.append(time.perf_counter() - began)
        assert ann.decide(unit, ["money"], id=f"d{number}").status_code == 200
    assert sorted(spent)[28] < 0.1
