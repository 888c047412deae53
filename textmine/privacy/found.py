"""What was found in a text: a stretch, its kind and the rule that found it; overlaps settled."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textmine.errors import InputError
from textmine.spans import Span, merge_spans

#: Kinds told by their form, often by a checksum, in the order in which they win where two overlap.
STRUCTURED = (
    "email", "url", "iban", "nhs_number", "ni_number", "upn", "date_of_birth", "ip_address", "urn",
    "bank_account", "card_number", "passport", "driving_licence", "reference_number", "vehicle", "phone",
    "address", "postcode", "handle",
)  # fmt: skip
#: Kinds told by words: lists of names, the words beside them and a language model.
NAMED = ("school", "trust", "organisation", "person", "place")
KINDS = (*STRUCTURED, *NAMED)

#: A placeholder, ours or somebody else's: '[EMAIL]', '[PERSON_2]', '[SCHOOL A]', '[name removed]'. It is left
#: as it is.
PLACEHOLDER = re.compile(
    r"\[[A-Z][A-Z_]*(?:[ _-][A-Z0-9]{1,12}){0,3}\]|\[[A-Za-z ]{2,30} removed\]|<[A-Z][A-Z_]{2,30}>|\bX{3,}\b"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One stretch that may identify somebody.

    ``kind`` is one of ``KINDS``, ``rule`` names what found it (for the review) and ``score`` says how sure
    that rule is, from 0 to 1. It is a rank among rules, not a probability.
    """

    span: Span
    kind: str
    rule: str
    score: float = 1.0


def check_kinds(kinds: Iterable[str] | None, *, names: bool = True) -> frozenset[str]:
    """The kinds asked for as a set, all where None; without ``names`` only those told by their form.

    Raises ``InputError`` that lists the kinds there are.

    >>> sorted(check_kinds(["email", "phone"]))
    ['email', 'phone']
    """
    asked = frozenset(KINDS if kinds is None else kinds)
    if unknown := sorted(asked - set(KINDS)):
        raise InputError(f"No kind {', '.join(unknown)}. Choose among: {', '.join(KINDS)}.")
    return asked if names else asked & frozenset(STRUCTURED)


def settle_overlaps(found: Iterable[Found], text: str) -> list[Found]:
    """The finds in order without overlaps, none inside a placeholder.

    The surer rule wins, then the kind that stands first in ``KINDS``, then the longer stretch.

    >>> from textmine.spans import Span, merge_spans
    >>> mail, name = Found(Span(4, 12), "email", "form"), Found(Span(4, 6), "person", "list", 0.8)
    >>> [one.kind for one in settle_overlaps([name, mail], "Ask jo@ab.uk")]
    ['email']
    """
    held = [Span(*match.span()) for match in PLACEHOLDER.finditer(text)] if "[" in text or "X" in text else []
    kept: list[Found] = []
    ranked = sorted(found, key=lambda f: (-f.score, KINDS.index(f.kind), -len(f.span), f.span.start))
    for one in ranked:
        if not _meets(one.span, held):
            kept.append(one)
            insort(held, one.span)
    return sorted(kept, key=lambda f: f.span)


class Cover:
    """The stretches that finds cover, for many questions in a row.

    >>> cover = Cover([Found(Span(0, 4), "person", "list")])
    >>> cover.meets(Span(3, 9)), cover.meets(Span(4, 9))
    (True, False)
    """

    def __init__(self, found: Iterable[Found]) -> None:
        self._spans = merge_spans(one.span for one in found)

    def meets(self, span: Span) -> bool:
        """Whether any find shares a code point with a span."""
        return _meets(span, self._spans)


def _meets(span: Span, apart: Sequence[Span]) -> bool:
    """Whether a span shares a code point with one of others that are sorted and do not overlap."""
    place = bisect_left(apart, span)
    return any(other.overlaps(span) for other in apart[max(0, place - 1) : place + 1])
