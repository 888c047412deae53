"""Reading .qdpx and .qdc files as any program writes them; nothing that is left out stays unsaid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

from textmine.errors import InputError
from textmine.exchange.refi.archive import ProjectArchive, decode_text, parse_xml
from textmine.exchange.refi.dialects import Dialect, Evidence, find_dialect
from textmine.exchange.refi.facts import (
    VARIABLE_TYPES,
    Case,
    CodeSet,
    Link,
    Loss,
    RefiCode,
    RefiProject,
    Source,
    User,
    Variable,
)
from textmine.exchange.refi.names import clean_colour, read_guid
from textmine.exchange.refi.placing import place_selections
from textmine.exchange.refi.sources import SOURCE_KINDS, read_source, read_values
from textmine.exchange.refi.tree import children, local, refs, text_of

_MOST_QDC = 256 * 2**20


@dataclass(frozen=True)
class RefiRead:
    """A project read: its places in code points, what they were counted in and why, and what was lost.

    ``found`` counts codes and codings as the file has them, so that it can be seen that all came over.
    """

    project: RefiProject
    dialect: Dialect
    evidence: Evidence
    losses: tuple[Loss, ...]
    found: dict[str, int]


def read_qdpx(path: Path, *, dialect: str | None = None) -> RefiRead:
    """The project in a .qdpx file.

    Places are found out to be in one of eight dialects (``detect_dialect``) unless ``dialect`` names it, and
    given as code points, end exclusive. Raises ``InputError`` for a file that is no project or not safe to
    read, and for an unknown dialect. ``path`` is the file.

    >>> from tempfile import TemporaryDirectory
    >>> from textmine.exchange.refi.writing import write_qdpx
    >>> with TemporaryDirectory() as folder:
    ...     _ = write_qdpx(RefiProject("Study"), Path(folder) / "study.qdpx")
    ...     read_qdpx(Path(folder) / "study.qdpx").found
    {'codes': 0, 'codings': 0}
    """
    path = Path(path)
    chosen = None if dialect is None else find_dialect(dialect)
    with ProjectArchive(path) as archive:
        root = parse_xml(archive.read_project(), path.name)
        if local(root) != "Project":
            raise InputError(
                f"{path.name} holds {local(root)!r}, not a Project. Give a .qdpx file of REFI-QDA."
            )
        return _read_project(root, archive.read_text, chosen)


def read_qdc(path: Path) -> RefiRead:
    """The codes and sets in a .qdc file, as a project without sources. Raises ``InputError`` as above.

    ``path`` is the file.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "book.qdc"
    ...     _ = path.write_text('<CodeBook><Codes><Code name="Waiting"/></Codes></CodeBook>', "utf-8")
    ...     [code.name for code in read_qdc(path).project.walk_codes()]
    ['Waiting']
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MOST_QDC:
            raise InputError(f"{path.name} is over {_MOST_QDC // 2**20} MiB, too big for a codebook.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"No file {path}. Check the path.") from None
    root = parse_xml(data, path.name)
    if local(root) not in ("CodeBook", "Codebook", "Project"):
        raise InputError(f"{path.name} holds {local(root)!r}, not a CodeBook. Give a .qdc file of REFI-QDA.")
    lost: Counter[tuple[str, str]] = Counter()
    book = root if local(root) != "Project" else _first(root, "CodeBook")
    codes = _read_codes(book, lost)
    project = RefiProject(path.stem, root.get("origin", ""), codes=codes, sets=_read_sets(root))
    return RefiRead(
        project,
        Dialect(),
        Evidence(0, 0, 0),
        _list_losses(lost),
        {"codes": _count(root, "Code"), "codings": 0},
    )


def _read_project(
    root: ET.Element, fetch: Callable[[str], bytes | None], dialect: Dialect | None
) -> RefiRead:
    lost: Counter[tuple[str, str]] = Counter()
    fetch_text = _make_fetch(fetch, lost)
    sources = [
        source
        for group in children(root, "Sources")
        for element in group
        if local(element) in SOURCE_KINDS
        for source in read_source(element, fetch_text, lost)
    ]
    notes = [
        note
        for group in children(root, "Notes")
        for element in group
        if local(element) == "Note"
        for note in read_source(element, fetch_text, lost, kind="note")
    ]
    origin = root.get("origin", "")
    sources, notes = _tell_apart(sources, lost), _tell_apart(notes, lost)
    placed, chosen, evidence = place_selections([*sources, *notes], lost, origin=origin, dialect=dialect)
    codes = _keep_unknown_codes(_read_codes(_first(root, "CodeBook"), lost), placed, lost)
    project = RefiProject(
        name=root.get("name") or "project",
        origin=origin,
        users=_read_users(root, placed),
        codes=codes,
        variables=_read_variables(root),
        cases=_read_cases(root),
        sources=tuple(s for s in placed if s.kind != "note"),
        notes=tuple(s for s in placed if s.kind == "note"),
        links=_read_links(root),
        sets=_read_sets(root),
        description=text_of(root, "Description"),
        about=refs(root, "NoteRef"),
        user=read_guid(root.get("creatingUserGUID")),
        created=root.get("creationDateTime", ""),
        modified_by=read_guid(root.get("modifyingUserGUID")),
        modified=root.get("modifiedDateTime", ""),
    )
    graphs = _count(root, "Graph")
    if graphs:
        lost["graphs (maps, networks)", "left out: textmine has no place for drawings"] += graphs
    found = {"codes": _count(root, "Code"), "codings": _count(root, "Coding")}
    missing = found["codings"] - project.count_codings()
    if missing:
        lost["codings outside of sources", "left out"] += missing
    return RefiRead(project, chosen, evidence, _list_losses(lost), found)


def _tell_apart(sources: list[Source], lost: Counter[tuple[str, str]]) -> list[Source]:
    """The sources, each with a guid of its own; references by a shared guid mean the first."""
    taken: set[str] = set()
    apart = []
    for number, source in enumerate(sources, 1):
        guid = source.guid
        if not guid or guid in taken:
            lost["sources without a guid of their own", "given one"] += 1
            guid = f"{guid or 'source'}#{number}"
        taken.add(guid)
        apart.append(replace(source, guid=guid))
    return apart


def _make_fetch(
    fetch: Callable[[str], bytes | None], lost: Counter[tuple[str, str]]
) -> Callable[[str], str | None]:
    def fetch_text(path: str) -> str | None:
        data = fetch(path)
        if data is None:
            return None
        text, sound = decode_text(data)
        if not sound:
            lost["texts that are not UTF-8", "read as Windows-1252"] += 1
        return text

    return fetch_text


def _read_codes(book: ET.Element | None, lost: Counter[tuple[str, str]]) -> tuple[RefiCode, ...]:
    if book is None:
        return ()
    taken: set[str] = set()
    number = 0

    def read(element: ET.Element) -> RefiCode:
        nonlocal number
        number += 1
        guid = read_guid(element.get("guid"))
        if not guid or guid in taken:
            lost["codes without a guid of their own", "given one"] += 1
            guid = f"{guid or 'code'}#{number}"
        taken.add(guid)
        colour = clean_colour(element.get("color"))
        if element.get("color") and not colour:
            lost["colours that are none", "left out"] += 1
        return RefiCode(
            guid,
            element.get("name", ""),
            element.get("isCodable", "true").strip().lower() not in ("false", "0"),
            colour,
            text_of(element, "Description"),
            tuple(read(child) for child in children(element, "Code")),
            refs(element, "NoteRef"),
        )

    tops = [group for group in children(book, "Codes")] or [book]
    return tuple(read(element) for group in tops for element in children(group, "Code"))


def _keep_unknown_codes(
    codes: tuple[RefiCode, ...], sources: list[Source], lost: Counter[tuple[str, str]]
) -> tuple[RefiCode, ...]:
    """The codes, with one made for each that codings name and the codebook does not hold."""
    known = {code.guid for top in codes for code in top.walk()}
    unknown: dict[str, int] = {}
    for source in sources:
        for _, coding in source.all_codings():
            if coding.code not in known:
                unknown[coding.code] = unknown.get(coding.code, 0) + 1
    if unknown:
        lost["codings with a code that the codebook lacks", "kept under a code made for it"] += sum(
            unknown.values()
        )
    made = tuple(RefiCode(guid, f"unknown code {n}") for n, guid in enumerate(unknown, 1))
    return codes + made


def _read_users(root: ET.Element, sources: list[Source]) -> tuple[User, ...]:
    users: dict[str, User] = {}
    for group in children(root, "Users"):
        for element in children(group, "User"):
            guid = read_guid(element.get("guid"))
            users.setdefault(guid, User(guid, element.get("name", ""), element.get("id", "")))
    named = (coding.user for source in sources for _, coding in source.all_codings())
    for guid in named:
        if guid and guid not in users:
            users[guid] = User(guid)
    return tuple(users.values())


def _read_variables(root: ET.Element) -> tuple[Variable, ...]:
    found = []
    for group in children(root, "Variables"):
        for element in children(group, "Variable"):
            kind = element.get("typeOfVariable", "Text")
            known = next((t for t in VARIABLE_TYPES if t.lower() == kind.lower()), "Text")
            description = text_of(element, "Description")
            found.append(
                Variable(read_guid(element.get("guid")), element.get("name", ""), known, description)
            )
    return tuple(found)


def _read_cases(root: ET.Element) -> tuple[Case, ...]:
    return tuple(
        Case(
            read_guid(element.get("guid")),
            element.get("name", ""),
            text_of(element, "Description"),
            refs(element, "CodeRef"),
            read_values(element),
            refs(element, "SourceRef"),
            refs(element, "SelectionRef"),
        )
        for group in children(root, "Cases")
        for element in children(group, "Case")
    )


def _read_sets(root: ET.Element) -> tuple[CodeSet, ...]:
    return tuple(
        CodeSet(
            read_guid(element.get("guid")),
            element.get("name", ""),
            text_of(element, "Description"),
            refs(element, "MemberCode"),
            refs(element, "MemberSource"),
            refs(element, "MemberNote"),
        )
        for group in children(root, "Sets")
        for element in children(group, "Set")
    )


def _read_links(root: ET.Element) -> tuple[Link, ...]:
    return tuple(
        Link(
            read_guid(element.get("guid")),
            element.get("name", ""),
            element.get("direction", ""),
            clean_colour(element.get("color")),
            read_guid(element.get("originGUID")),
            read_guid(element.get("targetGUID")),
            refs(element, "NoteRef"),
        )
        for group in children(root, "Links")
        for element in children(group, "Link")
    )


def _first(root: ET.Element, name: str) -> ET.Element | None:
    return next(iter(children(root, name)), None)


def _count(root: ET.Element, name: str) -> int:
    return sum(1 for element in root.iter() if local(element) == name)


def _list_losses(lost: Counter[tuple[str, str]]) -> tuple[Loss, ...]:
    return tuple(Loss(what, count, became) for (what, became), count in lost.items())
