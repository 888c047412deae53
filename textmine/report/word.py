"""A report as a Word file: headings, figures with alt texts, tables that repeat their heads."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from textmine.report.blocks import show_cell
from textmine.report.plots import Plot

#: Rows of a table in Word, at most; the html and the json hold all.
MOST_ROWS = 400
_WIDTH_CM = 17.0
_NUMBERS = ("count", "share", "number")


def render_docx(summary: Mapping[str, Any], plots: Sequence[Plot]) -> bytes:
    """The report as the bytes of a docx file. The same summary gives the same bytes."""
    import docx
    from docx.shared import Cm, Pt

    drawn = {plot.name: plot for plot in plots}
    document = docx.Document()
    for side in ("left_margin", "right_margin"):
        setattr(document.sections[0], side, Cm(2))
    document.sections[0].page_width, document.sections[0].page_height = Cm(21), Cm(29.7)
    document.styles["Normal"].font.size = Pt(10)
    document.core_properties.title = _clean(summary["title"])
    document.core_properties.author = ""
    document.core_properties.language = "en"
    document.add_heading(_clean(summary["title"]), 0)
    document.add_paragraph(_clean(summary["data"]))
    for section in summary["sections"]:
        document.add_heading(_clean(section["title"]), 1)
        for line in section["lead"]:
            document.add_paragraph(_clean(line))
        for name in section["figures"]:
            _add_picture(document, drawn[name], Cm(_WIDTH_CM))
        for table in section["tables"]:
            (_add_cases if table["name"] == "framework" else _add_table)(document, table)
        for note in section["notes"]:
            document.add_paragraph(_clean(note), style="List Bullet")
    written = io.BytesIO()
    document.save(written)
    return _still_the_clock(written.getvalue())


def _add_picture(document: Any, plot: Plot, width: Any) -> None:
    picture = document.add_picture(io.BytesIO(plot.png()), width=width)
    about = picture._inline.docPr
    about.set("descr", _clean(plot.alt))
    about.set("title", _clean(plot.title))


def _add_table(document: Any, table: Mapping[str, Any]) -> None:
    columns = table["columns"]
    if not columns:
        return
    document.add_paragraph(_clean(table["title"]), style="Caption")
    shown = document.add_table(rows=1, cols=len(columns), style="Light Grid Accent 1")
    for cell, column in zip(shown.rows[0].cells, columns, strict=True):
        _fill(cell, column["title"], bold=True)
    _repeat_head(shown.rows[0])
    for row in table["rows"][:MOST_ROWS]:
        for cell, column in zip(shown.add_row().cells, columns, strict=True):
            _fill(
                cell,
                show_cell(row[column["id"]], column["kind"]),
                right=column["kind"] in _NUMBERS,
                small=column["kind"] == "id",
            )
    if len(table["rows"]) > MOST_ROWS:
        left = len(table["rows"]) - MOST_ROWS
        document.add_paragraph(f"{left} more rows stand in the html and json of this report.")
    document.add_paragraph()


def _add_cases(document: Any, table: Mapping[str, Any]) -> None:
    """The framework matrix as a sheet a case: a table as wide as all themes fits no page."""
    first, *others = table["columns"]
    for row in table["rows"]:
        document.add_heading(_clean(str(row[first["id"]])), 2)
        said = [column for column in others if row[column["id"]]]
        if not said:
            document.add_paragraph("Nothing on these themes.")
            continue
        shown = document.add_table(rows=0, cols=2, style="Light Grid Accent 1")
        for column in said:
            cells = shown.add_row().cells
            _fill(cells[0], column["title"], bold=True)
            _fill(cells[1], show_cell(row[column["id"]], column["kind"]))
    document.add_paragraph()


def _fill(cell: Any, words: str, *, bold: bool = False, right: bool = False, small: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(_clean(words))
    run.bold = bold
    run.font.size = Pt(6 if small else 8)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _repeat_head(row: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(head)


def _clean(words: Any) -> str:
    """Words without the control characters that XML cannot hold."""
    return "".join(c for c in str(words) if c in "\t\n" or (ord(c) >= 32 and not 0xD800 <= ord(c) <= 0xDFFF))


def _still_the_clock(content: bytes) -> bytes:
    """The same zip with one fixed time in all its entries."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return written.getvalue()
