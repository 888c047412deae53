"""``textmine train``."""

from __future__ import annotations

from enum import StrEnum
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
    print_notes,
    print_overall,
    show_steps,
)


class Tier(StrEnum):
    """Kinds of coder."""

    fast = "fast"


def train(
    source: Input,
    labels: LabelFiles,
    out: Annotated[Path, typer.Option("--out", help="Folder of the model, such as models/NAME.")],
    text: Text = None,
    id: Id = None,
    question: Question = None,
    group: Group = None,
    labels_train_only: Annotated[
        list[Path] | None, typer.Option(help="Labels learned from and never scored; may be given again.")
    ] = None,
    codebook: Annotated[Path | None, typer.Option("--codebook", help="The codebook, yaml.")] = None,
    tier: Annotated[Tier, typer.Option(help="Kind of coder.")] = Tier.fast,
    seed: Seed = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Train a coder from coded texts and write its folder and model card."""
    from textmine.jobs.labelled import ColumnNames
    from textmine.jobs.train import train_model

    del tier  # there is one so far
    with show_steps(quiet or json) as step:
        report = train_model(
            source,
            labels,
            out,
            columns=ColumnNames(text, id, question, group),
            learn_only=labels_train_only or [],
            codebook=codebook,
            seed=seed,
            progress=step,
        )
    overall = report.evaluation.overall
    if json:
        print_json({"model": str(out), "overall": overall.to_dict("records"), "notes": report.notes})
    elif not quiet:
        console = make_console()
        print_overall(console, overall, "cross-validated by respondent")
        console.print(f"Model and card: {out}", highlight=False, soft_wrap=True)
        print_notes(console, report.notes)
