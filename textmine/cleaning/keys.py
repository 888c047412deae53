"""Keys by which texts are compared: equal for texts that are the same but for their dress."""

from __future__ import annotations

import unicodedata


def normalise_text(text: str) -> str:
    """A key that is equal for texts that are the same but for case, spacing and Unicode form.

    >>> normalise_text(" See\\n ABOVE ")
    'see above'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())
