"""Did the codes change? Each code's share in two waves, corrected in either, and its change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from textmine.errors import InputError
from textmine.estimates.changes import compare_prevalence
from textmine.estimates.design import AuditDesign
from textmine.estimates.prepared import Prepared, name_group, prepare_estimates
from textmine.estimates.prevalence import estimate_prevalence
from textmine.waves.making import Making
from textmine.waves.wave import CodedWave

_KEYS = ["code", "question", "by", "group"]
COLUMNS = [
    *_KEYS,
    *("before", "before_low", "before_high", "after", "after_low", "after_high"),
    *("change", "low", "high", "se", "z", "p", "p_adjusted", "changed", "detectable"),
    *("naive_before", "naive_after", "naive_change", "n_read_before", "n_read_after"),
    *("base_in_words", "validity"),
]
NAIVE = "naive counts alone: no change can be told until people read units of both waves (--checked-old, "
NAIVE += "--checked-new)"


@dataclass(frozen=True)
class Counting:
    """What a share is of, as ``estimate_prevalence`` takes it; ``by_question`` keeps questions apart."""

    unit: str = "answer"
    base: str = "answered"
    by_question: bool = False


def compare_codes(
    old: CodedWave,
    new: CodedWave,
    making: Making,
    *,
    counting: Counting | None = None,
    adjust: str = "bh",
    panel: bool = False,
) -> pd.DataFrame:
    """A row a code (and question and group): both shares with intervals, the change, and what was detectable.

    Shares are of the populations that the waves were drawn from. In a ``panel`` the covariance of the two is
    taken into account. A code in ``making.barred`` has its shares but no change, and ``validity`` says why.
    Without labels of both waves there are naive counts alone, and no change is told. Raises
    ``InvalidDesign`` as ``estimate_prevalence`` does, and ``InputError`` where the waves share no code.
    """
    counting = counting or Counting()
    if not making.codes:
        raise InputError(
            f"{old.name} and {new.name} have no code in common. Code both with one codebook (textmine code), "
            "or bring the old wave to the new version: textmine codebook migrate."
        )
    shares = [estimate_wave(wave, making.codes, counting) for wave in (old, new)]
    naive = _set_side_by_side(shares[0], shares[1], making)
    if old.checked is None or new.checked is None:
        bare = naive.assign(validity=[_join(note, NAIVE) for note in naive["validity"]])
        return bare.reindex(columns=COLUMNS)
    allowed = [table[~table["code"].isin(making.barred)].reset_index(drop=True) for table in shares]
    if not len(allowed[0]) or not len(allowed[1]):
        return naive.reindex(columns=COLUMNS)
    together = _covary(old, new, allowed, counting) if panel else None
    found = compare_prevalence(*allowed, covariance=together, adjust=adjust)
    told = ["change", "low", "high", "se", "z", "p", "p_adjusted", "changed", "detectable", "validity"]
    joined = naive.drop(columns=["validity"]).merge(found[[*_KEYS, *told]], on=_KEYS, how="left")
    kept = joined["code"].isin(making.barred)
    joined["validity"] = np.where(kept, naive["validity"], joined["validity"])
    joined["validity"] = joined["validity"].map(
        lambda cell: _join(cell, "" if making.same_model else "the waves were coded by different models")
    )
    joined["changed"] = joined["changed"].fillna("")
    return joined.reindex(columns=COLUMNS)


def estimate_wave(wave: CodedWave, codes: list[str], counting: Counting) -> pd.DataFrame:
    """The shares of a wave by ``estimate_prevalence``; without labels the naive ones, the rest NaN."""
    checked, design = wave.checked, wave.design
    if checked is None:
        checked = pd.DataFrame(0.0, index=wave.survey.scores.index, columns=wave.codes)
        design = AuditDesign(known=True)
    table = estimate_prevalence(
        wave.survey,
        checked,
        by=wave.by or None,
        design=design,
        unit=counting.unit,
        base=counting.base,
        target="superpopulation",
        by_question=counting.by_question,
        trained_on=wave.trained_on,
    )
    table = table[table["code"].isin(codes)].reset_index(drop=True)
    if wave.checked is None:
        unknown = ["estimate", "low", "high", "se", "lambda", "gain", "worth", "hand"]
        table = table.assign(**dict.fromkeys(unknown, float("nan")), n_read=0, validity="")
    return table


def _set_side_by_side(before: pd.DataFrame, after: pd.DataFrame, making: Making) -> pd.DataFrame:
    """Both waves' shares in rows that both have, without any change."""
    names = {"estimate": "", "low": "_low", "high": "_high"}
    parts = []
    for table, word in ((before, "before"), (after, "after")):
        part = table[[*_KEYS, *names, "naive", "n_read", "base_in_words"]].rename(
            columns={name: f"{word}{end}" for name, end in names.items()}
            | {"naive": f"naive_{word}", "n_read": f"n_read_{word}"}
        )
        parts.append(part if word == "after" else part.drop(columns="base_in_words"))
    both = parts[0].merge(parts[1], on=_KEYS, how="inner")
    both["naive_change"] = both["naive_after"] - both["naive_before"]
    barred = [making.barred.get(code, "") for code in both["code"]]
    remedy = (
        "bring the old wave to the new codebook (textmine codebook migrate) or code it anew; --same if it "
    )
    remedy += "means the same"
    both["validity"] = [f"not compared: {why}; {remedy}" if why else "" for why in barred]
    return both


def _covary(old: CodedWave, new: CodedWave, tables: list[pd.DataFrame], counting: Counting) -> pd.Series:
    """The covariance of the two estimates of each row of ``after``, by who stands in both waves."""
    sides = []
    for wave, table in zip((old, new), tables, strict=True):
        assert wave.checked is not None
        parts = wave.survey.column("questions").fillna("").tolist() if counting.by_question else None
        ready = prepare_estimates(
            wave.survey,
            wave.checked,
            design=wave.design,
            unit=counting.unit,
            base=counting.base,
            target="superpopulation",
            parts=parts,
        )
        people = pd.Series(wave.respondents(), index=wave.survey.scores.index)
        sides.append((wave, table, ready, _owner(ready, people), parts))
    merged = tables[0].merge(tables[1][_KEYS], on=_KEYS)
    values = []
    for row in merged[_KEYS].to_dict("records"):
        pulls = [_pull(*side, row) for side in sides]
        shared = pulls[0].index.intersection(pulls[1].index)
        values.append(float((pulls[0][shared] * pulls[1][shared]).sum()))
    return pd.Series(values)


def _owner(ready: Prepared, people: pd.Series) -> pd.Series:
    return pd.Series(ready.counted.pool_column(people, "respondent"))


def _pull(
    wave: CodedWave,
    table: pd.DataFrame,
    ready: Prepared,
    owner: pd.Series,
    parts: list[Any] | None,
    row: Mapping[Any, Any],
) -> pd.Series:
    """How far each respondent pulls a row's estimate: the sum of linearised pseudo-outcomes."""
    mine = table[(table[_KEYS] == pd.Series(row)).all(axis=1)].iloc[0]
    inside = ready.counted.inside.copy()
    units = wave.survey.scores.index
    if parts is not None:
        question = pd.Series(ready.counted.pool_column(pd.Series(parts, index=units), "question"))
        inside &= question.astype(str).eq(row["question"]).to_numpy()
    if row["by"]:
        column = pd.Series(np.asarray(wave.by[row["by"]], dtype=object), index=units)
        group = pd.Series(ready.counted.pool_column(column, row["by"])).map(name_group)
        inside &= group.eq(row["group"]).to_numpy()
    code, audit = str(row["code"]), ready.counted.audit
    weight = ready.units().weights * inside
    f, y = ready.scores(code), ready.found(code)
    lam = float(mine["lambda"])
    known = ~np.isnan(y)
    a = np.where(known, weight[audit.rows] / audit.chances, 0.0)
    level = float((a * np.nan_to_num(y - lam * f[audit.rows])).sum() / max(float(a.sum()), 1e-12))
    z = weight * (level + lam * f - float(mine["estimate"]))
    np.add.at(z, audit.rows, a * np.nan_to_num(y - level - lam * f[audit.rows]))
    return pd.Series(z / max(float(weight.sum()), 1e-12)).groupby(owner.to_numpy()).sum()


def _join(*notes: Any) -> str:
    return "; ".join(str(note) for note in notes if isinstance(note, str) and note)
