"""Repairing damaged text: wrong decodings, entities, odd characters and spaces."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What UTF-8 looks like when it was read as windows-1252 (or as Mac Roman), and other marks of damage. A hit
# only means that ftfy, which is slow and careful, has a look.
_LEAD = "\u00c2-\u00f4"
_TRAIL = "\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
_TRAIL += "\u2018-\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
_ENTITY = r"&(?:[A-Za-z]{2,8}\d{0,2}|#\d{2,7}|#[xX][0-9A-Fa-f]{2,6});"
_ODD = "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffc"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_DAMAGED = re.compile(
    f"[{_LEAD}][{_TRAIL}]|[\u201a\u00ac\u221a][\u00a0-\u00ff]|[\ufffd\ufb00-\ufb06\uff01-\uff5e\ud800-\udfff]"
    rf"|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]|{_ENTITY}"
)
_UNTIDY = re.compile(rf"[{_CONTROLS}{_ODD}{_SPACES}\t\\]|^\s|\s\Z| [ \n]|\n |\n\n\n")

_WRITTEN_BREAKS = re.compile(r"(?:\\r\\n|\\n|\\r)")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\u0085\x0b\x0c]")
_INVISIBLE = re.compile(f"[{_CONTROLS}{_ODD}]")
_SPACE_RUN = re.compile(f"[ \t{_SPACES}]+")
_AROUND_BREAK = re.compile(" ?\n ?")
_BREAK_RUN = re.compile("\n{3,}")


def repair_text(text: str) -> str:
    r"""The text as it was meant: wrong decodings undone, entities read, odd characters and spaces tidied.

    Line breaks stay (three or more become two); typographic quotes and accents stay. A text with nothing to
    repair comes back as the same object.

    >>> repair_text("We\u00e2\u20ac\u2122re all skint &amp; tired ")
    'We’re all skint & tired'
    """
    if _is_plain(text):
        return text
    if _DAMAGED.search(text):
        text = _undo_damage(text)
    return _tidy(text) if _UNTIDY.search(text) else text


def repair_texts(texts: Sequence[str]) -> list[str]:
    """Each text repaired, in order.

    >>> repair_texts(["Joint  bids", "fine"])
    ['Joint bids', 'fine']
    """
    return [repair_text(text) for text in texts]


def _is_plain(text: str) -> bool:
    """Whether a text is so plain that the slower searches for damage need not run: most are."""
    printable = text.isascii() and text.isprintable()
    return printable and not ("&" in text or "\\" in text or "  " in text or text.strip(" ") != text)


def _undo_damage(text: str) -> str:
    import ftfy

    return ftfy.fix_text(text, uncurl_quotes=False)


def _tidy(text: str) -> str:
    if "\\" in text and ":\\" not in text and "\\" not in _WRITTEN_BREAKS.sub("", text):
        text = _WRITTEN_BREAKS.sub("\n", text)  # line breaks that an export wrote as backslash and letter
    text = _LINE_ENDS.sub("\n", text)
    text = _INVISIBLE.sub("", text)
    text = _AROUND_BREAK.sub("\n", _SPACE_RUN.sub(" ", text))
    return _BREAK_RUN.sub("\n\n", text).strip()
