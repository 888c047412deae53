"""``textmine codebook``: its commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import Json, print_json


def check_codebook(
    source: Annotated[Path, typer.Argument(help="A codebook, yaml.")], json: Json = False
) -> None:
    """Report everything that is wrong with a codebook, and what could be better."""
    from textmine.codebook import Codebook

    book = Codebook.load(source, strict=False)
    problems, notes = book.check(), book.notes()
    if json:
        print_json({"codebook": book.id, "version": book.version, "problems": problems, "notes": notes})
    else:
        for problem in problems:
            typer.echo(f"problem: {problem}")
        for note in notes:
            typer.echo(f"note: {note}")
        typer.echo(f"{source.name}: {len(book.codes)} codes, {len(problems)} problems, {len(notes)} notes.")
    if problems:
        raise typer.Exit(1)
