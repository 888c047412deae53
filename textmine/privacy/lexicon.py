"""Lists that names are told by: given names, surnames, places, everyday words, words that are no name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"


def read_lines(name: str) -> list[str]:
    """The lines of a list that comes with textmine, its comments left out.

    >>> "Macbeth" in read_lines("public_names.txt")
    True
    """
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _read(name: str) -> str:
    return "\n".join(read_lines(name))


def as_set(words: str) -> frozenset[str]:
    """The words of a string as a set.

    >>> sorted(as_set("mr mrs"))
    ['mr', 'mrs']
    """
    return frozenset(words.split())


#: Capitalised in running text, yet neither a person nor a place that tells who is meant.
NO_NAME = frozenset(_read("no_names.txt").split())

#: Given names that are everyday words as well, yet with a capital inside a sentence nearly always a name.
NAME_LIKE_WORDS = as_set(
    """
    jan jack mark bill rob bob sue pat frank nick mike matt peter harry ray dean guy carol dawn penny
    heather holly lily daisy ruby amber ivy iris hazel rosemary rose olive violet poppy sally robin sandy
    jade jay lee ken martin mason ally barb will max dot don drew warren wade miles jasmine billy bobby
    jimmy tom tony terry roger john josh ed brad chad dale noel felicity phoebe deb debs meg mo pip rick
    troy max bonnie colleen hector kit cliff chuck grant eve grace joy faith hope charity april june may
    victor viola willow summer autumn maria cherry ginger melody harmony ebony gene glen gay herb lacy
    patience comfort blessing precious crystal pearl fern laurel flora scarlet pansy cam rich earl kitty
    dolly patty angel mercy prudence gift destiny princess prince blossom trinity honor honour sunny
    """
)

#: Of these the capital says little: they are months, seasons, virtues and common nouns first.
SELDOM_NAMES = as_set(
    """
    may april june summer autumn hope faith charity grace joy patience comfort blessing precious will
    grant rich pat mason dot don victor pearl crystal ginger melody harmony ebony laurel flora scarlet
    angel mercy prudence gift destiny princess prince blossom trinity honor honour sunny
    earl miles max herb gay mark rose drew dale cam ally dean warren
    """
)

#: Given names that are places first: they are people only where the words beside them say so.
PLACES_FIRST = as_set(
    """
    devon kent preston chelsea brent washington alexandria india georgia montserrat rosario aden santiago
    salvador milan erbil sanya brooklyn kenya israel paris elgin
    """
)


def fold(word: str) -> str:
    """A word for look-ups: no case, no accents, straight apostrophes.

    >>> fold("Siân’s")
    "sian's"
    """
    if word.isascii():
        return word.casefold()
    plain = unicodedata.normalize("NFD", word.replace("’", "'").replace("\u2010", "-").replace("\u2011", "-"))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold().translate(_LETTERS)


_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i", "æ": "ae"})


@cache
def given_names() -> frozenset[str]:
    """Given names, folded."""
    return frozenset(fold(name) for name in _read("given_names.txt").split())


@cache
def surnames() -> frozenset[str]:
    """Surnames, folded."""
    return frozenset(fold(name) for name in _read("surnames.txt").split())


@cache
def words() -> frozenset[str]:
    """Everyday English words in lower case."""
    return frozenset(_read("words.txt").split())


@cache
def places() -> frozenset[str]:
    """UK places and the larger ones abroad, folded, of one word or several."""
    lines = [*_read("places.txt").splitlines(), *_read("places_abroad.txt").splitlines()]
    return frozenset(fold(line) for line in lines)


@cache
def place_starts() -> dict[str, int]:
    """The first word of each place and how many words the longest such place has."""
    longest: dict[str, int] = {}
    for place in places():
        parts = place.replace("-", " ").replace(",", "").split()
        longest[parts[0]] = max(longest.get(parts[0], 0), len(parts))
    return longest


def is_word(folded: str) -> bool:
    """Whether a folded word is an everyday one, in singular, plural or with 's.

    >>> is_word("mark"), is_word("sarah")
    (True, False)
    """
    if folded in words() or folded in NO_NAME:
        return True
    if "-" in folded:
        return all(is_word(part) for part in folded.split("-") if part)
    return folded.endswith("'s") and folded[:-2] in words()


def is_near_word(folded: str) -> bool:
    """Whether a folded word is an everyday word with one letter wrong, left out, added or exchanged.

    >>> is_near_word("behavour"), is_near_word("ruqayyah")
    (True, False)
    """
    known, letters = words(), "abcdefghijklmnopqrstuvwxyz"
    for i in range(len(folded) + 1):
        head, tail = folded[:i], folded[i:]
        tries = [head + tail[1:], head + tail[1:2] + tail[:1] + tail[2:]]
        tries += [head + letter + rest for letter in letters for rest in (tail, tail[1:])]
        if any(one in known for one in tries):
            return True
    return False


def is_given(folded: str) -> bool:
    """Whether a folded word is a given name and no everyday word; a double name by either half.

    >>> is_given("sarah"), is_given("mary-jane"), is_given("mark")
    (True, True, False)
    """
    if "-" in folded:
        return any(is_given(part) for part in folded.split("-"))
    return folded in given_names() and not is_word(folded)


def is_surname(folded: str) -> bool:
    """Whether a folded word is a known surname; a double name by either half."""
    return folded in surnames() or ("-" in folded and any(part in surnames() for part in folded.split("-")))


def read_terms(lines: Iterable[str]) -> frozenset[str]:
    """Terms from lines, folded; blank lines and those that begin with # are passed over.

    >>> sorted(read_terms(["# ours", "Oakhelm", ""]))
    ['oakhelm']
    """
    return frozenset(fold(line.strip()) for line in lines if line.strip() and not line.startswith("#"))
