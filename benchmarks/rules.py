"""Rules beside the trained coder, and both together, on the school comments.

    python benchmarks/rules.py

The rules are those of corpora/school-collaboration/rules.yaml, written from the codebook's wording and never
fitted. First the adjudicated comments: rules alone; the fast tier, five folds by respondent; and the late
blend of the two (``coding/blend.py``), in which the rules' counts of hits are a second score: its share,
calibration and thresholds for each fold's texts come from the other folds, and so do those of the fast tier's
own scores in the row for comparison. Then few labels: 8 and 32 examples a code, five draws each, the blend
fitted on the examples alone. Tables go to benchmarks/results and into docs/rules.md. About three minutes.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from few_shot import draw_examples, figures_of, read_task, take_draw
from judging import Judged
from protocols import ROOT, STUDY, read_study
from scoring import rounded, rows_of, write_results

from textmine.coding.blend import calibrate_each, choose_thresholds, cross_fit, fit_blend
from textmine.coding.calibrated import folds_by_respondent
from textmine.coding.coder import Coder
from textmine.coding.evaluation import split_by_respondent
from textmine.coding.rules import RuleCoder
from textmine.jobs.labelled import LabelledCorpus

FOLDS = 5
SIZES = (8, 32)
DRAWS = 5
RULES = ROOT / "corpora" / STUDY / "rules.yaml"
FAST, BLENDED, ALONE = "textmine, fast tier", "fast tier blended with rules", "rules alone"
BLENDED_WITH_ITSELF = "fast tier, calibrated by the same cross-fit"


def main() -> int:
    """Measure and write ``rules`` and ``rules-per-code``."""
    started = time.monotonic()
    labelled, book = read_study()
    scored = np.flatnonzero(~labelled.learn_only)
    corpus, truth = labelled.corpus.select(scored), labelled.y.to_numpy(dtype=float)[scored]
    fold = folds_by_respondent(corpus.groups, FOLDS, 0)
    scores, trained = score_held_out(labelled, scored, fold, book)
    coder = RuleCoder.from_file(RULES)
    if coder.codes_ != book.ids:
        raise ValueError("the rules have other codes than the codebook")
    hits = coder.decision_function(corpus)
    given = {
        BLENDED: cross_fit([scores, np.log1p(hits)], truth, fold)[1],
        FAST: trained,
        BLENDED_WITH_ITSELF: cross_fit([scores, np.zeros_like(hits)], truth, fold)[1],
        ALONE: (hits > 0).astype(float),
    }
    table = pd.DataFrame(rows_of("school", truth, given, corpus.groups))
    write_results(
        "rules", table, shown=rounded(table), title="Rules beside the trained coder", notes=_notes()
    )
    per_code = count_codes(truth, given, book.ids)
    write_results(
        "rules-per-code", per_code, shown=per_code, title="Rules, code by code", notes=_notes()[-1:]
    )
    few = compare_with_few_labels(coder)
    shown = few.groupby(["examples a code", "method"], sort=True).mean().round(3).reset_index()
    write_results(
        "rules-few",
        few,
        shown=shown.drop(columns="draw"),
        title="Rules with few labels",
        notes=[f"Means of {DRAWS} draws; a third of the respondents tested.", "", _notes()[-1]],
    )
    print(f"rules: {time.monotonic() - started:.0f} s")
    return 0


def score_held_out(
    labelled: LabelledCorpus, scored: np.ndarray, fold: np.ndarray, book: object
) -> tuple[np.ndarray, np.ndarray]:
    """Scores and decisions of the fast tier for the scored texts, by coders new to writer and words."""
    whole = np.full(len(labelled.corpus), -1)
    whole[scored] = fold
    scores = np.full((len(whole), labelled.y.shape[1]), np.nan)
    applies = np.zeros_like(scores)
    for number, split in enumerate(split_by_respondent(labelled.corpus, whole)):
        place = {row: i for i, row in enumerate(split.train.tolist())}
        quotes = labelled.quotes[labelled.quotes["row"].isin(place)]
        coder = Coder().fit(
            labelled.corpus.select(split.train),
            labelled.y.iloc[split.train],
            quotes=quotes.assign(row=quotes["row"].map(place)),
            codebook=book,  # type: ignore[arg-type]
            withhold=split.withhold,
        )
        tested = labelled.corpus.select(split.test)
        scores[split.test] = coder.decision_function(tested)
        applies[split.test] = coder.predict(tested)
        print(f"fold {number + 1} of {FOLDS} done", flush=True)
    return scores[scored], applies[scored]


def compare_with_few_labels(rules: RuleCoder) -> pd.DataFrame:
    """F1 and mean average precision of the fast tier, alone and blended, learned from few labels."""
    task = read_task("school")
    assert task is not None
    whole, truth = task
    rows = []
    for size in SIZES:
        for draw in range(DRAWS):
            part = take_draw(whole, draw_examples(whole.y.to_numpy(dtype=float), size, seed=draw))
            y = part.y.to_numpy(dtype=float)
            coder = Coder().fit(
                part.learn, part.y, quotes=part.quotes, codebook=part.codebook, withhold=part.withhold
            )
            learned, asked = (np.log1p(rules.decision_function(c)) for c in (part.learn, part.test))
            blend = fit_blend([coder.held_out_, learned], y)
            held_out = blend.scores([coder.held_out_, learned])
            calibrations = calibrate_each(held_out, y)
            thresholds = choose_thresholds(calibrations, held_out, y)
            scores = blend.scores([coder.decision_function(part.test), asked])
            blended = np.column_stack([c.probability(scores[:, k]) for k, c in enumerate(calibrations)])
            runs = {
                FAST: (coder.predict_proba(part.test), coder.thresholds_),
                BLENDED: (blended, thresholds),
                ALONE: (asked, np.full(asked.shape[1], 0.5)),
            }
            for method, (probabilities, cuts) in runs.items():
                judged = Judged(probabilities, cuts, coder.held_out_, 0.0, 0.0, 0.0)
                figures = figures_of(judged, truth)
                kept = {name: figures[name] for name in ("micro_f1", "macro_f1", "mean_average_precision")}
                rows.append({"examples a code": size, "draw": draw, "method": method, **kept})
        print(f"{size} examples a code done", flush=True)
    return pd.DataFrame(rows)


def count_codes(truth: np.ndarray, given: dict[str, np.ndarray], codes: list[str]) -> pd.DataFrame:
    """Per code how many texts have it, precision and recall of the rules, and the F1 of all methods.

    >>> one = np.array([[1.0], [0.0]])
    >>> count_codes(one, {ALONE: one, FAST: one, BLENDED: one}, ["a"])["rules: F1"].tolist()
    [1.0]
    """
    rows = []
    for k, code in enumerate(codes):
        hits = {name: float((g[:, k] * truth[:, k]).sum()) for name, g in given.items()}
        n, true = {name: float(g[:, k].sum()) for name, g in given.items()}, float(truth[:, k].sum())
        f1 = {name: round(2 * hits[name] / max(n[name] + true, 1), 3) for name in given}
        rows.append(
            {
                "code": code,
                "texts": int(true),
                "rules: precision": round(hits[ALONE] / max(n[ALONE], 1), 3),
                "rules: recall": round(hits[ALONE] / max(true, 1), 3),
                "rules: F1": f1[ALONE],
                "fast tier: F1": f1[FAST],
                "blend: F1": f1[BLENDED],
            }
        )
    return pd.DataFrame(rows)


def _notes() -> list[str]:
    return [
        f"The adjudicated comments; the fast tier by {FOLDS} folds by respondent, the single-coded ones in "
        "its training side. Interval: 95%, 1,000 bootstrap samples of respondents; leads are the blend's.",
        "",
        "Made by `python benchmarks/rules.py`.",
    ]


if __name__ == "__main__":
    sys.exit(main())
