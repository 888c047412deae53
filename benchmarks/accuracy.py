"""How well textmine codes beside its peers: NHS and school comments, and public data with published figures.

    python benchmarks/accuracy.py [nhs] [school] [anes] [phase1] [--ours fast accurate] [--slow] [--keep DIR]

Tables go to benchmarks/results and into docs/accuracy.md. See benchmarks/README.md for the protocols, for how
long it takes and for where the public data is looked for. Every method sees the same splits in the same run.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from accuracy_public import measure_anes, measure_phase1
from judging import Judged, Keeper, Task, comments_a_second, judge_folds
from ours import METHODS, Method
from peers import choose_peers
from protocols import (
    NHS_TRUSTS,
    STUDY_BATCHES,
    Labelled,
    batch_of,
    choose_nhs,
    find_benchmarks,
    read_nhs,
    read_study,
    split_nhs,
    split_nhs_by_trust,
)
from public import has_anes, has_nhs_phase1
from scoring import add_speed, rounded, rows_of, to_markdown, write_results

from textmine.codebook import Codebook
from textmine.coding.calibrated import folds_by_respondent
from textmine.coding.evaluation import Evaluation, compare, split_by_respondent
from textmine.jobs.labelled import LabelledCorpus

Floats = npt.NDArray[np.float64]
Makers = dict[str, Callable[[], Any]]

PARTS = ("nhs", "school", "anes", "phase1")
FOLDS = 5
_COMMAND = [sys.executable, "-m", "textmine.cli"]
_INTERVALS = (
    "Figures: value (95% interval, 1,000 bootstrap samples of respondents). "
    "A lead is the paired difference to the first method on the same texts."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; 1 where public data was asked for by name and is absent."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help=f"what to run: {', '.join(PARTS)}; all by default")
    parser.add_argument(
        "--ours",
        nargs="+",
        choices=METHODS,
        default=["fast"],
        help="textmine's own methods, the leading first",
    )
    parser.add_argument("--peers", nargs="+", default=[], metavar="WORD", help="only peers of such a name")
    parser.add_argument("--slow", action="store_true", help="with SetFit, which trains for an hour a split")
    parser.add_argument("--keep", type=Path, help="folder to go on from, where a run was cut off")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    parts = asked.parts or list(PARTS)
    ours, peers = [METHODS[word] for word in asked.ours], choose_peers(slow=asked.slow, words=asked.peers)
    makers: Makers = {method.name: method.make for method in ours} | peers
    keeper, folder = Keeper(asked.keep), find_benchmarks()
    steps: dict[str, Callable[[], None]] = {"school": lambda: measure_school(makers, keeper)}
    if folder is not None:
        steps["nhs"] = lambda: measure_nhs(read_nhs(folder), ours, peers, keeper)
    if folder is not None and has_anes(folder):
        steps["anes"] = lambda: measure_anes(folder, makers, keeper, _versions())
    if folder is not None and has_nhs_phase1(folder):
        steps["phase1"] = lambda: measure_phase1(folder, makers, keeper, _versions())
    for part in parts:
        if part in steps:
            _timed(part, steps[part])
        else:
            print(
                f"{part}: its data was not found: name the folder with TEXTMINE_BENCHMARKS (see README.md)."
            )
    if keeper.taken_up:
        print(f"{len(keeper.taken_up)} results were taken up from {keeper.folder}.")
    return int(not set(asked.parts) <= set(steps))


# --- NHS: trained and coded through the two commands alone ---------------------------------------------


def measure_nhs(comments: pd.DataFrame, ours: Sequence[Method], peers: Makers, keeper: Keeper) -> None:
    """The held-out fifth of respondents, and from one trust to the other; writes ``accuracy-nhs``."""
    chosen = choose_nhs(comments)
    rows, per_label = [], pd.DataFrame()
    for setting, (learn, test) in {
        "held-out fifth of respondents": split_nhs(chosen),
        f"learned from {NHS_TRUSTS[0]}, coded {NHS_TRUSTS[1]}": split_nhs_by_trust(comments),
    }.items():
        truth, task = test.y.to_numpy(), Task.of(learn, test)
        given, learning, a_second = {}, {}, {}
        for method in ours:
            name = method.name
            given[name], learning[name], a_second[name] = code_by_command(learn, test, method.train)
        judged = {name: keeper.judge(name, make, task) for name, make in peers.items()}
        given |= {name: one.applies for name, one in judged.items()}
        learning |= {name: one.learning for name, one in judged.items()}
        a_second |= {name: one.a_second for name, one in judged.items()}
        rows += add_speed(rows_of(setting, truth, given, test.corpus.groups), learning, a_second)
        if not len(per_label):
            per_label = _f1_per_label(truth, given, test.codes)
        print(f"{setting}: {len(learn.frame)} texts to learn from, {len(test.frame)} to code", flush=True)
    table = pd.DataFrame(rows)
    notes = [
        f"{len(chosen.frame)} texts by {chosen.frame['respondent'].nunique()} respondents are left, "
        f"{len(chosen.codes)} labels. {_INTERVALS}",
        "textmine was trained and used through `textmine train` and `textmine code` alone; its seconds to "
        "learn are those of the first command, cross-validation for the model's card included.",
        _versions(),
        "",
        "F1 of each label, held-out fifth:",
        "",
        _markdown_per_code(per_label),
        _made_by("nhs"),
    ]
    write_results(
        "accuracy-nhs", table, shown=rounded(table), title="Accuracy on NHS patient feedback", notes=notes
    )


def code_by_command(
    learn: Labelled, test: Labelled, options: Sequence[str] = ()
) -> tuple[Floats, float, float]:
    """By a coder trained and used through the two commands: decisions on ``test``, (texts, labels), the
    seconds of ``textmine train`` with these options, and comments coded a second by the loaded model."""
    from textmine.coding.artefact import load_coder

    columns = ["--text", "FFT answer", "--id", "Comment ID", "--question", "FFT question"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_survey(learn, folder / "coded-by-hand.csv")
        _write_survey(test, folder / "new-wave.csv")
        labels = learn.frame[["id", *learn.codes]].rename(columns={"id": "Comment ID"})
        labels.to_csv(folder / "labels.csv", index=False)
        train = ["train", "coded-by-hand.csv", *columns, "--group", "Respondent", "--labels", "labels.csv"]
        started = time.perf_counter()
        _run([*train, "--out", "models/nhs", *options], folder)
        seconds = time.perf_counter() - started
        _run(["code", "new-wave.csv", *columns, "--model", "nhs", "--out", "coded"], folder)
        wide = pd.read_csv(folder / "coded" / "coded_wide.csv", dtype=str, keep_default_na=False)
        a_second = comments_a_second(load_coder(folder / "models" / "nhs").predict_proba, test.corpus)
    if wide["Comment ID"].tolist() != test.frame["id"].tolist():
        raise RuntimeError("coded_wide.csv does not hold the rows that went in, in their order")
    return wide[test.codes].eq("1").to_numpy(dtype=float), seconds, a_second


def _write_survey(part: Labelled, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["Comment ID", "Respondent", "FFT question", "FFT answer"])
        writer.writerows(part.frame[["id", "respondent", "question", "text"]].itertuples(index=False))


def _run(arguments: Sequence[str], folder: Path) -> None:
    done = subprocess.run(
        [*_COMMAND, *arguments, "--quiet"], cwd=folder, capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        raise RuntimeError(f"textmine {arguments[0]} ended with {done.returncode}: {done.stderr.strip()}")


# --- school comments: five folds, and writers of another batch ------------------------------------------


def measure_school(makers: Makers, keeper: Keeper) -> None:
    """Five folds by respondent and each batch by a coder of the others; writes ``accuracy-school``."""
    labelled, book = read_study()
    scored = labelled.corpus.select(~labelled.learn_only)
    truth = labelled.y[~labelled.learn_only].to_numpy(dtype=float)
    batches = np.array([batch_of(i, g) for i, g in zip(scored.ids, scored.groups, strict=True)])
    first = next(iter(makers))
    by_respondent = f"{FOLDS} folds by respondent"
    rows: list[dict[str, object]] = []
    for setting, fold in {
        by_respondent: fold_by_respondent(labelled),
        "a batch by other writers": fold_by_batch(labelled),
    }.items():
        tasks, scores = tasks_of(labelled, book, fold), fold[~labelled.learn_only]
        judged = {name: judge_folds(keeper, name, make, tasks) for name, make in makers.items()}
        given = {name: _in_place([one.applies for one in found], scores) for name, found in judged.items()}
        learning = {name: float(np.mean([one.learning for one in found])) for name, found in judged.items()}
        a_second = {name: found[0].a_second for name, found in judged.items()}
        rows += add_speed(rows_of(setting, truth, given, scored.groups), learning, a_second)
        if setting == by_respondent:
            folded = {name: _evaluate(found, labelled, scores) for name, found in judged.items()}
        print(f"school comments: {setting} done", flush=True)
    for batch in STUDY_BATCHES:
        of_batch = batches == batch
        groups = [g for g, chosen in zip(scored.groups, of_batch, strict=True) if chosen]
        ours = {first: given[first][of_batch]}
        rows += rows_of(f"... batch {batch[1]} alone", truth[of_batch], ours, groups)
    table = pd.DataFrame(rows)
    notes = [
        f"{len(scored)} adjudicated comments by {len(set(scored.groups))} respondents are scored; "
        f"{int(labelled.learn_only.sum())} coded by one person each are learned from only. {_INTERVALS}",
        "textmine also learns from the coders' quotes and from the codebook, which the peers cannot. Seconds "
        "to learn are the mean of the folds.",
        _versions(),
        "",
        _made_by("school"),
    ]
    write_results(
        "accuracy-school", table, shown=rounded(table), title="Accuracy on the school comments", notes=notes
    )
    _write_per_code(folded)


def fold_by_respondent(labelled: LabelledCorpus) -> npt.NDArray[np.int64]:
    """A fold for each comment, the folds of ``textmine.cross_validate``; -1 where it is learned from only."""
    fold = np.full(len(labelled.corpus), -1)
    groups = np.array(labelled.corpus.groups, dtype=object)[~labelled.learn_only]
    fold[~labelled.learn_only] = folds_by_respondent(list(groups), FOLDS, 0)
    return fold


def fold_by_batch(labelled: LabelledCorpus) -> npt.NDArray[np.int64]:
    """The batch of each adjudicated comment as its fold, -1 for the others.

    No respondent wrote in two batches, and the writers of a test side are not learned from.
    """
    corpus = labelled.corpus
    batches = [batch_of(i, g) for i, g in zip(corpus.ids, corpus.groups, strict=True)]
    fold = np.array([STUDY_BATCHES.index(b) if b in STUDY_BATCHES else -1 for b in batches])
    fold[labelled.learn_only] = -1
    return fold


def tasks_of(labelled: LabelledCorpus, book: Codebook, fold: npt.NDArray[np.int64]) -> list[Task]:
    """The task of each fold: no writer and no text of its test side is learned from."""
    corpus, tasks = labelled.corpus, []
    for split in split_by_respondent(corpus, fold):
        place = {row: i for i, row in enumerate(split.train.tolist())}
        quotes = labelled.quotes[labelled.quotes["row"].isin(place)]
        quotes = quotes.assign(row=quotes["row"].map(place))
        learn, y = corpus.select(split.train), labelled.y.iloc[split.train]
        tasks.append(Task(learn, y, corpus.select(split.test), quotes, book, frozenset(split.withhold)))
    return tasks


def _in_place(parts: Sequence[Floats], fold: npt.NDArray[np.int64]) -> Floats:
    """(texts, codes) of the scored texts from the parts of their folds."""
    whole = np.full((len(fold), parts[0].shape[1]), np.nan)
    for number, part in enumerate(parts):
        whole[fold == number] = part
    return whole


def _evaluate(found: Sequence[Judged], labelled: LabelledCorpus, fold: npt.NDArray[np.int64]) -> Evaluation:
    scored = labelled.corpus.select(~labelled.learn_only)
    truth, codes = labelled.y[~labelled.learn_only], [str(c) for c in labelled.y.columns]
    probabilities = _in_place([one.probabilities for one in found], fold)
    applies = _in_place([one.applies for one in found], fold)
    return compare(truth.to_numpy(dtype=float), probabilities, applies, codes, scored.ids, scored.groups)


def _write_per_code(folded: dict[str, Evaluation]) -> None:
    first, *others = folded.items()
    ours = first[1].per_code
    shown = pd.DataFrame({"code": ours["code"], "comments with it": ours["n_human"]})
    for measure in ("precision", "recall", "f1"):
        parts = (ours[measure], ours[f"{measure}_low"], ours[f"{measure}_high"])
        shown[measure.replace("f1", "F1")] = [
            f"{v:.2f} ({a:.2f} to {b:.2f})" for v, a, b in zip(*parts, strict=True)
        ]
    shown["average precision"] = ours["average_precision"].map("{:.2f}".format)
    shown["calibration error"] = ours["calibration_error"].map("{:.3f}".format)
    for name, evaluation in others:
        shown[f"F1, {name}"] = evaluation.per_code["f1"].map("{:.2f}".format)
    table = pd.concat([e.per_code.assign(method=name) for name, e in folded.items()], ignore_index=True)
    notes = [f"{FOLDS} folds by respondent; see accuracy-school.md.", "", _made_by("school")]
    title = "Accuracy on the school comments, code by code"
    write_results("accuracy-school-per-code", table, shown=shown, title=title, notes=notes)


# --- words ------------------------------------------------------------------------------------------------


def _f1_per_label(truth: Floats, given: dict[str, Floats], codes: Sequence[str]) -> pd.DataFrame:
    table = pd.DataFrame({"label": codes, "texts with it": truth.sum(axis=0).astype(int)})
    for name, decisions in given.items():
        both = truth.sum(axis=0) + decisions.sum(axis=0)
        table[name] = 2 * (truth * decisions).sum(axis=0) / np.maximum(both, 1)
    return table


def _markdown_per_code(table: pd.DataFrame) -> str:
    return to_markdown(table.assign(**{c: table[c].map("{:.2f}".format) for c in table.columns[2:]}))


def _versions() -> str:
    named = []
    for name in ("textmine", "numpy", "scipy", "scikit-learn", "torch", "setfit", "xgboost-cpu", "xgboost"):
        with suppress(PackageNotFoundError):
            named.append(f"{name} {version(name)}")
    machine = f"{os.cpu_count()} cores, {platform.system()}"
    return f"{machine}. Python {platform.python_version()}, {', '.join(named)}; seed 0."


def _made_by(part: str) -> str:
    return f"Made by `python benchmarks/accuracy.py {part}`."


def _timed(name: str, step: Callable[[], None]) -> None:
    started = time.monotonic()
    step()
    print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
