"""How good a coder is: precision, recall, F1, average precision and calibration, by respondent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from textmine.cleaning import normalise_text, repair_texts
from textmine.coded import CodedDataset
from textmine.coding.calibrated import folds_by_respondent
from textmine.coding.comparison import Comparison, Counts
from textmine.coding.intervals import Draws, f1_interval, find_interval, name_interval, share_interval
from textmine.coding.quotes import number_rows
from textmine.coding.reliability import (
    draw_calibration_errors,
    expected_calibration_error,
    find_chance_errors,
)
from textmine.corpus import Corpus
from textmine.errors import InputError

__all__ = [
    "Evaluation",
    "average_precision",
    "code_held_out",
    "compare",
    "cross_validate",
    "evaluate_coder",
    "expected_calibration_error",
    "split_by_respondent",
]

Floats = npt.NDArray[np.float64]
#: Is shown a trained coder and the positions of the texts that it is judged by.
Watch = Callable[[Any, npt.NDArray[np.int64]], None]


@dataclass(frozen=True)
class Evaluation:
    """Scores of a coder against people's codes.

    ``overall``: rows micro_f1, macro_f1, samples_f1, macro_average_precision, mean_calibration_error;
    ``per_code``: a row a code with n, precision, recall, f1, average_precision, calibration_error and
    calibration_error_by_chance, what a coder whose probabilities are right would show on as many texts.
    Columns ``low`` and ``high`` (or ``f1_low`` ...) hold 95% percentile bootstrap intervals over
    respondents. ``predictions`` holds what was compared: unit_id, code, truth, probability, applies;
    ``comparison`` the same as arrays, for subgroups, reliability, confusions and agreement; ``drawn`` each
    overall measure in every bootstrap sample, the first being the data, so that two coders judged on the
    same texts with the same seed can be compared sample by sample.
    A figure that nothing can be said of, such as the recall of a code that nobody gave, is NaN, and such
    codes are left out of means over codes.
    """

    overall: pd.DataFrame
    per_code: pd.DataFrame
    predictions: pd.DataFrame
    comparison: Comparison
    drawn: dict[str, Floats]


@dataclass(frozen=True)
class Split:
    """Positions to learn from and to code, and the normalised texts that must not be learned from."""

    train: npt.NDArray[np.int64]
    test: npt.NDArray[np.int64]
    withhold: Collection[str]


def cross_validate(
    coder: Any,
    corpus: Corpus,
    y: pd.DataFrame,
    *,
    folds: int = 5,
    seed: int = 0,
    learn_only: npt.ArrayLike | None = None,
    quotes: pd.DataFrame | None = None,
    by: Literal["respondent", "rows"] = "respondent",
    watch: Watch | None = None,
    **fit_options: Any,
) -> Evaluation:
    """Cross-validation by respondent: a text's coder saw neither its writer nor its words.

    Everything, vocabulary, weights, calibration and thresholds, is learned anew from each fold's training
    side, from which texts equal to one of the test side (after normalising) are taken out. ``learn_only``
    masks texts that are learned from and never scored. ``quotes`` and ``fit_options`` go to the coder's
    ``fit``. ``by="rows"`` splits rows at random instead, writers and repeated texts on both sides: for
    showing how much that flatters, not for reporting. ``watch`` is shown each fold's coder with the positions
    of the texts that it is to code, such as an ``EvidenceProbe``. Raises ``InputError`` for fewer respondents
    (or rows) than folds. ``corpus`` has the n texts and their respondents, ``y`` (n, codes) is 1, 0 or NaN, a
    row a text in the same order; ``seed`` decides the folds.

    >>> from textmine.coding.coder import Coder
    >>> places = ["hall", "yard", "gym", "team", "office", "canteen", "library", "nursery"]
    >>> texts = [f"{said} in the {place}" for place in places for said in ("We train", "It saves money")]
    >>> corpus = Corpus(pd.DataFrame({"doc_id": [f"u{i}" for i in range(16)], "text": texts}))
    >>> y = pd.DataFrame([[1, 0], [0, 1]] * 8, index=corpus.ids, columns=["training", "money"])
    >>> bool(cross_validate(Coder(folds=2), corpus, y, folds=2).overall["value"].notna().any())
    True
    """
    only = np.zeros(len(corpus), bool) if learn_only is None else np.asarray(learn_only, dtype=bool)
    fold = np.full(len(corpus), -1)
    if by == "respondent":
        groups = np.array(corpus.groups, dtype=object)
        fold[~only] = folds_by_respondent(list(groups[~only]), folds, seed)
        splits = split_by_respondent(corpus, fold)
    elif by == "rows":
        fold[~only] = np.random.default_rng(seed).permutation(int((~only).sum())) % folds
        splits = _split_by_rows(fold)
    else:
        raise InputError(f"Cannot split by {by!r}. Choose 'respondent' or 'rows'.")
    if len(set(fold[~only].tolist())) < folds:
        raise InputError(
            f"Too few {'respondents' if by == 'respondent' else 'rows'} are scored for {folds} folds. "
            "Add coded texts or ask for fewer folds."
        )
    probabilities, applies = code_held_out(
        coder, corpus, y, splits, quotes=quotes, watch=watch, **fit_options
    )
    scored = corpus.select(~only)
    truth, codes = y.to_numpy(dtype=float)[~only], [str(c) for c in y.columns]
    return compare(truth, probabilities[~only], applies[~only], codes, scored.ids, scored.groups, seed=seed)


def split_by_respondent(corpus: Corpus, fold: npt.NDArray[np.int64]) -> Iterator[Split]:
    """A split for each fold (-1: never tested): no writer and no text of the test side is learned from."""
    groups = np.array(corpus.groups, dtype=object)
    keys = np.array([normalise_text(t) for t in repair_texts(corpus.texts)], dtype=object)
    for k in range(int(fold.max(initial=-1)) + 1):
        test = np.flatnonzero(fold == k)
        seen, theirs = set(keys[test]), set(groups[test])
        train = np.array([g not in theirs and key not in seen for g, key in zip(groups, keys, strict=True)])
        yield Split(np.flatnonzero(train), test, seen)


def code_held_out(
    coder: Any,
    corpus: Corpus,
    y: pd.DataFrame,
    splits: Iterator[Split],
    *,
    quotes: pd.DataFrame | None = None,
    watch: Watch | None = None,
    **fit_options: Any,
) -> tuple[Floats, Floats]:
    """Probabilities and decisions, (n, codes), of each test side by a coder of its training side.

    Rows that no split tests are NaN and 0. A coder without ``predict_proba`` gives NaN probabilities.
    ``watch`` is shown each coder with the positions of its test side.
    """
    probabilities, applies = np.full((2, len(corpus), y.shape[1]), np.nan)
    applies[:] = 0.0
    quotes = number_rows(corpus, quotes)
    for split in splits:
        marked = None if quotes is None else _renumber(quotes, split.train)
        trained = clone(coder).fit(
            corpus.select(split.train),
            y.iloc[split.train],
            quotes=marked,
            withhold=split.withhold,
            **fit_options,
        )
        probabilities[split.test], applies[split.test] = _code(trained, corpus.select(split.test))
        if watch is not None:
            watch(trained, split.test)
    return probabilities, applies


def evaluate_coder(
    coder: Any, corpus: Corpus, y: pd.DataFrame, *, coded: CodedDataset | None = None, seed: int = 0
) -> Evaluation:
    """A fitted coder against people's codes on texts it has not seen.

    A text the coder was trained on is judged by its out-of-fold probability (its thresholds were chosen on
    all of these, so that ``cross_validate``, where they were not, is a little stricter). Codes of ``y`` must
    be the coder's; NaN is left out.

    ``coded`` is the coder's dataset of the corpus, where it is at hand already. ``corpus`` has the n texts,
    ``y`` is (n, codes) of 1, 0, NaN; ``seed`` is that of the bootstrap.

    >>> from textmine.coding.coder import Coder
    >>> places = ["hall", "yard", "gym", "team", "office", "canteen", "library", "nursery"]
    >>> texts = [f"{said} in the {place}" for place in places for said in ("We train", "It saves money")]
    >>> corpus = Corpus(pd.DataFrame({"doc_id": [f"u{i}" for i in range(16)], "text": texts}))
    >>> y = pd.DataFrame([[1, 0], [0, 1]] * 8, index=corpus.ids, columns=["training", "money"])
    >>> coder = Coder(folds=2).fit(corpus, y)
    >>> evaluate_coder(coder, corpus, y).per_code["code"].tolist()
    ['training', 'money']
    """
    codes = [str(c) for c in coder.codes_]
    truth = y[codes].to_numpy(dtype=float)
    if hasattr(coder, "code"):  # as `textmine code` does, held-out scores and blank texts included
        coded = coder.code(corpus) if coded is None else coded
        applies = coded.decisions[codes].fillna(0.0).to_numpy()
        scores = coded.scores
        probabilities = (
            np.full(applies.shape, np.nan) if scores is None else scores[codes].fillna(0.0).to_numpy()
        )
    else:
        probabilities, applies = _code(coder, corpus)
    return compare(truth, probabilities, applies, codes, corpus.ids, corpus.groups, seed=seed)


def compare(
    truth: Floats,
    probabilities: Floats | None,
    applies: Floats,
    codes: Sequence[str],
    ids: Sequence[str],
    groups: Sequence[str],
    *,
    seed: int = 0,
) -> Evaluation:
    """Figures and intervals for decisions against the truth; all arrays (n, codes), NaN truth left out.

    ``probabilities`` may be None, for a coder that gives none: average precision and calibration are then
    NaN. Raises ``InputError`` where shapes differ.
    """
    known = np.full(np.shape(applies), np.nan) if probabilities is None else np.asarray(probabilities, float)
    comparison = Comparison(
        np.asarray(truth, float), known, np.asarray(applies, float), codes, ids, groups, seed
    )
    counts = comparison.counts()
    ranking, errors = _average_precisions(comparison), draw_calibration_errors(comparison)
    drawn = measure_overall(comparison, counts)
    drawn["macro_average_precision"] = _mean_over_codes(ranking)
    drawn["mean_calibration_error"] = _mean_over_codes(errors)
    return Evaluation(
        _overall(drawn),
        _per_code(comparison, counts, ranking, errors),
        comparison.predictions(),
        comparison,
        drawn,
    )


def measure_overall(comparison: Comparison, counts: Counts) -> dict[str, Floats]:
    """Micro, macro and samples F1 per bootstrap sample, the first the data, each (samples,).

    Macro F1 is over the codes that people or the coder gave; the F1 of a text that both left without a
    code is 1.
    """
    used = (counts.given[0] + counts.real[0]) > 0
    draws = comparison.draws
    each = Counts(*(part[None] for part in _count_texts(comparison)))
    per_text = np.where(np.isnan(each.f1()[0]), 1.0, each.f1()[0])
    return {
        "micro_f1": np.nan_to_num(counts.pooled().f1()[:, 0]),
        "macro_f1": np.nan_to_num(counts.f1())[:, used].mean(axis=1) if used.any() else _unknown(draws),
        "samples_f1": draws @ per_text / np.maximum(draws.sum(axis=1, dtype=np.float64), 1),
    }


def average_precision(probabilities: Floats, truth: Floats) -> float:
    """Area under the precision-recall curve as a sum of steps; NaN where there is no positive.

    Texts of the same probability are ranked together.

    >>> average_precision(np.array([0.9, 0.8, 0.2]), np.array([1.0, 0.0, 1.0]))
    0.8333333333333333
    """
    return float(draw_average_precisions(probabilities, truth, np.ones((1, len(truth)), np.float32))[0])


def draw_average_precisions(probabilities: Floats, truth: Floats, draws: Draws) -> Floats:
    """The average precision in each bootstrap sample, (samples,); NaN where a sample has no positive.

    All samples at once: ``draws`` (samples, texts) says how often each text counts.
    """
    if not truth.any() or np.isnan(probabilities).any():
        return np.full(len(draws), np.nan)
    order = np.argsort(-probabilities, kind="stable")
    p, real = probabilities[order], truth[order]
    tie = np.cumsum(np.append(True, p[1:] < p[:-1])) - 1
    positive = np.flatnonzero(real)
    level = np.unique(tie[positive])  # the ties that hold a positive: only there does recall rise
    first = np.flatnonzero(np.isin(tie, level) & np.append(True, tie[1:] != tie[:-1]))
    ends = np.searchsorted(tie, level, side="right")
    drawn = draws[:, order]
    above = np.cumsum(np.add.reduceat(drawn, np.append(0, ends[:-1]), axis=1, dtype=np.float64), axis=1)
    if ends[-1] < len(p):  # the last stretch runs to the end: take what lies below the last positive off
        above[:, -1] -= drawn[:, ends[-1] :].sum(axis=1, dtype=np.float64)
    starts = np.searchsorted(positive, first)
    hits = np.add.reduceat(drawn[:, positive], starts, axis=1, dtype=np.float64)
    total = hits.sum(axis=1)
    area = (np.cumsum(hits, axis=1) / np.maximum(above, 1) * hits).sum(axis=1)
    return np.where(total > 0, area / np.maximum(total, 1), np.nan)


def _split_by_rows(fold: npt.NDArray[np.int64]) -> Iterator[Split]:
    for k in range(int(fold.max(initial=-1)) + 1):
        yield Split(np.flatnonzero(fold != k), np.flatnonzero(fold == k), ())


def _code(trained: Any, corpus: Corpus) -> tuple[Floats, Floats]:
    """Probabilities and decisions of a trained coder; blank texts are its own affair."""
    if not hasattr(trained, "predict_proba"):
        applies = np.asarray(trained.predict(corpus), dtype=float)
        return np.full(applies.shape, np.nan), applies
    probabilities = np.asarray(trained.predict_proba(corpus), dtype=float)
    return probabilities, (probabilities >= trained.thresholds_).astype(float)


def _renumber(quotes: pd.DataFrame, rows: npt.NDArray[np.int64]) -> pd.DataFrame:
    place = {int(row): i for i, row in enumerate(rows)}
    kept = quotes[quotes["row"].isin(place)]
    return kept.assign(row=kept["row"].map(place))


def _count_texts(comparison: Comparison) -> tuple[Floats, Floats, Floats]:
    real, given = comparison.real, comparison.given
    return (real * given).sum(axis=1), given.sum(axis=1), real.sum(axis=1)


def _unknown(draws: Draws) -> Floats:
    return np.full(len(draws), np.nan)


def _average_precisions(comparison: Comparison) -> Floats:
    """Average precision per bootstrap sample and code, (samples, codes)."""
    columns = []
    for k in range(len(comparison.codes)):
        known = comparison.known[:, k]
        p, truth = comparison.probabilities[known, k], comparison.real[known, k]
        columns.append(draw_average_precisions(p, truth, comparison.draws[:, known]))
    return np.column_stack(columns)


def _mean_over_codes(values: Floats) -> Floats:
    """The mean over codes whose figure is known, per sample; a sample that lacks a code has the others'."""
    known = values[:, ~np.isnan(values[0])]
    n = (~np.isnan(known)).sum(axis=1)
    return np.where(n > 0, np.nansum(known, axis=1) / np.maximum(n, 1), np.nan)


def _overall(drawn: dict[str, Floats]) -> pd.DataFrame:
    columns = ("value", "low", "high")
    return pd.DataFrame(
        [
            {"measure": name} | dict(zip(columns, find_interval(values), strict=True))
            for name, values in drawn.items()
        ]
    )


def _per_code(comparison: Comparison, counts: Counts, ranking: Floats, errors: Floats) -> pd.DataFrame:
    precision, recall, f1 = counts.precision(), counts.recall(), counts.f1()
    givers = comparison.count_respondents(comparison.given == 1)
    havers = comparison.count_respondents(comparison.real == 1)
    chance = find_chance_errors(comparison)
    rows = []
    for k, code in enumerate(comparison.codes):
        row: dict[str, Any] = {"code": code, "n": int(comparison.known[:, k].sum())}
        row |= {"n_human": int(counts.real[0, k]), "n_coder": int(counts.given[0, k])}
        found = {
            "precision": share_interval(precision[:, k], int(givers[k])),
            "recall": share_interval(recall[:, k], int(havers[k])),
        }
        found["f1"] = f1_interval(f1[:, k], found["precision"], found["recall"])
        for name, (value, low, high) in found.items():
            row |= {name: value, f"{name}_low": low, f"{name}_high": high}
        ranked, error = name_interval("average_precision", ranking[:, k]), name_interval("e", errors[:, k])
        row |= {"average_precision": ranked["average_precision"], "calibration_error": error["e"]}
        row |= {name: ranked[name] for name in ("average_precision_low", "average_precision_high")}
        row |= {f"calibration_error{end}": error[f"e{end}"] for end in ("_low", "_high")}
        rows.append(row | {"calibration_error_by_chance": chance[k]})
    return pd.DataFrame(rows)
