"""A comparison as a whole: each question answered, none with 'no', the same in, the same out."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from textmine.errors import InputError, InvalidDesign
from textmine.waves.compare import as_plain, compare_waves


@pytest.fixture(scope="module")
def found(make_wave):
    new = make_wave("new", n=500, money=0.55, recall=0.6)
    return compare_waves(make_wave(n=500), new, topics=False, partings=199)


def answer_to(comparison, start: str):
    rows = comparison.answers
    return rows[rows["question"].str.startswith(start)].iloc[0]


def test_every_question_is_answered_in_words(found) -> None:
    assert set(found.answers["found"]) <= {"yes", "not found", "not asked"}
    assert len(found.answers) == 8
    assert "money +" in answer_to(found, "Did the codes")["answer"]
    assert "recall of (all codes) fell" in answer_to(found, "Did the coder")["answer"]
    assert answer_to(found, "What is new")["found"] == "not asked"


def test_nothing_is_ever_said_to_be_unchanged(make_wave) -> None:
    still = compare_waves(make_wave(n=400), make_wave("new", n=400), topics=False, partings=199)
    said = " ".join(still.describe())
    assert not re.search(
        r"no (drift|difference)|unchanged|the same as before|nothing changed", said, re.IGNORECASE
    )
    for start in ("Did the words", "Did the codes", "Did the coder"):
        row = answer_to(still, start)
        assert row["found"] == "not found" and "four waves of five" in row["detectable"]


def test_what_is_not_known_is_not_asked(make_wave) -> None:
    bare = compare_waves(
        make_wave(n=60, read=0, texts=False), make_wave("new", n=60, read=0, texts=False), topics=False
    )
    rows = bare.answers.set_index("question")["found"]
    assert set(rows[1:]) == {"not asked"}
    assert bare.words.empty and bare.coder.empty and len(bare.codes) == 2
    assert any("no texts of old and new" in note for note in bare.notes)


def test_same_waves_give_the_same_tables(make_wave) -> None:
    def run():
        return compare_waves(make_wave(n=200), make_wave("new", n=200), topics=False, partings=99, seed=3)

    one, two = (json.dumps(as_plain(run()), default=str) for _ in range(2))
    assert one == two


def test_names_that_stand_in_both_waves_are_minded(make_wave) -> None:
    options = {"topics": False, "partings": 99}
    one, two = make_wave(n=200, people="p"), make_wave("new", n=200, people="p")
    apart = compare_waves(one, two, **options)
    assert "100 respondents' names" in apart.notes[0]
    panel = compare_waves(one, two, panel=True, **options)
    assert not any("names stand in both" in note for note in panel.notes)
    with pytest.raises(InvalidDesign, match="no panel"):
        compare_waves(make_wave(n=200), make_wave("new", n=200), panel=True, **options)


def test_unknown_correction_and_one_wave_twice_are_refused(make_wave) -> None:
    wave = make_wave(n=60)
    with pytest.raises(InputError, match="No correction"):
        compare_waves(wave, make_wave("new", n=60), adjust="none")
    with pytest.raises(InvalidDesign, match="one wave, coded twice"):
        compare_waves(wave, replace(wave, name="again"))
