"""``textmine certify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import (
    Json,
    Quiet,
    Seed,
    make_console,
    print_json,
    print_notes,
    print_paths,
)
from textmine.errors import InputError


def certify(
    folder: Annotated[Path, typer.Argument(metavar="CODED_DIR", help="A folder that textmine code wrote.")],
    out: Annotated[Path, typer.Option("--out", help="Certificate to write, or list of units with --draw.")],
    checked: Annotated[
        list[Path] | None,
        typer.Option("--checked", help="Labels of units read at random, wide or long; may be given again."),
    ] = None,
    id: Annotated[
        str | None, typer.Option("--id", help="Column of the unit ids in the checked file.")
    ] = None,
    precision: Annotated[float, typer.Option("--precision", help="Share right that is promised.")] = 0.9,
    confidence: Annotated[float, typer.Option("--confidence", help="How sure the promise is.")] = 0.9,
    all_codes: Annotated[
        bool, typer.Option("--all-codes", help="Promise all codes together, not each by itself.")
    ] = False,
    likely_first: Annotated[
        bool, typer.Option("--likely-first", help="Begin where a code is the likeliest to pass.")
    ] = False,
    reject_miss: Annotated[
        float | None,
        typer.Option("--reject-miss", help="Most that the rejected pile may hold, such as 0.02."),
    ] = None,
    band: Annotated[
        list[str] | None,
        typer.Option("--band", metavar="CODE=SCORE", help="Audit a code from a score fixed in advance."),
    ] = None,
    band_checked: Annotated[
        list[str] | None,
        typer.Option("--band-checked", metavar="CODE=FILE", help="Labels of units read inside that band."),
    ] = None,
    probability: Annotated[
        str | None, typer.Option("--probability", help="Column of each unit's chance of being drawn.")
    ] = None,
    date: Annotated[str, typer.Option("--date", help="Date to write into it, such as 2026-11-14.")] = "",
    draw: Annotated[
        int | None,
        typer.Option(
            "--draw", help="Draw so many units to be read, of one --band or of all; no certificate."
        ),
    ] = None,
    seed: Seed = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Certify which codes may be taken without a second reading, by a random sample that people read."""
    from textmine.coding.certifying import Promise
    from textmine.jobs.certify import certify_folder, draw_to_check

    bands = {code: _as_score(score) for code, score in _pairs("--band", band)}
    if draw is not None:
        if len(bands) > 1:
            raise InputError(f"{len(bands)} bands to draw from met. Draw for one --band at a time.")
        drawn = draw_to_check(folder, draw, out, band=next(iter(bands.items()), None), seed=seed)
        if json:
            print_json({"out": str(out), "drawn": drawn})
        elif not quiet:
            console = make_console()
            console.print(f"{drawn} units drawn. Read them and add a column of 1 and 0 for each code.")
            print_paths(console, [out])
        return
    report = certify_folder(
        folder,
        checked or [],
        out,
        promise=Promise(precision, confidence, all_codes, reject_miss, likely_first),
        bands=bands,
        band_files={code: Path(file) for code, file in _pairs("--band-checked", band_checked)},
        probability=probability,
        id=id,
        date=date,
    )
    certificate = report.certificate
    if json:
        content = {"sha256": certificate.sha256, **certificate.model_dump(mode="json")}
        print_json({"out": str(out), "certificate": content, "notes": report.notes})
    elif not quiet:
        console = make_console()
        for sentence in certificate.describe():
            console.print(sentence, highlight=False, soft_wrap=True)
        print_paths(console, [report.path])
        print_notes(console, report.notes)


def _pairs(option: str, given: list[str] | None) -> list[tuple[str, str]]:
    found = [tuple(part.strip() for part in pair.split("=", 1)) for pair in given or []]
    if any(len(pair) != 2 or not all(pair) for pair in found):
        raise InputError(f"{option} wants CODE=VALUE. Write it as {option} waiting=0.8.")
    if len({pair[0] for pair in found}) < len(found):
        raise InputError(f"{option} names a code twice. Give it once for each code.")
    return [(pair[0], pair[1]) for pair in found]


def _as_score(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InputError("A band begins at a score from 0 to 1. Write it as --band waiting=0.8.") from None
