"""How good a stance head is: F1 of 'affirms' and 'not plainly affirms', and of the three, by respondent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import STANCES, UNSURE

if TYPE_CHECKING:
    from textmine.coding.calibrated import CalibratedCoder

Floats = npt.NDArray[np.float64]

#: Bootstrap samples behind every interval.
RESAMPLES = 1000
#: Rows of the table, in order.
MEASURES = (
    "macro_f1",
    "f1_affirms",
    "f1_not_affirms",
    "macro_f1_three",
    "f1_denies",
    "f1_mixed",
    "accuracy",
    "always_affirms_macro_f1",
    "unsure_share",
    "macro_f1_of_sure",
)


def compare_stances(
    truth: Sequence[str],
    decided: Sequence[str],
    groups: Sequence[object],
    *,
    told: Sequence[str] | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Figures for stances told of codes that people gave: ``measure, value, low, high, n``.

    ``truth`` and ``decided`` hold affirms, denies or mixed for each text and code, ``groups`` the text's
    respondent, ``told`` the same with unsure where the coder would not say. ``macro_f1`` is the mean F1 of
    'affirms' and 'not plainly affirms' (denies and mixed together), ``macro_f1_three`` that of the three
    stances, ``always_affirms_macro_f1`` what calling everything affirmed would reach, ``macro_f1_of_sure``
    the first over the codes of which ``told`` is sure. Low and high are 95% percentile bootstrap bounds over
    respondents. A class that nobody meant and nobody was told counts 1.

    >>> table = compare_stances(["affirms", "denies"], ["affirms", "mixed"], ["a", "b"])
    >>> table.set_index("measure").loc["macro_f1", "value"].item()
    1.0
    """
    real, given = np.asarray(truth, dtype=object), np.asarray(decided, dtype=object)
    said = given if told is None else np.asarray(told, dtype=object)
    times = _draw_times(groups, seed)
    sure = said != UNSURE
    three = np.column_stack([_f1(real == s, given == s, times) for s in STANCES])
    other = _f1(real != "affirms", given != "affirms", times)
    plain, called_plain = real == "affirms", said == "affirms"
    of_sure = _f1(plain, called_plain, times * sure) + _f1(~plain, ~called_plain, times * sure)
    plainly = np.zeros(len(real), bool)
    never = (_f1(real == "affirms", ~plainly, times) + _f1(real != "affirms", plainly, times)) / 2
    total = np.maximum(times.sum(axis=1), 1)
    figures = {
        "macro_f1": (three[:, 0] + other) / 2,
        "f1_affirms": three[:, 0],
        "f1_not_affirms": other,
        "macro_f1_three": three.mean(axis=1),
        "f1_denies": three[:, 1],
        "f1_mixed": three[:, 2],
        "accuracy": times @ (real == given) / total,
        "always_affirms_macro_f1": never,
        "unsure_share": times @ ~sure / total,
        "macro_f1_of_sure": of_sure / 2,
    }
    rows = [{"measure": name, **_with_interval(figures[name]), "n": len(real)} for name in MEASURES]
    return pd.DataFrame(rows)


def count_stances(frame: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    """A row a code with its claims, how many people affirm, and how many are told right: for a card.

    ``frame`` has ``code`` (its place in ``codes``), ``truth`` and ``decided``, a row a claim. Columns:
    ``code, n, affirmed, not_affirmed, found, given``, the last three of 'not plainly affirms': how many there
    are, how many of them were told so, and how many were told so at all.
    """
    rows = []
    for k, code in enumerate(codes):
        part = frame[frame["code"] == k]
        real, told = part["truth"] != "affirms", part["decided"] != "affirms"
        counts = (len(part), (~real).sum(), real.sum(), (real & told).sum(), told.sum())
        names = ("n", "affirmed", "not_affirmed", "found", "given")
        rows.append({"code": code, **{name: int(c) for name, c in zip(names, counts, strict=True)}})
    return pd.DataFrame(rows)


def write_stance_table(figures: pd.DataFrame, per_code: pd.DataFrame) -> list[str]:
    """The lines of a card's section on stance, as markdown."""
    named = {
        "macro_f1": "macro F1, affirms / not plainly affirms",
        "f1_not_affirms": "F1 of not plainly affirms",
        "macro_f1_three": "macro F1, affirms / denies / mixed",
        "always_affirms_macro_f1": "macro F1 of calling all affirmed",
        "unsure_share": "share called unsure",
        "macro_f1_of_sure": "macro F1 of the others",
    }
    found = figures.set_index("measure")
    lines = ["| measure | value | 95% interval |", "|---|---:|---|"]
    for measure, words in named.items():
        row = found.loc[measure]
        lines.append(f"| {words} | {row['value']:.3f} | {row['low']:.3f} to {row['high']:.3f} |")
    lines += [
        "",
        "| code | with a stance | affirmed | not plainly affirmed | of these told so | told so in all |",
    ]
    lines.append("|---|---:|---:|---:|---:|---:|")
    for values in per_code.itertuples(index=False):
        lines.append(f"| {' | '.join(map(str, values))} |")
    return lines


def describe_stance(coder: CalibratedCoder, learn_only: npt.NDArray[np.bool_], *, seed: int = 0) -> list[str]:
    """The card's lines on a coder just fitted, over the claims of texts that are scored; none without a head.

    Each claim is called by a model, a calibration and a threshold of the other folds of respondents; the
    sentence taken as evidence is the finished coder's.
    """
    head = coder.stance_
    if head is None:
        return []
    judged = head.judged_[~learn_only[head.judged_["row"].to_numpy()]]
    if not len(judged):
        return []
    truth, decided, groups, told = (judged[c].tolist() for c in ("truth", "decided", "group", "told"))
    figures = compare_stances(truth, decided, groups, told=told, seed=seed)
    counts = ", ".join(f"{n} {s}" for n, s in zip(head.n_claims_.tolist(), STANCES, strict=True))
    return [
        f"Learned from {int(head.n_claims_.sum())} codes of known stance ({counts}); judged on {len(judged)} "
        "codes that people",
        f"gave, in {head.folds} folds by respondent, thresholds from the other folds.",
        "",
        *write_stance_table(figures, count_stances(judged, coder.codes_)),
    ]


def _draw_times(groups: Sequence[object], seed: int) -> Floats:
    """How often each claim counts, (1 + RESAMPLES, claims): first once, then as respondents were drawn."""
    number = np.unique(np.asarray([str(g) for g in groups], dtype=object), return_inverse=True)[1]
    n = int(number.max(initial=0)) + 1
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)[:, number]
    return np.vstack([np.ones(len(number)), drawn]).astype(np.float64)


def _f1(real: npt.NDArray[np.bool_], given: npt.NDArray[np.bool_], times: Floats) -> Floats:
    both = times @ real.astype(float) + times @ given.astype(float)
    hits = times @ (real & given).astype(float)
    return np.where(both > 0, 2 * hits / np.maximum(both, 1), 1.0)


def _with_interval(values: Floats) -> dict[str, float]:
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return {"value": round(float(values[0]), 4), "low": round(float(low), 4), "high": round(float(high), 4)}
