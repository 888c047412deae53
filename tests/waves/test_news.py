"""What is new: a theme that the old wave lacks, shown by ids and words, and topics in both waves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from textmine.errors import InputError
from textmine.waves.news import find_news

PLACES = ("hall", "office", "gym", "library", "classroom")


def test_theme_that_came_up_is_found(make_wave) -> None:
    old, new = make_wave(n=400, read=0), make_wave("new", n=400, read=0)
    texts = new.texts.copy()
    texts.iloc[::8] = [f"Broadband in the {PLACES[k % 5]} drops out daily" for k in range(50)]
    found = find_news(old, replace(new, texts=texts))
    assert any("broadband" in words for words in found.new["words"])
    assert found.new["p"].max() <= 0.02
    assert set(found.topics["wave"]) == {"old", "new"} and "passes unseen" in found.notes[0]


def test_wave_without_texts_is_named(make_wave) -> None:
    with pytest.raises(InputError, match="has no texts"):
        find_news(make_wave(n=50, read=0, texts=False), make_wave("new", n=50, read=0))
