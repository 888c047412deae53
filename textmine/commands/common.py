"""What the commands share: options that mean the same everywhere, and how results are shown."""

from __future__ import annotations

import json as jsonlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

Input = Annotated[
    Path, typer.Argument(help="A csv, tsv, xlsx, parquet or jsonl file; - reads csv from stdin.")
]
Text = Annotated[str | None, typer.Option("--text", help="Column of the texts; found out if there is one.")]
Id = Annotated[str | None, typer.Option("--id", help="Column of the ids; found out if there is one.")]
Question = Annotated[str | None, typer.Option("--question", help="Column of the question each text answers.")]
Group = Annotated[str | None, typer.Option("--group", help="Column of the respondents.")]
LabelFiles = Annotated[list[Path], typer.Option("--labels", help="Wide or long labels; may be given again.")]
By = Annotated[
    list[str] | None, typer.Option("--by", help="Column of subgroups to compare; may be given again.")
]
SecondCoders = Annotated[
    list[Path] | None,
    typer.Option("--second-coder", help="Another person's codings of the same texts; may be given again."),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of every random choice.")]

#: What a terminal obeys rather than shows: control codes, and marks that turn the direction of a line.
_ORDERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MEASURES = {
    "micro_f1": "micro F1",
    "macro_f1": "macro F1",
    "samples_f1": "samples F1",
    "macro_average_precision": "average precision",
    "mean_calibration_error": "calibration error",
}


def make_console() -> Console:
    """A console that takes [brackets] in names and paths for what they are, and no orders from them."""
    from rich.console import Console

    class PlainConsole(Console):
        def render_str(self, text: str, **more: Any) -> Any:
            return super().render_str(show_plainly(text), **more)

    return PlainConsole(markup=False, highlight=False, emoji=False)  # names may hold [brackets] and :colons:


def show_plainly(text: str) -> str:
    r"""The text with characters written out that would move the cursor, colour the screen or turn the line.

    >>> print(show_plainly("caf\u00e9 \x1b[31m \u202e"))
    café \x1b[31m \u202e
    """
    return _ORDERS.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


def show_steps(silent: bool) -> Any:
    """A context that gives a function to name the step at hand, shown on a terminal only."""
    from contextlib import contextmanager, nullcontext

    if silent or not sys.stderr.isatty():
        return nullcontext(lambda step: None)

    @contextmanager
    def shown() -> Any:
        from rich.console import Console

        with Console(stderr=True).status("starting") as status:
            yield lambda step: status.update(f"{step} ...")

    return shown()


def show_progress(silent: bool, doing: str = "coding") -> Any:
    """A context that gives a function to tell how many of how many texts or steps are done, or None."""
    from contextlib import contextmanager, nullcontext

    if silent or not sys.stderr.isatty():
        return nullcontext(None)

    @contextmanager
    def shown() -> Any:
        from rich.console import Console
        from rich.progress import Progress, TextColumn, TimeRemainingColumn

        rate = TextColumn("{task.fields[rate]}")
        columns = (*Progress.get_default_columns()[:3], rate, TimeRemainingColumn())
        # Without a thread that refreshes it: processes may be forked while it is shown.
        with Progress(*columns, console=Console(stderr=True), auto_refresh=False) as bar:
            task = bar.add_task(doing, total=None, rate="")

            def tell(done: int, of: int) -> None:
                speed = bar.tasks[0].speed
                said = "" if speed is None or of < 1000 else f"{speed:,.0f}/s"
                bar.update(task, completed=done, total=of, rate=said, refresh=True)

            yield tell

    return shown()


def print_overall(console: Console, overall: Any, how: str) -> None:
    """Print overall measures, each with its interval and how it was come by."""
    for row in overall.dropna(subset=["value"]).to_dict("records"):
        name, known = _MEASURES.get(row["measure"], row["measure"]), row["low"] == row["low"]
        interval = f"95% {row['low']:.3f} to {row['high']:.3f}" if known else "no interval"
        console.print(f"{name:<17} {row['value']:.3f}  ({interval}, {how})", highlight=False)


def print_paths(console: Console, paths: Sequence[Path | str]) -> None:
    """Print where results went, a line each."""
    console.print("Written:", highlight=False)
    for path in paths:
        console.print(f"  {path}", highlight=False, soft_wrap=True)


def print_notes(console: Console, notes: list[str]) -> None:
    """Print what a user should know, a line each."""
    for note in notes:
        console.print(f"Note: {note}", highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print a result for machines."""
    typer.echo(jsonlib.dumps(value, ensure_ascii=False, indent=2))
