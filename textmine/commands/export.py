"""``textmine export``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import Json, Quiet, make_console, print_json, print_notes, print_paths


def export(
    folder: Annotated[
        Path,
        typer.Argument(metavar="CODED_DIR", help="A folder that textmine code or textmine import wrote."),
    ],
    to: Annotated[
        Path,
        typer.Option(
            "--to",
            help="File to write: .qdpx, .qdc, .sav, .xlsx, .csv, .parquet, .jsonl or datapackage.json.",
        ),
    ],
    layout: Annotated[
        str | None,
        typer.Option("--layout", help="Documents of a .qdpx: question, respondent, interview or unit."),
    ] = None,
    dialect: Annotated[
        str,
        typer.Option("--dialect", help="How a .qdpx counts places: standard, nvivo, maxqda or atlasti."),
    ] = "standard",
    question: Annotated[
        str | None, typer.Option("--question", help="Column of the question each text answers.")
    ] = None,
    group: Annotated[str | None, typer.Option("--group", help="Column of the respondents.")] = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option("--attribute", help="Column to hand on; may be given again. Without: all."),
    ] = None,
    reviewed_only: Annotated[
        bool, typer.Option("--reviewed-only", help="Leave out the model's codes that nobody reviewed.")
    ] = False,
    labels: Annotated[
        list[Path] | None,
        typer.Option("--labels", help="People's codings to put beside the model's in a .qdpx."),
    ] = None,
    codebook: Annotated[
        str | None, typer.Option("--codebook", help="Codebook that the texts were coded with.")
    ] = None,
    scores: Annotated[bool, typer.Option("--scores", help="Hand on the scores too (.sav, tables).")] = False,
    excel_safe: Annotated[
        bool, typer.Option("--excel-safe", help="Guard cells of a .csv that look like formulas.")
    ] = False,
    prevalence: Annotated[
        Path | None,
        typer.Option("--prevalence", help="Corrected shares; else prevalence.csv in CODED_DIR."),
    ] = None,
    include_identifiers: Annotated[
        bool,
        typer.Option("--include-identifiers", help="Hand on columns that may identify people as well."),
    ] = False,
    pseudonymous_ids: Annotated[
        Path | None,
        typer.Option(
            "--pseudonymous-ids",
            metavar="KEY_FILE",
            help="Pseudonyms for ids of texts and respondents, by the key in this file; made if not there.",
        ),
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Write a coded dataset for NVivo, ATLAS.ti, MAXQDA, QualCoder, SPSS, Excel, R and other programs."""
    from textmine.jobs.export import ExportOptions, export_folder

    report = export_folder(
        folder,
        to,
        options=ExportOptions(
            layout=layout,
            dialect=dialect,
            question=question,
            group=group,
            attributes=None if attribute is None else tuple(attribute),
            reviewed_only=reviewed_only,
            scores=scores,
            labels=tuple(labels or ()),
            codebook=codebook,
            excel_safe=excel_safe,
            prevalence=prevalence,
            include_identifiers=include_identifiers,
            pseudonymous_ids=pseudonymous_ids,
        ),
    )
    if json:
        losses = [asdict(loss) for loss in report.losses]
        paths = [str(path) for path in report.paths]
        print_json({"paths": paths, "counts": report.counts, "losses": losses, "notes": report.notes})
    elif not quiet:
        console = make_console()
        console.print(
            ", ".join(f"{count} {what}" for what, count in report.counts.items() if count) + " written."
        )
        print_paths(console, report.paths)
        print_notes(console, [*(f"{x.what}: {x.count}; {x.became}." for x in report.losses), *report.notes])
