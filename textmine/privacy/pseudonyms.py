"""Made-up names that stand for real ones, the same through a study, chosen by a secret key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from functools import cache

from textmine.privacy.lexicon import given_names, is_word, places, surnames


def _list(parts: str) -> list[str]:
    return parts.split()


_BEGINNINGS = _list(
    "Ax Bel Brev Cal Cor Dav Dren Elv Fal Fenn Gal Gwil Hax Ild Jor Kel Kwen Lor Mav Mer Nav Nol Orv Pell "
    "Quen Rav Ros Sel Stor Tav Thal Ulm Vas Ven Wex Wil Xan Yor Zel Zor"
)
_MIDDLES = _list("a e i o u ar en il or und amb est ov iz")
_ENDINGS = _list("ax bex dix fim gan jin lox mir nev pix quil rix sev tav vik wen xis zan")


@cache
def made_up_names() -> tuple[str, ...]:
    """All pseudonyms there are, in order: none is a name, a place or a word on textmine's lists.

    >>> len(made_up_names()) > 5000
    True
    """
    every = [b + m + e for b in _BEGINNINGS for m in _MIDDLES for e in _ENDINGS]
    known = given_names() | surnames() | places()
    return tuple(name for name in every if name.casefold() not in known and not is_word(name.casefold()))


@cache
def _folded_names() -> frozenset[str]:
    return frozenset(name.casefold() for name in made_up_names())


def is_pseudonym(folded: str) -> bool:
    """Whether a folded word is one of textmine's pseudonyms.

    >>> is_pseudonym(made_up_names()[0].casefold()), is_pseudonym("sarah")
    (True, False)
    """
    return folded in _folded_names()


def assign_pseudonyms(names: Collection[str], *, key: bytes, taken: Collection[str] = ()) -> dict[str, str]:
    """A pseudonym for each folded name, all different, none of them in ``taken`` (folded words of the study).

    Which one is told by HMAC-SHA256 of the name under ``key``: the same key and names give the same
    pseudonyms, and without the key the way back is not to be worked out. Raises ``ValueError`` where there
    are more names than pseudonyms.

    >>> made = assign_pseudonyms(["sarah", "patel"], key=b"a secret")
    >>> made == assign_pseudonyms(["patel", "sarah"], key=b"a secret"), len(set(made.values()))
    (True, 2)
    """
    free = [name for name in made_up_names() if name.casefold() not in taken]
    if len(names) > len(free):
        raise ValueError(f"{len(names)} names, but only {len(free)} pseudonyms")
    given: dict[str, str] = {}
    used: set[int] = set()
    for name in sorted(names):
        place = int.from_bytes(hmac.new(key, name.encode("utf-8"), hashlib.sha256).digest()[:8], "big") % len(
            free
        )
        while place in used:
            place = (place + 1) % len(free)
        used.add(place)
        given[name] = free[place]
    return given
