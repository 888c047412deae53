"""Cold scores spread over a corpus: texts that share words come to share codes.

The texts that are ranked highest for a code stand in for examples (pseudo-relevance feedback, Rocchio 1971;
Lavrenko & Croft 2001), and the coder's own kernel learns from them, so that words that only respondents use,
and the question asked, come to count. No label is used.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from textmine.coding.features import Analyser, build_vocabulary
from textmine.coding.ridge import Kernel, weights_from_dual
from textmine.coding.scorer import Scorer
from textmine.coding.static import StaticVectors

Floats = npt.NDArray[np.float64]

#: A text stands in as an example of its highest codes only, so many.
MOST_CODES = 3
#: Examples that nobody checked are trusted little: the penalty of the ridge.
PENALTY = 100.0
#: Fewer texts than this teach nothing.
FEWEST_TEXTS = 50


def spread_scores(
    scores: Floats,
    texts: Sequence[str],
    questions: Sequence[str],
    groups: Sequence[str],
    vectors: StaticVectors,
) -> Scorer | None:
    """A scorer that has learned from the texts' own cold scores, (n, codes) around 0; None for too few.

    A text counts for its ``MOST_CODES`` highest codes, as far above 0 as it scores for them, and for the
    others not at all.
    """
    if len(texts) < FEWEST_TEXTS or scores.std() < 1e-9:
        return None
    place = (-scores).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    targets = np.where(place < MOST_CODES, np.maximum(scores / scores.std(), 0), 0)
    targets -= targets.mean(axis=0)
    vocabulary = build_vocabulary(texts, questions, groups)
    design = Analyser(vocabulary, vectors).design(texts, questions)
    everything = np.arange(len(texts))
    dual, constant = Kernel(design).solve(everything, (targets + 1) / 2, np.ones(len(texts)), PENALTY)
    return Scorer(vocabulary, weights_from_dual(design, dual, constant), vectors)
