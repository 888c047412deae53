"""The little language of rules: words, phrases, NEAR, BEFORE, CASE, NOT and UNLESS, read into a tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from textmine.coding.rules.words import APOSTROPHE, MARK, SIGN
from textmine.errors import CodebookError

#: Bounds within which any rule is quick to match: signs of a rule, words of a phrase, brackets, distance.
LONGEST_RULE = 2000
LONGEST_PHRASE = 30
DEEPEST = 4
FARTHEST = 100

_PART = re.compile(r'\s*(?:"([^"]*)"|“([^”]*)”|([(),|])|([^\s(),|"“”]+))')
_OPERATORS = ("NEAR", "BEFORE", "CASE")
_EXCLUDERS = ("NOT", "UNLESS")
#: A word of a phrase, with its wild cards; the same cut as that of a text's words.
_LETTERS = rf"(?:[^\W_]|[*?])(?:[^\W_]|[*?{MARK}])*"
_PHRASE_WORD = re.compile(rf"{_LETTERS}(?:{APOSTROPHE}{_LETTERS})*|{SIGN}[{MARK}]*")


@dataclass(frozen=True)
class Phrase:
    """Words that follow each other, each with ``*`` and ``?`` as wild cards; ``case``: as typed."""

    words: tuple[str, ...]
    case: bool = False


@dataclass(frozen=True)
class Either:
    """Any of these."""

    options: tuple[Expression, ...]


@dataclass(frozen=True)
class Near:
    """Two things at most ``within`` words apart in one sentence (next to each other is 1).

    ``ordered``: the first stands before the second.
    """

    first: Expression
    second: Expression
    within: int
    ordered: bool = False


Expression = Phrase | Either | Near


@dataclass(frozen=True)
class Rule:
    """What to find; not where it overlaps one of ``without`` nor in a sentence with one of ``unless``."""

    find: Expression
    without: tuple[Expression, ...] = ()
    unless: tuple[Expression, ...] = ()


def parse_rule(text: str, *, case: bool = False) -> Rule:
    """The rule that a line says. Raises ``CodebookError`` that names what was wanted.

    >>> parse_rule('trust* NOT "academy trust"').without
    (Phrase(words=('academy', 'trust'), case=False),)
    >>> parse_rule("NEAR(money | cost*, sav*, 5)").find.within
    5
    """
    if len(text) > LONGEST_RULE:
        raise CodebookError(f"a rule of {len(text)} signs; {LONGEST_RULE} at most. Write several rules.")
    return _Reader(text, case).read_rule()


def parse_phrase(text: str, *, case: bool = False) -> Phrase:
    """A phrase alone, in which only ``*`` and ``?`` mean something.

    >>> parse_phrase("share* of staff").words
    ('share*', 'of', 'staff')

    Raises ``CodebookError`` where it holds no word, or nothing but ``*``.
    """
    words = tuple(match.group() for match in _PHRASE_WORD.finditer(text))
    if not words:
        raise CodebookError("no word in it. Write a word or a phrase, such as collaborat* or peer review.")
    if all(not word.strip("*?") for word in words):
        raise CodebookError("nothing but wild cards, which any word would match. Add a letter.")
    if len(words) > LONGEST_PHRASE:
        raise CodebookError(f"a phrase of {len(words)} words; {LONGEST_PHRASE} at most. Make it shorter.")
    return Phrase(words, case)


@dataclass
class _Reader:
    """Reads a rule from left to right, one part at a time."""

    text: str
    case: bool
    parts: list[tuple[str, str]] = field(default_factory=list)
    at: int = 0
    depth: int = 0

    def __post_init__(self) -> None:
        self.parts = list(_cut(self.text))

    def read_rule(self) -> Rule:
        find = self.read_either()
        excluded: dict[str, list[Expression]] = {name: [] for name in _EXCLUDERS}
        while self._is_word(*_EXCLUDERS):
            excluded[self._take()[1]].append(self.read_either())
        if self.at < len(self.parts):
            raise CodebookError(f"{self.parts[self.at][1]!r} where the rule should end. Mind the brackets.")
        return Rule(find, tuple(excluded["NOT"]), tuple(excluded["UNLESS"]))

    def read_either(self) -> Expression:
        options = [self.read_term()]
        while self._is_sign("|"):
            self._take()
            options.append(self.read_term())
        return options[0] if len(options) == 1 else Either(tuple(options))

    def read_term(self) -> Expression:
        if self._is_word(*_OPERATORS) and self._is_sign("(", ahead=1):
            return self.read_operator(self._take()[1])
        if self._is_sign("("):
            self._open()
            inner = self.read_either()
            self._close("a bracket around patterns")
            return inner
        return self.read_phrase()

    def read_operator(self, name: str) -> Expression:
        wanted = "CASE(MAT)" if name == "CASE" else f"{name}(money, sav*, 5)"
        self._open()
        if name == "CASE":
            before, self.case = self.case, True
            inner = self.read_either()
            self.case = before
            self._close(wanted)
            return inner
        first = self.read_either()
        self._comma(wanted)
        second = self.read_either()
        self._comma(wanted)
        kind, number = self._take() if self.at < len(self.parts) else ("", "")
        if kind != "word" or not (number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= FARTHEST):
            raise CodebookError(
                f"{name} wants two patterns and a number of words from 1 to {FARTHEST}, as {wanted}."
            )
        self._close(wanted)
        return Near(first, second, int(number), ordered=name == "BEFORE")

    def read_phrase(self) -> Phrase:
        if self.at < len(self.parts) and self.parts[self.at][0] == "quoted":
            return parse_phrase(self._take()[1], case=self.case)
        words = []
        while self.at < len(self.parts) and self.parts[self.at][0] == "word":
            if self._is_word(*_EXCLUDERS):
                break
            words.append(self._take()[1])
        return parse_phrase(" ".join(words), case=self.case)

    def _take(self) -> tuple[str, str]:
        self.at += 1
        return self.parts[self.at - 1]

    def _is_word(self, *words: str) -> bool:
        return self.at < len(self.parts) and self.parts[self.at] in [("word", word) for word in words]

    def _is_sign(self, sign: str, ahead: int = 0) -> bool:
        place = self.at + ahead
        return place < len(self.parts) and self.parts[place] == ("sign", sign)

    def _open(self) -> None:
        self._take()
        self.depth += 1
        if self.depth > DEEPEST:
            raise CodebookError(f"brackets within brackets, {DEEPEST} deep at most. Write several rules.")

    def _close(self, wanted: str) -> None:
        if not self._is_sign(")"):
            raise CodebookError(f"a closing bracket is missing, or too much stands before it; as {wanted}.")
        self._take()
        self.depth -= 1

    def _comma(self, wanted: str) -> None:
        if not self._is_sign(","):
            raise CodebookError(f"a comma is missing; as {wanted}.")
        self._take()


def _cut(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a rule: quoted phrases, signs and words."""
    place = 0
    while text[place:].strip():
        match = _PART.match(text, place)
        if match is None:
            raise CodebookError('a quote (") that is not closed. Close it, or leave it out.')
        quoted = match[1] if match[1] is not None else match[2]
        if quoted is not None:
            yield "quoted", quoted
        elif match[3]:
            yield "sign", match[3]
        else:
            yield "word", match[4]
        place = match.end()
