"""``textmine framework``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import Json, Quiet, make_console, print_json, print_notes, print_paths


def framework(
    folder: Annotated[Path, typer.Argument(metavar="CODED", help="What textmine code --out wrote.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The matrix: .xlsx or .csv to write summaries in, or .html.")
    ],
    case: Annotated[
        str | None,
        typer.Option("--case", help="Column of whose a text is; else the interview, the respondent, itself."),
    ] = None,
    code: Annotated[
        list[str] | None, typer.Option("--code", help="Only this theme; may be given again.")
    ] = None,
    summaries: Annotated[
        Path | None,
        typer.Option("--summaries", help="csv of your summaries; by default beside --out."),
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """The framework matrix: cases by themes, your own summary of each cell beside the quotes it rests on.

    Write summaries into the sheet 'cells' of the xlsx (or the csv) and run it again: they are taken up,
    kept in a file of their own, and each cell says whether its quotes have changed since.
    """
    from textmine.jobs.framework import write_framework

    done = write_framework(folder, out, case=case, codes=code, summaries=summaries)
    if json:
        print_json({**done.counts, "written": [str(path) for path in done.paths], "notes": done.notes})
    elif not quiet:
        console = make_console()
        said = done.counts
        console.print(
            f"{said['cases']} cases x {said['codes']} themes: {said['summaries']} summaries, "
            f"{said['taken_up']} of them new; the quotes of {said['changed']} changed since.",
            soft_wrap=True,
        )
        print_paths(console, done.paths)
        print_notes(console, done.notes)
