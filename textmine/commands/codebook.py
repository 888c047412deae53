"""``textmine codebook``: its commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import Id, Json, Text, print_json

#: So many of the codes with the fewest hits are shown.
_FEWEST_HITS = 10


def check_codebook(
    source: Annotated[Path, typer.Argument(help="A codebook, yaml.")],
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help="A survey file to look for the codes' words in.")
    ] = None,
    text: Text = None,
    id: Id = None,
    json: Json = False,
) -> None:
    """Report everything that is wrong with a codebook, and what could be better.

    Codes that overlap, codes without an exclude note and, with --corpus, codes with no hit in it.
    """
    from textmine.jobs.codebook import check_codebook_file
    from textmine.jobs.labelled import ColumnNames

    report = check_codebook_file(source, corpus=corpus, columns=ColumnNames(text, id))
    if json:
        print_json(report.as_dict())
    else:
        for kind, lines in (
            ("problem", report.problems),
            ("warning", report.warnings),
            ("note", report.notes),
        ):
            for line in lines:
                typer.echo(f"{kind}: {line}")
        for pair in report.closest:
            typer.echo(f"closest definitions: {pair.first} and {pair.second}, cosine {pair.cosine:.2f}")
        if report.hits:
            fewest = sorted(report.hits.items(), key=lambda item: (item[1], item[0]))[:_FEWEST_HITS]
            told = ", ".join(f"{code} {n}" for code, n in fewest)
            typer.echo(f"fewest hits in {report.texts} texts: {told}")
        counts = (
            f"{len(report.problems)} problems, {len(report.warnings)} warnings, {len(report.notes)} notes"
        )
        typer.echo(f"{source.name}: {report.codes} codes, {counts}.")
    if report.problems:
        raise typer.Exit(1)
