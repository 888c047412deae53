"""Where tokens stand: as the tokeniser itself finds them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from textmine.coding.token_places import code_points, find_tokens
from textmine.coding.tokens import token_spans

PIECES = ["1", "22", "a", "It", "'", "’", ".", ",", ":", " ", "\n", "£", "%", "?", "!", "é", "e\u0301", "٣"]
PIECES += ["_", "²", "½", "-", "dr.", "e.g.", "İ", "ß", "Ⓐ", "一", "😀", "\ud800"]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=30))
def test_tokens_stand_where_the_tokeniser_finds_them(text: str) -> None:
    starts, ends = find_tokens(code_points(text))
    wanted = [(span.start, span.end) for span, _ in token_spans(text)]
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == wanted
