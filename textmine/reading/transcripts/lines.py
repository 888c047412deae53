"""The lines of a transcript, whatever file they came from, and the times written in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textmine.reading.furniture import drop_furniture
from textmine.reading.office import Block, OfficeParagraph, OfficeTable

CLOCK = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,:]\d{1,3})?"
RANGE = rf"{CLOCK}(?:\s*(?:-->|[-–—]|to)\s*{CLOCK})?"
#: A time as typists and software write it: [00:01:02], (1:02), <1:02>, #00:01:02-3#, 00:01:02.
STAMP = (
    rf"(?:\[\s*{RANGE}\s*\]|\(\s*{RANGE}\s*\)|<\s*{RANGE}\s*>|\{{\s*{RANGE}\s*\}}|#{CLOCK}(?:-\d)?#|{RANGE})"
)

_TIMING = re.compile(r"\s*(\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.,]\d{1,6})?)\s*--?>\s*\d[\d:.,]{3,20}\s*$")
_TIME_HEADS = frozenset({"time", "timestamp", "timecode", "start", "start time", "timing"})
_SPEAKER_HEADS = frozenset({"speaker", "name", "who", "person", "speaker name", "participant"})
_SPEECH_HEADS = frozenset(
    {"text", "speech", "transcript", "transcription", "dialogue", "content", "words", "utterance", "said"}
)


def word_set(words: str) -> frozenset[str]:
    """The words of a string, to look others up in."""
    return frozenset(words.split())


@dataclass(frozen=True)
class Line:
    """A line of words.

    ``starts`` says that a paragraph starts here, ``paged`` that it is the first after the break of a page,
    ``bold`` how many code points at its front are bold; ``aside`` marks what a typist set apart (a quoted
    block, an italic paragraph). ``speaker`` and ``time`` are those that the format itself gives.
    """

    text: str
    starts: bool = True
    paged: bool = False
    bold: int = 0
    heading: bool = False
    aside: bool = False
    speaker: str = ""
    time: str = ""


def tell_time(stamp: str) -> str:
    """The first time in a stamp as hours, minutes and seconds; '' where there is none.

    >>> tell_time("[2:55 - 3:10]"), tell_time("00:01:02,250"), tell_time("#01:00:10-5#")
    ('00:02:55', '00:01:02', '01:00:10')
    """
    found = re.search(r"\d{1,3}:\d{1,2}(?::\d{1,2})?", stamp)
    if found is None:
        return ""
    parts = [int(part) for part in found[0].split(":")]
    hours, minutes, seconds = parts if len(parts) == 3 else (0, *parts)
    hours, minutes = hours + minutes // 60, minutes % 60
    return f"{hours:02}:{minutes:02}:{seconds:02}"


def split_text(text: str, *, keep: Callable[[str], bool] | None = None) -> tuple[list[Line], int]:
    """The lines of a plain text without page furniture, and how many lines that was."""
    kept, gone = drop_furniture(text, keep=keep)
    lines: list[Line] = []
    time = ""
    for line in kept:
        if found := _TIMING.match(line.text):
            time = tell_time(found[1])
            continue
        # After a timing ('0:0:0.0 --> 0:0:2.80'), Teams sets the name on a line of its own.
        lines.append(Line(line.text, line.starts or bool(time), line.paged, heading=bool(time), time=time))
        time = ""
    return lines, gone


def split_blocks(blocks: Sequence[Block]) -> list[Line]:
    """The lines of a word processor's document; a table's rows become lines with their speaker and time."""
    lines: list[Line] = []
    for block in blocks:
        if isinstance(block, OfficeTable):
            rows = [[[part for part in cell if part.text] for cell in row] for row in block.rows]
            lines += read_rows([["\n".join(part.text for part in cell) for cell in row] for row in rows])
        elif block.text:
            lines += _split_paragraph(block)
    return lines


def read_rows(rows: Sequence[Sequence[str]]) -> list[Line]:
    """The lines of a table of speech: which column holds speakers, times and words is found out.

    Paragraphs in a cell are divided by line ends. A cell without a speaker goes on with the one before; a
    table of facts (Date, Participant) becomes lines 'Date: 6 February'.

    >>> lines = read_rows([["Int", "How so?"], ["R", "We share."], ["", "Costs."]])
    >>> [(line.speaker, line.text) for line in lines]
    [('Int', 'How so?'), ('R', 'We share.'), ('', 'Costs.')]
    """
    from textmine.reading.transcripts.labels import is_fact, is_name, tell_kind

    width = max((len(row) for row in rows), default=0)
    rows = [[*row, *[""] * (width - len(row))] for row in rows if any(cell.strip() for cell in row)]
    firsts = [row[0].strip().rstrip(":") for row in rows]
    keyed = [is_fact(key) or tell_kind(key) == "role" for key in firsts]
    if (
        width == 2
        and sum(keyed) > len(rows) / 2
        and any(map(is_fact, firsts))
        and len({*firsts}) == len(rows)
    ):
        return [Line(f"{row[0].strip().rstrip(':')}: {' '.join(row[1].split())}") for row in rows]
    heads = [" ".join(cell.lower().split()).rstrip(":") for cell in rows[0]] if rows else []
    known = _TIME_HEADS | _SPEAKER_HEADS | _SPEECH_HEADS | {"", "no", "no.", "line", "#", "turn", "notes"}
    has_head = width > 1 and all(head in known for head in heads) and any(heads)
    body = rows[1:] if has_head else rows
    if width < 2 or not body:
        return [Line(part) for row in rows for cell in row for part in cell.split("\n") if part.strip()]
    columns = [[row[number].strip() for row in body] for number in range(width)]
    sizes = [sum(map(len, column)) * (0.4 if _share(column, is_name) > 0.6 else 1) for column in columns]
    times = next((n for n in range(width) if _share(columns[n], _is_stamp) > 0.6), -1)
    told = [n for n in range(width) if has_head and heads[n] in _SPEECH_HEADS]
    speech = told[0] if told else max((n for n in range(width) if n != times), key=sizes.__getitem__)
    named = [
        n for n in range(width) if n not in {speech, times} and not _share(columns[n], str.isdigit) > 0.6
        and (_share(columns[n], is_name) > 0.6 or (has_head and heads[n] in _SPEAKER_HEADS))
    ]  # fmt: skip
    if has_head:
        named.sort(key=lambda n: heads[n] not in _SPEAKER_HEADS)
    if not named and times < 0:
        return [Line(part) for row in body for cell in row for part in cell.split("\n") if part.strip()]
    lines: list[Line] = []
    for row in body:
        label = row[named[0]].strip() if named else ""
        time = tell_time(row[times]) if times >= 0 else ""
        lines += _read_cell(row[speech], label, time)
    return lines


def _read_cell(speech: str, label: str, time: str) -> list[Line]:
    parts = [part for part in speech.split("\n") if part.strip()]
    labels = [part.strip() for part in label.split("\n") if part.strip()]
    if len(labels) > 1 and len(labels) == len(parts):
        return [Line(part, speaker=name.rstrip(": ")) for name, part in zip(labels, parts, strict=True)]
    found = re.search(STAMP, label)
    if found and not time:
        time, label = tell_time(found[0]), label.replace(found[0], "")
    name = " ".join(label.split()).rstrip(":").strip()
    lines = [Line(part) for part in parts] or ([Line("")] if name else [])
    if lines:
        lines[0] = Line(lines[0].text, speaker=name, time=time)
    return lines


def _split_paragraph(block: OfficeParagraph) -> list[Line]:
    lines: list[Line] = []
    place = 0
    for row in block.text.split("\n"):
        lead = len(row) - len(row.lstrip())
        bold = max(0, min(len(row), block.bold - place) - lead)
        place += len(row) + 1
        if row.strip():
            text = row.strip()
            aside = block.italic and not bold
            lines.append(
                Line(
                    text, starts=not lines, bold=min(bold, len(text)), heading=block.heading > 0, aside=aside
                )
            )
    return lines


def _share(cells: Sequence[str], test: Callable[[str], bool]) -> float:
    full = [cell for cell in cells if cell]
    return sum(test(cell) for cell in full) / len(full) if full else 0.0


def _is_stamp(cell: str) -> bool:
    return re.fullmatch(STAMP, cell) is not None
