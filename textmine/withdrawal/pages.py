"""Pages, notes and office files without a person's words: html, md, yaml, svg, xlsx, docx, odt."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from xml.etree.ElementTree import Element
from zipfile import ZIP_DEFLATED, ZipFile

from defusedxml import ElementTree as SafeTree

from textmine.withdrawal.files import read_text
from textmine.withdrawal.person import BLANK, Person
from textmine.withdrawal.tables import Change

TEXTS = (
    ".md",
    ".txt",
    ".html",
    ".htm",
    ".svg",
    ".yaml",
    ".yml",
    ".log",
    ".rst",
    ".sps",
    ".r",
    ".vtt",
    ".srt",
    ".tex",
)
OFFICE = (".xlsx", ".xlsm", ".docx", ".odt", ".ods", ".pptx")
_MARKUP = (".html", ".htm", ".svg")
_PARTS = re.compile(r"(<[^>]*>)")
_SCRIPT = re.compile(r"(<script\b.*?</script>)", re.IGNORECASE | re.DOTALL)
_MARKS = re.compile(r"</?mark\b[^>]*>")
#: Text with marked words in it, up to the next other tag.
_MARKED = re.compile(r"(?:\A|(?<=>))[^<]*(?:</?mark\b[^>]*>[^<]*)+")


def edit_page(path: Path, person: Person) -> tuple[Change, bytes]:
    """A text or page with the person's words and ids blanked."""
    decoded = read_text(path)
    if path.suffix.lower() not in _MARKUP:
        fresh = person.clean(decoded.text)
        fresh, ids = re.subn(_cell_form(person, r"\|\s*", r"\s*\|"), f"| {BLANK} |", fresh)
        return Change(places=_differences(decoded.text, fresh) + ids), decoded.encode(fresh)
    change, made, in_script = Change(), [], False
    for part in _PARTS.split(_clean_across_marks(decoded.text, person)):
        if part.startswith("<"):
            in_script = part.casefold().startswith("<script") or (
                in_script and not part.casefold().startswith("</script")
            )
            fresh = _clean_escaped(part, person, quote=True)
        elif in_script:
            fresh = _clean_script(part, person)
        else:
            fresh = (
                BLANK
                if html.unescape(part).strip() in person.ids and part.strip()
                else _clean_escaped(part, person)
            )
        change += Change(places=int(fresh != part))
        made.append(fresh)
    page = "".join(made)
    change = change if change.places or page == decoded.text else Change(places=1)
    return change, decoded.encode(page)


def _clean_across_marks(page: str, person: Person) -> str:
    """The page without the person's quotes that hold marked words (``<mark>``): they go, mark and all."""

    def clean(found: re.Match[str]) -> str:
        plain = _MARKS.sub("", found[0])
        fresh = _clean_escaped(plain, person)
        return found[0] if fresh == plain else fresh

    parts = _SCRIPT.split(page)
    return "".join(part if _SCRIPT.fullmatch(part) else _MARKED.sub(clean, part) for part in parts)


def _differences(before: str, after: str) -> int:
    return max(int(before != after), after.count(BLANK) - before.count(BLANK))


def _cell_form(person: Person, opens: str, closes: str) -> str:
    ids = "|".join(re.escape(id) for id in sorted(person.ids))
    return f"{opens}(?:{ids}){closes}"


def _clean_escaped(text: str, person: Person, *, quote: bool = False) -> str:
    plain = html.unescape(text)
    fresh = person.clean(plain)
    if fresh == plain:
        return text
    if quote:  # within a tag: what is not the person's stays as it is written
        return re.sub(r'="[^"]*"', lambda m: _clean_attribute(m[0], person), text)
    return html.escape(fresh, quote=False)


def _clean_attribute(text: str, person: Person) -> str:
    return f'="{html.escape(person.clean(html.unescape(text[2:-1])))}"'


def _clean_script(text: str, person: Person) -> str:
    """The strings of a script without the person's words, however they are escaped."""

    def clean(found: re.Match[str]) -> str:
        try:
            plain = json.loads(found[0])
        except ValueError:
            return found[0]
        fresh = BLANK if plain in person.ids and plain in person.telling else person.clean(plain)
        return found[0] if fresh == plain else json.dumps(fresh).replace("<", "\\u003c")

    return re.sub(r'"(?:[^"\\\n]|\\.)*"', clean, text)


def edit_office(path: Path, person: Person, target: Path) -> Change:
    """Write an Office or OpenDocument file without the person's rows and words.

    In a sheet the cells of their rows are emptied, so that places, formulas, filters and charts stay; in a
    document their paragraphs lose their words.
    """
    change = Change()
    with ZipFile(path) as source, ZipFile(target, "w", ZIP_DEFLATED) as made:
        parts = {info.filename: source.read(info) for info in source.infolist() if not info.is_dir()}
        fresh = _edit_workbook(parts, person, path.parent) if any(n.startswith("xl/") for n in parts) else {}
        for info in source.infolist():
            data = parts.get(info.filename, b"")
            if info.filename in fresh:
                did, data = fresh[info.filename]
                change += did
            elif info.filename.endswith((".xml", ".rels")) and not info.filename.startswith("xl/worksheets/"):
                did, data = _edit_xml(data, person)
                change += did
            made.writestr(info, data)
    return change


def _edit_workbook(parts: dict[str, bytes], person: Person, folder: Path) -> dict[str, tuple[Change, bytes]]:
    name = "xl/sharedStrings.xml"
    shared, count = [], Change()
    strings = SafeTree.fromstring(parts[name]) if name in parts else None
    if strings is not None:
        for item in strings:
            texts = [e for e in item.iter() if _local(e.tag) == "t"]
            shared.append("".join(e.text or "" for e in texts))
    made: dict[str, tuple[Change, bytes]] = {}
    sheets = {
        n: SafeTree.fromstring(d) for n, d in parts.items() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", n)
    }
    used: set[int] = set()
    for sheet, root in sheets.items():
        change = _edit_sheet(root, shared, person, folder)
        used |= _used(root)
        if change:
            made[sheet] = (change, _dump(root, parts[sheet]))
    if strings is not None:
        for place, item in enumerate(list(strings)):
            gone = place not in used
            fresh = "" if gone else person.clean(shared[place])
            if fresh != shared[place]:
                texts = [e for e in item.iter() if _local(e.tag) == "t"]
                for number, element in enumerate(texts):
                    element.text = fresh if number == 0 else ""
                count += Change(places=int(not gone))
        changed = bool(count or made)
        made[name] = (count, _dump(strings, parts[name]) if changed else parts[name])
    return made


def _edit_sheet(root: Element, shared: list[str], person: Person, folder: Path) -> Change:
    change, kinds = Change(), None
    for number, row in enumerate([e for e in root.iter() if _local(e.tag) == "row"]):
        cells = [c for c in row if _local(c.tag) == "c"]
        values = {_column(c.get("r") or "", i): _cell_text(c, shared) for i, c in enumerate(cells)}
        width = max(values, default=-1) + 1
        spread = [values.get(i, "") for i in range(width)]
        if kinds is None or (number < 10 and not (kinds[0] or kinds[1])):
            kinds = person.columns.kinds(spread)
            if kinds[0] or kinds[1]:
                continue
        if person.is_theirs(spread, kinds[:2], folder) or any(v in person.texts for v in spread if v):
            for cell in cells:
                row.remove(cell)
            change += Change(rows=1)
            continue
        for element in [e for cell in cells for e in cell.iter() if _local(e.tag) in ("t", "v", "f")]:
            text = element.text or ""
            if not text.isdigit() and person.in_text(text):
                element.text = person.clean(text)
                change += Change(places=1)
    return change


def _used(root: Element) -> set[int]:
    found = set()
    for cell in root.iter():
        if _local(cell.tag) == "c" and cell.get("t") == "s":
            value = next((v.text for v in cell if _local(v.tag) == "v"), None)
            if value is not None:
                found.add(int(value))
    return found


def _cell_text(cell: Element, shared: list[str]) -> str:
    kind = cell.get("t")
    if kind == "inlineStr":
        return "".join(e.text or "" for e in cell.iter() if _local(e.tag) == "t")
    value = next((v.text or "" for v in cell if _local(v.tag) == "v"), "")
    return shared[int(value)] if kind == "s" and value else value


def _column(place: str, otherwise: int) -> int:
    letters = re.match(r"[A-Z]+", place)
    if letters is None:
        return otherwise
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _edit_xml(data: bytes, person: Person) -> tuple[Change, bytes]:
    """A part of a document: each paragraph cleaned as a whole, and each text outside of one."""
    root = SafeTree.fromstring(data)
    change = Change()
    paragraphs = [e for e in root.iter() if _local(e.tag) in ("p", "h")]
    within = {id(e) for paragraph in paragraphs for e in paragraph.iter()}
    texts = [[(e, "text")] for e in root.iter() if id(e) not in within and e.text]
    for paragraph in paragraphs:
        runs = [(e, "text") for e in paragraph.iter() if e.text]
        texts.append(runs + [(e, "tail") for e in paragraph.iter() if e is not paragraph and e.tail])
    for runs in texts:
        whole = "".join(getattr(element, where) for element, where in runs)
        if person.in_text(whole) or whole.strip() in person.ids:
            fresh = BLANK if whole.strip() in person.ids else person.clean(whole)
            for number, (element, where) in enumerate(runs):
                setattr(element, where, fresh if number == 0 else "")
            change += Change(places=1)
    return change, _dump(root, data) if change else data


def _dump(root: Element, before: bytes) -> bytes:
    """An element as XML with the prefixes that the file had."""
    from xml.etree import ElementTree

    for prefix, address in re.findall(rb'xmlns:?([\w.-]*)="([^"]+)"', before):
        name = prefix.decode()
        if not re.fullmatch(r"ns\d+", name):
            ElementTree.register_namespace(name, address.decode())
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    head = re.match(rb"(?:<\?xml[^>]*\?>\s*)?<[^>]*>", before)
    if head is None:
        return data
    held = set(re.findall(rb'xmlns:[\w.-]+="[^"]+"', data[:8000]))
    lost = [n for n in re.findall(rb'xmlns:[\w.-]+="[^"]+"', head[0]) if n not in held]
    if not lost:  # names that only mc:Ignorable mentions must stand as well
        return data
    place = re.match(rb"<\?xml[^>]*\?>\s*<[\w:.-]+", data)
    assert place is not None
    return data[: place.end()] + b" " + b" ".join(lost) + data[place.end() :]


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
