"""Writing one source: its text as a part of the zip, selections, codings and values as XML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from xml.etree import ElementTree as ET

from textmine.exchange.refi.dialects import Dialect, Ruler, convert_lines, note_lines
from textmine.exchange.refi.facts import Coding, Selection, Source, Value, VariableValue
from textmine.exchange.refi.names import clean_xml, sound_guid

#: The longest quote that a selection is called by.
LONGEST_NAME = 100

_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")


class Stamped(Protocol):
    """Whatever says who made it and when."""

    @property
    def user(self) -> str:
        """The guid of who made it, or ''."""

    @property
    def created(self) -> str:
        """When it was made, as XML writes times, or ''."""

    @property
    def modified_by(self) -> str:
        """The guid of who changed it last, or ''."""

    @property
    def modified(self) -> str:
        """When it was changed last, or ''."""


def add_source(
    parent: ET.Element,
    name: str,
    source: Source,
    dialect: Dialect,
    texts: dict[str, bytes],
    lost: Counter[tuple[str, str]],
) -> None:
    """Add a source (or a memo, ``name`` says which) and put its text into ``texts`` under its path."""
    guid = sound_guid(source.guid)
    element = ET.SubElement(parent, name, guid=guid)
    if source.name:
        element.set("name", clean_xml(source.name))
    element.set("plainTextPath", f"internal://{guid}.txt")
    set_stamps(element, source, user="creatingUser", modifier="modifyingUser")
    text = source.text if source.text is not None else ""
    if source.kind not in ("text", "note"):
        lost[f"{source.kind} sources", "written as a text; the file itself is not in the project"] += 1
    written = convert_lines(text, dialect.lines)
    if written != text:  # other programs skip this; textmine gives back the line ends as they were
        element.append(ET.ProcessingInstruction("textmine", f"lines={note_lines(text)}"))
    texts[f"sources/{guid}.txt"] = _encode(written, lost)
    add_description(element, source.description)
    ruler = Ruler(text, dialect)
    whole = list(source.codings)
    for selection in source.selections:
        if selection.start < 0 or source.text is None:
            whole += selection.codings
            if selection.codings:
                lost["codings without a place", "written on the whole source"] += len(selection.codings)
            continue
        _add_selection(element, selection, text, ruler)
    for coding in whole:
        _add_coding(element, coding)
        if coding.where:
            lost["places on pages, pictures and recordings", "left out; the codings stand on the whole"] += 1
    add_refs(element, "NoteRef", source.notes)
    add_values(element, source.values)


def _add_selection(parent: ET.Element, selection: Selection, text: str, ruler: Ruler) -> None:
    start, end = ruler.to_dialect(selection.start, selection.end)
    element = ET.SubElement(parent, "PlainTextSelection", guid=sound_guid(selection.guid))
    element.set("name", clean_xml(selection.name or quote_as_name(text[selection.start : selection.end])))
    element.set("startPosition", str(start))
    element.set("endPosition", str(end))
    set_stamps(element, selection, user="creatingUser", modifier="modifyingUser")
    add_description(element, selection.description)
    for coding in selection.codings:
        _add_coding(element, coding)
    add_refs(element, "NoteRef", selection.notes)


def _add_coding(parent: ET.Element, coding: Coding) -> None:
    element = ET.SubElement(parent, "Coding", guid=sound_guid(coding.guid))
    if coding.user:
        element.set("creatingUser", sound_guid(coding.user))
    if _TIME.fullmatch(coding.created):
        element.set("creationDateTime", coding.created)
    ET.SubElement(element, "CodeRef", targetGUID=sound_guid(coding.code))
    add_refs(element, "NoteRef", coding.notes)


def add_values(parent: ET.Element, values: Sequence[Value]) -> None:
    """Add the values of variables, each in the element of its type."""
    for value in values:
        element = ET.SubElement(parent, "VariableValue")
        ET.SubElement(element, "VariableRef", targetGUID=sound_guid(value.variable))
        if value.value is not None:
            kind, words = _write_value(value.value)
            ET.SubElement(element, kind).text = words


def add_description(parent: ET.Element, text: str) -> None:
    """Add a description where there is one."""
    if text:
        ET.SubElement(parent, "Description").text = clean_xml(text)


def add_refs(parent: ET.Element, name: str, guids: Sequence[str]) -> None:
    """Add a child of that name for each guid it points to."""
    for guid in guids:
        ET.SubElement(parent, name, targetGUID=sound_guid(guid))


def set_stamps(element: ET.Element, thing: Stamped, *, user: str, modifier: str) -> None:
    """Set who made and changed a thing and when, where known and in the form that the schema asks for."""
    for key, guid in ((user, thing.user), (modifier, thing.modified_by)):
        if guid:
            element.set(key, sound_guid(guid))
    for key, time in (("creationDateTime", thing.created), ("modifiedDateTime", thing.modified)):
        if _TIME.fullmatch(time):
            element.set(key, time)


def quote_as_name(quote: str) -> str:
    """What a selection is called: its words in one line, cut at ``LONGEST_NAME``.

    >>> quote_as_name("too  long\\nto wait")
    'too long to wait'
    """
    line = " ".join(quote.split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"


def _write_value(value: VariableValue) -> tuple[str, str]:
    """The element that holds a value, and its words as XML Schema has them."""
    if isinstance(value, bool):
        return "BooleanValue", "true" if value else "false"
    if isinstance(value, int):
        return "IntegerValue", str(value)
    if isinstance(value, Decimal) and value.is_finite():
        return "FloatValue", format(value, "f")
    if isinstance(value, datetime):
        return "DateTimeValue", value.isoformat()
    if isinstance(value, date):
        return "DateValue", value.isoformat()
    return "TextValue", clean_xml(str(value))


def _encode(text: str, lost: Counter[tuple[str, str]]) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        lost["texts with half a character", "written with U+FFFD in its place"] += 1
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode("utf-8")
