"""``textmine forget``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textmine.commands.common import Json, Quiet, make_console, print_json, print_notes, show_progress

if TYPE_CHECKING:
    from rich.console import Console

    from textmine.jobs.forget import ForgetReport


def forget(
    respondent: Annotated[str, typer.Argument(help="The respondent's id, or the id of a single text.")],
    folders: Annotated[
        list[Path] | None, typer.Option("--in", help="Folder to look through; may be given again.")
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option("--group", help="Column of respondents; may be given again.")
    ] = None,
    id: Annotated[
        list[str] | None, typer.Option("--id", help="Column of the texts' ids; may be given again.")
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", help="Column of the texts; may be given again.")
    ] = None,
    date: Annotated[str | None, typer.Option("--date", help="Date of the withdrawal; today without.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")
    ] = False,
    delete_unedited: Annotated[
        bool, typer.Option("--delete-unedited", help="Remove files that cannot be edited, such as pdf.")
    ] = False,
    store: Annotated[
        str | None,
        typer.Option("--store", metavar="URL", help="PostgreSQL store, where project.yaml does not name it."),
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Take a person who withdraws out of texts, annotations, coded folders and exports.

    Looks through all files below the folder you are in, or below those named with --in. Ends with 1 where
    a file is left that could not be edited.
    """
    from textmine.jobs.forget import forget_respondent

    with show_progress(quiet or json, "looking through files") as progress:
        report = forget_respondent(
            respondent,
            folders or [Path()],
            group=group or (),
            id=id or (),
            text=text or (),
            date=date,
            dry_run=dry_run,
            delete_unedited=delete_unedited,
            store=store,
            progress=progress,
        )
    if json:
        print_json(
            {
                "units": report.units,
                "edited": {p.as_posix(): {"rows": r, "places": n} for p, (r, n) in report.edited.items()},
                "models": {path.as_posix(): why for path, why in report.models},
                "certificates": [path.as_posix() for path in report.certificates],
                "releases": report.releases,
                "unedited": {path.as_posix(): why for path, why in report.unedited},
                "tombstones": [path.as_posix() for path in report.tombstones],
                "notes": report.notes,
            }
        )
    elif not quiet:
        _print_report(make_console(), report, dry_run=dry_run)
    if report.unedited and not (dry_run or delete_unedited):
        raise typer.Exit(1)


def _print_report(console: Console, report: ForgetReport, *, dry_run: bool) -> None:
    did = "Would be taken out" if dry_run else "Taken out"
    console.print(f"{did}: {report.units} unit(s), from {len(report.edited)} file(s):")
    for path, (rows, places) in report.edited.items():
        told = [f"{rows} row(s)"] * bool(rows) + [f"{places} place(s)"] * bool(places)
        console.print(f"  {path}: {', '.join(told)}", soft_wrap=True)
    for title, lines in (
        ("Train anew:", [f"{path}: {why}" for path, why in report.models]),
        ("Certify anew:", [str(path) for path in report.certificates]),
        ("Exports and releases that the person was in:", report.releases),
        ("Not edited; make anew or remove:", [f"{path}: {why}" for path, why in report.unedited]),
        ("Tombstone:", [str(path) for path in report.tombstones]),
    ):
        if lines:
            console.print(title)
        for line in lines:
            console.print(f"  {line}", soft_wrap=True)
    print_notes(console, report.notes)
