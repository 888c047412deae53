"""``textmine shrink``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import Json, Quiet, make_console, print_json


def shrink(
    model: Annotated[str, typer.Argument(help="The accurate model: a name or a folder.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the int8 model, such as models/NAME-int8.")],
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Make an accurate model smaller and quicker: int8 for ONNX Runtime, which codes without torch."""
    from textmine.jobs.shrink import shrink_model

    made = shrink_model(model, out)
    if json:
        sizes = {"bytes_before": made.bytes_before, "bytes_after": made.bytes_after}
        print_json({"model": str(made.out), **sizes})
    elif not quiet:
        sizes_told = f"{made.bytes_before / 1e6:.1f} MB, now {made.bytes_after / 1e6:.1f} MB"
        make_console().print(f"Model: {made.out} (was {sizes_told})", highlight=False, soft_wrap=True)
