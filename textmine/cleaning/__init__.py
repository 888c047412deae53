"""Cleaning: texts repaired, and answers that are blank, no answer or a repeat flagged, never deleted."""

from __future__ import annotations

from textmine.cleaning.duplicates import DuplicateFinder
from textmine.cleaning.flags import flag_each, flag_texts
from textmine.cleaning.keys import normalise_text
from textmine.cleaning.mojibake import undo_mojibake
from textmine.cleaning.non_response import is_non_response
from textmine.cleaning.repair import repair_text, repair_texts
from textmine.cleaning.steps import DEFAULT_STEPS, STEPS, Change, CleanedText, clean_text

__all__ = [
    "DEFAULT_STEPS",
    "STEPS",
    "Change",
    "CleanedText",
    "DuplicateFinder",
    "clean_text",
    "flag_each",
    "flag_texts",
    "is_non_response",
    "normalise_text",
    "repair_text",
    "repair_texts",
    "undo_mojibake",
]
