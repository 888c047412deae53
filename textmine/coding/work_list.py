"""The work list of a coded dataset: which units a person should read next, why, and how long it takes."""

from __future__ import annotations

import numpy as np
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

_REVIEW = BANDS.index("review")


def make_work_list(coded: CodedDataset, *, seconds_per_unit: float | None = None) -> pd.DataFrame:
    """A row for each unit with a code up for review, the most useful to read first.

    ``codes`` are those up for review, the most useful first, joined by ``;``, with ``scores`` and
    ``applies`` (1 or 0) in the same order. A code counts the more, the less sure its score is (4p(1 - p))
    and the rarer the code (one that is a quarter as common as the commonest counts twice); ``priority`` is
    the sum over a unit's codes, so a unit that settles several comes first. Equal ones stay in the order of
    the dataset. ``minutes`` takes ``seconds_per_unit`` where given, else reading at ``WORDS_A_MINUTE`` and
    ``SECONDS_PER_DECISION`` a code. No text is repeated. Raises ``InputError`` for seconds of 0 or less.

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
    rows, columns = np.nonzero(coded.band_numbers == _REVIEW)
    scores = coded.scores.to_numpy(dtype=np.float64)[rows, columns]
    worth = np.round(4 * scores * (1 - scores) * _rarity(coded)[columns], 6)
    order = np.lexsort((columns, -worth, rows))
    rows, columns, scores, worth = rows[order], columns[order], scores[order], worth[order]
    units, first = np.unique(rows, return_index=True)
    ends = np.append(first[1:], len(rows))[: len(first)]
    names = np.array(coded.codes, dtype=object)[columns].tolist()
    shown = list(map(repr, np.round(scores, 4).tolist()))
    given = np.array(["0", "1"], dtype=object)[(coded.decisions.to_numpy()[rows, columns] == 1) * 1].tolist()
    spans = list(zip(first.tolist(), ends.tolist(), strict=True))
    priority = np.round(np.add.reduceat(worth, first), 4) if len(first) else worth
    found = pd.DataFrame(
        {
            "unit_id": coded.decisions.index.to_numpy()[units],
            "codes": [SEPARATOR.join(names[a:b]) for a, b in spans],
            "scores": [SEPARATOR.join(shown[a:b]) for a, b in spans],
            "applies": [SEPARATOR.join(given[a:b]) for a, b in spans],
            "band": "review",
            "priority": priority,
            "minutes": _minutes(coded, units, ends - first, seconds_per_unit),
        }
    )
    found = found.iloc[np.argsort(-priority, kind="stable")].reset_index(drop=True)
    found.insert(0, "order", np.arange(1, len(found) + 1))
    found["minutes_so_far"] = found["minutes"].cumsum().round(2)
    return found[WORK_COLUMNS]


def _rarity(coded: CodedDataset) -> np.ndarray:
    """The weight of each code: 1 for the commonest by its expected count, more for rarer ones, at most 10."""
    assert coded.scores is not None
    expected = np.maximum(coded.scores.sum().to_numpy(dtype=np.float64), 1.0)
    return np.asarray(np.minimum(np.sqrt(expected.max(initial=1.0) / expected), 10.0))


def _minutes(coded: CodedDataset, units: np.ndarray, codes: np.ndarray, seconds: float | None) -> np.ndarray:
    if seconds is not None:
        return np.round(np.full(len(units), seconds / 60), 2)
    words = np.zeros(len(units))
    if coded.texts is not None:
        texts = coded.texts.to_numpy(dtype=object)[units]
        words = np.array([len(text.split()) for text in texts.tolist()], dtype=np.float64)
    return np.asarray(np.round(words / WORDS_A_MINUTE + codes * SECONDS_PER_DECISION / 60, 2))
