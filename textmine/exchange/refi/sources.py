"""Reading one source: its text, selections and codings; of pictures, sound and PDF the codings at least."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree as ET

from textmine.exchange.refi.dialects import restore_lines
from textmine.exchange.refi.facts import Coding, Selection, Source, Value, VariableValue
from textmine.exchange.refi.names import read_guid
from textmine.exchange.refi.tree import children, local, read_instruction, refs, text_of

#: Elements of sources and what each is called.
SOURCE_KINDS = {
    "TextSource": "text",
    "PDFSource": "pdf",
    "PictureSource": "picture",
    "AudioSource": "audio",
    "VideoSource": "video",
}
_MEDIA_SELECTIONS = ("PDFSelection", "PictureSelection", "AudioSelection", "VideoSelection")
_VALUES = ("TextValue", "BooleanValue", "IntegerValue", "FloatValue", "DateValue", "DateTimeValue")

Lost = Counter[tuple[str, str]]
Fetch = Callable[[str], str | None]


def read_source(
    element: ET.Element, fetch: Fetch, lost: Lost, *, kind: str | None = None
) -> Iterator[Source]:
    """The sources that an element makes: one, and one more for each transcript of sound or film.

    Places of selections are as the file has them. What a picture, a PDF, sound or film holds besides text is
    counted in ``lost``; the codings on it stay, as codings of the whole source that say where they stood.
    """
    kind = kind or SOURCE_KINDS[local(element)]
    if kind in ("text", "note"):
        yield _read_text_source(element, element, fetch, lost, kind)
        return
    lost[f"{kind} sources", "kept as a text with their codings; the file itself was not taken over"] += 1
    inner = next(iter([*children(element, "Representation"), *children(element, "TextDescription")]), None)
    yield _read_text_source(element, inner, fetch, lost, kind)
    for number, transcript in enumerate(children(element, "Transcript"), 1):
        yield _read_transcript(transcript, element, number, fetch, lost)


def read_values(element: ET.Element) -> tuple[Value, ...]:
    """The values of variables under a case or a source; a cell that does not hold its type stays text."""
    found = []
    for each in children(element, "VariableValue"):
        variable = next(iter(refs(each, "VariableRef")), "")
        given = next((child for child in each if local(child) in _VALUES), None)
        found.append(Value(variable, None if given is None else _read_value(local(given), given.text or "")))
    return tuple(found)


def _read_value(kind: str, text: str) -> VariableValue:
    plain = text.strip()
    try:
        if kind == "BooleanValue":
            return {"true": True, "1": True, "false": False, "0": False}.get(plain.lower(), text)
        if kind == "IntegerValue":
            return int(plain)
        if kind == "FloatValue":
            return Decimal(plain)
        if kind == "DateValue":
            return date.fromisoformat(plain[:10])
        if kind == "DateTimeValue":
            return datetime.fromisoformat(plain)
    except (ValueError, InvalidOperation):
        return text
    return text


def _read_text_source(
    element: ET.Element, inner: ET.Element | None, fetch: Fetch, lost: Lost, kind: str
) -> Source:
    """A source whose text stands in ``inner`` (itself, or the text that goes with a picture or a PDF)."""
    text = None if inner is None else _read_words(inner, fetch, lost)
    places = [] if inner is None else [_read_selection(e) for e in children(inner, "PlainTextSelection")]
    codings = [_read_coding(e) for e in children(element, "Coding")]
    notes = refs(element, "NoteRef")
    if inner is not None and inner is not element:
        codings += [_read_coding(e) for e in children(inner, "Coding")]
        notes += refs(inner, "NoteRef")
    for name in _MEDIA_SELECTIONS:
        for selection in children(element, name):
            codings += _read_elsewhere(selection, lost)
    return Source(
        read_guid(element.get("guid")),
        element.get("name", ""),
        text,
        tuple(places),
        tuple(codings),
        text_of(element, "Description"),
        notes,
        read_values(element),
        read_guid(element.get("creatingUser")),
        element.get("creationDateTime", ""),
        read_guid(element.get("modifyingUser")),
        element.get("modifiedDateTime", ""),
        kind,
    )


def _read_words(element: ET.Element, fetch: Fetch, lost: Lost) -> str | None:
    """The text of a source, from the zip or from the XML itself; None where the file holds none."""
    path = element.get("plainTextPath")
    found = fetch(path) if path else None
    inside = children(element, "PlainTextContent")
    if element.get("richTextPath"):
        lost["formatted forms of texts (such as .docx)", "left out: their plain words are kept"] += 1
    if found is None and inside:
        found = "".join(inside[0].itertext())
    if found is None and not (path or element.get("richTextPath")):
        found = "" if local(element) in ("TextDescription", "Representation") else None
    if found is None:
        lost["texts that the file does not hold", "their codings are kept without a place"] += 1
        return None
    return restore_lines(found, read_instruction(element, "lines"))


def _read_selection(element: ET.Element) -> Selection:
    return Selection(
        read_guid(element.get("guid")),
        _read_place(element.get("startPosition")),
        _read_place(element.get("endPosition")),
        element.get("name", ""),
        text_of(element, "Description"),
        tuple(_read_coding(e) for e in children(element, "Coding")),
        refs(element, "NoteRef"),
        read_guid(element.get("creatingUser")),
        element.get("creationDateTime", ""),
        read_guid(element.get("modifyingUser")),
        element.get("modifiedDateTime", ""),
    )


def _read_coding(element: ET.Element, where: str = "") -> Coding:
    user = element.get("creatingUser") or element.get("creatingUserGUID")
    return Coding(
        read_guid(element.get("guid")),
        next(iter(refs(element, "CodeRef")), ""),
        read_guid(user),
        element.get("creationDateTime", ""),
        refs(element, "NoteRef"),
        where,
    )


def _read_elsewhere(element: ET.Element, lost: Lost) -> list[Coding]:
    """The codings on a part of a picture, a page, sound or film, with the part in words."""
    if element.get("begin") is not None:
        where = f"{element.get('begin')}-{element.get('end')} ms"
    else:
        corners = ",".join(element.get(name, "?") for name in ("firstX", "firstY", "secondX", "secondY"))
        page = element.get("page")
        where = f"page {page}, {corners}" if page is not None else corners
    codings = [_read_coding(e, where) for e in element.iter() if local(e) == "Coding"]
    if codings:
        lost[
            f"codings on parts of {local(element)[:-9].lower()} sources",
            "kept on the whole source; the part is in words in the column where",
        ] += len(codings)
    return codings


def _read_transcript(element: ET.Element, media: ET.Element, number: int, fetch: Fetch, lost: Lost) -> Source:
    """A transcript as a source of its own, its selections placed by the points of time they run between."""
    points = {
        read_guid(point.get("guid")): _read_place(point.get("position"))
        for point in children(element, "SyncPoint")
    }
    kind = f"{SOURCE_KINDS[local(media)]} transcript"
    read = _read_text_source(element, element, fetch, lost, kind)
    placed = []
    for each in children(element, "TranscriptSelection"):
        start = points.get(read_guid(each.get("fromSyncPoint")), -1)
        end = points.get(read_guid(each.get("toSyncPoint")), -1)
        placed.append(replace(_read_selection(each), start=start, end=end if start >= 0 else -1))
    name = read.name or f"{media.get('name', '')} transcript {number}".strip()
    return replace(read, name=name, selections=(*read.selections, *placed))


def _read_place(text: str | None) -> int:
    try:
        return max(-1, min(int(float(text or "")), 2**53))
    except (ValueError, OverflowError):
        return -1
