"""How cold scores fade into a trained coder's: what each counts for, fitted on held-out texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Draws the weights together where there are few labels to fit them on.
SHRINKAGE = 1.0
#: Keeps the constant of a code without any finite.
_FIRMNESS = 0.01


@dataclass(frozen=True)
class Fade:
    """The weights of the cold and of the trained scores, 0 or more, and each code's constant, (codes,)."""

    cold: float
    trained: float
    constant: Floats

    @property
    def share(self) -> float:
        """What the trained scores count for, from 0 (only the codebook) to 1 (only the labels)."""
        total = self.cold + self.trained
        return self.trained / total if total > 0 else 0.0

    def scores(self, cold: Floats, trained: Floats) -> Floats:
        """The faded scores of texts, (n, codes), from both kinds of score."""
        return self.cold * cold + self.trained * trained


def fit_fade(cold: Floats, trained: Floats, truth: Floats) -> Fade:
    """The weights with the least log loss, (n, codes) each; NaN truth is left out.

    One weight for each kind of score, the same for all codes, and a constant a code: a logistic regression
    whose weights may not fall below 0. ``trained`` must be scores of texts that
    their model had not seen. The first weight is drawn towards 1, the second towards 0, as before any label.

    >>> truth = np.array([[1.0], [1.0], [0.0], [0.0]] * 10)
    >>> good, useless = truth * 2 - 1, np.array([[1.0], [-1.0]] * 20)
    >>> fit_fade(useless, good, truth).share > 0.9
    True
    """
    from scipy.optimize import minimize

    rows, codes = np.nonzero(~np.isnan(truth))
    signs, n_codes = 2 * truth[rows, codes] - 1, truth.shape[1]
    kinds = np.column_stack([cold[rows, codes], trained[rows, codes]])
    before_any_label = np.array([1.0, 0.0])

    def lose(parameters: Floats) -> tuple[float, Floats]:
        weights, constant = parameters[:2], parameters[2:]
        margin = signs * (kinds @ weights + constant[codes])
        away = weights - before_any_label
        loss = np.logaddexp(0, -margin).sum() + 0.5 * SHRINKAGE * (away @ away)
        pull = -signs / (1 + np.exp(np.clip(margin, -50, 50)))
        of_weights = kinds.T @ pull + SHRINKAGE * away
        of_constants = np.bincount(codes, pull, n_codes) + _FIRMNESS * constant
        return float(loss + 0.5 * _FIRMNESS * (constant @ constant)), np.concatenate(
            [of_weights, of_constants]
        )

    start = np.concatenate([before_any_label, np.full(n_codes, -2.0)])
    bounds = [(0.0, None)] * 2 + [(None, None)] * n_codes
    found = minimize(lose, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Fade(float(found[0]), float(found[1]), found[2:])
