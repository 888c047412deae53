"""Reading what was coded: passages by code and attribute, the quote bank, memos."""

from textmine.passages.bank import QuoteBank
from textmine.passages.passages import Passages

__all__ = ["Passages", "QuoteBank"]
