"""Results as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from textmine.jobs.code import CodeReport
from textmine.jobs.demo import Theme


def show_themes(console: Console, report: CodeReport, themes: Sequence[Theme]) -> None:
    """Print each theme with its counts, what they are shares of, and three quotes."""
    first = themes[0]
    table = Table(
        title=f"{report.counts.read} comments by {first.of_respondents} respondents "
        f"({report.counts.non_response} of them non-responses), as coded by {report.coded.coder}",
        title_style="bold",
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("theme", overflow="fold", ratio=3)
    table.add_column("comments", justify="right")
    table.add_column(f"share of {first.of_comments}\ncomments", justify="right")
    table.add_column(f"share of {first.of_respondents}\nrespondents", justify="right")
    table.add_column("most said in answer to\n(share of its answers)", overflow="fold", ratio=3)
    for theme in themes:
        table.add_row(
            escape(theme.name),
            str(theme.comments),
            _percent(theme.comments, theme.of_comments),
            _percent(theme.respondents, theme.of_respondents),
            f"{escape(theme.question)} {_percent(theme.answers, theme.of_answers)} of {theme.of_answers}",
        )
    console.print(table)
    console.print(
        "These are counts of what the coder found; it errs, so they are not yet estimates of what was said.\n",
        style="dim",
        highlight=False,
    )
    for theme in themes:
        console.print(f"[bold]{escape(theme.name)}[/bold]", highlight=False)
        for quote in theme.quotes:
            console.print(f"  “{escape(quote)}”", highlight=False)
    console.print()


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "-"
