"""The quick way gives what ftfy gives, or nothing."""

from __future__ import annotations

import ftfy
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from textmine.cleaning.commonest import mend_commonest

PIECES = [
    "â€™",
    "â€˜",
    "â€œ",
    "â€“",
    "â€¦",
    "Â£",
    "â‚¬",
    "Ã©",
    "Â ",
    "Ã ",
    "&amp;",
    "&#39;",
    "&lt;",
    "&amp;amp;",
    "<b>",
]
PIECES += [
    "£",
    "’",
    "“",
    "”",
    "–",
    "…",
    "é",
    "a",
    " ",
    "t",
    "5",
    "?",
    "\n",
    "&",
    "\ufffd",
    "ï¿½",
    "€",
    "”£",
    "…£",
]


@settings(max_examples=1500)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@example("cost”£5")
@example("a–£b")
@example("&pound;5…£")
@example("caf&eacute;")
def test_what_is_mended_quickly_is_what_ftfy_makes_of_it(text: str) -> None:
    line = text.split("\n")[0]
    quickly = mend_commonest(line, entities="<" not in line)
    if quickly is not None:
        assert quickly[0] == ftfy.fix_text(line, uncurl_quotes=False)


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ("donâ€™t", "don’t"),
        ("Â£450 a head", "£450 a head"),
        ("H&amp;S, it&#39;s â€“ ok", "H&S, it's – ok"),
        ("ok", "ok"),
    ],
)
def test_common_damage_is_mended(damaged: str, meant: str) -> None:
    found = mend_commonest(damaged)
    assert found is not None
    assert found[0] == meant


def test_map_is_of_single_characters() -> None:
    found = mend_commonest("H&amp;S donâ€™t")
    assert found is not None
    assert [(edit.raw_start, edit.raw_end) for edit in found[1].edits] == [(1, 6), (11, 14)]


@pytest.mark.parametrize(
    "text", ["dÃ©jÃ\u00a0 vu", "arenâ€\u009d", "a\x07b", "&amp;amp;", "РґРѕСЂ", "😀 â€™", "ﬁ"]
)
def test_rest_is_left_to_ftfy(text: str) -> None:
    assert mend_commonest(text) is None
