"""Simulated annotation: how good a coder gets by units read at random, by the rare-first queue and by mixes.

The labels of people stand for the reader's decisions. Every run begins with 50 units drawn by chance; then
batches of 20 are picked, the coder is trained anew, and at every hundred it codes a held-out third of the
respondents (NHS: the other split; see ``protocols.py``). ``run`` adds to the runs, ``table`` makes the
tables and the figures of them:

    python benchmarks/annotation_queue.py run --data nhs school --seeds 0 1 2
    python benchmarks/annotation_queue.py table
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from protocols import choose_nhs, find_benchmarks, read_nhs, read_study, split_nhs

from textmine.annotating.drawing import pick_random
from textmine.annotating.queue import pick_rare, split_batch
from textmine.codebook import Codebook
from textmine.coding.calibrated import folds_by_respondent
from textmine.coding.coder import Coder
from textmine.coding.cold_start import ColdStartCoder
from textmine.coding.evaluation import average_precision, split_by_respondent
from textmine.corpus import Corpus

Floats = npt.NDArray[np.float64]

RESULTS = Path(__file__).parent / "results"
RUNS = RESULTS / "annotation-queue-runs.csv"
START, STEP, BUDGET = 50, 20, 1000
#: A strategy is a mix; '+cold' ranks codes that have hardly a positive by the codebook as well.
STRATEGIES = ("random", "rare", "rare+cold", "mix20", "mix20+cold")
NAMES = {
    "random": "random",
    "rare": "rare-first hybrid",
    "rare+cold": "rare-first, cold start for codes without positives",
    "mix20": "20% random, 80% rare-first",
    "mix20+cold": "20% random, 80% rare-first with cold start",
}
COLUMNS = ["data", "strategy", "seed", "read", "micro_f1", "macro_f1", "average_precision", "codes_15"]


@dataclass(frozen=True)
class Bench:
    """A pool to read from, with the decisions that a reader would take, and the texts to be judged by."""

    corpus: Corpus
    y: Floats
    test: Corpus
    truth: Floats
    codes: list[str]
    book: Codebook


def load(data: str) -> Bench:
    """The pool and the held-out texts of 'nhs' or 'school'; ``SystemExit`` where the data is absent."""
    if data == "nhs":
        folder = find_benchmarks()
        if folder is None:
            raise SystemExit("The benchmark data is absent; name its folder in TEXTMINE_BENCHMARKS.")
        learn, test = split_nhs(choose_nhs(read_nhs(folder)))
        codes = list(learn.y.columns)
        book = Codebook.from_labels(codes)
        return Bench(learn.corpus, learn.y.to_numpy(float), test.corpus, test.y.to_numpy(float), codes, book)
    labelled, book = read_study()
    scored = ~labelled.learn_only
    fold = np.full(len(labelled.corpus), -1)
    groups = np.array(labelled.corpus.groups, dtype=object)[scored]
    fold[scored] = np.where(folds_by_respondent(list(groups), 3, 0) == 0, 0, -1)
    split = next(iter(split_by_respondent(labelled.corpus, fold)))
    y, codes = labelled.y.to_numpy(float), [str(code) for code in labelled.y.columns]
    pool, test_corpus = labelled.corpus.select(split.train), labelled.corpus.select(split.test)
    return Bench(pool, np.nan_to_num(y[split.train]), test_corpus, y[split.test], codes, book)


def judge(coder: Coder, bench: Bench) -> tuple[float, float, float]:
    """Micro F1, macro F1 and mean average precision on the held-out texts, over codes that occur there."""
    probabilities = coder.predict_proba(bench.test)
    given, truth = probabilities >= coder.thresholds_, bench.truth == 1
    hits, both = (given & truth).sum(axis=0), given.sum(axis=0) + truth.sum(axis=0)
    met = truth.any(axis=0)
    precisions = [average_precision(probabilities[:, k], bench.truth[:, k]) for k in np.flatnonzero(met)]
    macro = float((2 * hits[met] / both[met]).mean())
    return float(2 * hits.sum() / both.sum()), macro, float(np.mean(precisions))


def cold_ranks(bench: Bench) -> Floats:
    """What the codebook alone says of every text of the pool, each code on the scale of its spread."""
    return _standardise(
        ColdStartCoder().fit(bench.corpus, codebook=bench.book).decision_function(bench.corpus)
    )


def simulate(bench: Bench, strategy: str, seed: int, *, budget: int, step: int, cold: Floats | None) -> list:
    """The rows of one run: figures at every hundred units read."""
    name = strategy.removesuffix("+cold")
    mix = {"random": {"random": 1.0}, "rare": {"rare": 1.0}, "mix20": {"random": 0.2, "rare": 0.8}}[name]
    ids = [str(n) for n in range(len(bench.corpus))]
    chance = [int(pick.unit_id) for pick in pick_random(ids, len(ids), seed=seed)]
    have, rows = chance[:START], []
    while True:
        read = np.array(sorted(have))
        final = len(have) % 100 == 0
        coder = Coder(folds=5 if final else 3)
        coder.fit(bench.corpus.select(read), bench.y[read], codes=bench.codes, codebook=_own_book(bench))
        positives = np.nansum(bench.y[read], axis=0)
        if final:
            figures = [round(value, 4) for value in judge(coder, bench)]
            rows.append([strategy, seed, len(have), *figures, int((positives >= 15).sum())])
        if len(have) >= budget:
            return rows
        size = min(step, 100 - len(have) % 100)
        wanted = split_batch(mix, size, before=len(have) - START)
        held = set(have)
        new = [n for n in chance if n not in held][: wanted.get("random", 0)]
        if wanted.get("rare"):
            left = np.array([n for n in range(len(ids)) if n not in held and n not in set(new)])
            new += _pick_rare(bench, coder, left, positives, wanted["rare"], seed, cold)
        have = have + new


def _pick_rare(
    bench: Bench, coder: Coder, left: npt.NDArray[np.int64], positives: Floats, count: int, seed: int,
    cold: Floats | None,
) -> list[int]:  # fmt: skip
    raw = coder.decision_function(bench.corpus.select(left))
    names = [str(n) for n in left]
    scores = pd.DataFrame(coder.calibrate(raw), index=names, columns=bench.codes)
    # the score before calibration: a code with hardly a positive has no probabilities that tell units apart
    ranking = _standardise(raw)
    if cold is not None:
        share = positives / (positives + 5.0)
        ranking = share * ranking + (1 - share) * cold[left]
    ranked = pd.DataFrame(ranking, index=names, columns=bench.codes)
    counts = dict(zip(bench.codes, positives.astype(int).tolist(), strict=True))
    return [int(pick.unit_id) for pick in pick_rare(scores, counts, count, ranking=ranked, seed=seed)]


def _own_book(bench: Bench) -> Codebook | None:
    """The codebook, where it says more than names."""
    return bench.book if any(code.definition for code in bench.book.codes) else None


def _standardise(scores: Floats) -> Floats:
    return (scores - scores.mean(axis=0)) / (scores.std(axis=0) + 1e-9)


def run(data: list[str], strategies: list[str], seeds: list[int], budget: int, step: int) -> None:
    """Add the runs that are not there yet to the file of runs."""
    for name in data:
        bench = load(name)
        cold = cold_ranks(bench) if any(s.endswith("+cold") for s in strategies) else None
        for seed in seeds:
            for strategy in strategies:
                if _count_read(name, strategy, seed) >= budget:
                    continue
                own = cold if strategy.endswith("+cold") else None
                rows = simulate(bench, strategy, seed, budget=budget, step=step, cold=own)
                new = pd.DataFrame([[name, *row] for row in rows], columns=COLUMNS)
                _add_run(new)
                print(name, strategy, seed, new[["read", "macro_f1"]].values.tolist()[-1], flush=True)


def _read_runs() -> pd.DataFrame:
    return pd.read_csv(RUNS) if RUNS.is_file() else pd.DataFrame(columns=COLUMNS)


def _is_run(runs: pd.DataFrame, data: str, strategy: str, seed: int) -> pd.Series:
    return (runs["data"] == data) & (runs["strategy"] == strategy) & (runs["seed"] == seed)


def _count_read(data: str, strategy: str, seed: int) -> int:
    runs = _read_runs()
    own = runs[_is_run(runs, data, strategy, seed)]
    return int(own["read"].max()) if len(own) else 0


def _add_run(new: pd.DataFrame) -> None:
    """Put a run into the file, in place of a shorter one of the same data, strategy and seed."""
    runs = _read_runs()
    rest = runs[~_is_run(runs, *new.iloc[0][["data", "strategy", "seed"]])]
    both = new if rest.empty else pd.concat([rest, new], ignore_index=True)
    both.sort_values(["data", "strategy", "seed", "read"]).to_csv(RUNS, index=False)


def table() -> None:
    """Write the table and the figures of the runs."""
    from annotation_queue_figure import draw_curves

    runs = pd.read_csv(RUNS)
    mean = runs.groupby(["data", "strategy", "read"]).agg(
        seeds=("seed", "nunique"), macro_f1=("macro_f1", "mean"), spread=("macro_f1", "std"),
        average_precision=("average_precision", "mean"), micro_f1=("micro_f1", "mean"),
        codes_15=("codes_15", "mean"),
    ).reset_index().round(4)  # fmt: skip
    mean.to_csv(RESULTS / "annotation-queue.csv", index=False)
    lines = ["# Simulated annotation: what to read next", "", __doc__.split("\n\n")[1].replace("\n", " "), ""]
    for data, own in mean.groupby("data"):
        target = own[(own["strategy"] == "random") & (own["read"] == 1000)]["macro_f1"]
        lines += [f"## {data}", "", "| read | " + " | ".join(own["strategy"].unique()) + " |"]
        lines += ["| --- |" + " --- |" * own["strategy"].nunique()]
        for read in (100, 200, 300, 400, 500, 600, 800, 1000):
            at = own[own["read"] == read].set_index("strategy")["macro_f1"]
            cells = [f"{at[s]:.3f}" if s in at else "" for s in own["strategy"].unique()]
            lines.append(f"| {read} | " + " | ".join(cells) + " |")
        for strategy in own["strategy"].unique():
            reached = own[(own["strategy"] == strategy) & (own["macro_f1"] >= float(target.iloc[0]))]["read"]
            first = f"at {int(reached.min())} units" if len(reached) else "not within 1,000"
            count, of = _count_early(runs[runs["data"] == data], strategy)
            lines.append(
                f"\n{NAMES[strategy]}: the mean macro F1 of 1,000 random units {first}; with 600 or fewer "
                f"in {count} of {of} seeds."
            )
        lines += ["", f"![{data}](annotation-queue-{data}.svg)", ""]
        (RESULTS / f"annotation-queue-{data}.svg").write_text(draw_curves(own, NAMES, data), encoding="utf-8")
    (RESULTS / "annotation-queue.md").write_text("\n".join(lines), encoding="utf-8")


def _count_early(runs: pd.DataFrame, strategy: str, within: int = 600) -> tuple[int, int]:
    """In how many seeds a strategy reaches what 1,000 random units of the same seed do, ``within`` units."""
    target = runs[(runs["strategy"] == "random") & (runs["read"] == BUDGET)].set_index("seed")["macro_f1"]
    own = runs[(runs["strategy"] == strategy) & (runs["read"] <= within)].groupby("seed")["macro_f1"].max()
    both = own.index.intersection(target.index)
    return int((own[both] >= target[both]).sum()), len(both)


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("run", "table"))
    parser.add_argument("--data", nargs="+", choices=("nhs", "school"), default=["nhs", "school"])
    parser.add_argument("--strategies", nargs="+", choices=STRATEGIES, default=["random", "rare", "mix20"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--budget", type=int, default=BUDGET)
    parser.add_argument("--step", type=int, default=STEP)
    given = parser.parse_args()
    if given.what == "run":
        run(given.data, given.strategies, given.seeds, given.budget, given.step)
    else:
        table()


if __name__ == "__main__":
    main()
