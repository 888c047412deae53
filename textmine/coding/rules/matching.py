"""Where rules hit in a text: phrases, nearness, exclusions and negations, in time linear in its words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from textmine.coding.rules.globs import WordPatterns
from textmine.coding.rules.language import Either, Expression, Near, Phrase, Rule
from textmine.coding.rules.words import Words


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """Words ``start`` to ``end`` (exclusive) that a rule matched; ``parts`` are the matched words in it."""

    start: int
    end: int
    parts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A hit of the rule at position ``rule``; whether it is negated, and whether an exclusion bars it."""

    rule: int
    hit: Hit
    negated: bool
    excluded: bool


class Matcher:
    """Rules made ready for matching many texts.

    ``negations`` are patterns of words that turn a claim round within ``window`` words after them, save where
    they stand in one of the phrases ``exceptions``.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        *,
        negations: Sequence[str] = (),
        exceptions: Sequence[Phrase] = (),
        window: int = 0,
    ) -> None:
        self._patterns = WordPatterns()
        self._numbers: dict[int, tuple[int, ...]] = {}  # of the words of a phrase, by the phrase's id()
        self._rules = list(rules)
        self._window = window
        self._negations = frozenset(self._patterns.add(word) for word in negations)
        self._exceptions = Either(tuple(exceptions))
        self._woken: dict[int, list[int]] = {}  # the rules that a word of this pattern may begin
        for position, rule in enumerate(self._rules):
            for expression in (rule.find, *rule.without, *rule.unless):
                self._register(expression)
            for number in self._wakers(rule.find):
                self._woken.setdefault(number, []).append(position)
        self._register(self._exceptions)

    def find(self, words: Words) -> list[Judged]:
        """All hits in a text, in the order of the rules and then of the words."""
        text = _Text(words, [self._patterns.match(word) for word in words.typed])
        woken = sorted({rule for number in text.places for rule in self._woken.get(number, ())})
        found, negating = [], None
        for position in woken:
            rule = self._rules[position]
            hits = self._hits(rule.find, text)
            if not hits:
                continue
            if negating is None:
                negating = self._negating(text)
            barred = self._barred(rule, hits, text)
            found += [
                Judged(position, hit, self._is_negated(hit, negating, words), bar)
                for hit, bar in zip(hits, barred, strict=True)
            ]
        return found

    def _register(self, expression: Expression) -> None:
        if isinstance(expression, Phrase):
            words = (self._patterns.add(word, case=expression.case) for word in expression.words)
            self._numbers[id(expression)] = tuple(words)
        elif isinstance(expression, Near):
            self._register(expression.first)
            self._register(expression.second)
        else:
            for option in expression.options:
                self._register(option)

    def _wakers(self, expression: Expression) -> set[int]:
        if isinstance(expression, Phrase):
            telling = max(range(len(expression.words)), key=lambda i: len(expression.words[i].strip("*?")))
            return {self._numbers[id(expression)][telling]}
        if isinstance(expression, Near):
            return self._wakers(expression.first)
        return {number for option in expression.options for number in self._wakers(option)}

    def _hits(self, expression: Expression, text: _Text) -> list[Hit]:
        """The hits of an expression in order of their place; each stretch of words once."""
        known = text.hits.get(id(expression))
        if known is not None:
            return known
        if isinstance(expression, Phrase):
            found = self._phrase_hits(self._numbers[id(expression)], text)
        elif isinstance(expression, Near):
            first = self._hits(expression.first, text)
            second = self._hits(expression.second, text) if first else []
            found = _near_hits(first, second, expression, text) if second else []
        else:
            found = _once(hit for option in expression.options for hit in self._hits(option, text))
        text.hits[id(expression)] = found
        return found

    def _phrase_hits(self, numbers: tuple[int, ...], text: _Text) -> list[Hit]:
        if not all(number in text.places for number in numbers):
            return []
        if len(numbers) == 1:
            return [Hit(place, place + 1, ((place, place + 1),)) for place in text.places[numbers[0]]]
        rarest = min(range(len(numbers)), key=lambda i: len(text.places[numbers[i]]))
        found = []
        for place in text.places[numbers[rarest]]:
            start, end = place - rarest, place - rarest + len(numbers)
            if start < 0 or end > len(text.words):
                continue
            joined = all(text.words.joined[start + 1 : end])
            if joined and all(n in text.matched[start + k] for k, n in enumerate(numbers)):
                found.append(Hit(start, end, ((start, end),)))
        return found

    def _negating(self, text: _Text) -> list[bool]:
        """Which words are negations."""
        negating = [bool(self._negations & matched) for matched in text.matched]
        if any(negating):
            for hit in self._hits(self._exceptions, text):
                negating[hit.start : hit.end] = [False] * (hit.end - hit.start)
        return negating

    def _is_negated(self, hit: Hit, negating: Sequence[bool], words: Words) -> bool:
        """Whether a negation, itself no part of the hit, stands before a part of it in the same clause."""
        own = {place for start, end in hit.parts for place in range(start, end)}
        for start, _ in hit.parts:
            for place in range(start - 1, max(start - self._window, 0) - 1, -1):
                if words.clauses[place] != words.clauses[start]:
                    break
                if negating[place] and place not in own:
                    return True
        return False

    def _barred(self, rule: Rule, hits: list[Hit], text: _Text) -> list[bool]:
        """Which hits overlap an exclusion of their rule, or share a sentence with one that bars it."""
        if not (rule.without or rule.unless):
            return [False] * len(hits)
        covered = [0] * (len(text.words) + 1)
        for hit in (hit for without in rule.without for hit in self._hits(without, text)):
            covered[hit.start] += 1
            covered[hit.end] -= 1
        upto = [0, *accumulate(int(depth > 0) for depth in accumulate(covered))]
        barring = {text.words.sentences[h.start] for e in rule.unless for h in self._hits(e, text)}
        return [
            any(upto[end] > upto[start] for start, end in hit.parts)
            or text.words.sentences[hit.start] in barring
            for hit in hits
        ]


class _Text:
    """A text's words with the patterns that each matches, and what was found in it so far."""

    def __init__(self, words: Words, matched: list[frozenset[int]]) -> None:
        self.words = words
        self.matched = matched
        self.hits: dict[int, list[Hit]] = {}
        self.places: dict[int, list[int]] = {}
        for place, numbers in enumerate(matched):
            for number in numbers:
                self.places.setdefault(number, []).append(place)


def _once(hits: Iterable[Hit]) -> list[Hit]:
    """Hits in order of their place, one for each stretch of words."""
    first: dict[tuple[int, int], Hit] = {}
    for hit in sorted(hits):
        first.setdefault((hit.start, hit.end), hit)
    return list(first.values())


def _near_hits(first: list[Hit], second: list[Hit], near: Near, text: _Text) -> list[Hit]:
    """Each hit of the one with the nearest of the other on either side: a few for each, never all pairs."""
    pairs = {*_pairs(first, second, near.within, text)}
    if not near.ordered:
        pairs |= {*_pairs(second, first, near.within, text)}
    return _once(pairs)


def _pairs(before: list[Hit], after: list[Hit], within: int, text: _Text) -> Iterable[Hit]:
    """Hits of ``before`` joined to the next of ``after``, and hits of ``after`` to the last of ``before``."""
    starts = [hit.start for hit in after]
    ends = sorted(before, key=lambda hit: (hit.end, hit.start))
    ended = [hit.end for hit in ends]
    chosen = []
    for hit in before:
        place = bisect_left(starts, hit.end)
        chosen += [(hit, after[place])] if place < len(after) else []
    for hit in after:
        place = bisect_right(ended, hit.start) - 1
        chosen += [(ends[place], hit)] if place >= 0 else []
    sentences = text.words.sentences
    for one, other in chosen:
        if other.start - one.end < within and sentences[one.start] == sentences[other.end - 1]:
            yield Hit(one.start, other.end, (*one.parts, *other.parts))
