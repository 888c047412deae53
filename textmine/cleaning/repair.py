"""Repairing damaged text, quickly: the default steps of cleaning without the way back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from textmine.cleaning import steps
from textmine.cleaning.commonest import mend_commonest
from textmine.cleaning.layout import join_bullets, join_hard_wraps
from textmine.cleaning.mac_roman import mend_mac_roman, mend_utf8_as_mac

_UNTIDY = re.compile(steps.UNTIDY)


def repair_text(text: str) -> str:
    r"""The text as it was meant: wrong decodings undone, entities read, odd characters and spaces tidied.

    What ``clean_text`` makes of it with the default steps, without the map. Line breaks stay (three or more
    become two, and those in mid-sentence for want of room go); typographic quotes and accents stay. A text
    with nothing to repair comes back as the same object.

    >>> repair_text("We\u00e2\u20ac\u2122re all skint &amp; tired ")
    'We’re all skint & tired'
    """
    if _is_plain(text):
        return text
    if not text.isascii():
        text = mend_utf8_as_mac(text)[0]
    if steps.looks_damaged(text):
        text = _undo_damage(text)
    if not text.isascii():
        text = mend_mac_roman(text)[0]
    if _is_untidy(text):
        text = _tidy(text)
    elif not (text.isascii() or unicodedata.is_normalized("NFC", text)):
        text = unicodedata.normalize("NFC", text)
    if "\n" in text:
        text = join_hard_wraps(join_bullets(text)[0])[0]
    return text


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


def _is_untidy(text: str) -> bool:
    if not text.isascii():
        return _UNTIDY.search(text) is not None
    odd = "\\" in text or "  " in text or " \n" in text or "\n " in text or "\n\n\n" in text
    return odd or text != text.strip() or not text.replace("\n", "").isprintable()


def _undo_damage(text: str) -> str:
    quickly = mend_commonest(text, entities="<" not in text) if "\n" not in text else None
    if quickly is not None:
        return quickly[0]
    import ftfy

    return ftfy.fix_text(text, uncurl_quotes=False)


def _tidy(text: str) -> str:
    if steps.has_written_breaks(text):
        text = steps.WRITTEN_BREAK.sub("\n", text)
    text = steps.INVISIBLE.sub("", steps.LINE_END.sub("\n", text))
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(steps.HYPHENS)
    text = steps.SPACE_AT_BREAK.sub("\n", steps.SPACE_RUN.sub(" ", text))
    return steps.BREAK_RUN.sub("\n\n", text).strip()
