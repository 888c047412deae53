"""Undoing wrong decodings with ftfy, and knowing for each mended letter which damaged ones it was.

ftfy (Robyn Speer, Apache-2.0) decides what to do and says so in a plan; the plan is followed here once more,
code point by code point, so that the map is as tight as the damage. The result is always that of ftfy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from textmine.cleaning.commonest import mend_commonest
from textmine.cleaning.mac_roman import mend_utf8_as_mac
from textmine.cleaning.tracked import Edits, edits_of, finish, substitute, translate
from textmine.offsets import OffsetMap

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

Changed = tuple[str, OffsetMap]

# The bytes of one character beyond ASCII in UTF-8 and in the variants of it that ftfy reads: a pair of
# surrogates in three bytes each (CESU-8), a null in two.
_UTF8_CHARACTER = re.compile(
    rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]|\xc0\x80"
    rb"|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_ANSI = re.compile("\033\\[((?:\\d|;)*)([a-zA-Z])")
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")
_SEGMENT = 1_000_000  # code points that ftfy looks at in one go


def undo_mojibake(text: str, *, straight_quotes: bool = True) -> str:
    r"""The text with wrong decodings undone, entities read, ligatures and full-width letters opened up.

    This is the step of cleaning called ``mojibake`` by itself: spaces and line ends stay. With
    ``straight_quotes``, as ftfy does unless told not to, typographic quotes become plain ones; the step
    itself leaves them as they are (``steps.STEPS`` has ``quotes`` for that).

    >>> undo_mojibake("we\u00e2\u20ac\u2122re at the caf\u00c3\u00a9")
    "we're at the café"
    """
    import ftfy

    return ftfy.fix_text(mend_utf8_as_mac(text)[0], uncurl_quotes=straight_quotes)


def mend_mojibake(text: str) -> Changed:
    """``undo_mojibake`` with typographic quotes kept, and the map to the damaged text.

    >>> mend_mojibake("a caf\u00c3\u00a9")[1].edits
    (Edit(raw_start=5, raw_end=7, clean_start=5, clean_end=6),)
    """
    from ftfy import TextFixerConfig

    if not text:
        return finish(text, [])
    config = TextFixerConfig(uncurl_quotes=False)
    edits: Edits = []
    for start, segment in _segments(text):
        if config.unescape_html == "auto" and "<" in segment:
            config = config._replace(unescape_html=False)  # html itself, from here on, as ftfy has it
        mended, found = _mend_segment(segment, config)
        edits += edits_of(found, mended, start)
    return finish(text, edits)


def _segments(text: str) -> list[tuple[int, str]]:
    """The pieces that ftfy takes one by one: lines, and parts of very long ones."""
    found, start = [], 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        end = min(end, start + _SEGMENT)
        found.append((start, text[start:end]))
        start = end
    return found


def _mend_segment(text: str, config: TextFixerConfig) -> Changed:
    quickly = mend_commonest(text, entities=config.unescape_html == "auto")
    if quickly is not None:
        return quickly
    from ftfy import fix_and_explain

    fixed, plan = fix_and_explain(text, config)
    if fixed == text:
        return finish(text, [])
    followed = _follow(text, plan or [])
    if followed is not None and followed[0] == fixed:
        return followed
    return align(text, fixed)


def align(text: str, fixed: str) -> Changed:
    """A map of two texts of which only the outcome is known: what a comparison finds the same is the same.

    >>> align("a cat", "a cats")[1].edits
    (Edit(raw_start=4, raw_end=5, clean_start=4, clean_end=6),)
    """
    start, end, now = _widest_change(text, fixed)
    matcher = SequenceMatcher(None, text[start:end], now, autojunk=False)
    small = (end - start) * len(now) < 250_000
    ops = matcher.get_opcodes() if small else [("replace", 0, end - start, 0, len(now))]
    edits = [(start + a, start + b, now[c:d]) for kind, a, b, c, d in ops if kind != "equal"]
    return finish(text, edits)


def _widest_change(text: str, fixed: str) -> tuple[int, int, str]:
    start, most = 0, min(len(text), len(fixed))
    while start < most and text[start] == fixed[start]:
        start += 1
    end = 0
    while end < most - start and text[-1 - end] == fixed[-1 - end]:
        end += 1
    return start, len(text) - end, fixed[start : len(fixed) - end]


def _follow(text: str, plan: Sequence[Any]) -> Changed | None:
    """What the steps of a plan of ftfy make of a text, with the map; None where one is not known here.

    Between an encode and its decode the text stands for bytes: code points 0 to 255.
    """
    found = OffsetMap.identity(len(text))
    for action, name in plan:
        step = _step(action, name)
        if step is None:
            return None
        changed = step(text)
        if changed is None:
            return None
        text, one = changed
        found = found.then(one)
    return text, found


def _step(action: str, name: str) -> Callable[[str], Changed | None] | None:
    if action == "encode":
        return lambda text: _encode(text, name)
    if action == "decode":
        return lambda text: _decode(text, name)
    if action == "normalize":
        return lambda text: _normalize(text, name)
    return _FIXERS.get(name)


def _encode(text: str, encoding: str) -> Changed | None:
    data = text.encode(encoding)  # of one byte a character, all that ftfy tries
    if len(data) != len(text):
        return None
    edits = [
        (place, place + 1, chr(byte))
        for place, (char, byte) in enumerate(zip(text, data, strict=True))
        if ord(char) != byte
    ]
    return finish(text, edits)


def _decode(text: str, encoding: str) -> Changed | None:
    import ftfy.bad_codecs  # noqa: F401  (makes its codecs known)

    data = text.encode("latin-1")
    edits: Edits = []
    if not encoding.startswith("utf-8"):
        decoded = data.decode(encoding)
        if len(decoded) != len(text):
            return None
        edits = [
            (i, i + 1, new) for i, (old, new) in enumerate(zip(text, decoded, strict=True)) if old != new
        ]
        return finish(text, edits)
    for found in _UTF8_CHARACTER.finditer(data):  # all other bytes are ASCII and stay
        edits.append((found.start(), found.end(), found[0].decode(encoding)))
    return finish(text, edits)


def compose_letters(text: str) -> Changed:
    r"""The text with each letter and its marks as one character where there is one (NFC), and the map.

    >>> compose_letters("cafe\N{COMBINING ACUTE ACCENT}")[0] == "café"
    True
    """
    if unicodedata.is_normalized("NFC", text):
        return finish(text, [])
    composed, found = _normalize(text, "NFC")
    whole = unicodedata.normalize("NFC", text)
    return (composed, found) if composed == whole else align(text, whole)


def _normalize(text: str, form: Any) -> Changed:
    """Unicode normalising, a base character with its marks at a time."""
    edits: Edits = []
    start = 0
    for place in range(1, len(text) + 1):
        if place < len(text) and _continues(text[place]):
            continue
        part = text[start:place]
        new = unicodedata.normalize(form, part)
        if new != part:
            edits.append((start, place, new))
        start = place
    return finish(text, edits)


def _continues(char: str) -> bool:
    """Whether a character may melt into the one before it."""
    if char.isascii():
        return False
    return unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff"


def _fix_bytes(name: str) -> Callable[[str], Changed]:
    """A step of ftfy on bytes, written as one on code points 0 to 255."""

    def step(text: str) -> Changed:
        from ftfy import chardata, fixes

        if name == "replace_lossy_sequences":
            return substitute(_as_text(chardata.LOSSY_UTF8_RE), "\u00ef\u00bf\u00bd", text)
        text, first = substitute(_as_text(fixes.A_GRAVE_WORD_RE), "\u00c3\u00a0 ", text)
        restored, second = substitute(
            _as_text(chardata.ALTERED_UTF8_RE), lambda found: found[0].replace(" ", "\u00a0"), text
        )
        return restored, first.then(second)

    return step


def _as_text(pattern: re.Pattern[bytes]) -> re.Pattern[str]:
    return re.compile(pattern.pattern.decode("latin-1"), pattern.flags | re.ASCII)


def _decode_inconsistent(text: str) -> Changed:
    from ftfy import badness, chardata

    edits: Edits = []
    for found in chardata.UTF8_DETECTOR_RE.finditer(text):
        if len(found[0]) < len(text) and badness.is_bad(found[0]):
            mended, inner = _mend_encoding(found[0])
            edits += edits_of(inner, mended, found.start())
    return finish(text, edits)


def _mend_encoding(text: str) -> Changed:
    from ftfy import fix_encoding_and_explain

    fixed, plan = fix_encoding_and_explain(text)
    followed = _follow(text, plan or [])
    return followed if followed is not None and followed[0] == fixed else align(text, fixed)


def _fix_c1(text: str) -> Changed:
    from ftfy import chardata, fixes

    return substitute(chardata.C1_CONTROL_RE, lambda found: fixes.fix_c1_controls(found[0]), text)


def _read_entities(text: str) -> Changed:
    from ftfy import chardata, fixes

    return substitute(chardata.HTML_ENTITY_RE, lambda found: fixes.unescape_html(found[0]), text, trim=False)


def _by_table(name: str) -> Callable[[str], Changed]:
    def step(text: str) -> Changed:
        from ftfy import chardata

        return translate(getattr(chardata, name), text)

    return step


def _join_surrogates(text: str) -> Changed:
    from ftfy import fixes

    return substitute(_SURROGATES, lambda found: fixes.fix_surrogates(found[0]), text)


_FIXERS: dict[str, Callable[[str], Changed | None]] = {
    "unescape_html": _read_entities,
    "restore_byte_a0": _fix_bytes("restore_byte_a0"),
    "replace_lossy_sequences": _fix_bytes("replace_lossy_sequences"),
    "decode_inconsistent_utf8": _decode_inconsistent,
    "fix_c1_controls": _fix_c1,
    "fix_latin_ligatures": _by_table("LIGATURES"),
    "fix_character_width": _by_table("WIDTH_MAP"),
    "remove_control_chars": _by_table("CONTROL_CHARS"),
    "remove_terminal_escapes": lambda text: substitute(_ANSI, "", text),
    "fix_line_breaks": lambda text: substitute(re.compile("\r\n|[\r\u2028\u2029\u0085]"), "\n", text),
    "fix_surrogates": _join_surrogates,
}
