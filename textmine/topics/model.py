"""The topic model: texts in, topics with words out, the same whenever and wherever it is fitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from textmine.cleaning import is_non_response, normalise_text, repair_texts
from textmine.codebook import Codebook
from textmine.coding.calibrated import as_corpus
from textmine.coding.cold_start import describe_code
from textmine.coding.features import normalise_question
from textmine.coding.static import DEFAULT_VECTORS
from textmine.coding.tokens import sentence_spans
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.topics.describe import WORDS, find_representatives, find_words, name_topics
from textmine.topics.encoding import make_encoder
from textmine.topics.peaks import Peaks, find_peaks, likeness_to, nearest
from textmine.topics.prevalence import NONE
from textmine.topics.space import BATCH, FEWEST_COMMENTS, Floats, Ints, Space, count_words, learn_space
from textmine.topics.stop_words import join_stop_words

#: Topics where no number is asked for: one for so many distinct texts, up to the most.
TEXTS_A_TOPIC = 45
MOST_TOPICS = 60
#: A text less like every topic than this belongs to none.
LEAST_LIKENESS = 0.2

Texts = Corpus | pd.DataFrame | Sequence[str]


@dataclass(frozen=True)
class TopicPart:
    """The topics of one model: all of a corpus, or those of one question.

    ``first`` is the number of its first topic; ``codes`` names the code that seeded a topic, '' for none.
    """

    question: str
    first: int
    space: Space
    peaks: Peaks
    words: list[list[str]]
    names: list[str]
    sizes: list[int]
    representatives: list[list[str]]
    codes: list[str]

    def __len__(self) -> int:
        return len(self.words)


class TopicModel(BaseEstimator):
    """Finds topics in comments: the same data gives the same topics, on one thread or many.

    Identical texts (but for case and spacing) are placed once, counted as often as they stand, and always
    have the same topic. The seed changes no topic; it draws resamples where stability is measured.

    Arguments: ``n_topics`` (None: one for 45 distinct texts, 60 at most; see ``choose_topics``);
    ``min_size``, comments that a topic has at least; ``stop_words``, the study's own, beside the common
    ones; ``question``, 'one' model over all questions or 'each' its own; ``vectors``, static vectors by name;
    ``encoder``, a sentence-transformers name or folder to be used instead; ``least_likeness``, below which a
    text belongs to no topic; ``seed``.

    Learned: ``topics_`` (n,), the topic of each text, -1 none; ``likeness_`` (n,); ``parts_``.

    >>> costs = [f"Supply cover costs too much in {n}" for n in ("May", "June", "July", "winter", "spring")]
    >>> sport = [f"The minibus takes pupils to {n} sport" for n in ("hall", "team", "field", "pool", "lake")]
    >>> model = TopicModel(n_topics=2, min_size=2).fit(costs + sport)
    >>> [len(set(model.topics_[rows].tolist())) for rows in (slice(0, 5), slice(5, 10), slice(None))]
    [1, 1, 2]
    """

    topics_: Ints
    likeness_: Floats
    parts_: list[TopicPart]

    def __init__(
        self,
        n_topics: int | None = None,
        *,
        min_size: int = 10,
        stop_words: Sequence[str] = (),
        question: str = "one",
        vectors: str = DEFAULT_VECTORS,
        encoder: str | None = None,
        least_likeness: float = LEAST_LIKENESS,
        seed: int = 0,
    ) -> None:
        self.n_topics = n_topics
        self.min_size = min_size
        self.stop_words = stop_words
        self.question = question
        self.vectors = vectors
        self.encoder = encoder
        self.least_likeness = least_likeness
        self.seed = seed

    # --- learning -------------------------------------------------------------------------------------

    def fit(
        self,
        X: Texts,
        y: None = None,
        *,
        codebook: Codebook | None = None,
        sample_weight: npt.ArrayLike | None = None,
    ) -> TopicModel:
        """Find the topics of texts; returns self.

        ``X`` is a ``Corpus``, a DataFrame with ``text`` (and ``question``) or a list of texts. With a
        ``codebook`` each code's description is the seed of a topic, and further topics are found beside them.
        ``sample_weight`` (n,) says how often each text counts, such as in a bootstrap sample. Raises
        ``InputError`` where there is too little to find topics in. ``y`` is not used; scikit-learn's
        pipelines hand one over.
        """
        self._check()
        corpus = as_corpus(X)
        times = np.ones(len(corpus)) if sample_weight is None else np.asarray(sample_weight, np.float64)
        if times.shape != (len(corpus),) or (times < 0).any():
            raise InputError(f"sample_weight wants {len(corpus)} numbers of 0 or more. Give one a text.")
        keys, said = _make_keys(corpus.texts)
        self.fingerprint_, self.n_texts_ = corpus.fingerprint, len(corpus)
        asked = np.array([self._part_of(q) for q in corpus.questions], dtype=object)
        self.parts_ = []
        with threadpool_limits(1):
            for name in sorted(set(asked.tolist())):
                rows = np.flatnonzero((asked == name) & said & (times > 0))
                part = self._fit_part(name, corpus, keys, rows, times, codebook)
                if part is not None:
                    self.parts_.append(part)
        if not self.parts_:
            raise InputError(
                f"No topics found in {len(corpus)} texts, {len(set(keys[i] for i in np.flatnonzero(said)))} "
                f"different ones among those that say something. A topic takes {self.min_size} texts "
                f"(min_size) and words that {FEWEST_COMMENTS} different ones share. Give more texts."
            )
        self.topics_, self.likeness_ = self._assign(corpus)
        return self

    def fit_predict(self, X: Texts, y: None = None) -> Ints:
        """Fit and give the topic of each text.

        ``X`` is as for ``fit``, ``y`` not used; gives (n,), -1 for none.
        """
        return self.fit(X).topics_

    def _check(self) -> None:
        if self.question not in ("one", "each"):
            raise InputError(f"question={self.question!r}; choose 'one' or 'each'.")
        if self.n_topics is not None and self.n_topics < 1:
            raise InputError(f"n_topics={self.n_topics}; ask for at least one topic.")
        if self.min_size < 1:
            raise InputError(f"min_size={self.min_size}; a topic has at least one text.")

    def _part_of(self, question: str) -> str:
        return normalise_question(question) if self.question == "each" else ""

    def _fit_part(
        self,
        question: str,
        corpus: Corpus,
        keys: list[str],
        rows: Ints,
        times: Floats,
        codebook: Codebook | None,
    ) -> TopicPart | None:
        own: dict[str, float] = {}
        for row in rows.tolist():
            own[keys[row]] = own.get(keys[row], 0.0) + float(times[row])
        texts = sorted(own)
        if len(texts) < 2:
            return None
        count = np.array([own[text] for text in texts])
        once = np.ones(len(texts))
        stop_words = join_stop_words(self.stop_words)
        encoder = make_encoder(self.encoder) if self.encoder else None
        ids, groups = corpus.ids, corpus.groups
        people = _who_said(texts, [keys[row] for row in rows], [groups[row] for row in rows])
        space = learn_space(
            texts, once, stop_words=stop_words, vectors=self.vectors, encoder=encoder, people=people
        )
        if not space.words:
            return None
        places = space.place_texts(texts)
        spotted = space.spot(count_words(texts))
        wanted = self.n_topics or min(MOST_TOPICS, max(2, round(len(texts) / TEXTS_A_TOPIC)))
        codes = [] if codebook is None else list(codebook.codes)
        seeds = space.place_texts([normalise_text(describe_code(code)) for code in codes])
        peaks = find_peaks(space, places, spotted, once, max(wanted, len(codes)), seeds)
        kept = self._keep_big(peaks, places, count)
        if not len(kept):
            return None
        seeded = [code.id for code in codes]
        codes_of = [(seeded[k] if k < len(seeded) else "") for k in kept.tolist()]
        peaks = peaks.select(kept)
        words = find_words(space, peaks, places, spotted, once, WORDS)
        likeness = likeness_to(places, peaks.centres)
        topics = self._cut(likeness)
        first = sum(len(part) for part in self.parts_)
        by_key = _first_rows(keys, rows)
        shown = find_representatives(topics, likeness, [len(t) for t in texts], len(kept))
        return TopicPart(
            question,
            first,
            space,
            peaks,
            words,
            name_topics(words, texts, topics, stop_words, frozenset(space.frequent)),
            [round(float(count[topics == k].sum())) for k in range(len(kept))],
            [[ids[by_key[texts[i]]] for i in chosen] for chosen in shown],
            codes_of,
        )

    def _keep_big(self, peaks: Peaks, places: Floats, count: Floats) -> Ints:
        """The topics left when the smallest is dissolved until all have ``min_size`` comments."""
        kept = np.arange(len(peaks.centres))
        likeness = likeness_to(places, peaks.centres)
        while len(kept):
            topics = self._cut(likeness[:, kept])
            sizes = np.bincount(topics[topics >= 0], weights=count[topics >= 0], minlength=len(kept))
            smallest = int(sizes.argmin())
            if sizes[smallest] >= self.min_size:
                break
            kept = np.delete(kept, smallest)
        return kept

    def _cut(self, likeness: Floats) -> Ints:
        if not likeness.shape[1]:
            return np.full(len(likeness), NONE, dtype=np.int64)
        return np.where(likeness.max(axis=1) >= self.least_likeness, nearest(likeness), NONE).astype(np.int64)

    # --- assigning ------------------------------------------------------------------------------------

    def predict(self, X: Texts) -> Ints:
        """The topic of each text (n,), -1 for none; the topics stay as they are.

        ``X`` are n texts, as for ``fit``.
        """
        return self._assign(as_corpus(X))[0]

    def transform(self, X: Texts) -> Floats:
        """How like each text is to each topic, (n, topics) from -1 to 1; 0 where a text says nothing.

        ``X`` are n texts, as for ``fit``.
        """
        corpus = as_corpus(X)
        found = np.zeros((len(corpus), len(self)))
        for part, rows, own, back in self._by_part(corpus):
            likeness = self._place(part, own, np.asarray)
            found[np.ix_(rows, np.arange(part.first, part.first + len(part)))] = likeness[back]
        return found

    def assign(self, X: Texts, *, several: bool = False) -> pd.DataFrame:
        """Each text's topic as a table ``id, topic, weight``; with ``several`` a row for each of its topics.

        A text of several sentences has the topic of each of them, each weighed by its share of the
        characters; ``weight`` is the share that speaks of the topic. Without ``several`` it is the weight of
        the main topic, which is the whole text's. A text with topic -1 has weight 0. ``X`` are n texts, as
        for ``fit``.
        """
        corpus = as_corpus(X)
        topics, _ = self._assign(corpus)
        shares = self._share_sentences(corpus, topics)
        rows = []
        for unit, topic, share in zip(corpus.ids, topics.tolist(), shares, strict=True):
            rows.append((unit, topic, share.get(topic, 0.0)))
            if several:
                others = sorted((t for t in share if t != topic), key=lambda t: (-share[t], t))
                rows += [(unit, other, share[other]) for other in others]
        return pd.DataFrame(rows, columns=["id", "topic", "weight"])

    def _assign(self, corpus: Corpus) -> tuple[Ints, Floats]:
        topics, best = np.full(len(corpus), NONE, dtype=np.int64), np.zeros(len(corpus))
        for part, rows, own, back in self._by_part(corpus):
            likeness = self._place(part, own, _top_of)
            number, value = likeness[:, 0].astype(np.int64), likeness[:, 1]
            number = np.where(value >= self.least_likeness, number + part.first, NONE)
            topics[rows], best[rows] = number[back], value[back]
        return topics, best

    def _by_part(self, corpus: Corpus) -> list[tuple[TopicPart, Ints, list[str], Ints]]:
        """Each part with the rows of its texts, the distinct texts among them and the way back."""
        check_is_fitted(self, "parts_")
        keys, said = _make_keys(corpus.texts)
        asked = np.array([self._part_of(q) for q in corpus.questions], dtype=object)
        found = []
        for part in self.parts_:
            rows = np.flatnonzero((asked == part.question) & said)
            if len(rows):
                own, back = np.unique(np.array([keys[r] for r in rows], dtype=object), return_inverse=True)
                found.append((part, rows, list(own.tolist()), np.asarray(back, dtype=np.int64)))
        return found

    def _place(self, part: TopicPart, texts: list[str], measure: Callable[[Floats], Floats]) -> Floats:
        """What ``measure`` makes of the texts' likeness to the part's topics, a batch at a time."""
        with threadpool_limits(1):
            batches = [
                measure(likeness_to(part.space.place_texts(texts[start : start + BATCH]), part.peaks.centres))
                for start in range(0, len(texts), BATCH)
            ]
        return np.vstack(batches)

    def _share_sentences(self, corpus: Corpus, topics: Ints) -> list[dict[int, float]]:
        questions = corpus.questions
        pieces: list[tuple[int, str, int]] = []
        for row, text in enumerate(repair_texts(corpus.texts)):
            spans = sentence_spans(text) if topics[row] != NONE else []
            if len(spans) > 1:
                pieces += [(row, span.slice(text), len(span)) for span in spans]
        frame = pd.DataFrame(
            {
                "doc_id": [str(i) for i in range(len(pieces))],
                "text": [piece for _, piece, _ in pieces],
                "question": [questions[row] for row, _, _ in pieces],
            }
        )
        found = self._assign(Corpus(frame))[0] if pieces else np.zeros(0, np.int64)
        shares: list[dict[int, float]] = [{} for _ in topics]
        for (row, _, size), topic in zip(pieces, found.tolist(), strict=True):
            own = topic if topic != NONE else int(topics[row])
            shares[row][own] = shares[row].get(own, 0.0) + size
        for row, topic in enumerate(topics.tolist()):
            whole = sum(shares[row].values())
            if topic != NONE and not whole:
                shares[row] = {topic: 1.0}
            elif whole:
                shares[row] = {t: round(size / whole, 4) for t, size in shares[row].items()}
        return shares

    # --- what was found -------------------------------------------------------------------------------

    def __len__(self) -> int:
        check_is_fitted(self, "parts_")
        return sum(len(part) for part in self.parts_)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "parts_")

    @property
    def words_(self) -> list[list[str]]:
        """The words of each topic, the weightiest first."""
        check_is_fitted(self, "parts_")
        return [words for part in self.parts_ for words in part.words]

    @property
    def table_(self) -> pd.DataFrame:
        """A row a topic: ``topic, name, question, size, words, representatives`` (ids), ``code``."""
        check_is_fitted(self, "parts_")
        rows: list[dict[str, Any]] = []
        for part in self.parts_:
            for k in range(len(part)):
                rows.append(
                    {
                        "topic": part.first + k,
                        "name": part.names[k],
                        "question": part.question,
                        "size": part.sizes[k],
                        "words": part.words[k],
                        "representatives": part.representatives[k],
                        "code": part.codes[k],
                    }
                )
        return pd.DataFrame(rows)


def _top_of(likeness: Floats) -> Floats:
    return np.column_stack([nearest(likeness), likeness.max(axis=1)])


def says_something(texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which texts (n,) are neither blank nor a non-response: only those can have a topic.

    >>> says_something(["Lifts to matches", " ", "n/a"]).tolist()
    [True, False, False]
    """
    return _make_keys(texts)[1]


def _make_keys(texts: Sequence[str]) -> tuple[list[str], npt.NDArray[np.bool_]]:
    """The key of each text, equal for texts that are the same, and whether it says anything."""
    keys = [normalise_text(text) for text in repair_texts(texts)]
    says = {key: bool(key) and not is_non_response(key) for key in set(keys)}
    return keys, np.array([says[key] for key in keys], dtype=bool)


def _who_said(texts: list[str], keys: list[str], people: list[str]) -> sp.csr_matrix:
    """Who gave each distinct text, 1 or more where they did, (texts, respondents)."""
    place = {text: number for number, text in enumerate(texts)}
    numbers = {person: number for number, person in enumerate(dict.fromkeys(people))}
    at = [place[key] for key in keys], [numbers[person] for person in people]
    return sp.csr_matrix((np.ones(len(keys)), at), shape=(len(texts), len(numbers)))


def _first_rows(keys: list[str], rows: Ints) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows.tolist():
        found.setdefault(keys[row], row)
    return found
