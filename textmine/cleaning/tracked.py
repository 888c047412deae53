"""Changing a text while noting each change, so that every step of cleaning knows the way back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from textmine.offsets import OffsetMap

#: Edits of one step, in order: start and end in the text it was given, and what stands there now.
Edits = list[tuple[int, int, str]]


def apply_edits(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """The text with each edit made.

    >>> apply_edits("a  bc", [(1, 3, " ")])
    'a bc'
    """
    parts, done = [], 0
    for start, end, now in edits:
        parts += [text[done:start], now]
        done = end
    return "".join([*parts, text[done:]])


def finish(text: str, edits: Edits) -> tuple[str, OffsetMap]:
    """What a step gives back: the changed text and the map to the one it was given."""
    if not edits:
        return text, OffsetMap.identity(len(text))
    return apply_edits(text, edits), OffsetMap.from_edits(len(text), edits)


def substitute(
    pattern: re.Pattern[str], now: str | Callable[[re.Match[str]], str], text: str, *, trim: bool = True
) -> tuple[str, OffsetMap]:
    r"""``pattern.sub`` with a map; ``now`` is taken as it stands.

    With ``trim`` what stays the same at the ends of a match is left out of the edit; without it a match is
    one edit, as an entity is of which the ampersand stays.

    >>> substitute(re.compile(r"\s+"), " ", "a \n b")[1].edits
    (Edit(raw_start=2, raw_end=4, clean_start=2, clean_end=2),)
    """
    edits: Edits = []
    for found in pattern.finditer(text):
        new = now if isinstance(now, str) else now(found)
        if new != found[0]:
            edit = (found.start(), found.end(), new)
            edits.append(trim_edit(text, *edit) if trim else edit)
    return finish(text, edits)


def translate(table: Mapping[int, str | None], text: str) -> tuple[str, OffsetMap]:
    """``str.translate`` with a map: each code point by itself.

    >>> translate({ord("b"): None}, "abc")[0]
    'ac'
    """
    edits: Edits = []
    changed = text.translate(table)
    if changed == text:
        return finish(text, edits)
    for place, char in enumerate(text):
        new = table.get(ord(char), char)
        if new != char:
            edits.append((place, place + 1, new or ""))
    return finish(text, edits)


def trim_edit(text: str, start: int, end: int, now: str) -> tuple[int, int, str]:
    """An edit without what is the same at its beginning and at its end.

    It never becomes an insertion: at least one code point of the text stays in it.

    >>> trim_edit("a--b", 0, 4, "a-b")
    (2, 3, '')
    """
    begin = 0
    while start < end - 1 and begin < len(now) and text[start] == now[begin]:
        start, begin = start + 1, begin + 1
    last = len(now)
    while end - 1 > start and last > begin and text[end - 1] == now[last - 1]:
        end, last = end - 1, last - 1
    return start, end, now[begin:last]


def chain(text: str, steps: Iterable[Callable[[str], tuple[str, OffsetMap]]]) -> tuple[str, OffsetMap]:
    """The text after several steps, and one map of them all.

    >>> chain("ab", [lambda text: substitute(re.compile("a"), "", text)])[0]
    'b'
    """
    found = OffsetMap.identity(len(text))
    for step in steps:
        text, step_map = step(text)
        found = found.then(step_map)
    return text, found


def edits_of(found: OffsetMap, clean: str, shift: int = 0) -> Iterator[tuple[int, int, str]]:
    """The edits of a map as ``from_edits`` takes them, moved right by ``shift`` code points of the raw text.

    >>> list(edits_of(OffsetMap.from_edits(3, [(1, 2, "xy")]), "axyc", 10))
    [(11, 12, 'xy')]
    """
    for edit in found.edits:
        yield edit.raw_start + shift, edit.raw_end + shift, clean[edit.clean_start : edit.clean_end]
