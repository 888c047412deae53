"""Decisions taken text by text, where the measure is per text or a text has one code only.

A coder's own rule is one threshold a code, best for the F1 of each code; coded datasets hold that. The rules
here are learned from probabilities that a coder gave texts it had not seen (``Coder.out_of_fold``), and are
for measures such as samples-F1 and for data in which every text carries exactly one code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Thresholds that a rule is chosen from.
_THRESHOLDS = np.round(np.arange(0.10, 0.701, 0.02), 2)
#: How far a choice of one code may lean towards rarer codes.
_LEANS = np.round(np.arange(0.0, 1.001, 0.1), 1)


@dataclass(frozen=True)
class TextRule:
    """One threshold for all codes and, with ``at_least_one``, the likeliest code where none reaches it."""

    threshold: float
    at_least_one: bool

    def choose(self, probabilities: Floats) -> Ints:
        """1 where a code is given, else 0, (texts, codes), from probabilities of that shape.

        >>> rule = TextRule(0.5, at_least_one=True)
        >>> rule.choose(np.array([[0.9, 0.6], [0.3, 0.1]])).tolist()
        [[1, 1], [1, 0]]
        """
        given = probabilities >= self.threshold
        if self.at_least_one and probabilities.shape[1]:
            none = np.flatnonzero(~given.any(axis=1))
            given[none, probabilities[none].argmax(axis=1)] = True
        return given.astype(np.int64)


@dataclass(frozen=True)
class SingleRule:
    """One code a text: the highest of probability / share of the code to the power of ``lean``.

    ``lean`` 0 takes the likeliest code, which is best for accuracy; 1 makes up for the rarity of a code in
    full, which is best for balanced accuracy. ``shares`` are the codes' shares of the training texts.
    """

    lean: float
    shares: tuple[float, ...]

    def choose(self, probabilities: Floats) -> Ints:
        """The position of each text's code, (texts,), from probabilities (texts, codes).

        >>> SingleRule(0.0, (0.9, 0.1)).choose(np.array([[0.5, 0.4]])).tolist()
        [0]
        >>> SingleRule(1.0, (0.9, 0.1)).choose(np.array([[0.5, 0.4]])).tolist()
        [1]
        """
        scaled = probabilities / np.maximum(np.asarray(self.shares), 1e-9) ** self.lean
        return np.asarray(scaled.argmax(axis=1), dtype=np.int64)


def learn_text_rule(probabilities: Floats, truth: Floats) -> TextRule:
    """The rule with the highest mean F1 of texts (samples-F1); ties go to the higher threshold.

    ``probabilities`` and ``truth`` are (texts, codes), the former by coders that had not seen the texts. A
    text that carries no code and is given none counts 1. Whether every text gets a code is learned as well:
    it does where that raises the measure, as it will where people gave every text one.

    >>> truth = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> learn_text_rule(np.array([[0.8, 0.1], [0.2, 0.3], [0.7, 0.6]]), truth)
    TextRule(threshold=0.6, at_least_one=True)
    """
    rules = [TextRule(float(cut), one) for cut in _THRESHOLDS for one in (False, True)]
    means = [mean_f1_of_texts(truth, rule.choose(probabilities)) for rule in rules]
    best = max(range(len(rules)), key=lambda i: (round(means[i], 6), rules[i].threshold))
    return rules[best]


def learn_single_rule(probabilities: Floats, code: Ints) -> SingleRule:
    """The rule with the highest macro-F1, for texts that carry one code each; ties go to the lower lean.

    ``probabilities`` (texts, codes) are by coders that had not seen the texts, ``code`` (texts,) the
    position of each text's code. Macro-F1 stands between accuracy, which a lean of 0 serves, and balanced
    accuracy, which 1 serves.

    >>> learn_single_rule(np.array([[0.6, 0.4], [0.9, 0.1], [0.8, 0.2]]), np.array([1, 0, 0])).lean
    0.6
    """
    n_codes = probabilities.shape[1]
    shares = np.bincount(code, minlength=n_codes) / max(len(code), 1)
    rules = [SingleRule(float(lean), tuple(np.round(shares, 6).tolist())) for lean in _LEANS]
    figures = [round(_macro_f1(code, rule.choose(probabilities), n_codes), 6) for rule in rules]
    return rules[int(np.argmax(figures))]


def mean_f1_of_texts(truth: Floats | Ints, given: Floats | Ints) -> float:
    """Samples-F1: the mean over texts of each one's F1, 1 where a text has no code and was given none.

    >>> mean_f1_of_texts(np.array([[1, 1], [0, 0]]), np.array([[1, 0], [0, 0]]))
    0.8333333333333333
    """
    hits, both = (truth * given).sum(axis=1), truth.sum(axis=1) + given.sum(axis=1)
    return float(np.where(both == 0, 1.0, 2 * hits / np.maximum(both, 1)).mean())


def _macro_f1(code: Ints, given: Ints, n_codes: int) -> float:
    hits = np.bincount(code[code == given], minlength=n_codes)
    both = np.bincount(code, minlength=n_codes) + np.bincount(given, minlength=n_codes)
    met = both > 0
    return float((2 * hits[met] / both[met]).mean()) if met.any() else 0.0
