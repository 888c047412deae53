"""How well coders do with 8 to 64 examples a code, beside SetFit: NHS and school comments, mean of 5 draws.

    python benchmarks/few_shot.py [--sizes 8 16] [--draws 5] [--methods fast setfit] [--data nhs school]

A draw takes, for every code, up to so many texts that carry it (all there are for rarer codes; a text may
serve several codes) and as many texts that carry none. All labels of a text that was drawn are known. Test
texts are those of the protocol's held-out part (NHS) or of one fold of respondents (school), at most 500, the
same for every method; no writer and no text of theirs is drawn. Each method decides by its own thresholds.

Every result is put in benchmarks/results/few-shot-runs.csv as it is done, and a later call skips what stands
there; ``--table`` alone writes the table anew. Seconds are of learning, measured side by side on one machine,
wall and processor; run it with nothing else beside.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from judging import Judged, Task, judge
from ours import METHODS
from peers import PEERS
from protocols import choose_nhs, find_benchmarks, read_nhs, read_study, split_nhs
from scoring import RESULTS, write_results

from textmine.coding.calibrated import folds_by_respondent
from textmine.coding.evaluation import average_precision, split_by_respondent

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SIZES = (8, 16, 32, 64)
DRAWS = 5
MOST_TESTED = 500
FOLDS = 3  # one of them is tested: a third of the school's adjudicated comments
RUNS = RESULTS / "few-shot-runs.csv"
_KEY = ["data", "size", "draw", "method"]
_MEASURES = ("micro_f1", "macro_f1", "mean_average_precision")

#: What can be run, by the word that the command line takes.
MAKERS: dict[str, tuple[str, Callable[[], Any]]] = {
    **{word: (method.name, method.make) for word, method in METHODS.items()},
    "accurate": (METHODS["accurate"].name, lambda: METHODS["accurate"].make(folds=3, epochs=4)),
    "setfit": ("SetFit", PEERS["SetFit"].make),
    "tfidf": ("TF-IDF words + question + LR", PEERS["TF-IDF words + question + LR"].make),
    "minilm": ("MiniLM, frozen + question + LR", PEERS["MiniLM, frozen + question + LR"].make),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what has not been run, then write the table; 1 where data was asked for and is absent."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--methods", nargs="+", choices=MAKERS, default=["fast", "accurate", "setfit"])
    parser.add_argument("--data", nargs="+", choices=("nhs", "school"), default=["nhs", "school"])
    parser.add_argument("--threads", type=int, help="processor threads for every method")
    parser.add_argument("--table", action="store_true", help="only write the table")
    asked = parser.parse_args(arguments)
    if asked.threads:
        limit_threads(asked.threads)
    absent = False
    for data in [] if asked.table else asked.data:
        task = read_task(data)
        if task is None:
            print(
                f"{data}: its data was not found: name the folder with TEXTMINE_BENCHMARKS (see README.md)."
            )
            absent = True
            continue
        run(data, task, asked.sizes, asked.draws, asked.methods, RUNS)
    if RUNS.is_file():
        write_table(pd.read_csv(RUNS))
    return int(absent)


def run(
    data: str,
    task: tuple[Task, Floats],
    sizes: Sequence[int],
    draws: int,
    methods: Sequence[str],
    path: Path,
) -> None:
    """Every method on every draw, method beside method; each result is put in ``path`` as it is done."""
    whole, truth = task
    for size in sizes:
        for number in range(draws):
            part = take_draw(whole, draw_examples(whole.y.to_numpy(dtype=float), size, seed=number))
            for word in methods:
                name, make = MAKERS[word]
                key = dict(zip(_KEY, (data, size, number, name), strict=True))
                if is_done(path, key):
                    continue
                judged = judge(make(), part, timed=False)
                row = key | {"texts": len(part.learn), "tested": len(part.test)} | figures_of(judged, truth)
                add_row(path, row)
                print(", ".join(f"{column} {value}" for column, value in row.items()), flush=True)


def read_task(data: str) -> tuple[Task, Floats] | None:
    """All texts that examples may be drawn from, the texts to code, and the latter's labels."""
    return _read_school() if data == "school" else _read_nhs()


def draw_examples(y: Floats, size: int, *, seed: int) -> Ints:
    """Positions of the texts of a draw, sorted: up to ``size`` a code and as many that carry none.

    Codes are served from the rarest to the commonest; texts that were drawn for one code count for the
    others that they carry, so that a code gets more than ``size`` only where another's texts bring it along.

    >>> y = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0]])
    >>> len(draw_examples(y, 1, seed=0)) in (2, 3)
    True
    """
    rng = np.random.default_rng(seed)
    drawn = np.zeros(len(y), dtype=bool)
    carried = y == 1
    wanted = [carried[:, k] for k in np.argsort(carried.sum(axis=0), kind="stable")]
    for carries in [*wanted, ~carried.any(axis=1)]:
        missing = size - int((carries & drawn).sum())
        left = np.flatnonzero(carries & ~drawn)
        if missing > 0 and len(left):
            drawn[rng.choice(left, min(missing, len(left)), replace=False)] = True
    return np.flatnonzero(drawn)


def take_draw(task: Task, rows: Ints) -> Task:
    """The task with these texts alone to learn from."""
    quotes = task.quotes
    if quotes is not None:
        place = {int(row): i for i, row in enumerate(rows)}
        quotes = quotes[quotes["row"].isin(place)]
        quotes = quotes.assign(row=quotes["row"].map(place))
    y = task.y.iloc[rows]
    return Task(task.learn.select(rows), y, task.test, quotes, task.codebook, task.withhold)


def figures_of(judged: Judged, truth: Floats) -> dict[str, float]:
    """Micro- and macro-F1, mean average precision over the codes that are met, and seconds of learning."""
    hits = (truth * judged.applies).sum(axis=0)
    both = truth.sum(axis=0) + judged.applies.sum(axis=0)
    met = truth.any(axis=0)
    ranking = [
        average_precision(p, t) for p, t in zip(judged.probabilities.T[met], truth.T[met], strict=True)
    ]
    figures = {
        "micro_f1": 2 * hits.sum() / max(both.sum(), 1),
        "macro_f1": (2 * hits[met] / both[met]).mean(),
        "mean_average_precision": np.mean(ranking),
        "seconds": judged.learning,
        "processor_seconds": judged.learning_cpu,
    }
    return {name: round(float(value), 4) for name, value in figures.items()}


def is_done(path: Path, key: dict[str, object]) -> bool:
    """Whether a result stands in the file already."""
    if not path.is_file():
        return False
    known = pd.read_csv(path)
    return bool((known[list(key)].astype(str) == pd.Series(key).astype(str)).all(axis=1).any())


def add_row(path: Path, row: dict[str, object]) -> None:
    """Put one result at the end of the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    first = not path.is_file()
    pd.DataFrame([row]).to_csv(
        path, mode="a", header=first, index=False, lineterminator="\n", encoding="utf-8"
    )


def write_table(runs: pd.DataFrame) -> None:
    """Means over the draws, and seconds beside SetFit's on the same draws; writes ``few-shot``."""
    columns = [*_MEASURES, "seconds", "processor_seconds", "texts"]
    by = ["data", "size", "method"]
    table = runs.groupby(by, sort=True)[columns].mean().round(4).reset_index()
    table["draws"] = runs.groupby(by, sort=True).size().to_numpy()
    for measure in _MEASURES:
        table[f"{measure}_sd"] = runs.groupby(by, sort=True)[measure].std().round(4).to_numpy()
    setfit = table[table["method"] == "SetFit"].set_index(["data", "size"])["processor_seconds"]
    beside = [setfit.get((d, s), np.nan) for d, s in zip(table["data"], table["size"], strict=True)]
    table["share_of_setfit"] = (table["processor_seconds"] / beside).round(4)
    shown = table[["data", "size", "method", "draws"]].copy()
    shown["texts"] = table["texts"].map("{:.0f}".format)
    for measure in _MEASURES:
        spread = ["" if np.isnan(sd) else f" (sd {sd:.3f})" for sd in table[f"{measure}_sd"]]
        shown[measure.replace("_", " ").replace("f1", "F1")] = table[measure].map("{:.3f}".format) + spread
    shown["seconds to learn"] = table["seconds"].map("{:.1f}".format)
    shown["processor seconds"] = table["processor_seconds"].map("{:.1f}".format)
    shares = ["" if np.isnan(share) else f"{share:.0%}" for share in table["share_of_setfit"]]
    shown["processor seconds beside SetFit's"] = shares
    notes = [
        "`size`: examples a code. Means over the draws; sd is that of a draw. SetFit has 20 iterations, one "
        "epoch, the same MiniLM, the question before the text, bfloat16 where textmine's trainer has it, and "
        "balanced logistic regressions (with its own it gave next to no codes).",
        "",
        "Made by `python benchmarks/few_shot.py`.",
    ]
    write_results("few-shot", table, shown=shown, title="Accuracy with few examples", notes=notes)


def limit_threads(threads: int) -> None:
    """Let every method use so many threads of the processor."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)
    from threadpoolctl import threadpool_limits

    threadpool_limits(threads)
    import torch

    torch.set_num_threads(threads)


def _read_nhs() -> tuple[Task, Floats] | None:
    folder = find_benchmarks()
    if folder is None:
        return None
    learn, test = split_nhs(choose_nhs(read_nhs(folder)))
    rows = _choose_tested(len(test.frame))
    return Task(learn.corpus, learn.y, test.corpus.select(rows)), test.y.to_numpy()[rows]


def _read_school() -> tuple[Task, Floats]:
    """The adjudicated comments alone: examples from two thirds of the respondents, tests from the third."""
    labelled, book = read_study()
    scored = np.flatnonzero(~labelled.learn_only)
    corpus, y = labelled.corpus.select(scored), labelled.y.iloc[scored]
    place = {int(row): i for i, row in enumerate(scored)}
    quotes = labelled.quotes[labelled.quotes["row"].isin(place)]
    quotes = quotes.assign(row=quotes["row"].map(place))
    fold = folds_by_respondent(corpus.groups, FOLDS, 0)
    split = next(iter(split_by_respondent(corpus, np.where(fold == 0, 0, -1))))
    tested = split.test[_choose_tested(len(split.test))]
    whole = Task(corpus, y, corpus.select(tested), quotes, book, frozenset(split.withhold))
    return take_draw(whole, split.train), y.to_numpy(dtype=float)[tested]


def _choose_tested(n: int) -> Ints:
    return np.sort(np.random.default_rng(0).permutation(n)[:MOST_TESTED])


if __name__ == "__main__":
    sys.exit(main())
