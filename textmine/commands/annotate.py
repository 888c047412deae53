"""``textmine annotate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import make_console, print_notes, print_paths


def annotate(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A folder that textmine init made.")],
    host: Annotated[
        str, typer.Option("--host", help="Address to serve on; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8765,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page.")] = True,
    annotator: Annotated[
        str | None, typer.Option("--annotator", help="Who is to read here; gets a fresh link.")
    ] = None,
    new_link: Annotated[
        list[str] | None,
        typer.Option(
            "--new-link", metavar="NAME", help="Give this annotator a fresh link; the old one ends."
        ),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="HOST", help="A host name by which others call this machine."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="TLS certificate (PEM), for https.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Private key of the certificate (PEM).")] = None,
    mix: Annotated[
        str,
        typer.Option("--mix", help="Give more to whoever runs short, such as random=0.2,rare=0.8."),
    ] = "",
    learn: Annotated[
        bool, typer.Option("--learn/--no-learn", help="Train a model in the background as labels arrive.")
    ] = True,
) -> None:
    """Open a project for annotation: pages on which people read, code and settle differences.

    Everything stays on this machine: the pages are served from here and load nothing from elsewhere. When it
    is stopped, the annotations are written into the project's folder: files for git, and tables of labels.
    """
    from textmine.annotating.serving import Address
    from textmine.jobs.annotate import open_annotating

    console = make_console()
    address = Address(host, port, secure=certificate is not None)
    with open_annotating(
        project,
        address,
        annotator=annotator,
        renew=new_link or [],
        names=name or [],
        certificate=certificate,
        key=key,
        learn=learn,
        mix=mix,
    ) as work:
        console.print(f"Project {work.name}: {work.units} units, {work.open} readings to do.")
        for who, link in work.links.items():
            console.print(f"  {who}: {link}", soft_wrap=True)
        if not work.links:
            console.print(f"  {work.address.url}/#TOKEN is each annotator's link, with the token from init.")
            console.print("  Where a token was lost, --new-link NAME gives a fresh one.")
        print_notes(console, work.notes)
        console.print("Stop with Ctrl+C; everything that a page shows as saved is on the disk.")
        if browser and len(work.links) == 1:
            import webbrowser

            webbrowser.open(next(iter(work.links.values())))
        work.serve()
        print_paths(console, sorted({path.parent for path in work.keep()}))
