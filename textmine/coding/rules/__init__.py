"""Rules that a researcher can read: a dictionary of words, phrases and NEAR as one more coder.

Order of the rooms inside: words, globs, language, matching, form, quanteda, coder.
"""

from __future__ import annotations

from textmine.coding.rules.coder import RuleCoder
from textmine.coding.rules.form import RuleSet
from textmine.coding.rules.quanteda import read_quanteda

__all__ = ["RuleCoder", "RuleSet", "read_quanteda"]
