"""A report as one html page that needs nothing else: no script that runs, nothing fetched."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from textmine.files import set_apart
from textmine.report.blocks import show_cell, write_csv
from textmine.report.plots import Plot


def render_html(summary: Mapping[str, Any], plots: Sequence[Plot]) -> str:
    """The page: sections in order, figures inline, each table with its csv, and the whole summary as json.

    Everything is escaped but the figures, which escape themselves. Light and dark follow the reader's
    machine. The same summary gives the same bytes.
    """
    from jinja2 import Environment, StrictUndefined

    room = files("textmine.report").joinpath("templates")
    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    parts = [part for section in summary["sections"] for part in (section, *section["tables"])]
    slugs = make_slugs(part["name"] for part in parts)
    environment.filters |= {"cell": show_cell, "as_csv": _link_csv, "slug": slugs.__getitem__}
    template = environment.from_string(room.joinpath("report.html").read_text(encoding="utf-8"))
    data = json.dumps(summary, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    style = room.joinpath("report.css").read_text(encoding="utf-8")
    return template.render(
        summary=_with_figures(summary),
        plots={plot.name: plot for plot in plots},
        style=_Raw(style),
        data=data.replace("<", "\\u003c").replace("&", "\\u0026"),
        data_link=_link(data, "application/json"),
    )


def make_slugs(names: Iterable[str]) -> dict[str, str]:
    """Names as they may stand in an address or a file's name, each its own.

    >>> make_slugs(["by-school type"])
    {'by-school type': 'by-school-type'}
    """
    return {name: slug.strip("-") for name, slug in set_apart(names).items()}


def name_pictures(plots: Sequence[Plot]) -> dict[str, str]:
    """The file of each figure that is saved as a picture, by the figure's name."""
    return {name: f"{slug}.png" for name, slug in make_slugs(plot.name for plot in plots).items()}


class _Raw(str):
    """Text that is html already."""

    def __html__(self) -> str:
        return str(self)


def _with_figures(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The summary with a 'figure' in every row, None where it has none."""
    sections = []
    for section in summary["sections"]:
        tables = [
            {**table, "rows": [{"figure": None, **row} for row in table["rows"]]}
            for table in section["tables"]
        ]
        sections.append({**section, "tables": tables})
    return {**summary, "sections": sections}


def _link_csv(table: Mapping[str, Any]) -> str:
    return _link(write_csv(table), "text/csv")


def _link(words: str, kind: str) -> str:
    return f"data:{kind};charset=utf-8;base64,{b64encode(words.encode('utf-8')).decode('ascii')}"
