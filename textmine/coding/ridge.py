"""Linear weights for all codes at once: kernel ridge regression on the feature blocks.

The targets are -1 and +1, the loss is squared (least-squares classification, Rifkin et al. 2003); what
looks crude is as accurate here as logistic regression and solves all codes with one factorisation.
The kernel of two texts is ``blocks * (1 + CROSS * same question) / (1 + CROSS) + same question``: each
question gets weights of its own, drawn towards the common ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.linalg import cho_factor, cho_solve

from textmine.coding.features import Design

#: How far each question's weights may move from the common ones.
CROSS = 0.3
#: Keeps the sum of the three blocks at the size that the ridge was tuned for.
BLOCK_SHARE = 1 / 1.5

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LinearWeights:
    """The weights of every question q, feature f and code k: ``terms[q, f, k]`` and so on.

    ``constant[q, k]`` holds the question's own share and the code's constant.
    """

    terms: npt.NDArray[np.float32]
    pieces: npt.NDArray[np.float32]
    static: npt.NDArray[np.float32]
    constant: npt.NDArray[np.float32]


def kernel(design: Design) -> Floats:
    """The kernel of every two texts, (n, n)."""
    blocks = (design.terms @ design.terms.T).toarray() + (design.pieces @ design.pieces.T).toarray()
    blocks += design.static @ design.static.T
    same = design.questions @ design.questions.T
    blocks *= BLOCK_SHARE * (1 + CROSS * same)
    blocks += same
    return np.asarray(blocks)


def solve(gram: Floats, targets: Floats, row_weights: Floats, penalty: float) -> tuple[Floats, Floats]:
    """Dual weights (n, codes) and constants (codes,) for 0/1 targets; NaN targets are left out.

    Codes that leave out the same rows share one factorisation. A code whose known targets are all alike
    gets no weights and the constant -1 or +1.
    """
    n, n_codes = targets.shape
    dual, constant = np.zeros((n, n_codes)), np.zeros(n_codes)
    known = ~np.isnan(targets)
    for pattern in np.unique(known, axis=1).T:
        codes = np.flatnonzero((known == pattern[:, None]).all(axis=0))
        rows = np.flatnonzero(pattern)
        if not len(rows):
            constant[codes] = -1.0
            continue
        whole = len(rows) == n
        part = gram.copy() if whole else gram[np.ix_(rows, rows)]
        part[np.diag_indices_from(part)] += penalty / row_weights[rows]
        factor = cho_factor(part, lower=True, overwrite_a=True, check_finite=False)
        signs = 2 * targets[np.ix_(rows, codes)] - 1
        solved = cho_solve(factor, np.column_stack([signs, np.ones(len(rows))]), check_finite=False)
        ones = solved[:, -1]
        level = solved[:, :-1].sum(axis=0) / ones.sum()
        dual[np.ix_(rows, codes)] = solved[:, :-1] - np.outer(ones, level)
        constant[codes] = level
    return dual, constant


def weights_from_dual(design: Design, dual: Floats, constant: Floats) -> LinearWeights:
    """The weights on the features that give the same scores as the dual weights on the texts."""
    shared = design.questions.shape[1]
    by_question = [
        BLOCK_SHARE * (dual + CROSS * dual * design.questions[:, [q]]) for q in range(shared)
    ]  # fmt: skip

    def project(block: sp.csr_matrix | Floats) -> npt.NDArray[np.float32]:
        return _to_half(np.stack([np.asarray(block.T @ part) for part in by_question]))

    return LinearWeights(
        project(design.terms),
        project(design.pieces),
        project(design.static),
        np.round(design.questions.T @ dual + constant, 5).astype(np.float32),
    )


def _to_half(values: Floats) -> npt.NDArray[np.float32]:
    """Rounded as they are stored, so that a coder scores the same before and after it is saved."""
    return values.astype(np.float16).astype(np.float32)
