"""The model card (Mitchell et al. 2019): what a coder is for, what it learned from, how good it is."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.coding.comparison import ALL_CODES
from textmine.coding.evaluation import Evaluation
from textmine.coding.faithfulness import Faithfulness, say_faithfulness
from textmine.coding.features import MIN_RESPONDENTS
from textmine.coding.second_coder import MEAN, CoderAgreement
from textmine.coding.subgroups import Subgroups

#: The file beside the card that draws what the coder told against what people found.
RELIABILITY = "reliability.svg"
#: The width that its lines are filled to.
_WRAPPED = 110
#: What the fast tier is, and what it holds of the texts.
FAST_TIER = (
    "A multi-label coder of the fast tier: linear weights on words, word pairs, pieces of words and "
    "static\nvectors, with weights of their own for each question. It runs without torch and without "
    "a network."
)
FAST_TIER_HOLDS = (
    f"Every word, word pair and piece of a word in it was used by at least {MIN_RESPONDENTS} respondents."
)
_NAMES = {
    "micro_f1": "micro F1",
    "macro_f1": "macro F1",
    "samples_f1": "samples F1",
    "macro_average_precision": "average precision, mean over codes",
    "mean_calibration_error": "calibration error, mean over codes",
}


def describe_accurate(coder: Any) -> tuple[str, str]:
    """What a fitted accurate coder is, and what it holds of its texts, for its card."""
    size = sum(len(tuned.members) for tuned in coder.tuned_)
    named = [Path(encoder).name if Path(encoder).is_dir() else encoder for encoder in coder.encoders]
    shares = coder.blend_.shares
    tuned = " and ".join(
        f"{name} fine-tuned for {one.epochs} epochs" + (f" (it counts for {share:.0%})" if named[1:] else "")
        for name, one, share in zip(named, coder.tuned_, shares[1:], strict=True)
    )
    networks, encoders = "network" if size == 1 else "networks", "encoder" if len(named) == 1 else "encoders"
    about = (
        f"A multi-label coder of the accurate tier: {size} {networks}, the {encoders} {tuned} "
        "on question and answer, averaged in log-odds with a coder of the fast tier, "
        f"which counts for {shares[0]:.0%}. It needs torch and transformers, and no "
        "connection to anywhere. The figures are those of networks of the same kind, each scored on "
        f"respondents that were new to it; the first of the {coder.folds} "
        f"{'of each encoder ' if len(named) > 1 else ''}also chose, on its own fold, for how many epochs all "
        "train."
    )
    holds = (
        "Every word, word pair and piece of a word in the list of its fast part was used by at least "
        f"{MIN_RESPONDENTS} respondents, and no one's words stand in the folder in the clear. But a "
        "fine-tuned network may hold traces of the texts that it learned from: the folder is as confidential "
        "as the texts."
    )
    return textwrap.fill(about, _WRAPPED), textwrap.fill(holds, _WRAPPED)


def describe_taught(teacher: str) -> str:
    """What a fast coder is that a teacher taught, for its card; ``teacher`` is its name."""
    taught = (
        f"It was taught by {teacher}: it learned that teacher's probabilities beside people's codes. The "
        "figures below are those of the same coder without a teacher, for the teacher may know the codes "
        "that cross-validation holds out."
    )
    return f"{FAST_TIER}\n{textwrap.fill(taught, _WRAPPED)}"


def write_card(
    coder: Any,
    name: str,
    evaluation: Evaluation,
    *,
    folds: int,
    learn_only: int = 0,
    about: str = FAST_TIER,
    holds: str = FAST_TIER_HOLDS,
    random_rows: Evaluation | None = None,
    reliability: str | None = None,
    agreement: CoderAgreement | None = None,
    subgroups: Subgroups | None = None,
    learning: pd.DataFrame | None = None,
    stance: Sequence[str] = (),
    evidence: Faithfulness | None = None,
    evidence_held_out: bool = True,
) -> str:
    """The card as markdown; it holds figures and the codebook's names, never a respondent's words.

    ``about`` says what kind of coder it is, ``holds`` what it keeps of its texts. ``evaluation`` is
    cross-validated by respondent in ``folds``; ``random_rows`` the same with rows split at random, to show
    what that would have flattered; ``reliability`` names the file of its plot beside the card;
    ``agreement``, ``subgroups`` and ``learning`` (a learning curve) add their tables, ``stance`` the lines
    of ``write_stance_table``, ``evidence`` how faithful its evidence is, measured on held-out folds or, if
    not ``evidence_held_out``, on texts that the coder learned from.
    """
    codebook = coder.codebook_
    scored = evaluation.predictions["unit_id"].nunique()
    parts = [
        f"# Model card: {name}",
        "",
        about,
        "",
        "## What it codes",
        f"Codebook `{codebook.id}` {codebook.version} (sha256 `{codebook.sha256[:12]}`), "
        f"{len(coder.codes_)} codes.",
        "",
        "## What it learned from",
        f"{coder.n_texts_} texts by {coder.n_respondents_} respondents (corpus fingerprint "
        f"`{coder.fingerprint_[:12]}`)"
        + (f"; {learn_only} of them learned from and never scored." if learn_only else "."),
        holds,
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
    ]
    if random_rows is not None:
        parts += [_say_random_rows(random_rows), ""]
    parts += [
        _code_table(evaluation.per_code, coder),
        "",
        "`trained on` counts the texts with the code in training, `human` those among the texts scored; "
        "behind the",
        "calibration error stands what a coder whose probabilities are right would show by chance on as "
        "many texts.",
        "",
    ]
    if reliability is not None:
        parts += [
            f"`{reliability}` beside this card draws what the coder told against what people found.",
            "",
        ]
    if stance:
        parts += ["## Stance", *stance, ""]
    if evidence is not None:
        parts += ["## Evidence", *_evidence_lines(evidence, evidence_held_out), ""]
    if agreement is not None:
        parts += ["## Beside a second human coder", *_agreement_lines(agreement), ""]
    if subgroups is not None:
        parts += ["## By subgroup", *_subgroup_lines(subgroups), ""]
    if learning is not None:
        parts += ["## What more coded texts bring", _learning_table(learning), ""]
    return "\n".join([*parts, *_LIMITS, ""])


_LIMITS = (
    "## What it is not for",
    "- Judging single people or schools, or any decision about a person.",
    "- Texts of another kind, language or set of questions than those above, without checking a "
    "sample by hand.",
    "- Shares that are simply counted: the coder errs, so a count is biased. Read a random sample "
    "and correct.",
    "- Reflexive thematic analysis, where coding is interpretation and no answer is the right one.",
)


def _overall_table(overall: pd.DataFrame) -> str:
    lines = ["| measure | value | 95% interval |", "|---|---:|---|"]
    for row in overall.to_dict("records"):
        name = _NAMES.get(row["measure"], row["measure"])
        lines.append(f"| {name} | {_number(row['value'], 3)} | {_span(row['low'], row['high'], 3)} |")
    return "\n".join(lines)


def _say_random_rows(random_rows: Evaluation) -> str:
    value = float(random_rows.drawn["micro_f1"][0])
    return (
        f"Splitting rows at random would have shown micro F1 {_number(value, 3)}: do not report it. There "
        "the same writers\nand the same texts stand on both sides."
    )


def _code_table(per_code: pd.DataFrame, coder: Any) -> str:
    lines = [
        "| code | trained on | human | precision | recall | F1 | average precision | threshold | "
        "calibration error |",
        "|---|---:|---:|---|---|---|---|---:|---|",
    ]
    measures = ("precision", "recall", "f1", "average_precision")
    for k, row in enumerate(per_code.to_dict("records")):
        shown = " | ".join(_figure(row, m) for m in measures)
        error = f"{_number(row['calibration_error'], 3)} ({_number(row['calibration_error_by_chance'], 3)})"
        lines.append(
            f"| {row['code']} | {coder.n_positives_[k]} | {row['n_human']} | {shown} | "
            f"{coder.thresholds_[k]:.3f} | {error} |"
        )
    return "\n".join(lines)


def _evidence_lines(found: Faithfulness, held_out: bool) -> list[str]:
    n = int(found.table["n"].iloc[0])
    if held_out:
        where = (
            f"Measured on {n} codes that the coders of the folds above gave rightly, each in a text that it "
            "had not learned from."
        )
    else:
        where = (
            f"Measured on {n} codes that it gives rightly in texts that it learned from: expect less on new "
            "ones (`textmine evaluate` measures it there)."
        )
    lines = [
        textwrap.fill(" ".join([where, *say_faithfulness(found)]), _WRAPPED),
        "",
        "| code | n | comprehensiveness | sufficiency | falls without it | without a random stretch | of | "
        "overlaps the quote | token F1 | of |",
        "|---|---:|---|---|---|---|---:|---|---|---:|",
    ]
    for row in found.table.to_dict("records"):
        kept = " | ".join(_figure(row, m) for m in ("comprehensiveness", "sufficiency"))
        falls = " | ".join(_figure(row, m) for m in ("falls", "random_falls"))
        quoted = " | ".join(_figure(row, m) for m in ("overlap", "token_f1"))
        code = "all codes" if row["code"] == ALL_CODES else f"`{row['code']}`"
        lines.append(
            f"| {code} | {row['n']} | {kept} | {falls} | {row['n_deleted']} | {quoted} | {row['n_quoted']} |"
        )
    said = (
        "Comprehensiveness: what the code's probability loses when its evidence is deleted. Sufficiency: "
        "what it loses when nothing but the evidence is left; near 0 is best, below 0 the rest spoke against "
        "the code (DeYoung et al. 2020). A code falls when it is no longer given; this is asked where the "
        "evidence is at most half of the text's words."
    )
    return [*lines, "", textwrap.fill(said, _WRAPPED)]


def _agreement_lines(agreement: CoderAgreement) -> list[str]:
    lines = [
        "Krippendorff's alpha on the same texts: the machine with each person, people with each other, and "
        "the difference.",
        "",
        "| code | texts | with the code | machine and human | human and human | difference | |",
        "|---|---:|---:|---:|---:|---|---|",
    ]
    for row in agreement.differences.to_dict("records"):
        difference = f"{_number(row['difference'], 2)} ({_span(row['low'], row['high'])})"
        both = f"{_number(row['machine_human'])} | {_number(row['human_human'])}"
        code = row["code"].strip("()")
        lines.append(f"| {code} | {row['n']} | {row['n_human']} | {both} | {difference} | {row['verdict']} |")
    mean = agreement.differences.set_index("code").loc[MEAN]
    return [*lines, "", f"As good as a second coder? Over all codes: {mean['verdict']}."]


def _subgroup_lines(subgroups: Subgroups) -> list[str]:
    pooled = subgroups.table[subgroups.table["code"] == "(all codes)"]
    lines = [
        "All codes together; a group with too few codes or respondents has no figure.",
        "",
        "| column | group | texts | precision | recall | |",
        "|---|---|---:|---|---|---|",
    ]
    for row in pooled.to_dict("records"):
        figures = " | ".join(_figure(row, m) for m in ("precision", "recall"))
        cells = " | ".join(str(row[c]).replace("|", "/") for c in ("by", "group"))
        lines.append(f"| {cells} | {row['n']} | {figures} | {row['note']} |")
    differ = int((subgroups.differences["differs"] == "yes").sum())
    looked = len(subgroups.differences)
    return [*lines, "", f"Of {looked} differences looked at, {differ} hold after correction (Holm, 5%)."]


def _learning_table(learning: pd.DataFrame) -> str:
    lines = ["| texts learned from | respondents | measure | value | gain over the size before |"]
    lines.append("|---:|---:|---|---|---|")
    for row in learning.to_dict("records"):
        gain = f"{_number(row['gain'])} ({_span(row['gain_low'], row['gain_high'])})"
        measure = _NAMES.get(row["measure"], row["measure"])
        lines.append(
            f"| {row['texts']:.0f} | {row['respondents']:.0f} | {measure} | "
            f"{_number(row['value'])} ({_span(row['low'], row['high'])}) | "
            f"{gain if pd.notna(row['gain']) else row['note']} |"
        )
    return "\n".join(lines)


def _figure(row: Any, measure: str) -> str:
    if pd.isna(row[measure]):
        return "-"
    return f"{row[measure]:.2f} ({_span(row[f'{measure}_low'], row[f'{measure}_high'])})"


def _number(value: float, digits: int = 2) -> str:
    return "-" if pd.isna(value) else f"{value:.{digits}f}"


def _span(low: float, high: float, digits: int = 2) -> str:
    return f"{_number(low, digits)} to {_number(high, digits)}"
