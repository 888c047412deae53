"""What differs between two versions of a codebook, told in words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from textmine.codebook import Code, Codebook
from textmine.migration.changes import EFFECTS, Changes, differ_in, draft_changes

_UNTOLD = f"what this does to old codings is not told; say so with redefine ({', '.join(EFFECTS)})"
#: A longer run of words that did not change is cut.
_LONG = 12
_PIECES = re.compile(r"\S+\s*")


@dataclass(frozen=True)
class CodeDifference:
    """What happened to one code: its ``old`` and ``new`` id ('' where there is none), ``lines`` in words."""

    old: str
    new: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class CodebookDifference:
    """The codes that differ, and in ``lines`` what differs in the codebook as a whole.

    ``needs_reading`` tells, in words, what each change means for old codings; ``same`` counts codes that did
    not change.

    >>> old = Codebook.loads("codes: [{id: money, definition: Money saved.}]")
    >>> found = compare_codebooks(old, old)
    >>> found.codes, found.same
    ((), 1)
    """

    codes: tuple[CodeDifference, ...]
    lines: tuple[str, ...]
    needs_reading: tuple[str, ...]
    same: int

    def tell(self) -> list[str]:
        """All of it, a line each."""
        told = list(self.lines)
        for code in self.codes:
            name = code.new or code.old
            told += [f"{name}: {line}" for line in code.lines]
        return [*told, *self.needs_reading, f"{self.same} codes did not change."]


def compare_codebooks(old: Codebook, new: Codebook, changes: Changes | None = None) -> CodebookDifference:
    """What differs between two versions, in words, with the words of definitions that came and went.

    ``changes`` says what happened to the codes; without it, it is guessed from the ids and definitions alone
    (``draft_changes``). Raises ``CodebookError`` where changes that are given do not fit the codebooks.
    ``old`` and ``new`` are the two versions.

    >>> old = Codebook.loads("codes: [{id: money, definition: Money saved.}]")
    >>> new = Codebook.loads("codes: [{id: money, definition: Money saved or lost.}]")
    >>> compare_codebooks(old, new).codes[0].lines[0]
    'definition: Money [-saved.-] {+saved or lost.+}'
    """
    guessed = changes is None
    if changes is None:
        changes = draft_changes(old, new)
    else:
        changes.require(old, new)
    pairs = dict(changes.find_pairs(old, new))
    codes = []
    for change in changes.changes:
        if change.kind in ("split", "merge", "add", "retire"):
            codes.append(
                CodeDifference(
                    ", ".join(change.old), ", ".join(change.new), _tell_made(change.words, change.why)
                )
            )
    for one, other in pairs.items():
        lines = _compare_code(old.code(one), new.code(other))
        told = [c for c in changes.changes if c.kind == "redefine" and other in c.new]
        lines += [_UNTOLD if guessed else f"{c.words}{f' ({c.why})' if c.why else ''}" for c in told]
        if lines:
            codes.append(CodeDifference(one, other, tuple(lines)))
    same = sum(1 for one, other in pairs.items() if not _compare_code(old.code(one), new.code(other)))
    return CodebookDifference(
        tuple(codes), tuple(_compare_whole(old, new)), tuple(_tell_reading(changes)), same
    )


def mark_words(old: str, new: str) -> str:
    """Two texts as one, with the words that went in [- -] and those that came in {+ +}.

    >>> mark_words("Delay before care.", "Delay before or during care.")
    'Delay before {+or during+} care.'
    """
    a, b = (_PIECES.findall(" ".join(text.split())) for text in (old, new))
    said = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(
        None, _strip(a), _strip(b), autojunk=False
    ).get_opcodes():
        gone, come = "".join(a[i1:i2]).strip(), "".join(b[j1:j2]).strip()
        if kind == "equal":
            said.append(_shorten(b[j1:j2], first=i1 == 0, last=i2 == len(a)))
            continue
        said += [f"[-{gone}-]"] if gone else []
        said += [f"{{+{come}+}}"] if come else []
    return " ".join(said)


def _shorten(pieces: Sequence[str], *, first: bool, last: bool) -> str:
    """Words that both texts have, a long run of them cut to those next to what differs."""
    if len(pieces) <= _LONG:
        return "".join(pieces).strip()
    left = [] if first else pieces[: _LONG // 2]
    right = [] if last else pieces[-_LONG // 2 :]
    return " ".join(part for part in ("".join(left).strip(), "...", "".join(right).strip()) if part)


def _strip(pieces: Sequence[str]) -> list[str]:
    return [piece.strip() for piece in pieces]


def _tell_made(words: str, why: str) -> tuple[str, ...]:
    return (f"{words}{f' ({why})' if why else ''}",)


def _compare_code(old: Code, new: Code) -> list[str]:
    lines = [f"was {old.id}"] if old.id != new.id else []
    if old.name != new.name:
        lines.append(f"name: {old.name!r} is now {new.name!r}")
    for part in differ_in(old, new):
        if part == "definition":
            lines.append(f"definition: {mark_words(old.definition, new.definition)}")
            continue
        lines += _compare_notes(part, getattr(old, part), getattr(new, part))
    if tuple(old.examples) != tuple(new.examples):
        lines += _compare_notes("example", old.examples, new.examples)
    if old.parent != new.parent:
        lines.append(f"stands under {new.parent or 'no code'}, before under {old.parent or 'no code'}")
    return lines


def _compare_notes(part: str, old: Sequence[str], new: Sequence[str]) -> list[str]:
    was, is_ = ([" ".join(text.split()) for text in texts] for texts in (old, new))
    gone, come = [t for t in was if t not in is_], [t for t in is_ if t not in was]
    lines = []
    for text in gone:  # a note that was reworded stands once, with its words marked
        close = difflib.get_close_matches(text, come, n=1, cutoff=0.6)
        if close:
            come.remove(close[0])
            lines.append(f"{part} changed: {mark_words(text, close[0])}")
        else:
            lines.append(f"{part} gone: {text}")
    return lines + [f"{part} new: {text}" for text in come]


def _compare_whole(old: Codebook, new: Codebook) -> list[str]:
    lines = [f"{new.id or old.id}: version {old.version or '(none)'} to {new.version or '(none)'}"]
    if " ".join(old.rule.split()) != " ".join(new.rule.split()):
        lines.append(f"rule: {mark_words(old.rule, new.rule)}")
        lines.append("The rule is for all codes: say with redefine which of them it touches.")
    if old.unit != new.unit:
        lines.append(f"unit: {old.unit!r} is now {new.unit!r}; old codings are of other units.")
    if old.multi_label != new.multi_label:
        lines.append(f"multi_label: {old.multi_label} is now {new.multi_label}")
    return lines


def _tell_reading(changes: Changes) -> list[str]:
    told = []
    for change in changes.changes:
        old, new = " or ".join(change.old), ", ".join(change.new)
        among = f" and carried {' or '.join(change.among)}" if change.among else ""
        if change.kind == "split":
            told.append(f"To read again: units that carried {old}, for {new}.")
        elif change.kind == "add":
            told.append(f"To read again: all units that were coded{among}, for {new}.")
        elif change.kind == "redefine" and change.effect != "wording":
            which = {
                "widened": f"units that did not carry it{among}",
                "narrowed": "units that carried it",
                "both": f"units that carried it, and those that did not{among}",
            }
            told.append(f"To read again: {which[change.effect]}, for {new}.")
    return told
