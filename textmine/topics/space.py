"""Where texts and words lie: static vectors or a sentence encoder, and the company that words keep.

A text's place joins two parts of equal weight: the mean of its words' vectors, weighed by smooth inverse
frequency (Arora et al. 2017) and turned onto its principal axes, and latent semantic analysis of the study's
own words (Deerwester et al. 1990). Everything is computed in double precision on one thread, so that the
number of threads changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from textmine.coding.static import load_static_vectors, sum_segments
from textmine.coding.tokens import fold
from textmine.locations import find_model

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Axes of each of the two parts.
AXES = 100
#: A word is known from so many comments on; rarer ones count by their vectors alone.
FEWEST_COMMENTS = 3
#: No word of fewer respondents is kept: it may be a name that one person said.
FEWEST_PEOPLE = 3
#: At most so many known words, the commonest.
MOST_WORDS = 4000
#: The constant of smooth inverse frequency.
SMOOTHING = 1e-3
#: Texts placed at once; bounds memory.
BATCH = 8192
#: A word: letters, with inner apostrophes.
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


@dataclass(frozen=True)
class WordCounts:
    """How often each word stands in each text: ``words`` sorted, ``counts`` (texts, words)."""

    words: list[str]
    counts: sp.csr_matrix


def count_words(texts: Sequence[str]) -> WordCounts:
    """The words of some texts, folded, in sorted order, so that the order of the texts changes nothing.

    >>> count_words(["We share staff", "Staff share!"]).words
    ['share', 'staff', 'we']
    """
    numbers: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for text in texts:
        columns += [numbers.setdefault(word, len(numbers)) for word in WORD.findall(fold(text))]
        ends.append(len(columns))
    words = sorted(numbers)
    place = np.empty(len(words), dtype=np.int64)
    place[[numbers[word] for word in words]] = np.arange(len(words))
    shape = (len(texts), len(words))
    own = place[np.array(columns, dtype=np.int64)] if columns else np.empty(0, np.int64)
    counts = sp.csr_matrix((np.ones(len(own)), own, np.array(ends)), shape=shape)
    counts.sum_duplicates()
    return WordCounts(words, counts)


@dataclass(frozen=True)
class Space:
    """A learned space of texts. ``words`` are the known words, sorted, ``word_df`` in how many comments each
    stands; the arrays are what ``place_texts`` computes with and what a saved model keeps.
    """

    words: list[str]
    word_df: Floats
    frequent: list[str]
    frequency: Floats
    idf: Floats
    company: Floats
    vector_mean: Floats
    vector_axes: Floats
    centre: Floats
    stop_words: frozenset[str]
    vectors: str
    n_comments: int
    encoder: Any = field(default=None, compare=False, repr=False)

    def place_texts(self, texts: Sequence[str]) -> Floats:
        """The places of texts, unit rows (n, axes); a text without a word that counts has zeros."""
        parts = [
            self._place_batch(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)
        ] or [np.zeros((0, len(self.centre)))]
        return np.vstack(parts)

    def _place_batch(self, texts: Sequence[str]) -> Floats:
        found = count_words(texts)
        rough = embed_words(texts, found, self) if self.encoder is None else self.encoder(texts)
        said = np.linalg.norm(rough, axis=1) > 0
        first = unit_rows((rough - self.vector_mean) @ self.vector_axes)
        second = unit_rows(np.asarray(self.weigh(found) @ self.company))
        joined = unit_rows(unit_rows(np.hstack([first, second])) - self.centre)
        joined[~said] = 0.0
        return joined

    def weigh(self, found: WordCounts) -> sp.csr_matrix:
        """The known words of texts, by inverse document frequency, unit rows (n, known words)."""
        return weigh_known(found, self.words, self.idf)

    def spot(self, found: WordCounts) -> sp.csr_matrix:
        """Which known words stand in each text, 1 or 0, (n, known words)."""
        return pick_words(found, self.words).sign()


def learn_space(
    texts: Sequence[str],
    times: Floats,
    *,
    stop_words: frozenset[str],
    vectors: str,
    encoder: Any = None,
    people: sp.csr_matrix | None = None,
) -> Space:
    """The space of distinct texts, each of which stands so many ``times`` in the corpus.

    ``people`` (texts, respondents) says who gave each text: a word of fewer than three is not kept.
    """
    found = count_words(texts)
    df = np.asarray(found.counts.sign().T @ times).ravel()
    tokens = np.asarray(found.counts.T @ times).ravel()
    shared = (df >= FEWEST_COMMENTS) & (count_people(found, people) >= FEWEST_PEOPLE)
    frequent = np.flatnonzero(shared)
    named = np.array([len(w) > 2 and w not in stop_words for w in found.words], dtype=bool)
    known = np.flatnonzero(named & shared)
    if len(known) > MOST_WORDS:
        known = np.sort(known[np.argsort(-df[known], kind="stable")[:MOST_WORDS]])
    words = [found.words[i] for i in known]
    total = float(times.sum())
    idf = np.log((1 + total) / (1 + df[known])) + 1
    weighed = weigh_known(found, words, idf)
    bare = Space(
        words=words,
        word_df=df[known],
        frequent=[found.words[i] for i in frequent],
        frequency=tokens[frequent] / max(float(tokens.sum()), 1.0),
        idf=idf,
        company=_find_company(weighed, times),
        vector_mean=np.zeros(0),
        vector_axes=np.zeros((0, 0)),
        centre=np.zeros(0),
        stop_words=stop_words,
        vectors=vectors,
        n_comments=round(total),
        encoder=encoder,
    )
    rough = embed_words(texts, found, bare) if encoder is None else encoder(texts)
    mean = times @ rough / max(total, 1.0)
    axes = _find_axes(rough - mean, times)
    first = unit_rows((rough - mean) @ axes)
    joined = unit_rows(np.hstack([first, unit_rows(np.asarray(weighed @ bare.company))]))
    kept = {name: getattr(bare, name) for name in bare.__dataclass_fields__}
    kept |= {"vector_mean": mean, "vector_axes": axes, "centre": times @ joined / max(total, 1.0)}
    return Space(**kept)


def count_people(found: WordCounts, people: sp.csr_matrix | None) -> Floats:
    """How many respondents said each word (words,); where they are not known, any number."""
    if people is None:
        return np.full(len(found.words), np.inf)
    return np.asarray((found.counts.sign().T @ people).sign().sum(axis=1), dtype=np.float64).ravel()


def embed_words(texts: Sequence[str], found: WordCounts, space: Space) -> Floats:
    """The mean static vector of each text, unit rows; frequent words count less, stop-words nothing."""
    del texts
    table = word_vectors(found.words, space.vectors)
    share = dict(zip(space.frequent, space.frequency.tolist(), strict=True))
    weight = [
        0.0 if w in space.stop_words else SMOOTHING / (SMOOTHING + share.get(w, 0.0)) for w in found.words
    ]
    return unit_rows(np.asarray(found.counts.sign() @ (table * np.array(weight)[:, None])))


def word_vectors(words: Sequence[str], vectors: str) -> Floats:
    """The static vector of each word, (words, dimensions)."""
    static = load_static_vectors(find_model(vectors))
    flat, ends = static.pieces_of(words)
    return sum_segments(static.pieces[flat], ends).astype(np.float64)


def weigh_known(found: WordCounts, words: Sequence[str], idf: Floats) -> sp.csr_matrix:
    """The known words of texts by inverse document frequency, unit rows."""
    weighed = pick_words(found, words).sign() @ sp.diags(idf)
    norms = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    return (sp.diags(1 / np.maximum(norms, 1e-9)) @ weighed).tocsr()


def pick_words(found: WordCounts, words: Sequence[str]) -> sp.csr_matrix:
    """The columns of these words, in their order; a word that no text has is a column of zeros."""
    place = {word: i for i, word in enumerate(words)}
    rows = [(i, place[w]) for i, w in enumerate(found.words) if w in place]
    own, theirs = (np.array(part, dtype=np.int64) for part in zip(*rows, strict=True)) if rows else ([], [])
    turn = sp.csr_matrix((np.ones(len(rows)), (own, theirs)), shape=(len(found.words), len(words)))
    return (found.counts @ turn).tocsr()


def unit_rows(rows: Floats) -> Floats:
    """Each row divided by its length; a row of zeros stays."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _find_company(weighed: sp.csr_matrix, times: Floats) -> Floats:
    """The leading axes of the known words' co-occurrence, (words, axes); signs fixed."""
    from scipy.sparse.linalg import eigsh

    n = weighed.shape[1]
    gram = (weighed.T @ sp.diags(times) @ weighed).tocsr()
    if n <= max(2 * AXES, 400):
        vectors = np.linalg.eigh(gram.toarray())[1][:, ::-1][:, :AXES]
    else:
        values, found = eigsh(gram, k=AXES, v0=np.ones(n), tol=1e-8)
        vectors = found[:, np.argsort(-values, kind="stable")]
    return _fix_signs(np.asarray(vectors))


def _find_axes(rough: Floats, times: Floats) -> Floats:
    covariance = (rough * times[:, None]).T @ rough
    return _fix_signs(np.asarray(np.linalg.eigh(covariance)[1][:, ::-1][:, :AXES]))


def _fix_signs(axes: Floats) -> Floats:
    if not axes.size:
        return axes
    heaviest = axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])]
    return np.asarray(axes * np.where(heaviest < 0, -1.0, 1.0))
