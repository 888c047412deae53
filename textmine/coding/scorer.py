"""Scoring at speed: the linear weights folded into tables by token, exact to rounding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from textmine.coding.features import Analyser, Analysis, Vocabulary
from textmine.coding.ridge import LinearWeights
from textmine.coding.static import StaticVectors, sum_segments
from textmine.coding.tokens import TokenBatch, TypeIndex

Floats = npt.NDArray[np.float64]
Table = npt.NDArray[np.float32]

#: Texts scored at once; bounds memory and changes nothing else.
BATCH = 8192


@dataclass(frozen=True)
class Scored:
    """Scores (texts, codes), and what each sentence adds to them, (sentences, codes).

    ``sentence_ends`` says where each text's sentences end. ``tokens`` are those of the texts, numbered by
    ``index``, ``shares`` what each of them adds, (tokens, codes), and ``constants`` what a text without any
    would score, (texts, codes); all None where the texts were not scored at one go.
    """

    scores: Floats
    sentences: Table
    sentence_ends: npt.NDArray[np.int64]
    tokens: TokenBatch | None = None
    index: TypeIndex | None = None
    shares: Table | None = None
    constants: Floats | None = None


class Scorer:
    """Scores texts by looking up each token's share for its question."""

    def __init__(self, vocabulary: Vocabulary, weights: LinearWeights, vectors: StaticVectors) -> None:
        self.analyser = Analyser(vocabulary, vectors)
        self.vocabulary = vocabulary
        n_words = len(vocabulary.words)
        terms = weights.terms * vocabulary.term_idf[None, :, None].astype(np.float32)
        self._words = [_with_zero_row(t[:n_words]) for t in terms]
        self._pairs = [_with_zero_row(t[n_words:]) for t in terms]
        self._weights = weights
        self._vector_pieces = [vectors.pieces @ w for w in weights.static]
        self._type_tables: list[tuple[Table, Table]] = []
        self._known_types = 0
        self._index = self.analyser.index

    def score(self, texts: Sequence[str], questions: Sequence[str]) -> Scored:
        """Scores of the texts and of their sentences. A question never met gets the average of all."""
        batches = [slice(i, i + BATCH) for i in range(0, len(texts), BATCH)]
        parts = [self._score_batch(texts[batch], questions[batch]) for batch in batches]
        n_codes = self._weights.constant.shape[1]
        if not parts:
            return Scored(np.zeros((0, n_codes)), np.zeros((0, n_codes), np.float32), np.zeros(0, np.int64))
        if len(parts) == 1:
            return parts[0]
        counts = np.concatenate([np.diff(p.sentence_ends, prepend=0) for p in parts])
        return Scored(
            np.concatenate([p.scores for p in parts]),
            np.concatenate([p.sentences for p in parts]),
            np.cumsum(counts),
        )

    def token_shares(self, text: str, question: str) -> tuple[Floats, Floats]:
        """What each token adds to the score, (tokens, codes), and the question's constant, (codes,)."""
        analysis = self.analyser.analyse([text])
        place = self.analyser.question_places([question])
        shares = self._shares(analysis, place)
        return shares.astype(np.float64), self._constants(place)[0]

    def _score_batch(self, texts: Sequence[str], questions: Sequence[str]) -> Scored:
        analysis = self.analyser.analyse(texts)
        places = self.analyser.question_places(questions)
        shares = self._shares(analysis, places)
        batch = analysis.batch
        n_sentences = len(batch.sentence_text)
        sentences = sum_segments(
            shares, np.searchsorted(batch.sentence, np.arange(n_sentences), side="right")
        )
        ends = np.searchsorted(batch.sentence_text, np.arange(len(texts)), side="right")
        constants = self._constants(places)
        scores = sum_segments(sentences, ends).astype(np.float64) + constants
        return Scored(scores, sentences, ends, batch, self.analyser.index, shares, constants)

    def _shares(self, analysis: Analysis, places: npt.NDArray[np.int64]) -> Table:
        """Each token's share, (tokens, codes); a pair's share is halved between its two tokens."""
        self._fold_new_types()
        text = analysis.batch.text
        shares = np.zeros((len(text), self._weights.constant.shape[1]), np.float32)
        token_place = places[text]
        by_term = (analysis.scale / analysis.term_norm).astype(np.float32)
        by_piece = (analysis.scale / analysis.piece_norm).astype(np.float32)
        by_static = (analysis.scale / analysis.static_norm).astype(np.float32)
        for place in np.unique(token_place):
            tokens = np.flatnonzero(token_place == place)
            owner, types = text[tokens], analysis.batch.types[tokens]
            part = np.zeros((len(tokens), shares.shape[1]), np.float32)
            for q, share in self._mixture(place):
                pieces, static = self._type_tables[q]
                words = self._words[q][analysis.word[tokens]]
                pairs = self._pairs[q][analysis.pair[tokens]] / np.float32(2)
                words += pairs
                words[1:] += pairs[:-1]  # the right half of the pair that the token before opened
                one = words * by_term[owner, None]
                one += pieces[types] * by_piece[owner, None]
                one += static[types] * by_static[owner, None]
                part += np.float32(share) * one
            shares[tokens] = part
        return shares

    def _mixture(self, place: int) -> list[tuple[int, float]]:
        if place >= 0:
            return [(int(place), 1.0)]
        return list(enumerate(self.vocabulary.question_shares))

    def _constants(self, places: npt.NDArray[np.int64]) -> Floats:
        constant = self._weights.constant.astype(np.float64)
        average = self.vocabulary.question_shares @ constant
        return np.asarray(np.vstack([constant, average])[places])

    def _fold_new_types(self) -> None:
        """Extend each question's table of token types, pieces and static vectors apart."""
        analyser = self.analyser
        n_types = len(analyser.index)
        if self._index is not analyser.index or not self._type_tables:  # forgotten, or none yet
            self._index = analyser.index
            width = self._weights.constant.shape[1]
            empty = np.zeros((0, width), np.float32)
            self._type_tables = [(empty, empty) for _ in self._words]
            self._known_types = 0
        if self._known_types == n_types:
            return
        new = slice(self._known_types, n_types)
        chosen = analyser.type_vector_pieces[new]
        flat = np.concatenate(chosen) if chosen else np.zeros(0, np.int64)
        ends = np.cumsum([len(c) for c in chosen])
        rows = analyser.type_pieces[new].astype(np.float32)
        for q, (pieces, static) in enumerate(self._type_tables):
            more_pieces = np.asarray(rows @ self._weights.pieces[q])
            more_static = sum_segments(self._vector_pieces[q][flat], ends)
            self._type_tables[q] = (np.vstack([pieces, more_pieces]), np.vstack([static, more_static]))
        self._known_types = n_types


def _with_zero_row(table: Table) -> Table:
    return np.vstack([table, np.zeros((1, table.shape[1]), np.float32)])
