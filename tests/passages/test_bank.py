"""The quote bank and memos: added to only, no respondent's word in the file, what a review said."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pandas as pd
import pytest

from textmine.coded import CodedDataset
from textmine.disclosure import QuoteRules, gate_quotes, sign_review, write_quote_review
from textmine.errors import InputError
from textmine.passages import QuoteBank
from textmine.passages.journal import add_entry, read_entries

DAY = "2026-11-14T09:00:00Z"


@pytest.fixture
def bank(tmp_path: Path) -> QuoteBank:
    return QuoteBank(tmp_path / "bank" / "quotes.jsonl")


def test_ticked_quote_has_its_words_from_the_texts_and_none_in_the_file(
    coded: CodedDataset, bank: QuoteBank
) -> None:
    (quote_id,) = coded.read("money").tick(2, bank=bank, note="for the opening", at=DAY)
    (row,) = bank.table(coded.texts).to_dict("records")
    assert (row["quote_id"], row["quote"], row["note"]) == (quote_id, "It saves money", "for the opening")
    assert (row["used"], row["release"], row["ticked"]) == (False, "not reviewed", DAY)
    assert "saves" not in bank.path.read_text("utf-8")
    assert bank.path.stat().st_mode & 0o077 == 0


def test_used_and_unticked(coded: CodedDataset, bank: QuoteBank) -> None:
    first, second = coded.read("money", bank=bank).tick([0, 1])
    bank.use(first, "chapter 4")
    bank.use(first, "summary")
    bank.untick(second)
    (row,) = bank.table().to_dict("records")
    assert (row["used"], row["used_in"]) == (True, "chapter 4; summary")
    bank.drop_use(first)
    assert not bank.table()["used"].any()
    assert len(read_entries(bank.path)) == 6  # nothing was taken off the file
    with pytest.raises(InputError, match="No quote"):
        bank.use(second)


def test_page_shows_what_is_ticked(coded: CodedDataset, bank: QuoteBank) -> None:
    passages = coded.read("money", bank=bank)
    passages.tick(0)
    assert passages._repr_html_().count("ticked, not reviewed") == 1


def test_words_that_changed_or_went_are_told(coded: CodedDataset, bank: QuoteBank) -> None:
    coded.read("money").tick([0, 1], bank=bank)
    assert coded.texts is not None
    texts = coded.texts.drop("u3")
    texts["u2"] = "Nothing is wasted on travel"
    table = bank.table(texts).set_index("unit_id")
    assert table["release"].to_dict() == {"u2": "words changed", "u3": "gone"}
    assert (table["quote"] == "").all()


def test_review_says_what_is_released(coded: CodedDataset, bank: QuoteBank, tmp_path: Path) -> None:
    coded.read("money").tick([0, 2], bank=bank)
    texts = {f"x{n}": f"Filler text number {n}" for n in range(3)} | dict(coded.texts)
    gated = gate_quotes(
        bank.table(), texts, {unit: unit for unit in texts}, rules=QuoteRules(smallest_cell=2), engine=None
    )
    sheet = write_quote_review(gated, tmp_path / "quotes_review.csv")
    frame = pd.read_csv(sheet, dtype=str, keep_default_na=False)
    frame["release"] = ["yes", "no"]
    frame["release_as"] = ["Money is wasted", ""]
    frame.to_csv(sheet, index=False)
    with pytest.raises(InputError, match="not signed"):
        bank.take_review(sheet)
    sign_review(sheet, reviewer="R. Reader", date="2026-11-14")
    assert bank.take_review(sheet) == 2
    table = bank.table(coded.texts).set_index("unit_id")
    assert table["release"].to_dict() == {"u2": "released", "u1": "refused"}
    assert table.loc["u2", "release_as"] == "other words"


def test_quote_without_a_place_is_refused(coded: CodedDataset, bank: QuoteBank) -> None:
    training = coded.read("training")
    place = training.table["unit_id"].tolist().index("u4")
    with pytest.raises(InputError, match="no stretch is known"):
        training.tick(place, bank=bank)
    with pytest.raises(InputError, match="numbered 0 to 1"):
        training.tick(9, bank=bank)
    with pytest.raises(InputError, match="No quote bank"):
        training.tick(0)
    assert not bank.path.exists()


def test_memos_are_kept_in_order(bank: QuoteBank) -> None:
    bank.write_memo("Relief, not <b>praise</b>.", about=["money", "u1"], by="an analyst", at=DAY)
    bank.write_memo("Travel is the sore point.", about="travel", at=DAY)
    assert bank.memos()["memo_id"].tolist() == ["m0001", "m0002"]
    assert bank.memos("u1")["text"].tolist() == ["Relief, not <b>praise</b>."]
    assert "<b>" not in bank._repr_html_()
    with pytest.raises(InputError, match="blank"):
        bank.write_memo("  ")


def test_line_that_was_never_finished_spoils_no_other(
    bank: QuoteBank, caplog: pytest.LogCaptureFixture
) -> None:
    bank.write_memo("One.")
    with bank.path.open("ab") as handle:
        handle.write(b'{"kind": "memo", "text": "Tw')
    bank.write_memo("Three.")
    assert bank.memos()["text"].tolist() == ["One.", "Three."]
    assert "1 unfinished line" in caplog.text and "Tw" not in caplog.text


def test_line_that_was_changed_is_told(bank: QuoteBank) -> None:
    bank.write_memo("One.")
    bank.path.write_text(bank.path.read_text("utf-8").replace("One.", "Two."), "utf-8")
    with pytest.raises(InputError, match=r"quotes\.jsonl, line 1"):
        bank.memos()


def _write_many(path: Path, who: int) -> None:
    for number in range(50):
        add_entry(path, {"kind": "memo", "at": DAY, "text": f"{who} {number} " + "x" * 500})


def test_two_programs_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "quotes.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(path, who)) for who in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = {json.dumps(entry) for entry in read_entries(path)}
    assert len(found) == 100
