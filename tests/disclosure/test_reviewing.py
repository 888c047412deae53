"""The reviewer's sheet, its signature, and what goes out of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from textmine.disclosure import (
    GatedQuotes,
    QuoteRules,
    gate_quotes,
    release_quotes,
    sign_review,
    verify_review,
    write_quote_review,
)
from textmine.disclosure.reviewing import find_signature
from textmine.errors import InputError

TEXTS = {"u1": "They were kind to all of us", "u2": "The rooms are cold and far too small"}
KEY = b"0123456789abcdef"


def gate(texts: dict[str, str] = TEXTS) -> GatedQuotes:
    quotes = pd.DataFrame(
        [(u, "care", 0, len(t)) for u, t in texts.items()], columns=["unit_id", "code", "start", "end"]
    )
    people = {unit: f"p{unit}" for unit in texts}
    return gate_quotes(quotes, texts, people, rules=QuoteRules(smallest_cell=1), engine=None)


def fill(path: Path, *answers: str, **changes: str) -> None:
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row, answer in zip(rows, answers, strict=True):
        row["release"] = answer
    rows[0] |= changes
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return write_quote_review(gate(), tmp_path / "quotes.csv")


def test_quotes_that_a_person_released_go_out(sheet: Path) -> None:
    fill(sheet, "yes", "no")
    signed = sign_review(sheet, reviewer="A. Reader", date="2026-11-14")
    done = release_quotes(gate(), sheet, engine=None)
    assert done.table["quote"].tolist() == [TEXTS["u1"]] and (signed.yes, signed.no) == (1, 1)
    assert done.held["why"].tolist() == ["the reviewer said no"] and done.respondents == ["pu1"]


def test_unsigned_sheet_is_refused(sheet: Path) -> None:
    fill(sheet, "yes", "no")
    with pytest.raises(InputError, match="is not signed"):
        release_quotes(gate(), sheet)


@pytest.mark.parametrize("key", [None, KEY])
def test_any_later_change_is_refused(sheet: Path, key: bytes | None) -> None:
    fill(sheet, "yes", "no")
    sign_review(sheet, reviewer="A. Reader", date="2026-11-14", key=key)
    verify_review(sheet, key=key)
    fill(sheet, "yes", "yes")
    with pytest.raises(InputError, match="changed after it was signed on 2026-11-14"):
        verify_review(sheet, key=key)


def test_changed_name_in_the_signature_is_refused(sheet: Path) -> None:
    fill(sheet, "yes", "no")
    sign_review(sheet, reviewer="A. Reader", date="2026-11-14")
    beside = find_signature(sheet)
    beside.write_text(beside.read_text(encoding="utf-8").replace("A. Reader", "B. Other"), encoding="utf-8")
    with pytest.raises(InputError, match="changed after"):
        verify_review(sheet)


def test_signature_with_a_key_needs_that_key(sheet: Path) -> None:
    fill(sheet, "yes", "no")
    sign_review(sheet, reviewer="A. Reader", date="2026-11-14", key=KEY)
    with pytest.raises(InputError, match="signed with a key"):
        verify_review(sheet)
    with pytest.raises(InputError, match="or the key is another"):
        verify_review(sheet, key=b"another key of some length")


def test_quote_whose_text_changed_since_is_held_back(sheet: Path) -> None:
    fill(sheet, "yes", "yes")
    sign_review(sheet, reviewer="A. Reader", date="2026-11-14")
    now = gate({"u1": "They were rude to all of us", "u2": TEXTS["u2"]})
    done = release_quotes(now, sheet, engine=None)
    assert done.table["quote"].tolist() == [TEXTS["u2"]]
    assert "what was reviewed is not what the data hold now" in done.held["why"].tolist()


def test_quote_of_somebody_who_withdrew_is_held_back(sheet: Path) -> None:
    fill(sheet, "yes", "yes")
    sign_review(sheet, reviewer="A. Reader", date="2026-11-14")
    done = release_quotes(gate({"u2": TEXTS["u2"]}), sheet, engine=None)
    assert (
        done.table["quote"].tolist() == [TEXTS["u2"]] and "no longer in the data" in done.held["why"].tolist()
    )


def test_reviewer_may_change_the_words_but_not_put_a_name_in(sheet: Path) -> None:
    fill(sheet, "yes", "no", release_as="They were kind to [details removed]")
    sign_review(sheet, reviewer="A. Reader", date="2026-11-14")
    assert release_quotes(gate(), sheet, engine=None).table["quote"].tolist() == [
        "They were kind to [details removed]"
    ]
    fill(sheet, "yes", "no", release_as="Mrs Patel was kind")
    sign_review(sheet, reviewer="A. Reader", date="2026-11-14")
    done = release_quotes(gate(), sheet, engine=None)
    assert done.table.empty and "may still identify: person" in done.held["why"].tolist()


@pytest.mark.parametrize(
    ("answers", "options", "said"),
    [
        (("yes", ""), {}, "row 3, release: wanted yes or no"),
        (("yes", "no"), {"reviewer": " "}, "give the name"),
        (("yes", "no"), {"date": "14/11/2026"}, "Write it as 2026-11-14"),
    ],
)
def test_what_cannot_be_signed_is_told(sheet: Path, answers, options: dict[str, str], said: str) -> None:
    fill(sheet, *answers)
    with pytest.raises(InputError, match=said):
        sign_review(sheet, **{"reviewer": "A. Reader", "date": "2026-11-14", **options})
    assert not find_signature(sheet).exists()
