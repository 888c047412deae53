"""The command line: its commands in the order of the work, and how errors are told."""

from __future__ import annotations

import gc
import os
import re
import sys
from typing import Annotated

import typer

from textmine import __version__
from textmine.commands.agree import agree
from textmine.commands.annotate import annotate
from textmine.commands.certify import certify
from textmine.commands.clean import clean
from textmine.commands.code import code
from textmine.commands.codebook import check_codebook, diff_codebooks, migrate_codebook
from textmine.commands.common import show_plainly
from textmine.commands.demo import demo
from textmine.commands.evaluate import evaluate
from textmine.commands.export import export
from textmine.commands.forget import forget
from textmine.commands.framework import framework
from textmine.commands.import_ import import_
from textmine.commands.init import init
from textmine.commands.labels import export_labels, import_labels
from textmine.commands.models import card, models
from textmine.commands.prevalence import prevalence
from textmine.commands.read import read
from textmine.commands.record import add_to_record, check_record, list_record, replay_record
from textmine.commands.redact import redact
from textmine.commands.release import release
from textmine.commands.report import report
from textmine.commands.shrink import shrink
from textmine.commands.topics import topics
from textmine.commands.trace import trace
from textmine.commands.train import train
from textmine.commands.waves import waves
from textmine.errors import CodebookError, TextmineError

#: So many problems of a codebook are told after those in the message itself.
_MOST_PROBLEMS = 20
#: With less memory than this, in bytes, libraries may fail in ways that cannot be told.
_LEAST_MEMORY = 4 * 10**9
_NO_MEMORY = (
    "The memory is used up. Give the machine or the process more, close other programs, or split the "
    "input. Nothing that was not whole has been kept."
)
#: What a library says that finds no memory to be loaded into.
_NOT_LOADED = re.compile("failed to map segment|annot allocate memory")

app = typer.Typer(
    name="textmine",
    help="From free text and a codebook to a coded dataset that stands up to review.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
codebook_app = typer.Typer(help="Work with codebooks.", no_args_is_help=True, rich_markup_mode=None)
codebook_app.command("check")(check_codebook)
codebook_app.command("diff")(diff_codebooks)
codebook_app.command("migrate")(migrate_codebook)
labels_app = typer.Typer(
    help="Labels out to other tools and coding sheets, and back in.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
labels_app.command("export")(export_labels)
labels_app.command("import")(import_labels)
record_app = typer.Typer(
    help="Who or what decided each code, when and on what ground; replayed to the coded table.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
record_app.command("check")(check_record)
record_app.command("replay")(replay_record)
record_app.command("list")(list_record)
record_app.command("add")(add_to_record)

for command in (
    demo,
    init,
    read,
    clean,
    redact,
    annotate,
    agree,
    train,
    shrink,
    evaluate,
    certify,
    code,
    topics,
    prevalence,
    waves,
    release,
    export,
):
    app.command()(command)
app.command("import")(import_)
app.command()(framework)
app.command()(report)
app.command()(trace)
app.command()(card)
app.command()(models)
app.command()(forget)
app.add_typer(codebook_app, name="codebook")
app.add_typer(labels_app, name="labels")
app.add_typer(record_app, name="record")


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


def main() -> None:
    """Run the command line; 0 done, 1 a user's error told in one line, 2 wrong usage."""
    gc.set_threshold(100_000, 50, 100)  # a big table is millions of small objects, none of them garbage
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    _leave_no_core()
    _tell_of_limit()
    try:
        app()
    except CodebookError as error:
        _fail(_tell_problems(error))
    except TextmineError as error:
        _fail(str(error))
    except OSError as error:
        what, where = error.strerror or type(error).__name__, error.filename or "a file"
        _fail(f"{what}: {where}. Check the path and the disk.")
    except MemoryError:
        _fail(_NO_MEMORY)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:  # its message might hold a respondent's words, so only its kind is told
        if os.environ.get("TEXTMINE_DEBUG"):
            _show_where(error)
        if isinstance(error, ImportError) and _NOT_LOADED.search(str(error)):
            _fail(_NO_MEMORY)
        kind = type(error).__name__
        _fail(f"Unexpected {kind} inside textmine. Set TEXTMINE_DEBUG=1 to see where; please report it.")


def _tell_problems(error: CodebookError) -> str:
    """The error with the problems that its message leaves out, as many as a line can bear."""
    further = [f"[{problem}]" for problem in error.problems if problem not in str(error)]
    more = len(further) - _MOST_PROBLEMS
    rest = [f"(and {more} more; textmine codebook check lists all of a codebook)"] if more > 0 else []
    return " ".join([str(error), *further[:_MOST_PROBLEMS], *rest])


def _leave_no_core() -> None:
    """Ask that no image of the memory, which holds respondents' words, is written should it crash."""
    try:
        import resource
    except ImportError:  # a system without such limits
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _tell_of_limit() -> None:
    """Say where little memory was given: a library that gets none may end the process without a word."""
    try:
        import resource
    except ImportError:  # a system without such limits
        return
    given = resource.getrlimit(resource.RLIMIT_AS)[0]
    if given != resource.RLIM_INFINITY and given < _LEAST_MEMORY:
        typer.echo(
            f"Note: this process may take {given / 1e9:.1f} GB of memory (ulimit -v). Should it end without "
            "a result, give it 4 GB or more.",
            err=True,
        )


def _show_where(error: BaseException) -> None:
    """Show the lines of code that led to an error, and to what caused it, without their messages."""
    import traceback

    met: BaseException | None = error
    while met is not None:
        lines = "".join(traceback.format_tb(met.__traceback__))
        typer.echo(f"{lines}{type(met).__name__}", err=True)
        met = met.__cause__ or met.__context__


def _fail(message: str) -> None:
    typer.echo(f"Error: {show_plainly(' '.join(message.split()))}", err=True)
    raise SystemExit(1)


if __name__ == "__main__":
    main()
