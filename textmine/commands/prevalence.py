"""``textmine prevalence``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from textmine.commands.common import Json, Quiet, Seed, make_console, print_json, print_notes, print_paths
from textmine.commands.survey_options import (
    Base,
    By,
    CheckedId,
    Cluster,
    CountedUnit,
    Folder,
    Probability,
    Respondent,
    Strata,
    Target,
    Weight,
)
from textmine.errors import InputError

if TYPE_CHECKING:
    from textmine.jobs.prevalence import PrevalenceReport

_WIDTH = 110


def prevalence(
    folder: Folder,
    checked: Annotated[
        list[Path] | None,
        typer.Option("--checked", help="Labels of units read at random, wide or long; may be given again."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Csv file to write the shares to.")] = None,
    probability: Probability = None,
    by: By = None,
    weight: Weight = None,
    cluster: Cluster = None,
    strata: Strata = None,
    respondent: Respondent = None,
    unit: CountedUnit = None,
    base: Base = None,
    target: Target = None,
    reader: Annotated[
        list[str] | None,
        typer.Option("--reader", metavar="NAME=FILE", help="Labels of one reader of a part read twice."),
    ] = None,
    differences: Annotated[
        Path | None, typer.Option("--differences", help="Csv file for differences between the groups.")
    ] = None,
    adjust: Annotated[
        str, typer.Option("--adjust", help="Correct p-values of differences for many looks: bh or holm.")
    ] = "bh",
    fairness: Annotated[
        Path | None,
        typer.Option("--fairness", help="Csv file for the coder's precision and recall in each group."),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", help="Start of the names of figures, written as html and png.")
    ] = None,
    id: CheckedId = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", help="Csv file for a list of units to read; no shares then.")
    ] = None,
    half_width: Annotated[
        float, typer.Option("--half-width", help="With --plan: how far off a share may be, such as 0.05.")
    ] = 0.05,
    read: Annotated[
        int | None, typer.Option("--read", help="With --plan: read so many, however wide the intervals.")
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds-per-unit", help="With --plan: how long a person takes for a unit.")
    ] = 20.0,
    seed: Seed = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """How common each code is, corrected for the coder's errors by units that people read at random."""
    from textmine.jobs.prevalence import estimate_folder, plan_folder
    from textmine.jobs.survey_wave import SurveyColumns

    if plan is not None:
        planned = plan_folder(
            folder, plan, half_width=half_width, n=read, seconds_per_unit=seconds, seed=seed
        )
        if json:
            said = {"out": str(plan), "n": planned.n, "minutes": planned.minutes, "review": planned.review}
            print_json({**said, "codes": planned.codes.to_dict("records"), "notes": list(planned.sentences)})
        elif not quiet:
            console = make_console()
            for sentence in planned.sentences:
                console.print(sentence, soft_wrap=True)
            print_paths(console, [plan])
        return
    report = estimate_folder(
        folder,
        checked or [],
        out,
        columns=SurveyColumns(tuple(by or ()), weight, cluster, strata, respondent),
        probability=probability,
        id=id,
        unit=unit,
        base=base,
        target=target,
        readers=_name_readers(reader or []),
        differences=differences,
        adjust=adjust,
        fairness=fairness,
        figure=figure,
    )
    if json:
        print_json(report.to_dict() | ({"out": str(out)} if out is not None else {}))
    elif not quiet:
        _print_report(report)


def _name_readers(given: list[str]) -> dict[str, Path]:
    pairs = [tuple(part.strip() for part in pair.split("=", 1)) for pair in given]
    if any(len(pair) != 2 or not all(pair) for pair in pairs) or len({p[0] for p in pairs}) < len(pairs):
        raise InputError("--reader wants NAME=FILE, each name once. Write it as --reader ann=ann.csv.")
    return {name: Path(file) for name, file in pairs}


def _print_report(report: PrevalenceReport) -> None:
    console = make_console()
    if not console.is_terminal:
        console.width = _WIDTH
    table = report.table
    for words in table["base_in_words"].unique():
        console.print(f"Share of {words}.", soft_wrap=True)
    console.print(_table_shares(report))
    for note in _find_common_notes(table["validity"].tolist()):
        console.print(f"All rows: {note}.", soft_wrap=True)
    marked = int(table["validity"].str.contains("only|not estimable|nothing|outside").sum())
    if marked:
        console.print(f"* {marked} rows to be taken with care: column validity says why.", soft_wrap=True)
    if report.paths:
        print_paths(console, report.paths)
    print_notes(console, report.notes)


def _find_common_notes(validity: list[str]) -> list[str]:
    """The notes that stand in every row."""
    rows = [[note for note in cell.split("; ") if note] for cell in validity]
    return [note for note in (rows[0] if rows else []) if all(note in row for row in rows)]


def _table_shares(report: PrevalenceReport) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    keys = ["code", *(name for name in ("question", "group") if report.table[name].ne("").any())]
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in keys:
        shown.add_column(name, overflow="fold")
    for name in ("share", "95%", "naive", "coded", "read", "with it", "lambda", "gain"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in report.table.to_dict("records"):
        known = row["estimate"] == row["estimate"]
        interval = f"{row['low']:.3f} to {row['high']:.3f}" if known else "not estimable"
        shown.add_row(
            *(str(row[name]) for name in keys),
            _show(row["estimate"]),
            interval,
            _show(row["naive"]),
            *(str(row[name]) for name in ("n_coded", "n_read", "n_read_positive")),
            _show(row["lambda"], 2),
            _show(row["gain"], 2),
        )
    return shown


def _show(value: float, decimals: int = 3) -> str:
    return "-" if value is None or value != value else f"{value:.{decimals}f}"
