"""Writing a framework matrix: xlsx with its matrix, cells and quotes, a page of html, or csv."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from textmine.display import show_card
from textmine.errors import InputError
from textmine.files import atomic_text, write_rows

if TYPE_CHECKING:
    from textmine.framework.matrix import FrameworkMatrix

_KINDS = (".xlsx", ".html", ".csv")
_PAGE = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Framework matrix</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<style>:root{color-scheme:light dark}"
    "body{font:1rem/1.45 system-ui,sans-serif;margin:1.5rem}.textmine{max-width:none;overflow-x:auto}"
    '.textmine td{min-width:14em}</style></head><body><main tabindex="0">'
)


def write_matrix(matrix: FrameworkMatrix, path: Path) -> Path:
    """Write a matrix by the ending of the path; see ``FrameworkMatrix.write``."""
    if path.suffix == ".xlsx":
        _write_xlsx(matrix, path)
    elif path.suffix == ".html":
        from textmine.framework.matrix import show_matrix

        with atomic_text(path) as handle:
            handle.write(
                f"{_PAGE}{show_card('Framework matrix', [show_matrix(matrix)])}</main></body></html>\n"
            )
    elif path.suffix == ".csv":
        cells = gather_cells(matrix)
        with atomic_text(path) as handle:
            write_rows([list(cells.columns)], handle)
            write_rows(cells.itertuples(index=False, name=None), handle)
    else:
        raise InputError(f"{path.name}: a matrix is written as {', '.join(_KINDS)}. Choose one of these.")
    return path


def gather_cells(matrix: FrameworkMatrix) -> pd.DataFrame:
    """The cells with the quotes of each in one column, a line a quote."""
    said = {
        key: "\n".join(
            f"[{quote}] {words}" for quote, words in zip(rows["quote_id"], rows["quote"], strict=True)
        )
        for key, rows in matrix.quotes.groupby(["case", "code"], sort=False)
    }
    keys = zip(matrix.cells["case"], matrix.cells["code"], strict=True)
    return matrix.cells.assign(quotes=[said.get(key, "") for key in keys])


def _write_xlsx(matrix: FrameworkMatrix, path: Path) -> None:
    from textmine.exchange.excel_sheets import open_sheets

    cells = gather_cells(matrix)
    names = dict(zip(cells["code"], cells["name"], strict=True))
    shown = [
        "\n\n".join(part for part in (summary, "" if summary else quotes, _mark(state)) if part)
        for summary, quotes, state in zip(cells["summary"], cells["quotes"], cells["state"], strict=True)
    ]
    grid = cells.assign(shown=shown).pivot(index="case", columns="code", values="shown")
    grid = grid.reindex(index=list(dict.fromkeys(cells["case"])), columns=list(names)).rename(columns=names)
    page = grid.reset_index()
    page.columns = pd.Index([str(name) for name in page.columns])
    with open_sheets(path) as sheets:
        sheets.add("matrix", page, wrapped=list(page.columns), frozen=1)
        sheets.add("cells", cells, wrapped=["name", "summary", "state", "quotes"], frozen=2)
        quotes = matrix.quotes.drop(columns="hash").assign(
            linked=["yes" if linked else "" for linked in matrix.quotes["linked"]]
        )
        sheets.add("quotes", quotes, wrapped=["quote"], frozen=2)
        if len(matrix.left_over):
            sheets.add("left over", matrix.left_over, wrapped=["summary"])


def _mark(state: str) -> str:
    return f"({state})" if state.startswith("quotes changed") else ""
