"""``textmine codebook``: its commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import (
    Id,
    Json,
    Quiet,
    Text,
    make_console,
    print_json,
    print_notes,
    print_paths,
    show_plainly,
)

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
                typer.echo(show_plainly(f"{kind}: {line}"))
        for pair in report.closest:
            told = f"closest definitions: {pair.first} and {pair.second}, cosine {pair.cosine:.2f}"
            typer.echo(show_plainly(told))
        if report.hits:
            fewest = sorted(report.hits.items(), key=lambda item: (item[1], item[0]))[:_FEWEST_HITS]
            told = ", ".join(f"{code} {n}" for code, n in fewest)
            typer.echo(show_plainly(f"fewest hits in {report.texts} texts: {told}"))
        counts = (
            f"{len(report.problems)} problems, {len(report.warnings)} warnings, {len(report.notes)} notes"
        )
        typer.echo(f"{source.name}: {report.codes} codes, {counts}.")
    if report.problems:
        raise typer.Exit(1)


def diff_codebooks(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The older codebook, yaml.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The newer one.")],
    changes: Annotated[
        Path | None, typer.Option("--changes", help="Yaml file that says what happened to the codes.")
    ] = None,
    draft: Annotated[
        Path | None, typer.Option("--draft", help="Write a first draft of such a file here.")
    ] = None,
    json: Json = False,
) -> None:
    """Tell in words what differs between two versions of a codebook, and what old codings it concerns."""
    from dataclasses import asdict

    from textmine.jobs.migrate import compare_codebook_files

    found = compare_codebook_files(old, new, changes=changes, draft=draft)
    if json:
        print_json(asdict(found))
        return
    for line in found.tell():
        typer.echo(show_plainly(line))
    if draft is not None:
        print_paths(make_console(), [draft])


def migrate_codebook(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The codebook that the codings follow, yaml.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The codebook that they are to follow.")],
    changes: Annotated[
        Path, typer.Option("--changes", help="Yaml file that says what happened to the codes.")
    ],
    codings: Annotated[
        list[Path],
        typer.Option("--codings", help="Labels, wide or long, or a coded folder; may be given again."),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
    truth: Annotated[
        Path | None, typer.Option("--truth", help="An agreed set by OLD, for accuracy on both sides.")
    ] = None,
    read_again: Annotated[
        list[Path] | None,
        typer.Option("--read-again", help="Labels by NEW of what had to be read again; may be given again."),
    ] = None,
    back: Annotated[
        Path | None,
        typer.Option(
            "--back", help="Folder of an earlier migration: go back from NEW to OLD with its record."
        ),
    ] = None,
    id: Id = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Bring codings to another version of their codebook; lists exactly what must be read again.

    What cannot be told from the old codings is left blank, and what the new ones cannot tell is kept.
    """
    from textmine.jobs.migrate import migrate_files
    from textmine.migration.sides import describe_sides

    report = migrate_files(
        old, new, changes, codings, out, id=id, truth=truth, read_again=read_again or (), back=back
    )
    if json:
        print_json(report.to_dict())
    elif not quiet:
        console = make_console()
        for change in report.changes.changes:
            console.print(f"{change.words}.", soft_wrap=True)
        for sentence in describe_sides(report.sides) if len(report.sides) else []:
            console.print(sentence, soft_wrap=True)
        print_paths(console, report.paths)
        print_notes(console, report.notes)
