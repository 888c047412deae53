"""Names and ids for REFI-QDA: guids that stay the same, text that XML can hold, ids for codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from uuid import NAMESPACE_URL, UUID, uuid5

#: All guids that textmine makes come from this name, so that other files' never meet them.
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:textmine:refi-qda")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHORT_COLOUR = re.compile(r"#[0-9A-Fa-f]{3}")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})")
#: A model's user is called so: the model's name and the first digits of its hash.
_MACHINE = re.compile(r"textmine .*\b[0-9a-f]{12}")


def make_guid(*key: object) -> str:
    """The guid of a thing with this key (kind and names), the same today and next year (RFC 9562, UUID v5).

    >>> make_guid("code", "school", "money") == make_guid("code", "school", "money")
    True
    """
    return str(uuid5(_NAMESPACE, "\x1f".join(map(str, key))))


def read_guid(text: str | None) -> str:
    """A guid in lower case without braces; other text as it is, '' for None.

    >>> read_guid("{088B08AC-D5CD-4ADB-8B71-B4F3459C177F}")
    '088b08ac-d5cd-4adb-8b71-b4f3459c177f'
    """
    return (text or "").strip().strip("{}").strip().lower()


def sound_guid(guid: str, *key: object) -> str:
    """The guid itself if it has a guid's form, else one made from it and ``key``.

    >>> sound_guid("088b08ac-d5cd-4adb-8b71-b4f3459c177f")
    '088b08ac-d5cd-4adb-8b71-b4f3459c177f'
    """
    if _GUID.fullmatch(guid):
        return str(UUID(guid))
    return make_guid("other", guid, *key)


def clean_xml(text: str) -> str:
    """Text with U+FFFD for what XML 1.0 cannot hold (most control characters, half characters).

    >>> clean_xml("bell\\x07")
    'bell\\ufffd'
    """
    return _FORBIDDEN.sub("\ufffd", text)


def clean_colour(text: str | None) -> str:
    """A colour as '#RRGGBB', from that, '#RGB' or 'rgb(r, g, b)'; '' for any other.

    >>> clean_colour("rgb(255, 0, 16)"), clean_colour("#abc"), clean_colour("blue")
    ('#FF0010', '#AABBCC', '')
    """
    text = (text or "").strip()
    if _COLOUR.fullmatch(text):
        return text.upper()
    if _SHORT_COLOUR.fullmatch(text):
        return "#" + "".join(2 * digit for digit in text[1:]).upper()
    found = _RGB.match(text)
    if found and all(int(part) < 256 for part in found.groups()):
        return "#" + "".join(f"{int(part):02X}" for part in found.groups())
    return ""


def name_machine(model: str, sha256: str) -> str:
    """What a model's user is called.

    >>> name_machine("school-collaboration", "2f4f988a72bf" + "0" * 52)
    'textmine school-collaboration 2f4f988a72bf'
    """
    return f"textmine {model} {sha256[:12]}"


def is_machine(name: str) -> bool:
    """Whether a user is a model of textmine's, by the name that ``name_machine`` gives.

    >>> is_machine("textmine school-collaboration 2f4f988a72bf"), is_machine("ann")
    (True, False)
    """
    return _MACHINE.fullmatch(name.strip()) is not None


def make_ids(names: Iterable[str]) -> list[str]:
    """An id of a-z, 0-9 and _ for each name, all different and none of them 'none'.

    >>> make_ids(["Staff & pay", "staff pay", "Épreuve", "!!"])
    ['staff_pay', 'staff_pay_2', 'epreuve', 'code']
    """
    taken = {"none"}
    ids = []
    for name in names:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
        stem = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:60] or "code"
        ids.append(number_apart(stem, taken, "{}_{}"))
    return ids


def number_apart(name: str, taken: set[str], form: str = "{} ({})", *, exact: bool = False) -> str:
    """The name, or with a number where it is taken; what is given back is taken from now on.

    Names that differ in capitals only are the same name, unless ``exact``.

    >>> taken = set()
    >>> number_apart("a", taken), number_apart("a", taken)
    ('a', 'a (2)')
    """
    found, number = name, 1
    while (key := found if exact else found.casefold()) in taken:
        number += 1
        found = form.format(name, number)
    taken.add(key)
    return found
