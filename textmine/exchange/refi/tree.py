"""Looking into an XML tree without heed of namespaces, which programs spell in their own ways."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from textmine.exchange.refi.names import read_guid


def local(element: ET.Element) -> str:
    """The element's name without its namespace; '' for a processing instruction.

    >>> local(ET.Element("{urn:QDA-XML:project:1.0}Code"))
    'Code'
    """
    tag: object = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def children(element: ET.Element, name: str) -> list[ET.Element]:
    """The children of that name, in order."""
    return [child for child in element if local(child) == name]


def text_of(element: ET.Element, name: str) -> str:
    """The words of the first child of that name; '' where there is none."""
    found = children(element, name)
    return "".join(found[0].itertext()) if found else ""


def refs(element: ET.Element, name: str) -> tuple[str, ...]:
    """The guids that children of this name point to, under either of the two attributes in use."""
    found = (read_guid(e.get("targetGUID") or e.get("guid")) for e in children(element, name))
    return tuple(guid for guid in found if guid)


def read_instruction(element: ET.Element, key: str) -> str:
    """What a processing instruction ``<?textmine KEY=VALUE?>`` under the element says; '' without one.

    >>> read_instruction(ET.fromstring("<a/>"), "lines")
    ''
    """
    for child in element:
        words = child.text or ""
        if not local(child) and words.startswith(f"textmine {key}="):
            return words.split("=", 1)[1].strip()
    return ""
