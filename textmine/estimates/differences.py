"""How groups differ in a code, corrected for a coder that errs in one group more than in another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from textmine.coded import CodedDataset
from textmine.coding.intervals import adjust_holm
from textmine.errors import InputError
from textmine.estimates.cells import Cells, estimate_cells
from textmine.estimates.design import AuditDesign
from textmine.estimates.formulas import FEW_DEGREES, Z95, adjust_bh
from textmine.estimates.prepared import Groups, Prepared, prepare_estimates
from textmine.estimates.survey import SurveyWave, as_wave
from textmine.estimates.units import Units

#: How p-values are corrected for the number of looks.
ADJUSTMENTS = ("bh", "holm")
#: A corrected p-value below this is flagged.
LEVEL = 0.05
COLUMNS = [
    *("code", "question", "by", "group", "than", "difference", "low", "high", "se", "p", "p_adjusted"),
    *("differs", "naive", "n_read", "n_read_than", "lambda", "unit", "base", "base_in_words", "target"),
    "validity",
]


def estimate_differences(
    coded: SurveyWave | CodedDataset | pd.DataFrame,
    checked: CodedDataset | pd.DataFrame,
    *,
    by: Mapping[str, Any],
    reference: Any = None,
    adjust: str = "bh",
    design: AuditDesign | None = None,
    unit: str = "answer",
    base: str = "answered",
    target: str | None = None,
    by_question: bool = False,
) -> pd.DataFrame:
    """Each group's share less that of the ``reference`` group, corrected as in ``estimate_prevalence``.

    Without a reference every pair of groups is compared. The covariance of the two shares is kept, so that
    respondents who stand in both groups, and clusters, count as they should. ``adjust`` corrects the p-values
    of a column over codes and pairs: ``bh`` (few of the finds are false) or ``holm`` (none is). ``naive`` is
    the difference of the naive counts. Raises as ``estimate_prevalence`` does.

    ``design``, ``unit``, ``base``, ``target`` and ``by_question`` are those of ``estimate_prevalence``.
    Raises ``InputError`` where ``adjust`` is another word. ``coded`` and ``checked`` are as there; ``by``
    names columns of groups, each with a value a unit.

    >>> rng = np.random.default_rng(0)
    >>> truth, group = (rng.random(2000) < 0.3).astype(float), rng.integers(0, 2, 2000).astype(str)
    >>> wave = pd.DataFrame({"money": np.clip(truth * 0.6 + rng.random(2000) * 0.4, 0, 1)})
    >>> found = estimate_differences(wave, pd.DataFrame({"money": truth[:300]}), by={"phase": group})
    >>> found[["group", "than"]].to_numpy().tolist()
    [['1', '0']]
    """
    if adjust not in ADJUSTMENTS:
        raise InputError(f"No correction {adjust!r}. Choose one: {', '.join(ADJUSTMENTS)}.")
    wave = as_wave(coded)
    parts = wave.column("questions").fillna("").tolist() if by_question else None
    ready = prepare_estimates(wave, checked, design=design, unit=unit, base=base, target=target, parts=parts)
    tables = []
    for name, values in by.items():
        groups = Groups.of(ready, name, values, parts)
        table = _compare_groups(ready, groups, None if reference is None else str(reference))
        p = table["p"].to_numpy(dtype=np.float64)
        table["p_adjusted"] = adjust_bh(p) if adjust == "bh" else adjust_holm(p.tolist())
        known = table["p_adjusted"].notna()
        table["differs"] = np.where(known & (table["p_adjusted"] < LEVEL), "yes", "")
        tables.append(table[COLUMNS])
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)


def _compare_groups(ready: Prepared, groups: Groups, reference: str | None) -> pd.DataFrame:
    pairs = pair_groups(groups, reference)
    units = ready.units(groups.cells, len(groups))
    rows = []
    for code in ready.wave.codes:
        cells = estimate_cells(
            ready.scores(code), ready.found(code), units, ready.counted.audit, beyond=ready.beyond
        )
        naive = units.add(units.weights * ready.naive(code)) / units.totals
        rows += [_compare(ready, groups, units, cells, naive, code, one, other) for one, other in pairs]
    return pd.DataFrame(rows, columns=[c for c in COLUMNS if c not in ("p_adjusted", "differs")])


def pair_groups(groups: Groups, reference: str | None) -> list[tuple[int, int]]:
    """Places of the pairs to compare in a question: each group with the reference, or with all before."""
    if reference is not None and reference not in groups.groups:
        raise InputError(f"No group {reference!r} in column {groups.by}. Groups: {', '.join(groups.groups)}.")
    places = range(len(groups))
    return [
        (one, other)
        for one in places
        for other in places
        if one != other
        and groups.questions[one] == groups.questions[other]
        and (other < one if reference is None else groups.groups[other] == reference)
    ]


def _compare(
    ready: Prepared,
    groups: Groups,
    units: Units,
    cells: Cells,
    naive: Any,
    code: str,
    one: int,
    other: int,
) -> dict[str, Any]:
    from scipy.stats import norm, t

    difference = float(cells.estimate[one] - cells.estimate[other])
    covariance = cells.covariance
    spread = covariance[one, one] + covariance[other, other] - 2 * covariance[one, other]
    se = float(np.sqrt(max(spread, 0.0))) if spread == spread else float("nan")
    degrees = float(min(cells.degrees[one], cells.degrees[other]))
    few = degrees < FEW_DEGREES
    z = float(t.ppf(0.975, degrees)) if few else Z95
    p = float("nan")
    if se > 0:
        ratio = abs(difference) / se
        p = float(2 * (t.sf(ratio, degrees) if few else norm.sf(ratio)))
    notes = list(ready.notes)
    if min(cells.read[one], cells.read[other]) < 2:
        notes.insert(0, "not estimable: fewer than two units of a group were read, read at least 30 of each")
    elif min(cells.positive[one], cells.positive[other]) == 0:
        notes.insert(0, "nobody read a unit with it in one of the groups: the normal interval is rough")
    return {
        "code": code,
        "question": groups.questions[one],
        "by": groups.by,
        "group": groups.groups[one],
        "than": groups.groups[other],
        "difference": difference,
        "low": max(difference - z * se, -1.0) if se == se else float("nan"),
        "high": min(difference + z * se, 1.0) if se == se else float("nan"),
        "se": se,
        "p": p,
        "naive": float(naive[one] - naive[other]),
        "n_read": int(cells.read[one]),
        "n_read_than": int(cells.read[other]),
        "lambda": float(max(cells.lam[one], cells.lam[other])),
        "unit": ready.counted.unit,
        "base": ready.counted.base,
        "base_in_words": ready.counted.words,
        "target": ready.target,
        "validity": "; ".join(notes),
    }
