"""The ridge: the same answer as scikit-learn, as leaving rows out, and as solving without the kernel."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from textmine.coding.features import Design
from textmine.coding.ridge import BLOCK_SHARE, CROSS, Kernel, kernel, solve, weights_from_dual

N = 30


def draw(seed: int, n_codes: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Random features, 0/1 targets of which some are missing, and weights of rows."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, 2, (N, n_codes)).astype(float)
    targets[rng.random((N, n_codes)) < 0.2] = np.nan
    return rng.normal(size=(N, 6)), targets, rng.uniform(0.3, 1, N)


@pytest.fixture(scope="module")
def design() -> Design:
    rng = np.random.default_rng(5)
    terms, pieces = (sp.csr_matrix(rng.random((N, 8)) * (rng.random((N, 8)) < 0.4)) for _ in range(2))
    questions = np.eye(3)[rng.integers(0, 3, N)]
    questions[:4] = [0.5, 0.3, 0.2]  # never met
    return Design(terms, pieces, rng.normal(size=(N, 4)), questions)


@pytest.mark.parametrize("penalty", [0.1, 2.0])
def test_scores_are_those_of_sklearns_ridge(penalty: float) -> None:
    features, targets, weight = draw(1)
    targets = np.nan_to_num(targets)
    gram = features @ features.T
    dual, constant = solve(gram, targets, weight, penalty)
    peer = Ridge(alpha=penalty).fit(features, 2 * targets - 1, sample_weight=weight)
    np.testing.assert_allclose(gram @ dual + constant, peer.predict(features), atol=1e-9)
    np.testing.assert_allclose(constant, peer.intercept_, atol=1e-9)


@given(st.integers(0, 10_000))
def test_missing_target_is_as_if_the_row_were_not_there(seed: int) -> None:
    features, targets, weight = draw(seed)
    gram = features @ features.T
    dual, constant = solve(gram, targets, weight, 2.0)
    for k in range(targets.shape[1]):
        rows = np.flatnonzero(~np.isnan(targets[:, k]))
        alone, level = solve(gram[np.ix_(rows, rows)], targets[rows][:, [k]], weight[rows], 2.0)
        np.testing.assert_allclose(dual[rows, k], alone[:, 0], atol=1e-9)
        assert constant[k] == pytest.approx(level[0])
        assert not dual[np.isnan(targets[:, k]), k].any()


def test_code_that_is_always_or_never_given_has_only_a_constant() -> None:
    features, _, weight = draw(2)
    targets = np.column_stack([np.zeros(N), np.ones(N), np.full(N, np.nan)])
    dual, constant = solve(features @ features.T, targets, weight, 2.0)
    np.testing.assert_allclose(dual, 0, atol=1e-9)
    np.testing.assert_allclose(constant, [-1, 1, -1])


def test_kernel_is_shared_weights_and_weights_of_each_question(design: Design) -> None:
    blocks = [np.asarray(b.todense()) for b in (design.terms, design.pieces)] + [design.static]
    common = sum(b @ b.T for b in blocks)
    same = design.questions @ design.questions.T
    np.testing.assert_allclose(kernel(design), common * BLOCK_SHARE * (1 + CROSS * same) + same)


def test_not_holding_the_kernel_gives_the_same_scores(design: Design) -> None:
    _, targets, weight = draw(3)
    rows, test = np.arange(0, N - 5), np.arange(N - 5, N)
    scores = []
    for most in (N, 0):
        gram = Kernel(design, most_dense=most)
        assert (gram.matrix is None) == (most == 0)
        dual, constant = gram.solve(rows, targets[rows], weight[rows], 2.0)
        scores.append(gram.score(test, rows, dual) + constant)
    np.testing.assert_allclose(*scores, atol=1e-4)


def test_weights_on_features_give_the_scores_of_the_kernel(design: Design) -> None:
    _, targets, weight = draw(4)
    gram = kernel(design)
    dual, constant = solve(gram, targets, weight, 2.0)
    weights = weights_from_dual(design, dual, constant)
    found = design.questions @ weights.constant
    for q in range(3):
        own = design.terms @ weights.terms[q] + design.pieces @ weights.pieces[q]
        found += design.questions[:, [q]] * (own + design.static @ weights.static[q])
    np.testing.assert_allclose(found, gram @ dual + constant, atol=5e-3)  # weights are stored as float16
