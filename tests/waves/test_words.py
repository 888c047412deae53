"""Did the words change: figures of the texts, tested by respondents, corrected over all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from textmine.errors import InputError
from textmine.waves.words import compare_words


def row_of(table, measure: str, of: str = ""):
    return table[(table["measure"] == measure) & (table["of"] == of)].iloc[0]


@pytest.fixture(scope="module")
def pair(make_wave):
    return make_wave(n=300, read=0), make_wave("new", n=300, read=0)


def test_figures_are_there_and_none_is_called_changed(pair) -> None:
    found = compare_words(*pair, partings=199)
    names = ["discrepancy", "told apart", "words an answer", "non-response", "answers a respondent"]
    assert set(names) <= set(found.table["measure"]) | {"non-response"}
    assert (found.table["changed"] == "").all()
    assert (found.table["detectable"] > 0).all()
    assert "vocabulary is not at hand" in found.notes[0]


def test_longer_answers_and_silence_are_seen(pair) -> None:
    old, new = pair
    texts = new.texts.copy()
    texts.iloc[:80] = "n/a"
    texts.iloc[80:] = [f"{text} and so on and so forth every day" for text in texts.iloc[80:]]
    table = compare_words(old, replace(new, texts=texts), partings=999).table
    length, silent = row_of(table, "words an answer"), row_of(table, "non-response")
    assert length["changed"] == "yes" and length["difference"] == pytest.approx(8, abs=1)
    assert length["low"] < 8.2 and length["high"] > 7.5
    assert silent["changed"] == "yes" and silent["old"] == 0


def test_unknown_words_and_mix_of_questions_are_seen(pair) -> None:
    old, new = pair
    words = frozenset(" ".join(old.texts).casefold().replace(".", "").split())
    texts = new.texts.copy()
    texts.iloc[:90] = [f"{text} zorblax" for text in texts.iloc[:90]]
    survey = replace(new.survey, questions=["q0"] * 240 + ["q1"] * 60)
    new = replace(new, texts=texts, survey=survey)
    table = compare_words(replace(old, vocabulary=words), new, partings=999).table
    unknown, mix = row_of(table, "unknown words"), row_of(table, "share of answers", "q1")
    assert unknown["old"] == 0 and unknown["changed"] == "yes"
    assert (mix["old"], mix["new"]) == (0.5, 0.2) and mix["changed"] == "yes"


def test_blank_and_foreign_answers_are_counted(pair) -> None:
    old, new = pair
    texts = new.texts.copy()
    texts.iloc[:60] = ""
    texts.iloc[60:120] = "Mae'r staff yn garedig iawn ac mae'r ysgol yn dda"
    table = compare_words(old, replace(new, texts=texts), partings=999).table
    assert row_of(table, "blank")["new"] == pytest.approx(0.2)
    assert row_of(table, "not English")["changed"] == "yes"


def test_many_texts_are_thinned_out_and_it_is_said(pair, monkeypatch) -> None:
    monkeypatch.setattr("textmine.waves.words.MOST_TEXTS", 100)
    found = compare_words(*pair, partings=99)
    assert any("100 of the 300 texts of the new wave" in note for note in found.notes)


def test_few_texts_are_not_asked(make_wave) -> None:
    found = compare_words(make_wave(n=10, read=0), make_wave("new", n=10, read=0))
    assert found.table.empty and "nothing is asked" in found.notes[0]


def test_wave_without_texts_is_named(make_wave) -> None:
    with pytest.raises(InputError, match="Wave new has no texts"):
        compare_words(make_wave(n=30, read=0), make_wave("new", n=30, read=0, texts=False))
