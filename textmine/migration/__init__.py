"""Versions of a codebook: what changed, what becomes of old codings, and what must be read again."""

from __future__ import annotations

from textmine.migration.changes import Change, Changes, draft_changes
from textmine.migration.codings import Migration, fill_codings, migrate_codings, return_codings
from textmine.migration.difference import CodebookDifference, compare_codebooks
from textmine.migration.links import Link, link_codes
from textmine.migration.sides import compare_sides

__all__ = [
    "Change",
    "Changes",
    "CodebookDifference",
    "Link",
    "Migration",
    "compare_codebooks",
    "compare_sides",
    "draft_changes",
    "fill_codings",
    "link_codes",
    "migrate_codings",
    "return_codings",
]
