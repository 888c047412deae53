"""A wave and what was read of it, ready for any figure: checked, with what is counted and its groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.estimates.bases import Counted, count_by
from textmine.estimates.design import AuditDesign, resolve_design
from textmine.estimates.survey import SurveyWave, align_column, as_wave
from textmine.estimates.units import Units, number_keys
from textmine.frames import as_unit_table

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

#: So many units read that all carry a code are noted where the coder finds none in a greater share.
_ENOUGH, _EMPTY = 30, 0.05
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
        weights, clusters, strata = self._survey
        return Units(
            weights,
            np.where(self.counted.inside, place, -1),
            n_cells,
            clusters,
            strata,
            self.counted.certain if self.counted.certain.any() else None,
        )

    @cached_property
    def _survey(self) -> tuple[Floats, Places | None, Places | None]:
        """Weight, number of the cluster and number of the stratum of each row."""
        weights, *drawn = (self._pool(name) for name in ("weights", "clusters", "strata"))
        clusters, strata = (None if values is None else _number(values) for values in drawn)
        if clusters is not None and strata is not None:
            pairs = len(np.unique(clusters * (int(strata.max(initial=0)) + 1) + strata))
            if several := pairs - len(np.unique(clusters)):
                raise InputError(
                    f"{several} clusters stand in more than one stratum. If their names begin anew in each "
                    "stratum, put the stratum's name before them; else mend the columns."
                )
        return np.ones(self.counted.size) if weights is None else weights.astype(float), clusters, strata

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
    _check_zeros(read.index, wave.scores.index)
    is_coded = wave.scores.notna().any(axis=1).to_numpy()
    places = wave.scores.index.get_indexer(read.index)
    mine = read[(places >= 0) & is_coded[places]]
    notes = []
    if len(mine) < len(read):
        notes.append(f"{len(read) - len(mine)} of the units read were not coded in this wave")
    if _lacks_empty(wave, mine):
        notes.append(
            "every unit read carries a code and the coder found none in many: if units read and found empty "
            "are missing from the labels (code none), the shares are too high"
        )
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


def _lacks_empty(wave: SurveyWave, labels: pd.DataFrame) -> bool:
    """Whether so many units were read, all with a code, though the coder gives none to a fair share."""
    if len(labels) < _ENOUGH or not (labels == 1).any(axis=1).all():
        return False
    given = np.zeros(len(wave.scores), dtype=bool)
    for code in wave.codes:
        given |= wave.decide(code) == 1
    coded = wave.scores.notna().any(axis=1).to_numpy()
    return bool((coded & ~given).sum() > _EMPTY * coded.sum())


def _check_zeros(read: pd.Index, units: pd.Index) -> None:
    """Raise ``InputError`` for ids that lack the zeros with which the wave's ids begin.

    Those with no such zeros would be found, and would stand for all.
    """
    lost = read[units.get_indexer(read) < 0].astype(str)
    if not len(lost):
        return
    cut = int(lost.isin([unit.lstrip("0") or "0" for unit in map(str, units) if unit[:1] == "0"]).sum())
    if cut:
        raise InputError(
            f"{cut} of the {len(read)} units read do not stand in the wave, but would with zeros before "
            "their ids, which spreadsheets take away. Write the ids as the coded wave has them."
        )


#: The group of units whose value is missing.
NOT_GIVEN = "(not given)"
#: A column of more values is none of groups, nor one of more than ``_FEW_GROUPS`` of which most have one row.
MOST_VALUES = 1000
_FEW_GROUPS = 30


@dataclass(frozen=True, eq=False)
class Groups:
    """The cells of a table: question x group, the column ``by`` that the groups are of, and their names."""

    by: str
    cells: npt.NDArray[np.int64]
    questions: list[Any]
    groups: list[Any]

    @classmethod
    def of(cls, ready: Prepared, by: str, values: Any, parts: Sequence[Any] | None) -> Groups:
        """The cells of question x group met in the base; missing values are a group '(not given)'.

        Raises ``InputError`` for a column of so many values that it names units, not groups.
        """
        counted, units = ready.counted, ready.wave.scores.index
        question, group = None, None
        if parts is not None:
            question = counted.pool_column(pd.Series(parts, index=units, dtype=object), "question")
        if values is not None:
            group = counted.pool_column(align_column(values, units, by), by)
        firsts, questions = _number_names(question, counted.inside, "")
        seconds, named = _number_names(group, counted.inside, NOT_GIVEN)
        check_groups(by, len(named), len(seconds))
        keys, codes = number_keys(firsts * len(named) + seconds, len(questions) * len(named))
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


def name_group(value: Any, missing: str = NOT_GIVEN) -> str:
    """The name of the group that a value is of; a blank is the group ``missing``.

    >>> name_group("north"), name_group(" "), name_group(None), name_group(3)
    ('north', '(not given)', '(not given)', '3')
    """
    return missing if pd.isna(value) or not str(value).strip() else str(value)


def check_groups(by: str, groups: int, rows: int) -> None:
    """Raise ``InputError`` where so many groups cannot be meant, before each has taken its time and room.

    ``by`` names the column, ``groups`` counts its different values and ``rows`` what it has values of.

    >>> check_groups("region", 9, 2000)
    """
    if groups > MOST_VALUES or (groups > _FEW_GROUPS and groups > rows / 2):
        raise InputError(
            f"Column {by!r} has {groups} different values in {rows} rows, which are no groups to compare. "
            "Choose a column of few values with --by, or put its values into bands first."
        )


def _number(values: npt.NDArray[Any]) -> Places:
    """A number for each value, in the order of their first appearance."""
    return pd.factorize(values, use_na_sentinel=False)[0].astype(np.int64)


def _number_names(
    values: npt.NDArray[Any] | None, inside: npt.NDArray[np.bool_], missing: str
) -> tuple[Places, list[str]]:
    """A number for the name of each value inside, in the order of the names; without values all are ''."""
    if values is None:
        return np.zeros(int(inside.sum()), dtype=np.int64), [""]
    numbers, met = pd.factorize(values[inside], use_na_sentinel=False)
    said = [name_group(value, missing) for value in met]
    names = {name: place for place, name in enumerate(sorted(set(said)))}
    place = np.array([names[name] for name in said], dtype=np.int64)
    return place[numbers], list(names)
