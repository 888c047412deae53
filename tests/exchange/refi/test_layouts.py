"""Units laid out as documents: each stands there once, word for word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.exchange.refi.layouts import LAYOUTS, Unit, choose_layout, lay_out

WORDS = st.text(alphabet="ab \n\r😀[]:", max_size=12)


@given(st.lists(st.tuples(WORDS, st.sampled_from("QR"), st.sampled_from("ABC")), max_size=12))
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_unit_with_words_stands_in_one_document(layout: str, rows) -> None:
    units = [Unit(str(n), text, q, who, who, "talk") for n, (text, q, who) in enumerate(rows)]
    said = {
        piece.unit: document.text[piece.start : piece.end]
        for document in lay_out(units, layout)
        for piece in document.pieces
    }
    assert said == {unit.id: unit.text for unit in units if unit.text.strip()}


def test_layout_fits_the_kind_of_text() -> None:
    assert choose_layout([Unit("1", "a", speaker="R", interview="t1")]) == "interview"
    assert choose_layout([Unit("1", "a")]) == choose_layout([]) == "question"
