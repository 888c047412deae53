"""``textmine init``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textmine.commands.common import (
    Group,
    Json,
    Question,
    Quiet,
    Seed,
    make_console,
    print_json,
    print_notes,
    print_paths,
)

if TYPE_CHECKING:
    from textmine.jobs.init import InitReport

Names = list[str] | None


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    inputs: Annotated[
        list[Path] | None,
        typer.Option("--input", help="Survey or transcript to annotate; may be given again."),
    ] = None,
    coded: Annotated[
        Path | None, typer.Option("--from", help="Folder of textmine code, whose review pile is to be read.")
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", help="Column of an open question; may be given again.")
    ] = None,
    id: Annotated[str | None, typer.Option("--id", help="Column of the respondents' ids.")] = None,
    question: Question = None,
    group: Group = None,
    codebook: Annotated[Path | None, typer.Option("--codebook", help="Codebook, yaml.")] = None,
    name: Annotated[str, typer.Option("--name", help="Name of the project; else the folder's.")] = "",
    approach: Annotated[
        str, typer.Option("--approach", help="coding_reliability, codebook or reflexive.")
    ] = "codebook",
    annotator: Annotated[Names, typer.Option("--annotator", help="Who reads; may be given again.")] = None,
    adjudicator: Annotated[
        Names, typer.Option("--adjudicator", help="Who settles differences; may be given again.")
    ] = None,
    owner: Annotated[Names, typer.Option("--owner", help="Who answers questions and rules.")] = None,
    sample: Annotated[
        float | None,
        typer.Option("--sample", help="Texts drawn at random to be read: a number, or a share below 1."),
    ] = None,
    overlap: Annotated[
        float | None, typer.Option("--overlap", help="Share of texts read by two; 0.1 unless reflexive.")
    ] = None,
    calibration: Annotated[
        int, typer.Option("--calibration", min=0, help="Texts of the sample that everybody reads first.")
    ] = 0,
    rereads: Annotated[
        float, typer.Option("--rereads", help="Share of texts that come back unannounced.")
    ] = 0.0,
    evidence: Annotated[
        str, typer.Option("--evidence", help="Ask for evidence: never, share (a fifth of texts) or always.")
    ] = "share",
    suggestions: Annotated[
        bool, typer.Option("--suggestions", help="Show a model's codes after one's own decision.")
    ] = False,
    database: Annotated[
        str, typer.Option("--database", help="Path in the folder, or postgresql://USER@HOST/NAME.")
    ] = "",
    seed: Seed = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Make a study folder: a README with the commands in order, a starter codebook, a sampling plan.

    With --input or --from it holds texts to annotate, and says who reads what; each token is shown this once.
    Without, it waits for your export; the same command with --input fills it.
    """
    from textmine.jobs.init import InitOptions, init_project
    from textmine.jobs.read import ReadOptions

    people = gather_people({"owner": owner, "adjudicator": adjudicator, "annotator": annotator})
    options = InitOptions(
        name=name,
        approach=approach,
        people=people,
        codebook=codebook,
        evidence=evidence,
        suggestions=suggestions,
        sample=sample,
        overlap=overlap,
        calibration=calibration,
        rereads=rereads,
        database=database,
        seed=seed,
        read=ReadOptions(tuple(text or ()), id, question, group),
    )
    report = init_project(folder, inputs=inputs or (), coded=coded, options=options)
    if json:
        print_json(_describe(report))
    elif not quiet:
        _print_report(report)


def gather_people(named: dict[str, Names]) -> dict[str, str]:
    """Each name with its role. Raises ``InputError`` for a name with two."""
    from textmine.errors import InputError

    people: dict[str, str] = {}
    for role, names in named.items():
        for name in names or ():
            if people.setdefault(name, role) != role:
                raise InputError(
                    f"{name!r} is named as {people[name]} and as {role}. Give each person one role."
                )
    return people


def _describe(report: InitReport) -> dict[str, object]:
    roles = [{"name": name, "token": token} for name, token in report.tokens.items()]
    return {
        "project": report.project.name if report.project else None,
        "folder": str(report.folder),
        "units": report.units,
        "review": report.review,
        "tasks": report.tasks,
        "people": roles,
        "notes": report.notes,
        "paths": [str(path) for path in report.paths],
    }


def _print_report(report: InitReport) -> None:
    console = make_console()
    if report.project is None:
        console.print("A study folder without texts.")
        print_notes(console, report.notes)
        print_paths(console, report.paths)
        return
    pile = f", {report.review} of them up for review" if report.review else ""
    console.print(f"{report.project.name}: {report.units} texts{pile}; {report.tasks} readings shared out.")
    if report.tokens:
        console.print("Tokens, shown this once; send each person their own:")
        for name, token in report.tokens.items():
            console.print(f"  {name}  {token}", soft_wrap=True)
    print_notes(console, report.notes)
    print_paths(console, [report.folder, *report.paths])
