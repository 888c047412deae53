"""Did the coder get worse? Precision, recall and calibration in either wave, by what people read of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coding.comparison import ALL_CODES
from textmine.coding.intervals import Z95, adjust_holm, wilson_interval
from textmine.estimates.changes import LEVEL, find_coder_drift, tell_detectable
from textmine.estimates.formulas import adjust_bh
from textmine.waves.wave import CodedWave

Floats = npt.NDArray[np.float64]

#: With fewer units behind a figure (given the code for precision, carrying it for recall) no test is made.
FEWEST_CASES = 10
COLUMNS = [
    *("code", "measure", "old", "old_low", "old_high", "n_old", "new", "new_low", "new_high", "n_new"),
    *("change", "low", "high", "p", "p_adjusted", "changed", "detectable", "note"),
]
CALIBRATION = [
    *("wave", "code", "band", "n_read", "error", "low", "high", "p", "p_adjusted", "drifted", "detectable"),
]
_MEASURES = ("precision", "recall")


def compare_coder(
    old: CodedWave, new: CodedWave, codes: list[str], *, adjust: str = "bh"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Precision and recall of each code in two waves with their changes, and the calibration of either.

    Both waves need ``checked``. The first table has a row a code and measure, and '(all codes)'; intervals
    are Wilson's on the effective number of cases, those of changes Newcombe's (1998), the test is the score
    test of two shares; ``p_adjusted`` is over all rows. The second has rows of each wave (is the mean of
    labels that of scores, overall and in bands?) and of 'change', the error of the new wave less that of the
    old; the rows of the new wave and of the change are corrected together. Codes that no model scored in a
    wave are left out. Raises ``InputError`` as
    ``find_coder_drift`` does.
    """
    read = [_Read.of(wave) for wave in (old, new)]
    unscored = {*old.survey.unscored, *new.survey.unscored}
    codes = [code for code in codes if code not in unscored]
    rows = []
    for measure in _MEASURES:
        rows.append(_compare_pooled(measure, *(_pool(side, codes, measure) for side in read)))
        rows += [_compare(code, measure, *(_case(s, code, measure) for s in read)) for code in codes]
    table = pd.DataFrame(rows, columns=[c for c in COLUMNS if c not in ("p_adjusted", "changed")])
    p = table["p"].to_numpy(dtype=np.float64)
    table["p_adjusted"] = adjust_bh(p) if adjust == "bh" else adjust_holm(p.tolist())
    table["changed"] = np.where(table["p_adjusted"] < LEVEL, "yes", "")
    known = int((~np.isnan(p)).sum())
    table["detectable"] = table["detectable"] * float(
        tell_detectable(np.ones(1), known)[0] / tell_detectable(np.ones(1), 1)[0]
    )
    return table[COLUMNS], _compare_calibration(read, (old.name, new.name), codes, adjust)


@dataclass(frozen=True, eq=False)
class _Read:
    """The units of a wave that people read, in one order: labels, scores, decisions; and their weights."""

    labels: pd.DataFrame
    scores: pd.DataFrame
    given: pd.DataFrame
    weight: Floats
    chances: pd.Series | None

    @classmethod
    def of(cls, wave: CodedWave) -> _Read:
        assert wave.checked is not None
        scores = wave.survey.scores
        places = scores.index.get_indexer(wave.checked.index)
        labels = wave.checked[places >= 0].reindex(columns=wave.codes)
        mine = places[places >= 0]
        given = {code: wave.survey.decide(code)[mine] for code in wave.codes}
        chances = wave.design.probability if wave.design is not None else None
        if chances is not None:
            chances = pd.to_numeric(chances.reindex(labels.index), errors="coerce")
        weight = np.ones(len(mine)) if chances is None else 1 / chances.to_numpy(dtype=np.float64)
        return cls(labels, scores.iloc[mine], pd.DataFrame(given, index=labels.index), weight, chances)

    def known(self, code: str) -> npt.NDArray[np.bool_]:
        """Which units have both a label and a score of a code."""
        return np.asarray(self.labels[code].notna().to_numpy() & self.scores[code].notna().to_numpy())

    def count(self, code: str, measure: str) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Which units a measure is of, and which of these are right."""
        truth, given = self.labels[code].to_numpy() == 1, self.given[code].to_numpy() == 1
        among = self.known(code) & (given if measure == "precision" else truth)
        return among, among & truth & given


def _case(read: _Read, code: str, measure: str) -> tuple[float, float, int]:
    """The share that is right, the effective number of cases and the number of cases."""
    among, right = read.count(code, measure)
    n = int(among.sum())
    if not n:
        return float("nan"), 0.0, 0
    own = read.weight[among]
    share = float((read.weight * right).sum() / own.sum())
    return share, float(own.sum() ** 2 / (own**2).sum()), n


def _compare(
    code: str, measure: str, old: tuple[float, float, int], new: tuple[float, float, int]
) -> dict[str, Any]:
    bounds = []
    for share, size, _ in (old, new):
        low, high = wilson_interval(share * size if size else 0.0, size)
        bounds.append((float(low), float(high)))
    row = _row(code, measure, old, new, bounds)
    few = min(old[2], new[2]) < FEWEST_CASES
    if few:
        return row | {"note": f"fewer than {FEWEST_CASES} cases in a wave: not tested"}
    change = new[0] - old[0]
    pooled = (old[0] * old[1] + new[0] * new[1]) / (old[1] + new[1])
    se = float(np.sqrt(pooled * (1 - pooled) * (1 / old[1] + 1 / new[1])))
    low = change - np.hypot(new[0] - bounds[1][0], bounds[0][1] - old[0])
    high = change + np.hypot(bounds[1][1] - new[0], old[0] - bounds[0][0])
    return row | {"low": float(low), "high": float(high), "p": _p(change, se), "detectable": _seen(se)}


def _pool(read: _Read, codes: list[str], measure: str) -> tuple[float, float, int]:
    """The pooled share over all codes with its standard error by unit, and the number of cases."""
    counted = [read.count(code, measure) for code in codes]
    cases = np.sum([among for among, _ in counted], axis=0)
    top = read.weight * np.sum([right for _, right in counted], axis=0)
    bottom = read.weight * cases
    total, n = float(bottom.sum()), len(bottom)
    if not total:
        return float("nan"), float("nan"), 0
    share = float(top.sum()) / total
    rest = top - share * bottom
    return share, float(np.sqrt((rest**2).sum() * n / max(n - 1, 1)) / total), int(cases.sum())


def _compare_pooled(
    measure: str, old: tuple[float, float, int], new: tuple[float, float, int]
) -> dict[str, Any]:
    bounds = [(max(s - Z95 * se, 0.0), min(s + Z95 * se, 1.0)) for s, se, _ in (old, new)]
    row = _row(ALL_CODES, measure, old, new, bounds)
    if min(old[2], new[2]) < FEWEST_CASES:
        return row | {"note": f"fewer than {FEWEST_CASES} cases in a wave: not tested"}
    change, se = new[0] - old[0], float(np.hypot(old[1], new[1]))
    interval = {"low": change - Z95 * se, "high": change + Z95 * se}
    return row | interval | {"p": _p(change, se), "detectable": _seen(se)}


def _row(
    code: str,
    measure: str,
    old: tuple[float, float, int],
    new: tuple[float, float, int],
    bounds: list[tuple[float, float]],
) -> dict[str, Any]:
    nothing = float("nan")
    return {
        "code": code,
        "measure": measure,
        "old": old[0],
        "old_low": bounds[0][0],
        "old_high": bounds[0][1],
        "n_old": old[2],
        "new": new[0],
        "new_low": bounds[1][0],
        "new_high": bounds[1][1],
        "n_new": new[2],
        "change": new[0] - old[0],
        **dict.fromkeys(("low", "high", "p", "detectable"), nothing),
        "note": "",
    }


def _compare_calibration(
    read: list[_Read], names: tuple[str, str], codes: list[str], adjust: str
) -> pd.DataFrame:
    tables = []
    for side, name in zip(read, names, strict=True):
        table = find_coder_drift(side.scores[codes], side.labels[codes], side.chances, adjust=adjust)
        tables.append(_widen(table, side).assign(wave=name))
    keys = ["code", "band"]
    both = tables[0].merge(tables[1], on=keys, suffixes=("_old", "_new"))
    se = [(both[f"high_{s}"] - both[f"low_{s}"]).to_numpy(float) / (2 * Z95) for s in ("old", "new")]
    spread = np.hypot(*se)
    change = (both["error_new"] - both["error_old"]).to_numpy(dtype=np.float64)
    p = np.array([_p(c, s) for c, s in zip(change, spread, strict=True)])
    moved = pd.DataFrame(
        {
            "wave": "change",
            "code": both["code"],
            "band": both["band"],
            "n_read": both["n_read_old"] + both["n_read_new"],
            "error": change,
            "low": change - Z95 * spread,
            "high": change + Z95 * spread,
            "p": p,
            "detectable": spread * float(tell_detectable(np.ones(1), 1)[0]),
        }
    )
    asked = [_correct(part, adjust) for part in (tables[0], pd.concat([tables[1], moved], ignore_index=True))]
    return pd.concat(asked, ignore_index=True)[CALIBRATION]


def _widen(table: pd.DataFrame, read: _Read) -> pd.DataFrame:
    """Rows over all scores with at least the variance that the scores let expect.

    Of a rare code few labels are 1, and their spread alone would make chance look like an error.
    """
    table = table.copy()
    for place in np.flatnonzero((table["band"] == "all").to_numpy()).tolist():
        code, error = str(table["code"].iloc[place]), float(table["error"].iloc[place])
        known = read.known(code)
        weight, f = read.weight[known], read.scores[code].to_numpy(dtype=np.float64)[known]
        if len(f) < 2:
            continue
        expected = float((weight**2 * f * (1 - f)).sum() / weight.sum() ** 2)
        seen = float(table["high"].iloc[place] - error) / Z95
        se = max(seen, expected**0.5)
        values = {"low": error - Z95 * se, "high": error + Z95 * se, "p": _p(error, se)}
        for name, value in (values | {"detectable": _seen(se)}).items():
            table.loc[table.index[place], name] = value
    return table


def _correct(rows: pd.DataFrame, adjust: str) -> pd.DataFrame:
    """Rows with their p-values and what was detectable corrected for all of them together."""
    p = rows["p"].to_numpy(dtype=np.float64)
    adjusted = adjust_bh(p) if adjust == "bh" else np.array(adjust_holm(p.tolist()))
    looks = max(int((~np.isnan(p)).sum()), 1)
    wider = float(tell_detectable(np.ones(1), looks)[0] / tell_detectable(np.ones(1), 1)[0])
    drifted = np.where(adjusted < LEVEL, "yes", "")
    return rows.assign(p_adjusted=adjusted, drifted=drifted, detectable=rows["detectable"] * wider)


def _p(change: float, se: float) -> float:
    from math import erfc, sqrt

    if not se > 0:
        return 1.0 if se == 0 and change == 0 else float("nan")
    return erfc(abs(change) / se / sqrt(2))


def _seen(se: float) -> float:
    return float(tell_detectable(np.array([se]), 1)[0])
