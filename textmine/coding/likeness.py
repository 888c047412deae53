"""How like a text is to what a codebook says of each code: pieces of words, static vectors, company kept.

Three likenesses are added up, each a cosine: of the pieces of words, so that 'queued' meets 'queue'; of
static vectors, so that 'nurse' meets 'doctor'; and of the pieces' places in the corpus by latent semantic
analysis (Deerwester et al. 1990), so that words meet that the same writers use. What tells codes apart counts
more: pieces are weighed by how few texts and how few codes have them. Likeness to a code's exclude notes is
subtracted, and each code's mean over the corpus, so that a code described in general words does not lead
everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from textmine.coding.features import word_pieces
from textmine.coding.static import StaticVectors, sum_segments
from textmine.coding.tokens import TokenBatch, TypeIndex

Floats = npt.NDArray[np.float64]

#: Pieces shorter than this say little.
SHORTEST_PIECE = 3
#: Dimensions of the latent semantic analysis, and the texts that it takes at least.
DIMENSIONS = 100
FEWEST_FOR_DIMENSIONS = 50
#: What the best sentence of a text counts for beside the whole text.
BEST_SENTENCE = 0.5
#: What likeness to the exclude notes counts for.
EXCLUDED = 0.3
#: A small corpus says little of how common a word or a code is: so many texts' worth of doubt.
DOUBT = 20
#: Texts scored at once; bounds memory and changes nothing else.
BATCH = 4096


@dataclass(frozen=True)
class _Counts:
    """Pieces and static sums of sentences, and which text each sentence is of."""

    pieces: sp.csr_matrix
    static: Floats
    text: npt.NDArray[np.int64]
    n_texts: int


@dataclass(frozen=True)
class _Scale:
    """The means of the codes, their common spread, and the best sentence's spread beside the whole text's."""

    mean: Floats
    spread: float
    ratio: float


class Likeness:
    """The likeness of texts to codes, learned from the words of a codebook and of a corpus without labels.

    ``texts`` are the corpus, ``wanted`` and ``unwanted`` what the codebook says that each code covers and
    leaves out (codes,). Blank corpus and all, it works: then the codebook's own words are all it knows.
    """

    def __init__(
        self, vectors: StaticVectors, texts: Sequence[str], wanted: Sequence[str], unwanted: Sequence[str]
    ) -> None:
        self.vectors = vectors
        self.n_codes = len(wanted)
        self._learn_pieces([*texts, *wanted, *unwanted], len(texts))
        learned = self._count(texts)
        mine, theirs = self._count(wanted), self._count(unwanted)
        whole = _gather(learned)
        self._middle = _unit(whole.static).sum(axis=0) / max(len(texts) + DOUBT, 1)
        self._learn_company(whole)
        told = self._weigh(_gather(mine).pieces)
        by_code = np.bincount(told.indices, minlength=told.shape[1])
        self._telling = np.log(1 + self.n_codes / np.maximum(by_code, 1))
        self._codes = self._three(_gather(mine), telling=True)
        self._codes[1] = _unit(self._codes[1] - self._codes[1].mean(axis=0) * (self.n_codes > 1))
        self._left_out = self._three(_gather(theirs), telling=True)[:2]
        self._scales: list[_Scale] = []
        self._scales = [_measure(*pair) for pair in self._likenesses(learned)]

    def score(self, texts: Sequence[str]) -> Floats:
        """The likeness of each text to each code, (n, codes): around 0, higher is more alike."""
        batches = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
        parts = [self._score_batch(batch) for batch in batches]
        return np.vstack(parts) if parts else np.zeros((0, self.n_codes))

    def _score_batch(self, texts: Sequence[str]) -> Floats:
        total = np.zeros((len(texts), self.n_codes))
        n_wanted = len(self._codes)
        for place, (whole, best) in enumerate(self._likenesses(self._count(texts))):
            scale = self._scales[place]
            found = whole + BEST_SENTENCE * scale.ratio * best if place < n_wanted else whole
            share = 1.0 if place < n_wanted else -EXCLUDED
            total += share * (found - scale.mean) / scale.spread
        return total

    def _likenesses(self, counts: _Counts) -> list[tuple[Floats, Floats]]:
        """For each likeness that of whole texts and that of their best sentences; what is left out last."""
        texts = self._three(_gather(counts))
        sentences = self._three(counts)
        found = []
        for text, sentence, code in zip(texts, sentences, self._codes, strict=True):
            found.append((_product(text, code), _best(_product(sentence, code), counts)))
        for text, code in zip(texts[: len(self._left_out)], self._left_out, strict=True):
            found.append((_product(text, code), np.zeros((counts.n_texts, self.n_codes))))
        return found

    def _three(self, counts: _Counts, *, telling: bool = False) -> list[Floats]:
        """Unit vectors of the three kinds; with ``telling``, weighed by how few codes have each piece."""
        pieces = self._weigh(counts.pieces)
        if telling:
            pieces = _unit_rows(pieces @ sp.diags(self._telling))
        static = _unit(counts.static)
        static = _unit(static - self._middle * (np.linalg.norm(static, axis=1) > 0)[:, None])
        return [pieces, static, _unit(np.asarray(pieces @ self._company))]

    def _learn_pieces(self, texts: Sequence[str], n_corpus: int) -> None:
        """The pieces of words and how few texts of the corpus have each piece and each word."""
        index = TypeIndex()
        batch = index.tokenise(texts)
        self._places: dict[str, int] = {}
        for word in index.numbers:
            for piece in word_pieces(word):
                if len(piece) >= SHORTEST_PIECE:
                    self._places.setdefault(piece, len(self._places))
        corpus = _by_text(batch, len(index))[:n_corpus]
        used = np.bincount(corpus.indices, minlength=len(index))
        n = n_corpus + DOUBT
        self._words = dict(zip(index.numbers, np.log((1 + n) / (1 + used)) + 1, strict=True))
        self._rare_word = float(np.log(1 + n) + 1)
        pieces = (corpus @ self._piece_rows(list(index.numbers))).tocsr()
        self._idf = np.log((1 + n) / (1 + np.bincount(pieces.indices, minlength=len(self._places))))

    def _learn_company(self, corpus: _Counts) -> None:
        """The directions of the latent semantic analysis, (pieces, dimensions); none for a small corpus."""
        from sklearn.utils.extmath import randomized_svd

        weighed = self._weigh(corpus.pieces)
        few = min(weighed.shape)
        if weighed.shape[0] < FEWEST_FOR_DIMENSIONS or not weighed.nnz:
            self._company = np.zeros((weighed.shape[1], 1))
            return
        _, sizes, directions = randomized_svd(weighed, min(DIMENSIONS, few // 2), random_state=0)
        self._company = np.ascontiguousarray(directions[sizes > 1e-6 * sizes[0]].T)

    def _count(self, texts: Sequence[str]) -> _Counts:
        index = TypeIndex()
        batch = index.tokenise(texts)
        words = list(index.numbers)
        flat, ends = self.vectors.pieces_of(words)
        vectors = sum_segments(self.vectors.pieces[flat], ends).astype(np.float64)
        vectors *= np.array([self._words.get(w, self._rare_word) for w in words])[:, None]
        n_sentences = len(batch.sentence_text)
        where = (np.ones(len(batch.types)), (batch.sentence, batch.types))
        by_sentence = sp.csr_matrix(where, shape=(n_sentences, len(words)))
        pieces = (by_sentence @ self._piece_rows(words)).tocsr()
        return _Counts(pieces, np.asarray(by_sentence @ vectors), batch.sentence_text, len(texts))

    def _piece_rows(self, words: Sequence[str]) -> sp.csr_matrix:
        columns: list[int] = []
        ends = [0]
        for word in words:
            columns += [self._places[p] for p in word_pieces(word) if p in self._places]
            ends.append(len(columns))
        shape = (len(words), len(self._places))
        return sp.csr_matrix((np.ones(len(columns)), columns, ends), shape=shape)

    def _weigh(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        weighed = counts.copy()
        weighed.sum_duplicates()
        weighed.data = 1 + np.log(weighed.data)
        return _unit_rows(weighed @ sp.diags(self._idf))


def _by_text(batch: TokenBatch, n_types: int) -> sp.csr_matrix:
    """Which token types each text has, (texts, types)."""
    shape = (len(batch.text_ends), n_types)
    found = sp.csr_matrix((np.ones(len(batch.types)), (batch.text, batch.types)), shape=shape)
    found.sum_duplicates()
    return found


def _gather(counts: _Counts) -> _Counts:
    """The sums over the sentences of each text."""
    n = len(counts.text)
    shape = (counts.n_texts, n)
    add = sp.csr_matrix((np.ones(n), (counts.text, np.arange(n))), shape=shape)
    everyone = np.arange(counts.n_texts)
    return _Counts((add @ counts.pieces).tocsr(), np.asarray(add @ counts.static), everyone, counts.n_texts)


def _best(of_sentences: Floats, counts: _Counts) -> Floats:
    """The highest row of each text's sentences; 0 for a text without any."""
    best = np.full((counts.n_texts, of_sentences.shape[1]), -np.inf)
    np.maximum.at(best, counts.text, of_sentences)
    return np.where(np.isfinite(best), best, 0.0)


def _measure(whole: Floats, best: Floats) -> _Scale:
    """What brings a likeness to a common scale, with doubt where the corpus is small."""
    n = len(whole)
    ratio = float(whole.std() / best.std()) if n and best.std() > 1e-9 else 0.0
    found = whole + BEST_SENTENCE * ratio * best
    overall = float(found.mean()) if n else 0.0
    mean = (found.sum(axis=0) + DOUBT * overall) / (n + DOUBT)
    spread = float((found - mean).std()) if n else 0.0
    return _Scale(np.asarray(mean), spread if spread > 1e-9 else 1.0, ratio)


def _product(left: Any, right: Any) -> Floats:
    product = left @ right.T
    return np.asarray(product.toarray() if sp.issparse(product) else product)


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _unit_rows(matrix: sp.csr_matrix) -> sp.csr_matrix:
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (sp.diags(1 / np.maximum(norms, 1e-9)) @ matrix).tocsr()
