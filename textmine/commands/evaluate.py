"""``textmine evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import (
    By,
    Group,
    Id,
    Input,
    Json,
    LabelFiles,
    Question,
    Quiet,
    SecondCoders,
    Seed,
    Text,
    make_console,
    print_json,
    print_notes,
    print_overall,
    print_paths,
)


def evaluate(
    model: Annotated[str, typer.Argument(help="A model's name or folder.")],
    source: Input,
    labels: LabelFiles,
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
    text: Text = None,
    id: Id = None,
    question: Question = None,
    group: Group = None,
    by: By = None,
    second_coder: SecondCoders = None,
    seed: Seed = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Judge a model against people's codes: figures with intervals, calibration, subgroups, agreement."""
    from textmine.jobs.evaluate import evaluate_model, give_records
    from textmine.jobs.labelled import ColumnNames

    report = evaluate_model(
        model,
        source,
        labels,
        out,
        columns=ColumnNames(text, id, question, group),
        by=by or [],
        second_coders=second_coder or [],
        seed=seed,
    )
    overall = report.evaluation.overall
    if json:
        print_json(
            {"out": str(out), **report.counts, "overall": give_records(overall), "notes": report.notes}
        )
    elif not quiet:
        console = make_console()
        print_overall(console, overall, "on the labelled texts")
        print_paths(console, report.paths)
        print_notes(console, report.notes)
