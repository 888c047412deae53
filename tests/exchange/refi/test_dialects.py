"""Places in eight dialects: known answers, and the right dialect found out from the file alone."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.errors import InputError
from textmine.exchange.refi.dialects import (
    DIALECTS,
    Dialect,
    MarkedText,
    Ruler,
    convert_lines,
    detect_dialect,
    find_dialect,
    note_lines,
    rate_quote,
    restore_lines,
)

CASES = Path(__file__).resolve().parents[4] / "shared" / "methods_testcases.json"
TEXT = "Waits 😀 too long\nCafé staff kind"
KNOWN = {
    "lf-codepoint": [(8, 16), (22, 32)],
    "lf-utf16": [(9, 17), (23, 33)],
    "crlf-codepoint": [(8, 16), (23, 33)],
    "crlf-utf16": [(9, 17), (24, 34)],
    "lf-codepoint-inclusive": [(8, 15), (22, 31)],
}
ALL = [
    Dialect(lines, units, inclusive)
    for lines in ("lf", "crlf")
    for units in ("codepoint", "utf16")
    for inclusive in (False, True)
]
WORDS = "we wait too long 😀 at the café staff were kind 🚑🚑 but parking is bad é and 5 people, said so. no!"


def mark(text: str, dialect: Dialect, spans: list[tuple[int, int]], *, quoted: bool = False) -> MarkedText:
    """A text with stretches as a program of that dialect would write them."""
    ruler = Ruler(text, dialect)
    places = np.array([ruler.to_dialect(*span) for span in spans], dtype=np.int64).reshape(-1, 2)
    quotes = [text[slice(*span)] if quoted else "" for span in spans]
    return MarkedText(text, places[:, 0], places[:, 1], quotes)


def pick_words(text: str, draw: random.Random, count: int, sloppy: float = 0.0) -> list[tuple[int, int]]:
    """Stretches of one to four words; a share of them begins or ends in the middle of a word."""
    words = [found.span() for found in re.finditer(r"\S+", text)]
    spans = []
    for _ in range(count):
        first = draw.randrange(len(words) - 4)
        start, end = words[first][0], words[first + draw.randrange(4)][1]
        if draw.random() < sloppy and end - start > 3:
            start, end = start + 1, end - 1
        spans.append((start, end))
    return spans


def make_text(draw: random.Random, lines: int = 25) -> str:
    words = WORDS.split()
    return "\n".join(" ".join(draw.choices(words, k=draw.randint(5, 14))) for _ in range(lines))


@pytest.mark.parametrize("name", KNOWN)
def test_known_places_both_ways(name: str) -> None:
    ruler = Ruler(TEXT, find_dialect(name))
    spans = [(8, 16), (22, 32)]
    assert [ruler.to_dialect(*span) for span in spans] == KNOWN[name]
    assert [ruler.from_dialect(*place) for place in KNOWN[name]] == spans


@pytest.mark.parametrize("name", KNOWN)
def test_known_places_hold_for_text_with_crlf_too(name: str) -> None:
    text = convert_lines(TEXT, "crlf")
    start = text.index("staff kind")
    assert Ruler(text, find_dialect(name)).to_dialect(start, start + 10) == KNOWN[name][1]


def test_known_places_are_those_of_the_methods_file() -> None:
    if not CASES.is_file():
        pytest.skip("no methods_testcases.json here")
    said = json.loads(CASES.read_text(encoding="utf-8"))["refi"]
    ends = {
        "lf_codepoint_excl": "lf-codepoint",
        "lf_utf16_excl": "lf-utf16",
        "crlf_codepoint_excl": "crlf-codepoint",
        "crlf_utf16_excl_nvivo_windows": "crlf-utf16",
        "lf_codepoint_incl": "lf-codepoint-inclusive",
    }
    assert said["text_lf"] == TEXT
    for key, name in ends.items():
        assert [tuple(place) for place in said[key]] == KNOWN[name]


def test_programs_have_their_dialects() -> None:
    named = {name: str(dialect) for name, dialect in DIALECTS.items()}
    assert named == {
        "standard": "lf-codepoint",
        "nvivo": "crlf-utf16",
        "maxqda": "crlf-codepoint",
        "atlasti": "lf-codepoint",
    }


def test_unknown_dialect_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(InputError, match="standard, nvivo, maxqda, atlasti"):
        find_dialect("word")


@given(st.text(alphabet="a 😀é\r\n", max_size=30), st.sampled_from(ALL), st.data())
def test_there_and_back_is_the_same_words(text: str, dialect: Dialect, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    ruler = Ruler(text, dialect)
    place = ruler.to_dialect(start, end)
    if dialect.inclusive and place[0] == place[1] and not text[start:end].strip("\r\n"):
        return  # nothing, or half a line end: a count of the last character cannot say that
    back = text[slice(*ruler.from_dialect(*place))]
    assert convert_lines(back, "lf").strip("\n") == convert_lines(text[start:end], "lf").strip("\n")


def test_place_inside_an_emoji_or_beyond_the_text_is_moved_and_said() -> None:
    ruler = Ruler("a😀b", Dialect("lf", "utf16"))
    starts, ends, exact = ruler.place(np.array([2, 0]), np.array([3, 99]))
    assert (starts.tolist(), ends.tolist(), exact.tolist()) == ([1, 0], [2, 3], [False, False])


@pytest.mark.parametrize("dialect", ALL, ids=str)
def test_quoted_text_decides_with_three_stretches(dialect: Dialect) -> None:
    spans = [(8, 16), (22, 32), (23, 28)]
    found, evidence = detect_dialect([mark(TEXT, dialect, spans, quoted=True)])
    assert found == dialect and evidence.quotes == 2 * len(spans)


@pytest.mark.parametrize("dialect", ALL, ids=str)
@pytest.mark.parametrize("stored", ["lf", "crlf"])
def test_dialect_is_found_by_word_edges(dialect: Dialect, stored: str) -> None:
    for seed in range(12):
        draw = random.Random(seed)
        text = convert_lines(make_text(draw), stored)
        found, _ = detect_dialect([mark(text, dialect, pick_words(text, draw, 20))])
        assert found == dialect, f"seed {seed}"


@pytest.mark.parametrize("dialect", ALL, ids=str)
def test_dialect_is_found_though_a_fifth_of_the_stretches_are_sloppy(dialect: Dialect) -> None:
    right = 0
    for seed in range(20):
        draw = random.Random(seed)
        text = make_text(draw, lines=60)
        right += detect_dialect([mark(text, dialect, pick_words(text, draw, 40, sloppy=0.2))])[0] == dialect
    assert right >= 19


def test_names_that_are_no_quotes_do_not_decide() -> None:
    draw = random.Random(1)
    text = convert_lines(make_text(draw), "crlf")
    marked = mark(text, DIALECTS["nvivo"], pick_words(text, draw, 30))
    named = MarkedText(text, marked.starts, marked.ends, ["Interview 1"] * 30)
    assert detect_dialect([named])[0] == DIALECTS["nvivo"]


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("NVivo 12.6", "crlf-utf16"),
        ("MAXQDA 24", "crlf-codepoint"),
        ("ATLAS.ti 23", "lf-codepoint"),
        ("", "lf-codepoint"),
    ],
)
def test_where_nothing_tells_the_program_does(origin: str, expected: str) -> None:
    assert str(detect_dialect([], origin=origin)[0]) == expected


def test_a_file_that_mixes_line_ends_may_be_counted_as_it_is() -> None:
    text = "one two\r\nthree four\nfive six\r\nseven eight\nnine ten"
    spans = [found.span() for found in re.finditer(r"\w+", text)]
    starts, ends = (np.array(side) for side in zip(*spans, strict=True))
    found, _ = detect_dialect([MarkedText(text, starts, ends, [""] * len(spans))])
    assert found.lines == "stored" and not found.inclusive


@given(st.text(alphabet="ab\r\n", max_size=40), st.sampled_from(["lf", "crlf"]))
def test_line_ends_come_back_as_they_were(text: str, lines: str) -> None:
    assert restore_lines(convert_lines(text, lines), note_lines(text) or "n0") == text or "\n" not in text


def test_noted_line_ends_that_do_not_fit_change_nothing() -> None:
    assert restore_lines("a\nb", "w9") == "a\nb"
    assert restore_lines("a\nb", "w99999999999999999999") == "a\nb"


def test_quote_of_full_length_beats_one_that_merely_begins_so() -> None:
    quote = "a sentence of more than forty letters in all of it"
    assert rate_quote(quote, quote) == 2
    assert rate_quote(quote + " and", quote) == 1
    assert rate_quote("something else", quote) == 0
