"""The form of each kind of file that textmine saves, as a number, and the refusal of newer ones.

A kind's number goes up when an older textmine could not read what a newer one writes. Every form that was
released can still be read (``tests/saved`` holds one of each).
"""

from __future__ import annotations

import re
from typing import Any

from textmine.errors import InputError, TextmineError

#: The present form of each kind. A file made by hand may leave its number out; then it is form 1.
FORMS = {
    "model": 1,
    "topic model": 1,
    "annotation store": 1,
    "project": 1,
    "codebook": 1,
    "rules": 1,
    "coded folder": 1,
    "certificate": 1,
    "provenance record": 1,
    "release ledger": 1,
    "signature of a review": 1,
    "withdrawal": 1,
}

_NUMBER = re.compile(r"(?:^|[ /])(\d{1,9})$")


def check_form(found: Any, kind: str, source: str, *, error: type[TextmineError] = InputError) -> None:
    """Refuse a file of a form that this textmine does not know yet.

    ``found`` is what the file says of its form: a number, or a name that ends in one. What is no number is
    left to the reader of the file, which knows better what is wrong. ``kind`` is one of ``FORMS``,
    ``source`` names the file. Raises ``error`` for a newer form.

    >>> check_form(1, "codebook", "codebook.yaml")
    >>> try:
    ...     check_form("textmine-certificate/9", "certificate", "cert.json")
    ... except InputError as error:
    ...     print(error)
    cert.json is a certificate of form 9; this textmine reads up to form 1. Install a newer textmine.
    """
    number = found if type(found) is int else None
    if isinstance(found, str) and (match := _NUMBER.search(found)):
        number = int(match[1])
    if number is not None and number > FORMS[kind]:
        article = "an" if kind[0] in "aeio" else "a"
        raise error(
            f"{source} is {article} {kind} of form {number}; this textmine reads up to form {FORMS[kind]}. "
            "Install a newer textmine."
        )
