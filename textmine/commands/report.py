"""``textmine report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import (
    Json,
    Quiet,
    make_console,
    print_json,
    print_notes,
    print_paths,
    show_steps,
)
from textmine.commands.survey_options import (
    Base,
    By,
    CheckedId,
    Cluster,
    CountedUnit,
    Folder,
    Probability,
    Respondent,
    Rule,
    Strata,
    Target,
    Weight,
)


def report(
    folder: Folder,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="File to write: .html, .docx or .md; a .json goes beside it.")
    ],
    checked: Annotated[
        list[Path] | None,
        typer.Option("--checked", help="Labels of units read at random: corrects the shares; again."),
    ] = None,
    by: By = None,
    wave: Annotated[str | None, typer.Option("--wave", help="Column of the waves.")] = None,
    waves: Annotated[
        Path | None, typer.Option("--waves", help="Folder that textmine waves wrote: what changed.")
    ] = None,
    topics: Annotated[
        Path | None, typer.Option("--topics", help="Folder that textmine topics wrote: topics beside themes.")
    ] = None,
    case: Annotated[
        str | None,
        typer.Option(
            "--case", help="Column of cases for the framework matrix; of interviews: each by itself."
        ),
    ] = None,
    fact: Annotated[
        list[str] | None,
        typer.Option("--fact", help="Column that tells of a case, shown beside it; may be given again."),
    ] = None,
    framework: Annotated[
        Path | None, typer.Option("--framework", help="Csv of your own summaries: case, code, summary.")
    ] = None,
    release: Annotated[
        Path | None,
        typer.Option("--release", help="Folder that textmine release wrote: quotes that a person signed."),
    ] = None,
    review: Annotated[
        Path | None, typer.Option("--review", help="The signed sheet, where it is not in the release.")
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="Key that the sheet was signed with, if any.")
    ] = None,
    evaluation: Annotated[
        Path | None,
        typer.Option("--evaluation", help="Folder that textmine evaluate wrote; else the model's card."),
    ] = None,
    approach: Annotated[
        str | None,
        typer.Option(
            "--approach",
            help="codebook, framework, content, coding_reliability or reflexive; for the methods.",
        ),
    ] = None,
    rule: Rule = "simple5",
    title: Annotated[str | None, typer.Option("--title", help="Title of the report.")] = None,
    prevalence: Annotated[
        Path | None,
        typer.Option("--prevalence", help="Table of textmine prevalence, instead of --checked."),
    ] = None,
    probability: Probability = None,
    weight: Weight = None,
    cluster: Cluster = None,
    strata: Strata = None,
    respondent: Respondent = None,
    unit: CountedUnit = None,
    base: Base = None,
    target: Target = None,
    id: CheckedId = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """One file that people read: themes with intervals, groups, waves, released quotes, methods."""
    from textmine.jobs.report import ReportOptions, write_report
    from textmine.jobs.survey_wave import SurveyColumns

    options = ReportOptions(
        checked=tuple(checked or ()),
        columns=SurveyColumns(tuple(by or ()), weight, cluster, strata, respondent),
        probability=probability,
        id=id,
        unit=unit,
        base=base,
        target=target,
        prevalence=prevalence,
        wave=wave,
        case=case,
        facts=tuple(fact or ()),
        waves=waves,
        topics=topics,
        release=release,
        review=review,
        key_file=key_file,
        evaluation=evaluation,
        framework=framework,
        rule=rule,
        approach=approach,
        title=title,
    )
    with show_steps(quiet or json) as step:
        done = write_report(folder, out, options=options, on_step=step)
    if json:
        print_json(
            {
                "written": [str(path) for path in done.paths],
                "figures": len(done.summary["figures"]),
                "notes": done.notes,
            }
        )
    elif not quiet:
        console = make_console()
        sections = ", ".join(section["title"].casefold() for section in done.summary["sections"])
        console.print(f"{len(done.summary['figures'])} figures: {sections}.", soft_wrap=True)
        print_paths(console, done.paths)
        print_notes(console, done.notes)
