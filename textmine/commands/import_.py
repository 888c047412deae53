"""``textmine import``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import Json, Quiet, make_console, print_json, print_notes, print_paths


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .qdpx project or a .qdc codebook.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write documents, codebook and codings to.")],
    dialect: Annotated[
        str | None,
        typer.Option("--dialect", help="How the file counts places (nvivo, maxqda ...); found out without."),
    ] = None,
    codebook: Annotated[
        str | None, typer.Option("--codebook", help="Codebook whose ids the codes get back.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", help="Coded folder that was exported: lists what people changed since."),
    ] = None,
    pseudonymous_ids: Annotated[
        Path | None,
        typer.Option(
            "--pseudonymous-ids",
            metavar="KEY_FILE",
            help="Key that the export was made with: gives decisions their own ids back (with --against).",
        ),
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Read a project or codebook of NVivo, ATLAS.ti, MAXQDA or QualCoder (REFI-QDA)."""
    from textmine.jobs.import_refi import import_file

    report = import_file(
        file, out, dialect=dialect, codebook=codebook, against=against, pseudonymous_ids=pseudonymous_ids
    )
    found = report.read.found
    if json:
        print_json(
            {
                "paths": [str(path) for path in report.paths],
                "found": found,
                "counts": report.counts,
                "dialect": str(report.read.dialect),
                "evidence": asdict(report.read.evidence),
                "losses": [asdict(loss) for loss in report.losses],
                "notes": report.notes,
            }
        )
    elif not quiet:
        console = make_console()
        console.print(
            f"{report.counts['codes']} codes and {report.counts['codings']} codings came over; the "
            f"file holds {found['codes']} and {found['codings']}.",
            soft_wrap=True,
        )
        console.print(f"Places are counted as in {report.read.dialect}.", soft_wrap=True)
        print_paths(console, report.paths)
        print_notes(console, [*(f"{x.what}: {x.count}; {x.became}." for x in report.losses), *report.notes])
