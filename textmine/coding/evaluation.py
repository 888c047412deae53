"""How good a coder is: precision, recall and F1 per code and overall, with intervals by respondent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from textmine.cleaning import normalise_text, repair_texts
from textmine.coding.coder import Coder, folds_by_respondent
from textmine.corpus import Corpus

Floats = npt.NDArray[np.float64]

#: Bootstrap samples behind every interval.
RESAMPLES = 1000


@dataclass(frozen=True)
class Evaluation:
    """Scores of a coder against people's codes.

    ``overall``: rows micro_f1, macro_f1, samples_f1; ``per_code``: a row a code with n, precision, recall,
    f1, average_precision and calibration error. Columns ``low`` and ``high`` (or ``f1_low`` ...) hold 95%
    percentile bootstrap intervals over respondents. ``predictions`` holds what was compared: unit_id, code,
    truth, probability, applies.
    """

    overall: pd.DataFrame
    per_code: pd.DataFrame
    predictions: pd.DataFrame


def cross_validate(
    coder: Coder,
    corpus: Corpus,
    y: pd.DataFrame,
    *,
    folds: int = 5,
    seed: int = 0,
    learn_only: npt.ArrayLike | None = None,
    quotes: pd.DataFrame | None = None,
    **fit_options: Any,
) -> Evaluation:
    """Cross-validation by respondent: a text's coder saw neither its writer nor its words.

    Everything, vocabulary, weights, calibration and thresholds, is learned anew from each fold's training
    side, from which texts equal to one of the test side (after normalising) are taken out. ``learn_only``
    masks texts that are learned from and never scored. ``quotes`` and ``fit_options`` go to ``Coder.fit``.
    """
    only = np.zeros(len(corpus), bool) if learn_only is None else np.asarray(learn_only, dtype=bool)
    groups = np.array(corpus.groups, dtype=object)
    keys = np.array([normalise_text(t) for t in repair_texts(corpus.texts)], dtype=object)
    fold = np.full(len(corpus), -1)
    fold[~only] = folds_by_respondent(list(groups[~only]), folds, seed)
    truth, probabilities = y.to_numpy(dtype=float), np.full((len(corpus), y.shape[1]), np.nan)
    applies = np.zeros(truth.shape)
    for k in range(folds):
        test = np.flatnonzero(fold == k)
        seen, theirs = set(keys[test]), set(groups[test])
        train = np.array([g not in theirs and key not in seen for g, key in zip(groups, keys, strict=True)])
        rows = np.flatnonzero(train)
        marked = None if quotes is None else _renumber(quotes, rows)
        trained = clone(coder).fit(
            corpus.select(rows), y.iloc[rows], quotes=marked, withhold=seen, **fit_options
        )
        probabilities[test] = trained.predict_proba(corpus.select(test))
        applies[test] = probabilities[test] >= trained.thresholds_
    scored = ~only
    ids = [i for i, s in zip(corpus.ids, scored, strict=True) if s]
    codes = [str(c) for c in y.columns]
    return compare(
        truth[scored], probabilities[scored], applies[scored], codes, ids, list(groups[scored]), seed=seed
    )


def evaluate_coder(coder: Coder, corpus: Corpus, y: pd.DataFrame, *, seed: int = 0) -> Evaluation:
    """A fitted coder against people's codes on texts it has not seen.

    A text the coder was trained on is judged by its out-of-fold probability. Codes of ``y`` must be the
    coder's; NaN is left out.
    """
    from textmine.coding.batch import code_corpus

    coded = code_corpus(coder, corpus)[0]
    assert coded.scores is not None
    truth = y[coder.codes_].to_numpy(dtype=float)
    probabilities = coded.scores.fillna(0.0).to_numpy()
    applies = coded.decisions.fillna(0.0).to_numpy()
    return compare(truth, probabilities, applies, coder.codes_, corpus.ids, corpus.groups, seed=seed)


def compare(
    truth: Floats,
    probabilities: Floats,
    applies: Floats,
    codes: Sequence[str],
    ids: Sequence[str],
    groups: Sequence[str],
    *,
    seed: int = 0,
) -> Evaluation:
    """Figures and intervals for decisions against the truth; all arrays (n, codes), NaN truth left out."""
    known = ~np.isnan(truth)
    given = np.where(known, applies, 0.0)
    real = np.where(known, truth, 0.0)
    draws = _resample_counts(groups, seed)
    hits, n_given, n_real = real * given, given, real
    overall = _overall(hits, n_given, n_real, draws)
    per_code = _per_code(real, given, probabilities, known, draws, codes)
    rows, columns = np.nonzero(known)
    predictions = pd.DataFrame(
        {
            "unit_id": np.array(ids, dtype=object)[rows],
            "code": np.array(codes, dtype=object)[columns],
            "truth": truth[rows, columns].astype(int),
            "probability": probabilities[rows, columns],
            "applies": applies[rows, columns].astype(int),
        }
    )
    return Evaluation(overall, per_code, predictions)


def expected_calibration_error(probabilities: Floats, truth: Floats, *, bins: int = 10) -> float:
    """Mean gap between probability and share of truth over equal-width bins (Guo et al. 2017), in [0, 1].

    >>> expected_calibration_error(np.array([0.05, 0.95]), np.array([0.0, 1.0]))
    0.05
    """
    if not len(truth):
        return float("nan")
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = np.bincount(place, truth - probabilities, minlength=bins)
    return float(np.round(np.abs(gaps).sum() / len(truth), 4))


def average_precision(probabilities: Floats, truth: Floats) -> float:
    """Area under the precision-recall curve as a sum of steps; NaN where there is no positive."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(truth, probabilities)) if truth.sum() else float("nan")


def _renumber(quotes: pd.DataFrame, rows: npt.NDArray[np.int64]) -> pd.DataFrame:
    place = {int(row): i for i, row in enumerate(rows)}
    kept = quotes[quotes["row"].isin(place)]
    return kept.assign(row=kept["row"].map(place))


def _resample_counts(groups: Sequence[str], seed: int) -> Floats:
    """How often each text is drawn in each bootstrap sample of respondents, (RESAMPLES, n); row 0 is ones."""
    number = np.unique(np.asarray(groups, dtype=object), return_inverse=True)[1]
    n_groups = int(number.max(initial=-1)) + 1
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(n_groups, np.full(n_groups, 1 / max(n_groups, 1)), size=RESAMPLES)
    return np.vstack([np.ones(len(number)), draws[:, number]]).astype(np.float64)


def _f1(hits: Any, given: Any, real: Any) -> Any:
    return 2 * hits / np.maximum(given + real, 1e-12)


def _overall(hits: Floats, given: Floats, real: Floats, draws: Floats) -> pd.DataFrame:
    by_code = [draws @ part for part in (hits, given, real)]
    micro = _f1(*(part.sum(axis=1) for part in by_code))
    macro = _f1(*by_code).mean(axis=1)
    empty = (given.sum(axis=1) + real.sum(axis=1)) == 0
    each = np.where(empty, 1.0, _f1(hits.sum(axis=1), given.sum(axis=1), real.sum(axis=1)))
    samples = draws @ each / draws.sum(axis=1)
    measures = {"micro_f1": micro, "macro_f1": macro, "samples_f1": samples}
    return pd.DataFrame([_with_interval(name, values) for name, values in measures.items()])


def _with_interval(name: str, values: Floats) -> dict[str, Any]:
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return {"measure": name, "value": round(values[0], 4), "low": round(low, 4), "high": round(high, 4)}


def _per_code(
    real: Floats,
    given: Floats,
    probabilities: Floats,
    known: npt.NDArray[np.bool_],
    draws: Floats,
    codes: Sequence[str],
) -> pd.DataFrame:
    hits, n_given, n_real = draws @ (real * given), draws @ given, draws @ real
    measures = {
        "precision": hits / np.maximum(n_given, 1e-12),
        "recall": hits / np.maximum(n_real, 1e-12),
        "f1": _f1(hits, n_given, n_real),
    }
    rows = []
    for k, code in enumerate(codes):
        row: dict[str, Any] = {"code": code, "n": int(known[:, k].sum()), "n_human": int(n_real[0, k])}
        row["n_coder"] = int(n_given[0, k])
        for name, values in measures.items():
            found = _with_interval(name, values[:, k])
            row |= {name: found["value"], f"{name}_low": found["low"], f"{name}_high": found["high"]}
        seen = known[:, k]
        row["average_precision"] = round(average_precision(probabilities[seen, k], real[seen, k]), 4)
        row["calibration_error"] = expected_calibration_error(probabilities[seen, k], real[seen, k])
        rows.append(row)
    return pd.DataFrame(rows)
