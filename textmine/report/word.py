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
#: What a page holds; a figure leaves room for the heading and the words above it.
_WIDTH_CM, _FIGURE_CM = 17.0, 19.0
#: Widths of columns in cm: ids, numbers (least and most), words (least).
_ID_CM, _NUMBER_CM, _WORDS_CM = 2.4, (0.95, 1.6), 2.2
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
            document.add_paragraph(_clean(line)).paragraph_format.keep_with_next = bool(section["figures"])
        for name in section["figures"]:
            _add_picture(document, drawn[name])
        for table in section["tables"]:
            (_add_cases if table["name"] == "framework" else _add_table)(document, table)
        for note in section["notes"]:
            document.add_paragraph(_clean(note), style="List Bullet")
    written = io.BytesIO()
    document.save(written)
    return _still_the_clock(written.getvalue())


def _add_picture(document: Any, plot: Plot) -> None:
    """A figure as wide as the page, or as high as it may be where it is higher."""
    from docx.shared import Cm

    picture = document.add_picture(io.BytesIO(plot.png()), width=Cm(_WIDTH_CM))
    if picture.height > Cm(_FIGURE_CM):
        picture.width, picture.height = (
            round(picture.width * Cm(_FIGURE_CM) / picture.height),
            Cm(_FIGURE_CM),
        )
    about = picture._inline.docPr
    about.set("descr", _clean(plot.alt))
    about.set("title", _clean(plot.title))


def _add_table(document: Any, table: Mapping[str, Any]) -> None:
    columns = table["columns"]
    if not columns:
        return
    document.add_paragraph(_clean(table["title"]), style="Caption").paragraph_format.keep_with_next = True
    shown = document.add_table(rows=1, cols=len(columns), style="Light Grid Accent 1")
    for cell, column in zip(shown.rows[0].cells, columns, strict=True):
        _fill(cell, column["title"], bold=True, points=6.5 if column["kind"] in _NUMBERS else 8)
    _repeat_head(shown.rows[0])
    for row in table["rows"][:MOST_ROWS]:
        for cell, column in zip(shown.add_row().cells, columns, strict=True):
            _fill(
                cell,
                show_cell(row[column["id"]], column["kind"]),
                right=column["kind"] in _NUMBERS,
                points=5.5 if column["kind"] == "id" else 8,
            )
    _set_widths(shown, share_out_width(table))
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
        _set_widths(shown, [_WIDTH_CM / 4, 3 * _WIDTH_CM / 4])
    document.add_paragraph()


def share_out_width(table: Mapping[str, Any]) -> list[float]:
    """How wide each column is, in cm: ids and numbers as they need, words by the length of what they hold.

    >>> columns = [{"id": "name", "kind": "text"}, {"id": "n", "kind": "count"}]
    >>> share_out_width({"columns": columns, "rows": [{"name": "Money", "n": 3}]})
    [15.4, 1.6]
    """
    columns, rows = table["columns"], table["rows"][:MOST_ROWS]
    kinds = [column["kind"] for column in columns]
    numbers = sum(kind in _NUMBERS for kind in kinds)
    words = [column for column in columns if column["kind"] not in (*_NUMBERS, "id")]
    ids = _ID_CM * kinds.count("id")
    left = _WIDTH_CM - ids - 1.2 * _WORDS_CM * len(words)
    number = min(max(left / max(numbers, 1), _NUMBER_CM[0]), _NUMBER_CM[1])
    room = _WIDTH_CM - ids - number * numbers
    lengths = {
        column["id"]: sum(min(len(str(row[column["id"]])), 400) for row in rows) ** 0.5 + 1
        for column in words
    }
    least = min(_WORDS_CM, room / max(len(words), 1))
    spare, total = room - least * len(words), sum(lengths.values())
    widths = []
    for column, kind in zip(columns, kinds, strict=True):
        if kind in _NUMBERS or kind == "id":
            widths.append(_ID_CM if kind == "id" else number)
        else:
            widths.append(least + spare * lengths[column["id"]] / total)
    return [round(width, 2) for width in widths]


def _set_widths(table: Any, widths: Sequence[float]) -> None:
    """Set the widths of all cells, with little room around words; no row is parted by the end of a page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm

    table.autofit = False
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "45")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    table._tbl.tblPr.append(margins)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width in zip(row._tr.tc_lst, widths, strict=True):
            cell.width = Cm(width)


def _fill(cell: Any, words: str, *, bold: bool = False, right: bool = False, points: float = 8) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(_clean(words))
    run.bold = bold
    run.font.size = Pt(points)
    paragraph.paragraph_format.space_after = Pt(0)
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
