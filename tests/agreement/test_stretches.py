"""Places of evidence: offsets held against quotes, UTF-16 offsets, quotes looked up."""

from __future__ import annotations

import pytest

from textmine.agreement.stretches import Stretch, find_nearest, place_stretch

TEXT = "😀 It saves money. It saves\n money."


@pytest.mark.parametrize(
    ("start", "end", "quote", "wanted"),
    [
        (5, 10, "saves", (5, 10)),
        (5, 10, "", (5, 10)),
        (6, 11, "saves", (5, 10)),  # counted in UTF-16 units, as a browser does
        (20, 25, "saves", (21, 26)),  # off by one and no UTF-16: the nearest place of the quote
        (0, 5, "train", None),
        (30, 60, "", None),
        (None, None, "saves money", (5, 16)),
        (None, None, "It saves money.", (2, 17)),
        (None, None, "IT SAVES", None),
        (None, None, " ", (1, 2)),
    ],
)
def test_stretch_finds_its_place(start, end, quote: str, wanted) -> None:
    if quote == " ":
        assert find_nearest(quote, TEXT) is None
    else:
        assert place_stretch(Stretch("u", "c", start, end, quote), TEXT) == wanted


def test_line_break_within_a_quote_is_white_space() -> None:
    assert find_nearest("It saves  money", "It saves\n money.") == (0, 15)


def test_without_a_text_offsets_stand_and_quotes_have_no_place() -> None:
    assert place_stretch(Stretch("u", "c", 3, 9, "saves"), None) == (3, 9)
    assert place_stretch(Stretch("u", "c", None, None, "saves"), None) is None


def test_nearest_place_is_that_which_begins_nearest() -> None:
    assert find_nearest("a  b", "a b  a     b", near=4) == (5, 12)
