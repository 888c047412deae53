"""The check of a codebook's meaning: codes that overlap, lack a limit or have no hit in the corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from textmine.cleaning import normalise_text, repair_texts
from textmine.codebook import Code, Codebook
from textmine.coding.static import DEFAULT_VECTORS, StaticVectors, load_static_vectors, sum_segments
from textmine.coding.tokens import TypeIndex
from textmine.corpus import Corpus
from textmine.locations import find_model

#: Definitions with a higher cosine overlap.
OVERLAP = 0.9
#: Words of fewer letters are no evidence of a code by themselves.
SHORTEST_WORD = 4
#: The static vector of a word that says little of itself ('being', 'which') is shorter than this.
LEAST_SAID = 3.2
#: How many of the closest pairs of definitions are told, overlapping or not.
CLOSEST = 3
#: Endings that do not make another word, the longest first.
_ENDINGS = ("'s", "ing", "ed", "es", "s")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Overlap:
    """Two codes that may be one: the cosine of their definitions and what both list.

    ``shared`` holds keywords and include notes; of examples, which may be respondents' words, only the count.
    """

    first: str
    second: str
    cosine: float
    shared: tuple[str, ...] = ()
    same_examples: int = 0


@dataclass(frozen=True)
class CodebookReport:
    """All that a check found: ``problems`` stop a codebook from being used, the rest does not.

    ``closest`` are the pairs with the most alike definitions, overlapping or not; ``hits`` says how many
    texts of the corpus each code has a hit in, None where no corpus was given.
    """

    codebook: str
    version: str
    codes: int
    problems: list[str]
    notes: list[str]
    overlaps: list[Overlap]
    without_exclude: list[str]
    without_hit: list[str]
    closest: list[Overlap]
    hits: dict[str, int] | None = None
    texts: int = 0
    warnings: list[str] = field(init=False)

    def __post_init__(self) -> None:
        found = [f"codes {o.first!r} and {o.second!r} overlap: {_why(o)}" for o in self.overlaps]
        found += [
            f"code {code!r} has no exclude note: say what it leaves out" for code in self.without_exclude
        ]
        found += [
            f"code {code!r} has no hit in {self.texts} texts: add the words that respondents use as keywords"
            for code in self.without_hit
        ]
        object.__setattr__(self, "warnings", found)

    def as_dict(self) -> dict[str, Any]:
        """The report for machines."""

        def plain(pairs: Sequence[Overlap]) -> list[dict[str, Any]]:
            return [
                {
                    "codes": [o.first, o.second],
                    "cosine": o.cosine,
                    "shared": list(o.shared),
                    "same_examples": o.same_examples,
                }
                for o in pairs
            ]

        return {
            "codebook": self.codebook,
            "version": self.version,
            "codes": self.codes,
            "problems": self.problems,
            "warnings": self.warnings,
            "notes": self.notes,
            "overlaps": plain(self.overlaps),
            "closest": plain(self.closest),
            "without_exclude": self.without_exclude,
            "without_hit": self.without_hit,
            "hits": self.hits,
            "texts": self.texts,
        }


def check_codebook(
    codebook: Codebook, corpus: Corpus | None = None, *, vectors: str = DEFAULT_VECTORS
) -> CodebookReport:
    """Everything that is wrong with a codebook or could be better, all together.

    Besides its form: pairs of codes whose definitions have a cosine above ``OVERLAP`` (0.9, by the static
    vectors) or that list the same keyword, include note or example; codes without an exclude note; and, with
    a corpus, codes with no hit in it. A hit is a text that holds one of the code's keywords or its name or,
    for a code without keywords, a word of its definition or include notes (of those that no other code has,
    where there are any). A parent is not held to overlap with the codes under it, and a bare list of labels
    has no definitions to compare.

    >>> delay = Code("delay", definition="Waiting times, queues and delays before being seen.")
    >>> queue = Code("queue", definition="Delays before being seen, waiting times and queues.")
    >>> report = check_codebook(Codebook(codes=(delay, queue)))
    >>> [(found.first, found.second) for found in report.overlaps], report.without_exclude
    ([('delay', 'queue')], ['delay', 'queue'])
    """
    notes = [note for note in codebook.notes() if not note.endswith("no exclude note")]
    overlaps, closest = _compare_codes(codebook, vectors)
    hits = None if corpus is None else count_hits(codebook, corpus, vectors=vectors)
    return CodebookReport(
        codebook.id,
        codebook.version,
        len(codebook.codes),
        codebook.check(),
        notes,
        overlaps,
        [] if codebook.bare else [code.id for code in codebook.codes if not code.exclude],
        [code for code, n in (hits or {}).items() if n == 0],
        closest,
        hits,
        0 if corpus is None else len(corpus),
    )


def count_hits(codebook: Codebook, corpus: Corpus, *, vectors: str = DEFAULT_VECTORS) -> dict[str, int]:
    """How many texts hold a word or phrase of each code; see ``check_codebook``.

    Endings (-s, -es, -ed, -ing) and capitals do not count; a keyword may end in * for any ending.

    >>> import pandas as pd
    >>> book = Codebook(codes=(Code("food", definition="Meals.", keywords=("soup", "meal*")),))
    >>> corpus = Corpus(pd.DataFrame({"doc_id": ["1", "2"], "text": ["Soups!", "It was late"]}))
    >>> count_hits(book, corpus)
    {'food': 1}
    """
    loaded = load_static_vectors(find_model(vectors))
    said = _Said(repair_texts(corpus.texts))
    return {
        code.id: len({text for phrase in phrases_of(code, codebook, loaded) for text in said.find(phrase)})
        for code in codebook.codes
    }


def phrases_of(code: Code, codebook: Codebook, vectors: StaticVectors) -> list[tuple[str, ...]]:
    """What stands for a code in a text: phrases as tuples of stems, the last of which may end in *."""
    told = [code.name.replace("_", " "), *code.keywords]
    phrases = {tuple(_phrase(text)) for text in told}
    if not code.keywords:
        others = {word for other in codebook.codes if other.id != code.id for word in _phrase(_covers(other))}
        own = [word for word in _words(_covers(code)) if len(word) >= SHORTEST_WORD]
        flat, ends = vectors.pieces_of(own)
        size = np.linalg.norm(sum_segments(vectors.pieces[flat], ends), axis=1)
        said = {_stem(word) for word, length in zip(own, size, strict=True) if length >= LEAST_SAID}
        phrases |= {(stem,) for stem in (said - others or said)}
    return sorted(phrase for phrase in phrases if phrase)


def _covers(code: Code) -> str:
    return " . ".join((code.name.replace("_", " "), code.definition, *code.include))


def _words(text: str) -> list[str]:
    """The words and numbers of a text, folded, each once."""
    index = TypeIndex()
    index.tokenise([text])
    return [word for word in index.numbers if word[0].isalnum()]


def _phrase(text: str) -> list[str]:
    """The stems of a text's words; a word that ends in * keeps it and is no stem."""
    found: list[str] = []
    for part in text.split():
        words = _words(part)
        starred = bool(words) and part.rstrip(".,;:)").endswith("*")
        found += [_stem(word) for word in (words[:-1] if starred else words)]
        if starred:
            found.append(f"{words[-1]}*")
    return found


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_WORD - 1:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e") if len(word) > SHORTEST_WORD else word


class _Said:
    """Texts as stems and words, with the texts that each stem and word stands in."""

    def __init__(self, texts: Sequence[str]) -> None:
        index = TypeIndex()
        batch = index.tokenise(texts)
        self._words = list(index.numbers)
        self._stems = [_stem(word) for word in self._words]
        self._ends = np.concatenate(([0], batch.text_ends)).tolist()
        self._types = batch.types.tolist()
        self._texts: dict[int, set[int]] = {}
        for number, text in zip(self._types, batch.text.tolist(), strict=True):
            self._texts.setdefault(number, set()).add(text)
        self._of_stem: dict[str, set[int]] = {}
        for number, stem in enumerate(self._stems):
            self._of_stem.setdefault(stem, set()).add(number)

    def find(self, phrase: tuple[str, ...]) -> set[int]:
        """The texts that hold these stems, one after the other."""
        wanted = [self._types_of(part) for part in phrase]
        held = [{text for number in types for text in self._texts[number]} for types in wanted]
        texts = set.intersection(*held) if held else set()
        return texts if len(phrase) == 1 else {text for text in texts if self._has_run(text, wanted)}

    def _types_of(self, part: str) -> set[int]:
        if part.endswith("*"):
            return {n for n, word in enumerate(self._words) if word.startswith(part[:-1])}
        return self._of_stem.get(part, set())

    def _has_run(self, text: int, wanted: Sequence[set[int]]) -> bool:
        types = self._types[self._ends[text] : self._ends[text + 1]]
        starts = range(len(types) - len(wanted) + 1)
        return any(all(types[i + k] in one for k, one in enumerate(wanted)) for i in starts)


def _compare_codes(codebook: Codebook, vectors: str) -> tuple[list[Overlap], list[Overlap]]:
    """Each two codes that overlap, and the pairs with the most alike definitions, nearest first."""
    codes = codebook.codes
    related = _related_pairs(codebook)
    cosines = _compare_definitions(codebook, vectors)
    for i, j in related:
        cosines[i, j] = np.nan
    listed = [_keyed((*code.keywords, *code.include)) for code in codes]
    examples = [_keyed(code.examples) for code in codes]

    def describe(i: int, j: int) -> Overlap:
        return Overlap(
            codes[i].id,
            codes[j].id,
            0.0 if np.isnan(cosines[i, j]) else round(float(cosines[i, j]), 3),
            tuple(text for key, text in listed[i].items() if key in listed[j]),
            len(examples[i].keys() & examples[j].keys()),
        )

    near = _pairs_above(cosines, OVERLAP)
    pairs = sorted({*near, *_pairs_sharing(listed), *_pairs_sharing(examples)} - related)
    overlaps = [describe(i, j) for i, j in pairs if codes[i].id != codes[j].id]
    known = cosines[~np.isnan(cosines)]
    last = np.partition(known, -CLOSEST)[-CLOSEST] if len(known) > CLOSEST else -1.0
    alike = [replace(describe(i, j), shared=(), same_examples=0) for i, j in _pairs_above(cosines, last)]
    closest = sorted(alike, key=lambda o: (-o.cosine, o.first, o.second))[:CLOSEST]
    return [o for o in overlaps if _is_overlap(o)], closest


def _compare_definitions(codebook: Codebook, vectors: str) -> Floats:
    """The cosine of each two definitions, (codes, codes); NaN where there is none, and below the diagonal."""
    cosines = np.full((len(codebook.codes),) * 2, np.nan)
    told = [number for number, code in enumerate(codebook.codes) if code.definition.strip()]
    if codebook.bare or len(told) < 2:
        return cosines
    index = TypeIndex()
    batch = index.tokenise([codebook.codes[number].definition for number in told])
    loaded = load_static_vectors(find_model(vectors))
    flat, ends = loaded.pieces_of(list(index.numbers))
    of_type = sum_segments(loaded.pieces[flat], ends).astype(np.float64)
    sums = np.zeros((len(told), of_type.shape[1]))
    np.add.at(sums, batch.text, of_type[batch.types])
    unit = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    cosines[np.ix_(told, told)] = unit @ unit.T
    cosines[np.tril_indices(len(cosines))] = np.nan
    return cosines


def _pairs_above(cosines: Floats, least: float) -> list[tuple[int, int]]:
    """The pairs whose cosine is about so high or higher: what rounding could lift over it is among them."""
    return [(i, j) for i, j in np.argwhere(cosines > least - 0.001).tolist()]


def _pairs_sharing(lists: Sequence[Mapping[str, str]]) -> set[tuple[int, int]]:
    """The pairs of codes that list something in common."""
    holders: dict[str, list[int]] = {}
    for number, keys in enumerate(lists):
        for key in keys:
            holders.setdefault(key, []).append(number)
    return {pair for numbers in holders.values() for pair in combinations(numbers, 2)}


def _related_pairs(codebook: Codebook) -> set[tuple[int, int]]:
    """The pairs of codes one of which is above the other."""
    places: dict[str, list[int]] = {}
    for number, code in enumerate(codebook.codes):
        places.setdefault(code.id, []).append(number)
    above = {code.id: codebook.ancestors(code.id) for code in codebook.codes}
    return {
        (min(i, j), max(i, j))
        for i, code in enumerate(codebook.codes)
        for ancestor in above[code.id]
        for j in places[ancestor]
    }


def _keyed(texts: Sequence[str]) -> dict[str, str]:
    return {key: text for text in texts if (key := normalise_text(text))}


def _is_overlap(pair: Overlap) -> bool:
    return pair.cosine > OVERLAP or bool(pair.shared) or pair.same_examples > 0


def _why(overlap: Overlap) -> str:
    reasons = []
    if overlap.cosine > OVERLAP:
        reasons.append(f"their definitions have a cosine of {overlap.cosine:.2f}")
    if overlap.shared:
        reasons.append(f"both list {'; '.join(repr(text) for text in overlap.shared[:3])}")
    if overlap.same_examples:
        reasons.append("they share an example")
    return " and ".join(reasons) + "; merge them or say in each what belongs to the other"
