"""Cleaning: texts repaired, and answers that are blank, no answer or a repeat flagged, never deleted."""

from __future__ import annotations

from textmine.cleaning.flags import flag_texts
from textmine.cleaning.keys import normalise_text
from textmine.cleaning.non_response import is_non_response
from textmine.cleaning.repair import repair_text, repair_texts

__all__ = ["flag_texts", "is_non_response", "normalise_text", "repair_text", "repair_texts"]
