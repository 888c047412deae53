"""Numbers with check digits are told by them; others by the words beside."""

from __future__ import annotations

import pytest

from textmine.privacy.found import settle_overlaps
from textmine.privacy.numbers import find_numbers, is_card, is_iban, is_nhs, is_upn


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.span.slice(text)) for one in settle_overlaps(find_numbers(text), text)]


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("nhs_number", "943 476 5919"),
        ("nhs_number", "9434765919"),
        ("ni_number", "AB 12 34 56 C"),
        ("ni_number", "ab123456c"),
        ("upn", "H801200001001"),
        ("card_number", "4111 1111 1111 1111"),
        ("iban", "GB82 WEST 1234 5698 7654 32"),
        ("ip_address", "192.0.2.17"),
        ("ip_address", "2001:db8::1"),
    ],
)
def test_number_is_told_by_its_form(kind: str, number: str) -> None:
    assert found(f"It was {number}.") == [(kind, number)]


@pytest.mark.parametrize(
    "number",
    [
        "943 476 5918", "111 111 1111", "BG123456A", "GB123456A", "DA123456A", "AB123456E", "A801200001001",
        "4111 1111 1111 1112", "GB83 WEST 1234 5698 7654 32", "300.1.2.3", "10:30:00", "version 1.2.3.4",
    ],
)  # fmt: skip
def test_number_that_fails_its_check_is_left(number: str) -> None:
    assert found(f"It was {number}.") == []


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("our URN is 123456", "urn", "123456"),
        ("DfE number 123/4567", "urn", "123/4567"),
        ("DOB: 03.04.14", "date_of_birth", "03.04.14"),
        ("born on the 3rd of April 1984", "date_of_birth", "3rd of April 1984"),
        ("sort code 12-34-56", "bank_account", "12-34-56"),
        ("account number: 12345678", "bank_account", "12345678"),
        ("passport no. 123456789", "passport", "123456789"),
        ("hospital number X123456", "reference_number", "X123456"),
        ("my car AB12 CDE was hit", "vehicle", "AB12 CDE"),
    ],
)
def test_number_is_told_by_the_words_before_it(text: str, kind: str, number: str) -> None:
    assert found(text) == [(kind, number)]


@pytest.mark.parametrize(
    "text", ["123456 pupils", "on 3 April 2024", "12-34-56", "12345678", "born to lead 2 schools"]
)
def test_same_number_without_the_words_is_left(text: str) -> None:
    assert found(text) == []


def test_one_wrong_digit_is_always_seen() -> None:
    for check, good in (
        (is_nhs, "9434765919"),
        (is_card, "4111111111111111"),
        (is_iban, "GB82WEST12345698765432"),
    ):
        place = len(good) - 3
        wrong = [good[:place] + d + good[place + 1 :] for d in "0123456789" if d != good[place]]
        assert check(good)
        assert not any(map(check, wrong))
    assert is_upn("H801200001001") and not is_upn("H801200001002")


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("pay account 12345678", "bank_account", "12345678"),
        ("learner ID 40817 is locked", "reference_number", "40817"),
        ("a minibus, YK19 FGH, was there", "vehicle", "YK19 FGH"),
    ],
)
def test_number_is_found_by_its_word_or_form(text: str, kind: str, found: str) -> None:
    assert [f.span.slice(text) for f in find_numbers(text) if f.kind == kind] == [found]


@pytest.mark.parametrize("text", ["pupil numbers 2019-2020", "student no 2019 2021", "IN HALL AB12 THE END"])
def test_years_and_words_are_no_reference_or_plate(text: str) -> None:
    assert [f.kind for f in find_numbers(text)] == []
