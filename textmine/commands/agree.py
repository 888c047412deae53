"""``textmine agree``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from textmine.commands.common import (
    Group,
    Id,
    Json,
    Quiet,
    Seed,
    Text,
    make_console,
    print_json,
    print_notes,
    print_paths,
)

if TYPE_CHECKING:
    from rich.console import Console

    from textmine.agreement import Agreement

#: So many confusions and units are shown; the tables of --out hold all.
_SHOWN = 5
_WIDTH = 110
_SHOWN_FIGURES = (
    "kappa",
    "ac1",
    "raw_agreement",
    "positive_agreement",
    "negative_agreement",
    "prevalence",
)
_OVERALL = {
    "alpha_masi": "alpha of sets (MASI)",
    "alpha_jaccard": "alpha of sets (Jaccard)",
    "alpha_exact": "alpha of sets (exact)",
    "exact_match": "same set given",
    "mean_alpha": "mean alpha of codes",
    "mean_kappa": "mean kappa of codes",
    "mean_ac1": "mean AC1 of codes",
    "u_nominal": "alpha of stretches, all codes",
    "u_binary": "alpha of stretches, any code",
    "cu_nominal": "alpha of stretches, where both marked",
}


def agree(
    files: Annotated[
        list[Path], typer.Argument(help="Label files, or folders that textmine code wrote; one a coder.")
    ],
    units: Annotated[
        Path | None, typer.Option("--units", help="File of the texts: for respondents and stretches.")
    ] = None,
    text: Text = None,
    id: Id = None,
    group: Group = None,
    codebook: Annotated[
        Path | None, typer.Option("--codebook", help="Codebook whose codes count; else those met.")
    ] = None,
    approach: Annotated[
        str, typer.Option("--approach", help="The study's: coding_reliability, codebook or reflexive.")
    ] = "codebook",
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write the tables to.")] = None,
    draws: Annotated[
        int, typer.Option("--draws", min=1, help="Bootstrap samples behind each interval.")
    ] = 1000,
    seed: Seed = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """How far coders agree, code by code and overall: alpha, kappa and AC1, and where they part."""
    from textmine.jobs.agree import agree_files
    from textmine.jobs.labelled import ColumnNames

    report = agree_files(
        files,
        units=units,
        columns=ColumnNames(text, id, None, group),
        codebook=codebook,
        approach=approach,
        out=out,
        draws=draws,
        seed=seed,
    )
    if json:
        print_json(report.to_dict() | ({"out": str(out)} if out is not None else {}))
    elif not quiet:
        console = make_console()
        if not console.is_terminal:
            console.width = _WIDTH
        _print_agreement(console, report.agreement, drawn="respondents" if group else "units")
        if report.paths:
            print_paths(console, report.paths)
        print_notes(console, report.notes)


def _print_agreement(console: Console, found: Agreement, drawn: str) -> None:
    console.print(
        f"{', '.join(found.coders)}: {found.n_units} units coded by two or more ({found.kind}). Intervals: "
        f"95%, from {found.draws} bootstrap samples of {found.n_respondents} {drawn}.",
        soft_wrap=True,
    )
    console.print(_table_codes(found))
    for row in found.codes[found.codes["reason"] != ""].to_dict("records"):
        console.print(f"{row['code']}: {row['reason']}", soft_wrap=True)
    for row in found.overall.to_dict("records"):
        _print_figure(console, row)
    if found.evidence is not None:
        for row in found.evidence.overall.to_dict("records"):
            _print_figure(console, row)
        if found.evidence.reason:
            console.print(f"No alpha of stretches over all codes: {found.evidence.reason}.", soft_wrap=True)
    console.print(
        "Read them together: a rare code lowers alpha and kappa and lifts raw agreement and AC1. Customary "
        "bounds are .667 and .800; they are customs, not a pass or a fail."
    )
    _print_disputes(console, found)


def _table_codes(found: Agreement) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    marks = {} if found.evidence is None else found.evidence.codes.set_index("code")["u_alpha"].to_dict()
    names = ["units", "marked", "alpha", "95%", "kappa", "AC1", "raw", "pos.", "neg.", "share"]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("code", overflow="fold")
    for name in [*names, *(["words"] if marks else [])]:
        table.add_column(name, justify="right", no_wrap=True)
    for row in found.codes.to_dict("records"):
        known = row["alpha_low"] == row["alpha_low"]
        interval = f"{row['alpha_low']:.2f} to {row['alpha_high']:.2f}" if known else ""
        cells = [str(row["n_units"]), str(row["n_marked"]), _show(row["alpha"])]
        cells.append(interval + ("*" if row["warning"] else " "))
        cells += [_show(row[name]) for name in _SHOWN_FIGURES]
        table.add_row(str(row["code"]), *cells, *([_show(marks[row["code"]])] if marks else []))
    return table


def _print_figure(console: Console, row: Mapping[Any, Any]) -> None:
    name = _OVERALL[row["measure"]]
    if row["value"] != row["value"]:
        console.print(f"{name:<38} - {row.get('reason', '')}", soft_wrap=True)
        return
    known = row["low"] == row["low"]
    interval = f"95% {row['low']:.3f} to {row['high']:.3f}" if known else "no interval"
    console.print(f"{name:<38} {row['value']:.3f}  ({interval})", soft_wrap=True)


def _print_disputes(console: Console, found: Agreement) -> None:
    given = found.confusions[
        (found.confusions["first_gave"] != "(none)") & (found.confusions["second_gave"] != "(none)")
    ]
    for row in given.head(_SHOWN).to_dict("records"):
        console.print(
            f"{row['n']} x {row['first']} gave {row['first_gave']} where {row['second']} gave "
            f"{row['second_gave']}",
            soft_wrap=True,
        )
    if len(found.disputed):
        shown = ", ".join(found.disputed["unit_id"].head(_SHOWN))
        more = "" if len(found.disputed) <= _SHOWN else f" and {len(found.disputed) - _SHOWN} more"
        console.print(f"Most disputed units: {shown}{more}", soft_wrap=True)


def _show(value: float) -> str:
    return "-" if value != value else f"{value:.3f}"
