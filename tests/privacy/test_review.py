"""The review page and file, decisions read back, and what a checked sample says was missed."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.privacy import estimate_missed, read_decisions, redact_texts, write_review
from textmine.privacy.review import exact_interval

TEXTS = ["Ask Mrs Patel <script>alert(1)</script>", "Ring 07700 900123"]


@pytest.fixture
def done():
    return redact_texts(TEXTS, ids=["a", "b"], engine=None)


def decisions(*rows: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["id", "start", "end", "kind", "decision"])


def test_page_escapes_what_respondents_wrote_and_needs_no_network(done, tmp_path: Path) -> None:
    page = write_review(done, TEXTS, tmp_path / "review.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<mark>Patel</mark> &lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "default-src 'none'" in page


@pytest.mark.skipif(os.name != "posix", reason="file rights are told by mode on POSIX alone")
def test_review_is_for_its_owner_alone(done, tmp_path: Path) -> None:
    path = write_review(done, TEXTS, tmp_path / "review.csv")
    assert path.stat().st_mode & 0o777 == 0o600


def test_decisions_undo_and_add(done) -> None:
    frame = decisions(
        ("a", "8", "13", "person", "undo"), ("b", "0", "4", "place", "add"), ("b", "5", "17", "phone", "")
    )
    finds, counts = read_decisions(frame, ["a", "b"], TEXTS, done.finds)
    assert finds[0] == []
    assert [one.kind for one in finds[1]] == ["place", "phone"]
    assert counts == {"accept": 1, "undo": 1, "add": 1, "not met": 0}
    again = redact_texts(TEXTS, ids=["a", "b"], finds=finds)
    assert again.texts == [TEXTS[0], "[PLACE] [PHONE]"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("a", "0", "3", "person", "maybe"), "Row 1 of the decisions: choose among accept, undo, add"),
        (("a", "0", "3", "", "add"), "needs a kind"),
        (("a", "0", "999", "person", "add"), "0 to 999 is no stretch"),
        (("a", "x", "3", "person", "add"), "whole numbers"),
    ],
)
def test_bad_decision_is_told_with_its_row(done, row: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_decisions(decisions(row), ["a", "b"], TEXTS, done.finds)


def test_checked_sample_gives_what_was_missed_with_its_interval(done) -> None:
    checked = pd.DataFrame(
        {"id": ["a", "a", "b", "zz"], "start": ["8", "0", "", "0"], "end": ["13", "3", "", "1"]}
    )
    missed = estimate_missed(checked, ["a", "b"], done.finds, TEXTS)
    assert (missed.texts, missed.texts_with_missed, missed.marks, missed.missed) == (2, 1, 2, 1)
    assert missed.per_1000 == 500
    assert missed.low == pytest.approx(12.6, abs=0.1) and missed.high == pytest.approx(987.4, abs=0.1)


def test_sample_of_other_ids_is_refused(done) -> None:
    with pytest.raises(InputError, match="No id of the checked sample"):
        estimate_missed(
            pd.DataFrame({"id": ["q"], "start": [""], "end": [""]}), ["a", "b"], done.finds, TEXTS
        )


def test_exact_interval_is_that_of_the_tables() -> None:
    assert exact_interval(5, 10) == pytest.approx((0.1871, 0.8129), abs=1e-4)
    assert exact_interval(10, 10) == pytest.approx((0.6915, 1.0), abs=1e-4)
    assert exact_interval(0, 0) == (0.0, 1.0)


def test_page_keeps_decisions_over_a_reload_and_has_a_dark_side(tmp_path: Path) -> None:
    text = "Ask Mrs @@FACTS@@ Patel"
    page = write_review(redact_texts([text], engine=None), [text], tmp_path / "r.html").read_text("utf-8")
    assert "localStorage" in page and "prefers-color-scheme:dark" in page
    assert "@@FACTS@@" in page  # a respondent's word, not a place to fill
