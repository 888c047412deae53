"""The command line: each command parses, calls one function and prints where the result went."""

from __future__ import annotations

import gc
import json as jsonlib
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from textmine import __version__
from textmine.errors import CodebookError, TextmineError

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(
    name="textmine",
    help="From free text and a codebook to a coded dataset that stands up to review.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
codebook_app = typer.Typer(help="Work with codebooks.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(codebook_app, name="codebook")


class Tier(StrEnum):
    """Kinds of coder."""

    fast = "fast"


class Form(StrEnum):
    """Forms of the wide table."""

    csv = "csv"
    parquet = "parquet"
    xlsx = "xlsx"


Input = Annotated[
    Path, typer.Argument(help="A csv, tsv, xlsx, parquet or jsonl file; - reads csv from stdin.")
]
Text = Annotated[str | None, typer.Option("--text", help="Column of the texts; found out if there is one.")]
Id = Annotated[str | None, typer.Option("--id", help="Column of the ids; found out if there is one.")]
Question = Annotated[str | None, typer.Option("--question", help="Column of the question each text answers.")]
Group = Annotated[str | None, typer.Option("--group", help="Column of the respondents.")]
LabelFiles = Annotated[list[Path], typer.Option("--labels", help="Wide or long labels; may be given again.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of every random choice.")]


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"textmine {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version


@app.command()
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

    console = _console()
    show_themes(console, report, themes)
    _print_paths(console, [source, *report.paths])
    _print_notes(console, report.notes)


@app.command()
def train(
    source: Input,
    labels: LabelFiles,
    out: Annotated[Path, typer.Option("--out", help="Folder of the model, such as models/NAME.")],
    text: Text = None,
    id: Id = None,
    question: Question = None,
    group: Group = None,
    labels_train_only: Annotated[
        list[Path] | None, typer.Option(help="Labels learned from and never scored; may be given again.")
    ] = None,
    codebook: Annotated[Path | None, typer.Option("--codebook", help="The codebook, yaml.")] = None,
    tier: Annotated[Tier, typer.Option(help="Kind of coder.")] = Tier.fast,
    seed: Seed = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Train a coder from coded texts and write its folder and model card."""
    from textmine.jobs.labelled import ColumnNames
    from textmine.jobs.train import train_model

    del tier  # there is one so far
    with _steps(quiet or json) as step:
        report = train_model(
            source,
            labels,
            out,
            columns=ColumnNames(text, id, question, group),
            learn_only=labels_train_only or [],
            codebook=codebook,
            seed=seed,
            progress=step,
        )
    overall = report.evaluation.overall
    if json:
        _print_json({"model": str(out), "overall": overall.to_dict("records"), "notes": report.notes})
    elif not quiet:
        console = _console()
        _print_overall(console, overall, "cross-validated by respondent")
        console.print(f"Model and card: {out}", highlight=False, soft_wrap=True)
        _print_notes(console, report.notes)


@app.command()
def code(
    inputs: Annotated[
        list[Path], typer.Argument(help="Survey files of one form: csv, tsv, xlsx, parquet, jsonl.")
    ],
    model: Annotated[str, typer.Option("--model", help="A model's name or folder.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
    text: Text = None,
    id: Id = None,
    question: Question = None,
    group: Group = None,
    format: Annotated[list[Form] | None, typer.Option("--format", help="Form of the wide table.")] = None,
    bands: Annotated[bool, typer.Option("--bands", help="Add a column CODE__band for each code.")] = False,
    scores: Annotated[bool, typer.Option("--scores", help="Add a column CODE__score for each code.")] = False,
    excel_safe: Annotated[
        bool, typer.Option("--excel-safe", help="Guard cells that Excel would take for formulas.")
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Code a survey wave with a model and write the coded dataset."""
    from textmine.exchange.coded_folder import WideOptions
    from textmine.jobs.code import code_files
    from textmine.jobs.labelled import ColumnNames

    forms = tuple(f.value for f in dict.fromkeys(format or [Form.csv]))
    with _progress_bar(quiet or json) as progress:
        report = code_files(
            inputs,
            model,
            out,
            columns=ColumnNames(text, id, question, group),
            options=WideOptions(bands, scores, forms, excel_safe),
            progress=progress,
        )
    counts = report.counts
    if json:
        found = {"out": str(out), "counts": report.coded.counts(), "read": counts.read, "coded": counts.coded}
        _print_json({**found, "rejected": len(report.rejected), "notes": report.notes})
    elif not quiet:
        console = _console()
        console.print(
            f"{counts.read} texts read, {counts.coded} coded, {counts.empty} blank, "
            f"{counts.non_response} non-responses, {len(report.rejected)} rows set aside.",
            highlight=False,
        )
        _print_paths(console, report.paths)
        _print_notes(console, report.notes)


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(help="A model's name or folder.")],
    source: Input,
    labels: LabelFiles,
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
    text: Text = None,
    id: Id = None,
    question: Question = None,
    group: Group = None,
    seed: Seed = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Judge a model against people's codes: precision, recall and F1 with intervals."""
    from textmine.jobs.evaluate import evaluate_model
    from textmine.jobs.labelled import ColumnNames

    evaluation = evaluate_model(
        model, source, labels, out, columns=ColumnNames(text, id, question, group), seed=seed
    )
    if json:
        _print_json({"out": str(out), "overall": evaluation.overall.to_dict("records")})
    elif not quiet:
        console = _console()
        _print_overall(console, evaluation.overall, "on the labelled texts")
        console.print(f"Tables: {out}", highlight=False, soft_wrap=True)


@codebook_app.command("check")
def check_codebook(
    source: Annotated[Path, typer.Argument(help="A codebook, yaml.")], json: Json = False
) -> None:
    """Report everything that is wrong with a codebook, and what could be better."""
    from textmine.codebook import Codebook

    book = Codebook.load(source, strict=False)
    problems, notes = book.check(), book.notes()
    if json:
        _print_json({"codebook": book.id, "version": book.version, "problems": problems, "notes": notes})
    else:
        for problem in problems:
            typer.echo(f"problem: {problem}")
        for note in notes:
            typer.echo(f"note: {note}")
        typer.echo(f"{source.name}: {len(book.codes)} codes, {len(problems)} problems, {len(notes)} notes.")
    if problems:
        raise typer.Exit(1)


def main() -> None:
    """Run the command line; 0 done, 1 a user's error told in one line, 2 wrong usage."""
    gc.set_threshold(100_000, 50, 100)  # a big table is millions of small objects, none of them garbage
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except CodebookError as error:
        _fail(" ".join([str(error), *(f"[{p}]" for p in error.problems if p not in str(error))]))
    except TextmineError as error:
        _fail(str(error))
    except OSError as error:
        what, where = error.strerror or type(error).__name__, error.filename or "a file"
        _fail(f"{what}: {where}. Check the path and the disk.")
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:  # its message might hold a respondent's words, so only its kind is told
        if os.environ.get("TEXTMINE_DEBUG"):
            raise
        kind = type(error).__name__
        _fail(f"Unexpected {kind} inside textmine. Set TEXTMINE_DEBUG=1 to see where; please report it.")


def _fail(message: str) -> None:
    typer.echo(f"Error: {' '.join(message.split())}", err=True)
    raise SystemExit(1)


def _console() -> Console:
    from rich.console import Console

    return Console(markup=False, highlight=False)  # names and paths may hold [brackets]


def _steps(silent: bool) -> Any:
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


def _progress_bar(silent: bool) -> Any:
    """A context that gives a function to tell how many of how many texts are done, or None."""
    from contextlib import contextmanager, nullcontext

    if silent or not sys.stderr.isatty():
        return nullcontext(None)

    @contextmanager
    def shown() -> Any:
        from rich.console import Console
        from rich.progress import Progress, TimeRemainingColumn

        with Progress(
            *Progress.get_default_columns()[:3], TimeRemainingColumn(), console=Console(stderr=True)
        ) as bar:
            task = bar.add_task("coding", total=None)
            yield lambda done, of: bar.update(task, completed=done, total=of)

    return shown()


def _print_overall(console: Console, overall: Any, how: str) -> None:
    for row in overall.to_dict("records"):
        name = row["measure"].replace("_f1", " F1")
        console.print(
            f"{name:<11} {row['value']:.3f}  (95% {row['low']:.3f} to {row['high']:.3f}, {how})",
            highlight=False,
        )


def _print_paths(console: Console, paths: list[Path]) -> None:
    console.print("Written:", highlight=False)
    for path in paths:
        console.print(f"  {path}", highlight=False, soft_wrap=True)


def _print_notes(console: Console, notes: list[str]) -> None:
    for note in notes:
        console.print(f"Note: {note}", highlight=False, soft_wrap=True)


def _print_json(value: Any) -> None:
    typer.echo(jsonlib.dumps(value, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
