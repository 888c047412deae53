"""Reading reports and papers, which nobody speaks: one document a paragraph, with its section."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from textmine.errors import InputError
from textmine.reading.office import OfficeParagraph, OfficeTable, read_office
from textmine.reading.paragraphs import Paragraph, find_paragraphs
from textmine.reading.prose import read_prose

__all__ = ["Report", "find_paragraphs", "read_document"]

_CAPTIONS = {"vtt", "srt"}


@dataclass(frozen=True, eq=False)
class Report:
    """What a report holds: ``frame`` has a row a paragraph, ``notes`` say what was taken for what.

    The columns are doc_id ('review:12': the file's name and the paragraph), text, section ('A > B'; the
    headings above it) and kind (text, item or footnote). Headings are no rows of their own.
    """

    frame: pd.DataFrame
    notes: list[str]


def read_document(path: Path | str) -> Report:
    """The paragraphs of a report: docx, odt, pdf, txt or md, told by its bytes.

    Use it for prose without speakers; ``read_transcript`` reads talk. Word and OpenDocument files tell their
    headings and paragraphs themselves; for the others they are found out (``find_paragraphs``). Raises
    ``InputError`` for a file that is damaged, of another kind, too large, or without words. ``path`` is the
    file.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "review.md")
    ...     _ = path.write_text("# Aims\\n\\nSchools share\\nstaff.\\n", encoding="utf-8")
    ...     read_document(path).frame.to_dict("records")
    [{'doc_id': 'review:1', 'text': 'Schools share staff.', 'section': 'Aims', 'kind': 'text'}]
    """
    prose = read_prose(path)
    if prose.kind in _CAPTIONS:
        raise InputError(f"{prose.source} holds captions, not a report. Read it as a transcript.")
    if prose.kind in {"docx", "odt"}:
        found = _from_blocks(prose.data, prose.source, prose.kind)
    elif prose.kind == "md":
        found = _from_markdown(prose.text)
    else:
        found = find_paragraphs(prose.text)
    kept = [part for part in found if part.kind != "heading"]
    if not kept:
        raise InputError(f"{prose.source} has no paragraphs. Check that it holds words.")
    stem = Path(prose.source).stem
    rows = [(f"{stem}:{n}", part.text, part.section, part.kind) for n, part in enumerate(kept, 1)]
    frame = pd.DataFrame(rows, columns=["doc_id", "text", "section", "kind"])
    counts = ", ".join(f"{count} {kind}" for kind, count in frame["kind"].value_counts().items())
    sections = frame["section"].nunique()
    return Report(frame, [*prose.notes, f"Paragraphs: {counts}.", f"Sections: {sections} found."])


def _from_blocks(data: bytes, source: str, kind: str) -> list[Paragraph]:
    found: list[Paragraph] = []
    path: list[str] = []
    for block in read_office(data, source, kind):
        if isinstance(block, OfficeTable):
            cells = (" | ".join(" ".join(part.text for part in cell) for cell in row) for row in block.rows)
            found += [
                Paragraph(" ".join(row.split()), " > ".join(path), 0, 0, "item")
                for row in cells
                if row.strip(" |")
            ]
        elif block.text:
            path = _add_part(found, path, block)
    return found


def _add_part(found: list[Paragraph], path: list[str], block: OfficeParagraph) -> list[str]:
    words = " ".join(block.text.split())
    if block.heading:
        return [*path[: block.heading - 1], words]
    found.append(Paragraph(words, " > ".join(path), 0, 0, "item" if block.bulleted else "text"))
    return path


def _from_markdown(text: str) -> list[Paragraph]:
    import re

    from textmine.reading.transcripts.markdown import read_markdown

    levels = {
        " ".join(plain[0].text.split()): len(found[1])
        for found in re.finditer(r"^\s{0,3}(#{1,6})\s+\S.*$", text, re.MULTILINE)
        if (plain := read_markdown(found[0]))
    }
    found: list[Paragraph] = []
    path: list[str] = []
    for line in read_markdown(text):
        words = " ".join(line.text.split())
        listed = re.match(r"(?:[-*+•]|\d{1,3}[.)])\s+", words)
        if line.heading:
            path = [*path[: levels.get(words, 1) - 1], words]
        elif line.starts or listed or not found:
            body = words[listed.end() :] if listed and not words[0].isdigit() else words
            found.append(Paragraph(body, " > ".join(path), 0, 0, "item" if listed else "text"))
        else:
            last = found.pop()
            found.append(Paragraph(f"{last.text} {words}", last.section, 0, 0, last.kind))
    return found
