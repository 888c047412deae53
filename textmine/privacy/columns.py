"""Columns that may identify people, told by their names and by what stands in their cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textmine.privacy.contacts import find_contacts
from textmine.privacy.found import Found
from textmine.privacy.lexicon import fold, given_names, is_word, surnames
from textmine.privacy.numbers import find_numbers

#: From this share of a column's different cells on, it is taken for one of that kind.
ENOUGH = 0.2
#: About so many different cells of a column are looked at closely.
SAMPLE = 2000
_KINDS = {
    "email", "nhs_number", "ni_number", "iban", "upn", "card_number", "phone", "postcode", "ip_address",
    "address", "handle",
}  # fmt: skip
_ROLES = {
    "respondent", "participant", "pupil", "student", "teacher", "staff", "patient", "parent",
    "carer", "person", "contact", "client", "user", "customer", "employee", "member", "recipient",
    "child", "interviewee", "author", "headteacher", "head", "manager", "my", "your",
}  # fmt: skip
#: Names of columns by what they hold, English and Welsh, written without signs and accents.
_BY_NAME = {
    "a name": """name names firstname givenname forename lastname familyname surname middlename maidenname
        fullname knownname knownas initials firstnames surnames forenames signature
        enw enwau enwcyntaf enwllawn cyfenw llofnod""",
    "an email address": """email emails emailaddress emailaddresses mail recipientemail
        ebost cyfeiriadebost""",
    "a phone number": """phone telephone tel mobile cellphone phonenumber phoneno telephonenumber telephoneno
        mobilenumber mobileno contactnumber contactno ffon rhifffon rhiffon symudol ffonsymudol""",
    "an address": """address homeaddress postaladdress streetaddress mailingaddress street housenumber houseno
        addressline address1 address2 address3 addressline1 addressline2 addressline3 cyfeiriad""",
    "a postcode": "postcode postcodes pcode zip zipcode postalcode homepostcode codpost",
    "a date of birth": "dob dateofbirth birthdate birthday dyddiadgeni",
    "a number that the state gave": """nhsnumber nhsno nhs nino ninumber upn uniquepupilnumber uln
        uniquelearnernumber ssn passport passportnumber passportno drivinglicence drivinglicencenumber
        nationalinsurance nationalinsurancenumber nationalinsuranceno""",
    "a staff or patient number": """staffnumber staffno staffid employeenumber employeeno employeeid
        payrollnumber payrollno patientnumber patientno hospitalnumber hospitalno pupilnumber pupilno
        studentnumber studentno""",
    "an IP address": "ip ipaddress ipaddr",
    "a place on the map": """latitude longitude lat lng gps geolocation locationlatitude locationlongitude
        uprn""",
    "a handle": "username login twitter handle screenname",
}
_NAMES = {form: kind for kind, forms in _BY_NAME.items() for form in forms.split()}
_DAY = re.compile(
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-](?P<late>(?:19|20)\d\d)|(?P<early>(?:19|20)\d\d)-\d\d-\d\d)"
    r"(?:[ T]00:00(?::00)?)?"
)
#: Days over so many different years are days of birth; those of a survey lie in few.
_YEARS = 10
_POSTCODE = re.compile(r"[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}", re.IGNORECASE)
_NAME_PART = re.compile(r"[^\W\d_][\w'’.-]*")
_MAY_HOLD = re.compile(r"[@\d]")


@dataclass(frozen=True)
class IdentifyingColumn:
    """A column that may identify people: what it seems to hold, and whether its name or its cells say so."""

    name: str
    kind: str
    told_by: str

    def in_words(self) -> str:
        """The column and why, as an error lists it; never a cell.

        >>> IdentifyingColumn("q9", "an email address", "cells").in_words()
        "'q9' (an email address, by its cells)"
        """
        return f"{self.name!r} ({self.kind}, by its {self.told_by})"


def find_identifying_columns(columns: Mapping[str, Iterable[str]]) -> list[IdentifyingColumn]:
    """Which columns of a table may identify people, by name and by content.

    By name: names of people, email and postal addresses, postcodes, phone numbers, birth dates, numbers that
    the state or an employer gave, IP addresses, places on the map. By content: a single email address is
    enough; phone numbers, postcodes, numbers with a check digit, dates over ten
    different years or more, and people's names, where a fifth of the different cells are
    such; of very many cells some 2,000 are looked at, spread over the column. Free text is not for this: use
    ``find_identifiers``. A column of plain codes (R017) passes.

    >>> found = find_identifying_columns({"Surname": ["x"], "region": ["North"], "q9": ["jo@example.org"]})
    >>> [(column.name, column.told_by) for column in found]
    [('Surname', 'name'), ('q9', 'cells')]
    """
    found = []
    for name, cells in columns.items():
        kind = judge_name(str(name))
        if kind is not None:
            found.append(IdentifyingColumn(str(name), kind, "name"))
            continue
        kind = judge_cells({str(cell).strip() for cell in cells})
        if kind is not None:
            found.append(IdentifyingColumn(str(name), kind, "cells"))
    return found


def judge_name(name: str) -> str | None:
    """What a column of this name seems to hold of a person; None where the name tells of nothing such.

    >>> judge_name("RecipientLastName"), judge_name("school_name"), judge_name("pupil name")
    ('a name', None, 'a name')
    """
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    plain = re.sub(r"[\W_]+", "_", fold(split)).strip("_")
    parts = plain.split("_")
    forms = ["".join(parts)]
    while len(parts) > 1 and parts[0] in _ROLES:
        parts = parts[1:]
        forms.append("".join(parts))
    return next((_NAMES[form] for form in forms if form in _NAMES), None)


def judge_cells(cells: Iterable[str]) -> str | None:
    """What the different cells of a column seem to hold of people; None where nothing such.

    >>> judge_cells(["SW1A 1AA", "M1 1AE", "North"]), judge_cells(["R001", "R002"])
    ('a postcode', None)
    """
    every = sorted({cell for cell in cells if cell and len(cell) <= 200})
    if any("@" in cell and _kind_of_cell(cell) == "email" for cell in every):
        return _say("email")
    filled = every[:: max(1, len(every) // SAMPLE)]
    if not filled:
        return None
    counts: dict[str, int] = {}
    names = 0
    for cell in filled:
        kind = _kind_of_cell(cell)
        if kind is not None:
            counts[kind] = counts.get(kind, 0) + 1
        names += _is_name(cell)
    if _are_births(filled):
        return "a date of birth"
    often = max(counts, key=lambda kind: counts[kind], default=None)
    if often is not None and counts[often] >= ENOUGH * len(filled):
        return _say(often)
    if names >= 2 and names >= ENOUGH * len(filled):
        return "a name"
    return None


def _are_births(cells: list[str]) -> bool:
    """Whether most cells are days, spread over many years."""
    days = [found for cell in cells if (found := _DAY.fullmatch(cell))]
    years = {found["late"] or found["early"] for found in days}
    return len(days) >= 0.5 * len(cells) and len(years) >= _YEARS


def _say(kind: str) -> str:
    words = kind.replace("_", " ").replace("nhs", "NHS").replace("ni ", "NI ").replace("ip ", "IP ")
    return f"{'an' if words[0] in 'aeiouIN' else 'a'} {words}"


def _kind_of_cell(cell: str) -> str | None:
    """The kind of identifier that a whole cell is, but for some signs around it."""
    if not _MAY_HOLD.search(cell):
        return None
    if _POSTCODE.fullmatch(cell):
        return "postcode"
    for one in _find(cell):
        if one.kind in _KINDS and len(one.span) >= 0.8 * len(cell):
            return one.kind
    return next((one.kind for one in _find(cell) if one.kind == "email"), None)


def _find(cell: str) -> list[Found]:
    return [*find_contacts(cell), *find_numbers(cell)]


def _is_name(cell: str) -> bool:
    """Whether a cell is a given name and a surname and nothing else: 'Jo Merrifield', 'Merrifield, Jo'."""
    parts = [fold(part) for part in _NAME_PART.findall(cell)]
    if not 2 <= len(parts) <= 3 or any(sign in cell for sign in ":;!?/"):
        return False
    first, last = (parts[-1], parts[0]) if "," in cell else (parts[0], parts[-1])
    return first in given_names() and (last in surnames() or not is_word(last))
