"""The model card (Mitchell et al. 2019): what a coder is for, what it learned from, how good it is."""

from __future__ import annotations

import pandas as pd

from textmine.coding.coder import Coder
from textmine.coding.evaluation import Evaluation
from textmine.coding.features import MIN_RESPONDENTS


def write_card(coder: Coder, name: str, evaluation: Evaluation, *, folds: int, learn_only: int = 0) -> str:
    """The card as markdown; it holds figures and the codebook's names, never a respondent's words."""
    codebook = coder.codebook_
    scored = evaluation.predictions["unit_id"].nunique()
    return "\n".join(
        [
            f"# Model card: {name}",
            "",
            "A multi-label coder of the fast tier: linear weights on words, word pairs, pieces of words and "
            "static",
            "vectors, with weights of their own for each question. It runs without torch and without "
            "a network.",
            "",
            "## What it codes",
            f"Codebook `{codebook.id}` {codebook.version} (sha256 `{codebook.sha256[:12]}`), "
            f"{len(coder.codes_)} codes.",
            "",
            "## What it learned from",
            f"{coder.n_texts_} texts by {coder.n_respondents_} respondents (corpus fingerprint "
            f"`{coder.fingerprint_[:12]}`)"
            + (f"; {learn_only} of them learned from and never scored." if learn_only else "."),
            "Every word, word pair and piece of a word in it was used by at least "
            f"{MIN_RESPONDENTS} respondents.",
            "",
            "## How good it is",
            f"Cross-validated in {folds} folds by respondent on {scored} texts; texts of the test side "
            "were taken out of",
            "the training side; vocabulary, calibration and thresholds come from the training side alone. "
            "Intervals:",
            "95%, bootstrap over respondents.",
            "",
            _overall_table(evaluation.overall),
            "",
            _code_table(evaluation.per_code, coder),
            "",
            "`trained on` counts the texts with the code in training, `human` those among the texts scored.",
            "",
            "## What it is not for",
            "- Judging single people or schools, or any decision about a person.",
            "- Texts of another kind, language or set of questions than those above, without checking a "
            "sample by hand.",
            "- Shares that are simply counted: the coder errs, so a count is biased. Read a random sample "
            "and correct.",
            "- Reflexive thematic analysis, where coding is interpretation and no answer is the right one.",
            "",
        ]
    )


def _overall_table(overall: pd.DataFrame) -> str:
    lines = ["| measure | value | 95% interval |", "|---|---:|---|"]
    names = {"micro_f1": "micro F1", "macro_f1": "macro F1", "samples_f1": "samples F1"}
    for row in overall.to_dict("records"):
        lines.append(
            f"| {names[row['measure']]} | {row['value']:.3f} | {row['low']:.3f} to {row['high']:.3f} |"
        )
    return "\n".join(lines)


def _code_table(per_code: pd.DataFrame, coder: Coder) -> str:
    lines = [
        "| code | trained on | human | precision | recall | F1 | threshold | calibration error |",
        "|---|---:|---:|---|---|---|---:|---:|",
    ]
    for k, row in enumerate(per_code.to_dict("records")):
        shown = " | ".join(
            f"{row[m]:.2f} ({row[f'{m}_low']:.2f} to {row[f'{m}_high']:.2f})"
            for m in ("precision", "recall", "f1")
        )
        lines.append(
            f"| {row['code']} | {coder.n_positives_[k]} | {row['n_human']} | {shown} | "
            f"{coder.thresholds_[k]:.3f} | {row['calibration_error']:.3f} |"
        )
    return "\n".join(lines)
