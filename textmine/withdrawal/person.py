"""Who is to be forgotten: their ids, the units they wrote, and the words that only they used."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

#: Stands where a person's words stood, in texts that are not theirs.
BLANK = "(withdrawn)"
#: So many of a person's words in a row are a quote.
GRAM = 5
#: A text of fewer words than this is told from anybody's only by a word that nobody else used.
_SHORT = 3
_LONGEST_RARE = 4
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_TOLD = re.compile(r"(?=.*[A-Za-z])(?=.*\d).{4,}|\d{6,}|.{9,}")

RESPONDENT_COLUMNS = frozenset(
    {
        "respondent",
        "respondent_id",
        "respondentid",
        "resp",
        "resp_id",
        "person",
        "person_id",
        "participant",
        "participant_id",
        "group",
        "group_id",
        "case",
        "case_id",
        "interviewee",
        "interviewee_id",
        "caseid",
    }
)
UNIT_COLUMNS = frozenset(
    {
        "id",
        "doc_id",
        "unit_id",
        "comment_id",
        "response_id",
        "record_id",
        "text_id",
        "answer_id",
        "uuid",
        "guid",
        "document_id",
        "turn_id",
    }
)
TEXT_COLUMNS = frozenset(
    {
        "text",
        "comment",
        "comments",
        "answer",
        "answers",
        "response",
        "responses",
        "feedback",
        "verbatim",
        "remark",
        "remarks",
        "reply",
        "free_text",
        "clean_text",
        "redacted_text",
        "quote",
        "evidence",
        "original",
        "utterance",
        "message",
        "review",
    }
)
#: Columns that point to another unit: their cells are emptied where that is withdrawn.
POINTERS = frozenset(
    {
        "duplicate_of",
        "near_duplicate_of",
    }
)


def plain_name(name: object) -> str:
    """A column's name in the form that the lists here have.

    >>> plain_name("Respondent ID")
    'respondent_id'
    """
    return re.sub(r"[^a-z0-9]+", "_", str(name).strip().casefold()).strip("_")


def list_words(text: str) -> list[tuple[str, int, int]]:
    """The words of a text, casefolded, each with its place."""
    return [(m[0].casefold().replace("\u2019", "'"), m.start(), m.end()) for m in _WORD.finditer(text)]


@dataclass(frozen=True)
class Columns:
    """Which columns hold respondents, units and texts, beside those that are usually called so."""

    respondents: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    def kinds(self, names: Sequence[object]) -> tuple[list[int], list[int], list[int]]:
        """The places of the columns of respondents, of units and of texts among ``names``."""
        plain = [plain_name(name) for name in names]
        named = (self.respondents, self.units, self.texts)
        usual = (RESPONDENT_COLUMNS, UNIT_COLUMNS, TEXT_COLUMNS)
        whole = [str(name) for name in names]
        places = [
            [i for i, (a, b) in enumerate(zip(whole, plain, strict=True)) if a in extra or b in known]
            for extra, known in zip(named, usual, strict=True)
        ]
        places[1] = [i for i in places[1] if whole[i] not in self.respondents]
        named_better = [i for i in places[1] if plain[i] not in ("guid", "uuid")]
        places[1] = named_better or places[1]
        return places[0], places[1], places[2]


@dataclass(frozen=True)
class OwnWords:
    """What is to be found of a person's words in texts of others: runs of words, short texts, rare words.

    ``grams`` are runs of ``GRAM`` words and whole shorter texts, ``rare`` single words; nobody else used
    them.
    """

    grams: frozenset[tuple[str, ...]] = frozenset()
    rare: frozenset[str] = frozenset()

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted({len(gram) for gram in self.grams}, reverse=True)

    @cached_property
    def _firsts(self) -> frozenset[str]:
        return frozenset(gram[0] for gram in self.grams)

    def find(self, text: str) -> list[tuple[int, int]]:
        """The stretches of a text that are the person's words, in order and apart."""
        words = list_words(text)
        hits = []
        for place, (word, start, end) in enumerate(words):
            if word in self.rare:
                hits.append((start, end))
            if word in self._firsts:
                for length in self._lengths:
                    run = words[place : place + length]
                    if len(run) == length and tuple(w for w, _, _ in run) in self.grams:
                        hits.append((start, run[-1][2]))
                        break
        merged: list[tuple[int, int]] = []
        for start, end in sorted(hits):
            if merged and start <= merged[-1][1] + 2:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def clean(self, text: str, blank: str = BLANK) -> str:
        """The text with the person's words replaced; the same text where there are none."""
        for start, end in reversed(self.find(text)):
            text = text[:start] + blank + text[end:]
        return text


@dataclass(frozen=True)
class Person:
    """The respondent ``name`` with the ids of their units; ``foreign`` are units of the same id of others.

    ``foreign`` goes by folder: in a folder (and below) whose tables say that such a unit is somebody
    else's, it is left alone.
    """

    name: str
    is_respondent: bool
    units: frozenset[str]
    words: OwnWords = field(default_factory=OwnWords, repr=False)
    texts: frozenset[str] = field(default=frozenset(), repr=False)
    columns: Columns = Columns()
    foreign: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)

    def owns(self, unit: str, folder: Path) -> bool:
        """Whether a unit of this id, in a file of this folder, is the person's."""
        if not (unit in self.units or unit.startswith(f"{self.name}:")):
            return False
        for place in (folder, *folder.parents):
            if str(place) in self.foreign:
                return unit not in self.foreign[str(place)]
        return True

    def is_theirs(
        self, cells: Sequence[Any], kinds: tuple[Sequence[int], Sequence[int]], folder: Path
    ) -> bool:
        """Whether a row is the person's, by its columns of respondents, else by those of units."""
        people = [str(cells[i]) for i in kinds[0] if i < len(cells) and cells[i] not in (None, "")]
        if people and self.is_respondent:
            return self.name in people
        return any(self.owns(str(cells[i]), folder) for i in kinds[1] if i < len(cells))

    @property
    def ids(self) -> frozenset[str]:
        """All their ids."""
        return self.units | {self.name}

    @cached_property
    def telling(self) -> frozenset[str]:
        """Those of their ids that cannot well stand for anything else, such as 'R0123'."""
        return frozenset(id for id in self.ids if _TOLD.fullmatch(id))

    @cached_property
    def _telling_form(self) -> re.Pattern[str] | None:
        if not self.telling:
            return None
        told = "|".join(re.escape(id) for id in sorted(self.telling, key=lambda id: (-len(id), id)))
        return re.compile(rf"(?<![\w])(?:{told})(?![\w])")

    @cached_property
    def _any_form(self) -> re.Pattern[str]:
        return re.compile("|".join(re.escape(id) for id in sorted(self.ids)))

    def is_named_in(self, text: str) -> bool:
        """Whether one of their ids stands anywhere in a text: without, no cell of it can be one."""
        return self._any_form.search(text) is not None

    def clean(self, text: str) -> str:
        """A text of somebody else's without the person's words and telling ids."""
        text = self.words.clean(text)
        return text if self._telling_form is None else self._telling_form.sub(BLANK, text)

    def in_text(self, text: str) -> bool:
        """Whether a text holds the person's words or telling ids."""
        found = self._telling_form is not None and self._telling_form.search(text) is not None
        return found or bool(self.words.find(text))


def learn_words(texts: Iterable[str], others: Iterable[str], *, known: Collection[str] = ()) -> OwnWords:
    """The words that only the writer of ``texts`` used, beside ``others`` and the words ``known``.

    A rare word is one of at least four letters that is in no dictionary of English either, such as a name.

    >>> own = learn_words(["Ask Quillfeather of the lane office first"], ["Ask first"])
    >>> own.clean("She says: ask quillfeather!")
    'She says: ask (withdrawn)!'
    """
    grams: set[tuple[str, ...]] = set()
    single: set[str] = set()
    for text in texts:
        words = _list_bare(text)
        single |= {word for word in words if len(word) >= _LONGEST_RARE}
        if _SHORT <= len(words) < GRAM:
            grams.add(tuple(words))
        grams |= {tuple(words[i : i + GRAM]) for i in range(len(words) - GRAM + 1)}
    single -= {word for said in known for word in _list_bare(said)}
    lengths = {len(gram) for gram in grams}
    for text in others:
        words = _list_bare(text)
        single.difference_update(words)
        for length in lengths:
            grams.difference_update(tuple(words[i : i + length]) for i in range(len(words) - length + 1))
    return OwnWords(frozenset(grams), frozenset(single - _english(single)))


def _list_bare(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text.replace("\u2019", "'"))]


def _english(words: Collection[str]) -> set[str]:
    from spellchecker import SpellChecker

    checker = SpellChecker()
    bare = {word: word.removesuffix("'s") for word in words}
    return {word for word, stem in bare.items() if checker.known([word, stem])}
