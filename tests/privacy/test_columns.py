"""Columns that may identify people, by name and by content."""

from __future__ import annotations

import pytest

from textmine.privacy.columns import find_identifying_columns, judge_cells, judge_name


@pytest.mark.parametrize(
    "name",
    [
        "Name",
        "first_name",
        "Surname",
        "pupil name",
        "RecipientLastName",
        "E-mail",
        "Respondent email",
        "IPAddress",
        "Postcode",
        "home_postcode",
        "DOB",
        "date of birth",
        "NHS number",
        "Patient No",
        "staff_number",
        "Mobile",
        "LocationLatitude",
        "Enw cyntaf",
        "Rhif ffôn",
        "Cyfeiriad e-bost",
        "Côd Post",
        "Dyddiad geni",
        "ULN",
        "Staff ID",
    ],
)
def test_name_that_tells_of_a_person(name: str) -> None:
    assert judge_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "region",
        "school_name",
        "trust name",
        "respondent_id",
        "comment_id",
        "role",
        "wave",
        "weight",
        "question",
        "start_date",
        "phase",
        "age_band",
        "file_name",
        "q1",
    ],
)
def test_name_that_tells_of_none(name: str) -> None:
    assert judge_name(name) is None


@pytest.mark.parametrize(
    "cells",
    [
        ["North", "South", "jo@example.org"],
        ["SW1A 1AA", "M1 1AE", "B33 8TH"],
        ["943 476 5919", "943 476 5919"],
        ["07700 900123", "07700 900456"],
        ["Jo Merrifield", "Sarah Patel", "David Jones"],
        ["Patel, Sarah", "Jones, David"],
        [f"0{i % 9 + 1}/03/{1950 + i}" for i in range(30)],
    ],
)
def test_cells_that_tell_of_people(cells: list[str]) -> None:
    assert judge_cells(cells)


@pytest.mark.parametrize(
    "cells",
    [
        [],
        ["", " "],
        ["R001", "R002"],
        ["headteacher", "school business manager", "teacher"],
        ["North West", "East of England", "London"],
        ["2024-03-01", "2024-03-02"],
        [str(n) for n in range(9_000_000_000, 9_000_002_000)],
        ["0.9836", "1.2011"],
        ["Strongly agree", "Neither agree nor disagree"],
    ],
)
def test_cells_that_tell_of_none(cells: list[str]) -> None:
    assert judge_cells([cell.strip() for cell in cells]) is None


def test_one_address_among_many_plain_cells_is_enough() -> None:
    cells = [f"R{n}" for n in range(10_000)] + ["jo@example.org"]
    (found,) = find_identifying_columns({"contact": cells})
    assert found.in_words() == "'contact' (an email, by its cells)"
