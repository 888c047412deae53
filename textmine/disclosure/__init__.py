"""Disclosure: what of tables and quotes may go out, by named rules, with a ledger of what went out before."""

from __future__ import annotations

from textmine.disclosure.groups import EarlierTable, Figure
from textmine.disclosure.ledger import Ledger, Release, make_earlier_table, read_ledger, write_ledger
from textmine.disclosure.quotes import GatedQuotes, QuoteRules, gate_quotes
from textmine.disclosure.reviewing import (
    ReleasedQuotes,
    Signature,
    release_quotes,
    sign_review,
    verify_review,
    write_quote_review,
)
from textmine.disclosure.rules import HIDDEN, RULES, DisclosureRule, find_rule
from textmine.disclosure.shares import ProtectedShares, find_telling_shares, protect_rates, protect_shares
from textmine.disclosure.tables import ProtectedTable, protect_counts, protect_pairs, protect_table

__all__ = [
    "HIDDEN",
    "RULES",
    "DisclosureRule",
    "EarlierTable",
    "Figure",
    "GatedQuotes",
    "Ledger",
    "ProtectedShares",
    "ProtectedTable",
    "QuoteRules",
    "Release",
    "ReleasedQuotes",
    "Signature",
    "find_rule",
    "find_telling_shares",
    "gate_quotes",
    "make_earlier_table",
    "protect_counts",
    "protect_pairs",
    "protect_rates",
    "protect_shares",
    "protect_table",
    "read_ledger",
    "release_quotes",
    "sign_review",
    "verify_review",
    "write_ledger",
    "write_quote_review",
]
