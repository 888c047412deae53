"""``textmine release``."""

from __future__ import annotations

from datetime import date as calendar
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
from textmine.commands.survey_options import By, Folder, Respondent, Rule


def release(
    folder: Folder,
    out: Annotated[
        Path, typer.Option("--out", help="Folder to write: public/ may go out, private/ must not.")
    ],
    rule: Rule = "simple5",
    by: By = None,
    respondent: Respondent = None,
    national: Annotated[
        bool, typer.Option("--national", help="The whole is a nation: nhs_hes leaves its totals as they are.")
    ] = False,
    prevalence: Annotated[
        Path | None, typer.Option("--prevalence", help="Table of textmine prevalence: adds corrected shares.")
    ] = None,
    quotes: Annotated[
        int, typer.Option("--quotes", min=0, help="How many quotes of each code to put to a reviewer.")
    ] = 0,
    bank: Annotated[
        Path | None,
        typer.Option("--bank", help="Quote bank: put what was ticked into it to the reviewer instead."),
    ] = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option("--attribute", help="Column to show beside a quote, the most wanted first; again."),
    ] = None,
    smallest_cell: Annotated[
        int, typer.Option("--smallest-cell", help="So many people share what is shown beside a quote.")
    ] = 10,
    per_respondent: Annotated[
        int, typer.Option("--per-respondent", help="At most so many quotes of one person, ever.")
    ] = 2,
    consent: Annotated[
        str | None, typer.Option("--consent", help="Column that says who may be quoted (yes or no).")
    ] = None,
    review: Annotated[
        Path | None, typer.Option("--review", help="The sheet of quotes that a person filled in.")
    ] = None,
    sign: Annotated[
        str | None, typer.Option("--sign", metavar="NAME", help="Sign the sheet: the name of who read it.")
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", help="Day of the release and of the review, as 2026-11-14.")
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="Key of the reviewer to sign with; made if not there.")
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", help="Record of what went out; by default beside --out. Keep it private."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="Name of the release in the ledger; by default that of --out."),
    ] = None,
    hide_differences: Annotated[
        bool,
        typer.Option("--hide-differences", help="Hide, rather than refuse, what earlier releases give away."),
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Tables and quotes that may go out: small cells hidden, quotes redacted and signed by a person."""
    from textmine.disclosure import QuoteRules
    from textmine.errors import InputError
    from textmine.jobs.release import ReleaseOptions, release_folder
    from textmine.jobs.release_quotes import QuoteOptions

    if sign is not None and review is None:
        raise InputError("--sign needs the sheet that was read: give it with --review.")
    if bank is not None and quotes:
        raise InputError("--quotes picks quotes and --bank takes those ticked. Give one of them.")
    if review is not None and not quotes and bank is None:
        raise InputError("--review needs --quotes or --bank as it was when the sheet was written.")
    day = date or calendar.today().isoformat()
    wanted = QuoteOptions(
        per_code=quotes,
        bank=bank,
        attributes=tuple(attribute or ()),
        rules=QuoteRules(smallest_cell=smallest_cell, per_respondent=per_respondent, consent=consent),
        review=review,
        sign=sign,
        date=day,
        key_file=key_file,
    )
    options = ReleaseOptions(
        rule=rule,
        by=tuple(by or ()),
        respondent=respondent,
        national=national,
        prevalence=prevalence,
        name=name,
        date=day,
        ledger=ledger,
        hide_differences=hide_differences,
        quotes=wanted if quotes or bank else None,
    )
    with show_steps(quiet or json) as step:
        report = release_folder(folder, out, options=options, on_step=step)
    done = report.quotes
    counts = {
        "figures_shown": report.shown,
        "figures_hidden": report.hidden,
        "quotes_released": 0 if done is None or done.released is None else len(done.released),
        "quotes_to_review": 0
        if done is None or done.released is not None
        else len(done.gated.table) - len(done.held),
        "quotes_held_back": 0 if done is None else len(done.held),
    }
    if json:
        print_json({**counts, "written": [str(path) for path in report.paths], "notes": report.notes})
    elif not quiet:
        console = make_console()
        console.print(f"{report.shown} counts are shown, {report.hidden} hidden ({rule}).", soft_wrap=True)
        if done is not None and done.released is None:
            console.print(
                f"{counts['quotes_to_review']} quotes to review, {len(done.held)} held back. Fill in release "
                "(yes or no), then run this again with --review and --sign.",
                soft_wrap=True,
            )
        elif done is not None:
            console.print(f"{counts['quotes_released']} quotes released, {len(done.held)} held back.")
        print_paths(console, report.paths)
        print_notes(console, report.notes)
