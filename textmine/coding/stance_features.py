"""What a claim is to the stance head: the words of its text and of its evidence, and what else is said.

A claim is a code that a text carries, with the stretch that shows it. Its words are summed and divided by
the root of their number, so that a linear score is a sum over tokens and can be looked up token by token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from textmine.coding.features import Vocabulary, normalise_question
from textmine.coding.static import StaticVectors, sum_segments
from textmine.coding.tokens import TokenBatch, TypeIndex

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Brings a sum of words (or static vectors) over the root of their number to about length 1.
WORD_SCALE = 1 / 6
#: How much the static vectors weigh beside the words, as a share of the kernel.
STATIC_SHARE = 2.0
#: ... and the other codes of the text, and the lengths of text and evidence.
COMPANY_SHARE = 0.3
LENGTH_SHARE = 0.6
#: Centres of the logarithms of the lengths of text and evidence, in tokens.
_CENTRES = (2.8, 2.5)


@dataclass(frozen=True)
class Claims:
    """Codes that texts carry: claim i is code ``code[i]`` on text ``text[i]``.

    ``tokens`` holds the texts (and whatever else) token by token, numbered by ``index``; ``whole`` and
    ``part`` are (claims, 2): where the text's tokens begin and end, and those of the evidence. ``question``
    names each claim's question, ``given`` (claims, codes) is 1 for every code its text carries.
    """

    index: TypeIndex
    tokens: TokenBatch
    text: Ints
    code: Ints
    whole: Ints
    part: Ints
    question: list[str]
    given: Floats

    def __len__(self) -> int:
        return len(self.code)


def claims_from_texts(
    texts: Sequence[str],
    questions: Sequence[str],
    text: npt.ArrayLike,
    code: npt.ArrayLike,
    *,
    evidence: Sequence[str] | None,
    given: Floats,
) -> Claims:
    """Claims on repaired texts; ``evidence`` holds each claim's stretch of its text, '' for all of it.

    ``text`` and ``code`` are (claims,), ``given`` is (texts, codes).
    """
    owner, place = np.asarray(text, dtype=np.int64), np.asarray(code, dtype=np.int64)
    shown = [""] * len(owner) if evidence is None else list(evidence)
    index = TypeIndex()
    tokens = index.tokenise([*texts, *shown])
    ends = tokens.text_ends
    bounds = np.column_stack([np.concatenate(([0], ends[:-1])), ends]) if len(ends) else np.zeros((0, 2), int)
    whole, part = bounds[owner], bounds[len(texts) + np.arange(len(owner))]
    part = np.where((part[:, 1] > part[:, 0])[:, None], part, whole)
    asked = [questions[i] for i in owner.tolist()]
    return Claims(index, tokens, owner, place, whole, part, asked, np.nan_to_num(given)[owner])


def claims_from_tokens(
    index: TypeIndex,
    tokens: TokenBatch,
    questions: Sequence[str],
    applies: npt.NDArray[np.bool_],
    heaviest: Ints,
) -> Claims:
    """Claims on texts that are cut into tokens already: every code that ``applies``, (texts, codes).

    ``heaviest`` (texts, codes) numbers the sentence of ``tokens`` that shows the code, -1 for the whole text.
    """
    text, code = np.nonzero(applies)
    ends = tokens.text_ends
    whole = np.column_stack([np.concatenate(([0], ends))[text], ends[text]])
    n_sentences = len(tokens.sentence_text)
    cuts = np.searchsorted(tokens.sentence, np.arange(n_sentences + 1), side="left")
    sentence = heaviest[text, code]
    shown = sentence >= 0
    part = np.where(shown[:, None], np.column_stack([cuts[sentence], cuts[sentence + 1]]), whole)
    asked = [questions[i] for i in text.tolist()]
    return Claims(index, tokens, text, code, whole, part, asked, applies[text].astype(np.float64))


class ClaimFeatures:
    """Turns claims into what the stance head computes with; knows a vocabulary and the questions met."""

    def __init__(self, vocabulary: Vocabulary, vectors: StaticVectors, n_codes: int) -> None:
        self.vocabulary, self.vectors, self.n_codes = vocabulary, vectors, n_codes
        self.n_terms = len(vocabulary.words) + len(vocabulary.pairs)
        self._word_places = {word: i for i, word in enumerate(vocabulary.words)}
        self._question_places = {question: i for i, question in enumerate(vocabulary.questions)}
        self._forget(TypeIndex())

    def _forget(self, index: TypeIndex) -> None:
        self._index = index
        self.type_word = np.empty(0, np.int64)
        self._latest: tuple[int, npt.NDArray[np.float32]] | None = None

    def meet(self, index: TypeIndex) -> None:
        """Look up the types of an index that were not met before."""
        if index is not self._index:
            self._forget(index)
        new = list(index.numbers)[len(self.type_word) :]
        if not new:
            return
        unknown = len(self.vocabulary.words)
        places = np.array([self._word_places.get(word, unknown) for word in new], dtype=np.int64)
        self.type_word = np.concatenate([self.type_word, places])

    def static_from(self, first: int) -> npt.NDArray[np.float32]:
        """The static vectors of the types from this number on; those of all would be much to keep."""
        words = list(self._index.numbers)[first:]
        if self._latest is None or self._latest[0] != first or len(self._latest[1]) != len(words):
            flat, ends = self.vectors.pieces_of(words)
            self._latest = first, sum_segments(self.vectors.pieces[flat], ends)
        return self._latest[1]

    def common(self, claims: Claims) -> Floats:
        """The features that are not words, (claims, p): code, code and question, question; all 0 or 1."""
        n_questions = len(self.vocabulary.questions)
        asked = self.question_rows(claims.question)
        code = np.eye(self.n_codes)[claims.code]
        both = (code[:, :, None] * asked[:, None, :]).reshape(len(claims), self.n_codes * n_questions)
        return np.hstack([code, both, np.sqrt(0.5) * asked])

    def add_common(self, claims: Claims, weights: npt.NDArray[np.floating]) -> Floats:
        """What the common features add, (claims, 2), by ``weights`` (p, 2): looked up, never multiplied."""
        n = len(self.vocabulary.questions)
        rows = np.vstack([np.eye(n), self.vocabulary.question_shares])  # the last: a question never met
        code, both, asked = np.split(weights.astype(np.float64), [self.n_codes, self.n_codes * (n + 1)])
        by_code = np.stack([code[k] + rows @ both[k * n : (k + 1) * n] for k in range(self.n_codes)])
        table = by_code + np.sqrt(0.5) * (rows @ asked)
        return np.asarray(table[claims.code, self._places_of(claims.question)])

    def company(self, claims: Claims) -> Floats:
        """The codes of each claim's text and the two lengths, (claims, codes + 2)."""
        spans = (claims.whole, claims.part)
        lengths = [np.log1p(s[:, 1] - s[:, 0]) - centre for s, centre in zip(spans, _CENTRES, strict=True)]
        return np.hstack(
            [np.sqrt(COMPANY_SHARE) * claims.given, np.sqrt(LENGTH_SHARE) * np.column_stack(lengths)]
        )

    def words(self, claims: Claims, spans: Ints) -> tuple[sp.csr_matrix, Floats]:
        """Words and word pairs (claims, terms), and static vectors (claims, d), of stretches of tokens."""
        self.meet(claims.index)
        place, claim = spread(spans)
        shape = (len(claims), self.n_terms)
        word, pair = self.places(claims, place, spans)
        known, paired = word < len(self.vocabulary.words), pair < self.n_terms
        rows = np.concatenate([claim[known], claim[paired]])
        columns = np.concatenate([word[known], pair[paired]])
        terms = sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
        n_types = len(self.type_word)
        types = claims.tokens.types[place]
        counts = sp.csr_matrix((np.ones(len(place)), (claim, types)), shape=(len(claims), n_types))
        scale = sp.diags(token_scale(spans))
        static = np.sqrt(STATIC_SHARE) * (scale @ counts @ self.static_from(0).astype(np.float64))
        return (scale @ terms @ sp.diags(self.vocabulary.term_idf)).tocsr(), np.asarray(static)

    def places(self, claims: Claims, place: Ints, spans: Ints) -> tuple[Ints, Ints]:
        """The term of each token, and of the pair that it opens inside its stretch; ``n_terms`` for none."""
        n_words, pairs = len(self.vocabulary.words), self.vocabulary.pairs
        word = self.type_word[claims.tokens.types[place]]
        pair = np.full(len(word), self.n_terms, dtype=np.int64)
        opens = np.ones(len(word), bool)
        lengths = spans[:, 1] - spans[:, 0]
        opens[np.cumsum(lengths)[lengths > 0] - 1] = False
        left = np.flatnonzero(opens & (word < n_words))
        left = left[word[left + 1] < n_words]
        if len(pairs) and len(left):
            key = word[left] * n_words + word[left + 1]
            found = np.minimum(np.searchsorted(pairs, key), len(pairs) - 1)
            hit = pairs[found] == key
            pair[left[hit]] = n_words + found[hit]
        return np.where(word < n_words, word, self.n_terms), pair

    def question_rows(self, questions: Sequence[str]) -> Floats:
        """One row a question: 1 under a question met in training, the shares of all where it was not."""
        table = np.vstack([np.eye(len(self.vocabulary.questions)), self.vocabulary.question_shares])
        return np.asarray(table[self._places_of(questions)]).reshape(len(questions), -1)

    def _places_of(self, questions: Sequence[str]) -> Ints:
        """The place of each question, -1 where it was not met in training."""
        known = {q: self._question_places.get(normalise_question(q), -1) for q in set(questions)}
        return np.array([known[q] for q in questions], dtype=np.int64)


def spread(spans: Ints) -> tuple[Ints, Ints]:
    """The tokens of stretches (n, 2), one after the other, and the stretch that each is of.

    >>> spread(np.array([[2, 4], [0, 1]]))[0].tolist()
    [2, 3, 0]
    """
    lengths = spans[:, 1] - spans[:, 0]
    owner = np.repeat(np.arange(len(spans)), lengths)
    first = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) - first[owner] + spans[owner, 0], owner


def token_scale(spans: Ints) -> Floats:
    """What each token of a stretch counts: less the longer the stretch is."""
    return np.asarray(WORD_SCALE / np.sqrt(np.maximum(spans[:, 1] - spans[:, 0], 1)))
