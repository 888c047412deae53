"""Emails, numbers, addresses: what is one, in the many ways people write it, and what only looks like one."""

from __future__ import annotations

import pytest

from textmine.privacy.contacts import find_contacts
from textmine.privacy.found import settle_overlaps


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.span.slice(text)) for one in settle_overlaps(find_contacts(text), text)]


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Write to j.o'dell@mail.example.co.uk.", "j.o'dell@mail.example.co.uk"),
        ("(office@example.org)", "office@example.org"),
        ("jo dot bray at example dot org, any time", "jo dot bray at example dot org"),
        ("jo[at]example[dot]org", "jo[at]example[dot]org"),
        ("it is jo @ example.org", "jo @ example.org"),
    ],
)
def test_email_is_found_however_it_is_said(text: str, email: str) -> None:
    assert found(text) == [("email", email)]


@pytest.mark.parametrize(
    "number",
    [
        "07700 900123", "07700900123", "07700-900-123", "+44 7700 900123", "+44 (0)7700 900 123",
        "0044 7700 900123",
        "0191 498 0123", "(0191) 498-0123", "020 7946 0018", "01632.960.123", "01632 960123 ext. 45",
        "0800 1111",
        "+353 1 496 0123", "541-714-1388",
    ],
)  # fmt: skip
def test_phone_number_is_found_in_every_form(number: str) -> None:
    assert found(f"Ring {number}, please") == [("phone", number)]


@pytest.mark.parametrize(
    "text",
    [
        "On a scale of 0 1 2 3 4 5 6 7 8 9 10", "between 2010 and 2015 2020", "reference 07123456789",
        "01.02.2024 10.30",
        "order number 01234567890", "£07700900123", "we call 2024 2025 the bad years", "0.1234567890",
    ],
)  # fmt: skip
def test_other_numbers_are_no_phone_number(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["SW1A 1AA", "sw1a1aa", "m1 1ae", "EC1A 1BB", "B33 8TH"])
def test_postcode_is_found_in_either_case(text: str) -> None:
    assert found(f"we are {text} now") == [("postcode", text)]


@pytest.mark.parametrize(
    "text", ["Y11 2AB", "KS1 2pm", "P4 3AB", "e1 2nd floor", "ne1 3rd set", "Y6 4AB", "QX1 1AA"]
)
def test_year_groups_and_times_are_no_postcode(text: str) -> None:
    assert found(f"see {text}") == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("I live at 14 Mill Lane now", "14 Mill Lane"),
        ("Flat 2, 10 Kings Road.", "Flat 2, 10 Kings Road"),
        ("post it to 3a station road ok", "3a station road"),
        ("14 Mill Lane, Hexborough, NE4 5TG", "14 Mill Lane, Hexborough"),
    ],
)
def test_street_address_is_found(text: str, address: str) -> None:
    assert ("address", address) in found(text)


@pytest.mark.parametrize(
    "text", ["2 miles down the road", "Year 5 Forest Way", "50 min drive", "In 2011 Castle Road won"]
)
def test_distances_and_years_are_no_address(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("(see https://example.org/a_(b)?c=1).", "https://example.org/a_(b)?c=1"),
        ("www.example.com, then", "www.example.com"),
        ("at hollin.sch.uk!", "hollin.sch.uk"),
        ("bit.ly/3xYz", "bit.ly/3xYz"),
    ],
)
def test_web_address_is_found_without_the_punctuation_around_it(text: str, url: str) -> None:
    assert found(text) == [("url", url)]


@pytest.mark.parametrize(
    "text", ["That is it.Then we left", "e.g. this", "3.5 of them", "meet @ 7", "@school at 3"]
)
def test_full_stops_and_at_signs_alone_are_nothing(text: str) -> None:
    assert found(text) == []


def test_handle_is_found() -> None:
    assert found("follow @brindle_y4.") == [("handle", "@brindle_y4")]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("we moved to 4 The Spinney", "address", "4 The Spinney"),
        ("I live on Quennel Avenue", "address", "Quennel Avenue"),
        ("send to The Old Bakery, 9 Quill Street", "address", "The Old Bakery, 9 Quill Street"),
        ("my snap is @quill.nib", "handle", "@quill.nib"),
    ],
)
def test_address_without_number_and_dotted_handle_are_found(text: str, kind: str, name: str) -> None:
    assert found(text) == [(kind, name)]


def test_capital_behind_a_year_group_is_no_address() -> None:
    assert not [f for f in find_contacts("In Year 7 The Green team won") if f.kind == "address"]
