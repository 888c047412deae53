"""A wave as it is given: texts of its units, respondents without a name, definitions by their meaning."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.errors import InputError, InvalidDesign
from textmine.estimates.survey import SurveyWave
from textmine.waves.wave import CodedWave, hash_definitions, refuse_same_wave


def test_texts_of_other_units_are_refused(make_wave) -> None:
    wave = make_wave(n=30, read=0)
    with pytest.raises(InputError, match="of other units"):
        replace(wave, texts=wave.texts[::-1])


def test_respondent_without_a_name_is_somebody_of_their_own() -> None:
    scores = pd.DataFrame({"money": [0.1, 0.2, 0.3]}, index=["u1", "u2", "u3"])
    named = CodedWave("w", SurveyWave(scores, respondents=["p1", "", None])).respondents()
    assert named[0] == "p1" and len(set(named)) == 3


def test_definition_counts_and_name_does_not() -> None:
    one, two, three = (
        Codebook.loads(f"codes: [{{id: waiting, name: {name}, definition: {said}}}]")
        for name, said in (("Waiting", "Delay."), ("Waits", "Delay."), ("Waiting", "Queues."))
    )
    hashes = [hash_definitions(book)["waiting"] for book in (one, two, three)]
    assert hashes[0] == hashes[1] != hashes[2]
    assert hash_definitions(Codebook.from_labels(["waiting"])) == {}


def test_one_wave_given_twice_is_refused(make_wave) -> None:
    wave = make_wave(n=30, read=0)
    with pytest.raises(InvalidDesign, match="given twice"):
        refuse_same_wave([wave, wave])
    with pytest.raises(InvalidDesign, match="one wave, coded twice"):
        refuse_same_wave([wave, replace(wave, name="again")])
