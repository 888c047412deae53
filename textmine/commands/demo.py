"""``textmine demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import Quiet, make_console, print_notes, print_paths


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")] = Path("out/demo"),
    open_page: Annotated[bool, typer.Option("--open", help="Open the report in a browser.")] = False,
    quiet: Quiet = False,
) -> None:
    """Code a wave of the shipped survey with the shipped model, show what was found and write a report."""
    from textmine.jobs.demo import run_demo, write_page

    report, themes, source = run_demo(out)
    pages = write_page(out)
    if open_page:
        import webbrowser

        webbrowser.open(pages[0].resolve().as_uri())
    if quiet:
        return
    from textmine.jobs.show import show_themes

    console = make_console()
    show_themes(console, report, themes)
    print_paths(console, [source, *report.paths, *pages])
    print_notes(console, report.notes)
