"""Markdown transcripts: bold names, headings, quoted notes and tables, with the marks taken off."""

from __future__ import annotations

import re

from textmine.reading.transcripts.lines import Line, read_rows

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_RULE = re.compile(r"\s{0,3}(?:[-*_]\s*){3,}$")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"\s{0,3}(?:=+|-{3,})\s*$")
_BULLET = re.compile(r"\s{0,3}[-*+]\s+(?=[*_]{2})")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_ITALIC = re.compile(r"(?<![\w*_\\])([*_])(?=[^\s*_])((?:(?!\1)[^\n])+?)(?<=[^\s\\])\1(?![\w*_])")
_WHOLE_ITALIC = re.compile(r"([*_])(?![*_])(?=\S)[^\n]*(?<=\S)(?<![*_])\1$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?(?:br|b|i|em|strong|p|u|span|div)\b[^<>\n]{0,200}>", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!>|~-])")
_ROW = re.compile(r"\s*\|(.*)\|\s*$")
_RULED = re.compile(r"\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?\s*)?\s*$")
_MOST_MARKED = 1_000_000  # characters of a line whose stars and brackets are read as markup


def read_markdown(text: str) -> list[Line]:
    """The lines of a markdown text: bold at the front counted, headings and quoted blocks marked.

    >>> [(line.text, line.bold, line.aside) for line in read_markdown("**P3** Yes. *[laughs]*\\n\\n> [door]")]
    [('P3 Yes. [laughs]', 2, False), ('[door]', 0, True)]
    """
    front = _FRONT.match(text)
    lines = [Line(row.strip()) for row in front[1].split("\n") if row.strip()] if front else []
    rows = _COMMENT.sub("", text[front.end() :] if front else text).split("\n")
    quoted = sum(row.lstrip().startswith(">") and "[" not in row[:6] for row in rows)
    quotes_speech = quoted > 0.3 * max(1, sum(bool(row.strip()) for row in rows))
    starts, table = True, list[list[str]]()
    for number, row in enumerate(rows):
        if (found := _ROW.match(row)) and (table or _is_table(rows, number)):
            if not _RULED.match(row):
                table.append([_plain(cell) for cell in re.split(r"(?<!\\)\|", found[1])])
            continue
        if table:
            lines, table, starts = lines + read_rows(table), [], True
        if not row.strip() or _RULE.match(row) or (_UNDERLINE.match(row) and not starts):
            starts = True
            continue
        line = _read_row(row, starts, quotes_speech)
        if line is not None:
            lines.append(line)
            starts = line.heading
    return lines + (read_rows(table) if table else [])


def _is_table(rows: list[str], number: int) -> bool:
    return number + 1 < len(rows) and _RULED.match(rows[number + 1]) is not None


def _read_row(row: str, starts: bool, quotes_speech: bool) -> Line | None:
    quoted = row.lstrip().startswith(">")
    if quoted:
        row = row.lstrip().lstrip("> ")
    heading = _HEADING.match(row)
    row = heading[1] if heading else _BULLET.sub("", row)
    row = row.strip()
    aside = (quoted and not quotes_speech) or _WHOLE_ITALIC.match(row) is not None
    lead = _BOLD.match(row)
    text = _plain(row)
    if not text:
        return None
    bold = len(_plain(lead[0])) if lead else 0
    return Line(text, starts=starts, bold=bold, heading=heading is not None, aside=aside and not bold)


def _plain(row: str) -> str:
    if len(row) > _MOST_MARKED:
        return row.strip()
    row = _TAG.sub(" ", row)
    row = _BOLD.sub(r"\2", row)
    row = _ITALIC.sub(r"\2", _ITALIC.sub(r"\2", row))
    return _ESCAPED.sub(r"\1", row).strip().rstrip("\\").rstrip()
