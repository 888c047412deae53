"""A code's share over many waves: corrected, with its breaks marked, and no line drawn across one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from textmine.display import show_card, show_table
from textmine.errors import InputError, InvalidDesign
from textmine.estimates.changes import LEVEL, tell_detectable
from textmine.estimates.formulas import Z95, adjust_bh
from textmine.waves.codes import Counting, estimate_wave
from textmine.waves.making import Making, compare_making
from textmine.waves.wave import CodedWave, refuse_same_wave

_KEYS = ["code", "question", "by", "group"]
TABLE = [*_KEYS, "wave", "time", "estimate", "low", "high", "se", "naive", "n_read", "segment", "validity"]
SLOPES = [
    *_KEYS,
    *("segment", "first", "last", "waves", "slope", "low", "high", "p", "p_adjusted", "changed"),
    *("detectable", "in_words"),
]
BREAKS = ["before", "after", "code", "kind", "breaks", "in_words"]


@dataclass(frozen=True, eq=False)
class WaveTrend:
    """``table``: each code's share in each wave; ``breaks``: where and why a series is cut; ``slopes``: the
    change a unit of time in each uncut stretch of three waves or more.

    >>> from textmine.estimates.survey import SurveyWave
    >>> def make(name):
    ...     units = pd.Index([f"{name}-{i}" for i in range(40)])
    ...     scores = pd.DataFrame({"money": [0.9, 0.2] * 20}, index=units)
    ...     return CodedWave(name, SurveyWave(scores), checked=scores.round()[:20])
    >>> trend = trace_trend([make("2023"), make("2024"), make("2025")])
    >>> trend.slopes["code"].tolist()
    ['money']
    """

    table: pd.DataFrame
    breaks: pd.DataFrame
    slopes: pd.DataFrame

    def _repr_html_(self) -> str:
        named = {"Shares": self.table, "Breaks": self.breaks, "Slopes": self.slopes}
        parts = [show_table(table, caption=name, most=40) for name, table in named.items() if len(table)]
        return show_card("Trend", parts)


def trace_trend(
    waves: Sequence[CodedWave],
    *,
    times: Sequence[float] | None = None,
    counting: Counting | None = None,
    same: Collection[str] = (),
) -> WaveTrend:
    """Each code over several waves, in their order, with breaks where the figures stop being of one thing.

    A code that was redefined, or whose meaning is not known on both sides of a new codebook, breaks; so do
    naive counts (a wave that nobody read) where the model or a threshold changed. Corrected shares go on
    across a new model, which is listed all the same. ``segment`` numbers the uncut stretches of a series,
    and ``slopes`` fits a line to each of three waves and more: weighted least squares by the known standard
    errors, with what would have been detected (80% power, corrected over all slopes). ``times`` are the
    waves' times (1, 2, 3 ... without). Raises ``InputError`` for fewer than two waves or times that do not
    grow, ``InvalidDesign`` for one wave given twice.

    ``counting`` says what a share is of.

    >>> from textmine.estimates.survey import SurveyWave
    >>> def make(name):
    ...     units = pd.Index([f"{name}-{i}" for i in range(40)])
    ...     scores = pd.DataFrame({"money": [0.9, 0.2] * 20}, index=units)
    ...     return CodedWave(name, SurveyWave(scores), checked=scores.round()[:20])
    >>> trend = trace_trend([make("2023"), make("2024"), make("2025")])
    >>> trend.table["segment"].tolist(), len(trend.breaks)
    ([1, 1, 1], 0)
    """
    if len(waves) < 2:
        raise InputError(f"A trend needs waves: {len(waves)} met. Give two or more coded folders, in order.")
    at = list(times) if times is not None else [float(k + 1) for k in range(len(waves))]
    if len(at) != len(waves) or any(b <= a for a, b in pairwise(at)):
        raise InputError(f"{len(waves)} waves want as many times, each later than the one before.")
    refuse_same_wave(list(waves))
    counting = counting or Counting()
    made = [
        compare_making(a, b, same=[c for c in same if c in a.codes and c in b.codes])
        for a, b in pairwise(waves)
    ]
    breaks = [
        row
        for (a, b), making in zip(pairwise(waves), made, strict=True)
        for row in _list_breaks(a, b, making)
    ]
    cut = {(row["after"], row["code"]) for row in breaks if row["breaks"] == "yes"}
    tables = []
    for wave, time in zip(waves, at, strict=True):
        table = estimate_wave(wave, wave.codes, counting)
        tables.append(table.assign(wave=wave.name, time=time))
    order = {wave.name: place for place, wave in enumerate(waves)}
    long = pd.concat(tables, ignore_index=True)
    codes = {code: k for k, code in enumerate(dict.fromkeys(c for wave in waves for c in wave.codes))}
    long = long.assign(_code=long["code"].map(codes), _wave=long["wave"].map(order))
    long = long.sort_values(["_code", "question", "by", "group", "_wave"], kind="stable")
    long["segment"] = _number_segments(long, cut)
    table = long.reindex(columns=TABLE).reset_index(drop=True)
    return WaveTrend(table, pd.DataFrame(breaks, columns=BREAKS), _fit_slopes(table))


def _list_breaks(a: CodedWave, b: CodedWave, making: Making) -> list[dict[str, Any]]:
    """What changed in the making between two waves, code by code, and whether it cuts the series."""
    rows: list[dict[str, Any]] = []
    read = a.checked is not None and b.checked is not None
    for fact in making.table.to_dict("records"):
        code, kind = str(fact["code"]), str(fact["what"])
        if kind == "definition":
            breaks = code in making.barred
        elif kind in ("model", "threshold"):
            breaks = not read
        else:
            breaks = kind in ("added", "retired")
        words = f"{fact['means']}" if not (fact["old"] or fact["new"]) else (
            f"{fact['old'] or '-'} to {fact['new'] or '-'}: {fact['means']}"
        )  # fmt: skip
        for name in [code] if code else making.codes if kind == "model" else [""]:
            rows.append(
                {
                    "before": a.name,
                    "after": b.name,
                    "code": name,
                    "kind": kind,
                    "breaks": "yes" if breaks else "",
                    "in_words": words,
                }
            )
    return rows


def _number_segments(long: pd.DataFrame, cut: set[tuple[str, str]]) -> list[int]:
    """The number of each row's uncut stretch; a wave that lacks the row cuts it too."""
    found: list[int] = []
    last: tuple[Any, ...] | None = None
    number, before = 1, 0
    for row in long.to_dict("records"):
        key = tuple(row[name] for name in _KEYS)
        if key != last:
            number = 1
        elif (row["wave"], row["code"]) in cut or row["_wave"] != before + 1:
            number += 1
        found.append(number)
        last, before = key, row["_wave"]
    return found


def _fit_slopes(table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for key, part in table.groupby([*_KEYS, "segment"], sort=False):
        known = part[part["se"].notna() & (part["se"] > 0)]
        if len(known) < 3:
            continue
        slope, se = fit_line(known["time"].to_list(), known["estimate"].to_list(), known["se"].to_list())
        rows.append(
            dict(zip([*_KEYS, "segment"], key, strict=True))
            | {
                "first": known["wave"].iloc[0],
                "last": known["wave"].iloc[-1],
                "waves": len(known),
                "slope": slope,
                "se": se,
                "low": slope - Z95 * se,
                "high": slope + Z95 * se,
                "p": _p_of(slope, se),
            }
        )
    found = pd.DataFrame(rows, columns=[c for c in (*SLOPES, "se") if c not in ("p_adjusted", "in_words")])
    found["p_adjusted"] = adjust_bh(found["p"].to_numpy(dtype=np.float64))
    found["changed"] = np.where(found["p_adjusted"] < LEVEL, "yes", "")
    found["detectable"] = tell_detectable(found["se"].to_numpy(dtype=np.float64), len(found))
    found["in_words"] = [_tell(row) for row in found.to_dict("records")]
    return found[SLOPES]


def fit_line(times: Sequence[float], values: Sequence[float], errors: Sequence[float]) -> tuple[float, float]:
    """The slope through values with known standard errors, and its standard error (weighted least squares).

    Raises ``InvalidDesign`` where all are of one time or an error is 0.

    >>> fit_line([0, 1, 2], [0.1, 0.2, 0.3], [0.01, 0.01, 0.01])[0].__round__(6)
    0.1
    """
    t, y, e = (np.asarray(v, dtype=np.float64) for v in (times, values, errors))
    if not (e > 0).all() or np.ptp(t) == 0:
        raise InvalidDesign("A line wants figures of two times or more, each with an error above 0.")
    w = 1 / e**2
    middle = float((w * t).sum() / w.sum())
    spread = float((w * (t - middle) ** 2).sum())
    return float((w * (t - middle) * y).sum() / spread), spread**-0.5


def _p_of(slope: float, se: float) -> float:
    from math import erfc, sqrt

    return erfc(abs(slope) / se / sqrt(2))


def _tell(row: dict[Any, Any]) -> str:
    name = ", ".join(str(row[key]) for key in ("code", "question", "group") if row[key])
    interval = f"{100 * row['low']:+.1f} to {100 * row['high']:+.1f}"
    size = f"{100 * row['slope']:+.1f} points a unit of time, {interval}"
    when = f"{row['first']} to {row['last']}"
    if row["changed"] == "yes":
        return f"{name}, {when}: changed by {size}."
    seen = f"one of {100 * row['detectable']:.1f} points or more would have been"
    return f"{name}, {when}: no trend was found ({size}); {seen}."
