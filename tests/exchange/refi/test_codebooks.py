"""Codes between a codebook and REFI-QDA: ids, trees, and what has no field there."""

from __future__ import annotations

from textmine.codebook import Code, Codebook
from textmine.exchange.refi.codebooks import guid_of_code, make_refi_codes, read_refi_codes
from textmine.exchange.refi.facts import RefiCode
from textmine.exchange.refi.names import make_guid

BOOK = Codebook(
    id="b",
    version="1",
    codes=(
        Code(
            "pay",
            "Pay & hours",
            "Money.\n\nOr time.",
            include=("wages: all", "hours"),
            exclude=("bids",),
            examples=("They pay us late.",),
            keywords=("wage",),
            colour="#112233",
        ),
        Code("late", "Late pay", "Too late.", parent="pay"),
    ),
)


def test_codebook_comes_back_but_for_its_guids() -> None:
    back = read_refi_codes(make_refi_codes(BOOK), id="b").codebook
    for ours, theirs in zip(BOOK.codes, back.codes, strict=True):
        for name in ("id", "name", "definition", "include", "exclude", "examples", "keywords", "parent"):
            assert getattr(theirs, name) == getattr(ours, name), name
    assert back.codes[0].colour == "#112233" and back.sha256 == BOOK.sha256 and not back.bare


def test_guid_of_a_code_hangs_on_codebook_and_id_alone() -> None:
    renamed = Codebook(id="b", version="2", codes=(Code("pay", "Another name", "D."),))
    assert guid_of_code(BOOK, BOOK.codes[0]) == guid_of_code(renamed, renamed.codes[0])


def test_code_that_was_renamed_elsewhere_keeps_its_id_by_its_guid() -> None:
    (top,) = make_refi_codes(BOOK)
    renamed = RefiCode(top.guid, "Wages", description="Money only.", children=top.children)
    back = read_refi_codes([renamed], id="b", known=BOOK).codebook
    assert [(code.id, code.name) for code in back.codes] == [("pay", "Wages"), ("late", "Late pay")]


def test_ids_are_never_shared_or_none() -> None:
    codes = [RefiCode(make_guid(n), name) for n, name in enumerate(["None", "", "pay", "Pay", "!!", "pay_2"])]
    codes.append(RefiCode(make_guid("x"), "Other", description="Code id: pay"))
    back = read_refi_codes(codes, id="b").codebook
    assert len(set(back.ids)) == 7 and "none" not in back.ids and not back.check()
    assert back.ids[6] == "pay" and back.bare
    assert Codebook.loads(back.dumps()).ids == back.ids
