"""A report as markdown: tables as GitHub has them, figures as pictures beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from textmine.report.blocks import show_cell
from textmine.report.page import name_pictures
from textmine.report.plots import Plot

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def render_markdown(summary: Mapping[str, Any], plots: Sequence[Plot], *, pictures: str) -> str:
    """The report as markdown; ``pictures`` is the folder beside it where the figures stand as png.

    Words from the data are escaped, so that none of them becomes a link, markup or html.
    """
    drawn = {plot.name: plot for plot in plots}
    files = name_pictures(plots)
    lines = [f"# {_escape(summary['title'])}", "", _escape(summary["data"]), ""]
    for section in summary["sections"]:
        lines += [f"## {_escape(section['title'])}", ""]
        for line in section["lead"]:
            lines += [_escape(line), ""]
        for name in section["figures"]:
            lines += [f"![{_escape(drawn[name].alt)}]({pictures}/{files[name]})", ""]
        for table in section["tables"]:
            lines += _write_cases(table) if table["name"] == "framework" else _write_table(table)
        lines += [f"- {_escape(note)}" for note in section["notes"]]
        lines += [""] if section["notes"] else []
    return "\n".join(lines).rstrip("\n") + "\n"


def _write_table(table: Mapping[str, Any]) -> list[str]:
    columns = table["columns"]
    if not columns:
        return []
    head = " | ".join(_escape(column["title"]) for column in columns)
    rule = "|".join("---:" if column["kind"] in ("count", "share", "number") else "---" for column in columns)
    rows = [
        "| " + " | ".join(_cell(row[column["id"]], column["kind"]) for column in columns) + " |"
        for row in table["rows"]
    ]
    return [f"**{_escape(table['title'])}**", "", f"| {head} |", f"|{rule}|", *rows, ""]


def _write_cases(table: Mapping[str, Any]) -> list[str]:
    """The framework matrix case by case, as a summary of each source: a wide table fits no page."""
    lines = []
    first, *others = table["columns"]
    for row in table["rows"]:
        lines += [f"### {_escape(row[first['id']])}", "", "| | |", "|---|---|"]
        lines += [
            f"| {_escape(c['title'])} | {_cell(row[c['id']], c['kind'])} |" for c in others if row[c["id"]]
        ]
        lines.append("")
    return lines


def _cell(value: Any, kind: str) -> str:
    shown = show_cell(value, kind)
    if kind == "id":
        return f"`{shown}`" if shown else ""
    return _escape(shown).replace("\n", "<br>")


def _escape(words: Any) -> str:
    return _SPECIAL.sub(r"\\\1", str(words)).replace("\r", " ")
