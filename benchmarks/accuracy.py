"""How well textmine codes beside TF-IDF and logistic regression: the NHS protocol and the school comments.

    python benchmarks/accuracy.py [nhs] [school]

Tables go to benchmarks/results and into docs/accuracy.md. About six minutes on two cores. See
benchmarks/README.md for the protocols and for where the NHS data is looked for.
"""

from __future__ import annotations

import argparse
import csv
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from baselines import TfidfLogistic
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
    text_keys,
)
from scoring import rounded, rows_of, to_markdown, write_results

from textmine.codebook import Codebook
from textmine.coding.coder import Coder
from textmine.coding.evaluation import Evaluation, cross_validate
from textmine.jobs.labelled import LabelledCorpus

Floats = npt.NDArray[np.float64]

OURS = "textmine, fast tier"
FOLDS = 5
_COMMAND = [sys.executable, "-m", "textmine.cli"]
_INTERVALS = (
    "Figures: value (95% interval, 1,000 bootstrap samples of respondents). "
    "A lead is the paired difference to textmine on the same texts."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; 1 where the NHS data was asked for by name and is absent."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help="what to run; both by default")
    asked = parser.parse_args(arguments).parts or ["nhs", "school"]
    if unknown := set(asked) - {"nhs", "school"}:
        parser.error(f"no part {', '.join(sorted(unknown))}; there are nhs and school")
    folder = find_benchmarks()
    if "nhs" in asked and folder is not None:
        _timed("NHS", lambda: measure_nhs(read_nhs(folder)))
    elif "nhs" in asked:
        print(
            "The NHS data was not found: name its folder with TEXTMINE_BENCHMARKS (see benchmarks/README.md)."
        )
    if "school" in asked:
        _timed("school comments", measure_school)
    return int(folder is None and asked == ["nhs"])


# --- NHS: trained and coded through the two commands alone ---------------------------------------------


def measure_nhs(comments: pd.DataFrame) -> None:
    """The held-out fifth of respondents, and from one trust to the other; writes ``accuracy-nhs``."""
    chosen = choose_nhs(comments)
    rows, per_label = [], pd.DataFrame()
    for setting, (learn, test) in {
        "held-out fifth of respondents": split_nhs(chosen),
        f"learned from {NHS_TRUSTS[0]}, coded {NHS_TRUSTS[1]}": split_nhs_by_trust(comments),
    }.items():
        given = {OURS: code_by_command(learn, test)} | code_by_peers(learn, test)
        truth = test.y.to_numpy()
        rows += rows_of(setting, truth, given, test.corpus.groups)
        if not len(per_label):
            per_label = _f1_per_label(truth, given, test.codes)
        print(f"{setting}: {len(learn.frame)} texts to learn from, {len(test.frame)} to code", flush=True)
    table = pd.DataFrame(rows)
    notes = [
        f"{len(chosen.frame)} texts by {chosen.frame['respondent'].nunique()} respondents are left, "
        f"{len(chosen.codes)} labels. {_INTERVALS}",
        f"textmine was trained and used through `textmine train` and `textmine code` alone. {_versions()}",
        "",
        "F1 of each label, held-out fifth:",
        "",
        _markdown_per_code(per_label),
        _made_by("nhs"),
    ]
    write_results(
        "accuracy-nhs", table, shown=rounded(table), title="Accuracy on NHS patient feedback", notes=notes
    )


def code_by_command(learn: Labelled, test: Labelled) -> Floats:
    """Decisions on ``test``, (texts, labels), by a coder trained and used through the two commands."""
    columns = ["--text", "FFT answer", "--id", "Comment ID", "--question", "FFT question"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_survey(learn, folder / "coded-by-hand.csv")
        _write_survey(test, folder / "new-wave.csv")
        labels = learn.frame[["id", *learn.codes]].rename(columns={"id": "Comment ID"})
        labels.to_csv(folder / "labels.csv", index=False)
        train = ["train", "coded-by-hand.csv", *columns, "--group", "Respondent", "--labels", "labels.csv"]
        _run([*train, "--out", "models/nhs"], folder)
        _run(["code", "new-wave.csv", *columns, "--model", "nhs", "--out", "coded"], folder)
        wide = pd.read_csv(folder / "coded" / "coded_wide.csv", dtype=str, keep_default_na=False)
    if wide["Comment ID"].tolist() != test.frame["id"].tolist():
        raise RuntimeError("coded_wide.csv does not hold the rows that went in, in their order")
    return wide[test.codes].eq("1").to_numpy(dtype=float)


def code_by_peers(learn: Labelled, test: Labelled) -> dict[str, Floats]:
    """The peers' decisions on ``test`` by name."""
    return {
        name: peer.fit(learn.corpus, learn.y).predict(test.corpus)
        for name, peer in {
            "TF-IDF words + LR": TfidfLogistic(),
            "TF-IDF words + question + LR": TfidfLogistic(question=True),
            "TF-IDF words and characters + question + LR": TfidfLogistic(chars=True, question=True),
        }.items()
    }


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


def measure_school() -> None:
    """Five folds by respondent and each batch by a coder of the others; writes ``accuracy-school``."""
    labelled, book = read_study()
    scored = labelled.corpus.select(~labelled.learn_only)
    truth = labelled.y[~labelled.learn_only].to_numpy(dtype=float)
    batches = np.array([batch_of(i, g) for i, g in zip(scored.ids, scored.groups, strict=True)])
    coders = {
        OURS: Coder(),
        "TF-IDF words and characters + LR": TfidfLogistic(chars=True),
        "TF-IDF words + question + LR": TfidfLogistic(question=True),
        "TF-IDF words and characters + question + LR": TfidfLogistic(chars=True, question=True),
    }
    folded = {name: _cross_validate(coder, labelled, book) for name, coder in coders.items()}
    print(f"school comments: {FOLDS} folds done", flush=True)
    given = {name: _decisions(evaluation) for name, evaluation in folded.items()}
    rows = rows_of(f"{FOLDS} folds by respondent", truth, given, scored.groups)
    given = {name: code_other_writers(coder, labelled, book) for name, coder in coders.items()}
    rows += rows_of("a batch by other writers", truth, given, scored.groups)
    for batch in STUDY_BATCHES:
        of_batch = batches == batch
        groups = [g for g, chosen in zip(scored.groups, of_batch, strict=True) if chosen]
        ours = {OURS: given[OURS][of_batch]}
        rows += rows_of(f"... batch {batch[1]} alone", truth[of_batch], ours, groups)
    table = pd.DataFrame(rows)
    notes = [
        f"{len(scored)} adjudicated comments by {len(set(scored.groups))} respondents are scored; "
        f"{int(labelled.learn_only.sum())} coded by one person each are learned from only. {_INTERVALS}",
        "textmine also learns from the coders' quotes and from the codebook, which the peers cannot.",
        _versions(),
        "",
        _made_by("school"),
    ]
    write_results(
        "accuracy-school", table, shown=rounded(table), title="Accuracy on the school comments", notes=notes
    )
    _write_per_code(folded)


def code_other_writers(coder: Coder | TfidfLogistic, labelled: LabelledCorpus, book: Codebook) -> Floats:
    """Decisions on the scored comments, each batch coded by a coder trained on all the others.

    No respondent wrote in two batches; texts that stand in the batch too are not learned from.
    """
    corpus, keys = labelled.corpus, text_keys(labelled.corpus.texts)
    batches = np.array([batch_of(i, g) for i, g in zip(corpus.ids, corpus.groups, strict=True)])
    given = np.full(labelled.y.shape, np.nan)
    for batch in STUDY_BATCHES:
        test = np.flatnonzero(batches == batch)
        learn = np.flatnonzero((batches != batch) & ~keys.isin(set(keys[test])).to_numpy())
        place = {row: i for i, row in enumerate(learn.tolist())}
        quotes = labelled.quotes[labelled.quotes["row"].isin(place)]
        quotes = quotes.assign(row=quotes["row"].map(place))
        coder.fit(corpus.select(learn), labelled.y.iloc[learn], quotes=quotes, codebook=book)
        given[test] = coder.predict(corpus.select(test))
    return given[~labelled.learn_only]


def _cross_validate(coder: Coder | TfidfLogistic, labelled: LabelledCorpus, book: Codebook) -> Evaluation:
    return cross_validate(
        coder,  # type: ignore[arg-type]
        labelled.corpus,
        labelled.y,
        folds=FOLDS,
        learn_only=labelled.learn_only,
        quotes=labelled.quotes,
        codebook=book,
    )


def _decisions(evaluation: Evaluation) -> Floats:
    """(texts, codes); every text was coded for every code, so the long table is a whole grid."""
    applies = evaluation.predictions["applies"].to_numpy(dtype=float)
    return applies.reshape(-1, len(evaluation.per_code))


def _write_per_code(folded: dict[str, Evaluation]) -> None:
    ours = folded[OURS].per_code
    shown = pd.DataFrame({"code": ours["code"], "comments with it": ours["n_human"]})
    for measure in ("precision", "recall", "f1"):
        parts = (ours[measure], ours[f"{measure}_low"], ours[f"{measure}_high"])
        shown[measure.replace("f1", "F1")] = [
            f"{v:.2f} ({a:.2f} to {b:.2f})" for v, a, b in zip(*parts, strict=True)
        ]
    shown["average precision"] = ours["average_precision"].map("{:.2f}".format)
    shown["calibration error"] = ours["calibration_error"].map("{:.3f}".format)
    for name, evaluation in list(folded.items())[1:]:
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
    named = ", ".join(f"{name} {version(name)}" for name in ("textmine", "numpy", "scipy", "scikit-learn"))
    return f"Python {platform.python_version()}, {named}; seed 0."


def _made_by(part: str) -> str:
    return f"Made by `python benchmarks/accuracy.py {part}`."


def _timed(name: str, step: Callable[[], None]) -> None:
    started = time.monotonic()
    step()
    print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
