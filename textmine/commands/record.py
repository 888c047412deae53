"""``textmine record``: its commands."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import Json, Quiet, make_console, print_json, print_notes, print_paths

Folder = Annotated[Path, typer.Argument(metavar="CODED_DIR", help="A folder that textmine code wrote.")]


def check_record(
    folder: Folder,
    noted: Annotated[
        str | None, typer.Option("--noted", help="A hash that the record had earlier, kept elsewhere.")
    ] = None,
    json: Json = False,
) -> None:
    """Check that nobody changed the record, and that it replays to coded_wide byte for byte."""
    from textmine.jobs.record import check_record as check

    report = check(folder, noted=noted)
    standing = report.standing
    if json:
        print_json({**asdict(standing), "wide": str(report.wide), "replays": True})
        return
    told = ", ".join(f"{count} {kind}" for kind, count in standing.events.items())
    console = make_console()
    console.print(f"Whole: {told}. {report.wide.name} is what it replays to.", soft_wrap=True)
    console.print(f"Hash to note elsewhere: {standing.sha256}", soft_wrap=True)
    print_notes(console, list(report.notes))


def replay_record(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", help="Csv file to write.")],
    until: Annotated[
        int | None, typer.Option("--until", help="Number of the event to stop after; all without.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Rebuild the wide table from the record, with what people decided since."""
    from textmine.jobs.record import replay_record as replay

    matrix = replay(folder, out, until=until)
    if not quiet:
        console = make_console()
        console.print(f"{len(matrix)} units, {len(matrix.columns)} codes.")
        print_paths(console, [out])


def list_record(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", help="File to write: .csv, .jsonl or .parquet.")],
    unit: Annotated[
        list[str] | None, typer.Option("--unit", help="Only this unit; may be given again.")
    ] = None,
    code: Annotated[str | None, typer.Option("--code", help="Only this code.")] = None,
    current: Annotated[bool, typer.Option("--current", help="Only the decisions in force.")] = False,
    quiet: Quiet = False,
) -> None:
    """List the decisions: who or what, when, on what ground, and what each replaced."""
    from textmine.jobs.record import list_record as list_decisions

    rows = list_decisions(folder, out, units=unit or (), code=code, current=current)
    if not quiet:
        console = make_console()
        console.print(f"{rows} decisions.")
        print_paths(console, [out])


def add_to_record(
    folder: Folder,
    labels: Annotated[
        list[Path] | None,
        typer.Option("--labels", help="People's labels, or decisions.csv of textmine import."),
    ] = None,
    coder: Annotated[str, typer.Option("--coder", help="Who decided, where a file does not say so.")] = "",
    threshold: Annotated[
        list[str] | None, typer.Option("--threshold", help="CODE=CUT; may be given again.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="A certificate that holds from now on.")
    ] = None,
    redaction_log: Annotated[
        Path | None,
        typer.Option("--redaction-log", help="Log of textmine redact that the coded texts went through."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, in a line.")] = "",
    quiet: Quiet = False,
) -> None:
    """Append what people decided, other thresholds, a certificate or the log of a redaction."""
    from textmine.jobs.record import add_to_record as add

    if not (labels or threshold or certificate or redaction_log):
        hint = "--labels / --threshold / --certificate / --redaction-log"
        raise typer.BadParameter("give one of them.", param_hint=hint)
    events = add(
        folder,
        labels=labels or (),
        coder=coder,
        thresholds=_read_thresholds(threshold or []),
        certificate=certificate,
        redaction_log=redaction_log,
        reason=reason,
    )
    if not quiet:
        console = make_console()
        console.print(f"Appended to the record of {folder}: event {', '.join(map(str, events))}.")
        console.print(f"textmine record replay {folder} --out FILE.csv has them in.", soft_wrap=True)


def _read_thresholds(given: list[str]) -> dict[str, float]:
    found = {}
    for each in given:
        code, _, cut = each.rpartition("=")
        try:
            found[code] = float(cut)
        except ValueError:
            code = ""
        if not code:
            raise typer.BadParameter("write CODE=CUT, such as money=0.4.", param_hint="--threshold")
    return found
