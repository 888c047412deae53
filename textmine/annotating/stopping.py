"""When enough has been read: whether the model still changes, how sure the figures are, what is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.annotating.queue import FEW_POSITIVES
from textmine.errors import InputError

#: Successive models agree to this kappa, this many times in a row (Bloodgood & Vijay-Shanker 2009).
STABLE_KAPPA, STABLE_ROUNDS = 0.99, 3
#: Half the width of the 95% interval of a code's share that is asked for, where nothing else is.
TARGET_HALF_WIDTH = 0.05
#: Decisions between two rounds of training.
ROUND = 20

_Z = 1.959963984540054
_MOST = 100_000


def compare_rounds(before: npt.ArrayLike, after: npt.ArrayLike) -> float:
    """Cohen's kappa of two models' decisions (1 or 0) on the same units; 1 where they agree on all.

    >>> compare_rounds([1, 1, 0, 0], [1, 0, 0, 0])
    0.5
    >>> compare_rounds([0, 0], [0, 0])
    1.0
    """
    one, two = np.asarray(before, dtype=bool).ravel(), np.asarray(after, dtype=bool).ravel()
    if one.shape != two.shape or not one.size:
        raise InputError("Two rounds are compared on the same units. Give equally many decisions of each.")
    agree, p, q = float((one == two).mean()), float(one.mean()), float(two.mean())
    by_chance = p * q + (1 - p) * (1 - q)
    return 1.0 if agree == 1.0 else (agree - by_chance) / (1 - by_chance)


def is_stable(kappas: Sequence[float], *, level: float = STABLE_KAPPA, rounds: int = STABLE_ROUNDS) -> bool:
    """Whether the last ``rounds`` kappas of successive models all reach ``level``.

    >>> is_stable([0.7, 0.99, 0.995, 1.0]), is_stable([0.99, 0.995]), is_stable([1.0, 0.9, 1.0])
    (True, False, False)
    """
    last = list(kappas)[-rounds:]
    return len(last) == rounds and all(kappa >= level for kappa in last)


def half_width(share: float, read: int) -> float:
    """Half the width of the 95% interval (Wilson 1927) of a share found in ``read`` units drawn at random.

    >>> round(half_width(0.5, 100), 4), half_width(0.5, 0)
    (0.0962, 0.5)
    """
    if read <= 0:
        return 0.5
    z2 = _Z * _Z
    spread = (share * (1 - share) / read + z2 / (4 * read * read)) ** 0.5
    return float(_Z * spread / (1 + z2 / read))


def units_for_width(share: float, target: float) -> int:
    """How many random units it takes for ``half_width`` to be ``target`` or less.

    >>> units_for_width(0.5, 0.05), units_for_width(0.02, 0.05)
    (381, 52)
    """
    if not 0 < target < 1:
        raise InputError(f"A half width of {target} was asked for. Give a share such as 0.05.")
    low, high = 0, 1
    while half_width(share, high) > target and high < 10**9:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if half_width(share, middle) <= target else (middle, high)
    return high


@dataclass(frozen=True)
class Advice:
    """What to do about one code: ``stop``, or read about ``more`` units, which takes about ``minutes``.

    ``stable``: successive models agree on it; ``width``: half the 95% interval of its share in the random
    sample; ``reached``: that is as narrow as asked, or the code is certified. ``chance`` says that the units
    must be drawn by chance to serve. ``minutes`` is None where nobody's pace is known.
    """

    code: str
    name: str
    positives: int
    stable: bool
    width: float
    reached: bool
    stop: bool
    more: int
    chance: bool
    minutes: float | None
    why: str
    sentence: str


def advise_reading(
    positives: Mapping[str, int],
    kappas: pd.DataFrame,
    *,
    sample: pd.DataFrame | None = None,
    scores: pd.DataFrame | None = None,
    certified: Collection[str] = (),
    target: float = TARGET_HALF_WIDTH,
    seconds_per_unit: float | None = None,
    names: Mapping[str, str] | None = None,
    left: int | None = None,
) -> list[Advice]:
    """For each code whether to stop, or about how many more units to read for it, and how long that takes.

    Reading for a code may stop when successive models agree on it (``kappas``: a row a round, a column a
    code) and its interval is as narrow as ``target`` or it is ``certified``. ``sample`` holds the labels
    (1, 0, missing) of units drawn at random, ``left`` how many are unread in all, ``scores`` the
    probabilities of the units still unread, by which is told how many of the likeliest it takes to find the
    positives that are missing.

    ``names`` are the codes' names for the sentences. ``seconds_per_unit`` is the time that one unit takes to
    read; without it no time is told.

    >>> rounds = pd.DataFrame({"money": [0.99, 1.0, 1.0], "time": [0.5, 0.8, 0.9]})
    >>> sample = pd.DataFrame({"money": [0] * 95 + [1] * 5, "time": [0] * 100})
    >>> for advice in advise_reading(
    ...     {"money": 20, "time": 2}, rounds, sample=sample, seconds_per_unit=12.0
    ... ):
    ...     print(advice.sentence)
    money: enough read.
    time: about 60 more, about 12 minutes; 2 of 15 positives so far, the model still changes.
    """
    advised = []
    for code, count in positives.items():
        column = list(kappas[code].dropna()) if code in kappas.columns else []
        stable = is_stable(column)
        known = (
            sample[code].dropna() if sample is not None and code in sample.columns else pd.Series(dtype=float)
        )
        share = float(known.mean()) if len(known) else 0.5
        width = half_width(share, len(known))
        reached = width <= target or code in certified
        by_chance = 0 if reached else max(units_for_width(share, target) - len(known), 1)
        by_use = _units_to_find(FEW_POSITIVES - count, scores[code] if scores is not None else None)
        by_use = max(by_use, 0 if stable else ROUND * _rounds_left(column))
        stop = stable and reached and count >= FEW_POSITIVES
        more = 0 if stop else max(by_chance, by_use)
        more = more if left is None else min(more, left)
        minutes = None if seconds_per_unit is None else round(more * seconds_per_unit / 60, 1)
        chance = by_chance >= by_use and more > 0
        why = _tell_why(count, stable, reached, width, target)
        name = (names or {}).get(code, code)
        sentence = _tell(name, more, minutes, chance, why)
        advised.append(
            Advice(code, name, count, stable, width, reached, stop, more, chance, minutes, why, sentence)
        )
    return advised


def _units_to_find(missing: int, scores: pd.Series | None) -> int:
    """How many of the likeliest unread units it takes to meet so many more positives, by their scores."""
    if missing <= 0:
        return 0
    if scores is None or not len(scores):
        return 0
    found = np.cumsum(np.sort(np.nan_to_num(scores.to_numpy(dtype=np.float64)))[::-1])
    return min(int(np.searchsorted(found, missing)) + 1, len(found), _MOST)


def _rounds_left(kappas: Sequence[float]) -> int:
    run = 0
    for kappa in reversed(kappas):
        if kappa < STABLE_KAPPA:
            break
        run += 1
    return max(STABLE_ROUNDS - run, 1)


def _tell_why(count: int, stable: bool, reached: bool, width: float, target: float) -> str:
    reasons = [f"{count} of {FEW_POSITIVES} positives so far"] if count < FEW_POSITIVES else []
    reasons += [] if stable else ["the model still changes"]
    up = ceil(width * 1000) / 1000  # a width just above the target is not shown as the target
    reasons += [] if reached else [f"its share is known to \u00b1{up:.3f}, wanted \u00b1{target:.2f}"]
    return ", ".join(reasons)


def _tell(name: str, more: int, minutes: float | None, chance: bool, why: str) -> str:
    if not more:
        return f"{name}: enough read." if not why else f"{name}: nothing left to read; {why}."
    time = "" if minutes is None else f", about {max(ceil(minutes), 1)} minutes"
    how = " drawn by chance" if chance else ""
    return f"{name}: about {more} more{how}{time}; {why}."
