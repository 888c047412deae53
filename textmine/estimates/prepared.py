"""A wave and what was read of it, ready for any figure: checked, with what is counted and its groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.estimates.bases import Counted, count_by
from textmine.estimates.cells import Units
from textmine.estimates.design import AuditDesign, resolve_design
from textmine.estimates.survey import SurveyWave, align_column, as_wave
from textmine.frames import as_unit_table

Floats = npt.NDArray[np.float64]

#: What a figure is of: the wave itself, or the population that it was drawn from.
TARGETS = ("finite", "superpopulation")


@dataclass(frozen=True, eq=False)
class Prepared:
    """A wave and what was read of it, ready for any figure: what is counted and the units with their cells.

    ``labels`` has a row a unit read that stands in the wave.
    """

    wave: SurveyWave
    labels: pd.DataFrame
    counted: Counted
    target: str
    notes: tuple[str, ...]

    def scores(self, code: str) -> Floats:
        """A score a row."""
        return self.counted.pool_scores(self.wave.scores[code].to_numpy(dtype=np.float64))

    def found(self, code: str) -> Floats:
        """What people found, a value a row of the audit; NaN where not told."""
        if code not in self.labels:
            return np.full(len(self.counted.audit.rows), np.nan)
        return self.counted.pool_labels(self.labels[code].to_numpy(dtype=np.float64))

    def naive(self, code: str) -> Floats:
        """1.0 a row to which the coder gave the code, else 0.0."""
        return self.counted.pool_given(self.wave.decide(code))

    def units(self, cells: npt.NDArray[np.int64] | None = None, n_cells: int = 1) -> Units:
        """The rows with their survey columns, in these cells (all in one without)."""
        place = np.zeros(self.counted.size, dtype=np.int64) if cells is None else cells
        pooled = {name: self._pool(name) for name in ("weights", "clusters", "strata")}
        weights = pooled["weights"]
        clusters, strata = (_factorize(pooled[name]) for name in ("clusters", "strata"))
        return Units(
            np.ones(self.counted.size) if weights is None else weights.astype(np.float64),
            np.where(self.counted.inside, place, -1),
            n_cells,
            clusters,
            strata,
            self.counted.certain if self.counted.certain.any() else None,
        )

    def _pool(self, name: str) -> npt.NDArray[Any] | None:
        if getattr(self.wave, name) is None:
            return None
        return self.counted.pool_column(self.wave.column(name), name)

    @property
    def beyond(self) -> bool:
        """Whether figures are of the population that the wave was drawn from."""
        return self.target == "superpopulation"


def prepare_estimates(
    coded: SurveyWave | CodedDataset | pd.DataFrame,
    checked: CodedDataset | pd.DataFrame,
    *,
    design: AuditDesign | None = None,
    unit: str = "answer",
    base: str = "answered",
    target: str | None = None,
    parts: Sequence[Any] | None = None,
) -> Prepared:
    """Check the design and set what is counted; see ``estimate_prevalence`` for the arguments.

    >>> wave = pd.DataFrame({"money": [0.9, 0.2, 0.4]}, index=["u1", "u2", "u3"])
    >>> prepare_estimates(wave, (wave > 0.5).astype(float)).counted.words[:28]
    'answers that were not blank;'
    """
    wave, design = as_wave(coded), design or AuditDesign()
    labels = checked.decisions if isinstance(checked, CodedDataset) else as_unit_table(checked)
    if labels.index.has_duplicates:
        raise InputError("The units read stand more than once in the labels. Give each once, adjudicated.")
    read = labels[labels.notna().any(axis=1)]
    is_coded = wave.scores.notna().any(axis=1).to_numpy()
    places = wave.scores.index.get_indexer(read.index)
    mine = read[(places >= 0) & is_coded[places]]
    notes = []
    if len(mine) < len(read):
        notes.append(f"{len(read) - len(mine)} of the units read were not coded in this wave")
    if target not in (None, *TARGETS):
        raise InputError(f"No target {target!r}. Targets: {', '.join(TARGETS)}.")
    surveyed = any(value is not None for value in (wave.weights, wave.clusters, wave.strata))
    together = wave.column("respondents").tolist() if wave.respondents is not None else None
    audit = resolve_design(design, wave.scores, mine, parts=parts, together=together)
    counted = count_by(wave, audit, unit=unit, base=base, parts=parts)
    return Prepared(
        wave,
        mine,
        counted,
        target or ("superpopulation" if surveyed else "finite"),
        (*notes, *audit.notes, *counted.notes),
    )


@dataclass(frozen=True, eq=False)
class Groups:
    """The cells of a table: question x group, the column ``by`` that the groups are of, and their names."""

    by: str
    cells: npt.NDArray[np.int64]
    questions: list[Any]
    groups: list[Any]

    @classmethod
    def of(cls, ready: Prepared, by: str, values: Any, parts: Sequence[Any] | None) -> Groups:
        """The cells of question x group met in the base; missing values are a group '(not given)'."""
        counted, units = ready.counted, ready.wave.scores.index
        question = pd.Series([""] * counted.size if parts is None else None, dtype=object)
        if parts is not None:
            question = pd.Series(counted.pool_column(pd.Series(parts, index=units), "question"))
        group = pd.Series([""] * counted.size, dtype=object)
        if values is not None:
            pooled = counted.pool_column(align_column(values, units, by), by)
            group = pd.Series(pooled, dtype=object)
            group = group.where(group.notna() & group.astype(str).str.strip().ne(""), "(not given)")
        firsts, questions = pd.factorize(question[counted.inside].astype(str), sort=True)
        seconds, named = pd.factorize(group[counted.inside].astype(str), sort=True)
        keys, codes = np.unique(firsts * len(named) + seconds, return_inverse=True)
        cells = np.full(counted.size, -1, dtype=np.int64)
        cells[counted.inside] = codes
        return cls(
            by,
            cells,
            [questions[key // len(named)] for key in keys],
            [named[key % len(named)] for key in keys],
        )

    def __len__(self) -> int:
        return len(self.groups)


def _factorize(values: npt.NDArray[Any] | None) -> npt.NDArray[np.int64] | None:
    if values is None:
        return None
    return pd.factorize(np.asarray(values, dtype=object), use_na_sentinel=False)[0].astype(np.int64)
