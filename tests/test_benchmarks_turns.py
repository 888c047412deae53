"""The benchmark of interview turns: what it reads, what it draws, and what it sets beside what."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    sys.modules.pop("turns", None)
    return importlib.import_module("turns")


def test_every_turn_that_people_coded_is_read_with_its_question(turns: ModuleType) -> None:
    read, codes = turns.read_turns(), turns.load_coder(turns.STUDY).codes_
    assert read["unit"].is_unique and set(read["transcript"]) == {"t1", "t3", "t4", "t6", "t7"}
    assert (read["question"] != "").mean() > 0.9
    for name in ("adjudicated-transcripts", *turns.PEOPLE):
        assert turns.read_codes(name, read["unit"], codes).shape == (116, 10)


def test_turns_are_drawn_within_their_transcript(turns: ModuleType) -> None:
    times = turns.draw_within(["a", "b", "a", "b", "b"])
    assert (times[0] == 1).all()
    assert (times[:, [0, 2]].sum(axis=1) == 2).all() and (times[:, [1, 3, 4]].sum(axis=1) == 3).all()
    assert len(np.unique(times, axis=0)) > 10


def test_question_is_put_before_short_turns_alone(turns: ModuleType) -> None:
    texts, asked = ["Both.", "we share a bursar", "no"], ["Staff or money?", "How?", ""]
    assert turns.put_before(texts, asked, 4) == ["Staff or money? Both.", "we share a bursar", "no"]
    assert turns.put_before(texts, asked)[1] == "How? we share a bursar"


def test_people_and_leads_stand_beside_the_ways_of_coding(turns: ModuleType) -> None:
    truth = np.array([[1.0], [0], [1], [0]])
    ways = {"m: the turn alone": np.zeros((4, 1)), "m: with its question": truth}
    people = {"one": truth, "two": 1 - truth}
    rows = {row["method"]: row for row in turns.make_rows(truth, ways, people, ["a", "a", "b", "b"])}
    assert rows["m: the turn alone"]["micro_f1"] == 0 and rows["m: with its question"]["micro_f1"] == 1
    assert rows["one"]["micro_f1"] == 1 and rows["one beside two"]["micro_f1"] == 0
    assert rows["lead over the turn alone, m: with its question"]["micro_f1"] == 1
