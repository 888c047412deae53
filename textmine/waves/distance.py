"""How far apart the texts of two waves lie: maximum mean discrepancy, and a classifier that tells them apart.

Both see a change of anything, and little of one new theme: with 200 texts a wave a theme that grew from 2% to
8% is seen in fewer than one wave in five. So each tells what share of the new texts a theme would have to
make up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from textmine.errors import InputError
from textmine.waves.parting import Floats, Ints, Partings, find_p

#: The power that is spoken of, as a normal deviate: 80%.
Z80 = 0.8416212335729143
#: Texts of a theme from which its distance from the rest is told.
FEWEST_OF_THEME = 20
#: Respondents of each wave that the classifier is tried on, at least.
FEWEST_TRIED = 20


@dataclass(frozen=True)
class Distance:
    """A distance of two waves with its p-value, and the ``detectable`` one (80% power at ``level``).

    ``share`` is what part of the new texts a theme would have to make up to be seen, such as the codes are
    (the median over them); NaN where no code tells it.
    """

    value: float
    p: float
    detectable: float
    share: float = float("nan")


def measure_mmd(x: npt.ArrayLike, y: npt.ArrayLike, *, gamma: float | None = None) -> float:
    """The squared maximum mean discrepancy of two samples, without bias (Gretton and others 2012).

    ``x`` and ``y`` are (n, axes) or (n,); the kernel is exp(-gamma d^2), with gamma = 1 / (2 median^2) of all
    distances where none is given. It is 0 on average where both come from one distribution, and may fall
    below. Raises ``InputError`` for fewer than two rows a side.

    >>> round(measure_mmd([0, 1], [2, 3], gamma=0.5), 7)
    0.7689062
    """
    one, two = (np.asarray(side, dtype=np.float64) for side in (x, y))
    one, two = (side.reshape(-1, 1) if side.ndim == 1 else side for side in (one, two))
    if min(len(one), len(two)) < 2:
        raise InputError(f"{len(one)} and {len(two)} texts to compare met. Give two or more a wave.")
    square = _square_distances(np.vstack([one, two]))
    kernel = np.exp(-(_gamma(square) if gamma is None else gamma) * square)
    np.fill_diagonal(kernel, 0.0)
    n, m = len(one), len(two)
    inside = kernel[:n, :n].sum() / (n * (n - 1)) + kernel[n:, n:].sum() / (m * (m - 1))
    return float(inside - 2 * kernel[:n, n:].mean())


def compare_places(
    places: Floats,
    questions: Ints,
    partings: Partings,
    *,
    themes: Mapping[str, npt.NDArray[np.bool_]],
    level: float = 0.05,
) -> Distance:
    """The discrepancy of two waves, question by question and then averaged, tested by ``partings``.

    ``places`` (texts, axes) holds the texts of both waves, a row of zeros being a text that says nothing;
    ``themes`` marks the texts of each code, by which the detectable share is told.
    """
    said = np.abs(places).sum(axis=1) > 0
    total = np.zeros(partings.is_new.shape[1])
    weights = 0.0
    apart: dict[str, float] = {}
    with threadpool_limits(1):
        gamma = _gamma(_square_distances(_thin(places[said])))
        for question in np.unique(questions[said]).tolist():
            rows = np.flatnonzero(said & (questions == question))
            kernel = np.exp(-gamma * _square_distances(places[rows]))
            np.fill_diagonal(kernel, 0.0)
            found = _mmd_of_partings(kernel, partings.block[rows], partings.is_new)
            if np.isnan(found[0]):
                continue
            total += len(rows) * np.nan_to_num(found)
            weights += len(rows)
            for code, marked in themes.items():
                apart[code] = apart.get(code, 0.0) + len(rows) * _mmd_of_theme(kernel, marked[rows])
    if not weights:
        return Distance(float("nan"), float("nan"), float("nan"))
    total /= weights
    chance = total[1:]
    detectable = float(np.quantile(chance, 1 - level) + Z80 * chance.std())
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = [np.sqrt(detectable / (far / weights)) for far in apart.values() if far > 0]
    share = float(np.median(shares)) if shares else float("nan")
    return Distance(float(total[0]), find_p(total), detectable, share)


def try_classifier(
    places: Floats,
    questions: Ints,
    partings: Partings,
    *,
    level: float = 0.05,
    seed: int = 0,
) -> Distance:
    """Whether a classifier tells new respondents from old that it never met (Lopez-Paz & Oquab 2017).

    Half of the people train a logistic regression, as many of either wave from the other half are told
    apart; ``value`` is the share told right, .5 by chance, tested by the exact binomial.
    """
    from scipy.stats import binomtest
    from sklearn.linear_model import LogisticRegression

    nothing = Distance(float("nan"), float("nan"), float("nan"))
    is_new = partings.is_new[:, 0]
    rng = np.random.default_rng(seed)
    people = np.unique(partings.person)
    learns = np.isin(partings.person, rng.permutation(people)[: len(people) // 2])
    middle = places.copy()
    for question in np.unique(questions).tolist():
        rows = questions == question
        middle[rows] -= middle[rows].mean(axis=0)
    train = learns[partings.block]
    if len(np.unique(is_new[partings.block][train])) < 2:
        return nothing
    with threadpool_limits(1):
        model = LogisticRegression(class_weight="balanced", max_iter=500)
        model.fit(middle[train], is_new[partings.block][train])
        lean = model.decision_function(middle)
    sums, counts = partings.add(np.where(train, 0.0, lean)), partings.add(~train)
    blocks = np.flatnonzero(~learns & (counts > 0))
    sides = [rng.permutation(blocks[is_new[blocks] == side]) for side in (0, 1)]
    n = min(map(len, sides))
    if n < FEWEST_TRIED:
        return nothing
    tried = np.concatenate([side[:n] for side in sides])
    right = int(((sums[tried] > 0) == (is_new[tried] == 1)).sum())
    from scipy.stats import norm

    detectable = 0.5 + float(norm.isf(level) + Z80) * 0.5 / np.sqrt(2 * n)
    p = float(binomtest(right, 2 * n, 0.5, alternative="greater").pvalue)
    return Distance(right / (2 * n), p, float(min(detectable, 1.0)))


def _mmd_of_partings(kernel: Floats, block: Ints, is_new: Floats) -> Floats:
    """The discrepancy in each parting; NaN where a wave has fewer than two of the texts."""
    blocks, own = np.unique(block, return_inverse=True)
    n_blocks = len(blocks)
    folded = np.zeros((n_blocks, len(kernel)))
    np.add.at(folded, own, kernel)
    square = np.zeros((n_blocks, n_blocks))
    np.add.at(square, own, folded.T)
    size = np.bincount(own, minlength=n_blocks).astype(np.float64)
    labels = is_new[blocks]
    both = square @ labels
    new = (labels * both).sum(axis=0)
    across = both.sum(axis=0) - new
    old = square.sum() - 2 * across - new
    m = size @ labels
    n = size.sum() - m
    with np.errstate(divide="ignore", invalid="ignore"):
        found = new / (m * (m - 1)) + old / (n * (n - 1)) - 2 * across / (m * n)
    return np.where((m > 1) & (n > 1), found, np.nan)


def _mmd_of_theme(kernel: Floats, inside: npt.NDArray[np.bool_]) -> float:
    """The discrepancy of a theme's texts from all texts; 0 where they are few."""
    n, m = len(kernel), int(inside.sum())
    if m < FEWEST_OF_THEME or n < 2:
        return 0.0
    own = kernel[np.ix_(inside, inside)].sum() / (m * (m - 1))
    cross = kernel[inside].sum() / (m * (n - 1))
    return float(max(own + kernel.sum() / (n * (n - 1)) - 2 * cross, 0.0))


def _square_distances(rows: Floats) -> Floats:
    lengths = (rows**2).sum(axis=1)
    return np.asarray(np.maximum(lengths[:, None] + lengths[None, :] - 2 * rows @ rows.T, 0.0))


def _gamma(square: Floats) -> float:
    upper = square[np.triu_indices(len(square), 1)]
    middle = float(np.median(upper)) if len(upper) else 0.0
    return 1 / (2 * middle) if middle > 0 else 1.0


def _thin(rows: Floats, most: int = 1500) -> Floats:
    return rows[:: max(1, -(-len(rows) // most))]
