"""Topics beside codes: which topic shows which code, what the codebook lacks, what no topic shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import CodedDataset
from textmine.coding.intervals import wilson_interval
from textmine.errors import InputError
from textmine.topics.prevalence import NONE

#: A topic shows a code that is more than this many times as common in it as in all texts.
SHOWS = 2.0

Floats = npt.NDArray[np.float64]


def measure_lift(counts: npt.ArrayLike) -> Floats:
    """Lift of a table of counts, topics x codes: share in the cell over what the margins would give.

    For texts with one code each; ``make_crosswalk`` does the same where texts have several. NaN where a
    margin is 0.

    >>> measure_lift([[30, 5], [10, 55]]).round(4).tolist()
    [[2.1429, 0.2381], [0.3846, 1.4103]]
    """
    table = np.asarray(counts, dtype=np.float64)
    margins = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True)
    return np.asarray(table * table.sum() / np.where(margins > 0, margins, np.nan))


@dataclass(frozen=True)
class Crosswalk:
    """Topics x codes of the same texts.

    ``table`` has a row a topic (-1 among them) and code: ``topic, code, count, n_topic, n_code``,
    ``code_in_topic`` and ``topic_in_code`` (shares), ``lift, lift_low, lift_high``. ``coverage`` has a row a
    topic: ``topic, n, covered, share, low, high``, the texts with any code. ``n`` counts coded texts.

    >>> from textmine.codebook import Codebook
    >>> given = pd.DataFrame({"delay": [1.0, 1, 0, 0]}, index=list("abcd"))
    >>> people = CodedDataset(given, Codebook.from_labels(["delay"]), coder="p")
    >>> make_crosswalk([0, 0, 1, 1], people).coverage["share"].tolist()
    [1.0, 0.0]
    """

    table: pd.DataFrame
    coverage: pd.DataFrame
    n: int

    @property
    def lacking(self) -> list[int]:
        """Topics that the codebook lacks: no code is more than twice as common in them as in all texts."""
        shown = self._shown()
        topics = self.coverage.loc[self.coverage["topic"] != NONE, "topic"]
        return [int(t) for t in topics if t not in set(shown["topic"])]

    @property
    def unshown(self) -> list[str]:
        """Codes that no topic shows."""
        shown = set(self._shown()["code"])
        return [c for c in dict.fromkeys(self.table["code"]) if c not in shown]

    @property
    def to_merge(self) -> list[tuple[str, list[int]]]:
        """Codes that are the first of two topics or more, with these topics: candidates for merging."""
        shown = self._shown().sort_values(["topic", "lift"], ascending=[True, False], kind="stable")
        first = shown.drop_duplicates("topic")
        own = {code: [int(t) for t in rows["topic"]] for code, rows in first.groupby("code", sort=False)}
        return [(str(code), topics) for code, topics in own.items() if len(topics) > 1]

    def _shown(self) -> pd.DataFrame:
        table = self.table
        return table[(table["lift"] > SHOWS) & (table["lift_low"] > 1) & (table["topic"] != NONE)]


def make_crosswalk(
    topics: npt.ArrayLike | pd.Series,
    coded: CodedDataset,
    *,
    ids: Sequence[str] | None = None,
    n_topics: int | None = None,
) -> Crosswalk:
    """Topics beside the codes that people or a coder gave to the same texts.

    ``topics`` (n,) are those of the units in order, or of ``ids`` where these are given; texts that are not
    coded are left out. Lift is the share of a code in a topic over its share in all coded texts; its 95%
    interval is Wilson's for the former, so it holds for few texts and for none. Texts of one respondent
    count as several. Raises ``InputError`` where no text is both placed and coded.

    ``n_topics`` is how many there are, where the last ones hold no text.

    >>> from textmine.codebook import Codebook
    >>> given = pd.DataFrame({"delay": [1.0, 1, 0, 0]}, index=list("abcd"))
    >>> people = CodedDataset(given, Codebook.from_labels(["delay"]), coder="p")
    >>> make_crosswalk([0, 0, 1, 1], people).table["lift"].tolist()
    [2.0, 0.0]
    """
    units = list(coded.decisions.index) if ids is None else list(ids)
    given = np.asarray(topics, dtype=np.int64)
    if len(given) != len(units):
        raise InputError(f"{len(given)} topics for {len(units)} texts. Give each text its topic.")
    place = {unit: row for row, unit in enumerate(coded.decisions.index)}
    known = np.array([unit in place for unit in units], dtype=bool)
    values = coded.decisions.to_numpy(dtype=np.float64)[[place[u] for u in units if u in place]]
    own, said = given[known], ~np.isnan(values).all(axis=1)
    own, values = own[said], np.nan_to_num(values[said])
    if not len(own):
        raise InputError("No text has both a topic and codes. Check that the ids of both are the same.")
    n = len(own)
    most = int(own.max(initial=-1)) + 1 if n_topics is None else n_topics
    numbers = [*([NONE] if (own == NONE).any() else []), *range(most)]
    rows, cover = [], []
    n_code = values.sum(axis=0)
    for topic in numbers:
        inside = own == topic
        size, counts = int(inside.sum()), values[inside].sum(axis=0)
        covered = int(values[inside].any(axis=1).sum())
        low, high = wilson_interval(covered, size)
        cover.append((topic, size, covered, covered / size if size else np.nan, float(low), float(high)))
        lows, highs = wilson_interval(counts, np.full(len(counts), size))
        for k, code in enumerate(coded.codes):
            base = n_code[k] / n
            lifts = [x / base if base else np.nan for x in (_share(counts[k], size), lows[k], highs[k])]
            shares = (_share(counts[k], size), _share(counts[k], n_code[k]))
            rows.append((topic, code, int(counts[k]), size, int(n_code[k]), *shares, *lifts))
    names = ["topic", "code", "count", "n_topic", "n_code", "code_in_topic", "topic_in_code"]
    table = pd.DataFrame(rows, columns=[*names, "lift", "lift_low", "lift_high"])
    coverage = pd.DataFrame(cover, columns=["topic", "n", "covered", "share", "low", "high"])
    return Crosswalk(table, coverage, n)


def _share(count: float, n: float) -> float:
    return float(count / n) if n else float("nan")
