"""A controlled vocabulary: which terms texts name, where, and what that makes of a document."""

from __future__ import annotations

from textmine.vocabulary.find import find_terms, name_forms
from textmine.vocabulary.terms import Term, Vocabulary

__all__ = ["Term", "Vocabulary", "find_terms", "name_forms"]
