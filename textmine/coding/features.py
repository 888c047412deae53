"""What a text is to the coder: word pairs, pieces of words, static vectors, its question and its length.

Each block of features is a sum over tokens, divided by the length of that sum (its Euclidean norm), so a
linear score splits exactly into the shares of the tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from textmine.coding.static import StaticVectors, sum_segments
from textmine.coding.tokens import TokenBatch, TypeIndex

#: A term enters the vocabulary when at least this many respondents used it.
MIN_RESPONDENTS = 3
#: Longer texts weigh a little more than their norm allows: (tokens + 1) to this power.
LENGTH_POWER = 0.15
#: ... measured from a text of about fifteen tokens, whose weight is 1.
LENGTH_CENTRE = 2.8
#: Pieces of words: two to five characters, the blanks around the word included.
PIECE_LENGTHS = range(2, 6)
#: Questions beyond the commonest twenty share the average of all questions' weights.
MAX_QUESTIONS = 20

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Vocabulary:
    """The terms a coder knows, each used by at least three respondents, and the questions it met.

    ``pairs`` holds two-word terms as ``first * len(words) + second``, sorted. ``question_shares`` is how
    often each question stood in training, and stands in for a question never met.
    """

    words: tuple[str, ...]
    pairs: Ints
    pieces: tuple[str, ...]
    term_idf: Floats
    piece_idf: Floats
    questions: tuple[str, ...]
    question_shares: Floats


def take_words(names: Sequence[object]) -> tuple[str, ...]:
    """The words, pieces or questions that a saved vocabulary names. Raises ``TypeError`` where they are none.

    >>> take_words(["share", "staff"])
    ('share', 'staff')
    """
    words = tuple(name for name in names if isinstance(name, str))
    if isinstance(names, str) or len(set(words)) < len(names):
        raise TypeError("a vocabulary is a list of texts, each of which stands there once")
    return words


@dataclass(frozen=True)
class Design:
    """The features of some texts: term and piece matrices, static vectors, question shares; all scaled."""

    terms: sp.csr_matrix
    pieces: sp.csr_matrix
    static: Floats
    questions: Floats


@dataclass(frozen=True)
class Analysis:
    """The tokens of some texts with what the vocabulary knows of them.

    ``word`` is each token's place in the vocabulary, or the number of words where it has none;
    ``pair`` likewise for a token and its right neighbour. The norms are those of each text's blocks and
    ``scale`` its weight by length, all of shape (texts,).
    """

    batch: TokenBatch
    word: Ints
    pair: Ints
    term_norm: Floats
    piece_norm: Floats
    static_norm: Floats
    scale: Floats


def normalise_question(question: str) -> str:
    """A question's key: white space is one blank, case does not count."""
    return " ".join(question.split()).casefold()


def word_pieces(word: str) -> list[str]:
    """The pieces of a word, with blanks at its ends.

    >>> word_pieces("LA")[:3]
    [' L', 'LA', 'A ']
    """
    padded = f" {word} "
    return [padded[i : i + n] for n in PIECE_LENGTHS for i in range(len(padded) - n + 1)]


def build_vocabulary(texts: Sequence[str], questions: Sequence[str], groups: Sequence[str]) -> Vocabulary:
    """The vocabulary of some texts: terms and pieces from at least three respondents, in sorted order."""
    index = TypeIndex()
    batch = index.tokenise(texts)
    text_of = batch.text
    group_of_text = np.unique(np.asarray(groups, dtype=object), return_inverse=True)[1].astype(np.int64)
    group_of = group_of_text[text_of]
    types = np.array(list(index.numbers), dtype=object)

    spoken = _respondents(batch.types, group_of)
    words = tuple(sorted(types[spoken[0][spoken[1] >= MIN_RESPONDENTS]]))
    place = _places(words, index)
    word = place[batch.types]
    left, key = _pair_keys(word, batch, len(words))
    keys, counts = _respondents(key, group_of[left])
    pairs = keys[counts >= MIN_RESPONDENTS]

    pieces = _shared_pieces(types, batch.types, group_of)
    questions_met, shares = _question_shares(questions, groups)
    n = len(texts)
    terms = _term_matrix(word, _pair_places(key, left, pairs, len(word)), batch, len(words), len(pairs))
    by_type = _piece_matrix(list(types), {p: i for i, p in enumerate(pieces)})
    counted = (_type_counts(batch, len(types)) @ by_type).tocsr()
    return Vocabulary(words, pairs, pieces, _idf(terms, n), _idf(counted, n), questions_met, shares)


class Analyser:
    """Turns texts into what the coder computes with; remembers each token type it has met."""

    #: More types than this, and twice those of the last batch, are forgotten to keep memory flat.
    MOST_TYPES = 10_000

    def __init__(self, vocabulary: Vocabulary, vectors: StaticVectors) -> None:
        self.vocabulary = vocabulary
        self.vectors = vectors
        self._word_places = {w: i for i, w in enumerate(vocabulary.words)}
        self._piece_places = {p: i for i, p in enumerate(vocabulary.pieces)}
        self._question_places = {q: i for i, q in enumerate(vocabulary.questions)}
        self._forget()

    def _forget(self) -> None:
        self.index, self._used = TypeIndex(), 0
        self._type_word = np.empty(0, np.int64)
        self.type_pieces = sp.csr_matrix((0, len(self.vocabulary.pieces)))
        self.type_static = np.empty((0, self.vectors.pieces.shape[1]), np.float32)
        self.type_vector_pieces: list[Ints] = []

    def analyse(self, texts: Sequence[str]) -> Analysis:
        """The tokens of the texts and the norms of their blocks."""
        if len(self.index) > max(self.MOST_TYPES, 2 * self._used):
            self._forget()
        batch = self.index.tokenise(texts)
        self._meet_new_types()
        vocabulary = self.vocabulary
        n_words, n_pairs = len(vocabulary.words), len(vocabulary.pairs)
        word = self._type_word[batch.types]
        left, key = _pair_keys(word, batch, n_words)
        pair = _pair_places(key, left, vocabulary.pairs, len(word))
        terms = _term_matrix(word, pair, batch, n_words, n_pairs) @ sp.diags(vocabulary.term_idf)
        counts = _type_rows(batch.types, batch.text_ends, len(self.index))
        used, local = number_used(batch.types, len(self.index))
        self._used = len(used)
        static = self.type_static[used].astype(np.float64)
        tokens = np.diff(batch.text_ends, prepend=0)
        return Analysis(
            batch,
            word,
            pair,
            _row_norms(terms),
            _row_norms((counts @ self.type_pieces).tocsr()),
            _row_norms(_type_rows(local, batch.text_ends, len(used)) @ static),
            np.exp(LENGTH_POWER * (np.log1p(tokens) - LENGTH_CENTRE)),
        )

    def design(self, texts: Sequence[str], questions: Sequence[str]) -> Design:
        """The scaled feature blocks of the texts, for training."""
        analysis = self.analyse(texts)
        batch = analysis.batch
        n_words, n_pairs = len(self.vocabulary.words), len(self.vocabulary.pairs)
        terms = _term_matrix(analysis.word, analysis.pair, batch, n_words, n_pairs)
        counts = _type_counts(batch, len(self.index))
        return Design(
            (_scaling(analysis, "term_norm") @ terms @ sp.diags(self.vocabulary.term_idf)).tocsr(),
            (_scaling(analysis, "piece_norm") @ counts @ self.type_pieces).tocsr(),
            np.asarray(_scaling(analysis, "static_norm") @ counts @ self.type_static.astype(np.float64)),
            self.question_rows(questions),
        )

    def question_rows(self, questions: Sequence[str]) -> Floats:
        """One row a question: 1 under a question met in training, the shares of all where it was not."""
        rows = np.zeros((len(questions), len(self.vocabulary.questions)))
        for i, place in enumerate(self.question_places(questions)):
            if place < 0:
                rows[i] = self.vocabulary.question_shares
            else:
                rows[i, place] = 1.0
        return rows

    def question_places(self, questions: Sequence[str]) -> Ints:
        """The place of each question in the vocabulary, -1 where it was not met in training."""
        places = self._question_places
        known = {q: places.get(normalise_question(q), -1) for q in set(questions)}
        return np.array([known[q] for q in questions], dtype=np.int64)

    def _meet_new_types(self) -> None:
        first = len(self._type_word)
        new = list(self.index.numbers)[first:]
        if not new:
            return
        unknown = len(self.vocabulary.words)
        places = np.array([self._word_places.get(w, unknown) for w in new], dtype=np.int64)
        self._type_word = np.concatenate([self._type_word, places])
        rows = _piece_matrix(new, self._piece_places) @ sp.diags(self.vocabulary.piece_idf)
        self.type_pieces = sp.vstack([self.type_pieces, rows]).tocsr()
        flat, ends = self.vectors.pieces_of(new)
        self.type_vector_pieces += np.split(flat, ends[:-1])
        self.type_static = np.vstack([self.type_static, sum_segments(self.vectors.pieces[flat], ends)])


def _scaling(analysis: Analysis, norm: str) -> sp.dia_matrix:
    return sp.diags(analysis.scale / getattr(analysis, norm))


def _places(words: Sequence[str], index: TypeIndex) -> Ints:
    known = {w: i for i, w in enumerate(words)}
    return np.array([known.get(w, len(words)) for w in index.numbers], dtype=np.int64)


def _respondents(terms: Ints, groups: Ints) -> tuple[Ints, Ints]:
    """The distinct terms, sorted, and how many respondents used each."""
    order = np.lexsort((groups, terms))
    term, group = terms[order], groups[order]
    fresh = np.ones(len(term), bool)
    fresh[1:] = (term[1:] != term[:-1]) | (group[1:] != group[:-1])
    distinct, counts = np.unique(term[fresh], return_counts=True)
    return distinct, counts


def _pair_keys(word: Ints, batch: TokenBatch, n_words: int) -> tuple[Ints, Ints]:
    """Where a known word has a known right neighbour in its text, and the number of that pair."""
    joined = np.ones(max(len(word) - 1, 0), bool)
    ends = batch.text_ends[(batch.text_ends > 0) & (batch.text_ends < len(word))]
    joined[ends - 1] = False
    left = np.flatnonzero(joined & (word[:-1] < n_words) & (word[1:] < n_words))
    return left, word[left] * n_words + word[left + 1]


def _pair_places(key: Ints, left: Ints, pairs: Ints, n_tokens: int) -> Ints:
    """For every token, the place of the pair it opens, or the number of pairs where it opens none."""
    places = np.full(n_tokens, len(pairs), dtype=np.int64)
    if len(pairs):
        found = np.minimum(np.searchsorted(pairs, key), len(pairs) - 1)
        hit = pairs[found] == key
        places[left[hit]] = found[hit]
    return places


def _term_matrix(word: Ints, pair: Ints, batch: TokenBatch, n_words: int, n_pairs: int) -> sp.csr_matrix:
    text = batch.text
    known, paired = word < n_words, pair < n_pairs
    rows = np.concatenate([text[known], text[paired]])
    columns = np.concatenate([word[known], pair[paired] + n_words])
    shape = (len(batch.text_ends), n_words + n_pairs)
    return sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)


def _type_counts(batch: TokenBatch, n_types: int) -> sp.csr_matrix:
    counts = _type_rows(batch.types.copy(), batch.text_ends, n_types)
    counts.sum_duplicates()
    return counts


def _type_rows(types: Ints, text_ends: Ints, n_types: int) -> sp.csr_matrix:
    """A 1 for each token, in the order of the text, so that sums do not hang on how types are numbered."""
    pointers = np.concatenate(([0], text_ends))
    return sp.csr_matrix((np.ones(len(types)), types, pointers), shape=(len(text_ends), n_types))


def number_used(types: Ints, n_types: int) -> tuple[Ints, Ints]:
    """The types that occur, rising, and each token's place among them.

    >>> [found.tolist() for found in number_used(np.array([7, 2, 7]), 9)]
    [[2, 7], [1, 0, 1]]
    """
    occurs = np.zeros(n_types, bool)
    occurs[types] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[types]


def _piece_matrix(words: Sequence[str], places: dict[str, int]) -> sp.csr_matrix:
    columns: list[int] = []
    ends = [0]
    for word in words:
        columns += [places[p] for p in word_pieces(word) if p in places]
        ends.append(len(columns))
    matrix = sp.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(words), len(places)))
    matrix.sum_duplicates()
    return matrix


def _shared_pieces(types: npt.NDArray[np.object_], tokens: Ints, group_of: Ints) -> tuple[str, ...]:
    """Pieces from words of at least three respondents."""
    known: dict[str, int] = {}
    for word in types:
        for piece in word_pieces(word):
            known.setdefault(piece, len(known))
    by_type = _piece_matrix(list(types), known)
    shape = (int(group_of.max(initial=-1)) + 1, len(types))
    used = sp.csr_matrix((np.ones(len(tokens)), (group_of, tokens)), shape=shape)
    respondents = np.bincount((used @ by_type).tocsr().indices, minlength=len(known))
    return tuple(sorted(p for p, i in known.items() if respondents[i] >= MIN_RESPONDENTS))


def _question_shares(questions: Sequence[str], groups: Sequence[str]) -> tuple[tuple[str, ...], Floats]:
    said: dict[str, list[str]] = {}
    for question, group in zip(questions, groups, strict=True):
        said.setdefault(normalise_question(question), []).append(group)
    common = sorted(
        (q for q in said if len(set(said[q])) >= MIN_RESPONDENTS), key=lambda q: (-len(said[q]), q)
    )
    kept = sorted(common[:MAX_QUESTIONS]) or [""]
    counts = np.array([len(said.get(q, "x")) for q in kept], dtype=np.float64)
    return tuple(kept), _as_stored(counts / counts.sum())


def _as_stored(values: Floats) -> Floats:
    return np.round(values, 5).astype(np.float32).astype(np.float64)


def _idf(counts: sp.csr_matrix, n: int) -> Floats:
    counts.sum_duplicates()
    found = np.bincount(counts.indices, minlength=counts.shape[1])
    return _as_stored(np.log((1 + n) / (1 + found)) + 1)


def _row_norms(matrix: sp.csr_matrix | Floats) -> Floats:
    if isinstance(matrix, np.ndarray):
        squares = np.einsum("ij,ij->i", matrix, matrix)
    else:  # no entry of it stands twice, in whatever order
        parts = (matrix.data**2, matrix.indices, matrix.indptr)
        squares = sp.csr_matrix(parts, shape=matrix.shape, copy=False) @ np.ones(matrix.shape[1])
    return np.asarray(np.maximum(np.sqrt(squares), 1e-9))
