"""Writing .qdpx and .qdc files that the published schemas hold valid; equal projects give equal bytes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

from textmine import __version__
from textmine.errors import InputError
from textmine.exchange.refi.archive import write_archive
from textmine.exchange.refi.dialects import Dialect
from textmine.exchange.refi.facts import CodeSet, Loss, RefiCode, RefiProject
from textmine.exchange.refi.names import clean_colour, clean_xml, sound_guid
from textmine.exchange.refi.source_parts import add_description, add_refs, add_source, add_values, set_stamps
from textmine.files import atomic_path

PROJECT_SPACE = "urn:QDA-XML:project:1.0"
CODEBOOK_SPACE = "urn:QDA-XML:codebook:1.0"
_SCHEMAS = {
    PROJECT_SPACE: "http://schema.qdasoftware.org/versions/Project/v1.0/Project.xsd",
    CODEBOOK_SPACE: "http://schema.qdasoftware.org/versions/Codebook/v1.0/Codebook.xsd",
}
_BEYOND_BMP = re.compile("[\U00010000-\U0010ffff]")
_ORIGIN = f"textmine {__version__}"


def write_qdpx(project: RefiProject, path: Path, *, dialect: Dialect | None = None) -> list[Loss]:
    """Write a project, its places counted in ``dialect`` (the standard's unless given); gives what was lost.

    Texts have LF line ends without a byte order mark (CRLF where the dialect counts those), guids and the
    times in the zip are fixed, so a second writing is byte-identical. ``path`` is the file to write.

    >>> from tempfile import TemporaryDirectory
    >>> from textmine.exchange.refi.facts import Source
    >>> waits = Source("088b08ac-d5cd-4adb-8b71-b4f3459c177f", "A day", "Waits 😀 too long")
    >>> with TemporaryDirectory() as folder:
    ...     lost = write_qdpx(RefiProject("Study", sources=(waits,)), Path(folder) / "study.qdpx")
    >>> lost[0].became
    'NVivo may shift codings behind them (--dialect nvivo)'
    """
    dialect = dialect or Dialect()
    lost: Counter[tuple[str, str]] = Counter()
    root = ET.Element("Project", _head(PROJECT_SPACE, project.name))
    set_stamps(root, project, user="creatingUserGUID", modifier="modifyingUserGUID")
    root.set("origin", _ORIGIN)
    _add_users(root, project)
    if project.codes:
        codes = ET.SubElement(ET.SubElement(root, "CodeBook"), "Codes")
        for code in project.codes:
            _add_code(codes, code, with_notes=True)
    _add_variables(root, project)
    _add_cases(root, project)
    texts: dict[str, bytes] = {}
    for group, element, sources in (
        ("Sources", "TextSource", project.sources),
        ("Notes", "Note", project.notes),
    ):
        if sources:
            parent = ET.SubElement(root, group)
            for source in sources:
                dated = source.created or source.modified or not project.created
                stamped = source if dated else replace(source, created=project.created)  # QualCoder needs it
                add_source(parent, element, stamped, dialect, texts, lost)
    _add_links(root, project)
    _add_sets(root, project.sets)
    add_description(root, project.description)
    add_refs(root, "NoteRef", project.about)
    if dialect.units == "codepoint":
        emoji = sum(len(_BEYOND_BMP.findall(source.text or "")) for source in project.sources)
        if emoji:
            lost[
                "emoji and other letters beyond 16 bits",
                "NVivo may shift codings behind them (--dialect nvivo)",
            ] = emoji
    write_archive({"project.qde": _as_bytes(root), **texts}, path)
    return [Loss(what, count, became) for (what, became), count in lost.items()]


def write_qdc(project: RefiProject, path: Path) -> list[Loss]:
    """Write the codes and sets of a project as a codebook; gives what a codebook cannot hold.

    Raises ``InputError`` where there is no code. ``path`` is the file to write.

    >>> from tempfile import TemporaryDirectory
    >>> code = RefiCode("088b08ac-d5cd-4adb-8b71-b4f3459c177f", "Waiting")
    >>> with TemporaryDirectory() as folder:
    ...     write_qdc(RefiProject("Study", codes=(code,)), Path(folder) / "book.qdc")
    []
    """
    if not project.codes:
        raise InputError("There is no code to write. A codebook needs at least one.")
    root = ET.Element("CodeBook", _head(CODEBOOK_SPACE, None))
    root.set("origin", _ORIGIN)
    codes = ET.SubElement(root, "Codes")
    for code in project.codes:
        _add_code(codes, code, with_notes=False)
    _add_sets(root, tuple(s for s in project.sets if s.codes), in_codebook=True)
    with atomic_path(path) as temporary:
        temporary.write_bytes(_as_bytes(root))
    left = {
        "sources": len(project.sources),
        "codings": project.count_codings(),
        "cases": len(project.cases),
        "memos": len(project.notes),
        "links to memos of codes": sum(len(code.notes) for code in project.walk_codes()),
    }
    became = "left out: a .qdc file holds codes and sets only; write .qdpx to keep them"
    return [Loss(what, count, became) for what, count in left.items() if count]


def _head(space: str, name: str | None) -> dict[str, str]:
    head = {
        "xmlns": space,
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsi:schemaLocation": f"{space} {_SCHEMAS[space]}",
    }
    return head if name is None else {**head, "name": clean_xml(name)}


def _add_users(root: ET.Element, project: RefiProject) -> None:
    if project.users:
        users = ET.SubElement(root, "Users")
        for user in project.users:
            element = ET.SubElement(users, "User", guid=sound_guid(user.guid))
            for key, value in (("name", user.name), ("id", user.id)):
                if value:
                    element.set(key, clean_xml(value))


def _add_code(parent: ET.Element, code: RefiCode, *, with_notes: bool) -> None:
    element = ET.SubElement(parent, "Code", guid=sound_guid(code.guid), name=clean_xml(code.name))
    element.set("isCodable", "true" if code.codable else "false")
    colour = clean_colour(code.colour)
    if colour:
        element.set("color", colour)
    add_description(element, code.description)
    if with_notes:
        add_refs(element, "NoteRef", code.notes)
    for child in code.children:
        _add_code(element, child, with_notes=with_notes)


def _add_variables(root: ET.Element, project: RefiProject) -> None:
    if project.variables:
        group = ET.SubElement(root, "Variables")
        for variable in project.variables:
            element = ET.SubElement(
                group, "Variable", guid=sound_guid(variable.guid), name=clean_xml(variable.name)
            )
            element.set("typeOfVariable", variable.type)
            add_description(element, variable.description)


def _add_cases(root: ET.Element, project: RefiProject) -> None:
    if project.cases:
        group = ET.SubElement(root, "Cases")
        for case in project.cases:
            element = ET.SubElement(group, "Case", guid=sound_guid(case.guid))
            if case.name:
                element.set("name", clean_xml(case.name))
            add_description(element, case.description)
            add_refs(element, "CodeRef", case.codes)
            add_values(element, case.values)
            add_refs(element, "SourceRef", case.sources)
            add_refs(element, "SelectionRef", case.selections)


def _add_links(root: ET.Element, project: RefiProject) -> None:
    if project.links:
        group = ET.SubElement(root, "Links")
        for link in project.links:
            element = ET.SubElement(group, "Link", guid=sound_guid(link.guid))
            facts = {"name": clean_xml(link.name), "color": clean_colour(link.colour)}
            facts["direction"] = (
                link.direction if link.direction in ("Associative", "OneWay", "Bidirectional") else ""
            )
            ends = {"originGUID": link.origin, "targetGUID": link.target}
            facts |= {key: sound_guid(guid) if guid else "" for key, guid in ends.items()}
            for key, value in facts.items():
                if value:
                    element.set(key, value)
            add_refs(element, "NoteRef", link.notes)


def _add_sets(root: ET.Element, sets: tuple[CodeSet, ...], *, in_codebook: bool = False) -> None:
    if not sets:
        return
    group = ET.SubElement(root, "Sets")
    for each in sets:
        element = ET.SubElement(group, "Set", guid=sound_guid(each.guid), name=clean_xml(each.name))
        add_description(element, each.description)
        if in_codebook:
            for guid in each.codes:
                ET.SubElement(element, "MemberCode", guid=sound_guid(guid))
        else:
            add_refs(element, "MemberCode", each.codes)
            add_refs(element, "MemberSource", each.sources)
            add_refs(element, "MemberNote", each.notes)


def _as_bytes(root: ET.Element) -> bytes:
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'.encode()
