"""The steps of cleaning, each a text in and a text with the way back out; a text cleaned by them in turn."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from textmine.cleaning.commonest import UNCOMMON
from textmine.cleaning.layout import join_bullets, join_hard_wraps
from textmine.cleaning.mac_roman import mend_mac_roman, mend_utf8_as_mac
from textmine.cleaning.mojibake import compose_letters, mend_mojibake
from textmine.cleaning.tracked import chain, substitute, translate
from textmine.offsets import OffsetMap
from textmine.spans import Span

Step = Callable[[str], tuple[str, OffsetMap]]

# What UTF-8 looks like when it was read as windows-1252, and other marks of damage. A hit only means that
# ftfy, which is slow and careful, has a look; so does what ftfy itself calls bad.
_LEAD = "\u00c2-\u00f4"
_TRAIL = "\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
_TRAIL += "\u2018-\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
_ENTITY_FORM = r"&(?:[A-Za-z]{2,8}\d{0,2}|#\d{2,7}|#[xX][0-9A-Fa-f]{2,6});"
# Ligatures, and letters of another width.
_FORMS = "\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06\uff01-\uffef"
_DAMAGED = re.compile(
    f"[{_LEAD}][{_TRAIL}]|[\u201a\u00ac\u221a][\u00a0-\u00ff]|[\ufffd{_FORMS}\ud800-\udfff]"
    rf"|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]|{_ENTITY_FORM}"
)
_ENTITY, _CONTROL = re.compile(_ENTITY_FORM), re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# What ftfy calls bad has one of these.
_MAY_BE_BAD = re.compile("[^\x00-\x7f]{2}|[\x80-\x9f\u00c2\u00c3\u0152\u0153]")

_ODD = "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffc"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
WRITTEN_BREAK = re.compile(r"\\r\\n|\\n|\\r")
LINE_END = re.compile("\r\n?|[\u2028\u2029\u0085\x0b\x0c]")
INVISIBLE = re.compile(f"\u00ad[ \t]*\n[ \t]*(?=[^\\W\\d_])|[{_CONTROLS}{_ODD}]")
SPACE_RUN = re.compile(f"[ \t{_SPACES}]+")
SPACE_AT_BREAK = re.compile(" ?\n ?")
BREAK_RUN = re.compile("\n{3,}")
#: What any of the steps from line ends to spaces would change, but for letters that want composing.
UNTIDY = rf"[{_CONTROLS}{_ODD}{_SPACES}\u2010\u2011\t\\]|^\s|\s\Z| [ \n]|\n |\n\n\n"
_OUTER = re.compile(r"\A\s+|\s+\Z")
HYPHENS = {0x2010: "-", 0x2011: "-"}
_QUOTES = {char: "'" for char in (0x2018, 0x2019, 0x201A, 0x201B, 0x02BC, 0x2032)}
_QUOTES |= {char: '"' for char in (0x201C, 0x201D, 0x201E, 0x201F, 0x2033)}
_DASHES = {0x2012: "-", 0x2013: "-", 0x2014: "-", 0x2015: "-", 0x2212: "-", 0x2026: "..."}


def looks_damaged(text: str) -> bool:
    r"""Whether ftfy should have a look at a text: most need none.

    >>> looks_damaged("caf\u00c3\u00a9"), looks_damaged("café")
    (True, False)
    """
    if text.isascii() or not UNCOMMON.search(text):
        return ("&" in text and _ENTITY.search(text) is not None) or (
            not text.isprintable() and _CONTROL.search(text) is not None
        )
    if _DAMAGED.search(text):
        return True
    if not _MAY_BE_BAD.search(text):
        return False
    from ftfy.badness import is_bad

    return bool(is_bad(text))


def _undo_mojibake(text: str) -> tuple[str, OffsetMap]:
    text, first = mend_utf8_as_mac(text)
    if not looks_damaged(text):
        return text, first
    text, second = mend_mojibake(text)
    return text, first.then(second)


def has_written_breaks(text: str) -> bool:
    r"""Whether an export wrote its line breaks as backslash and letter: it has those and no other backslash.

    >>> has_written_breaks(r"one\ntwo"), has_written_breaks(r"see C:\new")
    (True, False)
    """
    return "\\" in text and ":\\" not in text and "\\" not in WRITTEN_BREAK.sub("", text)


def _unify_breaks(text: str) -> tuple[str, OffsetMap]:
    first = OffsetMap.identity(len(text))
    if has_written_breaks(text):
        text, first = substitute(WRITTEN_BREAK, "\n", text)
    text, second = substitute(LINE_END, "\n", text)
    return text, first.then(second)


def _drop_invisible(text: str) -> tuple[str, OffsetMap]:
    return substitute(INVISIBLE, "", text)


def _unify_forms(text: str) -> tuple[str, OffsetMap]:
    """Letters in their composed form, and the hyphens that only look like one as the plain one."""
    text, first = compose_letters(text)
    text, second = translate(HYPHENS, text)
    return text, first.then(second)


def _tidy_spaces(text: str) -> tuple[str, OffsetMap]:
    tidy = ((SPACE_RUN, " "), (SPACE_AT_BREAK, "\n"), (BREAK_RUN, "\n\n"), (_OUTER, ""))
    return chain(text, [partial(substitute, pattern, now) for pattern, now in tidy])


def _straighten_quotes(text: str) -> tuple[str, OffsetMap]:
    return translate(_QUOTES, text)


def _plain_dashes(text: str) -> tuple[str, OffsetMap]:
    return translate(_DASHES, text)


#: Every step by its name, in the order in which they belong.
STEPS: Mapping[str, Step] = {
    "mojibake": _undo_mojibake,
    "mac_roman": mend_mac_roman,
    "line_ends": _unify_breaks,
    "control_characters": _drop_invisible,
    "typographic_variants": _unify_forms,
    "spaces": _tidy_spaces,
    "bullets": join_bullets,
    "hard_wraps": join_hard_wraps,
    "quotes": _straighten_quotes,
    "dashes": _plain_dashes,
}
#: The steps that are done unless others are asked for: all but the two that plain out what people type.
DEFAULT_STEPS = tuple(name for name in STEPS if name not in {"quotes", "dashes"})


@dataclass(frozen=True)
class Change:
    """One thing that one step changed: its rule, where in the raw text, and the words before and after it.

    ``before`` is what the step was given, which an earlier step may have changed already.
    """

    rule: str
    span: Span
    before: str = field(repr=False)
    after: str = field(repr=False)


@dataclass(frozen=True)
class CleanedText:
    """A cleaned text with the way back: ``map`` is from ``raw`` to ``text``, ``changes`` say what was done.

    The changes stand in the order of the steps; where two steps changed the same place both are named.

    >>> cleaned = clean_text("Tea &amp; cake")
    >>> cleaned.text, cleaned.raw, len(cleaned.changes)
    ('Tea & cake', 'Tea &amp; cake', 1)
    """

    text: str
    raw: str
    map: OffsetMap
    changes: tuple[Change, ...]

    def raw_slice(self, span: Span) -> str:
        """The raw words under a span of the clean text."""
        return self.map.to_raw(span).slice(self.raw)


def clean_text(text: str, *, steps: Sequence[str] = DEFAULT_STEPS) -> CleanedText:
    r"""The text cleaned by steps (names in ``STEPS``) in the order given, with the map back to it.

    ``repair_text`` gives the same words without the map, and much quicker. Raises ``ValueError`` for a step
    that is not known.

    >>> cleaned = clean_text("  We\u00e2\u20ac\u2122re  skint ")
    >>> cleaned.text, [change.rule for change in cleaned.changes]
    ('We’re skint', ['mojibake', 'spaces', 'spaces', 'spaces', 'spaces'])
    >>> cleaned.raw_slice(Span(0, 5)) == "We\u00e2\u20ac\u2122re"
    True
    """
    check_steps(steps)
    raw, found = text, OffsetMap.identity(len(text))
    changes: list[Change] = []
    for name in steps:
        given = text
        text, step_map = STEPS[name](given)
        for edit in step_map.edits:
            span = Span(edit.raw_start, edit.raw_end)
            now = text[edit.clean_start : edit.clean_end]
            changes.append(Change(name, found.to_raw(span), span.slice(given), now))
        found = found.then(step_map)
    return CleanedText(text, raw, found, tuple(changes))


def check_steps(steps: Sequence[str]) -> None:
    """Raise ``ValueError`` where a step is not known, with the names of those that are."""
    unknown = [name for name in steps if name not in STEPS]
    if unknown:
        raise ValueError(f"No step of cleaning is called {unknown[0]!r}. Choose from: {', '.join(STEPS)}.")
