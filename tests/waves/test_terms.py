"""Which words: exact tests of respondents, rare words left out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scipy.stats import fisher_exact

from textmine.waves.terms import compare_terms


def test_word_that_came_up_is_found_with_its_odds(make_wave) -> None:
    old, new = make_wave(n=400, read=0), make_wave("new", n=400, read=0)
    texts = new.texts.copy()
    texts.iloc[::8] = [f"{text} broadband" for text in texts.iloc[::8]]
    table, said = compare_terms(old, replace(new, texts=texts))
    first = table.iloc[0]
    assert (first["word"], first["said_old"], first["said_new"], first["changed"]) == (
        "broadband",
        0,
        50,
        "yes",
    )
    assert first["low"] > 1 and "four waves of five" in said
    assert (table.loc[table["word"] != "broadband", "changed"] == "").all()


def test_p_is_that_of_fishers_exact_test(make_wave) -> None:
    table, _ = compare_terms(make_wave(n=200, read=0), make_wave("new", n=240, read=0))
    row = table.iloc[3]
    counts = [[row["said_new"], 120 - row["said_new"]], [row["said_old"], 100 - row["said_old"]]]
    tails = [fisher_exact(counts, alternative=side).pvalue for side in ("less", "greater")]
    assert row["p"] == pytest.approx(min(1.0, 2 * min(tails)))


def test_word_of_few_respondents_is_not_shown(make_wave) -> None:
    old, new = make_wave(n=200, read=0), make_wave("new", n=200, read=0)
    texts = new.texts.copy()
    texts.iloc[:18] = [f"{text} Quillfeather" for text in texts.iloc[:18]]  # nine people
    table, _ = compare_terms(old, replace(new, texts=texts))
    assert "quillfeather" not in table["word"].tolist()
