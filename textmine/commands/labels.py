"""``textmine labels export`` and ``textmine labels import``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import Json, Quiet, make_console, print_json, print_notes, print_paths

Folder = Annotated[Path, typer.Argument(metavar="PROJECT", help="A folder that textmine init made.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The file of labels.")]
Form = Annotated[
    str,
    typer.Option("--form", help="label-studio, prodigy, doccano, csv or xlsx; else by the file's ending."),
]


def export_labels(
    project: Folder,
    file: File,
    form: Form = "",
    annotator: Annotated[
        str | None, typer.Option("--annotator", help="Whose labels; a sheet is one person's.")
    ] = None,
    utf16: Annotated[
        bool, typer.Option("--utf16", help="Count as older versions of Label Studio do, in UTF-16 units.")
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Write a project's texts and labels for another tool, or as a sheet to code in Excel."""
    from textmine.jobs.labels import export_labels

    written = export_labels(project, file, form=form, annotator=annotator, utf16=utf16)
    told = {
        "files": [str(path) for path in written.paths],
        "read": written.readings,
        "unread": written.unread,
    }
    if json:
        print_json({**told, "notes": written.notes})
    elif not quiet:
        console = make_console()
        console.print(f"{written.readings} readings, {written.unread} texts not read.")
        print_notes(console, written.notes)
        print_paths(console, written.paths)


def import_labels(
    project: Folder,
    file: File,
    form: Form = "",
    annotator: Annotated[
        str | None, typer.Option("--annotator", help="Who gave the labels; else as the file says.")
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Take labels into a project that were given in another tool, or in a sheet."""
    from textmine.jobs.labels import import_labels

    report = import_labels(project, file, form=form, annotator=annotator)
    if json:
        print_json(vars(report))
    elif not quiet:
        console = make_console()
        console.print(
            f"{report.new} new readings, {report.known} known already, {report.unread} texts not read."
        )
        print_notes(console, report.notes)
