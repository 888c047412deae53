"""``textmine train``."""

from __future__ import annotations

from enum import StrEnum
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
    show_progress,
    show_steps,
)


class Tier(StrEnum):
    """Kinds of coder."""

    fast = "fast"
    accurate = "accurate"


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
    tier: Annotated[
        Tier, typer.Option(help="fast: no torch, thousands of texts a second; accurate: minutes to train.")
    ] = Tier.fast,
    teacher: Annotated[
        str | None,
        typer.Option(help="A model, or a table of its scores, that the fast tier learns from as well."),
    ] = None,
    encoder: Annotated[
        list[str] | None,
        typer.Option(
            help="Accurate tier: a sentence-transformers folder, or a downloaded one; may be given again."
        ),
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Accurate tier: most rounds.")] = None,
    folds: Annotated[int | None, typer.Option(min=2, help="Accurate tier: networks to train.")] = None,
    device: Annotated[
        str | None, typer.Option(help="Accurate tier: cpu, cuda or mps; the quickest here by default.")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Accurate tier: CPU threads.")] = None,
    learning_curve: Annotated[
        bool, typer.Option("--learning-curve", help="Fast tier: trace what more coded texts would bring.")
    ] = False,
    by: By = None,
    second_coder: SecondCoders = None,
    seed: Seed = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Train a coder from coded texts and write its folder and model card."""
    from textmine.jobs.labelled import ColumnNames
    from textmine.jobs.train import Training, train_model

    training = Training(
        tier.value, seed, teacher, encoder or None, epochs, folds, device, threads, learning_curve
    )
    silent = quiet or json
    with (
        show_steps(silent or tier is Tier.accurate) as step,
        show_progress(silent or tier is Tier.fast, "training") as steps,
    ):
        report = train_model(
            source,
            labels,
            out,
            columns=ColumnNames(text, id, question, group),
            learn_only=labels_train_only or [],
            codebook=codebook,
            by=by or [],
            second_coders=second_coder or [],
            training=training,
            progress=step,
            steps=steps,
        )
    overall = report.evaluation.overall
    if json:
        print_json({"model": str(out), "overall": overall.to_dict("records"), "notes": report.notes})
    elif not quiet:
        console = make_console()
        print_overall(console, overall, "cross-validated by respondent")
        console.print(f"Model and card: {out}", highlight=False, soft_wrap=True)
        print_notes(console, report.notes)
