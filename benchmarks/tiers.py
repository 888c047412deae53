"""The accurate tier beside the fast one, and what the fast one learns from it: accuracy, calibration, speed.

    python benchmarks/tiers.py [nhs] [transfer] [school] [--keep DIR] [--threads N]
    python benchmarks/tiers.py nhs --encoder FOLDER [--folds 3] [--epochs 4]

``nhs``: the protocol's held-out fifth; ``transfer``: one trust learned, the other coded; ``school``: five
folds by respondent. One training of the accurate tier gives a table's figures: on the school comments those
of the networks that its cross-validation trains anyway, each judged on respondents new to it, with blend,
calibration and thresholds of the other folds. 'Taught': a fast coder that also learned from what the
accurate one says of the texts to be coded, as an analyst has them before coding a wave; nobody's codes of
these texts are used. Without a GPU a part takes half an hour on two cores. ``--keep`` names a folder where
networks that are done are kept. ``--encoder`` takes another encoder than the bundled one or, given again,
several, whose scores are averaged; these get a table of their own.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from judging import comments_a_second
from protocols import (
    choose_nhs,
    find_benchmarks,
    read_nhs,
    read_study,
    split_nhs,
    split_nhs_by_trust,
)
from scoring import add_speed, rounded, rows_of, write_results

from textmine.coding.accurate import AccurateCoder
from textmine.coding.calibrated import folds_by_respondent
from textmine.coding.coder import Coder
from textmine.coding.encoder import BUNDLED_ENCODER
from textmine.coding.evaluation import average_precision, expected_calibration_error, split_by_respondent
from textmine.coding.teaching import Lesson
from textmine.corpus import Corpus

Floats = npt.NDArray[np.float64]

ACCURATE, FAST, TAUGHT = "textmine, accurate tier", "textmine, fast tier", "textmine, fast tier, taught"
PARTS = ("nhs", "transfer", "school")


@dataclass(frozen=True)
class Said:
    """A coder's probabilities and decisions, (texts, codes), seconds to learn and comments a second."""

    probabilities: Floats
    applies: Floats
    learning: float = float("nan")
    a_second: float = float("nan")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for; 1 where one needs data that is absent."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help=f"what to run: {', '.join(PARTS)}; all by default")
    parser.add_argument("--keep", type=Path, help="folder of networks that are done")
    parser.add_argument("--threads", type=int, help="processor threads")
    parser.add_argument(
        "--encoder", action="append", help="folder or name of another encoder; again for several"
    )
    parser.add_argument("--folds", type=int, default=5, help="folds of the accurate tier")
    parser.add_argument("--epochs", type=int, help="its rounds over the texts, at most")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    folder = find_benchmarks()
    absent = False
    for part in asked.parts or PARTS:
        coder = AccurateCoder(
            encoder=asked.encoder or [BUNDLED_ENCODER],
            folds=asked.folds,
            epochs=asked.epochs,
            threads=asked.threads,
        )
        kept = None if asked.keep is None else asked.keep / part
        if part == "school":
            measure_school(coder, kept)
        elif folder is None:
            absent = True
            print(
                f"{part}: its data was not found: name the folder with TEXTMINE_BENCHMARKS (see README.md)."
            )
        else:
            measure_nhs(part, coder, folder, kept)
    return int(absent)


def measure_nhs(part: str, coder: AccurateCoder, folder: Path, kept: Path | None) -> None:
    """A part of the NHS protocol; writes ``tiers-nhs`` or ``tiers-transfer``."""
    comments = read_nhs(folder)
    learn, test = split_nhs(choose_nhs(comments)) if part == "nhs" else split_nhs_by_trust(comments)
    y, truth = learn.y.to_numpy(), test.y.to_numpy()
    accurate = _learn(coder, learn.corpus, y, test.corpus, resume_in=kept)
    fast = _learn(Coder(), learn.corpus, y, test.corpus)
    lesson = Lesson(np.full(y.shape, np.nan), test.corpus, accurate.probabilities)
    taught = _learn(Coder(), learn.corpus, y, test.corpus, lesson=lesson)
    said = {ACCURATE: accurate, TAUGHT: taught, FAST: fast}
    setting = "held-out fifth of respondents" if part == "nhs" else "learned from NEAS, coded NHFT"
    _write(part, setting, said, truth, test.corpus.groups, len(learn.frame), coder)


def measure_school(coder: AccurateCoder, kept: Path | None) -> None:
    """The adjudicated school comments by networks new to their writers; writes ``tiers-school``."""
    labelled, book = read_study()
    corpus, y = labelled.corpus, labelled.y
    resumed = _has_networks(kept)
    started = time.perf_counter()
    coder.fit(corpus, y, codebook=book, quotes=labelled.quotes, resume_in=kept)
    seconds = float("nan") if resumed else time.perf_counter() - started
    probabilities, applies = coder.judge_held_out(corpus.groups, y)
    accurate = Said(probabilities, applies, seconds, comments_a_second(coder.predict_proba, corpus))
    whole = {ACCURATE: accurate}
    fold = folds_by_respondent(corpus.groups, coder.folds, coder.seed)
    for name in (TAUGHT, FAST):
        told = probabilities if name == TAUGHT else None
        whole[name] = _fold_by_fold(labelled, book, fold, told)
    scored = ~labelled.learn_only
    said = {
        n: Said(s.probabilities[scored], s.applies[scored], s.learning, s.a_second) for n, s in whole.items()
    }
    groups = [g for g, chosen in zip(corpus.groups, scored, strict=True) if chosen]
    truth = y.to_numpy(dtype=float)[scored]
    setting = f"{coder.folds} folds by respondent"
    _write("school", setting, said, truth, groups, int(len(corpus) * (1 - 1 / coder.folds)), coder)


def _fold_by_fold(labelled: Any, book: Any, fold: npt.NDArray[np.int64], told: Floats | None) -> Said:
    """A fast coder for each fold; taught with ``told``, what the accurate one says of the fold's texts."""
    corpus, y = labelled.corpus, labelled.y
    probabilities, applies = np.full(y.shape, np.nan), np.zeros(y.shape)
    for split in split_by_respondent(corpus, fold):
        place = {int(row): i for i, row in enumerate(split.train)}
        quotes = labelled.quotes[labelled.quotes["row"].isin(place)]
        lesson = None
        if told is not None:
            nothing = np.full((len(split.train), y.shape[1]), np.nan)
            lesson = Lesson(nothing, corpus.select(split.test), told[split.test])
        coder = Coder().fit(
            corpus.select(split.train),
            y.iloc[split.train],
            quotes=quotes.assign(row=quotes["row"].map(place)),
            codebook=book,
            withhold=split.withhold,
            lesson=lesson,
        )
        probabilities[split.test] = coder.predict_proba(corpus.select(split.test))
        applies[split.test] = probabilities[split.test] >= coder.thresholds_
    return Said(probabilities, applies, a_second=comments_a_second(coder.predict_proba, corpus))


def _learn(coder: Any, learn: Corpus, y: Floats, test: Corpus, **options: Any) -> Said:
    resumed = _has_networks(options.get("resume_in"))
    started = time.perf_counter()
    coder.fit(learn, y, **options)
    seconds = float("nan") if resumed else time.perf_counter() - started
    probabilities = coder.predict_proba(test)
    return Said(
        probabilities,
        (probabilities >= coder.thresholds_).astype(float),
        seconds,
        comments_a_second(coder.predict_proba, test),
    )


def _has_networks(kept: Path | None) -> bool:
    """Whether some networks were trained before, so that the seconds of this run say nothing."""
    return kept is not None and any(kept.glob("member-*"))


def _write(
    part: str,
    setting: str,
    said: dict[str, Said],
    truth: Floats,
    groups: Sequence[str],
    learned: int,
    coder: AccurateCoder,
) -> None:
    given = {name: one.applies for name, one in said.items()}
    learning = {name: one.learning for name, one in said.items()}
    a_second = {name: one.a_second for name, one in said.items()}
    rows = add_speed(rows_of(setting, truth, given, groups), learning, a_second)
    table = pd.DataFrame(rows)
    shown = rounded(table)
    measures = {name: _rank_and_calibrate(one.probabilities, truth) for name, one in said.items()}
    for place, column in enumerate(("average precision", "calibration error")):
        of = {name: values[place] for name, values in measures.items()}
        table[column.replace(" ", "_")] = table["method"].map(of)
        shown[column] = table["method"].map({n: f"{v:.3f}" for n, v in of.items()}).fillna("")
    ratio = a_second[TAUGHT] / a_second[ACCURATE]
    own = coder.encoders == (BUNDLED_ENCODER,)
    names = [Path(encoder).name for encoder in coder.encoders]
    rounds = f" --epochs {coder.epochs}" if coder.epochs else ""
    asked = "" if own else "".join(f" --encoder {name}" for name in names) + f" --folds {coder.folds}{rounds}"
    notes = [
        f"About {learned} texts learned from. Average precision and calibration error: means over codes. "
        f"The taught fast tier codes {ratio:.0f} times as many comments a second as the accurate tier, timed "
        "in the same run.",
        "Taught: with what the accurate coder says of the texts to be coded; no person's codes of them.",
        "",
        f"Made by `python benchmarks/tiers.py {part}{asked}`.",
    ]
    name = f"tiers-{part}" if own else f"tiers-{part}-{'-'.join(names)}"
    title = f"The tiers beside each other: {part}" + ("" if own else f", encoder {' and '.join(names)}")
    write_results(name, table, shown=shown, title=title, notes=notes)
    print(shown.to_string(), flush=True)


def _rank_and_calibrate(probabilities: Floats, truth: Floats) -> tuple[float, float]:
    columns = range(truth.shape[1])
    return (
        float(np.nanmean([average_precision(probabilities[:, k], truth[:, k]) for k in columns])),
        float(np.mean([expected_calibration_error(probabilities[:, k], truth[:, k]) for k in columns])),
    )


if __name__ == "__main__":
    sys.exit(main())
