"""``textmine code``."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textmine.commands.common import (
    Group,
    Id,
    Json,
    Question,
    Quiet,
    Text,
    make_console,
    print_json,
    print_notes,
    print_paths,
    show_progress,
)

if TYPE_CHECKING:
    from textmine.jobs.code_dask import ClusterReport


class Form(StrEnum):
    """Forms of the wide table."""

    csv = "csv"
    parquet = "parquet"
    xlsx = "xlsx"


class Unit(StrEnum):
    """What evidence is made of; as ``textmine.coding.clauses.Unit``, which is slower to load."""

    word = "word"
    clause = "clause"
    sentence = "sentence"


class Engine(StrEnum):
    """What shares the work out."""

    local = "local"
    dask = "dask"


def code(
    inputs: Annotated[
        list[str], typer.Argument(help="Survey files of one form, or transcripts.", metavar="INPUTS...")
    ],
    out: Annotated[str, typer.Option("--out", help="Folder to write to.", metavar="PATH")],
    model: Annotated[str | None, typer.Option("--model", help="A model's name or folder.")] = None,
    rules: Annotated[
        Path | None, typer.Option("--rules", help="A YAML file of rules in place of a model.")
    ] = None,
    text: Text = None,
    id: Id = None,
    question: Question = None,
    group: Group = None,
    format: Annotated[list[Form] | None, typer.Option("--format", help="Form of the wide table.")] = None,
    bands: Annotated[bool, typer.Option("--bands", help="Add a column CODE__band for each code.")] = False,
    scores: Annotated[bool, typer.Option("--scores", help="Add a column CODE__score for each code.")] = False,
    excel_safe: Annotated[
        bool, typer.Option("--excel-safe", help="Guard cells that Excel would take for formulas.")
    ] = False,
    with_interviewer: Annotated[
        bool, typer.Option("--with-interviewer", help="Code the interviewer's turns as well.")
    ] = False,
    evidence: Annotated[Unit, typer.Option("--evidence", help="What a stretch of evidence is made of.")] = (
        Unit.clause
    ),
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="What may be accepted; see textmine certify.")
    ] = None,
    seconds_per_unit: Annotated[
        float | None, typer.Option("--seconds-per-unit", help="Seconds to review a unit; else by its words.")
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option("--processes", min=1, help="Processes that share the work on large inputs; else all."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Take up a run that was cut off, in the same --out folder.")
    ] = False,
    engine: Annotated[
        Engine, typer.Option("--engine", help="What shares the work out; dask takes and writes parquet.")
    ] = Engine.local,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Address of a Dask scheduler, such as tcp://host:8786.")
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Code a survey wave with a model, or by rules, and write the coded dataset.

    Large tables are coded a part at a time, in flat memory; what is done outlasts a run that is cut off, and
    --resume takes it up. The result is the same whatever the number of processes. With --engine dask the
    inputs and --out may be at any address that fsspec knows, such as s3://bucket/wave.
    """
    from textmine.exchange.coded_folder import WideOptions
    from textmine.jobs.code import RunReport
    from textmine.jobs.code_rules import code_with_rules
    from textmine.jobs.code_stream import code_wave
    from textmine.jobs.labelled import ColumnNames

    if (model is None) == (rules is None):
        raise typer.BadParameter("give one of the two.", param_hint="--model / --rules")
    if scheduler is not None and engine is not Engine.dask:
        raise typer.BadParameter("it goes with --engine dask.", param_hint="--scheduler")
    code_inputs: Callable[..., RunReport | ClusterReport]
    paths = [Path(path) for path in inputs]
    if engine is Engine.dask:
        from textmine.jobs.code_dask import code_on_dask

        refused = {
            "--rules": rules is not None,
            "--resume": resume,
            "--format": set(format or [Form.parquet]) != {Form.parquet},
            "--excel-safe": excel_safe,
            "--seconds-per-unit": seconds_per_unit is not None,
        }
        for option in (option for option, given in refused.items() if given):
            raise typer.BadParameter("--engine dask does without it; it writes parquet.", param_hint=option)
        code_inputs = partial(
            code_on_dask,
            inputs,
            str(model),
            out,
            scheduler=scheduler,
            processes=processes,
            evidence=evidence.value,
        )
    elif rules is not None:
        if resume:
            raise typer.BadParameter("--rules code at one go; leave it out.", param_hint="--resume")
        code_inputs = partial(code_with_rules, paths, rules, Path(out), seconds_per_unit=seconds_per_unit)
    else:
        code_inputs = partial(
            code_wave,
            paths,
            str(model),
            Path(out),
            evidence=evidence.value,
            processes=processes,
            resume=resume,
            seconds_per_unit=seconds_per_unit,
        )
    forms = tuple(f.value for f in dict.fromkeys(format or [Form.csv]))
    with show_progress(quiet or json) as progress:
        report = code_inputs(
            columns=ColumnNames(text, id, question, group),
            options=WideOptions(bands, scores, forms, excel_safe),
            with_interviewer=with_interviewer,
            certificate=certificate,
            progress=progress,
        )
    counts = report.counts
    if json:
        found = {"out": out, "counts": report.code_counts, "read": counts.read, "coded": counts.coded}
        print_json({**found, "rejected": len(report.rejected), "notes": report.notes})
    elif not quiet:
        console = make_console()
        console.print(
            f"{counts.read} texts read, {counts.coded} coded, {counts.empty} blank, "
            f"{counts.non_response} non-responses, {len(report.rejected)} rows set aside.",
            highlight=False,
        )
        print_paths(console, report.paths if engine is Engine.dask else [*report.paths, Path(out, "record")])
        print_notes(console, report.notes)
