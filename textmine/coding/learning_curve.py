"""What more coding would bring: a coder's figures by how many respondents it learned from."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coding.calibrated import folds_by_respondent
from textmine.coding.evaluation import Evaluation, Split, code_held_out, compare, split_by_respondent
from textmine.coding.intervals import find_interval
from textmine.corpus import Corpus
from textmine.errors import InputError

log = logging.getLogger(__name__)

#: Shares of the training respondents, each set holding the one before.
SIZES = (0.125, 0.25, 0.5, 1.0)
MEASURES = ("micro_f1", "macro_f1", "macro_average_precision")


def trace_learning_curve(
    coder: Any,
    corpus: Corpus,
    y: pd.DataFrame,
    *,
    sizes: Sequence[float] = SIZES,
    folds: int = 5,
    seed: int = 0,
    learn_only: npt.ArrayLike | None = None,
    quotes: pd.DataFrame | None = None,
    progress: Callable[[str], None] = lambda step: None,
    **fit_options: Any,
) -> pd.DataFrame:
    """A coder cross-validated by respondent at growing sizes of training set; the test folds stay the same.

    ``sizes`` are shares of the respondents to learn from (above 0, at most 1: all) or whole numbers of them
    above 1; the respondents of a size are among those of every larger one. Gives a row a size and measure:
    ``respondents, texts`` (learned from, mean over folds), ``measure, value, low, high`` and ``gain,
    gain_low, gain_high`` over the size before, on the same bootstrap samples; a size that is too small to
    learn from has NaN and the reason in ``note``. The other arguments are those of ``cross_validate``.
    Raises ``InputError`` for a size that is neither.

    ``learn_only`` and ``quotes`` are those of ``cross_validate``. ``corpus`` has the n texts and their
    respondents, ``y`` is (n, codes) of 1, 0, NaN; ``seed`` decides folds and sizes, ``progress`` is told each
    step in words.

    >>> from textmine.coding.coder import Coder
    >>> places = ["hall", "yard", "gym", "team", "office", "canteen", "library", "nursery"]
    >>> texts = [f"{said} in the {place}" for place in places for said in ("We train", "It saves money")]
    >>> corpus = Corpus(pd.DataFrame({"doc_id": [f"u{i}" for i in range(16)], "text": texts}))
    >>> y = pd.DataFrame([[1, 0], [0, 1]] * 8, index=corpus.ids, columns=["training", "money"])
    >>> curve = trace_learning_curve(Coder(folds=2), corpus, y, sizes=[0.5, 1.0], folds=2)
    >>> sorted(set(curve["respondents"].tolist()))
    [4.0, 8.0]
    """
    wanted = sorted(set(_check_size(size) for size in sizes))
    only = np.zeros(len(corpus), bool) if learn_only is None else np.asarray(learn_only, dtype=bool)
    groups = np.array(corpus.groups, dtype=object)
    fold = np.full(len(corpus), -1)
    fold[~only] = folds_by_respondent(list(groups[~only]), folds, seed)
    splits = list(split_by_respondent(corpus, fold))
    rows: list[dict[str, Any]] = []
    before: dict[str, Any] | None = None
    for number, size in enumerate(wanted, start=1):
        progress(f"learning curve, size {number} of {len(wanted)}")
        parts = [_take_respondents(split, groups, size, seed + k) for k, split in enumerate(splits)]
        asked = {
            "respondents": round(float(np.mean([len(set(groups[s.train])) for s in parts])), 1),
            "texts": round(float(np.mean([len(s.train) for s in parts])), 1),
        }
        try:
            judged = _judge(coder, corpus, y, parts, only, seed, quotes, fit_options)
        except InputError as error:
            log.warning("Learning curve: %s respondents are too few to learn from.", asked["respondents"])
            rows += [asked | {"measure": name, "note": str(error)} for name in MEASURES]
            continue
        drawn = {name: values for name, values in judged.drawn.items() if name in MEASURES}
        rows += [asked | row for row in _figures(drawn, before)]
        before = drawn
    columns = ["respondents", "texts", "measure", "value", "low", "high", "gain", "gain_low", "gain_high"]
    return pd.DataFrame([{"note": ""} | row for row in rows]).reindex(columns=[*columns, "note"])


def _check_size(size: float) -> float:
    if size > 0 and (size <= 1 or float(size).is_integer()):
        return float(size)
    raise InputError(f"A size of {size} is neither a share (above 0, at most 1) nor a number of respondents.")


def _take_respondents(split: Split, groups: npt.NDArray[np.object_], size: float, seed: int) -> Split:
    """The split with the first of its training respondents in an order drawn once for all sizes."""
    names = sorted(set(groups[split.train]))
    order = np.random.default_rng(seed).permutation(len(names))
    n = min(len(names), int(np.ceil(size * len(names))) if size <= 1 else int(size))
    chosen = {names[i] for i in order[:n]}
    kept = np.array([g in chosen for g in groups[split.train]], dtype=bool)
    return Split(split.train[kept], split.test, split.withhold)


def _judge(
    coder: Any,
    corpus: Corpus,
    y: pd.DataFrame,
    splits: Sequence[Split],
    only: npt.NDArray[np.bool_],
    seed: int,
    quotes: pd.DataFrame | None,
    fit_options: dict[str, Any],
) -> Evaluation:
    probabilities, applies = code_held_out(coder, corpus, y, iter(splits), quotes=quotes, **fit_options)
    scored = corpus.select(~only)
    truth, codes = y.to_numpy(dtype=float)[~only], [str(c) for c in y.columns]
    return compare(truth, probabilities[~only], applies[~only], codes, scored.ids, scored.groups, seed=seed)


def _figures(drawn: dict[str, Any], before: dict[str, Any] | None) -> list[dict[str, Any]]:
    rows = []
    for name, values in drawn.items():
        row: dict[str, Any] = {"measure": name}
        row |= dict(zip(("value", "low", "high"), find_interval(values), strict=True))
        if before is not None:
            gain = find_interval(values - before[name])
            row |= dict(zip(("gain", "gain_low", "gain_high"), gain, strict=True))
        rows.append(row)
    return rows
