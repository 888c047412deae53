"""``textmine redact``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import (
    Id,
    Input,
    Json,
    Quiet,
    Text,
    make_console,
    print_json,
    print_notes,
    print_paths,
    show_steps,
)


def redact(
    source: Input,
    out: Annotated[
        Path, typer.Option("--out", help="Table to write: the input's columns and redacted_text.")
    ],
    log: Annotated[
        Path, typer.Option("--log", help="Csv of what was replaced: id, start, end, kind, replacement.")
    ],
    text: Text = None,
    id: Id = None,
    mode: Annotated[
        str, typer.Option("--mode", help="placeholder, numbered, pseudonym or removed.")
    ] = "placeholder",
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="Secret key of the pseudonyms; made if it is not there.")
    ] = None,
    kinds: Annotated[
        str | None, typer.Option("--kinds", help="Kinds to take out, with commas between; all by default.")
    ] = None,
    names: Annotated[
        bool, typer.Option("--names/--no-names", help="Look for people, schools, trusts and places as well.")
    ] = True,
    engine: Annotated[
        str, typer.Option("--engine", help="spacy, or presidio where it is installed.")
    ] = "spacy",
    allow: Annotated[
        Path | None, typer.Option("--allow", help="Terms never to take out, one a line.")
    ] = None,
    deny: Annotated[
        Path | None,
        typer.Option("--deny", help="Terms always to take out, one a line; 'kind: term' names a kind."),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", help="Another column to redact in its place, as speaker; may be given again."),
    ] = None,
    drop_text: Annotated[bool, typer.Option("--drop-text", help="Leave the raw texts out of --out.")] = False,
    codes: Annotated[
        Path | None, typer.Option("--codes", help="Codes to carry over: unit_id, code, start, end, quote.")
    ] = None,
    codes_out: Annotated[Path | None, typer.Option("--codes-out", help="Where the carried codes go.")] = None,
    review: Annotated[
        Path | None,
        typer.Option("--review", help="A page (.html) or table (.csv) to accept or undo each find."),
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option("--decisions", help="Decisions saved from the review.")
    ] = None,
    checked: Annotated[
        Path | None,
        typer.Option("--checked", help="A person's marks on a sample (id, start, end): what was missed."),
    ] = None,
    originals: Annotated[
        Path | None,
        typer.Option("--log-originals", help="A file, readable to you alone, with the words taken out."),
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Take out what identifies people: names, contacts, numbers and places. Have a sample checked."""
    from textmine.jobs.redact import RedactOptions, redact_file

    options = RedactOptions(
        kinds=tuple(k.strip() for k in kinds.split(",") if k.strip()) if kinds is not None else None,
        names=names,
        engine=engine,
        mode=mode,
        key_file=key_file,
        allow=allow,
        deny=deny,
        drop_text=drop_text,
        also=tuple(also or ()),
        codes=codes,
        codes_out=codes_out,
        review=review,
        decisions=decisions,
        checked=checked,
        originals=originals,
    )
    with show_steps(quiet or json) as step:
        report = redact_file(source, out, log, text=text, id=id, options=options, on_step=step)
    missed = report.missed
    if json:
        print_json(
            {
                "read": report.read,
                "changed": report.changed,
                "found": report.counts,
                "missed": None if missed is None else missed.to_dict(),
                "written": [str(path) for path in report.paths],
                "notes": report.notes,
            }
        )
    elif not quiet:
        console = make_console()
        found = ", ".join(f"{kind} {count}" for kind, count in report.counts.items()) or "nothing"
        console.print(f"Found in {report.changed} of {report.read} texts: {found}.", soft_wrap=True)
        if missed is None:
            console.print(
                "What was missed is not known: check a sample and give it with --checked.", soft_wrap=True
            )
        else:
            console.print(
                f"Missed, by {missed.texts} checked texts: something in {missed.per_1000:.1f} of 1,000 texts "
                f"(95% {missed.low:.1f} to {missed.high:.1f}); {missed.missed} of {missed.marks} marks.",
                soft_wrap=True,
            )
        print_paths(console, report.paths)
        print_notes(console, report.notes)
