"""Exact tests behind a certificate: how many to read, how many must be right, what may have been missed."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log

import numpy as np
import numpy.typing as npt

from textmine.errors import InputError

Floats = npt.NDArray[np.float64]

#: Units by which a fixed sequence of thresholds goes down the scores.
STEP = 5
#: What rounding may do to a probability that is compared with a limit.
_SLACK = 1e-12


@dataclass(frozen=True)
class Cut:
    """A threshold at or above which ``right`` of the ``read`` sampled units carry the code."""

    threshold: float
    read: int
    right: int


@dataclass(frozen=True)
class Sequence:
    """What a fixed sequence found: ``passed`` from the strictest on, and the first cut that failed."""

    passed: tuple[Cut, ...]
    failed: Cut | None = None

    @property
    def loosest(self) -> Cut | None:
        """The last cut that passed before the first failure; None where none did."""
        return self.passed[-1] if self.passed else None


def minimum_sample(precision: float, delta: float) -> int:
    """How many units must be read for ``precision`` to be shown at error ``delta`` if all are right.

    The smallest m with precision^m <= delta. Raises ``InputError`` for shares outside (0, 1).

    >>> minimum_sample(0.9, 0.1), minimum_sample(0.9, 0.05), minimum_sample(0.9, 0.1 / 10)
    (22, 29, 44)
    """
    _check_share("precision", precision)
    _check_share("delta", delta)
    return max(1, ceil(log(delta) / log(precision) - 1e-9))


def minimum_correct(read: int, precision: float, delta: float) -> int | None:
    """How many of ``read`` units must be right for ``precision`` to be shown at error ``delta``.

    The smallest k with P(Bin(read, precision) >= k) <= delta; None where not even all would do.

    >>> [minimum_correct(m, 0.9, 0.1) for m in (21, 38, 50, 100)]
    [None, 37, 49, 95]
    """
    from scipy.stats import binom

    _check_share("precision", precision)
    _check_share("delta", delta)
    enough = binom.sf(np.arange(read + 1) - 1, read, precision) <= delta + _SLACK
    return int(np.argmax(enough)) if enough.any() else None


def p_of_precision(right: int, read: int, precision: float) -> float:
    """P(Bin(read, precision) >= right): how odd so many right ones were, were the precision no better.

    >>> round(p_of_precision(22, 22, 0.9), 5)
    0.09848
    """
    from scipy.stats import binom

    return float(binom.sf(right - 1, read, precision))


def certify_sequence(
    scores: npt.ArrayLike,
    truth: npt.ArrayLike,
    *,
    precision: float,
    delta: float,
    lowest: float | None = None,
    step: int = STEP,
    likely_first: bool = False,
) -> Sequence:
    """The thresholds at which at least ``precision`` of the units are right, with error ``delta`` in all.

    ``scores`` and ``truth`` (1 or 0) are of units drawn at random and scored by a coder that had not learned
    from them. Fixed-sequence testing (Learn then Test, Angelopoulos et al. 2021): the strictest threshold
    holds ``minimum_sample`` units, each next ``step`` more, each is tested by the exact binomial, and the
    first failure ends it. Order and start depend on scores alone, so no further correction is due. Units of
    one score stand or fall together. No threshold goes below ``lowest``, which is the last one tested.
    ``likely_first`` starts not at the strictest threshold but at the one that is the likeliest to pass if the
    scores are probabilities: a strict one forgives no mistake. It is chosen by the scores alone as well.
    Raises ``InputError`` for shares outside (0, 1) and scores without a truth of 0 or 1.

    >>> found = certify_sequence(np.linspace(1, 0.5, 40), [1] * 30 + [0] * 10, precision=0.9, delta=0.1)
    >>> found.loosest.read, found.failed
    (27, Cut(threshold=0.6025641025641026, read=32, right=30))
    """
    from scipy.stats import binom

    start = minimum_sample(precision, delta)
    score, true = _descending(scores, truth)
    if lowest is not None:
        true, score = true[score >= lowest], score[score >= lowest]
    n = len(score)
    if n < start:
        return Sequence(())
    last_of_score = np.searchsorted(-score, -score, side="right")  # how many stand at or above each
    wanted = [*range(start, n + 1, max(step, 1)), n]
    sizes = np.unique(last_of_score[np.array(wanted) - 1])
    hits = np.cumsum(true)[sizes - 1].astype(int)
    passes = binom.sf(hits - 1, sizes, precision) <= delta + _SLACK
    cuts = [Cut(float(score[m - 1]), int(m), int(k)) for m, k in zip(sizes, hits, strict=True)]
    if lowest is not None and cuts:
        cuts[-1] = Cut(float(lowest), cuts[-1].read, cuts[-1].right)
    first = _likeliest(score, sizes, precision, delta) if likely_first else 0
    cuts, passes = cuts[first:], passes[first:]
    good = len(cuts) if passes.all() else int(np.argmin(passes))
    return Sequence(tuple(cuts[:good]), cuts[good] if good < len(cuts) else None)


def _likeliest(score: Floats, sizes: npt.NDArray[np.int64], precision: float, delta: float) -> int:
    """Which of the sizes is the likeliest to pass, were the mean score above each cut its precision."""
    from scipy.stats import binom

    expected = np.cumsum(np.clip(score, 0.0, 1.0))[sizes - 1] / sizes
    needed = binom.isf(delta, sizes, precision) + 1
    return int(np.argmax(binom.sf(needed - 1, sizes, expected)))


def audit_band(truth: npt.ArrayLike, *, threshold: float, precision: float, delta: float) -> Cut | None:
    """The cut at a threshold fixed in advance, if enough of the units read inside the band are right.

    ``truth`` is of units drawn at random from those at or above ``threshold``, which may not have been
    chosen by looking at them. None where too few were read or right.

    >>> audit_band([1] * 61 + [0], threshold=0.5, precision=0.9, delta=0.1)
    Cut(threshold=0.5, read=62, right=61)
    """
    true = np.asarray(truth, dtype=np.float64)
    cut = Cut(float(threshold), len(true), int(true.sum()))
    needed = minimum_correct(cut.read, precision, delta)
    return cut if needed is not None and cut.right >= needed else None


def bound_precision(right: int, read: int, confidence: float) -> float:
    """The precision that is exceeded with ``confidence`` (Clopper & Pearson 1934, one-sided).

    >>> round(bound_precision(61, 62, 0.9), 3)
    0.939
    """
    from scipy.stats import beta

    return float(beta.ppf(1 - confidence, right, read - right + 1)) if right else 0.0


def bound_elusion(hits: int, read: int, confidence: float = 0.95) -> float:
    """The most that may be missed: upper bound of the share of a rejected pile that carries the code.

    One-sided and exact (Clopper & Pearson 1934): with no hit among ``read`` units drawn at random from the
    pile it is 1 - (1 - confidence)^(1 / read). 1 where nothing was read.

    Raises ``InputError`` for more hits than were read.

    >>> round(bound_elusion(0, 149), 4), round(bound_elusion(0, 300), 5)
    (0.0199, 0.00994)
    """
    from scipy.stats import beta

    if not 0 <= hits <= read:
        raise InputError(f"{hits} hits among {read} units read cannot be. Give hits first, then units read.")
    return float(beta.ppf(confidence, hits + 1, read - hits)) if hits < read else 1.0


def reject_sequence(
    scores: npt.ArrayLike,
    truth: npt.ArrayLike,
    *,
    miss: float,
    delta: float = 0.05,
    highest: float,
    step: int = STEP,
) -> Cut | None:
    """The highest threshold below which at most a share ``miss`` of the units carries the code.

    The mirror of ``certify_sequence``: from the lowest scores up, as many units as it takes to show
    ``miss`` without a hit, then ``step`` more at a time until the first failure. ``right`` of the cut counts
    hits among the ``read`` units below ``threshold``, which never goes above ``highest``. None where none
    passes. Raises ``InputError`` for a ``miss`` outside (0, 1).

    >>> cut = reject_sequence(np.linspace(0, 1, 300), [0] * 250 + [1] * 50, miss=0.02, highest=0.6)
    >>> cut.read, cut.right, cut.threshold
    (180, 0, 0.6)
    """
    _check_share("the share that may be missed", miss)
    mirrored = certify_sequence(
        -np.asarray(scores, dtype=np.float64),
        1 - np.asarray(truth, dtype=np.float64),
        precision=1 - miss,
        delta=delta,
        lowest=float(np.nextafter(-highest, np.inf)),
        step=step,
    ).loosest
    if mirrored is None:
        return None
    threshold = min(float(np.nextafter(-mirrored.threshold, np.inf)), float(highest))
    return Cut(threshold, mirrored.read, mirrored.read - mirrored.right)


def reject_by_misses(scores: npt.ArrayLike, truth: npt.ArrayLike, *, miss: float) -> float | None:
    """The highest threshold below which, in expectation, at most a share ``miss`` of true units falls.

    Conformal risk control (Angelopoulos, Bates et al. 2022) of the false-negative rate over the n units
    that carry the code: n/(n+1) R + 1/(n+1) <= miss. None where so few carry it that none can do.

    >>> reject_by_misses([0.1, 0.4, 0.5, 0.8, 0.9], [0, 1, 1, 1, 1], miss=0.4)
    0.5
    """
    score, true = _descending(scores, truth)
    positives = np.sort(score[true > 0])
    n = len(positives)
    may_fall = floor((n + 1) * miss - 1 + 1e-9)
    if n == 0 or may_fall < 0:
        return None
    return float(positives[min(may_fall, n - 1)])


def measure_saved_work(screened: int, total: int, recall: float = 0.95) -> float:
    """Work saved over sampling at a recall: the share not screened, less what chance would save.

    WSS = (total - screened) / total - (1 - recall) (Cohen et al. 2006).

    >>> round(measure_saved_work(200, 1000), 2)
    0.75
    """
    return (total - screened) / total - (1 - recall)


@dataclass(frozen=True)
class StopTest:
    """Whether reading may stop: ``p`` of seeing so few hits, had the target not been reached."""

    missing: int
    p: float


def judge_stopping(remaining: int, drawn: int, hits: int, found: int, recall: float = 0.95) -> StopTest:
    """Whether the recall is reached, by a random sample of what remains (Callaghan & Müller-Hansen 2020).

    ``found`` units were found before; of the ``remaining`` then, ``drawn`` were read at random and ``hits``
    carried the code. ``missing`` is how many the remaining must have held at the least for the recall to be
    missed; ``p`` is the hypergeometric chance of so few hits in that case. Stop where p < .05.

    >>> stop = judge_stopping(1000, 640, 0, 50)
    >>> stop.missing, round(stop.p, 4)
    (3, 0.0464)
    """
    from scipy.stats import hypergeom

    missing = min(floor((found + hits) / recall - found + 1 + 1e-9), remaining)
    return StopTest(missing, float(hypergeom.cdf(hits, remaining, missing, drawn)))


def _descending(scores: npt.ArrayLike, truth: npt.ArrayLike) -> tuple[Floats, Floats]:
    score, true = np.asarray(scores, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if score.shape != true.shape or score.ndim != 1:
        raise InputError(f"{score.size} scores and {true.size} labels met. Give one label for each score.")
    if np.isnan(score).any() or not np.isin(true, (0.0, 1.0)).all():
        raise InputError("A score is missing or a label is neither 1 nor 0. Leave out units not coded.")
    order = np.argsort(-score, kind="stable")
    return score[order], true[order]


def _check_share(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise InputError(f"{name} is {value}. Give a share between 0 and 1, such as 0.9.")
