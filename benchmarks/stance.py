"""How well stance is told of the codes that people gave: the school comments, five folds by respondent.

    python benchmarks/stance.py

Tables go to benchmarks/results and into docs/stance.md. About two minutes on two cores.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import numpy as np
import pandas as pd
from protocols import read_study
from scoring import write_results

from textmine.cleaning import repair_texts
from textmine.coding.calibrated import folds_by_respondent
from textmine.coding.coder import Coder
from textmine.coding.evaluation import split_by_respondent
from textmine.coding.stance_learning import claims_of
from textmine.coding.stance_scores import compare_stances, count_stances
from textmine.jobs.labelled import LabelledCorpus

FOLDS = 5
_NAMES = {
    "macro_f1": "macro F1, affirms / not plainly affirms",
    "f1_not_affirms": "F1 of not plainly affirms",
    "macro_f1_three": "macro F1, affirms / denies / mixed",
    "f1_denies": "F1 of denies",
    "f1_mixed": "F1 of mixed",
    "accuracy": "accuracy",
    "always_affirms_macro_f1": "macro F1 of calling all affirmed",
    "unsure_share": "share called unsure",
    "macro_f1_of_sure": "macro F1 of the others",
}


def main() -> int:
    """Measure and write ``stance`` and ``stance-per-code``."""
    started = time.monotonic()
    labelled, book = read_study()
    told = tell_held_out(labelled, book.ids, codebook=book)
    columns = (told[name].tolist() for name in ("truth", "decided", "group", "told"))
    truth, decided, groups, called = columns
    table = compare_stances(truth, decided, groups, told=called)
    notes = [
        f"{len(told)} codes that people gave to {told['row'].nunique()} adjudicated comments; {FOLDS} folds "
        "by respondent; coder, stance head, calibration and threshold learned anew from each training side, "
        "the 1,800 single-coded comments in it, texts of the test side out of it. Interval: 95%, 1,000 "
        "bootstrap samples of respondents.",
        "",
        "Made by `python benchmarks/stance.py`.",
    ]
    write_results("stance", table, shown=_show(table), title="Stance of the right codes", notes=notes)
    per_code = count_stances(told, book.ids)
    shown = per_code.set_axis(
        ["code", "given", "affirmed", "not plainly affirmed", "of these told so", "told so in all"], axis=1
    )
    write_results("stance-per-code", per_code, shown=shown, title="Stance, code by code", notes=notes[-1:])
    print(f"stance: {time.monotonic() - started:.0f} s")
    return 0


def tell_held_out(labelled: LabelledCorpus, codes: Sequence[str], **options: object) -> pd.DataFrame:
    """``row, code, group, truth, decided, told`` of codes given to scored texts, by coders new to them."""
    corpus, stances, place = labelled.corpus, labelled.stances, {c: k for k, c in enumerate(codes)}
    scored = np.flatnonzero(~labelled.learn_only)
    fold = np.full(len(corpus), -1)
    fold[scored] = folds_by_respondent([corpus.groups[i] for i in scored], FOLDS, 0)
    texts, questions, truth = repair_texts(corpus.texts), corpus.questions, labelled.y.to_numpy(dtype=float)
    parts = []
    for number, split in enumerate(split_by_respondent(corpus, fold)):
        coder = Coder().fit(
            corpus.select(split.train),
            labelled.y.iloc[split.train],
            quotes=_renumber(labelled.quotes, split.train),
            stances=_renumber(stances, split.train),
            withhold=split.withhold,
            **options,  # type: ignore[arg-type]
        )
        if coder.stance_ is None:
            raise RuntimeError("the training side of a fold has too few stances")
        asked = stances[stances["row"].isin(split.test)]
        claims = claims_of(
            coder.find_shares(texts, questions),
            texts,
            questions,
            asked["row"].to_numpy(dtype=np.int64),
            asked["code"].map(place).to_numpy(dtype=np.int64),
            given=truth == 1,
        )
        probabilities = coder.stance_.predict_proba(claims)
        parts.append(
            pd.DataFrame(
                {
                    "row": claims.text,
                    "code": claims.code,
                    "group": [corpus.groups[i] for i in claims.text],
                    "truth": asked["stance"].tolist(),
                    "not_affirmed": 1 - probabilities[:, 0],
                    "decided": coder.stance_.decide(probabilities, unsure=False),
                    "told": coder.stance_.decide(probabilities),
                }
            )
        )
        print(f"fold {number + 1} of {FOLDS} done", flush=True)
    return pd.concat(parts, ignore_index=True)


def _renumber(table: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    place = {row: i for i, row in enumerate(rows.tolist())}
    kept = table[table["row"].isin(place)]
    return kept.assign(row=kept["row"].map(place))


def _show(table: pd.DataFrame) -> pd.DataFrame:
    kept = table[table["measure"].isin(_NAMES)]
    figures = [f"{r.value:.3f} ({r.low:.3f} to {r.high:.3f})" for r in kept.itertuples()]
    return pd.DataFrame({"measure": kept["measure"].map(_NAMES), "fast tier (95% interval)": figures})


if __name__ == "__main__":
    sys.exit(main())
