"""Mutations of bytes, of the parts of a zip and of JSON: small, seeded and without any library."""

from __future__ import annotations

import copy
import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

Mutate = Callable[[bytes, random.Random], bytes]

#: What breaks readers of text, whatever they read.
TOKENS = [
    b"\x00", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\n", b"\r\n", b"\xc2\x85",
    b"\xe2\x80\xa8", b'"', b'""', b"'", b",", b";", b"\t", b"|", b"=cmd|' /C calc'!A0", b"@SUM(1)", b"-1", b"1e308",
    b"1e999", b"NaN", b"-Infinity", b"9" * 400, b"%s%n", b"../../x", b"\\..\\x", b"C:x", b"<script>", b"&amp;",
    b"&x;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"{{7*7}}", b"{", b"}", b"[", b"]", b":", b"- ", b"*a", b"&a ",
    b"!!python/object/apply:os.system ['id']", b"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x8f\xab", b"e\xcc\x81",
    b"\xe2\x80\xae", b"none", b"true", b"null", b"-->", b"00:00:01.000 --> 00:00:00.000", b"WEBVTT", b"NOTE ",
    b"<v >", b"_x0041_", b"\xd8\x00", b" " * 300,
]  # fmt: skip

#: Values that well-formed XML may hold and that its readers must bear.
XML_VALUES = [
    b"", b"0", b"-1", b"1", b"2147483648", b"99999999999999999999", b"1e308", b"NaN", b"true", b"none", b"A1", b"ZZZZ9",
    b"XFD1048576", b"A1:XFD1048576", b"s", b"n", b"d", b"e", b"inlineStr", b"\xc2\xb2", b"\xd9\xa3", b"&#10;", b"&#x10FFFF;",
    b"&amp;&lt;", b"../../x", b"internal://../x", b"internal://t.txt", b"{x}", b"_x0000_", b"=1+1", b" ", b"x" * 9_000,
    b"11111111-1111-1111-1111-111111111111", b"22222222-2222-2222-2222-222222222222", b"2024-02-30", b"#gg0000",
    b"44444444-4444-4444-4444-444444444444", b"Heading9", b"Heading\xc2\xb2", b"\xf0\x9f\x98\x80", b"e\xcc\x81", b"\xef\xbb\xbf",
]  # fmt: skip

_LEAVES: list[Any] = [
    None, True, -1, 0, 2**31, 2**63, 10**400, 1e308, -1e308, 0.5, float("nan"), float("inf"), "", " ", "none", "\x00",
    "\ud800", "../../x", "=1+1", "<b>x</b>", "a" * 30_000, "u01", "training", [], {}, [[]], [None], ["training"],
    {"training": "positive"}, [{"code": "training", "start": 0, "end": 3}], {"": ""}, [0] * 600,
]  # fmt: skip


def mutate_bytes(data: bytes, rng: random.Random) -> bytes:
    """One to four small changes: bits, bytes, tokens, numbers, stretches doubled, moved or cut."""
    held = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(held) + 1)
        to = min(len(held), at + rng.choice((1, 2, 8, 64, 512)))
        kind = rng.randrange(7)
        if kind == 0 and held:
            held[at % len(held)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            held[at:at] = rng.choice(TOKENS)
        elif kind == 2:
            held[at:to] = rng.choice(TOKENS)
        elif kind == 3:
            del held[at:to]
        elif kind == 4:
            held[at:at] = held[at:to] * rng.choice((1, 2, 40))
        elif kind == 5:
            stretch = bytes(held[at:to])
            del held[at:to]
            other = rng.randrange(len(held) + 1)
            held[other:other] = stretch
        elif held:
            held[at % len(held)] = rng.choice((0, 1, 9, 10, 13, 34, 44, 127, 128, 255, rng.randrange(256)))
    return bytes(held[:200_000])


def mutate_xml(data: bytes, rng: random.Random) -> bytes:
    """Mostly values, texts and elements changed so that the XML stays well formed; at times any byte."""
    held = data
    if rng.randrange(3) == 0:
        return mutate_bytes(held, rng)
    for _ in range(rng.choice((1, 1, 2, 3))):
        found = [*re.finditer(rb"=(['\"])([^'\"<>]*)\1|>([^<>]+)<|<(\w[^<>]*)/>", held)]
        if not found:
            return mutate_bytes(held, rng)
        place = rng.choice(found)
        group = next(n for n in (2, 3, 4) if place.group(n) is not None)
        start, end = place.span(group)
        if group == 4:  # an empty element, doubled or left out
            start, end = place.span()
            new = held[start:end] * rng.choice((0, 2, 30))
        elif rng.randrange(3):
            new = rng.choice(XML_VALUES)
        else:
            new = re.sub(rb"[<>&'\"]", b"", mutate_bytes(held[start:end], rng))
        held = held[:start] + new + held[end:]
    return held[:200_000]


def mutate_zip(data: bytes, rng: random.Random, change: Mutate | None = None) -> bytes:
    """Mostly one part changed within a sound zip; at times one renamed, dropped or doubled, or any byte."""
    parts = unzip(data)
    kind = rng.randrange(20)
    if not parts or kind == 0:
        return mutate_bytes(data, rng)
    at = rng.randrange(len(parts))
    name, body = parts[at]
    change = change or (mutate_xml if body.lstrip()[:1] == b"<" else mutate_bytes)
    if kind == 1:
        parts[at] = (mutate_bytes(name.encode("utf-8", "replace"), rng).decode("utf-8", "replace"), body)
    elif kind == 2:
        del parts[at]
    elif kind == 3:
        parts.append((name, change(body, rng)))
    else:
        parts[at] = (name, change(body, rng))
    return zip_parts(parts)


def mutate_json(data: bytes, rng: random.Random) -> bytes:
    """One to three leaves or keys of a JSON value changed, dropped or added; at times any byte."""
    if rng.randrange(20) == 0:
        return mutate_bytes(data, rng)
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return mutate_bytes(data, rng)
    for _ in range(rng.choice((1, 1, 2, 3))):
        places = list(_places(value))
        if not places:
            return json.dumps(rng.choice(_LEAVES)).encode()
        inside, key = rng.choice(places)
        if rng.randrange(5) == 0:
            del inside[key]
        elif rng.randrange(6) == 0 and isinstance(inside, dict):
            inside[rng.choice(("", "id", "code", "codes", "x" * 99))] = copy.deepcopy(rng.choice(_LEAVES))
        else:
            inside[key] = copy.deepcopy(rng.choice(_LEAVES))
    return json.dumps(value).encode()


def mutate_safetensors(data: bytes, rng: random.Random) -> bytes:
    """The header changed as JSON under a length that fits it, or any bytes of the file."""
    length = int.from_bytes(data[:8], "little")
    if rng.randrange(4) == 0 or length > len(data):
        return mutate_bytes(data, rng)
    header = mutate_json(data[8 : 8 + length], rng)
    return len(header).to_bytes(8, "little") + header + data[8 + length :]


def unzip(data: bytes) -> list[tuple[str, bytes]]:
    """The parts of a zip, none where it is no zip or a big one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > 4_000_000:
                return []
            return [(info.filename, archive.read(info)) for info in infos]
    except Exception:  # a mutated zip may fail in any way; it is then mutated as bytes
        return []


def zip_parts(parts: Sequence[tuple[str, bytes]]) -> bytes:
    """A zip of these parts, twice the same name allowed."""
    import warnings

    held = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(held, "w") as archive:
        warnings.simplefilter("ignore")
        for name, body in parts:
            archive.writestr(zipfile.ZipInfo(name.replace("\0", "") or "x"), body)
    return held.getvalue()


def _places(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from _places(inner)
