"""Words that weigh: found in any stretch of a text, and blind to who somebody is."""

from __future__ import annotations

import pytest

from textmine.cleaning.harm_words import FILE, load_weights, weigh_words

HINT = "he waits until mum is asleep and then he comes to my bed"
HARMLESS = "we share a minibus with the junior school and the costs are split by the bursar each term"


@pytest.mark.parametrize("text", [HINT, "she hides her arms and cries behind the shed", "scared of my dad"])
def test_hint_without_a_phrase_is_found(text: str) -> None:
    assert weigh_words(text.split())


@pytest.mark.parametrize("text", ["", "n a", HARMLESS, "zzyx qwop", "£ 20"])
def test_harmless_blank_and_unknown_words_are_not(text: str) -> None:
    assert not weigh_words(text.split())


def test_long_text_is_weighed_stretch_by_stretch() -> None:
    harmless = f"{HARMLESS} " * 10
    assert not weigh_words(harmless.split())
    hint = "my stepfather hits me and my mum and we are terrified he beats us and i want to die"
    assert weigh_words(f"{harmless} {hint} {harmless}".split())


@pytest.mark.parametrize("word", ["muslim", "black", "polish", "gay", "autistic", "mohammed", "traveller"])
def test_who_somebody_is_weighs_nothing(word: str) -> None:
    assert load_weights().words[word] == 0


def test_a_stretch_must_weigh_more_than_nothing() -> None:
    held = load_weights()
    assert held.threshold > 0
    assert held.stretch > 1


def test_table_of_words_stays_small() -> None:
    assert FILE.stat().st_size < 400_000
