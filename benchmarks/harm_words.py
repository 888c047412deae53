"""Learn the weights of words for the flag of possible harm and write textmine/cleaning/data/harm_words.json.

    python benchmarks/harm_words.py [--dry]

Learns from the made sentences in cases/harm.csv (all batches but the held-out one) and from the shipped
school comments, nearly all of which tell of no harm (those with a phrase of ``harm.py`` are left out); no
other data. A logistic regression on bags of words and on the sum of their static vectors, so that a word that
was never met weighs like its neighbours, comes down to one number a word. Texts are seen in stretches of some
words, of a school comment those that weigh most. The threshold lets through ``ALARMS`` of the school comments
that no phrase is in, scored by a model that saw neither them nor the batch scored. Names, faiths, origins and
the like weigh nothing. A quarter of a minute. Prints the cross-validated recall by batch.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from protocols import ROOT
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from textmine.cleaning.harm import kinds_of_harm
from textmine.cleaning.harm_words import FILE
from textmine.cleaning.keys import plain_words, word_set
from textmine.coding.static import DEFAULT_VECTORS, load_static_vectors, sum_segments
from textmine.locations import shipped_folder
from textmine.privacy.lexicon import given_names

CASES = ROOT / "benchmarks" / "cases" / "harm.csv"
STUDY = ROOT / "corpora" / "school-collaboration" / "comments.csv"
#: Batches that are never learned from nor tuned on.
HELD_OUT = ("8",)
#: The share of school comments without a phrase of harm that may be flagged for their words.
ALARMS = 0.038
STRETCH = 24  # words
_STEP = 3  # from one stretch learned from to the next
_FOLDS, _ROUNDS = 5, 3
_STRENGTH, _OF_VECTORS, _OF_COMMENTS = 0.3, 0.5, 0.5  # C of the regression; scale; weight of a comment
_LEAST = 20  # hundredths: words that weigh less are not kept
_WORD_LISTS = ROOT / "textmine" / "privacy" / "data" / "words.txt"
#: Words that say who somebody is: they must not make a text more or less likely to be flagged.
WHO = word_set("""
    black white brown asian african caribbean indian pakistani bangladeshi chinese arab arabic polish romanian
    roma gypsy traveller travellers irish welsh scottish english british european american foreign foreigner
    immigrant immigrants migrant migrants refugee refugees muslim muslims islam islamic christian christians
    jewish jew jews hindu hindus sikh sikhs catholic catholics mosque church temple gay lesbian bisexual trans
    transgender queer straight male female disabled autistic autism deaf blind adhd dyslexic
    """)


@dataclass(frozen=True)
class Sentences:
    """The words of texts, and whether each tells of harm."""

    words: list[list[str]]
    harm: np.ndarray


def main() -> int:
    cases = pd.read_csv(CASES, dtype=str, keep_default_na=False)
    cases = cases[~cases["batch"].isin(HELD_OUT)].reset_index(drop=True)
    made = Sentences([plain_words(t) for t in cases["text"]], cases["possible_harm"].eq("1").to_numpy())
    texts = pd.read_csv(STUDY, dtype=str, keep_default_na=False)["text"].unique()
    school = [words for text in texts if not kinds_of_harm(text) and len(words := plain_words(text)) > 2]
    model = WordModel([*made.words, *school])
    scores, alarms = cross_validate(model, made, school, cases["batch"].to_numpy())
    threshold = float(np.quantile(alarms, 1 - ALARMS))
    report(cases, scores > threshold)
    share = (sum(bool(kinds_of_harm(text)) for text in texts) + ALARMS * len(school)) / len(texts)
    print(f"Different school comments flagged, by models that saw them not: about {share:.1%}")
    weights = model.learn(made, school)
    # One number a word: the intercept goes into the threshold.
    kept = {word: round(100 * w) for word, w in zip(model.words, weights[:-1], strict=True)}
    kept = {word: w for word, w in sorted(kept.items()) if abs(w) >= _LEAST and word not in WHO}
    limit = round(100 * (threshold - weights[-1]))
    if limit <= 0:
        raise SystemExit("The threshold is not above nought: a text of unknown words would be flagged.")
    if "--dry" not in sys.argv:
        FILE.parent.mkdir(exist_ok=True)
        by_weight: dict[str, list[str]] = {}
        for word, weight in sorted(kept.items(), key=lambda pair: (pair[1], pair[0])):
            by_weight.setdefault(str(weight), []).append(word)
        lines = {weight: " ".join(words) for weight, words in by_weight.items()}
        held = {"stretch": STRETCH, "threshold": limit, "words": lines}
        FILE.write_text(json.dumps(held, indent=0, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    print(f"{len(kept):,} words, threshold {limit}")
    return 0


class WordModel:
    """Weights of the words of texts and of a list of English words, by way of their static vectors."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        listed = _WORD_LISTS.read_text(encoding="utf-8").split("\n")
        english = {word for line in listed if not line.startswith("#") for word in line.split()}
        met = {word for text in texts for word in text if word.isalpha()}
        names = given_names() - english
        self.words = sorted({w for w in english | met if w.isascii() and w.isalpha()} - names)
        self._place = {word: i for i, word in enumerate(self.words)}
        vectors = load_static_vectors(shipped_folder("models") / DEFAULT_VECTORS)
        pieces, ends = vectors.pieces_of(self.words)
        self._vectors = sum_segments(vectors.pieces[pieces], ends) * _OF_VECTORS

    def learn(self, made: Sentences, plain: Sequence[list[str]]) -> np.ndarray:
        """A weight a word, and the intercept, from made sentences and comments that tell of no harm."""
        stretches = [_stretches(words) for words in made.words]
        harm = np.repeat(made.harm, [len(s) for s in stretches])
        made_bag = self.count([words for some in stretches for words in some])
        pool = [_stretches(words) for words in plain]
        owner = np.repeat(np.arange(len(plain)), [len(s) for s in pool])
        pool_bag = self.count([words for some in pool for words in some])
        chosen = np.unique(owner, return_index=True)[1]
        for _ in range(_ROUNDS):
            bag = sparse.vstack([made_bag, pool_bag[chosen]]).tocsr()
            true = np.concatenate([harm, np.zeros(len(chosen), bool)])
            importance = np.where(np.arange(len(true)) < len(harm), 1.0, _OF_COMMENTS)
            weights = self._fit(bag, true, importance)
            heaviest = pd.Series(pool_bag @ weights[:-1]).groupby(owner).idxmax().to_numpy()
            chosen = np.union1d(chosen, heaviest)
        return weights

    def score(self, texts: Sequence[list[str]], weights: np.ndarray) -> np.ndarray:
        """The heaviest stretch of each text."""
        return np.array([(self.count(_stretches(t, 1)) @ weights[:-1]).max() for t in texts]) + weights[-1]

    def count(self, texts: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        """How often each word is in each text."""
        places = [[self._place[word] for word in text if word in self._place] for text in texts]
        rows = np.repeat(np.arange(len(texts)), [len(p) for p in places])
        columns = np.array([i for some in places for i in some], dtype=np.int64)
        shape = (len(texts), len(self.words))
        return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)

    def _fit(self, bag: sparse.csr_matrix, true: np.ndarray, importance: np.ndarray) -> np.ndarray:
        features = sparse.hstack([bag, sparse.csr_matrix(bag @ self._vectors)]).tocsr()
        fitted = LogisticRegression(C=_STRENGTH, max_iter=500).fit(features, true, sample_weight=importance)
        of_words, of_vectors = np.split(fitted.coef_[0], [len(self.words)])
        weights = of_words + self._vectors @ of_vectors
        weights[[i for word, i in self._place.items() if word in WHO]] = 0
        return np.append(weights, fitted.intercept_[0])


def cross_validate(
    model: WordModel, made: Sentences, school: Sequence[list[str]], batches: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of the made sentences by models that saw none of their batch, and of the comments likewise.

    The large batches are cut in three, or too little would be left to learn from.
    """
    large = pd.Series(batches).map(pd.Series(batches).value_counts()).to_numpy() > len(batches) // 4
    groups = np.where(
        large, np.char.add(batches.astype(str), (np.arange(len(batches)) % 3).astype(str)), batches
    )
    fold = np.random.default_rng(0).integers(0, _FOLDS, len(school))
    scores, alarms = np.zeros(len(batches)), np.zeros(len(school))
    for i, group in enumerate(sorted(set(groups))):
        out, aside = groups == group, fold == i % _FOLDS
        seen = Sentences([w for w, o in zip(made.words, out, strict=True) if not o], made.harm[~out])
        weights = model.learn(seen, [w for w, a in zip(school, aside, strict=True) if not a])
        scores[out] = model.score([w for w, o in zip(made.words, out, strict=True) if o], weights)
        alarms[aside] = model.score([w for w, a in zip(school, aside, strict=True) if a], weights)
    return scores, alarms


def report(cases: pd.DataFrame, by_words: np.ndarray) -> None:
    """Print, for each batch, how many are found by phrases, by words, and by either."""
    by_phrase = cases["text"].map(kinds_of_harm).astype(bool).to_numpy()
    found = cases.assign(texts=1, phrase=by_phrase, words=by_words, either=by_phrase | by_words)
    columns = ["texts", "phrase", "words", "either"]
    print(found.groupby(["possible_harm", "batch"])[columns].sum().to_string())


def _stretches(words: list[str], step: int = _STEP) -> list[list[str]]:
    if len(words) <= STRETCH:
        return [words]
    starts = [*range(0, len(words) - STRETCH, step), len(words) - STRETCH]
    return [words[i : i + STRETCH] for i in starts]


if __name__ == "__main__":
    sys.exit(main())
