"""Multiple-response sets in a .sav file, which no writer in Python puts there: a record added behind it.

The record is type 7, subtype 7 of the system file format, as the PSPP project describes it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from textmine.errors import InputError

_HEADER = 176
_CREATED = slice(92, 109)
_FIXED_TIME = b"01 Jan 2600:00:00"
_SETS, _LONG_NAMES = 7, 13
_END = 999


@dataclass(frozen=True)
class ResponseSet:
    """A multiple-dichotomy set: its name without '$', its label, its variables, and the value that counts."""

    name: str
    label: str
    variables: tuple[str, ...]
    counted: str = "1"


def add_response_sets(path: Path, sets: Sequence[ResponseSet]) -> None:
    """Put multiple-response sets into a .sav file that has none, and a fixed time of writing.

    Raises ``InputError`` for a file that is not an SPSS system file in little-endian order, and for one that
    is compressed as a whole (.zsav), whose places would shift.
    """
    data = path.read_bytes()
    end, short = _read_dictionary(data)
    content = "".join(format_set(each, short) for each in sets).encode("utf-8")
    record = struct.pack("<iiii", 7, _SETS, 1, len(content)) + content
    data = data[:end] + record + data[end:]
    path.write_bytes(data[: _CREATED.start] + _FIXED_TIME + data[_CREATED.stop :])


def format_set(each: ResponseSet, short: dict[str, str]) -> str:
    r"""The line that describes a set; ``short`` has the file's short name of each variable.

    >>> names = ("code_wai", "code_sta", "code_non")
    >>> format_set(ResponseSet("themes", "Themes mentioned", names), {})
    '$themes=D1 1 16 Themes mentioned code_wai code_sta code_non\n'
    """
    names = " ".join(_lower(short.get(name, name)) for name in each.variables)
    counted = f"{len(each.counted)} {each.counted}"
    return f"${each.name}=D{counted} {len(each.label.encode('utf-8'))} {each.label} {names}\n"


def _lower(name: str) -> str:
    """A short name as sets have it: A to Z alone in lower case, as writers change no other letters either."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def _read_dictionary(data: bytes) -> tuple[int, dict[str, str]]:
    """Where the dictionary's last record begins, and the short name of each variable by its long one."""
    if data[:4] != b"$FL2" or struct.unpack_from("<i", data, 64)[0] not in (2, 3):
        raise InputError("Not an SPSS system file (.sav) in little-endian order. Write it anew.")
    short: dict[str, str] = {}
    for place, kind, content in _walk_records(data):
        if kind == _LONG_NAMES:
            pairs = (pair.split("=", 1) for pair in content.decode("utf-8").split("\t") if "=" in pair)
            short = {long.rstrip("\0"): name for name, long in pairs}
        if kind == -_END:
            return place, short
    raise InputError("The SPSS file has no end of its dictionary. Write it anew.")


def _walk_records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each record of the dictionary: its place, and for type 7 its subtype and content; the end is -999."""
    place = _HEADER
    while place + 4 <= len(data):
        kind = struct.unpack_from("<i", data, place)[0]
        start = place
        if kind == 2:  # a variable
            _, has_label, missing = struct.unpack_from("<iii", data, place + 4)
            place += 32
            if has_label:
                length = struct.unpack_from("<i", data, place)[0]
                place += 4 + (length + 3) // 4 * 4
            place += 8 * abs(missing)
        elif kind == 3:  # value labels
            count = struct.unpack_from("<i", data, place + 4)[0]
            place += 8
            for _ in range(count):
                place += 8 + (data[place + 8] + 8) // 8 * 8
        elif kind in (4, 6):  # the variables of value labels; documents
            count = struct.unpack_from("<i", data, place + 4)[0]
            place += 8 + count * (4 if kind == 4 else 80)
        elif kind == 7:
            subtype, size, count = struct.unpack_from("<iii", data, place + 4)
            place += 16
            yield start, subtype, data[place : place + size * count]
            place += size * count
        elif kind == _END:
            yield start, -_END, b""
            return
        else:
            raise InputError(f"The SPSS file has a record of an unknown kind ({kind}). Write it anew.")
