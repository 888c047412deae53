"""Results as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from textmine.jobs.code import CodeReport
from textmine.jobs.demo import Theme

#: Wider than this, a line of the table is hard to follow.
WIDEST = 110


def show_themes(console: Console, report: CodeReport, themes: Sequence[Theme]) -> None:
    """Print each theme with its counts, what they are shares of, and three quotes."""
    console.print(
        f"\n{report.counts.read} comments by {themes[0].of_respondents} respondents, "
        f"coded with {report.coded.coder}; {report.counts.non_response} of the comments are non-responses.",
        highlight=False,
    )
    table = Table(box=SIMPLE_HEAD, pad_edge=False, width=min(console.width, WIDEST))
    table.add_column("theme, and three things said", ratio=1)
    table.add_column("comments", justify="right")
    table.add_column(f"of {themes[0].of_comments}\ncomments", justify="right")
    table.add_column(f"of {themes[0].of_respondents}\nrespondents", justify="right")
    for theme in themes:
        table.add_row(
            Text(theme.name, style="bold"),
            str(theme.comments),
            _percent(theme.comments, theme.of_comments),
            _percent(theme.respondents, theme.of_respondents),
        )
        share = _percent(theme.answers, theme.of_answers)
        most = f"{share} of the {theme.of_answers} answers to “{theme.question}”"
        table.add_row(Padding(Text(most, style="italic"), (0, 0, 0, 2)))
        for i, quote in enumerate(theme.quotes):
            table.add_row(
                Padding(Text(f"“{quote}”", style="dim"), (0, 0, 0, 2)), end_section=i + 1 == len(theme.quotes)
            )
    console.print(table)
    console.print(
        "Shares count what the coder found. It errs, so they are not yet estimates of what was said.\n",
        highlight=False,
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "-"
