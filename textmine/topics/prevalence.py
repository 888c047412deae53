"""How common topics are in groups or waves, counted at once or a part of the texts at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coding.intervals import wilson_interval

#: The topic of a text that has none.
NONE = -1


def measure_prevalence(topics: npt.ArrayLike, by: Sequence[str], n_topics: int) -> pd.DataFrame:
    """How common each topic is in each group or wave, with 95% intervals (Wilson).

    Columns ``by, topic, count, n, share, low, high``; ``by`` (n,) names each text's group. ``topics`` (n,)
    has each text's topic, -1 for none; ``n_topics`` is how many there are.

    >>> measure_prevalence([0, 0, 1, -1], ["a", "a", "b", "b"], 2)["share"].tolist()
    [1.0, 0.0, 0.0, 0.5]
    """
    counts = TopicCounts(n_topics)
    counts.add(topics, by)
    return counts.measure_prevalence()


class TopicCounts:
    """Counts of topics in groups, added up a part of the texts at a time.

    >>> counts = TopicCounts(2)
    >>> for topics, by in ([0, 0], ["a", "a"]), ([1, -1], ["b", "b"]):
    ...     counts.add(topics, by)
    >>> counts.measure_prevalence().equals(measure_prevalence([0, 0, 1, -1], ["a", "a", "b", "b"], 2))
    True
    """

    def __init__(self, n_topics: int) -> None:
        self._by: dict[str, npt.NDArray[np.int64]] = {}
        self._n_topics = n_topics

    def add(self, topics: npt.ArrayLike, by: Sequence[str]) -> None:
        """Count the topics (n,) of texts, -1 for none, under their groups (n,)."""
        given, groups = np.asarray(topics, dtype=np.int64), np.asarray(by, dtype=object)
        given = np.where(given < self._n_topics, given, NONE)
        for group in set(groups.tolist()):
            counted = np.bincount(given[groups == group] - NONE, minlength=self._n_topics + 1)
            self._by[group] = self._by.get(group, 0) + counted

    @property
    def sizes(self) -> list[int]:
        """How many texts have each topic."""
        return list(map(int, sum(self._by.values(), np.zeros(self._n_topics + 1, np.int64))[1:]))

    def measure_prevalence(self) -> pd.DataFrame:
        """The table of ``measure_prevalence``, groups in order of their names."""
        rows = []
        for group in sorted(self._by):
            n = int(self._by[group].sum())
            for topic, count in enumerate(self._by[group][1:].tolist()):
                low, high = wilson_interval(count, n)
                rows.append((group, topic, count, n, count / n, float(low), float(high)))
        return pd.DataFrame(rows, columns=["by", "topic", "count", "n", "share", "low", "high"])
