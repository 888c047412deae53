"""How many units to read by hand, and which: drawn more where the scores are unsure, with known chances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import REVIEW_SHARE, CodedDataset
from textmine.display import show_card, show_table
from textmine.errors import InputError
from textmine.estimates.formulas import Z95
from textmine.estimates.survey import SurveyWave, as_wave

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

#: Units are put into so many strata at the most, and so many are read of each at the least.
MOST_STRATA, FEWEST_READ = 12, 4
#: This share of what a unit counts for is the same for all, so that surely scored ones are read as well.
_EVEN = 0.2
#: From this share of the wave on, reading the rest as well is hardly more work.
_NEARLY_ALL = 0.8


@dataclass(frozen=True, eq=False)
class AuditPlan:
    """Which units to read, what that costs and how wide the intervals are likely to be.

    ``units`` has a row a unit to be read: ``unit_id, probability, stratum, sampling_role``; people add their
    labels, a column a code, and the file goes to ``textmine prevalence``, ``certify`` and ``train`` alike.
    ``codes`` has a row a code: the share that the scores expect, and the half width of the interval that can
    be expected when reading by this plan, at random with the scores, and at random without them; and how many
    units each way would take for the half width wanted. ``sentences`` say it in words. ``n`` is the number of
    units to read, ``minutes`` the time for them, ``review`` how many units would be up for review without a
    certificate.

    >>> scores = pd.DataFrame({"money": np.linspace(0, 1, 500) ** 3})
    >>> plan = plan_audit(scores, n=50)
    >>> plan.n, plan.units.columns.tolist()
    (50, ['unit_id', 'probability', 'stratum', 'sampling_role'])
    """

    units: pd.DataFrame
    codes: pd.DataFrame
    n: int
    minutes: float
    review: int
    sentences: tuple[str, ...]

    def _repr_html_(self) -> str:
        parts = [show_table(self.codes, caption="What reading by this plan would tell", most=40)]
        about = f"{self.n:,} units to read, about {self.minutes:,.0f} minutes"
        return show_card("Audit plan", parts, about=about, notes=self.sentences)

    @property
    def read_all(self) -> bool:
        """Whether reading every unit is cheaper or as cheap."""
        return self.n >= _NEARLY_ALL * int(self.codes["n_coded"].iloc[0])


def plan_audit(
    coded: SurveyWave | CodedDataset | pd.DataFrame,
    *,
    half_width: float = 0.05,
    n: int | None = None,
    codes: Sequence[str] | None = None,
    seconds_per_unit: float = 20.0,
    seed: int = 0,
) -> AuditPlan:
    """Plan a sample to read by hand so that each code's share is known to within ``half_width`` (95%).

    Give ``n`` to read so many and learn how wide the intervals will be. ``codes`` are those that the plan
    looks to (all without). Scores are taken for chances, so the plan is as good as their calibration; the
    estimate is right all the same. Raises ``InputError`` for an impossible width or number.

    ``seconds_per_unit`` is the time that one unit takes to read. ``coded`` is the wave, as for
    ``estimate_prevalence``; ``seed`` is that of the draw.

    >>> rng = np.random.default_rng(0)
    >>> scores = pd.DataFrame({"money": rng.beta(0.2, 0.8, 3000)})
    >>> plan = plan_audit(scores, half_width=0.04)
    >>> len(plan.units) == plan.n < 600
    True
    """
    wave = as_wave(coded)
    chosen = list(codes or wave.codes)
    unknown = [code for code in chosen if code not in wave.codes]
    if unknown:
        raise InputError(f"No code {', '.join(unknown)}. Codes: {', '.join(wave.codes)}.")
    if not 0 < half_width < 0.5 or seconds_per_unit <= 0 or (n is not None and n < 2):
        raise InputError("Want a half width between 0 and .5, 2 units or more, and a time above 0 a unit.")
    kept = wave.scores.index[wave.scores.notna().any(axis=1)]
    scores = wave.scores.loc[kept, chosen].fillna(0.0).to_numpy(dtype=np.float64)
    if not len(kept):
        raise InputError("No unit of the wave was coded: there is nothing to read.")
    number = n if n is not None else find_number(scores, half_width)
    strata, chances = allot_reading(scores, number)
    picked = draw_reading(strata, chances, seed=seed)
    units = pd.DataFrame(
        {
            "unit_id": kept[picked].astype(str),
            "probability": chances[picked],
            "stratum": [f"s{stratum + 1}" for stratum in strata[picked]],
            "sampling_role": "audit",
        }
    )
    table = _tell_widths(scores, chosen, strata, chances, half_width)
    review = _count_review(wave, kept, chosen)
    minutes = len(units) * seconds_per_unit / 60
    equal = round(len(kept) * float(chances.min()))
    said = _describe(table, len(units), len(kept), review, equal, seconds_per_unit, half_width)
    return AuditPlan(units, table, len(units), minutes, review, said)


def allot_reading(scores: Floats, n: int) -> tuple[Places, Floats]:
    """Strata of units and each unit's chance of being drawn, for about ``n`` units over all codes at once.

    A unit counts for the square root of its expected squared error, each code's in the measure of that code
    (Neyman 1934); strata hold units that count alike. A chance is a stratum's number read over its size.

    >>> strata, chances = allot_reading(np.linspace(0.01, 0.99, 500)[:, None], 50)
    >>> round(chances.sum())
    50
    """
    size = len(scores)
    if n >= size:
        return np.zeros(size, dtype=np.int64), np.ones(size)
    doubt = scores * (1 - scores)
    level = doubt.mean(axis=0)
    known = level > 0
    worth = (doubt[:, known] / level[known]).mean(axis=1) if known.any() else np.ones(size)
    measure = np.sqrt((1 - _EVEN) * worth + _EVEN * worth.mean())
    wanted = max(1, min(MOST_STRATA, n // (2 * FEWEST_READ)))
    order = np.argsort(measure, kind="stable")
    reached = np.cumsum(measure[order]) / measure.sum()
    strata = np.empty(size, dtype=np.int64)
    strata[order] = np.minimum((reached * wanted).astype(np.int64), wanted - 1)
    strata = np.unique(strata, return_inverse=True)[1].astype(np.int64)
    of = np.bincount(strata)
    share = np.bincount(strata, measure)
    numbers = _round_numbers(n, share, of)
    return strata, (numbers / of)[strata]


def draw_reading(strata: Places, chances: Floats, *, seed: int = 0) -> Places:
    """Rows drawn: in each stratum as many as its chances say, at random, in the wave's order."""
    rng = np.random.default_rng(seed)
    picked = []
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        picked.append(rng.permutation(rows)[: round(float(chances[rows].sum()))])
    return np.sort(np.concatenate(picked))


def find_number(scores: Floats, half_width: float) -> int:
    """The least number to read by plan so that every code's expected half width is at most this."""
    low, high = 2, len(scores)
    while low < high:
        middle = (low + high) // 2
        strata, chances = allot_reading(scores, middle)
        if float(_expect_widths(scores, strata, chances).max()) <= half_width:
            high = middle
        else:
            low = middle + 1
    return low


def _round_numbers(n: int, share: Any, of: Any) -> Places:
    """Whole numbers that add up to n, in proportion to shares, none above what a stratum holds."""
    numbers = np.minimum(np.maximum(n * share / share.sum(), np.minimum(FEWEST_READ, of)), of)
    for _ in range(20):
        room, over = numbers < of, n - numbers.sum()
        if abs(over) < 0.5 or not room.any():
            break
        weight = np.where(room, share, 0.0)
        numbers = np.clip(numbers + over * weight / weight.sum(), np.minimum(FEWEST_READ, of), of)
    whole = np.floor(numbers + 1e-9).astype(np.int64)
    for place in np.argsort(-(numbers - whole), kind="stable")[: max(0, n - int(whole.sum()))]:
        whole[place] += whole[place] < of[place]
    return np.asarray(whole)


def _expect_widths(scores: Floats, strata: Places, chances: Floats) -> Floats:
    """Expected half widths when reading by plan and correcting: doubt f (1 - f) within strata."""
    doubt = scores * (1 - scores)
    lost = ((1 - chances) / chances)[:, None] * doubt
    return np.asarray(Z95 * np.sqrt(lost.sum(axis=0)) / len(scores))


def _tell_widths(
    scores: Floats, codes: list[str], strata: Places, chances: Floats, half_width: float
) -> pd.DataFrame:
    size, n = len(scores), float(chances.sum())
    share = scores.mean(axis=0)
    doubt, spread = (scores * (1 - scores)).mean(axis=0), share * (1 - share)

    def width(variance: Floats) -> Floats:
        return np.asarray(Z95 * np.sqrt(np.maximum(1 - n / size, 0) * variance / n))

    def number(variance: Floats) -> Places:
        endless = Z95**2 * variance / half_width**2
        return np.ceil(endless / (1 + endless / size)).astype(np.int64)

    by_plan = [find_number(scores[:, [place]], half_width) for place in range(len(codes))]
    return pd.DataFrame(
        {
            "code": codes,
            "n_coded": size,
            "expected_share": share,
            "half_width": _expect_widths(scores, strata, chances),
            "half_width_random": width(doubt),
            "half_width_hand": width(spread),
            "n_plan": by_plan,
            "n_random": number(doubt),
            "n_hand": number(spread),
        }
    )


def _count_review(wave: SurveyWave, kept: pd.Index, codes: list[str]) -> int:
    """Units that would be up for review without a certificate: a score of half a threshold or more."""
    floor = np.array([REVIEW_SHARE * float(wave.thresholds.get(code, 0.5)) for code in codes])
    return int((wave.scores.loc[kept, codes].to_numpy() >= floor).any(axis=1).sum())


def _describe(
    table: pd.DataFrame, n: int, size: int, review: int, equal: int, seconds: float, half_width: float
) -> tuple[str, ...]:
    worst = table.iloc[int(table["half_width"].to_numpy().argmax())]
    hand = int(table["n_hand"].max())

    def time(units: int) -> str:
        return f"{units} units, about {max(1, round(units * seconds / 60))} minutes"

    said = [
        f"Read {time(n)}: every code within {worst['half_width']:.3f}, the widest {worst['code']}.",
        f"By hand alone, at random, {half_width:.3f} would take {time(min(hand, size))}.",
        f"Reading everything: {time(size)}; the review pile without a certificate: {time(review)}.",
        "Read once, the same labels correct the shares, train and certify; a certificate keeps only as many "
        f"as leave equal chances, about {equal}.",
    ]
    if n >= _NEARLY_ALL * size:
        said.append(
            "Reading everything is hardly more work than this sample: read all, and estimate nothing."
        )
    return tuple(said)
