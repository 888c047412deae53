"""``textmine evaluate``: a model against people's codes, figures with intervals into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.cleaning import repair_texts
from textmine.coding.artefact import load_coder
from textmine.coding.evaluation import Evaluation, evaluate_coder
from textmine.coding.faithfulness import Faithfulness, measure_faithfulness, say_faithfulness
from textmine.coding.figures import draw_calibration
from textmine.coding.mistakes import count_confusions, list_errors
from textmine.coding.reliability import measure_reliability
from textmine.coding.second_coder import MEAN, CoderAgreement
from textmine.coding.subgroups import Subgroups
from textmine.files import atomic_text, make_folder, write_json, write_rows
from textmine.jobs.beside import read_beside
from textmine.jobs.evaluation_page import write_page
from textmine.jobs.labelled import ColumnNames, LabelledCorpus, read_labelled

#: Every file that may stand in the folder, and what it holds.
FILES = {
    "evaluation.html": "all of it on one page, figures included; opens without a network",
    "overall.csv": "F1, average precision and calibration error over all codes, with 95% intervals",
    "per_code.csv": "each code's precision, recall, F1, average precision and calibration error",
    "reliability.csv": "for each code and bin of probability: what the coder told and what people found",
    "reliability.svg": "the same as a plot",
    "confusion.csv": "which code the coder gave where it missed another: human, coder, texts, of how many",
    "errors.csv": "each unit and code where coder and people differ, the surest mistakes first; no words",
    "subgroups.csv": "precision, recall and F1 in each subgroup, or 'too few to tell'",
    "subgroup_differences.csv": "each subgroup against the others, corrected for the number of looks",
    "agreement.csv": "Krippendorff's alpha of each two coders: machine, reference, people",
    "agreement_differences.csv": "the machine's agreement with people less people's with each other",
    "evidence.csv": "whether evidence is the reason: what deleting it does, and people's quotes; by code",
    "evidence_units.csv": "the same for each unit and code that was rightly given; no words",
    "predictions.csv": "what all of this was counted from: unit, code, truth, probability, decision",
    "evaluation.json": "model, corpus, counts and the overall figures, for machines",
}
#: By tier: codes whose evidence is probed, at most, and random stretches beside each.
PROBED = {"fast": (5000, 10), "accurate": (500, 3)}


@dataclass(frozen=True)
class EvaluationReport:
    """What was found, where it stands and what a user should know of it."""

    evaluation: Evaluation
    subgroups: Subgroups | None
    agreement: CoderAgreement | None
    evidence: Faithfulness
    paths: list[Path]
    notes: list[str]
    counts: dict[str, int] = field(default_factory=dict)


def evaluate_model(
    model: str,
    source: Path,
    labels: Sequence[Path],
    out: Path,
    *,
    columns: ColumnNames,
    by: Sequence[str] = (),
    second_coders: Sequence[Path] = (),
    seed: int = 0,
) -> EvaluationReport:
    """Judge a model on labelled texts and write the folder; ``FILES`` says what stands in it.

    Texts that the model was trained on are judged by their out-of-fold scores. ``by`` names columns of the
    input to form subgroups; ``second_coders`` are label files, one a further coder, for agreement. Raises
    ``InputError`` for a column that is not there, and coders who share no text.
    """
    coder = load_coder(model)
    labelled = read_labelled(source, labels, columns=columns, codes=coder.codes_)
    beside = read_beside(
        labelled.corpus,
        coder.codes_,
        columns=columns,
        id=labelled.id,
        by=by,
        second_coders=second_coders,
    )
    make_folder(out)
    coded = coder.code(labelled.corpus)
    evaluation = evaluate_coder(coder, labelled.corpus, labelled.y, coded=coded, seed=seed)
    most, stretches = PROBED[coder.tier]
    evidence = measure_faithfulness(
        coder,
        labelled.corpus,
        coded,
        truth=labelled.y,
        quotes=labelled.quotes,
        stretches=stretches,
        most=most,
        seed=seed,
    )
    subgroups = beside.measure_subgroups(evaluation.comparison)
    agreement = beside.compare_with_people(evaluation.comparison)
    known = coder.out_of_fold(repair_texts(labelled.corpus.texts), labelled.corpus.questions)[0]
    counts = {
        "texts": len(labelled.corpus),
        "respondents": len(set(labelled.corpus.groups)),
        "texts_trained_on": len(known),
    }
    notes = _notes(labelled, counts, subgroups, agreement, evidence)
    report = EvaluationReport(evaluation, subgroups, agreement, evidence, [], notes, counts)
    about = {
        "model": {"id": coder.name_, "sha256": coder.sha256_},
        "corpus_fingerprint": labelled.corpus.fingerprint,
    }
    return _write_folder(report, out, about)


def give_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for json, in which an unknown figure is null."""
    return [
        {str(k): None if isinstance(v, float) and v != v else v for k, v in row.items()}
        for row in frame.to_dict("records")
    ]


def _notes(
    labelled: LabelledCorpus,
    counts: dict[str, int],
    subgroups: Subgroups | None,
    agreement: CoderAgreement | None,
    evidence: Faithfulness,
) -> list[str]:
    notes = say_faithfulness(evidence)
    if agreement is not None:
        row = agreement.differences.set_index("code").loc[MEAN]
        notes.append(
            f"Agreement (alpha, mean over codes): machine with people {row['machine_human']:.2f}, people "
            f"with each other {row['human_human']:.2f}; difference {row['difference']:+.2f} "
            f"({row['low']:+.2f} to {row['high']:+.2f}): {row['verdict']}."
        )
    if subgroups is not None:
        notes += _subgroup_notes(subgroups)
    if counts["texts_trained_on"]:
        notes.append(
            f"The model was trained on {counts['texts_trained_on']} of the {counts['texts']} texts; these "
            "are judged by scores of models that had not seen them, but its thresholds were chosen on them, "
            "and what deleting evidence does is told by the model that learned from them. Report the figures "
            "of its card, for which nothing of this holds."
        )
    if "group" not in labelled.corpus.frame.columns:
        notes.append(
            "No respondent column was named (--group): each text counts as a respondent of its own, so the "
            "intervals are too narrow if people answered more than once."
        )
    if labelled.unmatched:
        notes.append(f"{labelled.unmatched} labelled units are not in the input.")
    if labelled.rejected:
        notes.append(f"{len(labelled.rejected)} rows of the input could not be used.")
    return notes


def _subgroup_notes(subgroups: Subgroups) -> list[str]:
    differences = subgroups.differences
    found = differences[differences["differs"] == "yes"]
    notes = [
        f"{row['measure'].capitalize()} of {row['group']!r} ({row['by']}) is {row['difference']:+.2f} "
        f"({row['low']:+.2f} to {row['high']:+.2f}) beside {row['than']!r}, {row['code']}."
        for row in found.head(5).to_dict("records")
    ]
    if len(found) > 5:
        notes.append(f"{len(found) - 5} more such differences: see subgroup_differences.csv.")
    if not len(found):
        notes.append(f"No difference between subgroups holds after correction ({len(differences)} looks).")
    few = int((subgroups.table["note"] != "").sum())
    if few:
        notes.append(f"{few} of {len(subgroups.table)} rows of subgroups have figures too few to tell.")
    return notes


def _write_folder(report: EvaluationReport, out: Path, about: dict[str, Any]) -> EvaluationReport:
    evaluation, comparison = report.evaluation, report.evaluation.comparison
    reliability, confusion = measure_reliability(comparison), count_confusions(comparison)
    tables = {
        "overall.csv": evaluation.overall,
        "per_code.csv": evaluation.per_code,
        "reliability.csv": reliability,
        "confusion.csv": confusion,
        "errors.csv": list_errors(comparison),
        "evidence.csv": report.evidence.table,
        "evidence_units.csv": report.evidence.probes.drop(columns="group").astype(
            dict.fromkeys(("words", "evidence_words", "pieces"), "Int64")
        ),
        "predictions.csv": evaluation.predictions,
    }
    if report.subgroups is not None:
        tables["subgroups.csv"] = report.subgroups.table
        tables["subgroup_differences.csv"] = report.subgroups.differences
    if report.agreement is not None:
        tables["agreement.csv"] = report.agreement.pairs
        tables["agreement_differences.csv"] = report.agreement.differences
    for name, table in tables.items():
        _write(table, out / name)
    figure = draw_calibration(evaluation, reliability)
    if figure:
        with atomic_text(out / "reliability.svg") as handle:
            handle.write(figure)
    made = [*tables, "evaluation.html", "evaluation.json", *(["reliability.svg"] if figure else [])]
    files = {name: what for name, what in FILES.items() if name in made}
    for name in FILES.keys() - files.keys():
        (out / name).unlink(missing_ok=True)  # of an earlier evaluation, with other options
    summary = about | report.counts | {"overall": give_records(evaluation.overall)}
    summary["evidence"] = give_records(report.evidence.table) if len(report.evidence.probes) else []
    summary["evidence_left_out"] = report.evidence.left_out
    if report.agreement is not None:
        summary["agreement"] = give_records(report.agreement.differences)
    if report.subgroups is not None:
        differs = report.subgroups.differences
        summary["subgroups_that_differ"] = give_records(differs[differs["differs"] == "yes"])
    write_json(summary | {"notes": report.notes, "files": files}, out / "evaluation.json")
    page = write_page(
        about["model"]["id"],
        report.evaluation,
        counts=report.counts,
        notes=report.notes,
        reliability=figure,
        confusion=confusion,
        subgroups=report.subgroups,
        agreement=report.agreement,
        evidence=report.evidence,
        files=files,
    )
    with atomic_text(out / "evaluation.html") as handle:
        handle.write(page)
    paths = [out / name for name in files]
    return replace(report, paths=paths)


def _write(frame: pd.DataFrame, path: Path) -> None:
    with atomic_text(path) as handle:
        write_rows([frame.columns], handle)
        write_rows(frame.astype(object).where(frame.notna(), "").itertuples(index=False), handle)
