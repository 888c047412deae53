"""``textmine read``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textmine.commands.common import (
    Group,
    Json,
    Question,
    Quiet,
    make_console,
    print_json,
    print_notes,
    print_paths,
)

if TYPE_CHECKING:
    from textmine.jobs.read import ReadReport


def read(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            help="Surveys (csv, tsv, xlsx, ods, sav, parquet, jsonl) and transcripts (docx, odt, pdf, txt, "
            "md, vtt, srt)."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="File of documents to write: .jsonl, .csv or .parquet.")
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", help="Column of an open question; may be given again.")
    ] = None,
    id: Annotated[str | None, typer.Option("--id", help="Column of the respondents' ids.")] = None,
    question: Question = None,
    group: Group = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option("--attribute", help="Column that is no open question; repeatable."),
    ] = None,
    interviewer: Annotated[
        list[str] | None, typer.Option("--interviewer", help="Speaker who asks; may be given again.")
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="Sheet of a workbook; found out if not given.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="Encoding; found out if not given.")
    ] = None,
    rows: Annotated[
        int | None, typer.Option("--rows", min=0, help="Documents to show; 5 on a terminal, none elsewhere.")
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Read surveys and transcripts as documents, and say what was taken for what, and why."""
    from textmine.jobs.read import ReadOptions, read_files

    options = ReadOptions(
        tuple(text or ()),
        id,
        question,
        group,
        tuple(attribute or ()),
        sheet,
        encoding,
        tuple(interviewer or ()),
    )
    report = read_files(inputs, out, options=options)
    if json:
        print_json(_describe(report))
    elif not quiet:
        _print_report(report, rows)


def _describe(report: ReadReport) -> dict[str, object]:
    files = [
        {"file": file.path.name, "documents": len(file.frame), "parts": file.parts, "notes": file.notes}
        for file in report.files
    ]
    return {
        "documents": len(report.frame),
        "empty": report.empty,
        "rejected": len(report.rejected),
        "columns": list(report.frame.columns),
        "files": files,
        "notes": report.notes,
        "written": [str(path) for path in report.paths],
    }


def _print_report(report: ReadReport, rows: int | None) -> None:
    console = make_console()
    for file in report.files:
        for line in file.explained:
            console.print(line, soft_wrap=True)
        print_notes(console, file.notes)
    console.print(
        f"{len(report.frame)} documents, {report.empty} with an empty text, "
        f"{len(report.rejected)} rows set aside."
    )
    shown = rows if rows is not None else 5 if is_terminal() else 0
    if shown:
        _print_rows(report, shown)
    elif rows is None:
        console.print("Five documents are shown on a terminal only; --rows 5 shows them here.")
    if report.paths:
        print_paths(console, report.paths)
    print_notes(console, report.notes)


def is_terminal() -> bool:
    """Whether the output goes to a person rather than to a file."""
    return sys.stdout.isatty()


def _print_rows(report: ReadReport, count: int) -> None:
    """The first documents that have a text, a row each; for the eyes of whoever runs the command."""
    from rich.table import Table
    from rich.text import Text

    frame = report.frame
    filled = frame[frame["text"].str.strip() != ""]
    table = Table(show_lines=False)
    names = [n for n in ("doc_id", "speaker", "role", "question", "text") if n in frame.columns]
    for name in names:
        table.add_column(name, overflow="fold", ratio=3 if name == "text" else 1)
    for row in (filled if len(filled) else frame).head(count)[names].to_dict("records"):
        table.add_row(*(Text(_cut(str(row[name]))) for name in names))
    make_console().print(table)


def _cut(text: str) -> str:
    """A text on one line without control characters, cut after 200 characters."""
    plain = "".join(char if char.isprintable() else " " for char in text[:400])
    plain = " ".join(plain.split())
    return plain if len(plain) <= 200 else f"{plain[:199]}…"
