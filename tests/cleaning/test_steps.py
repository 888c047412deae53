"""The steps of cleaning: what each does, and that every clean stretch leads back to its raw words."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from textmine.cleaning import DEFAULT_STEPS, STEPS, CleanedText, clean_text, repair_text
from textmine.cleaning.steps import looks_damaged
from textmine.offsets import OffsetMap
from textmine.spans import Span

DAMAGE = [
    "â€™", "Â£", "Ã©", "caf\u00c3\u00a9", "&amp;", "&#39;", "\r\n", "\r", "\n", " ", "  ", "\t",
    "\u00a0", "\u200b",
    "\ufeff", "e\u0301", "\u1100\u1161\u11a8", "👩\u200d🏫", "😀", "🇬🇧", "\ud83d", "\ude00",
    "\x00",
    "\x85", "\x93", "arenÕt ", "Ò", "Ó", "‚Äô", "√©", "ﬁ", "Ａ", "•\n", "- ", "\\n", "\u2028", "\u00ad\n",
    "a", "B", "word ", "co-\n", "this is a line that goes on for quite some time and then\n", 
    "lines of text ", "“",
    "’", "…", "â\x80\x9c", "ï¿½", "Ã ", "í ½í¸\u008d", "Р", "С‚", "\u0300", "<", "\uac00\u11a8", "\x1b[31m",
    "ÃƒÂ©", "\u0958",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(DAMAGE), max_size=10).map("".join),
    st.lists(st.one_of(st.sampled_from(DAMAGE), st.characters()), max_size=12).map("".join),
)
CHAINS = st.lists(st.sampled_from(list(STEPS)), max_size=6)


def check_way_back(raw: str, clean: str, found: OffsetMap) -> None:
    assert (found.raw_length, found.clean_length) == (len(raw), len(clean))
    inside = {edge for edit in found.edits for edge in range(edit.clean_start + 1, edit.clean_end)}
    for start in range(len(clean) + 1):
        for end in {start, min(start + 1, len(clean)), min(start + 5, len(clean)), len(clean)}:
            span = Span(start, end)
            raw_span = found.to_raw(span)
            back = found.to_clean(raw_span)
            assert back.start <= start <= end <= back.end
            assert len(raw_span) >= 1 or start == end
            if not {start, end} & inside:
                assert back == span
    raw_done, clean_done = 0, 0
    for edit in found.edits:
        assert raw[raw_done : edit.raw_start] == clean[clean_done : edit.clean_start]
        raw_done, clean_done = edit.raw_end, edit.clean_end
    assert raw[raw_done:] == clean[clean_done:]


@settings(max_examples=400)
@given(TEXTS, CHAINS)
@example("👩\u200d🏫 caf\u0065\u0301\r\n\r\n\ud800 it\u00e2\u20ac\u2122s", list(STEPS))
@example("\u1100\u1161 \u11a8\ud83d\ude00", ["mojibake", "typographic_variants"])
def test_any_chain_of_steps_leads_back_to_the_raw_text(text: str, chain: list[str]) -> None:
    cleaned = clean_text(text, steps=chain)
    check_way_back(text, cleaned.text, cleaned.map)
    for change in cleaned.changes:
        assert change.rule in chain
        assert change.span.end <= len(text)


@settings(max_examples=400)
@given(TEXTS)
def test_quick_repair_gives_the_words_of_the_default_steps(text: str) -> None:
    assert repair_text(text) == clean_text(text).text


@given(TEXTS, st.sampled_from(list(STEPS)))
def test_each_step_keeps_the_way_back(text: str, name: str) -> None:
    clean, found = STEPS[name](text)
    check_way_back(text, clean, found)


def test_map_is_as_tight_as_the_damage() -> None:
    raw = "We\u00e2\u20ac\u2122re  at the caf\u00c3\u00a9 &amp; skint"
    cleaned = clean_text(raw)
    assert cleaned.text == "We’re at the café & skint"
    for words, came_from in [
        ("’", "\u00e2\u20ac\u2122"),
        ("re", "re"),
        ("café", "caf\u00c3\u00a9"),
        ("&", "&amp;"),
        ("at the", "at the"),
        ("re at", "re  at"),
    ]:
        start = cleaned.text.index(words)
        assert cleaned.raw_slice(Span(start, start + len(words))) == came_from


def test_changes_name_their_rule_and_place() -> None:
    cleaned = clean_text("It\u00e2\u20ac\u2122s  ok\x07")
    assert isinstance(cleaned, CleanedText)
    assert [(c.rule, c.span, c.before, c.after) for c in cleaned.changes] == [
        ("mojibake", Span(2, 5), "\u00e2\u20ac\u2122", "’"),
        ("mojibake", Span(10, 11), "\x07", ""),
        ("spaces", Span(7, 8), " ", ""),
    ]
    assert "’" not in repr(cleaned.changes)


def test_nothing_to_clean_leaves_no_trace() -> None:
    cleaned = clean_text("Plain “words”.")
    assert cleaned.map.is_identity
    assert not cleaned.changes


def test_unknown_step_is_told_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"called 'polish'\. Choose from: mojibake, "):
        clean_text("a", steps=["polish"])


def test_default_steps_leave_what_people_type() -> None:
    assert set(STEPS) - set(DEFAULT_STEPS) == {"quotes", "dashes"}
    text = "“Curly” – it’s typed…"
    assert clean_text(text).text == text
    assert clean_text(text, steps=["quotes", "dashes"]).text == '"Curly" - it\'s typed...'


def test_variants_of_a_letter_become_one() -> None:
    assert clean_text("cafe\u0301 co\u2011op").text == "caf\u00e9 co-op"


@settings(max_examples=300)
@given(st.one_of(TEXTS, st.text("aÂÃ œé£’‚√¬Г\u00a0", max_size=4)))
@example("voil\u00c3 le travail")
def test_what_ftfy_calls_bad_is_shown_to_it(text: str) -> None:
    from ftfy.badness import is_bad

    if not text.isascii() and is_bad(text):
        assert looks_damaged(text)
