"""What stands beside a share: its split by stance, and the figure under each reader of a part read twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import STANCES
from textmine.estimates.cells import bound_cells, estimate_cells
from textmine.estimates.prepared import Prepared
from textmine.estimates.units import Units

Floats = npt.NDArray[np.float64]


def pivot_stances(stances: pd.DataFrame, units: pd.Index) -> pd.DataFrame:
    """Stances that people gave (``unit_id, code, stance``) as units x codes; two of a unit are 'mixed'."""
    said = stances.assign(stance=stances["stance"].astype(str).str.strip().str.casefold())
    said = said[said["stance"].isin(STANCES)].drop_duplicates(["unit_id", "code", "stance"])
    said.loc[said.duplicated(["unit_id", "code"], keep=False), "stance"] = "mixed"
    said = said.drop_duplicates(["unit_id", "code"])
    wide = said.pivot(index="unit_id", columns="code", values="stance")
    return pd.DataFrame(wide).reindex(units)


def split_stances(ready: Prepared, code: str, units: Units, stances: pd.DataFrame | None) -> pd.DataFrame:
    """The share of each stance beside the share of the code: corrected where people told it, and naive.

    ``stances`` is what people told (units read x codes). A row a cell; no columns where nothing is known.
    """
    told = None if stances is None or code not in stances.columns else stances[code]
    made = ready.wave.stances if ready.wave.stances is not None and code in ready.wave.stances else None
    columns: dict[str, Any] = {}
    if told is None and made is None:
        return pd.DataFrame(index=range(units.n_cells))
    model = None if made is None else made[code].to_numpy(dtype=object)
    raw = ready.wave.scores[code].to_numpy(dtype=np.float64)
    for stance in STANCES:
        mine = np.ones(len(raw), dtype=bool) if model is None else model == stance
        if model is not None:
            given = ready.counted.pool_given(ready.wave.decide(code) * mine)
            columns[f"naive_{stance}"] = units.add(units.weights * given) / units.totals
        if told is not None:
            is_so = (told == stance).to_numpy(dtype=np.float64)
            labels = ready.labels[code].to_numpy(dtype=np.float64)
            y = ready.counted.pool_labels(np.where(np.isnan(labels), np.nan, labels * is_so))
            f = ready.counted.pool_scores(np.where(np.isnan(raw), np.nan, raw * mine))
            cells = estimate_cells(f, y, units, ready.counted.audit, beyond=ready.beyond)
            columns[stance] = np.clip(cells.estimate, 0.0, 1.0)
            columns[f"{stance}_low"], columns[f"{stance}_high"] = bound_cells(cells)
    return pd.DataFrame(columns)


def read_apart(
    ready: Prepared, code: str, units: Units, scores: Floats, readers: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """The share under each reader of a part that was read by several, taken for a random part."""
    columns: dict[str, Any] = {}
    for reader, labels in readers.items():
        part = labels.reindex(index=ready.labels.index)
        values = part[code].to_numpy(dtype=np.float64) if code in part else np.full(len(part), np.nan)
        y = ready.counted.pool_labels(values)
        if not ready.counted.plain:  # who read some of a respondent's answers has not read the respondent
            whole = ~np.isnan(ready.counted.pool_labels(values * 0.0))
            y = np.where(whole, y, np.nan)
        cells = estimate_cells(scores, y, units, ready.counted.audit, beyond=ready.beyond)
        columns[f"reader_{reader}"] = np.clip(cells.estimate, 0.0, 1.0)
        columns[f"reader_{reader}_low"], columns[f"reader_{reader}_high"] = bound_cells(cells)
        columns[f"reader_{reader}_n"] = cells.read
    return pd.DataFrame(columns, index=range(units.n_cells))


def describe_readers(table: pd.DataFrame, readers: Sequence[str]) -> str:
    """A sentence on what the intervals leave out, by the figures of two or more readers; '' for fewer."""
    if len(readers) < 2 or not len(table):
        return ""
    figures = table[[f"reader_{reader}" for reader in readers]].to_numpy(dtype=np.float64)
    apart = np.nanmax(figures, axis=1) - np.nanmin(figures, axis=1)
    worst = int(np.nanargmax(apart)) if not np.isnan(apart).all() else 0
    return (
        "The intervals tell how the share would move had other units been read, by the same readers with the "
        "same rulings. They leave out that other readers would code otherwise: the figures of "
        f"{', '.join(readers)} lie up to {100 * float(apart[worst]):.1f} points apart "
        f"({table['code'].iloc[worst]}), half of the codes less than {100 * float(np.nanmedian(apart)):.1f}."
    )
