"""``textmine evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import (
    Group,
    Id,
    Input,
    Json,
    LabelFiles,
    Question,
    Quiet,
    Seed,
    Text,
    make_console,
    print_json,
    print_overall,
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
    seed: Seed = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Judge a model against people's codes: precision, recall and F1 with intervals."""
    from textmine.jobs.evaluate import evaluate_model
    from textmine.jobs.labelled import ColumnNames

    evaluation = evaluate_model(
        model, source, labels, out, columns=ColumnNames(text, id, question, group), seed=seed
    )
    if json:
        print_json({"out": str(out), "overall": evaluation.overall.to_dict("records")})
    elif not quiet:
        console = make_console()
        print_overall(console, evaluation.overall, "on the labelled texts")
        console.print(f"Tables: {out}", highlight=False, soft_wrap=True)
