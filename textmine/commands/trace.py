"""``textmine trace``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import Json, Quiet, make_console, print_json, print_notes, print_paths


def trace(
    figure: Annotated[
        str,
        typer.Argument(metavar="FIGURE", help="Id of a figure, such as share:money@1a2b3c4d, or its name."),
    ],
    folder: Annotated[
        Path,
        typer.Option(
            "--in", help="Folder with the report, or the table of prevalence or waves; or its json."
        ),
    ] = Path(),
    coded: Annotated[
        Path | None, typer.Option("--coded", help="The coded folder; looked for by its name without.")
    ] = None,
    rows: Annotated[
        Path | None, typer.Option("--rows", help="Write the units behind the figure, without texts, as csv.")
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Where a printed figure comes from: base, weights, estimator, hashes, rows and command."""
    from textmine.jobs.trace import trace_figure

    found = trace_figure(figure, folder, coded=coded, rows_out=rows)
    written = [rows] if rows is not None and found.rows is not None else []
    if json:
        print_json({**found.to_dict(), "written": [str(path) for path in written]})
    elif not quiet:
        console = make_console()
        console.print(found.figure, soft_wrap=True)
        values = ", ".join(f"{name} {value}" for name, value in found.values.items())
        lines = {
            "kind": ": ".join([found.kind, ", ".join(part for part in found.parts if part)]),
            "values": values,
            "base": found.base,
            "weights": found.weights,
            "estimator": found.estimator,
            "told by": found.source.name,
        }
        for name, said in lines.items():
            console.print(f"  {name + ':':<11} {said}", soft_wrap=True)
        for row in found.hashes.to_dict("records"):
            console.print(
                f"  {row['what']}: {row['name']} {row['sha256'][:12]} ({row['now']})", soft_wrap=True
            )
        if found.rows is not None:
            given = int(found.rows["given"].sum())
            console.print(f"  rows: {len(found.rows)} in the base, {given} with the code", soft_wrap=True)
        console.print(f"Make it again: {found.command}", soft_wrap=True)
        if written:
            print_paths(console, written)
        print_notes(console, found.notes)
