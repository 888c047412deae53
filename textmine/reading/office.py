"""What stands in a docx or odt file: paragraphs and tables in order, changes accepted, comments left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from textmine.errors import InputError
from textmine.reading.archives import open_archive

_LARGEST_PART = 64_000_000  # bytes of XML once unpacked; a thousand pages of speech are some 20 million
_DEEPEST = 256
_DOCX_SKIPPED = frozenset(
    [
        "del",
        "moveFrom",
        "Fallback",
        "drawing",
        "pict",
        "object",
        "instrText",
        "delText",
        "annotation",
        "commentReference",
    ]
)
_ODT_SKIPPED = frozenset(["tracked-changes", "annotation", "note", "frame", "forms", "ruby-text"])


@dataclass
class OfficeParagraph:
    """A paragraph: ``bold`` code points at its front are bold, ``heading`` is its level (0 for none)."""

    text: str
    bold: int = 0
    italic: bool = False
    heading: int = 0
    bulleted: bool = False


@dataclass
class OfficeTable:
    """A table: rows of cells, a cell its paragraphs."""

    rows: list[list[list[OfficeParagraph]]] = field(default_factory=list)


Block = OfficeParagraph | OfficeTable


def read_office(data: bytes, source: str, kind: str) -> list[Block]:
    """The paragraphs and tables of a docx or odt file in reading order.

    Of tracked changes the accepted text is given: insertions in, deletions out. Comments, footnotes, page
    headers and footers, text boxes and hidden text are left out. A tab is ``\\t``, a line break ``\\n``.
    ``kind`` is 'docx' or 'odt'. Raises ``InputError`` for a file that is no such document, is damaged,
    declares entities or would unpack to too much.
    """
    handler: _Handler = _Odt() if kind == "odt" else _Docx()
    with open_archive(data, source) as archive:
        part = "content.xml" if kind == "odt" else _main_part(archive.namelist())
        if part not in archive.namelist():
            raise InputError(f"{source} holds no document ({part} is missing). Save it again as {kind}.")
        if archive.getinfo(part).file_size > _LARGEST_PART:
            raise InputError(
                f"{source} holds more than {_LARGEST_PART // 1_000_000} MB of text. Split it into parts."
            )
        xml = archive.read(part)
    _parse(xml, handler, source)
    return handler.blocks


def _main_part(names: list[str]) -> str:
    """The part that holds the body; most often word/document.xml."""
    found = [name for name in names if re.fullmatch(r"word/document\d*\.xml", name)]
    return min(found, default="word/document.xml")


def _parse(xml: bytes, handler: _Handler, source: str) -> None:
    from defusedxml.common import DefusedXmlException
    from defusedxml.sax import parseString

    try:
        parseString(xml, handler, forbid_dtd=True)
    except DefusedXmlException:
        raise InputError(
            f"{source} declares XML entities, which no word processor writes; it was not read. "
            "Open it in a word processor and save it again."
        ) from None
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    except (SAXException, UnicodeError, ValueError) as error:
        raise InputError(f"{source} is damaged ({type(error).__name__}). Save it again.") from None


class _Handler(ContentHandler):
    """Gathers paragraphs and tables while the XML is read, so that memory is that of the text."""

    skipped: frozenset[str] = frozenset()

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._depth = 0
        self._skip = 0  # the depth of the element that is passed over, with all inside it
        self._tables: list[OfficeTable] = []
        self._cells: list[list[OfficeParagraph]] = []
        self._pieces: list[tuple[str, bool, bool]] | None = None  # text, bold, italic
        self._heading = 0
        self._bulleted = False
        self._joins_next = False

    def startElement(self, name: str, attrs: object) -> None:
        """Take up one element; the parser calls it."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise InputError("A document nests its parts too deeply; it was not read. Save it again.")
        local = name.rpartition(":")[2]
        if self._skip:
            return
        if local in self.skipped:
            self._skip = self._depth
            return
        values = {key.rpartition(":")[2]: value for key, value in attrs.items()}  # type: ignore[attr-defined]
        self.begin(local, values, name)

    def endElement(self, name: str) -> None:
        """Finish one element; the parser calls it."""
        if not self._skip:
            self.end(name.rpartition(":")[2], name)
        elif self._skip == self._depth:
            self._skip = 0
        self._depth -= 1

    def begin(self, local: str, values: dict[str, str], name: str) -> None:
        """What one element means."""

    def end(self, local: str, name: str) -> None:
        """What the end of one element means."""

    def start_paragraph(self) -> None:
        """Begin to gather text."""
        if not self._joins_next or self._pieces is None:
            self._pieces, self._heading, self._bulleted = [], 0, False
        self._joins_next = False

    def add_text(self, text: str, bold: bool, italic: bool) -> None:
        """Take text into the paragraph that is open."""
        if self._pieces is not None and text:
            self._pieces.append((text, bold, italic))

    def finish_paragraph(self) -> None:
        """Put the paragraph where it belongs."""
        if self._pieces is None or self._joins_next:
            return
        paragraph = _make_paragraph(self._pieces, self._heading, self._bulleted)
        (self._cells[-1] if self._cells else self.blocks).append(paragraph)
        self._pieces = None

    def start_table(self) -> None:
        """Begin a table; one inside a cell gives its text to that cell."""
        self._tables.append(OfficeTable())

    def start_cell(self) -> None:
        """Begin a cell of the last row."""
        self._cells.append([])

    def finish_cell(self) -> None:
        """Put the cell into its row."""
        if self._cells and self._tables:
            cell = self._cells.pop()
            if self._tables[-1].rows:
                self._tables[-1].rows[-1].append(cell)

    def finish_table(self) -> None:
        """Put the table where it belongs."""
        if not self._tables:
            return
        table = self._tables.pop()
        if self._cells:
            self._cells[-1].extend(paragraph for row in table.rows for cell in row for paragraph in cell)
        else:
            self.blocks.append(table)


class _Docx(_Handler):
    skipped = _DOCX_SKIPPED

    def __init__(self) -> None:
        super().__init__()
        self._path: list[str] = []
        self._bold = self._italic = self._hidden = False
        self._reading = False

    def begin(self, local: str, values: dict[str, str], name: str) -> None:
        inside = self._path[-1] if self._path else ""
        self._path.append(local)
        on = values.get("val", "1") not in {"0", "false", "none", "off"}
        if local == "p" and name != "a:p":
            self.start_paragraph()
        elif local == "r":
            self._bold = self._italic = self._hidden = False
        elif local == "t":
            self._reading = True
        elif inside == "rPr" and "r" in self._path[-3:]:
            self._set_look(local, values, on)
        elif local == "pStyle":
            self._heading = _heading_level(values.get("val", ""))
        elif local == "outlineLvl" and values.get("val", "").isdigit() and int(values["val"]) < 9:
            self._heading = self._heading or int(values["val"]) + 1
        elif local == "numPr" and inside == "pPr":
            self._bulleted = True
        elif inside == "r":
            self._add_mark(local)
        elif local == "tbl":
            self.start_table()
        elif local == "tr" and self._tables:
            self._tables[-1].rows.append([])
        elif local == "tc":
            self.start_cell()

    def startElement(self, name: str, attrs: object) -> None:
        # A paragraph mark that was deleted: <w:p><w:pPr><w:rPr><w:del/>. The next paragraph goes on here.
        if name.endswith(":del") and self._path[-2:] == ["pPr", "rPr"] and not self._skip:
            self._joins_next = True
        super().startElement(name, attrs)

    def end(self, local: str, name: str) -> None:
        self._path.pop()
        if local == "t":
            self._reading = False
        elif local == "p" and name != "a:p":
            self.finish_paragraph()
        elif local == "tc":
            self.finish_cell()
        elif local == "tbl":
            self.finish_table()
        elif local == "body" and self._joins_next:
            self._joins_next = False
            self.finish_paragraph()

    def characters(self, content: str) -> None:
        if self._reading and not self._skip and not self._hidden:
            self.add_text(content, self._bold, self._italic)

    def _set_look(self, local: str, values: dict[str, str], on: bool) -> None:
        if local == "b":
            self._bold = on
        elif local == "i":
            self._italic = on
        elif local == "vanish":
            self._hidden = on
        elif local == "rStyle" and "strong" in values.get("val", "").lower():
            self._bold = True

    def _add_mark(self, local: str) -> None:
        marks = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
        if local in marks and not self._hidden:
            self.add_text(marks[local], self._bold, self._italic)


class _Odt(_Handler):
    skipped = _ODT_SKIPPED

    def __init__(self) -> None:
        super().__init__()
        self._style = ""
        self._looks: dict[str, tuple[bool, bool]] = {}
        self._spans: list[str] = []
        self._lists = 0
        self._inside_body = False

    def begin(self, local: str, values: dict[str, str], name: str) -> None:
        if local == "style":
            self._style = values.get("name", "")
        elif local == "text-properties" and self._style:
            bold = values.get("font-weight", "") in {"bold", "600", "700", "800", "900"}
            self._looks[self._style] = bold, values.get("font-style", "") == "italic"
        elif local == "body":
            self._inside_body = True
        elif not self._inside_body:
            return
        elif name in {"text:p", "text:h"}:
            self.start_paragraph()
            level = values.get("outline-level", "1")
            self._heading = int(level) if local == "h" and level.isdigit() else 0
            self._bulleted = self._lists > 0
            self._spans.append(values.get("style-name", ""))
        elif local == "span":
            self._spans.append(values.get("style-name", ""))
        elif local in {"tab", "line-break", "s"}:
            count = values.get("c", "1")
            spaces = " " * min(int(count) if count.isdigit() else 1, 200)
            self.add_text({"tab": "\t", "line-break": "\n"}.get(local, spaces), *self._look())
        elif local == "list":
            self._lists += 1
        elif local == "table":
            self.start_table()
        elif local == "table-row" and self._tables:
            self._tables[-1].rows.append([])
        elif local in {"table-cell", "covered-table-cell"}:
            self.start_cell()

    def end(self, local: str, name: str) -> None:
        if local == "style":
            self._style = ""
        elif name in {"text:p", "text:h"} and self._inside_body:
            self._spans = self._spans[:-1]
            self.finish_paragraph()
        elif local == "span":
            self._spans = self._spans[:-1]
        elif local == "list":
            self._lists -= 1
        elif local in {"table-cell", "covered-table-cell"}:
            self.finish_cell()
        elif local == "table":
            self.finish_table()

    def characters(self, content: str) -> None:
        if not self._skip and self._spans:
            self.add_text(" ".join(content.split("\n")), *self._look())

    def _look(self) -> tuple[bool, bool]:
        looks = [self._looks.get(style, ("Strong" in style, style == "Emphasis")) for style in self._spans]
        return any(bold for bold, _ in looks), any(italic for _, italic in looks)


def _make_paragraph(pieces: list[tuple[str, bool, bool]], heading: int, bulleted: bool) -> OfficeParagraph:
    text = "".join(piece for piece, _, _ in pieces)
    bold = 0
    for piece, is_bold, _ in pieces:
        if not (is_bold or not piece.strip()):
            break
        bold += len(piece)
    shown = [italic for piece, _, italic in pieces if piece.strip()]
    if not any(is_bold for _, is_bold, _ in pieces):
        bold = 0
    lead = len(text) - len(text.lstrip())
    return OfficeParagraph(
        text.strip(), max(0, min(bold, len(text)) - lead), bool(shown) and all(shown), heading, bulleted
    )


def _heading_level(style: str) -> int:
    low = style.lower().replace(" ", "")
    if low.startswith(("heading", "berschrift", "überschrift", "titre")):
        return int(low[-1]) if low[-1].isdigit() else 1
    return 1 if low in {"title"} else 0
