"""Redaction for quotes in a report: '[name removed]', as survey guidance asks, with titles and wards too."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textmine.privacy.found import Found
from textmine.spans import Span

#: What stands for each kind in 'removed' wording; the others go by their own name.
_WORDS = {
    "person": "name",
    "url": "web address",
    "nhs_number": "NHS number",
    "ni_number": "NI number",
    "upn": "pupil number",
    "urn": "school number",
    "iban": "bank account",
    "ip_address": "IP address",
    "vehicle": "vehicle registration",
}
_TITLE = re.compile(
    r"\b(?:(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|lord|lady|rev|revd|reverend|cllr)\.?\s+)+$",
    re.IGNORECASE,
)
_WARD = re.compile(
    r"\b[Ww](?i:ard)\s+(?:[A-Z]?\d{1,3}[A-Za-z]?|[A-HJ-Z])\b"
    r"|\b(?!(?:The|This|That|My|Our|Your|Their|His|Her|Each|Every|On|In|A|An|And|From|At|To)\b)"
    r"[A-Z][\w'’-]+\s+Ward\b"
)
WARD = "ward"


def widen_finds(text: str, found: Sequence[Found]) -> list[Found]:
    """The finds of a text with titles taken into the names after them, and with hospital wards.

    >>> from textmine.privacy.found import Found
    >>> text = "Dr Patel on Ward 7B"
    >>> [f.span.slice(text) for f in widen_finds(text, [Found(Span(3, 8), "person", "list")])]
    ['Dr Patel', 'Ward 7B']
    """
    wide = []
    for one in found:
        title = _TITLE.search(text, max(0, one.span.start - 40), one.span.start)
        held = one.kind == "person" and title is not None
        start = title.start() if held and title is not None else one.span.start
        wide.append(Found(Span(start, one.span.end), one.kind, one.rule, one.score))
    for match in _WARD.finditer(text):
        span = Span(*match.span())
        if not any(one.span.overlaps(span) for one in wide):
            wide.append(Found(span, "place", WARD, 0.9))
    return sorted(wide, key=lambda one: one.span)


def word_removal(found: Found) -> str:
    """What stands in the place of a find.

    >>> word_removal(Found(Span(0, 3), "phone", "form"))
    '[phone removed]'
    """
    kind = WARD if found.rule == WARD else _WORDS.get(found.kind, found.kind.replace("_", " "))
    return f"[{kind} removed]"
