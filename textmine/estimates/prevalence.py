"""How common each code is: shares corrected for the coder's errors, with the naive count beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import CodedDataset
from textmine.estimates.beside import pivot_stances, read_apart, split_stances
from textmine.estimates.cells import Cells, bound_cells, estimate_cells
from textmine.estimates.design import AuditDesign
from textmine.estimates.formulas import bound_share
from textmine.estimates.prepared import Groups, Prepared, prepare_estimates
from textmine.estimates.shown import EstimateTable
from textmine.estimates.survey import SurveyWave, as_wave
from textmine.estimates.units import Units

Floats = npt.NDArray[np.float64]

#: With fewer units read that carry a code, its row says so.
FEW_POSITIVE = 10
#: Below this weight the scores add nothing to reading by hand.
IDLE_WEIGHT = 0.1
#: Columns of every table, in order; stances and readers follow, and ``validity`` is the last.
COLUMNS = [
    *("code", "name", "question", "by", "group", "estimate", "low", "high", "se"),
    *("n_coded", "n_read", "n_read_positive", "naive_count", "naive", "lambda", "gain", "worth"),
    *("hand", "hand_low", "hand_high", "unit", "base", "base_in_words", "n_base", "n_non_response"),
    *("target", "design"),
]


def estimate_prevalence(
    coded: SurveyWave | CodedDataset | pd.DataFrame,
    checked: CodedDataset | pd.DataFrame,
    *,
    by: Mapping[str, Any] | None = None,
    design: AuditDesign | None = None,
    unit: str = "answer",
    base: str = "answered",
    target: str | None = None,
    by_question: bool = False,
    stances: pd.DataFrame | None = None,
    readers: Mapping[str, pd.DataFrame] | None = None,
    trained_on: int = 0,
) -> pd.DataFrame:
    """The share of each code, corrected by what people found in a random part of the wave.

    ``coded`` is the wave: a ``SurveyWave``, a ``CodedDataset`` or a table of scores (units x codes);
    ``checked`` the labels of the units read (1, 0, NaN), and ``design`` how these were drawn. The figures
    are right whatever the scores are worth, and the narrower the better these are: PPI++ (Angelopoulos, Duchi
    & Zrnic 2023) and design-based supervised learning (Egami and others 2023), Wilson's interval on the
    effective sample size.

    ``by`` names columns of groups, each with a value a unit; ``unit`` and ``base`` say what the share is of
    (``answer`` or ``respondent``; ``asked``, ``answered`` or ``substantive``). ``target`` is the wave itself
    (``finite``, the default without survey columns) or the ``superpopulation`` that it was drawn from.
    ``by_question`` keeps questions apart. ``stances`` (``unit_id, code, stance``) are people's, ``readers``
    the labels of each reader of a part that was read twice. ``trained_on`` counts units that trained the
    model and have out-of-fold scores.

    One row a code and group (``''``: all), with ``estimate, low, high, se``, the units coded and read, the
    naive count, ``lambda`` (the weight of the scores), ``gain`` (in effective sample, over reading alone),
    ``worth`` (how many units read alone would tell as much), the base in words and ``validity``, what a
    reader should know. Raises ``InvalidDesign`` where figures would be wrong: labels that a model chose,
    chances unknown, scores of a model that learned from the units read.

    >>> rng = np.random.default_rng(0)
    >>> truth = (rng.random(2000) < 0.2).astype(float)
    >>> units = pd.Index([f"u{i}" for i in range(2000)])
    >>> wave = pd.DataFrame({"money": np.clip(truth * 0.6 + rng.random(2000) * 0.4, 0, 1)}, index=units)
    >>> read = pd.DataFrame({"money": truth[:200]}, index=units[:200])
    >>> row = estimate_prevalence(wave, read).iloc[0]
    >>> bool(row["low"] <= truth.mean() <= row["high"]), int(row["n_read"])
    (True, 200)
    """
    wave = as_wave(coded)
    parts = wave.column("questions").fillna("").tolist() if by_question else None
    ready = prepare_estimates(wave, checked, design=design, unit=unit, base=base, target=target, parts=parts)
    if trained_on:
        note = f"{trained_on} units of the wave trained the model (their scores are out of fold)"
        ready = replace(ready, notes=(*ready.notes, note))
    blocks = [("", None), *((by or {}).items())]
    said = None if stances is None else pivot_stances(stances, ready.labels.index)
    cuts = [_Block.of(ready, Groups.of(ready, name, values, parts)) for name, values in blocks]
    tables = []
    for code in wave.codes:
        scores, found, naive = ready.scores(code), ready.found(code), ready.naive(code)
        tables += [
            _estimate_code(ready, cut, code, scores, found, naive, said, readers or {}) for cut in cuts
        ]
    table = pd.concat(tables, ignore_index=True)
    return EstimateTable(table[[*(c for c in table.columns if c != "validity"), "validity"]])


@dataclass(frozen=True, eq=False)
class _Block:
    """The rows of a table that are of one column of groups, with what is the same for each code."""

    groups: Groups
    units: Units
    n_coded: npt.NDArray[np.int64]
    n_base: npt.NDArray[np.int64]
    n_non_response: Any

    @classmethod
    def of(cls, ready: Prepared, groups: Groups) -> _Block:
        """The block of these groups."""
        units, silent = ready.units(groups.cells, len(groups)), ready.counted.silent
        return cls(
            groups,
            units,
            units.add((~ready.counted.certain).astype(np.float64)).astype(int),
            units.add(np.ones(len(units))).astype(int),
            [None] * len(groups) if silent is None else units.add(silent.astype(float)).astype(int),
        )


def _estimate_code(
    ready: Prepared,
    block: _Block,
    code: str,
    scores: Floats,
    found: Floats,
    naive: Floats,
    stances: pd.DataFrame | None,
    readers: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """The rows of a code: ``scores`` and ``naive`` with a value a row, ``found`` with one a unit read."""
    groups, units, uncoded = block.groups, block.units, code in ready.wave.uncoded
    cells = estimate_cells(scores, found, units, ready.counted.audit, beyond=ready.beyond)
    low, high = bound_cells(cells)
    hand_low, hand_high = bound_share(
        cells.hand, cells.hand_se, fewest=cells.effective_read, degrees=cells.degrees
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(cells.guarded_se > 0, (cells.hand_se / cells.guarded_se) ** 2, np.nan)
    table = pd.DataFrame(
        {
            "code": code,
            "name": ready.wave.names.get(code, ""),
            "question": groups.questions,
            "by": groups.by,
            "group": groups.groups,
            "estimate": np.clip(cells.estimate, 0.0, 1.0),
            "low": low,
            "high": high,
            "se": cells.se,
            "n_coded": block.n_coded,
            "n_read": cells.read,
            "n_read_positive": cells.positive,
            "naive_count": [None] * len(groups) if uncoded else units.add(naive).astype(int),
            "naive": units.add(units.weights * naive) / units.totals,
            "lambda": cells.lam,
            "gain": gain,
            "worth": gain * cells.read,
            "hand": cells.hand,
            "hand_low": hand_low,
            "hand_high": hand_high,
            "unit": ready.counted.unit,
            "base": ready.counted.base,
            "base_in_words": ready.counted.words,
            "n_base": block.n_base,
            "n_non_response": block.n_non_response,
            "target": ready.target,
            "design": ready.counted.audit.kind,
        },
        columns=COLUMNS,
    )
    table = pd.concat([table, split_stances(ready, code, units, stances)], axis=1)
    table = pd.concat([table, read_apart(ready, code, units, scores, readers)], axis=1)
    unread = int(np.isnan(found).sum())
    table["validity"] = [_judge(ready, code, cells, place, unread) for place in range(len(groups))]
    return table


def _judge(ready: Prepared, code: str, cells: Cells, place: int, unread: int) -> str:
    """What a reader of a row should know."""
    read, notes = int(cells.read[place]), []
    if read < 2:
        return "; ".join([f"not estimable: {read} of its units were read, read at least 30", *ready.notes])
    if cells.positive[place] < FEW_POSITIVE:
        notes.append(f"only {cells.positive[place]} of the {read} units read carry it")
    if cells.lam[place] < IDLE_WEIGHT:
        notes.append("the scores add nothing here: this is reading by hand alone")
    if not 0 <= cells.estimate[place] <= 1:
        notes.append("the corrected share fell outside 0 to 1 and is shown at the end")
    if code in ready.wave.uncoded:
        notes.append("no coder looked for it in this wave: there is no naive count")
    if unread:
        notes.append(f"{unread} of the units read have no label for it; taken for missing at random")
    return "; ".join([*notes, *ready.notes])
