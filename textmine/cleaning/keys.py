"""Keys by which texts are compared, and the plain words that the flags look at."""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = re.compile("['\u2019\u2018\u02bc`\u00b4]")
_NOT_WORDS = re.compile(r"[\W_]+")
# Bytes of Windows-1252 that stand for apostrophes, which are left out ...
_LEFT_OUT = b"'`\x91\x92\xb4"
# ... and those of signs that normalising spells out, such as the trade mark; the slow way is for them.
_SPELT_OUT = b"\x83\x85\x88\x98\x99\xa8\xaa\xaf\xb2\xb3\xb5\xb8\xb9\xba\xbc\xbd\xbe\xdf"


def _plain_byte(byte: int) -> int:
    """The small letter of a letter; digits stay; 0 for what is spelt out; all else becomes a space."""
    char = bytes([byte]).decode("cp1252", "replace")
    if byte in _SPELT_OUT:
        return 0
    return char.lower().encode("cp1252")[0] if char.isalnum() else 32


_PLAIN = bytes(map(_plain_byte, range(256)))


def normalise_text(text: str) -> str:
    """A key that is equal for texts that are the same but for case, spacing and Unicode form.

    >>> normalise_text(" See\\n ABOVE ")
    'see above'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def plain_words(text: str) -> list[str]:
    """The words of a text in small letters, without apostrophes and marks.

    >>> plain_words("Don\u2019t ask - N/A!")
    ['dont', 'ask', 'n', 'a']
    """
    if text.isascii():
        return text.encode().translate(_PLAIN, _LEFT_OUT).decode().split()
    try:
        plain = text.encode("cp1252").translate(_PLAIN, _LEFT_OUT)
    except UnicodeEncodeError:
        plain = b"\0"
    if b"\0" in plain:
        return _NOT_WORDS.sub(" ", normalise_text(_APOSTROPHES.sub("", text))).split()
    return plain.decode("cp1252").split()


def word_set(lines: str) -> frozenset[str]:
    """The words of some lines.

    >>> sorted(word_set("see above"))
    ['above', 'see']
    """
    return frozenset(lines.split())
