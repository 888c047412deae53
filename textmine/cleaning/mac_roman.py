"""Undoing what happens between Mac Roman and the rest: 'arenÕt', 'ÒquotedÓ', 'cafŽ'; 'caf√©' the other way.

ftfy leaves text alone that was written in Mac Roman and read as windows-1252 or latin-1, since each letter of
it is a real one. Here a letter is changed only where no writing has it: a capital Õ behind a small letter is
an apostrophe, at the start of an Estonian name or in a Portuguese word in capitals it is Õ. Where a text has
one sure place, doubtful ones are read the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from textmine.cleaning.tracked import Edits, finish
from textmine.offsets import OffsetMap

# What the bytes 80 to BF are in Mac Roman: all that can follow the first byte of a character in UTF-8.
_TRAIL = "".join(re.escape(bytes([byte]).decode("mac_roman")) for byte in range(0x80, 0xC0))
_MATHS = "π∂∑∏∫Ω∞≤≥≠±"
_TRAIL_NO_MATHS = "".join(char for char in _TRAIL if char not in _MATHS)

_MARKS = re.compile("[ÕÒÓÔÉÐÑŽŠŒŸÊÞÛ‡ˆ‰˜™¡¥•‘\x81\x8d\x8f\x90\x9d]")

_SHORT = (
    "DON|CAN|WON|ISN|AREN|WASN|WEREN|DOESN|DIDN|HASN|HAVEN|HADN|COULDN|SHOULDN|WOULDN|MUSTN|NEEDN|SHAN|AIN"
)
_SURE: Sequence[tuple[str, str]] = (
    # apostrophes and closing single quotes
    ("(?<=[a-z])Õ(?![A-ZÀ-Þ])", "’"),
    (r"(?<!\w)IÕ(?=(?:m|ve|d|ll)\b)", "’"),
    ("(?<![A-Za-z])[OD]Õ(?=[A-Z][a-z])", "’"),
    ("(?<![A-Za-z])[LDJQNSCMT]Õ(?=[a-z])", "’"),
    (rf"(?<![A-Z])(?:{_SHORT})Õ(?=T\b)", "’"),
    (r"(?<![A-Z])(?:WE|YOU|THEY|I)Õ(?=(?:RE|VE|LL|D|M)\b)", "’"),
    (r"(?<![A-Z])(?:IT|THAT|WHAT|THERE|HERE|WHO|HE|SHE|LET)Õ(?=S\b)", "’"),
    (r"(?<=[A-Z0-9])Õ(?=s\b)", "’"),
    (r"(?<![\w])Õ(?=(?:\d\ds?|em|til|cause|cos|tis|twas)\b)", "’"),
    (r"(?<=[a-z][.,!?])Õ(?!\w)", "’"),
    (r"(?<!\w)Ô(?=[A-Za-z0-9][^\n]{0,300}?[a-z.,!?]Õ(?!\w))", "‘"),
    # double quotes; the opening one only with a closing one in the same line
    (r"(?<!\w)Ò(?=[^\sÓ][^\nÓ]{0,500}?[^\sA-ZÀ-ÈÊ-ÔÖ-Þ]Ó(?!\w))", "“"),
    (r"(?<=[a-z,.!?])Ó(?!\w)", "”"),
    # dashes, ellipsis (see _is_accented for the words that end in É)
    (r"(?<=[\w.,!?;:)’”%] )Ð(?= \S)", "–"),
    (r"(?<=\d)Ð(?=\d)", "–"),
    ("(?<=[a-z])Ð(?=[a-z])", "–"),
    (r"(?m)^Ð(?= \S)", "–"),
    (r"(?<=[a-z.,!?;:)’”%] )(?<!letter )(?<!letra )(?<!tecla )(?<!key )Ñ(?= [a-z])", "—"),
    (r"(?<=[a-z][a-z])É(?=$|[\sÓÕ”’\"')\]])", "…"),
    # letters
    ("(?<=[a-z])Ž(?![A-ZŠŽ])|(?<=[A-Z])Ž(?=[a-z])", "é"),
    (r"(?<=[a-z])ˆ(?![^\W_a-z]|[\d_])", "à"),
    ("(?<=[A-Za-z])‡(?=[a-z])", "á"),
    ("(?<=[A-Za-z])‰(?=[a-z])", "â"),
    ("(?<=[A-Za-z])Š(?=[a-z])", "ä"),
    ("(?<=[A-Za-z])Œ(?=[a-z])", "å"),
    ("(?<=[A-Za-z])Ÿ(?=[a-z])", "ü"),
    ("(?<=[a-z])˜(?=[a-z])", "ò"),
    (r"(?<=[A-Za-z])™(?!s\b)(?=[a-z])", "ô"),
    ("(?<=[A-Za-z])\x8d(?=[a-z])", "ç"),
    ("(?<=[A-Za-z])\x8f(?=[a-z])", "è"),
    ("(?<=[A-Za-z])\x90(?=[a-z])", "ê"),
    (r"(?<=[a-z])\x9d(?!\w)|(?<=[a-z])\x9d(?=[a-z])", "ù"),
    (r"(?<!\w)\x81(?=[a-z])", "Å"),
    (r"(?<=\b[Nn]a)•(?=ve)", "ï"),
    (r"(?<=\b(?:No|Zo))‘(?=l?\b)|(?<=\bChlo)‘(?!\w)", "ë"),
    ("(?<=[a-z])Þ(?=[a-z])", "fi"),
    # spaces and signs
    (r"(?<=[a-z])Ê(?=[ A-Za-z])|(?<=[a-z][.,;:!?])Ê(?=[ A-Z])", "\u00a0"),
    (r"(?m)^¥(?=[ \t]+[A-Za-z])", "•"),
    (r"(?<=\d)¡(?=[CF]\b)", "°"),
    (r"(?<!\w)Û(?=\d)", "€"),
)
# Read so only where the text has a sure place as well.
_LIKELY: Sequence[tuple[str, str]] = (
    (r"(?<!\w)Ò(?=\w)", "“"),
    (r"(?<=[^\W\d_]|[.,!?])Ó(?!\w)", "”"),
    (r"(?<!\w)Ô(?=[A-Za-z])", "‘"),
    (r"(?<=\w)É(?=$|[\s.,!?a-z])|(?<= )É(?=$|[\s.])", "…"),
    ("(?<=[a-z])Ñ(?=[a-z])|(?<= )Ñ(?= )", "—"),
    ("(?<= )Ð(?= )", "–"),
    (r"(?<!\w)ƒ(?=[a-z])", "É"),
)
# UTF-8 that was read as Mac Roman: whole characters that ftfy passes over where others stand beside them.
_UTF8 = re.compile(
    f"(?<![À-ÿ])‚[ÄÇÑÜîïñóòôöõúùû][{_TRAIL}]|\uf8ff[{_TRAIL}]{{3}}|¬[†£©Æ∞±Ω∑∏º≤≥µ∂]"
    f"|(?<=[A-Za-z][a-z])√[{_TRAIL}]|(?<=[A-Za-z])√[{_TRAIL_NO_MATHS}]|√[{_TRAIL_NO_MATHS}](?=[a-z])"
)
_UTF8_LEAD = re.compile("[‚¬√\uf8ff]")
_WORD_BEFORE = re.compile(r"[^\W\d_]+\Z")
_ENDS_WORDS = """
caf clich fianc ros resum pat saut entr soir beyonc nestl pur expos protg touch souffl canap toup
blas pass jos andr ren chlo zo communiqu attach divorc emigr matin n risqu glac laur frapp consomm d
"""
_ENDS_IN_ACCENT = frozenset(_ENDS_WORDS.split())


def mend_mac_roman(text: str) -> tuple[str, OffsetMap]:
    """The text with Mac Roman read as what it is, and the map to the damaged text.

    >>> mend_mac_roman("They arenÕt ÒhardÓ to reach Ð try the cafŽ, says Triin Õunapuu")[0]
    'They aren’t “hard” to reach – try the café, says Triin Õunapuu'
    """
    if text.isascii() or not _MARKS.search(text):
        return text, OffsetMap.identity(len(text))
    found: dict[int, tuple[int, str]] = {}
    for start, end, now in _sure_edits(text):
        found.setdefault(start, (end, now))
    sure = any(now not in "–—…•" for _, now in found.values())
    if sure:
        for start, end, now in _edits(text, _rules(likely=True)):
            found.setdefault(start, (end, now))
    edits: Edits = [(start, end, now) for start, (end, now) in sorted(found.items())]
    return finish(text, edits)


def mend_utf8_as_mac(text: str) -> tuple[str, OffsetMap]:
    """The text with UTF-8 that was read as Mac Roman put right, where only some of the text is so.

    A text that is so from end to end is left to ftfy. To be run before it: what it makes of the rest of a
    mixed text would stand in the way.

    >>> mend_utf8_as_mac("it’s ¬£5 at the caf√©")[0]
    'it’s £5 at the café'
    """
    if not _UTF8_LEAD.search(text) or _is_left_to_ftfy(text):
        return text, OffsetMap.identity(len(text))
    edits: Edits = []
    for found in _UTF8.finditer(text):
        char = _decode_mac(found[0])
        if char is not None and (char.isalpha() or not found[0].startswith("√")):
            edits.append((found.start(), found.end(), char))
    return finish(text, edits)


def _is_left_to_ftfy(text: str) -> bool:
    if _decode_mac(text) is None:
        return False
    from ftfy.badness import is_bad

    return bool(is_bad(text))


def _decode_mac(text: str) -> str | None:
    try:
        return text.encode("mac_roman").decode("utf-8")
    except UnicodeError:
        return None


def _sure_edits(text: str) -> Iterator[tuple[int, int, str]]:
    for start, end, now in _edits(text, _rules(likely=False)):
        if not (now == "…" and _is_accented(text[:start])):
            yield start, end, now


def _edits(text: str, rules: Sequence[tuple[re.Pattern[str], str]]) -> Iterator[tuple[int, int, str]]:
    """Each match's last code point, changed: what stands before it in a match is only looked at."""
    for pattern, now in rules:
        for found in pattern.finditer(text):
            yield found.end() - 1, found.end(), now


def _is_accented(before: str) -> bool:
    """Whether the word that ends here is one that É may end: somebody typed 'cafÉ'."""
    word = _WORD_BEFORE.search(before[-20:])
    return word is not None and word[0].casefold() in _ENDS_IN_ACCENT


@cache
def _rules(*, likely: bool) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), now) for pattern, now in (_LIKELY if likely else _SURE)]
