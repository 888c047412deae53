"""The work list of a coded dataset: which units a person should read next, why, and how long it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import BANDS, CodedDataset
from textmine.errors import InputError

#: Columns of the work list and of ``review.csv``, in order.
WORK_COLUMNS = [
    "order",
    "unit_id",
    "codes",
    "scores",
    "applies",
    "band",
    "priority",
    "minutes",
    "minutes_so_far",
]
#: Words that people read silently in a minute (Brysbaert 2019, a review of 190 studies).
WORDS_A_MINUTE = 238
#: Seconds to decide on one code once the text is read: an assumption, to be replaced by one's own timing.
SECONDS_PER_DECISION = 5.0
#: What stands between several codes of a unit.
SEPARATOR = ";"

#: Scores have six decimals: in millionths they are whole, and their sums exact.
MILLION = 1_000_000

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_REVIEW = BANDS.index("review")


def make_work_list(coded: CodedDataset, *, seconds_per_unit: float | None = None) -> pd.DataFrame:
    """A row for each unit with a code up for review, the most useful to read first.

    ``codes`` are those up for review, the most useful first, joined by ``;``, with ``scores`` and ``applies``
    (1 or 0) in the same order. A code counts the more, the less sure its score is (4p(1 - p)) and the rarer
    the code (one that is a quarter as common as the commonest counts twice); ``priority`` is the sum over a
    unit's codes, so a unit that settles several comes first. Equal ones stay in the order of the dataset.
    ``minutes`` takes ``seconds_per_unit`` where given, else reading at ``WORDS_A_MINUTE`` and
    ``SECONDS_PER_DECISION`` a code. No text is repeated. Raises ``InputError`` for seconds of 0 or less.
    ``coded`` is the dataset with its scores and bands.

    >>> from textmine.codebook import Codebook
    >>> scores = pd.DataFrame({"money": [0.9, 0.5, 0.1]}, index=pd.Index(["a", "b", "c"], name="unit_id"))
    >>> book, given = Codebook.from_labels(["money"]), (scores >= 0.5).astype(float)
    >>> coded = CodedDataset(given, book, "m", scores=scores, thresholds={"money": 0.5})
    >>> work = make_work_list(coded, seconds_per_unit=30)
    >>> work["unit_id"].tolist(), work["minutes_so_far"].tolist()
    (['b', 'a'], [0.5, 1.0])
    """
    if seconds_per_unit is not None and not seconds_per_unit > 0:
        raise InputError(f"{seconds_per_unit} seconds a unit met. Give a number above 0.")
    if coded.scores is None:
        return pd.DataFrame(columns=WORK_COLUMNS)
    scores = coded.scores.to_numpy(dtype=np.float64)
    rows, columns = np.nonzero((coded.band_numbers == _REVIEW) & ~np.isnan(scores))
    texts = None if coded.texts is None else coded.texts.to_numpy(dtype=object)
    units = np.unique(rows)
    work = WorkEntries(
        rows,
        columns,
        np.rint(scores[rows, columns] * MILLION).astype(np.int64),
        coded.decisions.to_numpy()[rows, columns] == 1,
        np.zeros(len(units), np.int64)
        if texts is None
        else np.array([count_words(text) for text in texts[units].tolist()], np.int64),
    )
    found = rank_work(work, sum_scores(scores), seconds_per_unit=seconds_per_unit)
    ids = coded.decisions.index.to_numpy()
    return found.tabulate(slice(None), coded.codes, lambda places: ids[places])


@dataclass(frozen=True)
class WorkEntries:
    """Units and codes that are up for review, by unit.

    ``unit``, ``code`` (places), ``score`` (in millionths) and ``applies`` are (entries,), ``words`` is how
    many words each unit with an entry has, in the order of the units.
    """

    unit: Ints
    code: Ints
    score: Ints
    applies: npt.NDArray[np.bool_]
    words: Ints


@dataclass(frozen=True)
class RankedWork:
    """Entries put in order: those of each unit, and the units by falling ``priority``.

    ``first`` and ``last`` say where each unit's entries begin and end; ``priority``, ``minutes`` and
    ``so_far`` are (units,), and so is ``unit``, the place of each.
    """

    work: WorkEntries
    unit: Ints
    first: Ints
    last: Ints
    priority: Floats
    minutes: Floats
    so_far: Floats

    def tabulate(
        self, part: slice, codes: Sequence[str], ids: Callable[[Ints], npt.ArrayLike]
    ) -> pd.DataFrame:
        """A part of the work list; ``ids`` gives the ids of units at places."""
        counts = self.last[part] - self.first[part]
        ends = np.cumsum(counts)
        entries = np.arange(int(counts.sum())) + np.repeat(self.first[part] - (ends - counts), counts)
        score, which = np.unique(np.round(self.work.score[entries] / MILLION, 4), return_inverse=True)
        joined = {
            "codes": _join_names(list(codes), self.work.code[entries], ends),
            "scores": _join_names(list(map(repr, score.tolist())), which, ends),
            "applies": _join_names(["0", "1"], self.work.applies[entries], ends),
        }
        order = np.arange(1, len(self.unit) + 1)[part]
        columns = {
            "order": order,
            "unit_id": ids(self.unit[part]),
            **joined,
            "band": ["review"] * len(order),
            "priority": self.priority[part],
            "minutes": self.minutes[part],
            "minutes_so_far": self.so_far[part],
        }
        return pd.DataFrame(columns, columns=WORK_COLUMNS)


def rank_work(work: WorkEntries, sums: Ints, *, seconds_per_unit: float | None = None) -> RankedWork:
    """The work in order; ``sums`` are those of all scores of each code, in millionths (``sum_scores``)."""
    scores = work.score / MILLION
    worth = np.round(4 * scores * (1 - scores) * _rarity(sums)[work.code], 6)
    order = np.lexsort((work.code, -worth, work.unit))
    sorted_work = replace(work, code=work.code[order], score=work.score[order], applies=work.applies[order])
    units, first = np.unique(work.unit, return_index=True)
    last = np.append(first[1:], len(order))[: len(first)]
    total = np.add.reduceat(worth[order], first) if len(first) else np.zeros(0)
    priority = np.asarray(np.round(total, 4), dtype=np.float64)
    if seconds_per_unit is not None:
        spent = np.full(len(units), seconds_per_unit / 60)
    else:
        spent = work.words / WORDS_A_MINUTE + (last - first) * SECONDS_PER_DECISION / 60
    minutes = np.asarray(np.round(spent, 2), dtype=np.float64)
    ranks = np.argsort(-priority, kind="stable")
    so_far = np.asarray(np.round(np.cumsum(minutes[ranks]), 2), dtype=np.float64)
    return RankedWork(
        sorted_work, units[ranks], first[ranks], last[ranks], priority[ranks], minutes[ranks], so_far
    )


def _join_names(names: list[str], places: npt.NDArray[Any], ends: Ints) -> list[str]:
    """The names at places, those of each run joined; ``ends`` says where each run ends."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = pa.array(names, pa.string()).take(pa.array(places.astype(np.int32)))
    runs = pa.ListArray.from_arrays(pa.array(np.concatenate(([0], ends)).astype(np.int32)), cells)
    return list(pc.binary_join(runs, SEPARATOR).to_pylist())


def sum_scores(scores: Floats) -> Ints:
    """The sum of each code's scores in millionths, (codes,): whole numbers, whose parts may be added up."""
    return np.asarray(np.nansum(np.rint(scores * MILLION), axis=0).astype(np.int64))


def count_words(text: str) -> int:
    """The words of a text, as far as blanks part them."""
    return len(text.split())


def _rarity(sums: Ints) -> Floats:
    """The weight of each code: 1 for the commonest by its expected count, more for rarer ones, at most 10."""
    expected = np.maximum(sums / MILLION, 1.0)
    return np.asarray(np.minimum(np.sqrt(expected.max(initial=1.0) / expected), 10.0))
