"""``textmine models`` and ``textmine card``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textmine.commands.common import Json, Quiet, make_console, print_json, print_paths, show_plainly

if TYPE_CHECKING:
    from textmine.jobs.models import InstalledModel

_WHERE = {"here": "in ./models", "shipped": "shipped with textmine", "folder": "a folder"}


def models(json: Json = False) -> None:
    """List the models at hand: those in ./models and those shipped, and whether each is whole."""
    from textmine.jobs.models import list_models

    found = list_models()
    if json:
        print_json([model.describe() for model in found])
        return
    console = make_console()
    for model in found:
        console.print(f"{model.name}: {_tell_state(model)}", soft_wrap=True)
        for line in _tell_lines(model):
            console.print(f"  {line}", soft_wrap=True)


def card(
    model: Annotated[str, typer.Argument(help="A model's name or folder.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write, .html or .md; printed without.")
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Show a model's card: what it codes, what it learned from, how good it is and what it is not for."""
    from textmine.jobs.models import describe_model_folder, read_card, write_card
    from textmine.locations import find_model

    written = None if out is None else write_card(model, out)
    if json:
        facts = describe_model_folder(find_model(model)).describe()
        print_json({**facts, "card": read_card(model), "out": None if written is None else str(written)})
    elif written is None:
        typer.echo(show_plainly(read_card(model)), nl=False)
    elif not quiet:
        print_paths(make_console(), [written])


def _tell_state(model: InstalledModel) -> str:
    told = f"{model.kind}, {_WHERE[model.where]}"
    if model.hidden:
        told += ", hidden by the one of this name in ./models"
    return f"{told}; {f'NOT USABLE: {model.problem}' if model.problem else 'whole'}"


def _tell_lines(model: InstalledModel) -> list[str]:
    facts = [f"{model.tier} tier" if model.tier else "", f"form {model.form}" if model.form else ""]
    facts.append(f"{model.bytes / 1e6:.1f} MB")
    if model.codebook:
        facts.append(f"codebook {model.codebook} {model.codebook_version}".strip() + f", {model.codes} codes")
    if model.texts is not None:
        people = "" if model.respondents is None else f" by {model.respondents:,} respondents"
        facts.append(f"learned from {model.texts:,} texts{people}")
    return ["; ".join(fact for fact in facts if fact), f"sha256 {model.sha256}", model.folder]
