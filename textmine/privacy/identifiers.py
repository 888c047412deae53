"""What may identify somebody in texts: kinds told by form, then names, looked for twice over a study."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from textmine.privacy.beside import find_beside, leave_out_public
from textmine.privacy.contacts import find_contacts
from textmine.privacy.found import STRUCTURED, Found, check_kinds, settle_overlaps
from textmine.privacy.lexicon import NAME_LIKE_WORDS, NO_NAME, SELDOM_NAMES, fold, is_word, places
from textmine.privacy.model import Engine, find_entities, find_unknown_pairs, load_engine, may_hold_name
from textmine.privacy.numbers import find_numbers
from textmine.privacy.people import find_people
from textmine.privacy.places import find_places
from textmine.privacy.pseudonyms import is_pseudonym
from textmine.privacy.wording import Word, Wording
from textmine.spans import Span

#: From this score on, a name found once is looked for in all texts of the study.
SURE = 0.75


def find_identifiers(
    text: str, *, kinds: Iterable[str] | None = None, names: bool = True, engine: str | None = "spacy"
) -> list[Found]:
    """What may identify somebody in one text, in order and without overlaps.

    ``kinds`` are those of ``KINDS`` that are wanted (all where None); ``names=False`` leaves out people,
    schools, trusts, organisations and places, and then no model is loaded. ``engine`` is 'spacy', 'presidio'
    or None for rules and lists alone. Finding nothing does not make a text anonymous.
    Raises ``InputError`` for a kind there is none of, ``ModelError`` where the engine is not installed.

    >>> text = "Mrs Patel's number is 07700 900123."
    >>> [(found.kind, found.span.slice(text)) for found in find_identifiers(text, engine=None)]
    [('person', 'Patel'), ('phone', '07700 900123')]
    """
    return find_in_texts([text], kinds=kinds, names=names, engine=engine)[0]


def find_in_texts(
    texts: Sequence[str],
    *,
    kinds: Iterable[str] | None = None,
    names: bool = True,
    engine: str | None = "spacy",
    allow: Iterable[str] = (),
    deny: Iterable[str] = (),
) -> list[list[Found]]:
    """The finds of each text of a study; a name found once is then found in every text.

    ``allow`` are terms never to find, ``deny`` terms always to find (as a person, or as the kind given in
    'kind: term'), both without regard to case. The rest is as in ``find_identifiers``.

    >>> [len(found) for found in find_in_texts(["Dr Wrenfold came.", "wrenfold left"], engine=None)]
    [1, 1]
    """
    wanted = check_kinds(kinds, names=names)
    free = {fold(term) for term in allow}
    named = bool(wanted - check_kinds(None, names=False))
    wordings = [Wording(text) for text in texts]
    finds = [list(_structured(text)) for text in texts]
    if named:
        for wording, found in zip(wordings, finds, strict=True):
            found += _named(wording)
        if engine is not None:
            _add_entities(wordings, finds, load_engine(engine))
            finds = [leave_out_public(found, w.text) for w, found in zip(wordings, finds, strict=True)]
        for wording, found in zip(wordings, finds, strict=True):
            found += [f for f in find_unknown_pairs(wording, found) if not _is_made_up(f, wording)]
        spread_names(wordings, finds)
    terms = _read_deny(deny)
    settled = []
    for wording, found in zip(wordings, finds, strict=True):
        kept = [f for f in found if f.kind in wanted and fold(f.span.slice(wording.text)) not in free]
        kept += _denied(wording, terms)
        settled.append(settle_overlaps(kept, wording.text))
    return settled


def gate_share(texts: Sequence[str]) -> float:
    """The share of texts that the model is run on: those where the cheap test says that a name may be.

    >>> gate_share(["More time", "So Wrenna Quillfold"])
    0.5
    """
    wordings = [Wording(text) for text in texts]
    asked = [may_hold_name(w, [*_structured(w.text), *_named(w)]) for w in wordings]
    return sum(asked) / max(len(asked), 1)


def spread_names(wordings: Sequence[Wording], finds: Sequence[list[Found]]) -> None:
    """Add to ``finds`` every other mention of the names that were surely found somewhere in the study.

    A word found both as a person and as a place goes with the kind that it was found as more often.
    """
    kinds, sure = _learn(wordings, finds)
    if not kinds:
        return
    for wording, found in zip(wordings, finds, strict=True):
        for word in wording.words:
            kind = kinds.get(word.folded)
            if (
                kind
                and _is_mention(wording, word)
                and (
                    word.capital
                    or (word.folded in sure and len(word.folded) > 3 and not is_word(word.folded))
                )
            ):
                found.append(Found(Span(word.start, word.end), kind, "found elsewhere in the study", 0.72))
    _settle_conflicts(wordings, finds, kinds)


def _structured(text: str) -> Iterator[Found]:
    yield from find_contacts(text)
    yield from find_numbers(text)


def _named(wording: Wording) -> list[Found]:
    found = [*find_people(wording), *find_places(wording)]
    found += find_beside(wording, found)
    found = leave_out_public(found, wording.text)
    return [f for f in found if not _is_made_up(f, wording)]


def _add_entities(wordings: Sequence[Wording], finds: Sequence[list[Found]], engine: Engine) -> None:
    asked = [i for i, (w, f) in enumerate(zip(wordings, finds, strict=True)) if may_hold_name(w, f)]
    entities = find_entities([wordings[i] for i in asked], [finds[i] for i in asked], engine)
    for i, found in zip(asked, entities, strict=True):
        finds[i] += [f for f in found if not _is_made_up(f, wordings[i])]


def _is_made_up(found: Found, wording: Wording) -> bool:
    """Whether every name in a find is a pseudonym of textmine's: redacting twice changes nothing."""
    words = [w for w in wording.inside(found.span) if w.capital and len(w.text) > 1]
    own = [w for w in words if not is_word(w.folded) and w.folded not in {"st", "saint"}]
    return bool(own) and all(is_pseudonym(w.folded) for w in own)


def _learn(wordings: Sequence[Wording], finds: Sequence[list[Found]]) -> tuple[dict[str, str], set[str]]:
    """Which words are names of which kind in this study, and which of them are surely people's."""
    votes: dict[str, Counter[str]] = {}
    sure: set[str] = set()
    plain = {word.folded for wording in wordings for word in wording.words if not word.capital}
    for wording, found in zip(wordings, finds, strict=True):
        for one in settle_overlaps(found, wording.text):
            if one.kind == "organisation" or one.kind in STRUCTURED:
                continue
            inside = wording.inside(one.span)
            kind = "person" if one.kind == "person" else "place"
            for word in inside:
                if one.score < SURE and word.folded in plain:
                    continue  # seen without its capital elsewhere
                if _is_worth_learning(word, one):
                    if one.kind == "person" and one.score >= SURE:
                        sure.add(word.folded)
                    by_rule = one.score >= SURE or one.rule == "word after a preposition"
                    votes.setdefault(word.folded, Counter())[kind] += 3 if by_rule else 1
    kinds = {name: counts.most_common(1)[0][0] for name, counts in votes.items() if max(counts.values()) > 1}
    return kinds, {name for name in sure if kinds.get(name) == "person"}


def _is_mention(wording: Wording, word: Word) -> bool:
    """Whether a word that was a name elsewhere may be one here: not 'NI', nor 'the Bill'."""
    if word.acronym and len(word.text) < 4 and not wording.shouted:
        return False
    if not is_word(word.folded):
        return True
    before, after = wording.text[max(0, word.start - 12) : word.start], wording.text[word.end : word.end + 4]
    return (
        not re.search(r"\b(?:the|an?|this|that|some|any|no)\s+$", before, re.IGNORECASE) and after != " of "
    )


def _is_worth_learning(word: Word, found: Found) -> bool:
    if (
        len(word.text) < 2
        or word.acronym
        or word.folded in {"st", "jan"}
        or word.folded in NO_NAME
        or found.rule in {"street", "found elsewhere in the study"}
    ):
        return False
    if word.folded in NAME_LIKE_WORDS - SELDOM_NAMES:
        return found.kind == "person" and word.capital
    return not is_word(word.folded) and word.folded not in places()


def _settle_conflicts(
    wordings: Sequence[Wording], finds: Sequence[list[Found]], kinds: dict[str, str]
) -> None:
    """Turn the unsure finds of one word into the kind that the study as a whole says it is."""
    for wording, found in zip(wordings, finds, strict=True):
        for i, one in enumerate(found):
            if (
                one.kind in {"person", "place"}
                and one.score < 0.7
                and one.rule != "found elsewhere in the study"
            ):
                said = [kinds.get(w.folded) for w in wording.inside(one.span)]
                kind = next((k for k in said if k), None)
                if kind and kind != one.kind:
                    found[i] = Found(one.span, kind, one.rule, one.score)


@cache
def _plain_kind(kind: str) -> str:
    return kind.strip().casefold()


def _read_deny(terms: Iterable[str]) -> list[tuple[str, str]]:
    found = []
    for term in terms:
        kind, colon, rest = term.partition(":")
        if colon and _plain_kind(kind) in check_kinds(None):
            found.append((_plain_kind(kind), rest.strip()))
        else:
            found.append(("person", term.strip()))
    return [(kind, term) for kind, term in found if term]


def _denied(wording: Wording, terms: Sequence[tuple[str, str]]) -> Iterator[Found]:
    for kind, term in terms:
        for match in re.finditer(rf"(?<!\w){re.escape(term)}(?!\w)", wording.text, re.IGNORECASE):
            yield Found(Span(*match.span()), kind, "on the list to find", 2.0)
