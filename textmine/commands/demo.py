"""``textmine demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import Quiet, make_console, print_notes, print_paths


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")] = Path("out/demo"),
    quiet: Quiet = False,
) -> None:
    """Code a wave of the shipped survey with the shipped model and show what was found."""
    from textmine.jobs.demo import run_demo

    report, themes, source = run_demo(out)
    if quiet:
        return
    from textmine.jobs.show import show_themes

    console = make_console()
    show_themes(console, report, themes)
    print_paths(console, [source, *report.paths])
    print_notes(console, report.notes)
