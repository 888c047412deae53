"""A coded wave with what a survey knows of its units: weights, clusters, respondents, questions, blanks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.frames import as_column, as_unit_table

#: The score from which a code applies where no threshold is given.
HALF = 0.5


@dataclass(frozen=True, eq=False)
class SurveyWave:
    """A coded wave: ``scores`` (units x codes, NaN where not coded) and columns with a value a unit.

    ``thresholds`` are those of the naive count. ``weights``, ``clusters`` and ``strata`` are the survey's;
    ``respondents`` says who gave each answer, ``questions`` to what. ``blank`` marks answers with nothing in
    them, ``non_response`` those that say nothing ('n/a'). ``stances`` (units x codes: affirms, denies, mixed
    or '') is what the coder made of each code that applies. ``unscored`` are codes that no model scored, as a
    migrated wave has them; of ``uncoded`` ones nothing is known at all, and there is no naive count. A column
    is a Series indexed by unit id, or has a value a unit in the wave's order. Raises ``InputError`` for
    columns of other units and bad weights. ``names`` is what people call the codes; ``decisions`` (units x
    codes, 1 or 0) is the naive count where it is not scores against thresholds.

    >>> scores = pd.DataFrame({"money": [0.9, 0.2]}, index=["u1", "u2"])
    >>> SurveyWave(scores, weights=[1.0, 2.0]).column("weights").tolist()
    [1.0, 2.0]
    """

    scores: pd.DataFrame
    thresholds: Mapping[str, float] = field(default_factory=dict)
    weights: Any = None
    clusters: Any = None
    strata: Any = None
    respondents: Any = None
    questions: Any = None
    blank: Any = None
    non_response: Any = None
    stances: pd.DataFrame | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    decisions: pd.DataFrame | None = None
    unscored: Collection[str] = ()
    uncoded: Collection[str] = ()

    def __post_init__(self) -> None:
        if self.scores.index.has_duplicates:
            raise InputError("A wave needs each unit once; some unit ids stand more than once.")
        if self.weights is not None:
            values = pd.to_numeric(self.column("weights"), errors="coerce")
            bad = int((~(values >= 0) | np.isinf(values)).sum())
            if bad or not float(values.sum()) > 0:
                raise InputError(
                    f"{bad} of the wave's units have no survey weight of 0 or more. Fill the weights in."
                )

    @property
    def codes(self) -> list[str]:
        """Ids of the codes."""
        return [str(code) for code in self.scores.columns]

    def column(self, name: str) -> pd.Series:
        """A column with a value a unit, in the order of ``scores``.

        ``name`` is one of 'weights', 'clusters', 'strata', 'respondents', 'questions', 'blank',
        'non_response'.
        """
        return align_column(getattr(self, name), self.scores.index, name)

    def decide(self, code: str) -> npt.NDArray[np.float64]:
        """1.0 where the coder gave a code, else 0.0; NaN where no coder looked for it."""
        if code in self.uncoded:
            return np.full(len(self.scores), np.nan)
        if self.decisions is not None:
            return np.asarray(self.decisions[code].to_numpy() == 1, dtype=np.float64)
        at = float(self.thresholds.get(code, HALF))
        return np.asarray(self.scores[code].to_numpy() >= at, dtype=np.float64)

    @classmethod
    def from_coded(cls, coded: CodedDataset, **columns: Any) -> SurveyWave:
        """The wave of a coded dataset; where people coded it, what they gave stands for the scores.

        >>> from textmine.codebook import Codebook
        >>> given = pd.DataFrame({"money": [1.0, 0.0]}, index=["u1", "u2"])
        >>> SurveyWave.from_coded(CodedDataset(given, Codebook.from_labels(["money"]), "ann")).codes
        ['money']
        """
        scores = coded.decisions if coded.scores is None else coded.scores
        spans = coded.spans
        said = spans[spans["stance"].fillna("").ne("")].drop_duplicates(["unit_id", "code"])
        stances = None
        if len(said):
            stances = said.pivot(index="unit_id", columns="code", values="stance").reindex(scores.index)
        names = {code: coded.codebook.code(code).name for code in coded.codes}
        return cls(
            scores,
            coded.thresholds,
            stances=stances,
            names=names,
            decisions=coded.decisions,
            **columns,
        )


def as_wave(coded: SurveyWave | CodedDataset | pd.DataFrame) -> SurveyWave:
    """A wave made of whatever holds one."""
    if isinstance(coded, SurveyWave):
        return coded
    return (
        SurveyWave.from_coded(coded) if isinstance(coded, CodedDataset) else SurveyWave(as_unit_table(coded))
    )


def align_column(values: Any, units: pd.Index, name: str) -> pd.Series:
    """A value for each unit; raises ``InputError`` for a column of other length or of other units."""
    values = as_column(values)
    if isinstance(values, pd.Series) and not values.index.equals(units):
        once: pd.Series = values[~values.index.duplicated(keep=False)]
        lacking = int((once.index.get_indexer(units) < 0).sum())
        if lacking:
            raise InputError(
                f"Column {name}: {lacking} of the wave's units are not in it, or stand in it more than once. "
                "Give one value for each unit id."
            )
        return once.reindex(units)
    plain: Any = values.to_numpy() if isinstance(values, pd.Series) else values
    if len(plain) != len(units):
        raise InputError(f"Column {name} has {len(plain)} values and the wave {len(units)} units.")
    return pd.Series(plain, index=units)
