"""Explaining one text: the parts add up, the page is safe, every code that applies is shown."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.coding.accurate import AccurateCoder
from textmine.coding.coder import Coder
from textmine.coding.explain import explain
from textmine.errors import InputError

TEXT = "The hall is old, we share joint training for staff, and in the end it saves us money"
SAID = ["We share training", "saves money", "no time", "Â£5", "don’t", "<b>", "&amp;", "😀", "?!", ", ", "\n"]


@given(
    text=st.lists(st.sampled_from(SAID), max_size=15).map(" ".join) | st.text(),
    question=st.sampled_from(["", "Question 1?", "New?"]),
)
def test_parts_add_up_to_the_score(coder: Coder, text: str, question: str) -> None:
    found = explain(coder, text, question)
    assert found.tokens is not None and found.constants is not None
    total = found.tokens[coder.codes_].sum() + found.constants
    assert np.abs(total - found.scores).max() < 1e-5


def test_codes_given_are_those_predicted_and_have_stretches(coder: Coder) -> None:
    found = explain(coder, TEXT)
    given = found.codes.loc[found.codes["applies"], "code"].tolist()
    assert given == [code for code, one in zip(coder.codes_, coder.predict([TEXT])[0], strict=True) if one]
    assert set(found.stretches["code"]) == set(given) == {"training", "money"}
    assert all(TEXT[r.start : r.end] == r.quote for r in found.stretches.itertuples())


def test_codes_asked_for_are_shown_whether_they_apply_or_not(coder: Coder) -> None:
    found = explain(coder, TEXT, codes=["time"])
    assert set(found.stretches["code"]) == {"time"}
    assert not found.codes.set_index("code").loc["time", "applies"]


def test_page_shows_the_whole_text_escaped(coder: Coder) -> None:
    text = "<script>alert('x')</script> we share joint training & \"it\" saves money"
    page = explain(coder, text)._repr_html_()
    assert "<script" not in page
    body = re.search(r"pre-wrap'>(.*?)</p>", page, re.S)
    assert body is not None
    bare = re.sub(r"<sup.*?</sup>|<[^>]*>", "", body[1])
    assert bare == text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace(
        '"', "&quot;"
    ).replace("'", "&#x27;")


def test_page_marks_every_stretch_with_its_code(coder: Coder) -> None:
    page = explain(coder, TEXT)._repr_html_()
    assert page.count("<mark ") >= 2
    assert "title='training'" in page and "title='money'" in page


def test_text_without_a_code_says_so(coder: Coder) -> None:
    assert "No code" in explain(coder, "Nothing more to tell")._repr_html_()
    assert "No code" in explain(coder, "")._repr_html_()
    assert repr(explain(coder, "")) == "Explanation(no code)"


def test_unknown_code_names_those_that_there_are(coder: Coder) -> None:
    with pytest.raises(InputError, match="training, money, time"):
        explain(coder, TEXT, codes=["weather"])


def test_accurate_coder_is_explained_by_deletion(accurate: AccurateCoder) -> None:
    text = "It rained all day long here. Buying together saves money"
    found = explain(accurate, text, "Question 1?", evidence="sentence")
    assert found.tokens is None
    money = found.stretches[found.stretches["code"] == "money"]
    assert money["quote"].tolist() == ["Buying together saves money"]


def test_half_a_character_can_be_explained_and_the_page_saved(coder: Coder) -> None:
    found = explain(coder, "\ud800 It saves money")
    assert found.stretches["quote"].tolist() == ["It saves money"]
    assert "It saves money" in found._repr_html_().encode("utf-8").decode("utf-8")
