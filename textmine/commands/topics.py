"""``textmine topics``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import (
    Group,
    Id,
    Input,
    Json,
    Question,
    Quiet,
    Seed,
    Text,
    make_console,
    print_json,
    print_notes,
    print_paths,
    show_steps,
)
from textmine.errors import InputError


def topics(
    source: Input,
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
    text: Text = None,
    id: Id = None,
    question: Question = None,
    group: Group = None,
    codebook: Annotated[
        Path | None, typer.Option("--codebook", help="A codebook to hold the topics beside.")
    ] = None,
    labels: Annotated[
        list[Path] | None, typer.Option("--labels", help="People's codes of the texts; may be given again.")
    ] = None,
    n_topics: Annotated[int | None, typer.Option("--topics", help="How many topics to look for.")] = None,
    choose: Annotated[
        str | None, typer.Option("--choose", help="Numbers to choose among by stability, such as 10,20,40.")
    ] = None,
    min_size: Annotated[int, typer.Option("--min-size", help="Fewest texts of a topic.")] = 10,
    stop_word: Annotated[
        list[str] | None, typer.Option("--stop-word", help="A word to leave out; may be given again.")
    ] = None,
    each_question: Annotated[
        bool, typer.Option("--each-question", help="Topics of their own for each question.")
    ] = False,
    seeded: Annotated[bool, typer.Option("--seeded", help="Begin topics at the codebook's codes.")] = False,
    encoder: Annotated[
        str | None, typer.Option("--encoder", help="A sentence encoder instead of the static vectors.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Column to compare topics by.")] = None,
    wave: Annotated[
        str | None, typer.Option("--wave", help="Column that names the wave, for topics over waves.")
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(
            "--sample", help="Fit to so many texts drawn by chance, and assign all; 50,000 for large files."
        ),
    ] = None,
    seed: Seed = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Find topics in comments, say how far to trust each, and hold them beside the codebook."""
    from textmine.jobs.labelled import ColumnNames
    from textmine.jobs.topics import TopicOptions, find_topics

    options = TopicOptions(
        n_topics=n_topics,
        sizes=_as_sizes(choose),
        min_size=min_size,
        stop_words=stop_word or [],
        each_question=each_question,
        encoder=encoder,
        labels=labels or [],
        by=by,
        wave=wave,
        sample=sample,
        seeded=seeded,
        seed=seed,
    )
    columns = ColumnNames(text, id, question, group)
    with show_steps(quiet or json) as progress:
        report = find_topics(
            source, out, columns=columns, codebook=codebook, options=options, progress=progress
        )
    fit = sum(report.stability.fit_to_report)
    if json:
        found = {"out": str(out), "topics": len(report.model), "fit_to_report": fit}
        found |= {"stability": round(report.stability.mean, 4), "outliers": report.outliers}
        print_json({**found, "rejected": len(report.rejected), "notes": report.notes})
    elif not quiet:
        console = make_console()
        share = report.outliers
        console.print(
            f"{len(report.model)} topics, {fit} fit to report (stability {report.stability.mean:.2f}); "
            f"{share['share']:.1%} of {share['n']} texts that say something have no topic "
            f"(95% {share['low']:.1%} to {share['high']:.1%}).",
            highlight=False,
            soft_wrap=True,
        )
        print_paths(console, report.paths)
        print_notes(console, report.notes)


def _as_sizes(given: str | None) -> list[int]:
    if given is None:
        return []
    try:
        sizes = [int(part) for part in given.split(",")]
    except ValueError:
        raise InputError("--choose wants whole numbers with commas. Write it as --choose 10,20,40.") from None
    if min(sizes) < 1:
        raise InputError("--choose wants numbers of 1 or more. Write it as --choose 10,20,40.")
    return sizes
