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

#: More rows than this are not held as a matrix of kernels (10,000 rows take 0.8 GB).
MOST_DENSE = 10_000
#: Where the kernel is not held: the residual wanted, relative to the targets, and the steps allowed.
TOLERANCE = 1e-6
MOST_STEPS = 300

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


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


class Kernel:
    """The kernel of a design: held as a matrix, or applied block by block where that would be too large.

    Both ways solve the same equations; the second by conjugate gradients, to a residual of ``TOLERANCE``.
    """

    def __init__(self, design: Design, *, most_dense: int = MOST_DENSE) -> None:
        self.design = design
        self.matrix = kernel(design) if design.static.shape[0] <= most_dense else None

    def solve(
        self, rows: Ints, targets: Floats, row_weights: Floats, penalty: float
    ) -> tuple[Floats, Floats]:
        """Dual weights and constants from these rows; ``targets`` and ``row_weights`` are theirs."""
        if self.matrix is not None:
            return solve(self.matrix[np.ix_(rows, rows)], targets, row_weights, penalty)
        part = _take(self.design, rows)
        known = ~np.isnan(targets)
        signs = np.where(known, 2 * np.nan_to_num(targets) - 1, 0.0)
        ridge = penalty / row_weights[:, None]
        solved = _conjugate_gradients(part, np.hstack([signs, known.astype(float)]), known, ridge)
        n_codes = targets.shape[1]
        ones, both = solved[:, n_codes:], solved[:, :n_codes]
        level = np.where(known.any(axis=0), both.sum(axis=0) / np.maximum(ones.sum(axis=0), 1e-12), -1.0)
        return both - ones * level, level

    def score(self, test: Ints, train: Ints, dual: Floats) -> Floats:
        """Scores of the test rows, without the constants, (test, codes)."""
        if self.matrix is not None:
            return self.matrix[np.ix_(test, train)] @ dual
        return _apply(_take(self.design, test), _take(self.design, train), dual)


def _take(design: Design, rows: Ints) -> Design:
    return Design(design.terms[rows], design.pieces[rows], design.static[rows], design.questions[rows])


def _apply(left: Design, right: Design, dual: Floats) -> Floats:
    """The kernel between two designs times ``dual``, (rows of left, columns of dual)."""

    def through(a: Design, b: Design, values: Floats) -> Floats:
        blocks = ((a.terms, b.terms), (a.pieces, b.pieces), (a.static, b.static))
        return np.asarray(sum(x @ (y.T @ values) for x, y in blocks))

    result = BLOCK_SHARE * through(left, right, dual)
    for q in range(left.questions.shape[1]):
        into, out = np.flatnonzero(right.questions[:, q]), np.flatnonzero(left.questions[:, q])
        values = right.questions[into, q][:, None] * dual[into]
        share = BLOCK_SHARE * CROSS * left.questions[out, q][:, None]
        result[out] += share * through(_take(left, out), _take(right, into), values)
    return np.asarray(result + left.questions @ (right.questions.T @ dual))


def _conjugate_gradients(
    design: Design, targets: Floats, known: npt.NDArray[np.bool_], ridge: Floats
) -> Floats:
    """Solve (K + ridge) x = targets for all columns side by side; rows that a code leaves out stay 0."""
    mask = np.hstack([known, known]).astype(float)
    solution = np.zeros_like(targets)
    residual = targets * mask
    direction = residual.copy()
    size = (residual**2).sum(axis=0)
    goal = np.maximum(size, 1e-30) * TOLERANCE**2
    for _ in range(MOST_STEPS):
        image = mask * (_apply(design, design, direction) + ridge * direction)
        curve = (direction * image).sum(axis=0)
        step = np.where(size > goal, size / np.maximum(curve, 1e-30), 0.0)
        solution += step * direction
        residual -= step * image
        new_size = (residual**2).sum(axis=0)
        if (new_size <= goal).all():
            break
        direction = residual + direction * np.where(size > goal, new_size / np.maximum(size, 1e-30), 0.0)
        size = new_size
    return solution


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
