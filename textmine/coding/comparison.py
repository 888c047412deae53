"""A coder's decisions beside people's: the arrays that every figure of an evaluation is counted from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coding.intervals import Draws, draw_respondents
from textmine.errors import InputError

Floats = npt.NDArray[np.float64]

#: Stands in a column of codes for all of them together.
ALL_CODES = "(all codes)"


class Counts(NamedTuple):
    """Codes given rightly, given by the coder, given by people; each (samples, codes), the first the data."""

    hits: Floats
    given: Floats
    real: Floats

    def precision(self) -> Floats:
        """Hits of what the coder gave; NaN where it gave nothing."""
        return _divide(self.hits, self.given)

    def recall(self) -> Floats:
        """Hits of what people gave; NaN where they gave nothing."""
        return _divide(self.hits, self.real)

    def f1(self) -> Floats:
        """The harmonic mean of both; NaN where neither gave anything."""
        return _divide(2 * self.hits, self.given + self.real)

    def pooled(self) -> Counts:
        """The counts over all codes together, (samples, 1)."""
        return Counts(*(part.sum(axis=1, keepdims=True) for part in self))


@dataclass(frozen=True, eq=False)
class Comparison:
    """Texts x codes: ``truth`` by people (NaN: not coded), the coder's ``probabilities`` and ``applies``.

    ``probabilities`` are NaN for a coder that gives none. ``ids`` and ``groups`` name each text and its
    respondent; ``seed`` draws the bootstrap samples. Raises ``InputError`` where the shapes differ.

    >>> one = Comparison(np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1)), ["c"], ["u"], ["r"])
    >>> one.counts().f1()[0].tolist()
    [1.0]
    """

    truth: Floats
    probabilities: Floats
    applies: Floats
    codes: Sequence[str]
    ids: Sequence[str]
    groups: Sequence[str]
    seed: int = 0

    def __post_init__(self) -> None:
        wanted = (len(self.ids), len(self.codes))
        shapes = {np.shape(a) for a in (self.truth, self.probabilities, self.applies)}
        if shapes != {wanted} or len(self.groups) != len(self.ids):
            raise InputError(
                f"Truth, probabilities and decisions want the shape {wanted} (texts, codes), and as many "
                f"respondents as texts; shapes met: {', '.join(map(str, sorted(shapes)))}, "
                f"{len(self.groups)} respondents."
            )

    @cached_property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which codes of which texts people decided on."""
        return ~np.isnan(self.truth)

    @cached_property
    def real(self) -> Floats:
        """1 where people gave the code, else 0."""
        return np.where(self.known, self.truth, 0.0)

    @cached_property
    def given(self) -> Floats:
        """1 where the coder gave the code and people decided on it, else 0."""
        return np.where(self.known, self.applies, 0.0)

    @cached_property
    def draws(self) -> Draws:
        """How often each text stands in each bootstrap sample of respondents; the first row is the data."""
        return draw_respondents(self.groups, self.seed)

    @cached_property
    def respondents(self) -> npt.NDArray[np.int64]:
        """A number for each text's respondent."""
        return np.unique(np.asarray(self.groups, dtype=object), return_inverse=True)[1].astype(np.int64)

    def counts(self, rows: npt.NDArray[np.bool_] | None = None) -> Counts:
        """The counts per bootstrap sample and code, over all texts or those that ``rows`` masks."""
        chosen = slice(None) if rows is None else rows
        draws, real, given = self.draws[:, chosen], self.real[chosen], self.given[chosen]
        return Counts(
            *((draws @ part.astype(np.float32)).astype(float) for part in (real * given, given, real))
        )

    def count_respondents(self, where: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """How many respondents have a text so marked, per code; ``where`` is (texts, codes)."""
        return np.array([len(np.unique(self.respondents[column])) for column in where.T], dtype=np.int64)

    def predictions(self) -> pd.DataFrame:
        """A row for each text and code that people decided on: unit_id, code, truth, probability, applies."""
        rows, columns = np.nonzero(self.known)
        return pd.DataFrame(
            {
                "unit_id": np.array(self.ids, dtype=object)[rows],
                "code": np.array(self.codes, dtype=object)[columns],
                "truth": self.truth[rows, columns].astype(int),
                "probability": self.probabilities[rows, columns],
                "applies": self.applies[rows, columns].astype(int),
            }
        )


def _divide(top: Floats, bottom: Floats) -> Floats:
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), np.nan)
