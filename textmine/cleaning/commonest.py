"""The damage that nearly all damaged texts have, mended at a fraction of ftfy's cost and with its result.

That is UTF-8 read as windows-1252 from end to end ('donâ€™t', 'Â£450') and entities ('&amp;', '&#39;'), where
what comes out is ASCII with pounds, dashes and quotes, so that nothing is left for ftfy's other steps.
"""

from __future__ import annotations

import re

from textmine.cleaning.tracked import Edits, finish, substitute
from textmine.offsets import OffsetMap

#: One character beyond ASCII in UTF-8.
_CHARACTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Beyond ASCII and what stands in most texts, or two such characters side by side: ftfy has more to look at.
UNCOMMON = re.compile("[^\x00-\x7f]{2}|[^\x00-\x7f£€–—‘’“”…]")


def mend_commonest(text: str, *, entities: bool = True) -> tuple[str, OffsetMap] | None:
    """A line mended as ftfy does (quotes left curly), with the map; None where it is no such simple case.

    ``entities`` says whether entities are read, which they are not in what is html.

    >>> mend_commonest("H&amp;S don\u00e2\u20ac\u2122t")[0]
    'H&S don’t'
    >>> mend_commonest("d\u00c3\u00a9j\u00c3\u00a0 vu") is None
    True
    """
    if not text.removesuffix("\n").isprintable():
        return None
    found = OffsetMap.identity(len(text))
    if entities and "&" in text:
        text, found = _read_entities(text)
        if "&" in text and _has_entity(text):
            return None
    if not text.isascii():
        decoded = _decode(text)
        if decoded is None:
            return None
        text, second = decoded
        found = found.then(second)
    if UNCOMMON.search(text) or not text.removesuffix("\n").isprintable():
        return None
    return text, found


def _read_entities(text: str) -> tuple[str, OffsetMap]:
    from ftfy import chardata, fixes

    return substitute(chardata.HTML_ENTITY_RE, lambda found: fixes.unescape_html(found[0]), text, trim=False)


def _has_entity(text: str) -> bool:
    from ftfy import chardata

    return chardata.HTML_ENTITY_RE.search(text) is not None


def _decode(text: str) -> tuple[str, OffsetMap] | None:
    """UTF-8 read as windows-1252 put right, a sound text as it is; None for anything else."""
    from ftfy.badness import is_bad

    if not is_bad(text):
        return text, OffsetMap.identity(len(text))
    try:
        data = text.encode("cp1252")
        data.decode("utf-8")
    except UnicodeError:
        return None
    edits: Edits = [(one.start(), one.end(), one[0].decode("utf-8")) for one in _CHARACTER.finditer(data)]
    return finish(text, edits)
