"""Privacy: what may identify somebody is found, replaced with the way back kept, and shown for review."""

from __future__ import annotations

from textmine.privacy.found import KINDS, Found
from textmine.privacy.identifiers import find_identifiers, find_in_texts
from textmine.privacy.redaction import Redacted, carry_codes, redact_texts
from textmine.privacy.review import Missed, estimate_missed, read_decisions, write_review

__all__ = [
    "KINDS",
    "Found",
    "Missed",
    "Redacted",
    "carry_codes",
    "estimate_missed",
    "find_identifiers",
    "find_in_texts",
    "read_decisions",
    "redact_texts",
    "write_review",
]
