"""``textmine clean``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import (
    Id,
    Input,
    Json,
    Question,
    Quiet,
    Text,
    make_console,
    print_json,
    print_notes,
    print_paths,
    show_steps,
)


def clean(
    source: Input,
    out: Annotated[Path, typer.Option("--out", help="Result: .csv, .tsv, .parquet or .jsonl.")],
    text: Text = None,
    id: Id = None,
    question: Question = None,
    audit: Annotated[
        Path | None,
        typer.Option("--audit", help="Csv of each change: id, rule, place, words before and after."),
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", help="JSON of the counts.")] = None,
    alerts: Annotated[
        Path | None,
        typer.Option("--alerts", help="List of possible disclosures of harm, for the study's owner alone."),
    ] = None,
    owner: Annotated[str, typer.Option("--owner", help="Who acts on the alerts.")] = "",
    step: Annotated[
        list[str] | None,
        typer.Option(
            "--step", help="Do these steps, in this order, not the default ones; may be given again."
        ),
    ] = None,
    processes: Annotated[
        int, typer.Option("--processes", min=1, help="Processes that share the work on a large file.")
    ] = 2,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Repair and flag the texts of a table; nothing is deleted.

    The result has the input's columns unchanged, then the clean text and its flags: empty, non_response,
    refers_elsewhere, duplicate_of, near_duplicate_of, language, gibberish, wants_contact. Possible
    disclosures of harm are in the list of alerts only. The audit holds respondents' words.
    """
    from textmine.cleaning import DEFAULT_STEPS
    from textmine.jobs.clean import CleanPaths, clean_file
    from textmine.jobs.labelled import ColumnNames

    with show_steps(quiet or json) as show:
        found = clean_file(
            source,
            CleanPaths(out, audit, report, alerts),
            columns=ColumnNames(text, id, question),
            steps=tuple(step) if step else DEFAULT_STEPS,
            owner=owner,
            processes=processes,
            progress=lambda done: show(f"cleaning, {done:,} texts"),
        )
    counts = found.counts.to_dict()
    if json:
        shown = {"out": str(out), **counts, "rejected": found.rejected, "notes": found.notes}
        print_json(shown)
    elif not quiet:
        console = make_console()
        console.print(
            f"{counts['texts']} texts read, {counts['changed']} repaired, {found.rejected} rows set aside."
        )
        for rule, count in counts["rules"].items():
            console.print(f"  {rule.replace('_', ' ')}: {count['texts']} texts, {count['changes']} changes")
        flags = {name: n for name, n in counts["flags"].items() if name != "possible_harm"}
        console.print("Flags: " + ", ".join(f"{n} {name}" for name, n in flags.items()) + ".", soft_wrap=True)
        print_paths(console, found.paths)
        print_notes(console, found.notes)
